/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The outbox in slices: each batch once and in order, whatever is read ahead or comes to it. */
#include "storage/outbox_drain.h"
#include "storage/outbox_private.h"
#include "tests/cache_support.h"
#include "tests/outbox_support.h"
#include "tests/unit.h"

#define EACH 10u /* rows of a batch */

static void
add(struct outbox *o, const struct segment *s, uint64_t from, uint64_t to)
{
    uint32_t series;
    assert_int_equal(outbox_number(o, "S", "C", &series, NULL), RC_OK);
    for (uint64_t number = from; number <= to; number++) {
        struct outbox_batch *b = outbox_support_batch(s, number);
        outbox_support_fill(b, series, T0, 1, EACH);
        assert_int_equal(outbox_add(o, b, NULL), RC_OK);
        outbox_batch_free(b);
    }
}

static uint64_t
batches_on_disk(const struct outbox *o)
{
    struct outbox_stats stats;
    outbox_stats(o, &stats);
    return stats.pending / EACH;
}

/* The next slice is of segment s, batches from to to. */
static GPtrArray *
take(struct outbox_drain *d, size_t max_rows, const struct segment *s, uint64_t from,
     uint64_t to)
{
    GPtrArray *slice = outbox_support_batches();
    assert_int_equal(drain_take(d, max_rows, slice, NULL), RC_OK);
    assert_int_equal(slice->len, to + 1 - from);
    for (unsigned i = 0; i < slice->len; i++) {
        const struct outbox_batch *batch = g_ptr_array_index(slice, i);
        assert_int_equal(batch->number, from + i);
        assert_int_equal(batch->records->len, EACH);
        assert_memory_equal(&batch->segment.id, &s->id, sizeof(s->id));
        assert_string_equal(batch->segment.instance, s->instance);
    }
    return slice;
}

static void
sent(struct outbox_drain *d, GPtrArray *slice)
{
    drain_sent(d, slice);
    g_ptr_array_unref(slice);
}

/* There is no more of it, and all that was sent leaves the disk; in how many steps? */
static unsigned
tidy(struct outbox_drain *d, const struct segment *s)
{
    bool more = true;
    unsigned steps = 0;
    for (; more; steps++) {
        assert_in_range(steps, 0, 100);
        g_ptr_array_unref(take(d, SIZE_MAX, s, 1, 0));
        assert_int_equal(drain_tidy(d, &more, NULL), RC_OK);
    }
    assert_int_equal(drain_kept(d), 0);
    assert_int_equal(batches_on_disk(d->outbox), 0);
    return steps;
}

/* As a COPY does it. */
static void
copy(struct outbox_drain *d, unsigned calls)
{
    for (unsigned i = 0; i < calls; i++) {
        drain_meanwhile(d, false);
    }
    drain_meanwhile(d, true);
}

static void
test_each_batch_once_and_in_order(void **state)
{
    const struct place *place = *state;
    for (unsigned calls = 0; calls < 4; calls++) { /* 0: nothing is read ahead */
        struct segment a = outbox_support_segment(2 * calls + 1, 1, false),
                       z = outbox_support_segment(2 * calls + 2, 2, false);
        struct outbox *o = outbox_support_open(place->path);
        struct outbox_drain d;
        drain_init(&d, o);
        add(o, &a, 1, 5);
        add(o, &z, 1, 1);
        GPtrArray *slice = take(&d, 2 * EACH, &a, 1, 2);
        copy(&d, calls);
        add(o, &a, 6, 6); /* a live one that has to queue behind */
        sent(&d, slice);
        slice = take(&d, 2 * EACH, &a, 3, 4);
        copy(&d, calls);
        sent(&d, slice);
        slice = take(&d, 2 * EACH, &a, 5, 6);
        copy(&d, calls);
        sent(&d, slice);
        slice = take(&d, 2 * EACH, &z, 1, 1);
        copy(&d, calls);
        sent(&d, slice);
        assert_int_equal(drain_kept(&d), 7 * EACH);
        tidy(&d, &z);
        drain_fini(&d);
        outbox_close(o);
    }
}

/* What came to the segment after the slice that was read ahead had ended it is not left. */
static void
test_an_incomplete_slice_is_filled_up(void **state)
{
    const struct place *place = *state;
    struct outbox *o = outbox_support_open(place->path);
    struct segment a = outbox_support_segment(1, 1, false);
    struct outbox_drain d;
    drain_init(&d, o);
    add(o, &a, 1, 4);
    GPtrArray *slice = take(&d, 3 * EACH, &a, 1, 3);
    copy(&d, 5);
    add(o, &a, 5, 8);
    sent(&d, slice);
    sent(&d, take(&d, 3 * EACH, &a, 4, 6));
    sent(&d, take(&d, SIZE_MAX, &a, 7, 8));
    drain_fini(&d); /* the process ends in order */
    assert_int_equal(batches_on_disk(o), 0);
    outbox_close(o);
}

/* Removing costs some time, which the server does not wait for; and what comes while it goes on
 * need not wait either. */
static void
test_what_was_sent_goes_when_nothing_waits(void **state)
{
    const struct place *place = *state;
    struct outbox *o = outbox_support_open(place->path);
    struct segment a = outbox_support_segment(1, 1, false),
                   z = outbox_support_segment(2, 1, false);
    struct outbox_drain d;
    bool more;
    drain_init(&d, o);
    add(o, &a, 1, 700);
    GPtrArray *slice = take(&d, 600 * EACH, &a, 1, 600);
    copy(&d, 2);
    sent(&d, slice);
    slice = take(&d, 600 * EACH, &a, 601, 700);
    copy(&d, 2);
    sent(&d, slice);
    assert_int_equal(batches_on_disk(o), 700);
    assert_int_equal(drain_kept(&d), 700 * EACH);
    g_ptr_array_unref(take(&d, 600 * EACH, &a, 1, 0));
    assert_int_equal(drain_tidy(&d, &more, NULL), RC_OK);
    assert_true(more);
    assert_in_range(batches_on_disk(o), 300, 699);
    assert_int_equal(drain_kept(&d), batches_on_disk(o) * EACH);
    add(o, &a, 701, 702); /* both wait, and the first is of a segment that was sent */
    add(o, &z, 1, 2);
    sent(&d, take(&d, 600 * EACH, &a, 701, 702));
    sent(&d, take(&d, 600 * EACH, &z, 1, 2));
    assert_in_range(tidy(&d, &z), 3, 10);
    drain_fini(&d);
    outbox_close(o);
}

/* A segment that is older than what was sent last is not forgotten: a reading that was put back
 * gets a segment of its own, and the session's goes on. */
static void
test_an_older_segment_goes_on(void **state)
{
    const struct place *place = *state;
    struct outbox *o = outbox_support_open(place->path);
    struct segment a = outbox_support_segment(1, 1, false),
                   z = outbox_support_segment(2, 1, false);
    struct outbox_drain d;
    bool more = true;
    drain_init(&d, o);
    add(o, &a, 1, 1);
    add(o, &z, 1, 1);
    sent(&d, take(&d, SIZE_MAX, &a, 1, 1));
    sent(&d, take(&d, SIZE_MAX, &z, 1, 1));
    add(o, &a, 2, 2);
    for (unsigned steps = 0; more && drain_kept(&d) > 0; steps++) {
        assert_in_range(steps, 0, 10);
        g_ptr_array_unref(take(&d, SIZE_MAX, &z, 1, 0));
        assert_int_equal(drain_tidy(&d, &more, NULL), RC_OK);
    }
    assert_true(more); /* to be looked for once more */
    sent(&d, take(&d, SIZE_MAX, &a, 2, 2));
    tidy(&d, &a);
    drain_fini(&d);
    outbox_close(o);
}

/* More of it than that is not kept, however much there is to send. */
static void
test_what_was_sent_is_kept_for_so_long(void **state)
{
    const struct place *place = *state;
    struct outbox *o = outbox_support_open(place->path);
    struct segment a = outbox_support_segment(1, 1, false);
    struct outbox_drain d;
    drain_init(&d, o);
    add(o, &a, 1, 2000);
    d.most_kept = 1000 * EACH;
    for (unsigned from = 1; from < 2000; from += 500) {
        GPtrArray *slice = take(&d, 500 * EACH, &a, from, from + 499);
        copy(&d, 2);
        sent(&d, slice);
        assert_in_range(drain_kept(&d), 0, 1500 * EACH);
    }
    assert_int_equal(batches_on_disk(o) * EACH, drain_kept(&d));
    assert_in_range(batches_on_disk(o), 500, 1500);
    drain_fini(&d);
    outbox_close(o);
}

static void
test_what_could_not_be_stored_comes_again(void **state)
{
    const struct place *place = *state;
    struct outbox *o = outbox_support_open(place->path);
    struct segment a = outbox_support_segment(1, 1, false);
    struct outbox_drain d;
    drain_init(&d, o);
    add(o, &a, 1, 6);
    GPtrArray *slice = take(&d, 2 * EACH, &a, 1, 2);
    copy(&d, 3);
    sent(&d, slice);
    slice = take(&d, 2 * EACH, &a, 3, 4);
    drain_meanwhile(&d, false); /* and the connection is lost */
    drain_again(&d);
    assert_int_equal(batches_on_disk(o), 6);
    assert_int_equal(drain_kept(&d), 2 * EACH);
    g_ptr_array_unref(slice);
    sent(&d, take(&d, 2 * EACH, &a, 3, 4));
    sent(&d, take(&d, 2 * EACH, &a, 5, 6));
    tidy(&d, &a);
    drain_fini(&d);
    outbox_close(o);
}

/* Messages come again, and a turn must not take long: what was read ahead goes in parts. */
static void
test_a_slice_may_get_smaller(void **state)
{
    const struct place *place = *state;
    struct outbox *o = outbox_support_open(place->path);
    struct segment a = outbox_support_segment(1, 1, false);
    struct outbox_drain d;
    drain_init(&d, o);
    add(o, &a, 1, 24);
    GPtrArray *slice = take(&d, 10 * EACH, &a, 1, 10);
    copy(&d, 5);
    sent(&d, slice);
    sent(&d, take(&d, 2 * EACH, &a, 11, 12));
    sent(&d, take(&d, 0, &a, 13, 13)); /* at least one */
    slice = take(&d, 4 * EACH, &a, 14, 17);
    copy(&d, 5);
    sent(&d, slice);
    sent(&d, take(&d, 20 * EACH, &a, 18, 24));
    tidy(&d, &a);
    drain_fini(&d);
    outbox_close(o);
}

/* As long as the store is quick, and no longer than something else may wait. */
static void
test_slices_fit_the_store(void **state)
{
    (void)state;
    size_t first = drain_fit(0, 0, 0), least = first;
    assert_in_range(first, 1, DRAIN_ROWS / 2);
    assert_int_equal(drain_fit(first, first, 400 * US_PER_MS), 2 * first);
    assert_int_equal(drain_fit(first, first, 600 * US_PER_MS), first);
    assert_int_equal(drain_fit(first, first, 3 * US_PER_S), first / 2);
    assert_int_equal(drain_fit(first, first, INT64_MAX), first / 2); /* it broke */
    assert_int_equal(drain_fit(DRAIN_ROWS, DRAIN_ROWS, 1), DRAIN_ROWS);
    for (unsigned i = 0; i < 10; i++) {
        least = drain_fit(least, least, INT64_MAX);
    }
    assert_in_range(least, first / 10, first / 2);
    /* Small ones say nothing of large ones. */
    assert_int_equal(drain_fit(first, first / 3, 100 * US_PER_MS), first);
    assert_int_equal(drain_fit(first, first / 3, 3 * US_PER_S), first);
}

/* One in between was stored live: what follows it is another slice, and another stretch. */
static void
test_a_slice_has_no_gap(void **state)
{
    const struct place *place = *state;
    struct outbox *o = outbox_support_open(place->path);
    struct segment a = outbox_support_segment(1, 1, false);
    struct outbox_drain d;
    drain_init(&d, o);
    add(o, &a, 1, 3);
    add(o, &a, 5, 6);
    GPtrArray *slice = take(&d, SIZE_MAX, &a, 1, 3);
    copy(&d, 2);
    sent(&d, slice);
    sent(&d, take(&d, SIZE_MAX, &a, 5, 6));
    assert_int_equal(drain_kept(&d), 5 * EACH);
    tidy(&d, &a);
    drain_fini(&d);
    outbox_close(o);
}

/* However small they are: each takes room of its own. */
static void
test_no_more_batches_than_there_is_room_for(void **state)
{
    const struct place *place = *state;
    struct outbox *o = outbox_support_open(place->path);
    struct segment a = outbox_support_segment(1, 1, false);
    struct outbox_drain d;
    drain_init(&d, o);
    assert_int_equal(sqlite3_exec(o->db, "PRAGMA synchronous = OFF", NULL, NULL, NULL),
                     SQLITE_OK);
    for (uint64_t number = 1; number <= OUTBOX_BATCHES + 10; number++) {
        struct outbox_batch *b = outbox_support_batch(&a, number);
        assert_int_equal(outbox_add(o, b, NULL), RC_OK);
        outbox_batch_free(b);
    }
    GPtrArray *slice = outbox_support_batches();
    assert_int_equal(drain_take(&d, SIZE_MAX, slice, NULL), RC_OK);
    assert_int_equal(slice->len, OUTBOX_BATCHES);
    sent(&d, slice);
    slice = outbox_support_batches();
    assert_int_equal(drain_take(&d, SIZE_MAX, slice, NULL), RC_OK);
    assert_int_equal(slice->len, 10);
    sent(&d, slice);
    drain_fini(&d);
    outbox_close(o);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_each_batch_once_and_in_order, support_set_up,
                                        support_tear_down),
        cmocka_unit_test_setup_teardown(test_an_incomplete_slice_is_filled_up, support_set_up,
                                        support_tear_down),
        cmocka_unit_test_setup_teardown(test_what_was_sent_goes_when_nothing_waits,
                                        support_set_up, support_tear_down),
        cmocka_unit_test_setup_teardown(test_an_older_segment_goes_on, support_set_up,
                                        support_tear_down),
        cmocka_unit_test_setup_teardown(test_what_was_sent_is_kept_for_so_long, support_set_up,
                                        support_tear_down),
        cmocka_unit_test(test_slices_fit_the_store),
        cmocka_unit_test_setup_teardown(test_a_slice_has_no_gap, support_set_up,
                                        support_tear_down),
        cmocka_unit_test_setup_teardown(test_no_more_batches_than_there_is_room_for,
                                        support_set_up, support_tear_down),
        cmocka_unit_test_setup_teardown(test_a_slice_may_get_smaller, support_set_up,
                                        support_tear_down),
        cmocka_unit_test_setup_teardown(test_what_could_not_be_stored_comes_again,
                                        support_set_up, support_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
