/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Aside: the file beside a cache, PATH.refused, with the changes of alarms and journal lines
 * that the central store refused, a line each (sync_out.c writes it). How many there are is
 * told until an administrator has moved the file away.
 *
 * Threads: none of its own.
 */
#ifndef SRC_APP_ASIDE_H
#define SRC_APP_ASIDE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "src/core/error.h"

struct aside {
    char *path; /* constant */
    /* As it was when it was looked at last: which file, how far it was read. */
    dev_t device;
    ino_t file;
    off_t seen;
    uint64_t lines;
    bool unended; /* something follows the last line's end */
};

void aside_init(struct aside *a, const char *cache_path);
void aside_fini(struct aside *a);

/*
 * So many lines has the file; 0: there is none. Only what is new since the last time is read,
 * in blocks. RC_IO: there is one, and it cannot be read; *ret is what is known of it then, and
 * at least 1, for it is made for what was refused and nothing else.
 */
MUST_USE enum rc aside_count(struct aside *a, uint64_t *ret, struct err *err);

#endif
