/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/signals.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <unistd.h>

static const int crashes[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGTRAP, SIGQUIT};

static struct {
    int tty_fd, wake_fd;
    const struct guard *guard;
    struct termios modes;
    char restore[SIGNALS_RESTORE_MAX];
    size_t len;
    struct sigaction before_crash[G_N_ELEMENTS(crashes)];
    struct sigaction before_stop, before_resume;
    stack_t before_stack;
    char *stack; /* a crash by stack overflow needs another one to be handled on */
} state;
static volatile sig_atomic_t armed, stop_seen, resume_seen;

/* Only async-signal-safe calls from here on. */
static void
on_crash(int number)
{
    if (armed) {
        armed = 0;
        /* The terminal may be slow: try for a moment, then let the rest go. */
        for (size_t sent = 0, tries = 0; sent < state.len && tries < 1000; tries++) {
            ssize_t n = write(state.tty_fd, state.restore + sent, state.len - sent);
            if (n > 0) {
                sent += (size_t)n;
            } else if (errno != EINTR && errno != EAGAIN) {
                break;
            }
        }
        tcsetattr(state.tty_fd, TCSANOW, &state.modes);
        guard_tell(state.guard, GUARD_OFF);
    }
    signal(number, SIG_DFL);
    raise(number);
}

static void
on_job(int number)
{
    int saved = errno;
    if (number == SIGTSTP) {
        stop_seen = 1;
    } else {
        resume_seen = 1;
    }
    uint64_t one = 1;
    ssize_t n = write(state.wake_fd, &one, sizeof(one));
    (void)n; /* a full counter wakes as well */
    errno = saved;
}

static void
install_job(void)
{
    struct sigaction job = {.sa_handler = on_job, .sa_flags = SA_RESTART};
    sigemptyset(&job.sa_mask);
    sigaction(SIGTSTP, &job, NULL);
    sigaction(SIGCONT, &job, NULL);
}

void
signals_arm(int tty_fd, const struct termios *modes, const char *restore, size_t len,
            int wake_fd, const struct guard *guard)
{
    state.guard = guard;
    state.tty_fd = tty_fd;
    state.wake_fd = wake_fd;
    state.modes = *modes;
    state.len = MIN(len, sizeof(state.restore));
    memcpy(state.restore, restore, state.len);
    stop_seen = resume_seen = 0;

    size_t size = 64 * (size_t)1024;
    state.stack = g_malloc(size);
    stack_t stack = {.ss_sp = state.stack, .ss_size = size};
    sigaltstack(&stack, &state.before_stack);

    struct sigaction crash = {.sa_handler = on_crash,
                              .sa_flags = (int)(SA_ONSTACK | SA_RESETHAND | SA_NODEFER)};
    sigemptyset(&crash.sa_mask);
    for (size_t i = 0; i < G_N_ELEMENTS(crashes); i++) {
        sigaction(crashes[i], &crash, &state.before_crash[i]);
    }
    sigaction(SIGTSTP, NULL, &state.before_stop);
    sigaction(SIGCONT, NULL, &state.before_resume);
    install_job();
    armed = 1;
}

void
signals_disarm(void)
{
    if (!armed) {
        return;
    }
    armed = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(crashes); i++) {
        sigaction(crashes[i], &state.before_crash[i], NULL);
    }
    sigaction(SIGTSTP, &state.before_stop, NULL);
    sigaction(SIGCONT, &state.before_resume, NULL);
    sigaltstack(&state.before_stack, NULL);
    g_free(state.stack);
    state.stack = NULL;
}

struct signals_seen
signals_take(void)
{
    struct signals_seen seen = {stop_seen != 0, resume_seen != 0};
    stop_seen = resume_seen = 0;
    return seen;
}

void
signals_stop_job(void)
{
    /* First the others (a script that started us, say), then this process by a signal to this
     * very thread: so it is certain to have stopped before the next line runs. */
    signal(SIGTSTP, SIG_IGN);
    kill(0, SIGTSTP);
    signal(SIGTSTP, SIG_DFL);
    raise(SIGTSTP);
    install_job();
    resume_seen = 0;
}
