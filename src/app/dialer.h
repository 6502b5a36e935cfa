/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Dialer: connects to the central store in a thread of its own, because that may take seconds
 * (a name to look up, a host that is silent) in which others have messages to take. What it has
 * reached belongs to whoever takes it.
 *
 * Threads: its functions belong to one thread. An attempt under way is left behind at the end.
 */
#ifndef SRC_APP_DIALER_H
#define SRC_APP_DIALER_H

#include "storage/pg.h"

struct dialer;

/* conninfo and purpose are copied. The connections end what they wait for when dialer_hurry()
 * has run out. NULL: no thread could be started. */
struct dialer *dialer_start(const char *conninfo, const char *purpose, int64_t connect_us,
                            int64_t answer_us);
/* No connection of it may be open any more; NULL is fine. */
void dialer_stop(struct dialer *d);

/* Begin an attempt, unless one is under way or its end has not been taken. */
void dialer_dial(struct dialer *d);
bool dialer_busy(struct dialer *d);
/* Readable when an attempt has ended. */
int dialer_fd(const struct dialer *d);
/* RC_OK: *ret is a connection. RC_BUSY: no attempt has ended. RC_IO: one has failed, and why.
 */
MUST_USE enum rc dialer_take(struct dialer *d, struct pg **ret, struct err *err);

/* Any thread: whoever waits for the store shall give up after so long, the connection is lost
 * then; 0: no hurry any more. */
void dialer_hurry(struct dialer *d, int64_t after_us);

#endif
