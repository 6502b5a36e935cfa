/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The outbox in slices: each batch once and in order, whatever is read ahead or comes to it. */
#include "storage/outbox_drain.h"
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
    assert_int_equal(drain_sent(d, slice, NULL), RC_OK);
    g_ptr_array_unref(slice);
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
        g_ptr_array_unref(take(&d, 2 * EACH, &z, 1, 0));
        assert_int_equal(batches_on_disk(o), 0);
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
    drain_fini(&d);
    assert_int_equal(batches_on_disk(o), 0);
    outbox_close(o);
}

/* Removing costs some time: a little of it goes while the next slice is on its way, and the
 * rest while the store ends that. */
static void
test_what_was_sent_goes_with_the_next_slice(void **state)
{
    const struct place *place = *state;
    struct outbox *o = outbox_support_open(place->path);
    struct segment a = outbox_support_segment(1, 1, false);
    struct outbox_drain d;
    drain_init(&d, o);
    add(o, &a, 1, 1300);
    GPtrArray *slice = take(&d, 600 * EACH, &a, 1, 600);
    copy(&d, 1);
    sent(&d, slice);
    assert_int_equal(batches_on_disk(o), 1300);
    slice = take(&d, 600 * EACH, &a, 601, 1200);
    drain_meanwhile(&d, false);
    assert_in_range(batches_on_disk(o), 701, 1299);
    drain_meanwhile(&d, true);
    assert_int_equal(batches_on_disk(o), 700);
    sent(&d, slice);
    assert_int_equal(batches_on_disk(o), 700);
    drain_fini(&d); /* the process ends in order */
    assert_int_equal(batches_on_disk(o), 100);
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
    assert_int_equal(batches_on_disk(o), 4);
    g_ptr_array_unref(slice);
    sent(&d, take(&d, 2 * EACH, &a, 3, 4));
    sent(&d, take(&d, 2 * EACH, &a, 5, 6));
    assert_int_equal(batches_on_disk(o), 0);
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
    assert_int_equal(batches_on_disk(o), 14);
    sent(&d, take(&d, 0, &a, 13, 13)); /* at least one */
    slice = take(&d, 4 * EACH, &a, 14, 17);
    copy(&d, 5);
    sent(&d, slice);
    sent(&d, take(&d, 20 * EACH, &a, 18, 24));
    assert_int_equal(batches_on_disk(o), 0);
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
        cmocka_unit_test_setup_teardown(test_what_was_sent_goes_with_the_next_slice,
                                        support_set_up, support_tear_down),
        cmocka_unit_test_setup_teardown(test_a_slice_may_get_smaller, support_set_up,
                                        support_tear_down),
        cmocka_unit_test_setup_teardown(test_what_could_not_be_stored_comes_again,
                                        support_set_up, support_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
