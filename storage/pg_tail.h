/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The last readings that the central store has of some components: what a new owner compares
 * its cache with.
 *
 * Threads: the connection's. Errors: as storage/pg.h.
 */
#ifndef STORAGE_PG_TAIL_H
#define STORAGE_PG_TAIL_H

#include <glib.h>

#include "src/core/reading.h"
#include "src/core/uuid.h"
#include "storage/pg.h"

struct pg_tail_names {
    const char *station, *component;
};

/* Readings are looked at from *ret_since on, those of segment besides left out: at most 32 of
 * each component, oldest first. Appended to out: struct record, each with its own reference of
 * text; series is the place in names. */
MUST_USE enum rc pg_tail(struct pg *pg, const struct pg_tail_names *names, size_t n,
                         const struct uuid *besides, GArray *out, wall_us *ret_since,
                         struct err *err);

#endif
