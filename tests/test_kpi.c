/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include "alarms/kpi.h"

#include <math.h>
#include <string.h>

#define S    US_PER_S
#define MIN_ (60 * S)
#define HOUR (60 * MIN_)
#define DAY  (24 * HOUR)
#define FROM INT64_C(1767268800000000) /* 2026-01-01T12:00:00Z */

/* A line as the evaluator writes it; at is counted from the beginning of the period. */
struct line {
    wall_us at;
    enum alarm_event event;
    const char *id; /* of the component */
    int occurrence; /* 0: none */
    enum alarm_state from, to;
    unsigned overlays;
    bool quiet, test;
    enum alarm_priority priority;
};

static void
add(struct kpi *k, const struct line *line)
{
    char station[] = "PS-01", rule[] = "hi", id[32];
    g_strlcpy(id, line->id, sizeof(id));
    bool tells = line->event == EVENT_RAISED || line->event == EVENT_REENTERED ||
                 line->event == EVENT_SEVERITY || line->event == EVENT_REALARM;
    struct journal_record r = {.at = FROM + line->at,
                               .event = line->event,
                               .station = station,
                               .component = id,
                               .rule = rule,
                               .priority = line->priority,
                               .from = line->from,
                               .to = line->to,
                               .overlays = line->overlays,
                               .annunciated = tells && !line->quiet && line->overlays == 0,
                               .test = line->test,
                               .value = NAN};
    if (line->occurrence != 0) {
        r.occurrence = uuid_of(&line->occurrence, sizeof(line->occurrence));
    }
    kpi_add(k, &r);
}

static struct kpi *
new_kpi(int64_t length)
{
    struct kpi_settings set = kpi_defaults();
    return kpi_new(&set, FROM, FROM + length);
}

static struct kpi_result *
reckon(int64_t length, const struct line *lines, size_t n)
{
    struct kpi *k = new_kpi(length);
    for (size_t i = 0; i < n; i++) {
        add(k, &lines[i]);
    }
    return kpi_finish(k);
}
#define RECKON(length, ...)                                                                    \
    reckon(length, (const struct line[]){__VA_ARGS__},                                         \
           sizeof((const struct line[]){__VA_ARGS__}) / sizeof(struct line))

/* Short lines for the life of an occurrence. */
#define LINE(at_, event_, id_, occ, ...)                                                       \
    {                                                                                          \
        .at = (at_), .event = (event_), .id = (id_), .occurrence = (occ), __VA_ARGS__          \
    }
#define RISE(at, id, occ)                                                                      \
    LINE(at, EVENT_RAISED, id, occ, .to = ALARM_UNACKED, .priority = ALARM_LOW)
#define RETURN(at, id, occ)                                                                    \
    LINE(at, EVENT_RETURNED, id, occ, .from = ALARM_UNACKED, .to = ALARM_RETURNED_UNACKED)
#define ACK(at, id, occ)                                                                       \
    LINE(at, EVENT_ACKED, id, occ, .from = ALARM_UNACKED, .to = ALARM_ACKED)

static void
assert_near(double is, double want)
{
    if (fabs(is - want) > 1e-9) {
        fail_msg("%.12g is not %.12g", is, want);
    }
}

static void
test_nothing(void **state)
{
    (void)state;
    struct kpi_result *r = kpi_finish(new_kpi(DAY));
    assert_int_equal(r->annunciated, 0);
    assert_int_equal(r->slots, 144);
    assert_int_equal(r->hours, 24);
    assert_int_equal(r->n_worst, 0);
    assert_true(r->median_ack_us == -1);
    assert_near(r->worst_share, 0);
    uint32_t n;
    struct kpi_line *lines = kpi_lines(r, &n);
    for (uint32_t i = 0; i < n; i++) {
        assert_int_equal(lines[i].grade, KPI_GOOD);
        assert_near(lines[i].value, 0);
    }
    g_free(lines);
    kpi_result_free(r);
    kpi_result_free(NULL);
    r = kpi_finish(new_kpi(0)); /* a period of no length, and one of less */
    assert_near(r->per_day, 0);
    assert_int_equal(r->slots, 0);
    kpi_result_free(r);
    r = kpi_finish(new_kpi(-DAY));
    assert_true(r->to == r->from);
    kpi_result_free(r);
}

/* What counts as announced, and the means. */
static void
test_load(void **state)
{
    (void)state;
    struct kpi_result *r =
        RECKON(2 * HOUR, RISE(-1, "a", 1), /* before */
               {.at = -1,
                .event = EVENT_RAISED,
                .id = "d",
                .occurrence = 8,
                .to = ALARM_UNACKED,
                .test = true},
               {.at = 0,
                .event = EVENT_RAISED,
                .id = "b",
                .occurrence = 2,
                .to = ALARM_UNACKED,
                .priority = ALARM_CRITICAL},
               {.at = 1,
                .event = EVENT_SEVERITY,
                .id = "b",
                .occurrence = 2,
                .from = ALARM_UNACKED,
                .to = ALARM_UNACKED,
                .priority = ALARM_HIGH},
               {.at = 2,
                .event = EVENT_REALARM,
                .id = "b",
                .occurrence = 2,
                .from = ALARM_UNACKED,
                .to = ALARM_UNACKED,
                .priority = ALARM_HIGH},
               {.at = 3,
                .event = EVENT_RAISED,
                .id = "c",
                .occurrence = 3,
                .to = ALARM_UNACKED,
                .overlays = OVERLAY_SHELVED}, /* under cover */
               {.at = 4,
                .event = EVENT_REENTERED,
                .id = "c",
                .occurrence = 3,
                .to = ALARM_UNACKED,
                .priority = ALARM_MEDIUM},
               {.at = 5,
                .event = EVENT_RAISED,
                .id = "d",
                .occurrence = 4,
                .to = ALARM_UNACKED,
                .test = true},
               {.at = 6,
                .event = EVENT_RAISED,
                .id = "d",
                .occurrence = 5,
                .to = ALARM_UNACKED,
                .test = true,
                .quiet = true},
               RISE(2 * HOUR - 1, "e", 6), RISE(2 * HOUR, "f", 7) /* after */);
    assert_int_equal(r->annunciated, 5);
    assert_int_equal(r->tests, 1);
    assert_int_equal(r->by_priority[ALARM_CRITICAL], 1);
    assert_int_equal(r->by_priority[ALARM_HIGH], 2);
    assert_int_equal(r->by_priority[ALARM_MEDIUM], 1);
    assert_int_equal(r->by_priority[ALARM_LOW], 1);
    assert_near(r->per_hour, 2.5);
    assert_near(r->per_day, 60);
    assert_near(r->per_10min, 2.5 / 6);
    assert_int_equal(r->n_worst, 3);
    assert_string_equal(r->worst[0].component, "b");
    assert_int_equal(r->worst[0].annunciated, 3);
    assert_int_equal(r->worst[0].priority, ALARM_HIGH); /* as it was told last */
    assert_near(r->worst[0].share, 0.6);
    assert_string_equal(r->worst[1].component, "c");
    assert_string_equal(r->worst[2].component, "e");
    kpi_result_free(r);
}

/* n alarms at once. */
static void
burst(struct kpi *k, wall_us at, int n)
{
    for (int i = 0; i < n; i++) {
        char id[16];
        snprintf(id, sizeof(id), "x%d", i);
        add(k, &(struct line){.at = at,
                              .event = EVENT_RAISED,
                              .id = id,
                              .occurrence = (int)(at / S) * 1000 + i + 1,
                              .to = ALARM_UNACKED});
    }
}

/* Slots have borders, the worst window has none. */
static void
test_slots(void **state)
{
    (void)state;
    struct kpi *k = new_kpi(95 * MIN_);
    burst(k, 0, 10);            /* ten are not above ten */
    burst(k, 10 * MIN_ - 1, 1); /* but eleven */
    burst(k, 29 * MIN_, 8);     /* eight on this side of a border, */
    burst(k, 31 * MIN_, 9);     /* nine on that: 17 in a window, no slot above */
    burst(k, 60 * MIN_ - 1, 3); /* 31 in the first hour */
    burst(k, 94 * MIN_, 30);    /* thirty are not above thirty; the last hour is short */
    struct kpi_result *r = kpi_finish(k);
    assert_int_equal(r->annunciated, 61);
    assert_int_equal(r->slots, 10);
    assert_int_equal(r->slots_above_10, 2);
    assert_int_equal(r->hours, 2);
    assert_int_equal(r->hours_above_30, 1);
    assert_int_equal(r->worst_10min, 30);
    assert_true(r->worst_at == FROM + 94 * MIN_);
    kpi_result_free(r);

    k = new_kpi(HOUR);
    burst(k, 9 * MIN_, 1);
    burst(k, 12 * MIN_, 6);
    burst(k, 21 * MIN_, 6);  /* a window reaches from 12 to 22 */
    burst(k, 50 * MIN_, 12); /* as many: the first counts */
    r = kpi_finish(k);
    assert_int_equal(r->worst_10min, 12);
    assert_true(r->worst_at == FROM + 12 * MIN_);
    kpi_result_free(r);
}

static void
test_floods(void **state)
{
    (void)state;
    struct kpi *k = new_kpi(4 * HOUR);
    burst(k, 0, 8);
    burst(k, 4 * MIN_, 4);         /* the twelve begin it */
    burst(k, 6 * MIN_, 2);         /* 14, the peak of this one */
    burst(k, 12 * MIN_, 3);        /* nine */
    burst(k, HOUR, 12);            /* begins, and ends without another line */
    burst(k, 4 * HOUR - MIN_, 20); /* cut off by the end of the period */
    struct kpi_result *r = kpi_finish(k);
    assert_int_equal(r->floods, 3);
    assert_int_equal(r->flood_peak, 20);
    assert_int_equal(r->flood_total, 17 + 12 + 20);
    /* Five are not below five: the first lasts until those of 6 min are gone. */
    int64_t first = 12 * MIN_ + 1, second = 10 * MIN_ + 1, third = MIN_;
    assert_true(r->flood_us == first + second + third);
    assert_true(r->longest_flood_us == first);
    assert_near(r->flood_share, (double)r->flood_us / (double)(4 * HOUR));
    kpi_result_free(r);
}

/* A line at the very moment a flood ends does not swallow it. */
static void
test_flood_end(void **state)
{
    (void)state;
    struct kpi *k = new_kpi(HOUR);
    burst(k, MIN_, 11);
    burst(k, 11 * MIN_ + 1, 1);
    struct kpi_result *r = kpi_finish(k);
    assert_int_equal(r->floods, 1);
    assert_int_equal(r->flood_total, 11);
    assert_true(r->flood_us == 10 * MIN_ + 1);
    kpi_result_free(r);
}

/* Rises are counted whether announced or not; episodes are told apart by a quiet minute. */
static void
test_chattering(void **state)
{
    (void)state;
    struct kpi_result *r = RECKON(
        HOUR, RISE(-2, "a", 1), RISE(-1, "a", 2), RISE(0, "a", 3), /* two of them before */
        RISE(10 * S, "b", 4), RISE(40 * S, "b", 5), RISE(70 * S, "b", 6), /* at the border */
        RISE(80 * S, "b", 7),
        {.at = 600 * S, .event = EVENT_RAISED, .id = "b", .occurrence = 8, .quiet = true},
        {.at = 601 * S, .event = EVENT_RAISED, .id = "b", .occurrence = 9, .quiet = true},
        {.at = 602 * S, .event = EVENT_RAISED, .id = "b", .occurrence = 10, .quiet = true},
        RISE(1000 * S, "c", 11), RISE(1030 * S, "c", 12), RISE(1060 * S + 1, "c", 13));
    assert_int_equal(r->chattering, 1);
    assert_string_equal(r->worst[0].component, "b");
    assert_int_equal(r->worst[0].chattering, 2);
    assert_int_equal(r->worst[0].annunciated, 4);
    kpi_result_free(r);
}

static void
test_fleeting(void **state)
{
    (void)state;
    struct kpi_result *r =
        RECKON(HOUR, RISE(-S, "a", 1), RETURN(S, "a", 1),        /* rose before */
               RISE(10 * S, "b", 2), RETURN(20 * S, "b", 2),     /* just */
               RISE(30 * S, "b", 3), RETURN(40 * S + 1, "b", 3), /* just not */
               RISE(50 * S, "c", 4), ACK(52 * S, "c", 4), RETURN(53 * S, "c", 4),
               /* acknowledged long ago, the rise is in no line: not known how long it was */
               ACK(60 * S, "d", 5), RETURN(61 * S, "d", 5),
               /* the same occurrence rises again under its latch */
               RISE(100 * S, "e", 6), RETURN(200 * S, "e", 6), RISE(300 * S, "e", 6),
               RETURN(301 * S, "e", 6));
    assert_int_equal(r->fleeting, 3);
    uint32_t sum = 0;
    for (uint32_t i = 0; i < r->n_worst; i++) {
        sum += r->worst[i].fleeting;
        assert_string_not_equal(r->worst[i].component, "d");
    }
    assert_int_equal(sum, 3);
    kpi_result_free(r);
}

static void
test_standing(void **state)
{
    (void)state;
    static const struct line gone = {.at = HOUR,
                                     .event = EVENT_RULE_GONE,
                                     .id = "gone",
                                     .occurrence = 1,
                                     .from = ALARM_ACKED};
    static const struct {
        const char *why;
        struct line lines[3];
        size_t n;
        uint32_t want;
    } cases[] = {
        {"longer than a day", {RISE(0, "a", 1)}, 1, 1},
        {"just a day", {RISE(DAY, "a", 1)}, 1, 0},
        {"from before the period", {RISE(-30 * DAY, "a", 1)}, 1, 1},
        {"acknowledged or not", {RISE(0, "a", 1), ACK(HOUR, "a", 1)}, 2, 1},
        {"returned", {RISE(0, "a", 1), RETURN(2 * DAY - 1, "a", 1)}, 2, 0},
        {"returned before", {RISE(-3 * DAY, "a", 1), RETURN(-DAY, "a", 1)}, 2, 0},
        {"risen again", {RISE(0, "a", 1), RETURN(HOUR, "a", 1), RISE(40 * HOUR, "a", 2)}, 3, 0},
        {"its rise is in no line", {ACK(HOUR, "a", 1)}, 1, 1},
        {"but the line shows that it was over",
         {{.at = HOUR,
           .event = EVENT_ACKED,
           .id = "a",
           .from = ALARM_LATCHED_UNACKED,
           .to = ALARM_LATCHED_ACKED}},
         1,
         0},
        {"shelved",
         {RISE(0, "a", 1),
          {.at = HOUR,
           .event = EVENT_SHELVED,
           .id = "a",
           .from = ALARM_UNACKED,
           .to = ALARM_UNACKED,
           .overlays = OVERLAY_SHELVED}},
         2,
         0},
        {"a test",
         {{.at = 0, .event = EVENT_RAISED, .id = "a", .to = ALARM_UNACKED, .test = true}},
         1,
         0},
        {"returned after the period", {RISE(0, "a", 1), RETURN(3 * DAY, "a", 1)}, 2, 1},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct kpi_result *r = reckon(2 * DAY, cases[i].lines, cases[i].n);
        if (r->standing != cases[i].want) {
            fail_msg("%s: %u", cases[i].why, r->standing);
        }
        kpi_result_free(r);
    }
    struct kpi_result *r = RECKON(2 * DAY, RISE(0, "gone", 1), gone);
    assert_int_equal(r->standing, 0);
    kpi_result_free(r);
}

static void
test_acks(void **state)
{
    (void)state;
    struct kpi_result *r = RECKON(HOUR, RISE(-S, "a", 1), ACK(50 * S, "a", 1), /* rose before */
                                  RISE(0, "b", 2), ACK(10 * S, "b", 2),
                                  ACK(20 * S, "b", 2) /* the first counts */);
    assert_true(r->median_ack_us == 10 * S);
    assert_int_equal(r->unacked_returned, 0);
    kpi_result_free(r);

    r = RECKON(HOUR, RISE(0, "b", 2), ACK(10 * S, "b", 2), RISE(0, "c", 3),
               /* came and went, and was acknowledged afterwards */
               RETURN(5 * S, "c", 3), ACK(31 * S, "c", 3),
               /* came and went, and nobody ever looked */
               RISE(60 * S, "d", 4), RETURN(70 * S, "d", 4),
               /* twice under one latch: one occurrence */
               RISE(80 * S, "e", 5), RETURN(85 * S, "e", 5), RISE(90 * S, "e", 5),
               RETURN(95 * S, "e", 5),
               /* closed by its return: a later one of the same alarm is another */
               RISE(100 * S, "f", 6),
               {.at = 101 * S,
                .event = EVENT_RETURNED,
                .id = "f",
                .occurrence = 6,
                .from = ALARM_UNACKED,
                .to = ALARM_NORMAL},
               ACK(900 * S, "f", 6));
    assert_true(r->median_ack_us == (10 * S + 31 * S) / 2);
    assert_int_equal(r->unacked_returned, 4);
    kpi_result_free(r);

    /* Under cover nobody is told; from the re-entry on it counts. */
    r = RECKON(HOUR,
               {.at = 0,
                .event = EVENT_RAISED,
                .id = "a",
                .occurrence = 1,
                .to = ALARM_UNACKED,
                .overlays = OVERLAY_SHELVED},
               {.at = 60 * S,
                .event = EVENT_REENTERED,
                .id = "a",
                .occurrence = 1,
                .to = ALARM_UNACKED},
               ACK(67 * S, "a", 1),
               {.at = 70 * S,
                .event = EVENT_RAISED,
                .id = "b",
                .occurrence = 2,
                .to = ALARM_UNACKED,
                .overlays = OVERLAY_OUT_OF_SERVICE},
               {.at = 80 * S,
                .event = EVENT_RETURNED,
                .id = "b",
                .occurrence = 2,
                .to = ALARM_RETURNED_UNACKED,
                .overlays = OVERLAY_OUT_OF_SERVICE},
               {.at = 81 * S, .event = EVENT_ACKED, .id = "b", .occurrence = 2});
    assert_true(r->median_ack_us == 7 * S);
    assert_int_equal(r->unacked_returned, 0);
    kpi_result_free(r);
}

static void
test_worst(void **state)
{
    (void)state;
    struct kpi *k = new_kpi(DAY);
    static const int loads[] = {3, 9, 1, 7, 7, 2, 12, 7, 4, 7, 8, 7, 1};
    int occurrence = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(loads); i++) {
        char id[2] = {(char)('a' + i), '\0'};
        for (int n = 0; n < loads[i]; n++) {
            occurrence++;
            add(k, &(struct line){.at = occurrence * MIN_,
                                  .event = EVENT_RAISED,
                                  .id = id,
                                  .occurrence = occurrence,
                                  .to = ALARM_UNACKED});
        }
    }
    struct kpi_result *r = kpi_finish(k);
    static const char order[] = "gbkdehjlia"; /* equal ones by name; f, c and m are no more */
    assert_int_equal(r->n_worst, KPI_WORST);
    for (uint32_t i = 0; i < KPI_WORST; i++) {
        assert_int_equal(r->worst[i].component[0], order[i]);
        assert_string_equal(r->worst[i].station, "PS-01");
        assert_string_equal(r->worst[i].rule, "hi");
        assert_int_equal(r->worst[i].annunciated, loads[order[i] - 'a']);
    }
    assert_near(r->worst_share, 71.0 / 75);
    kpi_result_free(r);
}

/* Lines without an alarm, and alarms without a component, are no trouble. */
static void
test_odd_lines(void **state)
{
    (void)state;
    struct kpi *k = new_kpi(HOUR);
    struct journal_record start = {.at = FROM + S, .event = EVENT_START, .value = NAN};
    kpi_add(k, &start);
    char station[] = "PS-01", rule[] = "silence", none[] = "";
    struct journal_record silence = {.at = FROM + 2 * S,
                                     .event = EVENT_RAISED,
                                     .station = station,
                                     .rule = rule,
                                     .annunciated = true,
                                     .to = ALARM_UNACKED};
    kpi_add(k, &silence);
    silence.component = none; /* the same alarm */
    kpi_add(k, &silence);
    struct kpi_result *r = kpi_finish(k);
    assert_int_equal(r->annunciated, 2);
    assert_int_equal(r->n_worst, 1);
    assert_int_equal(r->worst[0].annunciated, 2);
    assert_string_equal(r->worst[0].component, "");
    kpi_result_free(r);
}

static void
test_lines(void **state)
{
    (void)state;
    static const struct kpi_result load = {
        .annunciated = 1000,
        .by_priority = {20, 101, 150, 729},
        .per_day = 150,
        .per_hour = 6.25,
        .per_10min = 2.1,
        .hours = 200,
        .hours_above_30 = 2,
        .slots = 1000,
        .slots_above_10 = 11,
        .worst_10min = 11,
        .flood_share = 0.25,
        .worst_share = 0.03,
        .chattering = 1,
        .standing = 5,
    };
    static const struct {
        const char *key, *unit;
        double value;
        enum kpi_grade grade;
    } want[] = {
        {"per_day", "", 150, KPI_GOOD},        {"per_hour", "", 6.25, KPI_WATCH},
        {"per_10min", "", 2.1, KPI_BAD},       {"hours_above_30", "%", 1, KPI_GOOD},
        {"slots_above_10", "%", 1.1, KPI_BAD}, {"worst_10min", "", 11, KPI_BAD},
        {"flood_share", "%", 25, KPI_BAD},     {"worst_share", "%", 3, KPI_WATCH},
        {"chattering", "", 1, KPI_BAD},        {"fleeting", "", 0, KPI_GOOD},
        {"standing", "", 5, KPI_BAD},          {"share_critical", "%", 2, KPI_WATCH},
        {"share_high", "%", 10.1, KPI_BAD},    {"share_medium", "%", 15, KPI_GOOD},
    };
    uint32_t n;
    struct kpi_line *lines = kpi_lines(&load, &n);
    assert_int_equal(n, G_N_ELEMENTS(want));
    for (uint32_t i = 0; i < n; i++) {
        assert_string_equal(lines[i].key, want[i].key);
        assert_string_equal(lines[i].unit, want[i].unit);
        assert_near(lines[i].value, want[i].value);
        if (lines[i].grade != want[i].grade) {
            fail_msg("%s", want[i].key);
        }
        assert_true(lines[i].title[0] != '\0');
        assert_true(isnan(lines[i].limit) || lines[i].limit > lines[i].target);
    }
    g_free(lines);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing),   cmocka_unit_test(test_load),
        cmocka_unit_test(test_slots),     cmocka_unit_test(test_floods),
        cmocka_unit_test(test_flood_end), cmocka_unit_test(test_chattering),
        cmocka_unit_test(test_fleeting),  cmocka_unit_test(test_standing),
        cmocka_unit_test(test_acks),      cmocka_unit_test(test_worst),
        cmocka_unit_test(test_odd_lines), cmocka_unit_test(test_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
