/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The guard: a small process beside the console that gives the terminal back when the console
 * is gone without a word (kill -9, out of memory), which no signal handler can do.
 *
 * It holds nothing but the terminal and one end of a pipe; it runs in a process group of its
 * own, so that what is sent to the console's group does not reach it.
 *
 * Threads: as the terminal's. guard_tell() may be called in a signal handler.
 */
#ifndef UI_GUARD_H
#define UI_GUARD_H

#include <stddef.h>
#include <sys/types.h>
#include <termios.h>

enum guard_state {
    GUARD_OFF = 'o', /* the terminal is the shell's: nothing to give back */
    GUARD_ON = 'a',  /* the terminal is ours */
};

struct guard {
    pid_t pid; /* -1: there is none */
    int pipe_fd;
};

/*
 * Start in state GUARD_ON. A guard that could not be started (no more processes) is no error:
 * the console runs without one.
 */
void guard_start(struct guard *g, int tty_fd, const struct termios *modes, const char *restore,
                 size_t len);

void guard_tell(const struct guard *g, enum guard_state state);

/* Tell it that the terminal is given back, and wait until it is gone. */
void guard_end(struct guard *g);

#endif
