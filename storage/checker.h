/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads all of a large cache file once, behind the back of everybody, to find out whether it is
 * still readable: the start checks small files whole, but of large ones only the small tables.
 *
 * Threads: one of its own, with a connection of its own, resting four fifths of the time.
 */
#ifndef STORAGE_CHECKER_H
#define STORAGE_CHECKER_H

#include "src/core/error.h"

struct checker;

/* Called from the checker's thread, at most once, with what is wrong. */
typedef void checker_found(void *user, const char *text);

/* RC_OK with *ret NULL: the file is small, there is nothing to do. */
MUST_USE enum rc checker_start(struct checker **ret, const char *path, checker_found *found,
                               void *user, struct err *err);

/* Ends it, wherever it is. NULL is fine. */
void checker_stop(struct checker *k);

#endif
