/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every call into SQLite is made to fail once: the first, the second, and so on until a run
 * passes without. Nothing may be lost or kept twice, and no good file be taken for damaged.
 */
#include "storage/outbox_drain.h"
#include "tests/cache_support.h"
#include "tests/outbox_support.h"
#include "tests/sqlite_faults.h"
#include "tests/unit.h"

#define TRIES 4

static struct outbox *
open_outbox(const char *path)
{
    for (int i = 0; i < TRIES; i++) {
        struct outbox *o = NULL;
        struct err err = {""};
        if (outbox_open(&o, path, &err) == RC_OK) {
            assert_string_equal(outbox_notice(o), "");
            return o;
        }
        assert_true(fault_fired() && strlen(err.text) > 0);
    }
    fail_msg("could not be opened");
    return NULL;
}

static void
add(struct outbox *o, const struct segment *s, uint64_t number)
{
    struct outbox_batch *b = outbox_support_batch(s, number);
    uint32_t series;
    char component[16];
    snprintf(component, sizeof(component), "C%u", (unsigned)number);
    assert_int_equal(outbox_number(o, "S", component, &series, NULL), RC_OK);
    outbox_support_fill(b, series, T0, 1, 3);
    for (int i = 0; outbox_add(o, b, NULL) != RC_OK; i++) {
        assert_true(fault_fired() && i < TRIES);
    }
    outbox_batch_free(b);
}

static void
check_first(struct outbox *o, unsigned want)
{
    GPtrArray *got = outbox_support_batches();
    for (int i = 0; outbox_first(o, SIZE_MAX, got, NULL) != RC_OK; i++) {
        assert_true(fault_fired() && i < TRIES);
        assert_int_equal(got->len, 0);
    }
    assert_int_equal(got->len, want);
    for (unsigned i = 0; i < want; i++) {
        const struct outbox_batch *b = g_ptr_array_index(got, i);
        assert_int_equal(b->records->len, 3);
        uint32_t series = g_array_index(b->records, struct record, 0).series;
        assert_string_equal(outbox_series(o, series)->station, "S");
    }
    g_ptr_array_unref(got);
}

static void
refuse_and_retry(struct outbox *o)
{
    struct record r = {.series = 1, .ts = T0, .received = T0};
    GArray *rows = g_array_new(FALSE, FALSE, sizeof(struct quarantined));
    g_array_set_clear_func(rows, quarantined_clear);
    for (int i = 0; outbox_refuse(o, &r, T0, "why", NULL) != RC_OK; i++) {
        assert_true(fault_fired() && i < TRIES);
    }
    for (int i = 0; outbox_quarantine(o, rows, NULL) != RC_OK; i++) {
        assert_true(fault_fired() && i < TRIES);
    }
    assert_in_range(rows->len, 1, 2); /* a commit whose answer was lost is one more */
    for (unsigned k = 0; k < rows->len; k++) {
        int64_t id = g_array_index(rows, struct quarantined, k).id;
        enum rc rc;
        for (int i = 0; (rc = outbox_retry(o, &id, 1, "pc", T0, NULL)) != RC_OK; i++) {
            assert_true(fault_fired() && i < TRIES);
            if (rc == RC_NOTFOUND) {
                break; /* it was done after all */
            }
        }
    }
    g_array_unref(rows);
}

/* All in slices of one batch, with the next one read meanwhile. */
static void
send_all(struct outbox *o)
{
    struct outbox_drain d;
    drain_init(&d, o);
    for (unsigned slices = 0;; slices++) {
        GPtrArray *slice = outbox_support_batches();
        for (int i = 0; drain_take(&d, 3, slice, NULL) != RC_OK; i++) {
            assert_true(fault_fired() && i < TRIES);
            assert_int_equal(slice->len, 0);
        }
        bool more = true;
        if (slice->len > 0) {
            drain_meanwhile(&d, false);
            drain_meanwhile(&d, true);
            drain_sent(&d, slice);
        } else if (drain_tidy(&d, &more, NULL) != RC_OK) {
            assert_true(fault_fired());
        }
        g_ptr_array_unref(slice);
        if (!more) {
            break;
        }
        assert_true(slices < 8); /* a lost answer may bring one again */
    }
    assert_int_equal(drain_kept(&d), 0);
    drain_fini(&d);
    check_first(o, 0);
}

static void
run(const char *path)
{
    struct segment s = outbox_support_segment(1, 1, false);
    struct outbox *o = open_outbox(path);
    add(o, &s, 1);
    add(o, &s, 2);
    check_first(o, 2);
    for (int i = 0; outbox_sent(o, &s.id, 1, NULL, NULL) != RC_OK; i++) {
        assert_true(fault_fired() && i < TRIES);
    }
    refuse_and_retry(o);
    check_first(o, 1);
    outbox_close(o);
    o = open_outbox(path);
    check_first(o, 1);
    add(o, &s, 3);
    add(o, &s, 4);
    send_all(o);
    outbox_close(o);
}

static void
test_every_call_fails_once(void **state)
{
    (void)state;
    static const enum fault_mode modes[] = {FAIL_BEFORE, FAIL_AFTER};
    for (unsigned m = 0; m < G_N_ELEMENTS(modes); m++) {
        bool fired = true;
        for (unsigned at = 1; fired; at++) {
            char *path, *dir = support_dir(&path);
            fault_arm(modes[m], at);
            run(path);
            fired = fault_fired();
            fault_disarm();
            support_remove(dir, path);
            assert_true(fired || at > 100);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_call_fails_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
