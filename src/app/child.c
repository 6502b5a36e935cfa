/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/core/clock.h"

#define END_US (3 * US_PER_S)

/* In the new process, where nothing but system calls is allowed. */
static void
become(const char *program, char *const argv[], pid_t parent, int in, int out, int fail)
{
    sigset_t none;
    sigemptyset(&none);
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() == parent && dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 &&
        dup2(out, STDERR_FILENO) >= 0 && sigprocmask(SIG_SETMASK, &none, NULL) == 0) {
        signal(SIGPIPE, SIG_DFL);
        execv(program, argv);
    }
    int why = errno;
    (void)!write(fail, &why, sizeof(why));
    _exit(127);
}

/* The pipe closes when the program is executed; what comes before that is an error number. */
static int
wait_for_exec(int fd)
{
    int why = 0;
    ssize_t n;
    do {
        n = read(fd, &why, sizeof(why));
    } while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof(why) ? why : 0;
}

enum rc
child_start(struct child *c, const char *program, char *const argv[], const char *log,
            struct err *err)
{
    int fail[2] = {-1, -1};
    int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int out = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int why = in < 0 || out < 0 || pipe2(fail, O_CLOEXEC) != 0 ? errno : 0;
    pid_t parent = getpid();
    if (why == 0) {
        c->pid = fork();
        if (c->pid == 0) {
            become(program, argv, parent, in, out, fail[1]);
        }
        why = c->pid < 0 ? errno : 0;
        close(fail[1]);
        why = why != 0 ? why : wait_for_exec(fail[0]);
        close(fail[0]);
    }
    if (in >= 0) {
        close(in);
    }
    if (out >= 0) {
        close(out);
    }
    if (why != 0) {
        if (c->pid > 0) {
            waitpid(c->pid, NULL, 0);
        }
        c->pid = 0;
        return err_set(err, RC_IO, "could not start %s \"%s\": %s", c->name, program,
                       g_strerror(why));
    }
    return RC_OK;
}

bool
child_running(struct child *c)
{
    if (c->pid != 0 && waitpid(c->pid, NULL, WNOHANG) != 0) {
        c->pid = 0;
    }
    return c->pid != 0;
}

void
child_end(struct child *c)
{
    if (!child_running(c)) {
        return;
    }
    kill(c->pid, SIGTERM);
    mono_us deadline = clock_now().mono + END_US;
    while (child_running(c) && clock_now().mono < deadline) {
        poll(NULL, 0, 5);
    }
    if (c->pid != 0) {
        kill(c->pid, SIGKILL);
        waitpid(c->pid, NULL, 0);
        c->pid = 0;
    }
}
