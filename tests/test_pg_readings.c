/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Readings into a real store: all of them, each once, from the owner only. */
#include <math.h>

#include "storage/copy_rows.h"
#include "tests/pg_line.h"
#include "tests/unit.h"

#define DAY_US INT64_C(86400000000)

/* ---- what arrives ---- */

static void
test_every_field_arrives(void **state)
{
    struct line l = line_open(state);
    struct segment s = outbox_support_segment(1, 7, false);
    struct outbox_batch *b = outbox_support_batch(&s, 1);
    wall_us ts = l.now;
    outbox_support_record(
        b, (struct record){.series = l.series, .ts = ts, .received = ts, .num = -12.5});
    outbox_support_record(b, (struct record){.series = l.series,
                                             .ts = ts + 1,
                                             .received = ts + 3,
                                             .num = NAN,
                                             .quality = QUALITY_INVALID | QUALITY_CLOCK});
    outbox_support_record(b, (struct record){.series = l.series,
                                             .ts = ts + 2,
                                             .received = ts + 2,
                                             .source = TS_DEVICE,
                                             .text = g_ref_string_new("läuft \"an\"")});
    GPtrArray *batches = outbox_support_batches();
    g_ptr_array_add(batches, b);
    line_store(&l, batches, "");
    char *got = store_ask(
        l.store, "select string_agg(concat_ws('|', station, component,"
                 " ts - min, received - min, coalesce(value::text, '-'),"
                 " coalesce(state, '-'), quality, ts_source, instance, epoch, term),"
                 " E'\\n' order by ts)"
                 " from leitstand.readings, (select min(ts) from leitstand.readings) as m");
    assert_string_equal(got, "PS-01|level|00:00:00|00:00:00|-12.5|-|{}|receipt|pc1|7|0\n"
                             "PS-01|level|00:00:00.000001|00:00:00.000003|-|-|{invalid,clock}|"
                             "receipt|pc1|7|0\n"
                             "PS-01|level|00:00:00.000002|00:00:00.000002|-|läuft \"an\"|{}|"
                             "device|pc1|7|0");
    g_free(got);
    char *sql = g_strdup_printf("select min(ts) = timestamptz 'epoch' + %" G_GINT64_FORMAT
                                " * interval '1 us' from leitstand.readings",
                                ts);
    got = store_ask(l.store, sql);
    assert_string_equal(got, "t");
    g_free(sql);
    g_free(got);
    g_ptr_array_unref(batches);
    line_close(&l);
}

/* Names that an array in text has to quote, and more components than one at a time. */
static void
test_names_keep_their_numbers(void **state)
{
    static const char *const names[] = {
        "plain", "with \"quotes\"", "back\\slash", "{a,b}", "", "NULL", "Ü"};
    struct line l = line_open(state);
    struct segment s = outbox_support_segment(1, 1, false);
    GPtrArray *batches = outbox_support_batches();
    struct outbox_batch *b = outbox_support_batch(&s, 1);
    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        uint32_t number = 0;
        assert_int_equal(outbox_number(l.outbox, names[i], names[i], &number, NULL), RC_OK);
        outbox_support_record(
            b, (struct record){.series = number, .ts = l.now, .received = l.now, .num = i});
    }
    g_ptr_array_add(batches, b);
    line_store(&l, batches, "");
    char *got = store_ask(l.store, "select string_agg(station, ';' order by value) from"
                                   " leitstand.readings where station = component");
    assert_string_equal(got, "plain;with \"quotes\";back\\slash;{a,b};;NULL;Ü");
    g_free(got);
    g_ptr_array_unref(batches);
    line_close(&l);
}

/* ---- once ---- */

static void
test_repetition_is_stored_once(void **state)
{
    struct line l = line_open(state);
    struct segment s = outbox_support_segment(1, 1, false);
    line_store_away(&l, line_batches(&l, &s, 1, 3, 10));
    line_store_away(&l, line_batches(&l, &s, 1, 3, 10));
    line_store_away(&l, line_batches(&l, &s, 2, 5, 10)); /* the first two are there */
    line_cut(&l);
    line_connect(&l);
    line_store_away(&l, line_batches(&l, &s, 1, 6, 10));
    line_assert_rows(&l, 60);
    line_close(&l);
}

/* What a connection knows of the mark is old: somebody else has moved it on. */
static void
test_mark_is_moved_elsewhere(void **state)
{
    struct line l = line_open(state), other = l;
    struct segment s = outbox_support_segment(1, 1, false);
    line_connect(&other);
    line_store_away(&l, line_batches(&l, &s, 1, 1, 10));
    line_store_away(&other, line_batches(&l, &s, 1, 2, 10));
    line_store_away(&l, line_batches(&l, &s, 2, 3, 10));
    line_assert_rows(&l, 30);
    line_cut(&other);
    line_close(&l);
}

static void
test_gap_is_refused(void **state)
{
    struct line l = line_open(state);
    struct segment s = outbox_support_segment(1, 1, false);
    line_store_away(&l, line_batches(&l, &s, 1, 1, 10));
    GPtrArray *third = line_batches(&l, &s, 3, 3, 10);
    line_refused(&l, third, "", PG_GAP);
    line_assert_rows(&l, 10);
    assert_int_equal(pg_readings_skip(l.readings, &s, 3, NULL), RC_OK);
    line_store(&l, third, "");
    line_assert_rows(&l, 20);
    assert_int_equal(store_count(l.store, "select lost_batches from leitstand.segment"), 1);
    g_ptr_array_unref(third);
    line_close(&l);
}

static void
test_stale_epoch_is_refused(void **state)
{
    struct line l = line_open(state);
    struct segment s = outbox_support_segment(1, 5, false);
    char grant[UUID_SIZE], newer[UUID_SIZE];
    store_lease(l.store, 5, grant);
    GPtrArray *batches = line_batches(&l, &s, 1, 1, 10);
    line_store(&l, batches, grant);
    g_ptr_array_unref(batches);
    batches = line_batches(&l, &s, 2, 2, 10);
    store_lease(l.store, 6, newer);
    line_refused(&l, batches, grant, PG_FENCED);
    line_refused(&l, batches, newer, PG_FENCED); /* a grant of another epoch */
    line_assert_rows(&l, 10);
    line_store(&l, batches, ""); /* as backlog it may come */
    line_assert_rows(&l, 20);
    g_ptr_array_unref(batches);
    line_close(&l);
}

/* The store has committed, and this process ends before it has told the outbox. */
static void
test_restart_before_outbox_sent(void **state)
{
    struct line l = line_open(state);
    struct segment s = outbox_support_segment(1, 1, false);
    GPtrArray *made = line_batches(&l, &s, 1, 4, 10);
    for (unsigned i = 0; i < made->len; i++) {
        assert_int_equal(outbox_add(l.outbox, g_ptr_array_index(made, i), NULL), RC_OK);
    }
    g_ptr_array_unref(made);
    for (int run = 0; run < 2; run++) {
        GPtrArray *waiting = outbox_support_batches();
        assert_int_equal(outbox_first(l.outbox, 25, waiting, NULL), RC_OK);
        assert_int_equal(waiting->len, 2);
        line_store(&l, waiting, "");
        line_assert_rows(&l, 20);
        g_ptr_array_unref(waiting);
        line_close(&l);
        l.outbox = outbox_support_open(l.store->path);
        line_connect(&l);
    }
    assert_int_equal(outbox_sent(l.outbox, &s.id, 2, NULL, NULL), RC_OK);
    GPtrArray *rest = outbox_support_batches();
    assert_int_equal(outbox_first(l.outbox, SIZE_MAX, rest, NULL), RC_OK);
    line_store(&l, rest, "");
    line_assert_rows(&l, 40);
    g_ptr_array_unref(rest);
    line_close(&l);
}

/* The answer does not come in time: whether the rows are there, only the mark can tell. */
static void
test_lost_answer(void **state)
{
    struct line l = line_open(state);
    struct segment s = outbox_support_segment(1, 1, false);
    line_store_away(&l, line_batches(&l, &s, 1, 1, 10));
    line_cut(&l);
    struct pg_config impatient = {
        .purpose = "test", .wake_fd = -1, .connect_us = 20 * US_PER_S, .answer_us = US_PER_S};
    char *conninfo = g_strdup_printf("dbname=%s user=pc", l.store->database);
    impatient.conninfo = conninfo;
    assert_int_equal(pg_open(&l.pg, &impatient, NULL), RC_OK);
    /* Otherwise the server would give up before we do. */
    assert_int_equal(pg_exec(l.pg, "set statement_timeout = 0; set lock_timeout = 0", NULL),
                     RC_OK);
    assert_int_equal(pg_readings_new(&l.readings, l.pg, l.outbox, NULL), RC_OK);
    g_free(conninfo);
    GPtrArray *batches = line_batches(&l, &s, 2, 3, 10);
    enum pg_outcome outcome;
    store_do(l.store, "begin; select from leitstand.segment for update");
    assert_int_equal(pg_readings_store(l.readings, batches, "", &outcome, NULL), RC_IO);
    assert_false(pg_is_open(l.pg));
    line_cut(&l);
    line_connect(&l);
    store_do(l.store, "commit"); /* now the server goes on with what it was sent */
    line_store(&l, batches, "");
    line_assert_rows(&l, 30);
    g_ptr_array_unref(batches);
    line_close(&l);
}

/* The server ends the connection while a COPY is under way. */
static void
test_connection_ends_in_the_middle(void **state)
{
    struct line l = line_open(state);
    struct segment s = outbox_support_segment(1, 1, false);
    line_store_away(&l, line_batches(&l, &s, 1, 1, 10));
    store_do(l.store,
             "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'pc'"
             " and datname = current_database()");
    store_await(l.store, "select count(*) = 0 from pg_stat_activity where usename = 'pc'"
                         " and datname = current_database()");
    GPtrArray *batches = line_batches(&l, &s, 2, 40, 1000);
    enum pg_outcome outcome;
    struct err err;
    assert_int_equal(pg_readings_store(l.readings, batches, "", &outcome, &err), RC_IO);
    line_cut(&l);
    line_connect(&l);
    line_store(&l, batches, "");
    line_assert_rows(&l, 39010);
    g_ptr_array_unref(batches);
    line_close(&l);
}

/* ---- days ---- */

static void
test_days_far_from_now_are_refused(void **state)
{
    static const struct {
        const char *why;
        int64_t days;
        enum pg_outcome want;
    } cases[] = {
        {"now", 0, PG_STORED},
        {"the day after tomorrow", 2, PG_STORED},
        {"a day later", 3, PG_REFUSED},
        {"the oldest day", -400, PG_STORED},
        {"a day older", -401, PG_REFUSED},
        {"long before 1970", -40000, PG_REFUSED},
    };
    struct line l = line_open(state);
    int64_t rows = 0;
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct segment s = outbox_support_segment(i, 1, false);
        GPtrArray *batches = outbox_support_batches();
        struct outbox_batch *b = outbox_support_batch(&s, 1);
        wall_us ts = l.now + cases[i].days * DAY_US;
        outbox_support_record(
            b, (struct record){.series = l.series, .ts = ts, .received = l.now, .num = 1});
        g_ptr_array_add(batches, b);
        enum pg_outcome outcome = PG_TROUBLE;
        enum rc rc = pg_readings_store(l.readings, batches, "", &outcome, NULL);
        if (outcome != cases[i].want || (rc == RC_OK) != (cases[i].want == PG_STORED)) {
            fail_msg("%s", cases[i].why);
        }
        rows += cases[i].want == PG_STORED;
        g_ptr_array_unref(batches);
    }
    line_assert_rows(&l, rows);
    line_close(&l);
}

/* A day that we have seen has gone meanwhile. */
static void
test_day_is_made_again(void **state)
{
    struct line l = line_open(state);
    struct segment s = outbox_support_segment(1, 1, false);
    line_store_away(&l, line_batches(&l, &s, 1, 1, 10));
    store_do(l.store, "select leitstand.drop_days(leitstand.today() + 10)");
    line_store_away(&l, line_batches(&l, &s, 2, 2, 10));
    line_assert_rows(&l, 10);
    line_close(&l);
}

/* Two who need the same day at once. */
static void
test_day_is_made_by_another(void **state)
{
    struct line l = line_open(state);
    char *sql = g_strdup_printf("select leitstand.make_days('{%d}')", (int)(l.now / DAY_US));
    store_do(l.store, "begin");
    store_do(l.store, sql);
    char *conninfo = g_strdup_printf("dbname=%s user=pc", l.store->database);
    PGconn *second = PQconnectdb(conninfo);
    g_free(conninfo);
    assert_int_equal(PQsendQuery(second, sql), 1);
    g_free(sql);
    store_await(l.store, "select count(*) = 1 from pg_stat_activity where wait_event_type ="
                         " 'Lock' and datname = current_database()");
    store_do(l.store, "commit");
    PGresult *result = PQgetResult(second);
    assert_string_equal(PQresultErrorMessage(result), "");
    assert_string_equal(PQgetvalue(result, 0, 0), "{}");
    PQclear(result);
    PQfinish(second);
    assert_int_equal(store_count(l.store, "select count(*) from leitstand.days()"), 1);
    line_close(&l);
}

static void
test_maintenance(void **state)
{
    struct line l = line_open(state);
    struct segment s = outbox_support_segment(1, 1, false);
    enum pg_outcome outcome;
    char grant[UUID_SIZE];
    bool more = false;
    store_lease(l.store, 3, grant);
    l.now -= 40 * DAY_US;
    line_store_away(&l, line_batches(&l, &s, 1, 1, 10));
    l.now += 30 * DAY_US;
    line_store_away(&l, line_batches(&l, &s, 2, 2, 10));
    assert_int_equal(pg_readings_maintain(l.readings, 3, grant, 0, &outcome, NULL), RC_OK);
    assert_int_equal(store_count(l.store, "select count(*) from leitstand.days()"), 5);
    assert_int_equal(store_count(l.store, "select count(*) from pg_indexes where tablename ~"
                                          " '^reading_[0-9]{8}$' and indexdef like"
                                          " '%USING brin (ts)%'"),
                     5);
    line_assert_rows(&l, 20);
    /* Forty days ago, but thirty before the newest: the server's clock may be wrong. */
    assert_int_equal(pg_readings_maintain(l.readings, 3, grant, 35, &outcome, NULL), RC_OK);
    line_assert_rows(&l, 20);
    assert_int_equal(pg_readings_maintain(l.readings, 3, grant, 29, &outcome, NULL), RC_OK);
    line_assert_rows(&l, 10);
    assert_int_equal(pg_readings_index(l.pg, &more, NULL), RC_OK);
    assert_true(more);
    assert_int_equal(pg_readings_index(l.pg, &more, NULL), RC_OK);
    assert_false(more);
    assert_int_equal(store_count(l.store, "select count(*) from pg_indexes where indexdef like"
                                          " '%btree (series, ts)'"),
                     1);
    assert_int_equal(pg_readings_maintain(l.readings, 2, grant, 35, &outcome, NULL),
                     RC_INVALID);
    assert_int_equal(outcome, PG_FENCED);
    line_close(&l);
}

/* Somebody who was stopped in the middle of a COPY holds nobody up: neither other writers, nor
 * those who make days. */
static void
test_sleeping_writer_blocks_nobody(void **state)
{
    struct line l = line_open(state), other = l;
    struct segment s = outbox_support_segment(1, 1, false);
    enum pg_outcome outcome;
    char grant[UUID_SIZE];
    store_lease(l.store, 3, grant);
    line_store_away(&l, line_batches(&l, &s, 1, 1, 10));
    line_connect(&other);
    assert_int_equal(pg_exec(other.pg, "set lock_timeout = '2s'", NULL), RC_OK);
    GByteArray *bytes = g_byte_array_new();
    struct record r = {.series = 1, .ts = l.now, .received = l.now};
    copy_rows_header(bytes);
    for (int i = 0; i < 5000; i++) {
        copy_rows_append(bytes, &r, 1, 1);
    }
    struct err err;
    assert_int_equal(pg_copy_begin(l.pg, PG_COPY_READINGS, &err), RC_OK);
    assert_int_equal(pg_copy_data(l.pg, bytes->data, bytes->len, &err), RC_OK);
    store_await(l.store, "select count(*) > 0 from pg_locks where mode = 'RowExclusiveLock' and"
                         " relation = 'leitstand.reading'::regclass and granted");
    g_byte_array_unref(bytes);
    line_store_away(&other, line_batches(&l, &s, 1, 2, 10));
    other.now -= 20 * DAY_US;
    line_store_away(&other, line_batches(&other, &s, 3, 3, 10)); /* makes a day */
    assert_int_equal(pg_readings_maintain(other.readings, 3, grant, 10, &outcome, &err), RC_OK);
    line_assert_rows(&l, 30);
    line_cut(&other);
    line_close(&l);
}

/* Who may connect, and no more, cannot keep readings out by the locks that are free to all. */
static void
test_an_onlooker_blocks_nobody(void **state)
{
    struct line l = line_open(state);
    struct segment a = outbox_support_segment(1, 1, false),
                   b = outbox_support_segment(2, 2, false);
    char *conninfo = g_strdup_printf("dbname=%s user=onlooker", l.store->database);
    store_do(l.store, "create role onlooker login in role leitstand_reader");
    PGconn *onlooker = PQconnectdb(conninfo);
    PGresult *result = PQexec(onlooker, "select pg_advisory_lock(hashtext('leitstand.' || w))"
                                        "  from unnest(array['segment', 'day', 'index']) as w");
    assert_int_equal(PQresultStatus(result), PGRES_TUPLES_OK);
    PQclear(result);
    result = PQexec(onlooker, "select from leitstand.turn for update");
    assert_string_equal(PQresultErrorField(result, PG_DIAG_SQLSTATE), "42501");
    PQclear(result);
    line_store_away(&l, line_batches(&l, &a, 1, 1, 10));
    line_store_away(&l, line_batches(&l, &b, 1, 1, 10)); /* the same again */
    line_assert_rows(&l, 10);
    PQfinish(onlooker);
    store_do(l.store, "drop role onlooker");
    g_free(conninfo);
    line_close(&l);
}

/* ---- rights ---- */

static void
test_history_cannot_be_changed(void **state)
{
    static const struct {
        const char *text, *state;
    } attempts[] = {
        {"select count(*) from leitstand.reading", "42501"},
        {"update leitstand.reading set value = 1", "42501"},
        {"delete from leitstand.reading", "42501"},
        {"truncate leitstand.reading", "42501"},
        {"update leitstand.segment set last_batch = 0", "42501"},
        {"delete from leitstand.message", "42501"},
        /* Beside the batches; what the session said of the last one is old. */
        {"insert into leitstand.reading values (now(), null, 1, 1, 1, 0, null)", "LS003"},
        {"drop table leitstand.reading", "42501"},
        {"select leitstand.drop_days(100000)", "42501"},
        {"select leitstand.make_day(5)", "42501"},
    };
    struct line l = line_open(state);
    struct segment s = outbox_support_segment(1, 1, false);
    line_store_away(&l, line_batches(&l, &s, 1, 1, 10));
    for (unsigned i = 0; i < G_N_ELEMENTS(attempts); i++) {
        if (pg_exec(l.pg, attempts[i].text, NULL) != RC_INVALID ||
            strcmp(pg_state(l.pg), attempts[i].state) != 0) {
            fail_msg("%s: %s", attempts[i].text, pg_state(l.pg));
        }
    }
    store_do(l.store, "set role leitstand_reader");
    line_assert_rows(&l, 10);
    PGresult *result = PQexec(l.store->admin, "select from leitstand.reading");
    assert_string_equal(PQresultErrorField(result, PG_DIAG_SQLSTATE), "42501");
    PQclear(result);
    line_close(&l);
}

#define STORE_TEST(f) cmocka_unit_test_setup_teardown(f, store_set_up, store_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(test_every_field_arrives),
        STORE_TEST(test_names_keep_their_numbers),
        STORE_TEST(test_repetition_is_stored_once),
        STORE_TEST(test_mark_is_moved_elsewhere),
        STORE_TEST(test_gap_is_refused),
        STORE_TEST(test_stale_epoch_is_refused),
        STORE_TEST(test_restart_before_outbox_sent),
        STORE_TEST(test_lost_answer),
        STORE_TEST(test_connection_ends_in_the_middle),
        STORE_TEST(test_days_far_from_now_are_refused),
        STORE_TEST(test_day_is_made_again),
        STORE_TEST(test_day_is_made_by_another),
        STORE_TEST(test_maintenance),
        STORE_TEST(test_sleeping_writer_blocks_nobody),
        STORE_TEST(test_an_onlooker_blocks_nobody),
        STORE_TEST(test_history_cannot_be_changed),
    };
    return cmocka_run_group_tests(tests, store_group_set_up, NULL);
}
