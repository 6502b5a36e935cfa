/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The change log, actions and the plant in the central store, as an instance may use them. */
#include "tests/unit.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include "storage/pg_changes.h"
#include "tests/sync_store.h"

#define W1 "11111111-1111-4111-8111-111111111111"
#define W2 "22222222-2222-4222-8222-222222222222"
#define O1 "0fe1f2a0-0000-5000-8000-000000000001"
#define O2 "0fe1f2a0-0000-5000-8000-000000000002"
#define O3 "0fe1f2a0-0000-5000-8000-000000000003"
#define A1 "0fe1f2a0-0000-5000-8000-00000000000a"

#define OCCURRENCE(id, state) OCCURRENCE_OF(id, "hi", state)
#define OCCURRENCE_OF(id, rule, state)                                                         \
    "{\"occurrence\":\"" id "\",\"station\":\"S\",\"component\":\"C\",\"rule\":\"" rule "\","  \
    "\"type\":\"hi\",\"priority\":\"high\",\"state\":\"" state                                 \
    "\",\"overlays\":[\"shelved\"],"                                                           \
    "\"raised_at\":\"2026-01-01T00:00:00.000001Z\",\"returned_at\":null,\"acked_at\":null,"    \
    "\"value\":1.5,\"acked_by\":null,\"comment\":null,\"count\":2}"
#define LINE(event) LINE_OF(O1, event)
#define LINE_OF(id, event)                                                                     \
    "{\"at\":\"2026-01-01T00:00:01Z\",\"event\":\"" event "\",\"occurrence\":\"" id "\","      \
    "\"step\":1,"                                                                              \
    "\"station\":\"S\",\"component\":\"C\",\"rule\":\"hi\",\"actor\":\"bob\","                 \
    "\"origin\":\"cli a\",\"detail\":null,\"value\":null}"

static struct pg_change
change_of(const char *writer, uint64_t number, uint64_t epoch, uint64_t term, const char *body)
{
    return (struct pg_change){
        .writer = writer,
        .number = number,
        .instance = "a",
        .rank = {epoch, term},
        .body = body,
    };
}

static void
write_change(struct pg *pg, struct pg_change c, const char *grant)
{
    store_tell(pg, &c, grant);
}

static void
test_write(void **state)
{
    (void)state;
    struct pg *pg = store_open(STORE_INSTANCE);
    struct store_grant g = store_acquire("a");
    const struct pg_change c = change_of(
        W1, 1, g.epoch, 0,
        "{\"journal\":[" LINE("raised") "," LINE("acked") "],\"occurrences\":[" OCCURRENCE(
            O1, "unacked") "," OCCURRENCE(O1, "acked") "]}");
    write_change(pg, c, g.id);
    write_change(pg, c, g.id); /* twice is once */
    struct pg_change other = c;
    struct err err = {.text = ""};
    enum pg_outcome outcome;
    other.body = "{}"; /* of a cache that has lost its end */
    assert_int_equal(pg_change_write(pg, &other, g.id, &outcome, &err), RC_INVALID);
    assert_int_equal(outcome, PG_REFUSED);
    assert_int_equal(pg_change_write(pg, &other, "", &outcome, &err), RC_INVALID);
    assert_int_equal(outcome, PG_REFUSED);
    assert_string_equal(store_ask("select count(*) from leitstand.change"), "1");
    assert_string_equal(store_ask("select string_agg(event, ',' order by line)"
                                  "  from leitstand.journal where epoch = %" PRIu64
                                  " and instance = 'a' and actor = 'bob' and detail is null",
                                  g.epoch),
                        "raised,acked");
    assert_string_equal(store_ask("select state || overlays::text || count || value"
                                  "  from leitstand.alarms where occurrence = '" O1 "'"
                                  "   and raised_at = '2026-01-01 00:00:00.000001+00'"),
                        "acked{shelved}21.5");
    assert_string_equal(store_ask("select name from leitstand.operators()"), "bob");
    pg_close(pg);
}

static void
test_fenced(void **state)
{
    (void)state;
    struct pg *pg = store_open(STORE_INSTANCE);
    struct store_grant old = store_acquire("a");
    struct pg_change c = change_of(W1, 1, old.epoch, 0, "{\"journal\":[" LINE("raised") "]}");
    write_change(pg, c, old.id);
    struct store_grant g = store_acquire("b");
    assert_true(g.epoch > old.epoch);
    struct err err = {.text = ""};
    enum pg_outcome outcome = PG_STORED;
    write_change(pg, c, old.id); /* it got in while it was owner */
    c.number = 2;
    assert_int_equal(pg_change_write(pg, &c, old.id, &outcome, &err), RC_INVALID);
    assert_int_equal(outcome, PG_FENCED);
    c.rank.epoch = g.epoch; /* the epoch alone is not enough */
    assert_int_equal(pg_change_write(pg, &c, old.id, &outcome, &err), RC_INVALID);
    assert_int_equal(outcome, PG_FENCED);
    assert_string_equal(store_ask("select count(*) from leitstand.journal"), "1");
    write_change(pg, c, "");
    assert_string_equal(store_ask("select count(*) from leitstand.journal"), "2");
    pg_close(pg);
}

static void
test_refused(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "{\"journal\":[{\"at\":\"some day\"}]}",
        "{\"journal\":[{\"event\":\"raised\"}]}",
        "{\"journal\":1}",
        "{\"occurrences\":[{\"occurrence\":\"x\"}]}",
        "{\"alarms\":[{\"rule\":\"hi\"}]}",
        "{\"journal\":[{\"at\":\"2026-01-01T00:00:01Z\",\"value\":1e999}]}",
        "{\"journal\":[{\"at\":\"2026-01-01T00:00:01Z\",\"detail\":\"\\u0000\"}]}",
        "no JSON",
    };
    struct pg *pg = store_open(STORE_INSTANCE);
    for (size_t i = 0; i < G_N_ELEMENTS(bodies); i++) {
        struct err err = {.text = ""};
        enum pg_outcome outcome = PG_STORED;
        struct pg_change c = change_of(W1, 1, 1, 0, bodies[i]);
        enum rc rc = pg_change_write(pg, &c, "", &outcome, &err);
        if (rc != RC_INVALID || outcome != PG_REFUSED || *err.text == '\0') {
            fail_msg("%s: %s", bodies[i], err.text);
        }
    }
    /* Nothing of it stays, the log has no hole. */
    assert_string_equal(store_ask("select count(*) from leitstand.change"), "0");
    const char *head = store_ask("select last from leitstand.log_head");
    write_change(pg, change_of(W1, 9, 1, 0, "{}"), "");
    assert_string_equal(store_ask("select id - %s from leitstand.change", head), "1");
    pg_close(pg);
}

static const char *
state_of(const char *occurrence)
{
    return store_ask("select coalesce((select state from leitstand.alarms"
                     " where occurrence = '%s'), '')",
                     occurrence);
}

static void
expect_journal(const char *want)
{
    assert_string_equal(store_ask("select string_agg(event, ' ' order by epoch desc, event)"
                                  " from leitstand.journal"),
                        want);
}

/* What two owners saw happened once: whoever tells it later, under a lower rank, adds nothing
 * to it, but for an acknowledgement of its own. */
static void
test_what_two_owners_tell_is_there_once(void **state)
{
    (void)state;
    struct pg *pg = store_open(STORE_INSTANCE);
    struct store_grant g = store_acquire("a");
    write_change(pg,
                 change_of(W1, 1, g.epoch, 0,
                           "{\"occurrences\":[" OCCURRENCE(
                               O1, "returned_unacked") "],"
                                                       "\"journal\":[" LINE("raised") "," LINE(
                                                           "returned") "]}"),
                 g.id);
    expect_journal("raised returned");
    /* the same under the same name, */
    write_change(
        pg,
        change_of(W2, 1, g.epoch - 1, 1,
                  "{\"occurrences\":[" OCCURRENCE(
                      O1, "unacked") "],"
                                     "\"journal\":[" LINE("raised") "," LINE("returned") "]}"),
        "");
    expect_journal("raised returned");
    /* under another, which no one has heard of, and what became of it; */
    write_change(pg,
                 change_of(W2, 2, g.epoch - 1, 1,
                           "{\"occurrences\":[" OCCURRENCE(
                               O2, "unacked") "],"
                                              "\"journal\":[" LINE_OF(O2, "raised") "]}"),
                 "");
    write_change(pg,
                 change_of(W2, 3, g.epoch - 1, 1,
                           "{\"occurrences\":[" OCCURRENCE(
                               O2, "acked") "],"
                                            "\"journal\":[" LINE_OF(O2, "returned") "," LINE_OF(
                                                O2, "acked") "]}"),
                 "");
    expect_journal("raised returned acked");
    assert_string_equal(state_of(O2), "");
    /* another alarm is another matter. */
    write_change(pg,
                 change_of(W2, 4, g.epoch - 1, 1,
                           "{\"occurrences\":[" OCCURRENCE_OF(
                               O3, "lo", "unacked") "],"
                                                    "\"journal\":[" LINE_OF(O3, "raised") "]}"),
                 "");
    expect_journal("raised returned acked raised");
    assert_string_equal(state_of(O3), "unacked");
    assert_string_equal(store_ask("select count(*) from leitstand.change"), "5");
    pg_close(pg);
}

/* An owner with a slow link names by when it got the reading. */
static void
test_rises_under_two_names(void **state)
{
    (void)state;
    static const struct {
        const char *at, *value, *want;
    } cases[] = {
        {"00:00:01.9", "9", "f"},  /* two that a slow owner heard of at once */
        {"00:00:05", "1.5", "t"},  /* the same value, as late as an owner may be */
        {"00:00:05", "9", "f"},    /* another rise */
        {"00:00:05", "null", "f"}, /* which nothing shows to be the same */
        {"00:00:07", "1.5", "f"},
    };
    struct pg *pg = store_open(STORE_INSTANCE);
    struct store_grant g = store_acquire("a");
    write_change(
        pg, change_of(W1, 1, g.epoch, 0, "{\"occurrences\":[" OCCURRENCE(O1, "unacked") "]}"),
        g.id);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        (void)store_ask("select leitstand.name_by_rank(%" PRIu64 ", 1, '" W2 "', false, '["
                        "{\"occurrence\":\"" O2 "\",\"station\":\"S\",\"component\":\"C\","
                        "\"rule\":\"hi\",\"raised_at\":\"2026-01-01T%sZ\",\"value\":%s}]')",
                        g.epoch - 1, cases[i].at, cases[i].value);
        const char *is = store_ask("select exists (select from leitstand.twin)");
        (void)store_ask("delete from leitstand.twin");
        if (strcmp(is, cases[i].want) != 0) {
            fail_msg("at %s, %s: %s", cases[i].at, cases[i].value, is);
        }
    }
    pg_close(pg);
}

/* Whatever comes late never changes what a higher rank decided. */
static void
test_ranks(void **state)
{
    (void)state;
    struct pg *pg = store_open(STORE_INSTANCE);
    struct store_grant g = store_acquire("a");
    write_change(
        pg, change_of(W1, 1, g.epoch, 0, "{\"occurrences\":[" OCCURRENCE(O1, "acked") "]}"),
        g.id);
    write_change(pg,
                 change_of(W2, 1, g.epoch - 1, 7,
                           "{\"occurrences\":[" OCCURRENCE(O1, "unacked") "," OCCURRENCE_OF(
                               O2, "lo", "unacked") "],\"journal\":[" LINE("raised") "]}"),
                 "");
    assert_string_equal(state_of(O1), "acked");
    assert_string_equal(state_of(O2), "unacked");
    assert_string_equal(store_ask("select count(*) from leitstand.journal"), "1");
    /* Of the same rank only its own writer goes on, */
    write_change(
        pg, change_of(W2, 2, g.epoch, 0, "{\"occurrences\":[" OCCURRENCE(O1, "unacked") "]}"),
        "");
    assert_string_equal(state_of(O1), "acked");
    /* and a fallback owner of the same epoch does. */
    write_change(
        pg, change_of(W2, 3, g.epoch, 1, "{\"occurrences\":[" OCCURRENCE(O1, "normal") "]}"),
        "");
    assert_string_equal(state_of(O1), "normal");
    write_change(
        pg, change_of(W1, 2, g.epoch, 0, "{\"occurrences\":[" OCCURRENCE(O1, "unacked") "]}"),
        g.id);
    assert_string_equal(state_of(O1), "normal");
    pg_close(pg);
}

static void
test_gone_stays_gone(void **state)
{
    (void)state;
    struct pg *pg = store_open(STORE_INSTANCE);
#define MAINTENANCE(gone) "{\"maintenance\":[{\"station\":\"S\",\"component\":\"\"" gone "}]}"
    write_change(pg, change_of(W1, 1, 2, 0, MAINTENANCE("")), "");
    write_change(pg, change_of(W1, 2, 2, 0, MAINTENANCE(",\"gone\":true")), "");
    write_change(pg, change_of(W2, 1, 1, 0, MAINTENANCE("")), "");
    assert_string_equal(store_ask("select body::jsonb->>'maintenance' from"
                                  " leitstand.snapshot(9)"),
                        "");
    write_change(pg, change_of(W2, 2, 3, 0, MAINTENANCE("")), "");
    assert_string_equal(store_ask("select jsonb_array_length(body::jsonb->'maintenance')"
                                  "  from leitstand.snapshot(9)"),
                        "1");
    pg_close(pg);
}

/* A new owner's whole state makes an end of what it does not have, also of what comes late. */
#define LEFT                                                                                   \
    "select concat_ws('|', body::jsonb->>'maintenance' is null,"                               \
    "  (select string_agg(state, ',' order by occurrence) from leitstand.occurrence))"         \
    "  from leitstand.snapshot(9)"

static void
test_whole(void **state)
{
    (void)state;
    struct pg *pg = store_open(STORE_INSTANCE);
    write_change(pg, change_of(W1, 1, 2, 0, MAINTENANCE("")), "");
    write_change(
        pg, change_of(W1, 2, 2, 1, "{\"occurrences\":[" OCCURRENCE(O1, "unacked") "]}"), "");
    write_change(pg,
                 change_of(W2, 1, 3, 0,
                           "{\"whole\":true,\"occurrences\":[" OCCURRENCE(O2, "acked") "]}"),
                 "");
    assert_string_equal(store_ask(LEFT), "t|normal,acked");
    write_change(pg, change_of(W1, 3, 2, 2, MAINTENANCE("")), "");
    write_change(
        pg, change_of(W1, 4, 2, 2, "{\"occurrences\":[" OCCURRENCE(A1, "unacked") "]}"), "");
    assert_string_equal(store_ask(LEFT), "t|normal,acked");
    write_change(pg, change_of(W2, 2, 3, 0, MAINTENANCE("")), "");
    assert_string_equal(store_ask(LEFT), "f|normal,acked");
    pg_close(pg);
}

/* ---- reading ---- */

struct seen {
    int64_t first, last;
    int n, own;
    size_t bytes;
};

static void
see(void *user, const struct pg_change *c)
{
    struct seen *seen = user;
    if (seen->last != 0) {
        assert_true(c->id == seen->last + 1);
    }
    seen->first = seen->n == 0 ? c->id : seen->first;
    seen->last = c->id;
    seen->n++;
    seen->own += c->body == NULL ? 1 : 0;
    seen->bytes += c->body == NULL ? 0 : strlen(c->body);
}

static struct pg_look
look(struct pg *pg)
{
    struct pg_look l;
    struct err err = {.text = ""};
    if (pg_look(pg, W1, 0, "{}", &l, &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
    return l;
}

static void
must(enum rc rc, const struct err *err)
{
    if (rc != RC_OK) {
        fail_msg("%s", err->text);
    }
}

static void
test_pages(void **state)
{
    (void)state;
    struct err err = {.text = ""};
    struct pg *pg = store_open(STORE_INSTANCE);
    struct pg_look before = look(pg);
    assert_true(before.log_first == before.log_last + 1);
    char *big = g_strdup_printf("{\"x\":\"%0700000d\"}", 1);
    for (uint64_t i = 1; i <= 3; i++) {
        write_change(pg, change_of(W1, i, 1, 0, big), "");
    }
    write_change(pg, change_of(W2, 1, 1, 0, "{}"), "");
    struct seen seen = {.n = 0};
    must(pg_changes_after(pg, before.log_last, NULL, see, &seen, &err), &err);
    assert_int_equal(seen.n, 2); /* what is begun below a million bytes */
    must(pg_changes_after(pg, seen.last, NULL, see, &seen, &err), &err);
    assert_int_equal(seen.n, 4);
    struct seen own = {.n = 0};
    must(pg_changes_after(pg, before.log_last, W1, see, &own, &err), &err);
    assert_int_equal(own.own, 2);
    assert_true(seen.last == look(pg).log_last);
    struct pg_look l;
    must(pg_look(pg, W1, seen.last - 1, "{}", &l, &err), &err);
    assert_true(l.behind == 1 && l.own_number == 3);
    g_free(big);
    pg_close(pg);
}

#define WRITERS 4
#define EACH    100

static void *
append_many(void *user)
{
    const char *writer = user;
    struct pg *pg = store_open(STORE_INSTANCE);
    for (uint64_t i = 1; i <= EACH; i++) {
        write_change(pg, change_of(writer, i, 1, 0, "{\"journal\":[" LINE("raised") "]}"), "");
    }
    pg_close(pg);
    return NULL;
}

/* Whoever reads on while others write misses nothing: ids come without a gap. */
static void
test_order(void **state)
{
    (void)state;
    static char writers[WRITERS][40];
    pthread_t threads[WRITERS];
    struct err err = {.text = ""};
    struct pg *pg = store_open(STORE_INSTANCE);
    struct seen seen = {.last = look(pg).log_last};
    for (unsigned i = 0; i < WRITERS; i++) {
        snprintf(writers[i], sizeof(writers[i]), "33333333-3333-4333-8333-%012u", i);
        assert_int_equal(pthread_create(&threads[i], NULL, append_many, writers[i]), 0);
    }
    mono_us deadline = clock_now().mono + 60 * US_PER_S;
    while (seen.n < WRITERS * EACH) {
        must(pg_changes_after(pg, seen.last, NULL, see, &seen, &err), &err);
        assert_true(clock_now().mono < deadline);
    }
    for (unsigned i = 0; i < WRITERS; i++) {
        pthread_join(threads[i], NULL);
    }
    pg_close(pg);
}

struct author {
    const char *writer;
    struct store_grant grant;
    uint64_t written;
};

/* As owner, until it is fenced. */
static void *
write_on(void *user)
{
    struct author *a = user;
    struct pg *pg = store_open(STORE_INSTANCE);
    enum pg_outcome outcome = PG_STORED;
    while (outcome == PG_STORED) {
        struct err err = {.text = ""};
        struct pg_change c = change_of(a->writer, a->written + 1, a->grant.epoch, 0,
                                       "{\"journal\":[" LINE("raised") "]}");
        enum rc rc = pg_change_write(pg, &c, a->grant.id, &outcome, &err);
        a->written += rc == RC_OK ? 1 : 0;
    }
    pg_close(pg);
    return NULL;
}

/* No line of an old owner after the first of the next one, however they race. */
static void
test_take_over(void **state)
{
    (void)state;
    static char writers[8][40];
    struct author authors[G_N_ELEMENTS(writers)] = {{.written = 0}};
    pthread_t threads[G_N_ELEMENTS(writers)];
    uint64_t written = 0;
    for (unsigned i = 0; i < G_N_ELEMENTS(writers); i++) {
        snprintf(writers[i], sizeof(writers[i]), "33333333-3333-4333-8333-%012u", i);
        authors[i].writer = writers[i];
        authors[i].grant = store_acquire("x");
        assert_int_equal(pthread_create(&threads[i], NULL, write_on, &authors[i]), 0);
        mono_us deadline = clock_now().mono + 20 * US_PER_S;
        while (strcmp(store_ask("select count(*) from leitstand.change where epoch = %" PRIu64,
                                authors[i].grant.epoch),
                      "0") == 0) {
            assert_true(clock_now().mono < deadline);
        }
    }
    store_acquire("x");
    for (unsigned i = 0; i < G_N_ELEMENTS(writers); i++) {
        pthread_join(threads[i], NULL);
        written += authors[i].written;
    }
    char *all = g_strdup_printf("%" PRIu64, written);
    assert_string_equal(store_ask("select count(*) from leitstand.journal where fenced"), all);
    assert_string_equal(
        store_ask("select count(*) from (select epoch, lag(epoch) over (order by log_id) as was"
                  "  from leitstand.journal) as x where epoch < was"),
        "0");
    g_free(all);
}

static char *snapshot_body;

static void
keep_body(void *user, const struct pg_change *c)
{
    struct pg_change *kept = user;
    *kept = *c;
    g_free(snapshot_body);
    snapshot_body = g_strdup(c->body);
}

static void
test_snapshot(void **state)
{
    (void)state;
    struct err err = {.text = ""};
    struct pg *pg = store_open(STORE_INSTANCE);
    write_change(
        pg, change_of(W1, 1, 2, 1, "{\"occurrences\":[" OCCURRENCE(O1, "unacked") "]}"), "");
    write_change(pg, change_of(W1, 2, 2, 1, "{\"journal\":[" LINE("raised") "]}"), "");
    write_change(pg, change_of(W1, 3, 2, 1, "{}"), "");
    write_change(
        pg, change_of(W1, 4, 2, 1, "{\"journal\":[" LINE("acked") "," LINE("reset") "]}"), "");
    struct pg_change c = {.id = 0};
    must(pg_snapshot(pg, keep_body, &c, &err), &err);
    assert_true(c.id == look(pg).log_last && c.rank.epoch == 2 && c.rank.term == 1);
    assert_non_null(strstr(snapshot_body, O1));
    assert_non_null(strstr(snapshot_body, "{\"number\": 4, \"writer\": \"" W1 "\"}"));
    g_clear_pointer(&snapshot_body, g_free);

    struct pg_extent extent = {.since = 0, .last = c.id};
    must(pg_journal_extent(pg, &extent, &err), &err);
    assert_int_equal(extent.changes, 2);
    assert_true(extent.first == c.id - 2);
    struct pg_change line = {.id = 0};
    must(pg_journal_after(pg, &extent, extent.first, keep_body, &line, &err), &err);
    assert_true(line.id == c.id && line.number == 4);
    assert_non_null(strstr(strstr(snapshot_body, "\"acked\""), "\"reset\""));
    g_clear_pointer(&snapshot_body, g_free);
    extent.since = INT64_C(1900000000) * US_PER_S; /* after all of them */
    must(pg_journal_extent(pg, &extent, &err), &err);
    assert_int_equal(extent.changes, 0);
    pg_close(pg);
}

static void
test_prune(void **state)
{
    (void)state;
    struct err err = {.text = ""};
    enum pg_outcome outcome;
    int64_t gone = -1;
    struct pg *pg = store_open(STORE_INSTANCE);
    struct store_grant g = store_acquire("a");
    for (uint64_t i = 1; i <= 4; i++) {
        write_change(pg, change_of(W1, i, g.epoch, 0, "{\"journal\":[" LINE("raised") "]}"),
                     g.id);
    }
    /* The last is old by a clock that was wrong; only a beginning goes. */
    store_ask("update leitstand.change set at = at - interval '40 days' where number <> 3");
    int64_t first = look(pg).log_first;
    must(pg_log_prune(pg, g.epoch, g.id, 35, &gone, &outcome, &err), &err);
    assert_int_equal(gone, 2);
    assert_true(look(pg).log_first == first + 2);
    assert_string_equal(store_ask("select count(*) from leitstand.journal"), "4");
    store_acquire("b");
    assert_int_equal(pg_log_prune(pg, g.epoch, g.id, 35, &gone, &outcome, &err), RC_INVALID);
    assert_int_equal(outcome, PG_FENCED);
    pg_close(pg);
}

/* ---- actions and the plant ---- */

static void
count_action(void *user, const struct pg_action *a)
{
    assert_string_equal(a->id, A1);
    assert_string_equal(a->user, "bob");
    assert_string_equal(a->origin, "cli b");
    assert_string_equal(a->instance, "b");
    assert_true(a->at == 1767225600000001);
    assert_non_null(strstr(a->body, "ack"));
    ++*(int *)user;
}

static void
take_answer(void *user, const struct pg_answer *a)
{
    assert_string_equal(a->id, A1);
    assert_false(a->ok);
    assert_string_equal(a->message, "no such alarm");
    ++*(int *)user;
}

static int
pending(struct pg *pg)
{
    struct err err = {.text = ""};
    int n = 0;
    must(pg_actions_pending(pg, count_action, &n, &err), &err);
    return n;
}

static void
test_actions(void **state)
{
    (void)state;
    struct err err = {.text = ""};
    enum pg_outcome outcome;
    struct pg *pg = store_open(STORE_INSTANCE);
    struct store_grant g = store_acquire("a");
    const struct pg_action a = {
        .id = A1,
        .instance = "b",
        .user = "bob",
        .origin = "cli b",
        .at = 1767225600000001,
        .body = "{\"action\":\"ack\"}",
    };
    must(pg_action_submit(pg, &a, &outcome, &err), &err);
    must(pg_action_submit(pg, &a, &outcome, &err), &err);
    assert_int_equal(pending(pg), 1);
    const struct pg_answer answer = {A1, "no such alarm", false}, second = {A1, "done", true};
    must(pg_action_finish(pg, g.epoch, g.id, &answer, &outcome, &err), &err);
    must(pg_action_finish(pg, g.epoch, g.id, &second, &outcome, &err), &err);
    assert_int_equal(pending(pg), 0);
    struct pg_look l;
    int n = 0;
    must(pg_look(pg, W1, 0, "{" A1 "}", &l, &err), &err);
    assert_true(l.answered && !l.pending);
    must(pg_action_answers(pg, "{" A1 "," O1 "}", take_answer, &n, &err), &err);
    assert_int_equal(n, 1);
    store_acquire("b");
    assert_int_equal(pg_action_finish(pg, g.epoch, g.id, &second, &outcome, &err), RC_INVALID);
    assert_int_equal(outcome, PG_FENCED);
    pg_close(pg);
}

/* It went to the owner over the broker, and comes here when it is done. */
static void
test_action_done_before(void **state)
{
    (void)state;
    struct err err = {.text = ""};
    enum pg_outcome outcome;
    struct pg *pg = store_open(STORE_INSTANCE);
    struct store_grant g = store_acquire("a");
    write_change(pg,
                 change_of(W1, 1, g.epoch, 0,
                           "{\"actions\":[{\"id\":\"" A1 "\",\"ok\":false,"
                           "\"message\":\"no such alarm\"}]}"),
                 g.id);
    const struct pg_action a = {
        .id = A1, .instance = "b", .user = "bob", .origin = "cli b", .body = "{}"};
    must(pg_action_submit(pg, &a, &outcome, &err), &err);
    assert_int_equal(pending(pg), 0);
    int n = 0;
    must(pg_action_answers(pg, "{" A1 "}", take_answer, &n, &err), &err);
    assert_int_equal(n, 1);
    pg_close(pg);
}

static void
check_plant(void *user, const struct pg_plant *p)
{
    assert_string_equal(p->stations, "uid\r\nB\r\n");
    assert_string_equal(p->actor, "bob");
    *(int64_t *)user = p->version;
}

static void
test_plant(void **state)
{
    (void)state;
    struct err err = {.text = ""};
    enum pg_outcome outcome;
    struct pg *pg = store_open(STORE_INSTANCE);
    int64_t first = 0, again = 0, second = 0, newest = 0;
    struct pg_plant p = {12345, "uid\r\nA\r\n", "c", "r", "bob"};
    must(pg_plant_store(pg, &p, &first, &outcome, &err), &err);
    must(pg_plant_store(pg, &p, &again, &outcome, &err), &err);
    assert_true(first > 0 && again == first);
    p.version = first;
    p.stations = "uid\r\nB\r\n";
    must(pg_plant_store(pg, &p, &second, &outcome, &err), &err);
    assert_true(second > first);
    p.stations = "uid\r\nC\r\n";
    assert_int_equal(pg_plant_store(pg, &p, &again, &outcome, &err), RC_INVALID);
    assert_int_equal(outcome, PG_REFUSED);
    assert_non_null(strstr(err.text, "bob"));
    must(pg_plant_other(pg, first, check_plant, &newest, &err), &err);
    assert_true(newest == second && look(pg).plant == second);
    newest = 0;
    must(pg_plant_other(pg, second, check_plant, &newest, &err), &err);
    assert_true(newest == 0);
    pg_close(pg);
}

/* ---- rights ---- */

static void
test_rights(void **state)
{
    (void)state;
    static const struct {
        const char *who, *text;
        bool may;
    } cases[] = {
        {STORE_READER,
         "select occurrence, station, component, rule, type, priority, state,"
         " overlays, raised_at, returned_at, value, acked_at, acked_by, comment,"
         " count from leitstand.alarms",
         true},
        {STORE_READER,
         "select at, epoch, term, instance, event, occurrence, station,"
         " component, rule, actor, origin, detail from leitstand.journal",
         true},
        {STORE_READER, "select * from leitstand.change", false},
        {STORE_READER, "select * from leitstand.plant", false},
        {STORE_READER, "select leitstand.append_changes('" W1 "', 1, 'a', 1, 0, '{}')", false},
        {STORE_READER, "select leitstand.snapshot(1)", false},
        {STORE_READER, "select leitstand.append_page('" W1 "', 'a', '{}', '{}', '{}', '{}')",
         false},
        {STORE_INSTANCE, "select leitstand.append_page('" W1 "', 'a', '{}', '{}', '{}', '{}')",
         true},
        {STORE_INSTANCE,
         "select leitstand.write_changes(1, '" W1 "', 0, '" W1 "', 1, 'a', '{}')", false},
        {STORE_INSTANCE, "select leitstand.stands('" W1 "')", false},
        {STORE_INSTANCE, "select leitstand.snapshot(1)", true},
        {STORE_INSTANCE, "select * from leitstand.journal_line", false},
        {STORE_INSTANCE, "delete from leitstand.journal_line", false},
        {STORE_INSTANCE, "update leitstand.occurrence set state = 'normal'", false},
        {STORE_INSTANCE, "insert into leitstand.plant (digest) values ('')", false},
        {STORE_INSTANCE, "update leitstand.log_head set last = 0", false},
        {STORE_INSTANCE, "select leitstand.put_change(true, 1, 0, '" W1 "', 1, 'a', '{}')",
         false},
        {STORE_INSTANCE, "select leitstand.put_done(1, 'a', '[]')", false},
        {STORE_INSTANCE, "select leitstand.name_anew(9, 0, true, '[]', '[]')", false},
        {STORE_INSTANCE, "select leitstand.earlier_name(9, 0, '{}', true, '{}')", false},
        {STORE_INSTANCE, "select leitstand.name_alone('" W1 "', '[]')", false},
        {STORE_INSTANCE, "select leitstand.name_as_owner('" W1 "', '[]')", false},
        {STORE_INSTANCE, "select * from leitstand.rise_alone", false},
        {STORE_INSTANCE, "select leitstand.fence(1, '" W1 "')", false},
        {STORE_INSTANCE, "select * from leitstand.tenure", false},
        {STORE_INSTANCE, "select * from leitstand.lease", false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct pg *pg = store_open(cases[i].who);
        struct err err = {.text = ""};
        if ((pg_exec(pg, cases[i].text, &err) == RC_OK) != cases[i].may ||
            (!cases[i].may && strcmp(pg_state(pg), "42501") != 0)) {
            fail_msg("%s: %s: %s", cases[i].who, cases[i].text, err.text);
        }
        pg_close(pg);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_write, store_make),
        cmocka_unit_test_setup(test_fenced, store_make),
        cmocka_unit_test_setup(test_refused, store_make),
        cmocka_unit_test_setup(test_what_two_owners_tell_is_there_once, store_make),
        cmocka_unit_test_setup(test_rises_under_two_names, store_make),
        cmocka_unit_test_setup(test_ranks, store_make),
        cmocka_unit_test_setup(test_gone_stays_gone, store_make),
        cmocka_unit_test_setup(test_whole, store_make),
        cmocka_unit_test_setup(test_pages, store_make),
        cmocka_unit_test_setup(test_order, store_make),
        cmocka_unit_test_setup(test_take_over, store_make),
        cmocka_unit_test_setup(test_snapshot, store_make),
        cmocka_unit_test_setup(test_prune, store_make),
        cmocka_unit_test_setup(test_actions, store_make),
        cmocka_unit_test_setup(test_action_done_before, store_make),
        cmocka_unit_test_setup(test_plant, store_make),
        cmocka_unit_test_setup(test_rights, store_make),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
