/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/pg_line.h"

#include "tests/unit.h"

void
line_connect(struct line *l)
{
    l->pg = store_connect(l->store);
    assert_int_equal(pg_readings_new(&l->readings, l->pg, l->outbox, NULL), RC_OK);
}

void
line_cut(struct line *l)
{
    pg_readings_free(g_steal_pointer(&l->readings));
    pg_close(g_steal_pointer(&l->pg));
}

struct line
line_open(void **state)
{
    struct line l = {.store = *state, .now = clock_now().wall};
    l.outbox = outbox_support_open(l.store->path);
    assert_int_equal(outbox_number(l.outbox, "PS-01", "level", &l.series, NULL), RC_OK);
    line_connect(&l);
    return l;
}

void
line_close(struct line *l)
{
    line_cut(l);
    outbox_close(l->outbox);
}

void
line_store(struct line *l, GPtrArray *batches, const char *grant)
{
    enum pg_outcome outcome = PG_TROUBLE;
    struct err err = {""};
    if (pg_readings_store(l->readings, batches, grant, &outcome, &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
    assert_int_equal(outcome, PG_STORED);
}

void
line_refused(struct line *l, GPtrArray *batches, const char *grant, enum pg_outcome want)
{
    enum pg_outcome outcome = PG_STORED;
    struct err err = {""};
    assert_int_equal(pg_readings_store(l->readings, batches, grant, &outcome, &err),
                     RC_INVALID);
    assert_int_equal(outcome, want);
    assert_true(strlen(err.text) > 0);
}

void
line_assert_rows(const struct line *l, int64_t n)
{
    assert_int_equal(store_count(l->store, "select count(*) from leitstand.readings"), n);
}

GPtrArray *
line_batches(const struct line *l, const struct segment *s, uint64_t from, uint64_t to,
             unsigned n)
{
    GPtrArray *batches = outbox_support_batches();
    for (uint64_t i = from; i <= to; i++) {
        struct outbox_batch *b = outbox_support_batch(s, i);
        unsigned first = (unsigned)(i - 1) * n + 1;
        outbox_support_fill(b, l->series, l->now, first, first + n - 1);
        g_ptr_array_add(batches, b);
    }
    return batches;
}

GPtrArray *
line_batch(const struct line *l, const struct segment *s, uint64_t number, unsigned first,
           unsigned last)
{
    GPtrArray *batches = outbox_support_batches();
    struct outbox_batch *b = outbox_support_batch(s, number);
    outbox_support_fill(b, l->series, l->now, first, last);
    g_ptr_array_add(batches, b);
    return batches;
}

void
line_store_away(struct line *l, GPtrArray *batches)
{
    line_store(l, batches, "");
    g_ptr_array_unref(batches);
}
