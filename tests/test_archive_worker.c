/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The archive worker against a cache and a real central store: both together are the whole, and
 * a store that is frozen delays nothing but its own part.
 *
 * Two series of one reading every 37 s, all of them in the store; the newest are in the cache.
 */
#include "tests/unit.h"

#include <math.h>
#include <poll.h>
#include <signal.h>

#include "src/app/archive_worker.h"
#include "tests/cache_support.h"
#include "tests/sync_store.h"

#define DEADLINE_US (30 * US_PER_S)
#define PATIENCE_US (20 * US_PER_S)
#define SHORT_US    (4 * US_PER_S)
#define ALL         3000 /* readings a series, the youngest is number 1 */
#define CACHED      900  /* of which so many are in the cache */
#define LINES       240  /* of the journal, likewise */
#define LINES_KEPT  60
#define STEP        (37 * US_PER_S)

static struct place place;
static wall_us newest;

/* ---- what there is ---- */

static bool
is_text(int n)
{
    return n % 13 == 5;
}

static unsigned
quality_of(int n)
{
    return n % 11 == 3 ? QUALITY_INVALID : n % 7 == 2 ? QUALITY_CLOCK : 0;
}

/* Number n counts back from the newest. */
static double
value_of(int n, int series)
{
    return (n * 7919 % 1000) * 0.25 - 100 * series;
}

static wall_us
time_of(int n)
{
    return newest - n * STEP;
}

static void
fill_store(void)
{
    store_ask("select leitstand.series_ids(array['S0', 'S0'], array['C0', 'C1'])");
    store_ask("select leitstand.make_days(array_agg(leitstand.today() - d))"
              " from generate_series(0, 4) as d");
    store_ask("alter table leitstand.reading disable trigger user");
    store_ask(
        "insert into leitstand.segment (begun, epoch, term, uuid, fresh, arbiter, instance)"
        " values (now(), 1, 0, gen_random_uuid(), true, 'postgres', 'pc1')");
    store_ask(
        "insert into leitstand.reading (ts, received, value, series, segment, flags, state)"
        " select leitstand.time_of(%lld - n * 37000000::bigint), null,"
        "  case when n %% 13 <> 5 then (n * 7919 %% 1000) * 0.25 - 100 *"
        "   (case s.component when 'C1' then 1 else 0 end) end, s.id, 1,"
        "  case when n %% 11 = 3 then 2 when n %% 7 = 2 then 64 else 0 end + 1,"
        "  case when n %% 13 = 5 then 'open' end"
        " from generate_series(1, %d) as n, leitstand.series as s",
        (long long)newest, ALL);
    store_ask(
        "select leitstand.append_changes('3bb7de1c-6a4c-4f4e-9a40-000000000001', 1, 'pc1',"
        " 7, 1, jsonb_build_object('journal', jsonb_agg(jsonb_build_object('at',"
        "  leitstand.time_of(%lld - n * 37000000::bigint), 'epoch', 7, 'term', 1,"
        "  'event', 'raised', 'instance', 'pc1', 'station', 'S0', 'component', 'C0',"
        "  'rule', 'high', 'step', 1, 'from', 'normal', 'to', 'unacked',"
        "  'overlays', '[]'::jsonb, 'annunciated', true, 'test', false,"
        "  'priority', 'high', 'detail', 'line ' || n) order by n desc)))"
        " from generate_series(1, %d) as n",
        (long long)newest, LINES);
}

static void
put_heard(struct cache *c, wall_us since, wall_us until)
{
    struct batch *b = cache_new_batch(c);
    b->heard_since = since;
    b->heard_until = until;
    support_put(c, b);
}

/* Numbers from gap to gap_end are not in the cache, and not listened for; 0: there are none. */
static void
fill_cache(const char *path, int gap, int gap_end)
{
    struct cache *c = support_open(path, NULL);
    plant_unref(support_store_plant(c, 1, 2));
    put_heard(c, time_of(CACHED), gap == 0 ? newest : time_of(gap_end + 1) + 1);
    put_heard(c, gap == 0 ? time_of(CACHED) : time_of(gap - 1), newest);
    struct batch *b = cache_new_batch(c);
    for (int n = CACHED; n >= 1; n--) {
        if (n >= gap && n <= gap_end) {
            continue;
        }
        for (uint32_t series = 1; series <= 2; series++) {
            if (is_text(n)) {
                support_add_text(b, series, time_of(n), "open");
            } else {
                support_add(b, series, time_of(n), time_of(n), value_of(n, (int)series - 1));
            }
            g_array_index(b->records, struct record, b->records->len - 1).quality =
                (uint16_t)quality_of(n);
        }
    }
    for (int n = LINES_KEPT; n >= 1; n--) {
        char *detail = g_strdup_printf("line %d", n);
        support_add_line(b, time_of(n), 0, detail);
        g_free(detail);
    }
    support_put(c, b);
    cache_close(c);
}

static int
prepare(void **state)
{
    store_make(state);
    newest = clock_now().wall / US_PER_S * US_PER_S;
    place.dir = support_dir(&place.path);
    fill_store();
    fill_cache(place.path, 0, 0);
    return 0;
}

static int
finish(void **state)
{
    (void)state;
    support_remove(place.dir, place.path);
    return 0;
}

/* ---- asking ---- */

struct stage {
    struct archive *archive;
    struct archive_worker *worker;
};

static struct stage
start(const char *store, int64_t patience_us)
{
    struct stage s = {.archive = archive_new()};
    s.worker = archive_worker_start(&(struct archive_worker_config){
        .archive = s.archive, .cache = place.path, .store = store, .patience_us = patience_us});
    assert_non_null(s.worker);
    return s;
}

static void
end(struct stage *s)
{
    archive_worker_stop(s->worker);
    archive_free(s->archive);
}

static struct archive_answer *
await(struct stage *s)
{
    mono_us until = clock_now().mono + DEADLINE_US;
    struct archive_answer *answer = NULL;
    while (answer == NULL) {
        struct pollfd fd = {.fd = archive_fd(s->archive), .events = POLLIN};
        if (poll(&fd, 1, (int)((until - clock_now().mono) / US_PER_MS)) <= 0) {
            fail_msg("no answer came");
        }
        answer = archive_take(s->archive);
    }
    return answer;
}

/* The next answer, which must be to this request and from there. */
static struct archive_answer *
expect(struct stage *s, uint64_t id, enum archive_from from, bool last)
{
    struct archive_answer *answer = await(s);
    if (answer->id != id || answer->from != from || answer->last != last) {
        fail_msg("answer to %d from %d, last %d, \"%s\"; expected %d, %d, %d", (int)answer->id,
                 answer->from, answer->last, answer->problem, (int)id, from, last);
    }
    return answer;
}

static struct archive_request
trend_of(int oldest, int youngest, uint32_t n_buckets)
{
    struct archive_request r = {.kind = ARCHIVE_TREND,
                                .since = time_of(oldest),
                                .until = time_of(youngest) + 1,
                                .n_series = 2,
                                .n_buckets = n_buckets,
                                .series = {{"S0", "C0"}, {"S0", "C1"}}};
    return r;
}

static struct archive_request
journal_of(uint32_t limit)
{
    return (struct archive_request){
        .kind = ARCHIVE_JOURNAL, .since = WALL_NONE, .until = WALL_NONE, .limit = limit};
}

/* ---- what must come out ---- */

static void
expect_reading(const struct archive_request *r, struct archive_bucket *buckets,
               struct archive_bucket *before, int n, int series)
{
    bool good = (quality_of(n) & QUALITY_BAD) == 0;
    if (is_text(n) || time_of(n) >= r->until) {
        return;
    }
    if (time_of(n) < r->since) {
        if (good && before->n == 0) {
            archive_bucket_add(before, value_of(n, series), time_of(n));
        }
        return;
    }
    struct archive_bucket *b =
        &buckets[archive_bucket_of(r->since, r->until, r->n_buckets, time_of(n))];
    if (good) {
        archive_bucket_add(b, value_of(n, series), time_of(n));
    } else {
        b->bad++;
    }
}

static void
assert_bucket(const struct archive_bucket *got, const struct archive_bucket *want, uint32_t i)
{
    if (got->n != want->n || got->bad != want->bad || got->first_at != want->first_at ||
        got->last_at != want->last_at || fabs(got->sum - want->sum) > 1e-6 ||
        fabs(got->first - want->first) > 0 || fabs(got->last - want->last) > 0 ||
        fabs(got->min - want->min) > 0 || fabs(got->max - want->max) > 0) {
        fail_msg("part %u: %u good, %u bad, sum %g; not %u, %u, %g", i, got->n, got->bad,
                 got->sum, want->n, want->bad, want->sum);
    }
}

/* Readings up to number oldest are there. */
static void
assert_trend(const struct archive_answer *got, const struct archive_request *r, int oldest)
{
    for (uint32_t series = 0; series < r->n_series; series++) {
        struct archive_bucket *want = g_new0(struct archive_bucket, r->n_buckets),
                              before = {.n = 0};
        for (int n = 1; n <= oldest; n++) {
            expect_reading(r, want, &before, n, (int)series);
        }
        assert_bucket(&got->before[series], &before, UINT32_MAX);
        for (uint32_t i = 0; i < r->n_buckets; i++) {
            assert_bucket(&got->buckets[series * r->n_buckets + i], &want[i], i);
        }
        g_free(want);
    }
}

/* Lines from number first on, without a gap. */
static void
assert_lines(const struct archive_answer *answer, int first, guint count, bool more)
{
    assert_int_equal(answer->journal->len, count);
    for (guint i = 0; i < count; i++) {
        const struct journal_record *line =
            &g_array_index(answer->journal, struct journal_record, i);
        char *detail = g_strdup_printf("line %d", first + (int)i);
        assert_string_equal(line->detail, detail);
        assert_true(line->at == time_of(first + (int)i));
        g_free(detail);
    }
    assert_int_equal(answer->more, more);
}

/* ---- tests ---- */

static void
test_what_the_cache_has_is_the_whole_answer(void **state)
{
    (void)state;
    struct stage s = start(STORE_INSTANCE, PATIENCE_US);
    struct archive_request r = trend_of(CACHED - 100, 5, 77);
    uint64_t id = archive_ask(s.archive, &r);
    struct archive_answer *answer = expect(&s, id, ARCHIVE_CACHE, true);
    assert_string_equal(answer->problem, "");
    assert_true(answer->reach == time_of(CACHED));
    assert_trend(answer, &r, ALL);
    archive_answer_free(answer);
    end(&s);
}

static void
test_cache_first_and_then_with_the_store(void **state)
{
    (void)state;
    static const uint32_t parts[] = {1, 7, 500, ARCHIVE_BUCKETS_MAX};
    struct stage s = start(STORE_INSTANCE, PATIENCE_US);
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        struct archive_request r = trend_of(ALL - 10 - (int)i, 2 + (int)i, parts[i]);
        uint64_t id = archive_ask(s.archive, &r);
        struct archive_answer *answer = expect(&s, id, ARCHIVE_CACHE, false);
        assert_trend(answer, &r, CACHED);
        assert_true(answer->reach == time_of(CACHED));
        archive_answer_free(answer);
        answer = expect(&s, id, ARCHIVE_CENTRAL, true);
        assert_string_equal(answer->problem, "");
        assert_trend(answer, &r, ALL);
        assert_true(answer->reach == r.since);
        archive_answer_free(answer);
    }
    end(&s);
}

/* All of it lies before what the cache has; a component that nobody knows, and one twice. */
static void
test_a_span_long_ago(void **state)
{
    (void)state;
    struct stage s = start(STORE_INSTANCE, PATIENCE_US);
    struct archive_request r = trend_of(ALL - 100, CACHED + 300, 50);
    r.n_series = 4;
    r.series[2] = (struct archive_series){"S0", "no\"such"};
    r.series[3] = r.series[0];
    uint64_t id = archive_ask(s.archive, &r);
    archive_answer_free(expect(&s, id, ARCHIVE_CACHE, false));
    struct archive_answer *answer = expect(&s, id, ARCHIVE_CENTRAL, true);
    for (uint32_t i = 0; i < r.n_buckets; i++) {
        assert_int_equal(answer->buckets[2 * r.n_buckets + i].n, 0);
        assert_bucket(&answer->buckets[3 * r.n_buckets + i], &answer->buckets[i], i);
    }
    r.n_series = 2;
    assert_trend(answer, &r, ALL);
    archive_answer_free(answer);
    end(&s);
}

static void
test_without_a_store_the_cache_is_all(void **state)
{
    (void)state;
    struct stage s = start("", PATIENCE_US);
    struct archive_request r = trend_of(ALL, 1, 30);
    uint64_t id = archive_ask(s.archive, &r);
    struct archive_answer *answer = expect(&s, id, ARCHIVE_CACHE, true);
    assert_trend(answer, &r, CACHED);
    assert_true(answer->reach == time_of(CACHED));
    archive_answer_free(answer);
    r = journal_of(LINES);
    id = archive_ask(s.archive, &r);
    answer = expect(&s, id, ARCHIVE_CACHE, true);
    assert_lines(answer, 1, LINES_KEPT, false);
    archive_answer_free(answer);
    end(&s);
}

static void
test_nonsense_is_answered(void **state)
{
    (void)state;
    struct stage s = start(STORE_INSTANCE, PATIENCE_US);
    struct archive_request r = trend_of(5, 10, 30); /* the wrong way round */
    uint64_t id = archive_ask(s.archive, &r);
    archive_answer_free(expect(&s, id, ARCHIVE_CACHE, true));
    r = trend_of(10, 5, 0);
    id = archive_ask(s.archive, &r);
    archive_answer_free(expect(&s, id, ARCHIVE_CACHE, true));
    end(&s);
}

/* A page that the cache has whole; one over its end; one that only the store has. */
static void
test_journal_pages(void **state)
{
    (void)state;
    struct stage s = start(STORE_INSTANCE, PATIENCE_US);
    struct archive_request r = journal_of(LINES_KEPT - 10);
    uint64_t id = archive_ask(s.archive, &r);
    struct archive_answer *answer = expect(&s, id, ARCHIVE_CACHE, true);
    assert_lines(answer, 1, LINES_KEPT - 10, true);
    archive_answer_free(answer);
    r.until = time_of(31);
    r.limit = 100;
    id = archive_ask(s.archive, &r);
    answer = expect(&s, id, ARCHIVE_CACHE, false);
    assert_lines(answer, 31, LINES_KEPT - 30, false);
    archive_answer_free(answer);
    answer = expect(&s, id, ARCHIVE_CENTRAL, true);
    assert_lines(answer, 31, 100, true);
    archive_answer_free(answer);
    r.until = time_of(LINES - 49);
    id = archive_ask(s.archive, &r);
    answer = expect(&s, id, ARCHIVE_CACHE, false);
    assert_lines(answer, 0, 0, false);
    archive_answer_free(answer);
    answer = expect(&s, id, ARCHIVE_CENTRAL, true);
    assert_lines(answer, LINES - 49, 50, false);
    archive_answer_free(answer);
    end(&s);
}

/* The connection that the worker has now. */
static pid_t
backend(void)
{
    const char *pid = store_ask("select max(pid) from pg_stat_activity"
                                " where usename = 'instance_1' and state = 'idle'");
    int64_t n = g_ascii_strtoll(pid, NULL, 10);
    assert_true(n > 0);
    return (pid_t)n;
}

static void
test_a_frozen_store_delays_its_own_part_only(void **state)
{
    (void)state;
    struct stage s = start(STORE_INSTANCE, SHORT_US);
    struct archive_request far = trend_of(ALL, 1, 20), near = trend_of(50, 1, 20);
    uint64_t id = archive_ask(s.archive, &far);
    archive_answer_free(expect(&s, id, ARCHIVE_CACHE, false));
    archive_answer_free(expect(&s, id, ARCHIVE_CENTRAL, true));
    pid_t frozen = backend();
    kill(frozen, SIGSTOP);
    mono_us before = clock_now().mono;
    uint64_t first = archive_ask(s.archive, &far), second = archive_ask(s.archive, &far),
             third = archive_ask(s.archive, &near);
    archive_answer_free(expect(&s, first, ARCHIVE_CACHE, false));
    archive_answer_free(expect(&s, second, ARCHIVE_CACHE, false));
    archive_answer_free(expect(&s, third, ARCHIVE_CACHE, true));
    assert_true(clock_now().mono - before < SHORT_US);
    struct archive_answer *answer = expect(&s, first, ARCHIVE_CACHE, true);
    assert_string_equal(answer->problem, "the central store does not answer");
    assert_trend(answer, &far, CACHED);
    archive_answer_free(answer);
    answer = expect(&s, second, ARCHIVE_CACHE, true); /* at once: it waited as long */
    assert_string_equal(answer->problem, "the central store does not answer");
    archive_answer_free(answer);
    assert_true(clock_now().mono - before < 2 * SHORT_US);
    kill(frozen, SIGCONT);
    id = archive_ask(s.archive, &far); /* and it is good again */
    archive_answer_free(expect(&s, id, ARCHIVE_CACHE, false));
    archive_answer_free(expect(&s, id, ARCHIVE_CENTRAL, true));
    end(&s);
}

/* The connection that waits for a lock of ours, once it does. */
static pid_t
held_up(void)
{
    mono_us until = clock_now().mono + DEADLINE_US;
    int64_t n = 0;
    while (n == 0 && clock_now().mono < until) {
        n = g_ascii_strtoll(store_ask("select max(pid) from pg_locks where not granted"), NULL,
                            10);
    }
    assert_true(n > 0);
    return (pid_t)n;
}

/* One that was not sent yet is dropped without a trace: it has to be under way. */
static void
test_a_cancelled_request_is_given_up(void **state)
{
    (void)state;
    struct stage s = start(STORE_INSTANCE, PATIENCE_US);
    struct archive_request far = trend_of(ALL, 1, 20), journal = journal_of(LINES);
    struct pg *other = store_open("");
    assert_int_equal(pg_exec(other, "begin; lock table leitstand.reading", NULL), RC_OK);
    mono_us before = clock_now().mono;
    uint64_t first = archive_ask(s.archive, &far), second = archive_ask(s.archive, &journal);
    archive_answer_free(expect(&s, first, ARCHIVE_CACHE, false));
    archive_answer_free(expect(&s, second, ARCHIVE_CACHE, false));
    pid_t frozen = held_up();
    kill(frozen, SIGSTOP);
    pg_close(other);
    archive_cancel(s.archive, first);
    /* The next one is asked over a new connection. */
    archive_answer_free(expect(&s, second, ARCHIVE_CENTRAL, true));
    assert_true(clock_now().mono - before < PATIENCE_US / 2);
    kill(frozen, SIGCONT);
    end(&s);
}

static void
test_stopped_while_the_store_is_frozen(void **state)
{
    (void)state;
    struct stage s = start(STORE_INSTANCE, PATIENCE_US);
    struct archive_request far = trend_of(ALL, 1, 20);
    uint64_t id = archive_ask(s.archive, &far);
    archive_answer_free(expect(&s, id, ARCHIVE_CACHE, false));
    archive_answer_free(expect(&s, id, ARCHIVE_CENTRAL, true));
    pid_t frozen = backend();
    kill(frozen, SIGSTOP);
    id = archive_ask(s.archive, &far);
    archive_answer_free(expect(&s, id, ARCHIVE_CACHE, false));
    mono_us before = clock_now().mono;
    end(&s);
    assert_true(clock_now().mono - before < PATIENCE_US / 4);
    kill(frozen, SIGCONT);
}

static void
test_no_server_and_no_cache(void **state)
{
    (void)state;
    char *path = place.path;
    place.path = g_strconcat(path, ".none", NULL);
    struct stage s = start("host=/nonexistent", PATIENCE_US);
    struct archive_request r = trend_of(100, 1, 20);
    uint64_t id = archive_ask(s.archive, &r);
    struct archive_answer *answer = expect(&s, id, ARCHIVE_CACHE, false);
    assert_non_null(strstr(answer->problem, ".none"));
    archive_answer_free(answer);
    answer = expect(&s, id, ARCHIVE_CACHE, true);
    assert_string_equal(answer->problem, "the central store does not answer");
    archive_answer_free(answer);
    end(&s);
    g_free(place.path);
    place.path = path;
}

/* Nobody listened for a while, of which the cache has but one reading that came late. */
static void
test_what_was_missed_comes_from_the_store(void **state)
{
    (void)state;
    enum { GAP = 301, LATE = 399, END = 400 };
    struct place whole = place;
    place.dir = support_dir(&place.path);
    fill_cache(place.path, GAP, END);
    struct cache *c = support_open(place.path, NULL);
    struct batch *b = cache_new_batch(c);
    support_add(b, 1, time_of(LATE), newest, value_of(LATE, 0));
    support_put(c, b);
    cache_close(c);
    struct stage s = start(STORE_INSTANCE, PATIENCE_US);
    static const uint32_t parts[] = {1, 7, 500, ARCHIVE_BUCKETS_MAX};
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        struct archive_request r = trend_of(CACHED - 10, 5, parts[i]);
        uint64_t id = archive_ask(s.archive, &r);
        archive_answer_free(expect(&s, id, ARCHIVE_CACHE, false));
        struct archive_answer *answer = expect(&s, id, ARCHIVE_CENTRAL, true);
        assert_trend(answer, &r, ALL);
        archive_answer_free(answer);
        r = trend_of(GAP - 1, 5, parts[i]); /* since then it listened */
        id = archive_ask(s.archive, &r);
        archive_answer_free(expect(&s, id, ARCHIVE_CACHE, true));
        r = trend_of(GAP + 50, GAP + 10, parts[i]); /* it begins and ends in the gap */
        id = archive_ask(s.archive, &r);
        archive_answer_free(expect(&s, id, ARCHIVE_CACHE, false));
        answer = expect(&s, id, ARCHIVE_CENTRAL, true);
        assert_trend(answer, &r, ALL);
        archive_answer_free(answer);
    }
    end(&s);
    support_remove(place.dir, place.path);
    place = whole;
}

/* What waits for its way to the store is shown; what the cache has is so without the store. */
static void
test_the_store_takes_nothing_away(void **state)
{
    (void)state;
    enum { GAP = 301, END = 400 };
    struct place whole = place;
    place.dir = support_dir(&place.path);
    fill_cache(place.path, GAP, END);
    struct cache *c = support_open(place.path, NULL);
    struct batch *b = cache_new_batch(c);
    for (int n = END; n >= GAP; n--) {
        if (!is_text(n)) {
            support_add(b, 1, time_of(n), newest, 5000);
        }
    }
    support_put(c, b);
    cache_close(c);
    store_ask("delete from leitstand.reading where ts = leitstand.time_of(%lld)",
              (long long)time_of(350));
    struct archive_request r = trend_of(CACHED - 10, 5, ARCHIVE_BUCKETS_MAX);
    uint32_t of_350 = archive_bucket_of(r.since, r.until, r.n_buckets, time_of(350));
    const char *stores[] = {STORE_INSTANCE, "host=/nonexistent"};
    for (size_t i = 0; i < G_N_ELEMENTS(stores); i++) {
        struct stage s = start(stores[i], PATIENCE_US);
        uint64_t id = archive_ask(s.archive, &r);
        struct archive_answer *answer = expect(&s, id, ARCHIVE_CACHE, false);
        assert_int_equal(answer->buckets[of_350].n, 1);
        archive_answer_free(answer);
        answer = expect(&s, id, i == 0 ? ARCHIVE_CENTRAL : ARCHIVE_CACHE, true);
        assert_int_equal(answer->buckets[of_350].n, 1);
        assert_true(fabs(answer->buckets[of_350].max - 5000) < 1);
        archive_answer_free(answer);
        end(&s);
    }
    support_remove(place.dir, place.path);
    place = whole;
}

/* The day of today may be large, and its index is on time only. */
static void
test_a_day_is_not_read_through(void **state)
{
    (void)state;
    const char *scans = store_ask(
        "select count(*) from leitstand.trend(array['S0'], array['C0'], %lld, %lld, 20, %lld,"
        " %lld);"
        "select sum(seq_scan) from pg_stat_xact_user_tables where relname ~ '^reading_'",
        (long long)time_of(ALL), (long long)newest, (long long)time_of(20),
        (long long)time_of(10));
    assert_string_equal(scans, "0");
}

/* A store that was not brought up to date says what it lacks. */
static void
test_a_refusal_is_told(void **state)
{
    (void)state;
    store_ask("alter function leitstand.trend(text[], text[], bigint, bigint, integer, bigint, "
              "bigint)"
              " rename to trend_of_tomorrow");
    struct stage s = start(STORE_INSTANCE, PATIENCE_US);
    struct archive_request far = trend_of(ALL, 1, 20);
    uint64_t id = archive_ask(s.archive, &far);
    archive_answer_free(expect(&s, id, ARCHIVE_CACHE, false));
    struct archive_answer *answer = expect(&s, id, ARCHIVE_CACHE, true);
    assert_non_null(strstr(answer->problem, "leitstand.trend"));
    assert_trend(answer, &far, CACHED);
    archive_answer_free(answer);
    end(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_the_cache_has_is_the_whole_answer),
        cmocka_unit_test(test_cache_first_and_then_with_the_store),
        cmocka_unit_test(test_a_span_long_ago),
        cmocka_unit_test(test_without_a_store_the_cache_is_all),
        cmocka_unit_test(test_nonsense_is_answered),
        cmocka_unit_test(test_journal_pages),
        cmocka_unit_test(test_a_frozen_store_delays_its_own_part_only),
        cmocka_unit_test(test_a_cancelled_request_is_given_up),
        cmocka_unit_test(test_stopped_while_the_store_is_frozen),
        cmocka_unit_test(test_no_server_and_no_cache),
        cmocka_unit_test(test_what_was_missed_comes_from_the_store),
        cmocka_unit_test(test_the_store_takes_nothing_away),
        cmocka_unit_test(test_a_day_is_not_read_through),
        cmocka_unit_test(test_a_refusal_is_told), /* last: the function is gone then */
    };
    return cmocka_run_group_tests_name("archive_worker", tests, prepare, finish);
}
