/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one instance puts into its cache is what another one reads out of the store. */
#include "tests/unit.h"

#include <inttypes.h>
#include <poll.h>
#include <string.h>

#include "src/app/changes_json.h"
#include "src/app/sync.h"
#include "tests/cache_support.h"
#include "tests/sync_store.h"

#define DEADLINE_US (20 * US_PER_S)

/* One of everything. */
static void
fill(struct batch *b)
{
    support_add_line(b, T0 + 1, 7, "line \"one\" äöü");
    support_add_line(b, T0 + 2, 0, NULL);
    support_set_occurrence(b, T0 + 1, 7, ALARM_UNACKED);
    struct alarm_record alarm = {
        .station = g_strdup("S0"),
        .component = g_strdup("C0"),
        .rule = g_strdup("high"),
        .state = ALARM_UNACKED,
        .overlays = OVERLAY_SHELVED,
        .occurrence.bytes = {7},
        .condition = true,
        .pending = PENDING_OFF,
        .pending_since = T0 + 3,
        .realarm_at = WALL_NONE,
        .shelved_until = T0 + DAY,
        .pending_since_mono = INT64_C(9007199254740993), /* no double has it */
        .shelved_by = g_strdup("anna"),
        .boot_id = "0fe1c2d3-0000-5000-8000-00000000abcd",
    };
    struct maintenance_record maintenance = {
        .station = g_strdup("S1"),
        .component = g_strdup(""),
        .since = T0,
        .remind_at = WALL_NONE,
        .actor = g_strdup("anna"),
        .reason = g_strdup("pump swap"),
    };
    struct parked_record parked = {.occurrence.bytes = {9},
                                   .step = 2,
                                   .at = T0,
                                   .seen_at = WALL_NONE,
                                   .user = g_strdup("anna")};
    g_array_append_val(b->alarms.alarms, alarm);
    g_array_append_val(b->alarms.maintenance, maintenance);
    g_array_append_val(b->alarms.parked, parked);
}

static char *
text_of(const json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS), *copy = g_strdup(text);
    free(text);
    return copy;
}

/* What a body says once it has been understood. */
static char *
understood(const json_t *body)
{
    struct alarm_changes c;
    struct err err = {.text = ""};
    alarm_changes_init(&c);
    if (!changes_from_json(&c, body, &err)) {
        fail_msg("%s", err.text);
    }
    json_t *again = changes_to_json(&c);
    char *text = text_of(again);
    json_decref(again);
    alarm_changes_fini(&c);
    return text;
}

static void
put(struct cache *c, uint64_t number, struct rank rank, char **ret_text)
{
    struct batch *b = cache_new_batch(c);
    fill(b);
    json_t *body = changes_to_json(&b->alarms);
    *ret_text = text_of(body);
    b->outbox_body = g_strdup(*ret_text);
    b->outbox_number = number;
    b->rank = rank;
    json_decref(body);
    support_put(c, b);
}

/* When the cache has the mark that so much was sent. */
static struct sync *
start(const struct place *place, struct config *config, uint64_t sent)
{
    struct sync_marks marks = {.followed = NULL};
    struct err err = {.text = ""};
    struct query *q = support_query(place->path);
    mono_us deadline = clock_now().mono + DEADLINE_US;
    do {
        sync_marks_fini(&marks);
        assert_int_equal(query_sync(q, &marks, &err), RC_OK);
        assert_true(clock_now().mono < deadline);
    } while (marks.outbox_sent < sent && poll(NULL, 0, 5) == 0);
    struct sync *s = sync_start(config, &marks);
    assert_non_null(s);
    sync_marks_fini(&marks);
    query_close(q);
    return s;
}

static struct config *
config_of(const struct place *place, const char *name)
{
    struct config *config = config_defaults();
    g_free(config->postgres.conninfo);
    g_free(config->instance.name);
    g_free(config->cache.path);
    config->postgres.conninfo = g_strdup(STORE_INSTANCE);
    config->instance.name = g_strdup(name);
    config->cache.path = g_strdup(place->path);
    return config;
}

static struct cache *
open_cache(const struct place *place)
{
    const struct cache_config settings = {.path = place->path, .store = true};
    struct cache_report report;
    struct err err = {.text = ""};
    struct cache *c = NULL;
    if (cache_open(&c, &settings, &report, &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
    return c;
}

/* Until so much was sent, or a change came. */
static void
await(struct sync *s, struct sync_news *news, uint64_t sent)
{
    mono_us deadline = clock_now().mono + DEADLINE_US;
    while (sent != 0 ? news->sent < sent : news->changes->len == 0) {
        struct pollfd fd = {.fd = sync_fd(s), .events = POLLIN};
        assert_true(clock_now().mono < deadline);
        poll(&fd, 1, 20);
        sync_take(s, news);
    }
}

static void
test_there_and_back(void **state)
{
    const struct place *place = *state;
    struct store_grant g = store_acquire("pc1");
    struct rank rank = {g.epoch, 0};
    char *sent = NULL, *second = NULL;
    struct cache *c = open_cache(place);
    put(c, 1, rank, &sent);
    struct config *config = config_of(place, "pc1");
    struct sync_news news;
    sync_news_init(&news);
    struct sync *s = start(place, config, 0);
    sync_set_term(s, true, rank, g.id);
    await(s, &news, 1);
    put(c, 2, rank, &second);
    sync_poke(s);
    await(s, &news, 2);
    sync_stop(s);
    assert_string_equal(store_ask("select detail from leitstand.journal where number = 2"
                                  "   and line = 1 and epoch = %" PRIu64,
                                  g.epoch),
                        "line \"one\" äöü");
    /* The log, as another one reads it. */
    json_t *body =
        json_loads(store_ask("select body from leitstand.change where number = 1"), 0, NULL);
    char *back = understood(body);
    assert_string_equal(back, sent);
    g_free(back);
    json_decref(body);
    /* The whole state. */
    body = json_loads(store_ask("select body from leitstand.snapshot(9)"), 0, NULL);
    back = understood(body);
    json_t *wanted = json_loads(sent, 0, NULL), *got = json_loads(back, 0, NULL);
    json_object_del(wanted, "journal");
    assert_true(json_equal(wanted, got));
    json_decref(wanted);
    json_decref(got);
    json_decref(body);
    g_free(back);
    sync_news_fini(&news);
    config_free(config);
    cache_close(c);
    g_free(sent);
    g_free(second);
}

/* What the cache knows to be sent is not sent again. */
static void
test_goes_on(void **state)
{
    const struct place *place = *state;
    char *text = NULL;
    struct rank rank = {0, 1};
    struct cache *c = open_cache(place);
    put(c, 1, rank, &text);
    g_free(text);
    cache_outbox_sent(c, 1);
    put(c, 2, rank, &text);
    struct sync_news news;
    struct config *config = config_of(place, "pc1");
    sync_news_init(&news);
    struct sync *s = start(place, config, 1);
    await(s, &news, 2);
    sync_stop(s);
    assert_string_equal(store_ask("select string_agg(number::text, ',') from leitstand.change"),
                        "2");
    sync_news_fini(&news);
    config_free(config);
    cache_close(c);
    g_free(text);
}

static int
set_up(void **state)
{
    return store_make(state) + support_set_up(state);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_there_and_back, set_up, support_tear_down),
        cmocka_unit_test_setup_teardown(test_goes_on, set_up, support_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
