/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* SIGTTOU among them: the shell has taken the terminal back by the time we restore it. */
static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGTTOU, SIGTTIN};

/* Leaves the last state told in *state; returns at the end of the pipe. */
static void
watch(int fd, char *state)
{
    for (;;) {
        ssize_t n = read(fd, state, 1);
        if (n == 0 || (n < 0 && errno != EINTR)) {
            return;
        }
    }
}

/*
 * The child of a process with threads: only async-signal-safe calls. All other files are closed
 * (the lock of the cache is one of them: the next start must not find it held).
 */
static void
run_guard(int pipe_fd, int tty_fd, const struct termios *modes, const char *restore, size_t len)
{
    for (size_t i = 0; i < G_N_ELEMENTS(ignored); i++) {
        signal(ignored[i], SIG_IGN);
    }
    setpgid(0, 0);
    prctl(PR_SET_NAME, "leitstand-guard");
    if (dup2(pipe_fd, 0) < 0 || dup2(tty_fd, 1) < 0) {
        _exit(1);
    }
    close_range(2, ~0u, 0);

    char state = GUARD_ON;
    watch(0, &state);
    if (state == GUARD_ON) {
        ssize_t n = write(1, restore, len);
        (void)n; /* a terminal that is gone needs nothing any more */
        tcsetattr(1, TCSANOW, modes);
    }
    _exit(0);
}

void
guard_start(struct guard *g, int tty_fd, const struct termios *modes, const char *restore,
            size_t len)
{
    *g = (struct guard){.pid = -1, .pipe_fd = -1};
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return;
    }
    /* The guard must be the only reader and we the only writer, or the end is never seen. */
    g->pid = fork();
    if (g->pid == 0) {
        run_guard(ends[0], tty_fd, modes, restore, len);
    }
    close(ends[0]);
    g->pipe_fd = ends[1];
    if (g->pid < 0) {
        close(g->pipe_fd);
        g->pipe_fd = -1;
    }
}

void
guard_tell(const struct guard *g, enum guard_state state)
{
    char byte = (char)state;
    if (g->pid > 0) {
        ssize_t n = write(g->pipe_fd, &byte, 1);
        (void)n; /* a guard that is gone cannot be told */
    }
}

void
guard_end(struct guard *g)
{
    if (g->pid <= 0) {
        return;
    }
    guard_tell(g, GUARD_OFF);
    close(g->pipe_fd);
    while (waitpid(g->pid, NULL, 0) < 0 && errno == EINTR) {
    }
    *g = (struct guard){.pid = -1, .pipe_fd = -1};
}
