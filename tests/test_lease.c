/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lease against a PostgreSQL of its own: run by tests/pg/with_pg.sh. */
#include "tests/unit.h"

#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib.h>

#include "src/app/lease_worker.h"
#include "tests/sync_store.h"

#define DEADLINE_US (20 * US_PER_S)
#define VALIDITY_US (2 * US_PER_S)
#define RENEWAL_US  (1 * US_PER_S)
#define RACERS      6
#define LAPS        30

static int
free_lease(void **state)
{
    (void)state;
    store_ask(
        "UPDATE leitstand.lease SET expires_at = '-infinity', grant_id = NULL, mode = 'full', "
        "offered_to = NULL");
    return 0;
}

/* ---- the lease ---- */

/* With more time for an answer than between renewals: the machine has other things to do. */
static struct lease *
lease_of(const char *instance)
{
    return lease_new(&(struct lease_config){"", instance, VALIDITY_US, 2 * RENEWAL_US, -1});
}

static struct lease_answer
ask(struct lease *l, const struct lease_request *request)
{
    struct lease_answer answer;
    struct err err = {.text = ""};
    lease_ask(l, request, &answer, &err);
    if (!answer.known) {
        fail_msg("%s", err.text);
    }
    return answer;
}

static struct lease_answer
simply(struct lease *l, enum lease_ask what)
{
    return ask(l, &(struct lease_request){.ask = what});
}

static struct lease_request
with_grant(enum lease_ask what, const struct lease_answer *got)
{
    struct lease_request request = {.ask = what, .epoch = got->epoch};
    g_strlcpy(request.grant, got->grant, sizeof(request.grant));
    return request;
}

static struct lease_answer
acquire(struct lease *l)
{
    struct lease_answer answer = simply(l, LEASE_ACQUIRE);
    assert_true(answer.mine);
    return answer;
}

/* Its fence lets the holder of this grant through. */
static enum rc
pass_fence(struct pg *pg, const struct lease_answer *got, const char *then)
{
    struct err err = {.text = ""};
    char *text = g_strdup_printf("SELECT leitstand.fence(%" G_GUINT64_FORMAT ", '%s'); %s",
                                 got->epoch, got->grant, then);
    enum rc rc = pg_exec(pg, text, &err);
    g_free(text);
    return rc;
}

/* ---- tests ---- */

static void
test_one_holder(void **state)
{
    (void)state;
    struct lease *a = lease_of("a"), *b = lease_of("b");
    mono_us before = clock_now().mono;
    struct lease_answer got = acquire(a);
    assert_true(got.sent >= before && got.sent <= clock_now().mono);
    assert_int_equal(strlen(got.grant), UUID_SIZE - 1);
    assert_string_equal(got.holder, "a");
    struct lease_answer refused = simply(b, LEASE_ACQUIRE);
    assert_false(refused.mine);
    assert_string_equal(refused.grant, "");
    assert_string_equal(refused.holder, "a");
    assert_true(refused.left_us > 0 && refused.left_us <= VALIDITY_US);
    struct lease_request renew = with_grant(LEASE_RENEW, &got);
    assert_true(ask(a, &renew).mine);
    /* What the other makes up does not help. */
    renew.grant[0] = renew.grant[0] == 'a' ? 'b' : 'a';
    assert_false(ask(b, &renew).mine);
    struct lease_request release = with_grant(LEASE_RELEASE, &got);
    assert_int_equal(ask(a, &release).left_us, 0);
    renew = with_grant(LEASE_RENEW, &got);
    assert_false(ask(a, &renew).mine);
    struct lease_answer next = acquire(b);
    assert_int_equal(next.epoch, got.epoch + 1);
    lease_free(a);
    lease_free(b);
}

static void
test_epochs_pass_what_was_seen(void **state)
{
    (void)state;
    struct lease *a = lease_of("a");
    struct lease_answer first = acquire(a);
    free_lease(NULL);
    struct lease_answer next =
        ask(a, &(struct lease_request){.ask = LEASE_ACQUIRE, .epoch = first.epoch + 40});
    assert_true(next.mine);
    assert_int_equal(next.epoch, first.epoch + 41);
    lease_free(a);
}

static void
test_fence(void **state)
{
    (void)state;
    struct lease *a = lease_of("a"), *b = lease_of("b");
    struct pg *pg = store_open("");
    struct lease_answer old = acquire(a);
    assert_int_equal(pass_fence(pg, &old, ""), RC_OK);
    struct lease_request release = with_grant(LEASE_RELEASE, &old);
    ask(a, &release);
    assert_int_equal(pass_fence(pg, &old, ""), RC_INVALID); /* given back */
    assert_string_equal(pg_state(pg), "LS001");
    struct lease_answer new = acquire(b);
    assert_int_equal(pass_fence(pg, &old, ""), RC_INVALID);
    assert_int_equal(pass_fence(pg, &new, ""), RC_OK);
    pg_close(pg);
    lease_free(a);
    lease_free(b);
}

/* A transaction that has passed the fence does not hold a renewal up; an acquisition waits for
 * it, and gives up in time. */
static void
test_fenced_writer_under_way(void **state)
{
    (void)state;
    struct lease *a = lease_of("a"), *b = lease_of("b");
    struct pg *pg = store_open("");
    struct err err = {.text = ""};
    struct lease_answer got = acquire(a);
    assert_int_equal(pg_exec(pg, "BEGIN", &err), RC_OK);
    assert_int_equal(pass_fence(pg, &got, ""), RC_OK);
    struct lease_request renew = with_grant(LEASE_RENEW, &got);
    mono_us before = clock_now().mono;
    assert_true(ask(a, &renew).mine);
    assert_true(clock_now().mono - before < RENEWAL_US / 2);

    struct lease_request release = with_grant(LEASE_RELEASE, &got);
    assert_int_equal(ask(a, &release).left_us, 0); /* does not wait either */
    struct lease_answer refused;
    lease_ask(b, &(struct lease_request){.ask = LEASE_ACQUIRE}, &refused, &err);
    assert_false(refused.known);
    assert_int_equal(pg_exec(pg, "COMMIT", &err), RC_OK);
    assert_true(simply(b, LEASE_ACQUIRE).mine);
    pg_close(pg);
    lease_free(a);
    lease_free(b);
}

static void
test_absurd_expiry(void **state)
{
    (void)state;
    struct lease *a = lease_of("a"), *b = lease_of("b");
    acquire(a);
    store_ask("UPDATE leitstand.lease SET expires_at = clock_timestamp() + interval '5 s'");
    assert_false(simply(b, LEASE_ACQUIRE).mine); /* not yet absurd */
    store_ask("UPDATE leitstand.lease SET expires_at = clock_timestamp() + interval '1 min'");
    assert_true(simply(b, LEASE_ACQUIRE).mine);
    lease_free(a);
    lease_free(b);
}

static void
test_without_a_broker(void **state)
{
    (void)state;
    struct lease *a = lease_of("a"), *b = lease_of("b");
    struct lease_answer got = acquire(a);
    struct lease_request renew = with_grant(LEASE_RENEW, &got);
    renew.infra = true;
    assert_true(ask(a, &renew).mine);
    struct lease_answer seen = simply(b, LEASE_LOOK);
    assert_true(seen.infra);
    assert_int_equal(seen.left_us, 0);
    struct lease_request same = {.ask = LEASE_ACQUIRE, .infra = true};
    assert_false(ask(b, &same).mine); /* no better than the holder */
    assert_true(simply(b, LEASE_ACQUIRE).mine);
    assert_false(ask(a, &renew).mine);
    lease_free(a);
    lease_free(b);
}

static void
test_offer(void **state)
{
    (void)state;
    struct lease *a = lease_of("a"), *b = lease_of("b"), *c = lease_of("c");
    struct lease_answer got = acquire(a);
    simply(b, LEASE_LOOK); /* connects; the offer holds for a second */
    simply(c, LEASE_LOOK);
    struct lease_request release = with_grant(LEASE_RELEASE, &got);
    g_strlcpy(release.to, "c", sizeof(release.to));
    assert_true(ask(a, &release).left_us > 0);
    struct lease_answer refused = simply(b, LEASE_ACQUIRE);
    assert_false(refused.mine);
    assert_true(refused.left_us > 0 && refused.left_us <= US_PER_S);
    assert_true(simply(c, LEASE_ACQUIRE).mine);
    lease_free(a);
    lease_free(b);
    lease_free(c);
}

/* ---- a race ---- */

struct race {
    const char *name;
    _Atomic uint64_t *winners; /* by epoch: how many got it */
    uint64_t base;
    _Atomic int *won;
    _Atomic unsigned *unknown; /* whether it was got */
};

static void *
race(void *user)
{
    const struct race *r = user;
    struct lease *l = lease_of(r->name);
    mono_us deadline = clock_now().mono + DEADLINE_US;
    while (*r->won < LAPS && clock_now().mono < deadline) {
        struct lease_answer answer;
        lease_ask(l, &(struct lease_request){.ask = LEASE_ACQUIRE}, &answer, &(struct err){""});
        *r->unknown += !answer.known;
        if (answer.known && answer.mine) {
            (*r->won)++;
            if (answer.epoch - r->base < 1000) {
                r->winners[answer.epoch - r->base]++;
            }
            struct lease_request release = with_grant(LEASE_RELEASE, &answer);
            lease_ask(l, &release, &answer, &(struct err){""});
        }
    }
    lease_free(l);
    return NULL;
}

static void
test_race(void **state)
{
    (void)state;
    static const char *const names[RACERS] = {"a", "b", "c", "d", "e", "f"};
    static _Atomic uint64_t winners[1000];
    _Atomic int won = 0;
    _Atomic unsigned unknown = 0;
    struct lease *l = lease_of("z");
    uint64_t base = simply(l, LEASE_LOOK).epoch;
    pthread_t threads[RACERS];
    struct race racers[RACERS];
    for (int i = 0; i < RACERS; i++) {
        racers[i] = (struct race){names[i], winners, base, &won, &unknown};
        assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
    }
    for (int i = 0; i < RACERS; i++) {
        pthread_join(threads[i], NULL);
    }
    assert_true(won >= LAPS);
    uint64_t last = simply(l, LEASE_LOOK).epoch - base;
    assert_true(last >= LAPS && last < 1000);
    unsigned left_out = 0;
    for (uint64_t i = 1; i <= last; i++) {
        assert_in_range(winners[i], 0, 1); /* every epoch has one winner */
        left_out += winners[i] == 0;
    }
    assert_in_range(left_out, 0, unknown); /* who was not told, on a busy machine */
    lease_free(l);
}

/* ---- pauses ---- */

/* Asks until there is an answer: one may come too late on a busy machine, or because we were
 * stopped while it was on its way. */
static struct lease_answer
ask_until_answered(struct lease *l, const struct lease_request *request)
{
    struct lease_answer answer;
    mono_us deadline = clock_now().mono + DEADLINE_US;
    do {
        lease_ask(l, request, &answer, &(struct err){""});
    } while (!answer.known && clock_now().mono < deadline);
    return answer;
}

/* A process that gets the lease, tells so by a byte, and renews it until it is refused. */
static void
hold(int out)
{
    struct lease *l = lease_of("child");
    struct lease_request acquire = {.ask = LEASE_ACQUIRE};
    struct lease_answer answer;
    do {
        answer = ask_until_answered(l, &acquire);
    } while (answer.known && !answer.mine);
    struct lease_request renew = with_grant(LEASE_RENEW, &answer);
    if (!answer.mine || write(out, "+", 1) != 1) {
        _exit(2);
    }
    while (answer.mine) {
        answer = ask_until_answered(l, &renew);
        poll(NULL, 0, 20);
    }
    _exit(answer.known ? 0 : 3);
}

static void
test_pause_loses(void **state)
{
    (void)state;
    int ends[2];
    char got = 0;
    struct lease_request acquire = {.ask = LEASE_ACQUIRE}, look = {.ask = LEASE_LOOK};
    struct lease *l = lease_of("b");
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        hold(ends[1]);
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], &got, 1), 1);
    ask_until_answered(l, &look); /* connects */
    kill(child, SIGSTOP);
    struct lease_answer answer = ask_until_answered(l, &acquire);
    assert_true(answer.known);
    assert_false(answer.mine);
    mono_us begun = clock_now().mono, deadline = begun + DEADLINE_US;
    while (!answer.mine) {
        assert_true(clock_now().mono < deadline);
        poll(NULL, 0, (int)(answer.left_us / US_PER_MS));
        answer = ask_until_answered(l, &acquire);
    }
    assert_true(clock_now().mono - begun < VALIDITY_US + RENEWAL_US);
    kill(child, SIGCONT);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0); /* it was told so at its next renewal */
    lease_free(l);
    close(ends[0]);
}

/* ---- the thread ---- */

static struct lease_news
await_news(struct lease_worker *w, bool answer)
{
    struct lease_news news;
    mono_us deadline = clock_now().mono + DEADLINE_US;
    for (;;) {
        struct pollfd fd = {.fd = lease_worker_fd(w), .events = POLLIN};
        poll(&fd, 1, 1000);
        lease_worker_take(w, &news);
        if (answer ? news.answered : news.notified) {
            return news;
        }
        assert_true(clock_now().mono < deadline);
    }
}

static void
test_worker_is_told(void **state)
{
    (void)state;
    struct lease *a = lease_of("a");
    struct lease_answer got = acquire(a);
    struct lease_worker *w =
        lease_worker_start(&(struct lease_config){"", "b", VALIDITY_US, RENEWAL_US, -1});
    lease_worker_ask(w, &(struct lease_request){.ask = LEASE_LOOK});
    struct lease_news news = await_news(w, true);
    assert_true(news.answer.known);
    assert_string_equal(news.answer.holder, "a");
    struct lease_request release = with_grant(LEASE_RELEASE, &got);
    mono_us before = clock_now().mono;
    ask(a, &release);
    await_news(w, false);
    assert_true(clock_now().mono - before < US_PER_S);
    lease_worker_ask(w, &(struct lease_request){.ask = LEASE_ACQUIRE});
    news = await_news(w, true);
    assert_true(news.answer.mine);
    lease_worker_stop(w);
    lease_free(a);
}

static bool
is_told(void)
{
    PGconn *db = PQconnectdb("");
    PGresult *r = PQexec(db, "SELECT term FROM leitstand.tenure WHERE arbiter = 'broker' AND "
                             "instance = 'b' AND epoch = 5 AND since = '2026-01-09T15:39:14Z'");
    bool told = PQntuples(r) == 1 && strcmp(PQgetvalue(r, 0, 0), "2") == 0;
    PQclear(r);
    PQfinish(db);
    return told;
}

static void
test_worker_tells_of_the_past(void **state)
{
    (void)state;
    struct lease_worker *w =
        lease_worker_start(&(struct lease_config){"", "b", VALIDITY_US, RENEWAL_US, -1});
    lease_worker_tell(w, &(struct lease_tenure){5, 2, INT64_C(1767973154) * US_PER_S});
    lease_worker_ask(w, &(struct lease_request){.ask = LEASE_LOOK});
    mono_us deadline = clock_now().mono + DEADLINE_US;
    while (!is_told()) {
        assert_true(clock_now().mono < deadline);
        poll(NULL, 0, 5);
    }
    lease_worker_stop(w);
}

static void
test_worker_without_a_store(void **state)
{
    (void)state;
    struct lease_worker *w = lease_worker_start(
        &(struct lease_config){"host=/nonexistent", "b", VALIDITY_US, RENEWAL_US, -1});
    for (int i = 0; i < 3; i++) {
        lease_worker_ask(w, &(struct lease_request){.ask = LEASE_LOOK});
        struct lease_news news = await_news(w, true);
        assert_false(news.answer.known);
        assert_true(news.err.text[0] != '\0');
    }
    lease_worker_stop(w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_one_holder, free_lease),
        cmocka_unit_test_setup(test_epochs_pass_what_was_seen, free_lease),
        cmocka_unit_test_setup(test_fence, free_lease),
        cmocka_unit_test_setup(test_fenced_writer_under_way, free_lease),
        cmocka_unit_test_setup(test_absurd_expiry, free_lease),
        cmocka_unit_test_setup(test_without_a_broker, free_lease),
        cmocka_unit_test_setup(test_offer, free_lease),
        cmocka_unit_test_setup(test_race, free_lease),
        cmocka_unit_test_setup(test_pause_loses, free_lease),
        cmocka_unit_test_setup(test_worker_is_told, free_lease),
        cmocka_unit_test_setup(test_worker_tells_of_the_past, free_lease),
        cmocka_unit_test(test_worker_without_a_store),
    };
    return cmocka_run_group_tests_name("lease", tests, store_make, NULL);
}
