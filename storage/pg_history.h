/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * History in the central store: readings, journal lines and occurrences, page by page, newest
 * first; and trends. What the functions of data/sql/pg/006-history.sql and 008-trends.sql
 * answer, as records.
 *
 * Threads and errors: those of the connection (storage/pg.h). On failure out has what it had.
 */
#ifndef STORAGE_PG_HISTORY_H
#define STORAGE_PG_HISTORY_H

#include "src/core/archive.h"
#include "src/core/reading.h"
#include "storage/pg.h"

/* A reading with the names it was stored under; they need not be in any plant of today. */
struct central_reading {
    char *station, *component;
    struct record record; /* series: 0 */
};
void central_reading_clear(void *reading); /* for g_array_set_clear_func() */

/* A component; NULL: any. */
struct component_name {
    const char *station, *component;
};

struct pg_history_range {
    wall_us since, until; /* both included; WALL_NONE: open */
    uint32_t skip;        /* of time until, so many rows are known already */
    uint32_t at_most;     /* rows of the page */
    bool more;            /* set by what follows: there may be another page */
};

/* Each moves range on behind its page. A row of a kind that only later versions know is left
 * out. */

/* Appended to out (struct central_reading). n 0: of all components. */
MUST_USE enum rc pg_history_readings(struct pg *pg, const struct component_name *names,
                                     size_t n, struct pg_history_range *range, GArray *out,
                                     struct err *err);

/* Appended to out (struct journal_record). event NULL: of any kind. */
MUST_USE enum rc pg_history_journal(struct pg *pg, const struct component_name *name,
                                    const char *event, struct pg_history_range *range,
                                    GArray *out, struct err *err);

/* Appended to out (struct occurrence_record), by raised_at. open_only: not those that are over.
 */
MUST_USE enum rc pg_history_alarms(struct pg *pg, const struct component_name *name,
                                   bool open_only, struct pg_history_range *range, GArray *out,
                                   struct err *err);

/* The readings of an ARCHIVE_TREND request in out's buckets, of the range only, whose until is
 * not included; when that begins with the request's span, also what was last before it. out is
 * the zeroed answer to r; after a failure it has a part of that. */
MUST_USE enum rc pg_history_trend(struct pg *pg, const struct archive_request *r,
                                  const struct pg_history_range *range,
                                  struct archive_answer *out, struct err *err);

#endif
