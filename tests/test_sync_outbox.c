/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What waits for the store, when there is much of it, or what the store does not take. */
#include "tests/unit.h"

#include <string.h>

#include <glib/gstdio.h>

#include "tests/sync_instance.h"
#include "tests/sync_store.h"

#define LONG 250
#define PAGE 100

static bool
has_pending(struct instance *i, uint64_t n)
{
    struct sync_state state;
    sync_get(i->sync, &state);
    return state.pending == n;
}

static bool
is_connected(struct instance *i)
{
    struct sync_state state;
    sync_get(i->sync, &state);
    return state.connected;
}

static void
test_refused_content(void **state)
{
    (void)state;
    struct sync_state s;
    struct instance *a = instance_start(1);
    instance_own(a);
    instance_put_line(a);
    instance_put(a, "{\"journal\":[{\"at\":\"never ever\"}]}");
    instance_put_line(a);
    instance_await(a, instance_has_sent, 3);
    sync_get(a->sync, &s);
    assert_int_equal(s.refused, 1);
    assert_string_equal(store_ask("select string_agg(number::text, ',') from leitstand.change"),
                        "1,3");
    char *path = g_strconcat(a->config->cache.path, ".refused", NULL), *text = NULL;
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    json_t *line = json_loads(text, 0, NULL);
    assert_int_equal(json_integer_value(json_object_get(line, "number")), 2);
    assert_non_null(strstr(json_string_value(json_object_get(line, "body")), "never ever"));
    json_decref(line);
    g_free(text);
    g_free(path);
    instance_stop(a);
}

static bool
has_refused(struct instance *i, uint64_t n)
{
    struct sync_state state;
    sync_get(i->sync, &state);
    return state.refused == n;
}

/* It is counted over restarts, with and without a store, until its file is moved away. */
static void
test_refused_is_counted(void **state)
{
    (void)state;
    struct instance *a = instance_start(1);
    char *path = g_strconcat(a->config->cache.path, ".refused", NULL);
    char *away = g_strconcat(a->config->cache.path, ".away", NULL);
    instance_own(a);
    for (uint64_t n = 1; n <= 2; n++) {
        instance_put(a, "{\"journal\":[{\"at\":\"never ever\"}]}");
        instance_await(a, instance_has_sent, n);
        assert_true(has_refused(a, n));
    }
    instance_restart(a, STORE_INSTANCE);
    instance_await(a, has_refused, 2);
    instance_own(a);
    instance_put(a, "{\"journal\":[{\"at\":\"never ever\"}]}");
    instance_await(a, instance_has_sent, 3);
    assert_true(has_refused(a, 3));
    instance_restart(a, "host=127.0.0.1 port=1");
    instance_await(a, has_refused, 3);
    assert_int_equal(g_rename(path, away), 0);
    sync_poke(a->sync);
    instance_await(a, has_refused, 0);
    assert_int_equal(g_mkdir(path, 0700), 0); /* nothing that could be read */
    sync_poke(a->sync);
    instance_await(a, has_refused, 1);
    assert_int_equal(g_rmdir(path), 0);
    assert_int_equal(g_unlink(away), 0);
    instance_stop(a);
    g_free(path);
    g_free(away);
}

/* Readings go first: a long outbox waits for them, but some seconds only. A short one does not,
 * and how long one is shows when its first page has gone. */
static void
test_hold(void **state)
{
    (void)state;
    const bool released[] = {true, false};
    for (unsigned k = 0; k < G_N_ELEMENTS(released); k++) {
        struct instance *i = instance_start(1 + k);
        mono_us from = clock_now().mono;
        instance_own(i);
        sync_hold(i->sync, true);
        instance_put_line(i);
        instance_await(i, instance_has_sent, 1);
        instance_put_many(i, LONG, LONG / 2);
        instance_await(i, has_pending, LONG - PAGE);
        if (released[k]) {
            from = clock_now().mono;
            sync_hold(i->sync, false);
        }
        instance_await(i, instance_has_sent, LONG + 1);
        struct sync_state told;
        sync_get(i->sync, &told);
        assert_int_equal(told.refused, 1);
        assert_true((clock_now().mono - from >= 4 * US_PER_S) == !released[k]);
        instance_stop(i);
    }
    assert_string_equal(store_ask("select count(*) from leitstand.change"), "500");
}

/* Over a link that breaks again and again it waits once. */
static void
test_hold_over_a_weak_link(void **state)
{
    (void)state;
    struct instance *i = instance_start(1);
    instance_own(i);
    sync_hold(i->sync, true);
    instance_put_line(i);
    instance_await(i, instance_has_sent, 1);
    instance_put_many(i, LONG, -1);
    instance_await(i, has_pending, LONG - PAGE);
    mono_us cut_at = clock_now().mono, deadline = cut_at + DEADLINE_US;
    while (!instance_has_sent(i, LONG + 1)) {
        if (is_connected(i) && clock_now().mono - cut_at > 2 * US_PER_S) {
            instance_cut_all();
            cut_at = clock_now().mono;
        }
        instance_take(i, deadline);
    }
    instance_stop(i);
}

/* What a server cannot do in one transaction it is asked to do in several. */
static void
test_too_large_a_page(void **state)
{
    (void)state;
    store_ask("create function leitstand.tired() returns trigger language plpgsql as $$ begin"
              " if (select count(*) from leitstand.change"
              "      where xmin = pg_current_xact_id()::xid) > 12 then"
              "  raise exception 'too much' using errcode = 'query_canceled';"
              " end if; return null; end $$;"
              " create trigger tired after insert on leitstand.change"
              " for each row execute function leitstand.tired()");
    struct instance *a = instance_start(1);
    instance_own(a);
    instance_put_many(a, 40, -1);
    instance_await(a, instance_has_sent, 40);
    assert_string_equal(store_ask("select count(*) || ' ' || (count(distinct xmin::text) > 5)"
                                  "  from leitstand.change"),
                        "40 true");
    instance_stop(a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_refused_content, store_make),
        cmocka_unit_test_setup(test_refused_is_counted, store_make),
        cmocka_unit_test_setup(test_hold, store_make),
        cmocka_unit_test_setup(test_hold_over_a_weak_link, store_make),
        cmocka_unit_test_setup(test_too_large_a_page, store_make),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
