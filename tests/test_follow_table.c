/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the cache keeps for other instances, and of them. */
#include "storage/follow_table.h"

#include "storage/writer.h"
#include "tests/cache_support.h"
#include "tests/unit.h"

#include <string.h>

static struct sync_marks
marks_of(const char *path)
{
    struct query *q = support_query(path);
    struct sync_marks m = {.followed = NULL};
    struct err err;
    if (query_sync(q, &m, &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
    query_close(q);
    return m;
}

static void
test_a_file_has_a_name_of_its_own(void **state)
{
    struct place *f = *state;
    cache_close(support_open(f->path, NULL));
    struct sync_marks m = marks_of(f->path);
    struct uuid id;
    assert_true(uuid_parse(&id, m.writer));
    assert_int_equal(id.bytes[6] >> 4, 4);
    assert_int_equal(id.bytes[8] >> 6, 2);
    assert_int_equal(m.cursor, 0);
    assert_int_equal(m.outbox_last, 0);
    assert_int_equal(m.seen.epoch, 0);
    assert_int_equal(m.followed->len, 0);
    char first[UUID_SIZE];
    g_strlcpy(first, m.writer, sizeof(first));
    sync_marks_fini(&m);
    cache_close(support_open(f->path, NULL));
    m = marks_of(f->path);
    assert_string_equal(m.writer, first);
    sync_marks_fini(&m);
}

static void
decide(struct batch *b, uint64_t number)
{
    b->outbox_body = g_strdup_printf("{\"n\":%u}", (unsigned)number);
    b->outbox_number = number;
    b->rank = (struct rank){7, number};
}

static bool
collect(uint64_t number, struct rank rank, const char *body, void *user)
{
    GString *out = user;
    g_string_append_printf(out, "%u %u.%u %s|", (unsigned)number, (unsigned)rank.epoch,
                           (unsigned)rank.term, body);
    return true;
}

static void
test_what_was_decided_is_read_in_order(void **state)
{
    struct place *f = *state;
    struct cache *c = support_open(f->path, NULL);
    for (uint64_t i = 1; i <= 3; i++) {
        struct batch *b = cache_new_batch(c);
        support_add_line(b, T0, 0, "x");
        decide(b, i);
        support_put(c, b);
    }
    struct query *q = support_query(f->path);
    GString *out = g_string_new(NULL);
    assert_int_equal(query_outbox(q, 1, 10, collect, out, NULL), RC_OK);
    assert_string_equal(out->str, "2 7.2 {\"n\":2}|3 7.3 {\"n\":3}|");
    g_string_truncate(out, 0);
    assert_int_equal(query_outbox(q, 0, 1, collect, out, NULL), RC_OK);
    assert_string_equal(out->str, "1 7.1 {\"n\":1}|");
    g_string_free(out, TRUE);
    query_close(q);
    struct sync_marks m = marks_of(f->path);
    assert_int_equal(m.outbox_last, 3);
    sync_marks_fini(&m);
    cache_close(c);
}

static void
test_marks_move_with_the_rows_and_never_back(void **state)
{
    struct place *f = *state;
    struct cache *c = support_open(f->path, NULL);
    static const uint64_t numbers[] = {5, 9, 4};
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        struct batch *b = cache_new_batch(c);
        struct followed_mark mark = {.writer = "w", .number = numbers[i]};
        g_array_append_val(b->followed, mark);
        b->change_cursor = (int64_t)numbers[i] * 10;
        b->plant_version = (int64_t)numbers[i];
        support_put(c, b);
    }
    struct sync_marks m = marks_of(f->path);
    assert_int_equal(m.followed->len, 1);
    assert_int_equal(g_array_index(m.followed, struct followed_mark, 0).number, 9);
    assert_int_equal(m.cursor, 90);
    assert_int_equal(m.plant_version, 9);
    sync_marks_fini(&m);
    cache_close(c);
}

static void
test_the_highest_rank_is_on_disk_at_once(void **state)
{
    struct place *f = *state;
    struct cache *c = support_open(f->path, NULL);
    static const struct rank ranks[] = {{3, 2}, {4, 0}, {3, 9}, {4, 1}, {4, 0}};
    for (size_t i = 0; i < G_N_ELEMENTS(ranks); i++) {
        struct rank highest = {3, 2};
        for (size_t k = 0; k <= i; k++) {
            highest = rank_compare(ranks[k], highest) > 0 ? ranks[k] : highest;
        }
        assert_int_equal(cache_store_rank(c, ranks[i], NULL), RC_OK);
        struct sync_marks m = marks_of(f->path);
        assert_int_equal(rank_compare(m.seen, highest), 0);
        sync_marks_fini(&m);
    }
    cache_close(c);
}

static void
add_action(struct batch *b, const char *id, const char *body)
{
    struct open_action a = {.at = T0, .body = g_strdup(body)};
    g_strlcpy(a.id, id, sizeof(a.id));
    g_array_append_val(b->actions, a);
}

static void
test_actions_wait_until_they_are_answered(void **state)
{
    struct place *f = *state;
    struct cache *c = support_open(f->path, NULL);
    struct batch *b = cache_new_batch(c);
    add_action(b, "a", "{\"x\":1}");
    add_action(b, "b", "{}");
    support_put(c, b);
    b = cache_new_batch(c);
    add_action(b, "a", NULL);
    struct handled_action h = {.id = "z", .ok = true, .text = "well", .at = T0};
    g_array_append_val(b->handled, h);
    h.ok = false; /* a second answer does not count */
    g_array_append_val(b->handled, h);
    support_put(c, b);
    struct query *q = support_query(f->path);
    GArray *actions = g_array_new(FALSE, FALSE, sizeof(struct open_action));
    GArray *handled = g_array_new(FALSE, FALSE, sizeof(struct handled_action));
    g_array_set_clear_func(actions, open_action_clear);
    assert_int_equal(query_actions(q, actions, NULL), RC_OK);
    assert_int_equal(query_handled(q, handled, NULL), RC_OK);
    assert_int_equal(actions->len, 1);
    assert_string_equal(g_array_index(actions, struct open_action, 0).id, "b");
    assert_int_equal(handled->len, 1);
    assert_true(g_array_index(handled, struct handled_action, 0).ok);
    assert_string_equal(g_array_index(handled, struct handled_action, 0).text, "well");
    g_array_unref(actions);
    g_array_unref(handled);
    query_close(q);
    cache_close(c);
}

/* ---- tidying, step by step ---- */

static void
fill(struct writer *w, uint64_t n)
{
    for (uint64_t i = 1; i <= n; i++) {
        struct batch *b = cache_new_batch(NULL);
        decide(b, i);
        struct handled_action h = {.at = T0};
        for (uint64_t k = 0; k < 4; k++) {
            snprintf(h.id, sizeof(h.id), "%u.%u", (unsigned)i, (unsigned)k);
            g_array_append_val(b->handled, h);
        }
        assert_int_equal(writer_commit(w, &b, 1, NULL), RC_OK);
        cache_free_batch(b);
    }
}

static void
tidy(struct writer *w)
{
    for (bool more = true; more;) {
        assert_int_equal(writer_tidy(w, T0, true, &more, NULL), RC_OK);
    }
}

static bool
count(uint64_t number, struct rank rank, const char *body, void *user)
{
    (void)rank, (void)body;
    uint64_t *range = user;
    range[0] = range[0] == 0 ? number : range[0];
    range[1] = number;
    return true;
}

static uint64_t
oldest(const char *path)
{
    struct query *q = support_query(path);
    uint64_t range[2] = {0, 0};
    assert_int_equal(query_outbox(q, 0, 10000, count, range, NULL), RC_OK);
    query_close(q);
    assert_int_equal(range[1], 3000);
    return range[0];
}

static void
test_the_outbox_waits_for_the_store(void **state)
{
    struct place *f = *state;
    for (int store = 0; store < 2; store++) {
        char *path = g_strdup_printf("%s.%d", f->path, store);
        struct cache_config config = {.path = path, .store = store != 0};
        struct cache_report report;
        struct writer *w;
        assert_int_equal(writer_open(&w, &config, T0, &report, NULL), RC_OK);
        fill(w, 3000);
        tidy(w);
        assert_int_equal(oldest(path), store ? 1 : 2001);
        if (store) {
            assert_int_equal(writer_outbox_sent(w, 1700, NULL), RC_OK);
            tidy(w);
            assert_int_equal(oldest(path), 1701);
            assert_int_equal(writer_outbox_sent(w, 3000, NULL), RC_OK);
            tidy(w); /* the few hundred up to a thousand are not worth the while */
            assert_int_equal(oldest(path), 1701);
        }
        struct query *q = support_query(path);
        GArray *handled = g_array_new(FALSE, FALSE, sizeof(struct handled_action));
        assert_int_equal(query_handled(q, handled, NULL), RC_OK);
        assert_int_equal(handled->len, HANDLED_KEEP);
        assert_string_equal(g_array_index(handled, struct handled_action, handled->len - 1).id,
                            "3000.3");
        g_array_unref(handled);
        query_close(q);
        writer_close(w);
        g_free(path);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_file_has_a_name_of_its_own, support_set_up,
                                        support_tear_down),
        cmocka_unit_test_setup_teardown(test_what_was_decided_is_read_in_order, support_set_up,
                                        support_tear_down),
        cmocka_unit_test_setup_teardown(test_marks_move_with_the_rows_and_never_back,
                                        support_set_up, support_tear_down),
        cmocka_unit_test_setup_teardown(test_the_highest_rank_is_on_disk_at_once,
                                        support_set_up, support_tear_down),
        cmocka_unit_test_setup_teardown(test_actions_wait_until_they_are_answered,
                                        support_set_up, support_tear_down),
        cmocka_unit_test_setup_teardown(test_the_outbox_waits_for_the_store, support_set_up,
                                        support_tear_down),
    };
    return cmocka_run_group_tests_name("follow_table", tests, NULL, NULL);
}
