/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What pg_readings.c, pg_load.c and pg_isolate.c share; nobody else includes it. */
#ifndef STORAGE_PG_READINGS_PRIVATE_H
#define STORAGE_PG_READINGS_PRIVATE_H

#include "storage/copy_rows.h"
#include "storage/pg_neighbours.h"
#include "storage/pg_readings.h"

struct pg_readings {
    struct pg *pg;
    const struct outbox *outbox;
    GArray *series;    /* int32_t: the store's numbers by the outbox's; 0: not asked yet */
    GArray *days;      /* int32_t: those that have room in the store */
    GByteArray *bytes; /* rows on their way */
    pg_meanwhile *meanwhile; /* NULL: nobody wants the time */
    void *meanwhile_user;
    struct {
        bool known;
        struct uuid uuid;
        int32_t id; /* the store's */
        uint64_t last, messages;
    } segment;
    struct pg_neighbours neighbours; /* of segment */
    struct {
        struct uuid uuid;     /* of a segment */
        uint64_t first, last; /* its batches of which nothing has to be asked; none: 1, 0 */
    } foreseen;
};

enum skip_reason { SKIP_REFUSED = 1 << 0, SKIP_REPEATED = 1 << 1 };

/* What is to be stored in one COPY. Rows count over all batches, also those before from. */
struct load {
    GPtrArray *batches;
    const char *grant;
    unsigned from; /* batches before this one are in the store already */
    size_t rows;   /* of all batches */
    uint8_t *skip; /* for each row: enum skip_reason, or-ed; NULL: none is left out */
};

void load_init(struct load *l, GPtrArray *batches, const char *grant);
void load_fini(struct load *l);
/* Leave rows [first, first + n) out. */
void load_skip(struct load *l, size_t first, size_t n, enum skip_reason why);

/* A stretch of rows, one after the other. */
struct load_cursor {
    const struct load *load;
    unsigned batch, record; /* of the next row */
    size_t row, end;
};
struct load_cursor load_rows(const struct load *l, size_t first, size_t end);
/* The next row that is not left out; NULL: there is none any more. *ret_row: its number. */
const struct record *load_next(struct load_cursor *c, size_t *ret_row);

/* Learn from the store what it has of the segment, and from where on it lacks batches: l->from
 * is batches->len when it has all. RC_INVALID with PG_GAP or PG_TROUBLE. */
MUST_USE enum rc load_place(struct pg_readings *r, struct load *l, enum pg_outcome *ret,
                            struct err *err);

/* Where the rows begin that the store has not got. */
size_t load_first(const struct load *l);

/* Have numbers for the series, and room for the days, of rows [first, end). *ret_refused: days
 * that get none; load_has_day() tells which. */
MUST_USE enum rc load_ask(struct pg_readings *r, const struct load *l, size_t first, size_t end,
                          size_t *ret_refused, struct err *err);

/* The store may have lost what it told: what was foreseen is not relied on. */
void load_forget_foreseen(struct pg_readings *r);

/* Whether the day of ts has room. */
bool load_has_day(const struct pg_readings *r, wall_us ts);
/* Why a row has no place. */
enum rc load_no_day(wall_us ts, struct err *err);

/* Tell the store about the batch (leitstand.batch and leitstand.ids in data/sql). */
MUST_USE enum rc load_describe(struct pg_readings *r, const char *batch, const char *ids,
                               struct err *err);
/* Send rows [first, end) as a COPY; the store has been told about the batch. */
MUST_USE enum rc load_copy(struct pg_readings *r, const struct load *l, size_t first,
                           size_t end, struct err *err);

/* place, ask, compare, copy, note; as pg_readings_store(). */
MUST_USE enum rc load_store(struct pg_readings *r, struct load *l, enum pg_outcome *ret,
                            struct err *err);

/* Why the store refused the last statement, if rc is RC_INVALID. copied: the COPY of rows. */
enum pg_outcome load_outcome(const struct pg_readings *r, bool copied);

#endif
