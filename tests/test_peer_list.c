/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include <string.h>

#include "src/app/peer_list.h"

static void
hear(struct peer_list *l, const char *topic, const char *text, mono_us at)
{
    json_t *presence = text == NULL ? NULL : json_loads(text, 0, NULL);
    peer_list_hear(l, topic, presence, "", (struct now){at, at});
    json_decref(presence);
}

static void
test_presence(void **state)
{
    (void)state;
    struct peer_list *l = peer_list_new();
    uint32_t n;
    hear(l, "i/pc3", "{\"instance\":\"pc3\",\"role\":7,\"epoch\":-1,\"since\":\"never\"}", 5);
    hear(l, "i/pc2",
         "{\"instance\":\"pc2\",\"role\":\"standby\",\"version\":\"1.2\",\"epoch\":7,"
         "\"term\":1,\"candidate\":true,\"since\":\"2026-01-09T15:39:14Z\"}",
         9);
    struct peer_view *views = peer_list_views(l, &n);
    assert_int_equal(n, 2);
    assert_string_equal(views[0].instance, "pc2"); /* by name */
    assert_string_equal(views[0].role, "standby");
    assert_string_equal(views[0].version, "1.2");
    assert_int_equal(views[0].rank.epoch, 7);
    assert_int_equal(views[0].rank.term, 1);
    assert_true(views[0].candidate && views[0].present);
    assert_int_equal(views[0].heard, 9);
    assert_true(views[0].since != WALL_NONE);
    assert_string_equal(views[1].role, ""); /* what is not as it should be is left out */
    assert_int_equal(views[1].rank.epoch, 0);
    assert_true(views[1].since == WALL_NONE);
    g_free(views);
    hear(l, "i/pc2", NULL, 20);
    views = peer_list_views(l, &n);
    assert_int_equal(n, 2); /* it is remembered as gone */
    assert_false(views[0].present);
    assert_string_equal(views[0].instance, "pc2");
    g_free(views);
    hear(l, "i/nobody", NULL, 21);
    peer_list_clear(l);
    g_free(peer_list_views(l, &n));
    assert_int_equal(n, 0);
    peer_list_free(l);
    peer_list_free(NULL);
}

static void
test_is_bounded(void **state)
{
    (void)state;
    struct peer_list *l = peer_list_new();
    uint32_t n;
    for (int i = 0; i < 10 * PEERS_MAX; i++) {
        char topic[32];
        snprintf(topic, sizeof(topic), "i/%d", i);
        hear(l, topic, "{\"instance\":\"x\"}", i);
    }
    g_free(peer_list_views(l, &n));
    assert_int_equal(n, PEERS_MAX);
    peer_list_free(l);
}

static bool
is_there(const struct peer_list *l, const char *instance)
{
    uint32_t n;
    struct peer_view *views = peer_list_views(l, &n);
    bool there = false;
    for (uint32_t i = 0; i < n; i++) {
        there = there || strcmp(views[i].instance, instance) == 0;
    }
    g_free(views);
    return there;
}

static void
test_who_has_gone_is_forgotten(void **state)
{
    (void)state;
    struct peer_list *l = peer_list_new();
    hear(l, "i/stays", "{\"instance\":\"stays\"}", 1);
    hear(l, "i/goes", "{\"instance\":\"goes\"}", 1);
    hear(l, "i/goes", NULL, 100);
    peer_list_forget(l, 99 + PEER_GONE_US);
    assert_true(is_there(l, "goes"));
    peer_list_forget(l, 100 + PEER_GONE_US);
    assert_false(is_there(l, "goes"));
    assert_true(is_there(l, "stays"));     /* however long ago it was heard */
    for (int i = 2; i <= PEERS_MAX; i++) { /* a full list, the second of which goes first */
        char topic[32], text[64];
        snprintf(topic, sizeof(topic), "i/%d", i);
        snprintf(text, sizeof(text), "{\"instance\":\"p%d\"}", i);
        hear(l, topic, text, i);
    }
    hear(l, "i/3", NULL, 200);
    hear(l, "i/2", NULL, 100);
    peer_list_forget(l, 300);
    assert_false(is_there(l, "p2"));
    assert_true(is_there(l, "p3")); /* there is room for one now */
    hear(l, "i/new", "{\"instance\":\"new\"}", 301);
    peer_list_forget(l, 302);
    assert_true(is_there(l, "new") && !is_there(l, "p3"));
    hear(l, "i/last", "{\"instance\":\"last\"}", 303);
    peer_list_forget(l, 304); /* all are there: none has to go */
    assert_true(is_there(l, "last") && is_there(l, "stays") && is_there(l, "p4"));
    peer_list_free(l);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_presence),
        cmocka_unit_test(test_is_bounded),
        cmocka_unit_test(test_who_has_gone_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
