/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What stands beside the cache file: the lock that keeps a second instance away, the mark that
 * says the file was found damaged while in use, and the damaged files set aside.
 */
#ifndef STORAGE_GUARD_H
#define STORAGE_GUARD_H

#include <stdbool.h>
#include <stddef.h>

#include "src/core/clock.h"
#include "src/core/error.h"

/*
 * Lock path for this process by PATH.lock, making missing directories. RC_BUSY: another one has
 * it, err says which. *ret_fd is held until it is closed; the file stays.
 */
MUST_USE enum rc guard_lock(const char *path, int *ret_fd, struct err *err);

/*
 * Rename path, with its -wal and -shm, to PATH.damaged-TIME; ret_name is told the new name.
 */
MUST_USE enum rc guard_move_aside(const char *path, wall_us now, char *ret_name, size_t cap,
                                  struct err *err);

/* Leave a mark that the next start shall move the file aside; look for it; take it away. */
void guard_mark(const char *path, const char *why);
bool guard_is_marked(const char *path);
void guard_unmark(const char *path);

#endif
