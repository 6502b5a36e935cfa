/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One log of messages and actions, replayed in batches of 1, 7, 100 and 10,000 and with clocks
 * that tick often, seldom and never: the journal is the same, field by field. And on a second
 * instance it names the same occurrences.
 *
 * An entry of the log has the time at which it came; that time is its "now", whenever it is
 * worked off. Ticks between batches are made at the time of the entry that comes next.
 */
#include "tests/alarm_fixture.h"

#include "tests/unit.h"

#include <string.h>

#define ENTRIES 6000

enum { F1, F2, L1, L2, V1, X1, N1, COMPONENTS };

static const struct fx_component components[] = {
    [F1] = {"PS-01", "F1", KIND_FAULT},   [F2] = {"PS-01", "F2", KIND_FAULT},
    [L1] = {"PS-01", "L1", KIND_LEVEL},   [L2] = {"PS-01", "L2", KIND_LEVEL},
    [V1] = {"PS-01", "V1", KIND_FAULT},   [X1] = {"PS-01", "X1", KIND_FAULT},
    [N1] = {"PS-01", "N1", KIND_COUNTER}, {0},
};

static const struct fx_rule rules[] = {
    {.component = "PS-01/F1",
     .rule = "fault",
     .type = "digital",
     .on_s = 3,
     .re_alarm_s = 60,
     .parent = "PS-01/X1/mains"},
    {.component = "PS-01/F2",
     .rule = "fault",
     .type = "digital",
     .ack_unneeded = true,
     .priority = "low"},
    {.component = "PS-01/F2", .rule = "often", .type = "count", .count = 3, .window_s = 120},
    {.component = "PS-01/L1",
     .rule = "hi",
     .type = "hi",
     .limit = 70,
     .deadband = 10,
     .on_s = 5,
     .off_s = 5},
    {.component = "PS-01/L1", .rule = "hihi", .type = "hihi", .limit = 90, .deadband = 5},
    {.component = "PS-01/L1", .rule = "rate", .type = "rate", .limit = 300, .window_s = 20},
    {.component = "PS-01/L2",
     .rule = "lo",
     .type = "lo",
     .limit = 20,
     .deadband = 3,
     .count = 2},
    {.component = "PS-01/L2", .rule = "stale", .type = "stale", .window_s = 45},
    {.component = "PS-01/V1",
     .rule = "stuck",
     .type = "digital",
     .latch = true,
     .on_s = 1,
     .re_alarm_s = 45},
    {.component = "PS-01/X1", .rule = "mains", .type = "digital", .off_s = 10},
    {.component = "PS-01/N1", .rule = "sum", .type = "totalizer", .limit = 200, .window_s = 60},
    {0},
};

enum entry_kind { ENTRY_READING, ENTRY_ACK, ENTRY_SHELVE, ENTRY_RESET, ENTRY_SILENCE };

struct entry {
    enum entry_kind kind;
    int64_t at_us; /* since the start */
    struct evaluator_input in;
    int target;
    bool on;
};

static uint32_t
next(uint32_t *random)
{
    *random = *random * 1664525u + 1013904223u;
    return *random >> 8;
}

static const char *const targets[] = {"PS-01/F1/fault", "PS-01/F2/fault", "PS-01/L1/hi",
                                      "PS-01/V1/stuck", "PS-01/L2/lo"};

static void
make_reading(struct entry *e, uint32_t *random)
{
    uint32_t component = next(random) % COMPONENTS;
    bool digital = component == F1 || component == F2 || component == V1 || component == X1;
    e->in = (struct evaluator_input){.component = component,
                                     .raw = next(random) % (digital ? 2 : 100),
                                     .device_time = next(random) % 2 == 0,
                                     .ts = FX_T0 + e->at_us,
                                     .received = FX_T0 + e->at_us};
    if (next(random) % 20 == 0) {
        e->in.quality = QUALITY_INVALID;
    } else if (e->in.device_time && next(random) % 10 == 0) {
        e->in.ts -= 40 * FX_S;
    }
}

static void
make_log(struct entry log[ENTRIES])
{
    uint32_t random = 20260101;
    int64_t at_us = 0;
    for (int i = 0; i < ENTRIES; i++) {
        at_us += next(&random) % 4 == 0 ? 0 : next(&random) % (2 * FX_S);
        at_us += next(&random) % 200 == 0 ? 90 * FX_S : 0;
        uint32_t what = next(&random) % 100;
        log[i] = (struct entry){.at_us = at_us,
                                .target = (int)(next(&random) % G_N_ELEMENTS(targets)),
                                .on = next(&random) % 2 == 0};
        log[i].kind = what < 88   ? ENTRY_READING
                      : what < 94 ? ENTRY_ACK
                      : what < 96 ? ENTRY_SHELVE
                      : what < 98 ? ENTRY_RESET
                                  : ENTRY_SILENCE;
        make_reading(&log[i], &random);
    }
}

static void
work_off(struct fx *f, const struct entry *e)
{
    struct alarm_action a = fx_action(f, ACTION_ACK, targets[e->target], "in hand");
    struct err err = {""};
    switch (e->kind) {
    case ENTRY_READING:
        evaluator_reading(f->e, &e->in, f->now);
        return;
    case ENTRY_SILENCE:
        evaluator_silence(f->e, 0, e->on, FX_T0 + e->at_us, "", f->now);
        return;
    case ENTRY_SHELVE:
        a.kind = ACTION_SHELVE;
        a.duration_us = 50 * FX_S;
        break;
    case ENTRY_RESET:
        a.kind = ACTION_RESET;
        break;
    case ENTRY_ACK:
        break;
    }
    (void)!evaluator_act(f->e, &a, f->now, &err);
}

struct manner {
    int batch;
    int64_t tick_us; /* 0: never */
    const char *instance;
};

static void
set_time(struct fx *f, int64_t us)
{
    f->now = (struct now){FX_T0 + us, FX_UP + us};
}

/* Every line of the journal that the log makes. */
static GPtrArray *
replay(const struct entry *log, const struct manner *manner)
{
    struct fx f;
    fx_init(&f);
    g_strlcpy(f.set.instance, manner->instance, sizeof(f.set.instance));
    fx_open(&f, components, rules);
    int64_t tick = 0;
    for (int i = 0; i < ENTRIES; i++) {
        for (; i % manner->batch == 0 && manner->tick_us > 0 && tick < log[i].at_us;
             tick += manner->tick_us) {
            set_time(&f, tick);
            evaluator_advance(f.e, f.now);
        }
        set_time(&f, log[i].at_us);
        work_off(&f, &log[i]);
        if ((i + 1) % manner->batch == 0) {
            fx_collect(&f);
        }
        tick = tick < log[i].at_us ? log[i].at_us : tick;
    }
    set_time(&f, log[ENTRIES - 1].at_us + 7200 * FX_S);
    evaluator_advance(f.e, f.now);
    fx_collect(&f);
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < f.journal->len; i++) {
        g_ptr_array_add(lines,
                        fx_journal_line(&g_array_index(f.journal, struct journal_record, i)));
    }
    fx_close(&f);
    return lines;
}

/* The first line that differs, -1 when none does. */
static int
first_difference(const GPtrArray *a, const GPtrArray *b)
{
    for (guint i = 0; i < a->len && i < b->len; i++) {
        if (strcmp(g_ptr_array_index(a, i), g_ptr_array_index(b, i)) != 0) {
            return (int)i;
        }
    }
    return a->len == b->len ? -1 : (int)MIN(a->len, b->len);
}

static const char *
line_or_none(const GPtrArray *lines, int i)
{
    return (guint)i < lines->len ? g_ptr_array_index(lines, (guint)i) : "none";
}

static struct entry log_of_messages[ENTRIES];

static void
test_the_journal_is_the_same_in_any_batches(void **state)
{
    static const struct manner manners[] = {
        {1, FX_S, "pc1"}, {1, 0, "pc1"},      {7, FX_S, "pc1"},        {7, FX_S / 7, "pc1"},
        {100, 0, "pc1"},  {100, FX_S, "pc1"}, {100, 10 * FX_S, "pc1"}, {10000, 0, "pc1"},
    };
    (void)state;
    GPtrArray *want = replay(log_of_messages, &manners[0]);
    assert_true(want->len > 1000);
    for (size_t i = 1; i < G_N_ELEMENTS(manners); i++) {
        GPtrArray *got = replay(log_of_messages, &manners[i]);
        int at = first_difference(want, got);
        if (at >= 0) {
            fail_msg("batch %d, tick %" G_GINT64_FORMAT " us, line %d:\n%s\n%s",
                     manners[i].batch, manners[i].tick_us, at, line_or_none(want, at),
                     line_or_none(got, at));
        }
        g_ptr_array_unref(got);
    }
    g_ptr_array_unref(want);
}

/* It can fail, and the log has something of everything. */
static void
test_the_log_is_worth_replaying(void **state)
{
    static const enum alarm_event wanted[] = {
        EVENT_RAISED,    EVENT_RETURNED, EVENT_ACKED,       EVENT_RESET,      EVENT_REALARM,
        EVENT_LATE,      EVENT_SHELVED,  EVENT_UNSHELVED,   EVENT_SUPPRESSED, EVENT_RELEASED,
        EVENT_REENTERED, EVENT_REFUSED,  EVENT_FLOOD_BEGIN,
    };
    (void)state;
    GPtrArray *lines = replay(log_of_messages, &(struct manner){1, FX_S, "pc1"});
    for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++) {
        char *word = g_strdup_printf(" %s ", alarm_event_name(wanted[i]));
        bool found = false;
        for (guint k = 0; k < lines->len && !found; k++) {
            found = strstr(g_ptr_array_index(lines, k), word) != NULL;
        }
        if (!found) {
            fail_msg("no line tells%s", word);
        }
        g_free(word);
    }
    struct entry kept = log_of_messages[ENTRIES / 2];
    log_of_messages[ENTRIES / 2].kind = ENTRY_READING;
    log_of_messages[ENTRIES / 2].in.component = L1;
    log_of_messages[ENTRIES / 2].in.raw = kept.in.component == L1 ? 1 : 99;
    log_of_messages[ENTRIES / 2].in.quality = 0;
    GPtrArray *changed = replay(log_of_messages, &(struct manner){1, FX_S, "pc1"});
    log_of_messages[ENTRIES / 2] = kept;
    assert_true(first_difference(lines, changed) > 0);
    g_ptr_array_unref(changed);
    g_ptr_array_unref(lines);
}

int
main(void)
{
    make_log(log_of_messages);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_log_is_worth_replaying),
        cmocka_unit_test(test_the_journal_is_the_same_in_any_batches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
