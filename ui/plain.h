/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The line mode: the same model as the screen, told in whole lines that are never taken back,
 * for screen readers, dumb terminals and pipes. What changes is told by itself, alarms first,
 * the worst one first; lists are told when asked for, and their rows have numbers by which they
 * are acknowledged or shelved.
 *
 * Threads: main only; signals as in console.h.
 */
#ifndef UI_PLAIN_H
#define UI_PLAIN_H

#include "ui/console.h"

/* Commands are read from in_fd (its end is no reason to end), lines go to out_fd. RC_OK: the
 * user left or a signal ended it. RC_IO: out_fd takes nothing any more. */
MUST_USE enum rc plain_run(const struct console_config *config, int in_fd, int out_fd,
                           struct err *err);

#endif
