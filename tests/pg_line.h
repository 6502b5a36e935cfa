/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way of readings from an outbox to a store, for the tests that walk it. */
#ifndef TESTS_PG_LINE_H
#define TESTS_PG_LINE_H

#include "storage/pg_readings.h"
#include "tests/outbox_support.h"
#include "tests/pg_support.h"

struct line {
    struct store *store;
    struct outbox *outbox;
    struct pg *pg;
    struct pg_readings *readings;
    uint32_t series; /* of component level of station PS-01 */
    wall_us now;
};

struct line line_open(void **state); /* state: a struct store */
void line_close(struct line *l);
/* The connection alone. */
void line_cut(struct line *l);
void line_connect(struct line *l);

/* Batches from to to of a segment, each of n messages that count on through them. */
GPtrArray *line_batches(const struct line *l, const struct segment *s, uint64_t from,
                        uint64_t to, unsigned n);
/* One batch, messages first to last. */
GPtrArray *line_batch(const struct line *l, const struct segment *s, uint64_t number,
                      unsigned first, unsigned last);

/* Store, or fail the test. */
void line_store(struct line *l, GPtrArray *batches, const char *grant);
/* The same, and the batches are done with. */
void line_store_away(struct line *l, GPtrArray *batches);
/* The store refuses with this outcome, or the test fails. */
void line_refused(struct line *l, GPtrArray *batches, const char *grant, enum pg_outcome want);
void line_assert_rows(const struct line *l, int64_t n);

#endif
