/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signals that touch the terminal: a crash must give it back, a stop (Ctrl-Z from outside) and
 * a continue must be noticed by the loop.
 *
 * Threads: armed and disarmed by the thread that owns the terminal; the handlers run in any.
 * The state lives in file-scope variables, because a signal handler is given no pointer.
 */
#ifndef UI_SIGNALS_H
#define UI_SIGNALS_H

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

#include "ui/guard.h"

#define SIGNALS_RESTORE_MAX 512

/*
 * From now on a crash (SEGV, BUS, ABRT, FPE, ILL, TRAP, QUIT) writes restore to tty_fd and puts
 * the modes back before it takes its course, and tells guard, which must stay where it is until
 * signals_disarm(), that this is done. wake_fd is an eventfd, written on TSTP and CONT.
 */
void signals_arm(int tty_fd, const struct termios *modes, const char *restore, size_t len,
                 int wake_fd, const struct guard *guard);
void signals_disarm(void);

/* What came since the last call. */
struct signals_seen {
    bool stop, resume;
};
struct signals_seen signals_take(void);

/* Stop the whole job, as the shell expects of Ctrl-Z; returns when it is continued. */
void signals_stop_job(void);

#endif
