/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random events against the reference model: after every one of them both must tell the same.
 *
 * A run is cut into episodes, each with a seed of its own that a failure prints. Times of
 * events are multiples of GRID and delays are not, so that a timer is never due exactly at an
 * event.
 *
 * ALARM_STEPS sets the number of events, ALARM_SEED the first seed.
 */
#include "tests/alarm_fixture.h"
#include "tests/alarm_reference.h"

#include "tests/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EPISODE INT64_C(20000)
#define GRID    INT64_C(1024)
#define SHOWN   30

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define STEPS INT64_C(200000)
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                     \
    __has_feature(memory_sanitizer)
#define STEPS INT64_C(200000)
#endif
#endif
#ifndef STEPS
#define STEPS INT64_C(10000000)
#endif

enum { LEVEL, VALVE, PUMP, MAINS, COMPONENTS };
enum { HI, HIHI, STUCK_VALVE, PUMP_FAULT, NO_MAINS, ALARMS };

static const struct fx_component components[] = {
    [LEVEL] = {"PS-01", "L1", KIND_LEVEL},
    [VALVE] = {"PS-01", "V1", KIND_FAULT},
    [PUMP] = {"PS-01", "P1", KIND_FAULT},
    [MAINS] = {"PS-01", "X1", KIND_FAULT},
    {0},
};

#define OFFSET(us) ((double)(us) / 1e6)

static const struct fx_rule rules[] = {
    [HI] = {.component = "PS-01/L1",
            .rule = "hi",
            .type = "hi",
            .limit = 80,
            .deadband = 5,
            .on_s = 3 + OFFSET(1),
            .off_s = 5 + OFFSET(2),
            .re_alarm_s = 40 + OFFSET(4),
            .priority = "medium"},
    [HIHI] = {.component = "PS-01/L1",
              .rule = "hihi",
              .type = "hihi",
              .limit = 90,
              .deadband = 3,
              .on_s = 1 + OFFSET(8),
              .off_s = 2 + OFFSET(16),
              .priority = "high"},
    [STUCK_VALVE] = {.component = "PS-01/V1",
                     .rule = "stuck",
                     .type = "digital",
                     .latch = true,
                     .re_alarm_s = 25 + OFFSET(32),
                     .priority = "critical"},
    [PUMP_FAULT] = {.component = "PS-01/P1",
                    .rule = "fault",
                    .type = "digital",
                    .on_s = OFFSET(700064),
                    .ack_unneeded = true,
                    .priority = "low",
                    .parent = "PS-01/X1/mains"},
    [NO_MAINS] = {.component = "PS-01/X1",
                  .rule = "mains",
                  .type = "digital",
                  .on_s = OFFSET(500128),
                  .off_s = 1 + OFFSET(256),
                  .priority = "high"},
    {0},
};

/* The same rules once more, for the reference: written out, not translated. */
static const struct reference_rule reference_rules[ALARMS] = {
    [HI] = {LEVEL, false, 80, 5, 3000001, 5000002, 40000004, false, true, false, -1, -1},
    [HIHI] = {LEVEL, false, 90, 3, 1000008, 2000016, 0, false, true, false, HI, -1},
    [STUCK_VALVE] = {VALVE, true, 0, 0, 0, 0, 25000032, true, true, true, -1, -1},
    [PUMP_FAULT] = {PUMP, true, 0, 0, 700064, 0, 0, false, false, false, -1, NO_MAINS},
    [NO_MAINS] = {MAINS, true, 0, 0, 500128, 1000256, 0, false, true, false, -1, -1},
};

static const char *const names[ALARMS] = {
    "PS-01/L1/hi", "PS-01/L1/hihi", "PS-01/V1/stuck", "PS-01/P1/fault", "PS-01/X1/mains",
};

enum kind_of_event {
    PASS,
    READ,
    READ_BAD,
    READ_LATE,
    WALL_STEP,
    ACK,
    ACK_PART,
    ACK_OLDER,
    ACK_CLOSED,
    RESET,
    SHELVE,
    ONE_SHOT,
    UNSHELVE,
    NO_REASON,
    OUT,
    IN,
    STATION_OUT,
    STATION_IN,
    RESTART,
    KINDS_OF_EVENT
};

static const struct {
    const char *name;
    unsigned weight; /* of 1000 */
} kinds[KINDS_OF_EVENT] = {
    [PASS] = {"time passes", 100},      [READ] = {"reading", 505},
    [READ_BAD] = {"bad reading", 50},   [READ_LATE] = {"late reading", 30},
    [WALL_STEP] = {"wall steps", 5},    [ACK] = {"ack", 100},
    [ACK_PART] = {"ack step", 20},      [ACK_OLDER] = {"ack older", 40},
    [ACK_CLOSED] = {"ack closed", 10},  [RESET] = {"reset", 40},
    [SHELVE] = {"shelve", 10},          [ONE_SHOT] = {"shelve once", 10},
    [UNSHELVE] = {"unshelve", 15},      [NO_REASON] = {"shelve without reason", 5},
    [OUT] = {"out of service", 9},      [IN] = {"in service", 24},
    [STATION_OUT] = {"station out", 6}, [STATION_IN] = {"station in", 20},
    [RESTART] = {"restart", 1},
};

struct event {
    enum kind_of_event kind;
    int target; /* component or alarm */
    double value;
    uint32_t occurrence, step;
    int64_t us;
    mono_us at;
    bool done; /* not refused, says the reference */
};

struct episode {
    struct fx fx;
    struct reference reference;
    uint64_t random;
    wall_us late[COMPONENTS]; /* the last late one */
    bool steps_wall; /* the wall clock steps, and stations have no clock of their own */
    struct event events[SHOWN];
    int64_t n_events;
    uint32_t before_restart; /* occurrences opened by then */
    GArray *ids;             /* struct uuid of occurrence number i + 1 */
    guint journal_read;
    uint64_t annunciated[ALARMS];
    uint64_t version;
    struct alarm_board *board;
    GString *difference;
};

/* xorshift64*: small, and the same everywhere. */
static uint64_t
next_random(struct episode *e)
{
    e->random ^= e->random >> 12;
    e->random ^= e->random << 25;
    e->random ^= e->random >> 27;
    return e->random * UINT64_C(0x2545f4914f6cdd1d);
}

static int64_t
below(struct episode *e, int64_t n)
{
    return (int64_t)((next_random(e) >> 16) % (uint64_t)n);
}

static int64_t
some_time(struct episode *e)
{
    static const int64_t at_most_s[] = {0, 0, 1, 1, 4, 4, 30, 90};
    int64_t most = at_most_s[below(e, G_N_ELEMENTS(at_most_s))];
    if (below(e, 500) == 0) {
        most = 7200;
    }
    return most == 0 ? 0 : below(e, most * FX_S / GRID) * GRID;
}

static double
some_value(struct episode *e, int component)
{
    static const double levels[] = {60, 70, 75, 75.5, 79, 80, 82, 86, 87, 87.5, 89, 90, 95};
    return component == LEVEL ? levels[below(e, G_N_ELEMENTS(levels))] : (double)below(e, 2);
}

/* ---- what both are told ---- */

static const char *
component_name(int component)
{
    static const char *const all[] = {"PS-01/L1", "PS-01/V1", "PS-01/P1", "PS-01/X1"};
    return all[component];
}

static void
do_read(struct episode *e, struct event *ev)
{
    static const unsigned good[] = {0, 0, 0, QUALITY_SUBSTITUTED, QUALITY_CLOCK};
    struct evaluator_input in = {.component = (uint32_t)ev->target,
                                 .raw = ev->value,
                                 .quality = good[below(e, G_N_ELEMENTS(good))],
                                 .device_time = !e->steps_wall,
                                 .ts = e->fx.now.wall,
                                 .received = e->fx.now.wall};
    fx_input(&e->fx, &in);
    reference_reading(&e->reference, ev->target, ev->value);
    ev->done = true;
}

static void
do_read_bad(struct episode *e, struct event *ev)
{
    static const unsigned bad[] = {QUALITY_INVALID, QUALITY_NOT_TOPICAL, QUALITY_BLOCKED,
                                   QUALITY_OVERFLOW, QUALITY_INVALID | QUALITY_SUBSTITUTED};
    struct evaluator_input in = {.component = (uint32_t)ev->target,
                                 .raw = ev->value,
                                 .quality = bad[below(e, G_N_ELEMENTS(bad))],
                                 .device_time = !e->steps_wall,
                                 .ts = e->fx.now.wall,
                                 .received = e->fx.now.wall};
    in.retained = in.quality == QUALITY_NOT_TOPICAL;
    fx_input(&e->fx, &in);
    reference_bad_reading(&e->reference, ev->target);
    ev->done = true;
}

/* Older than the newest: in the journal at most. Each is older than the one before, or they
 * could look like live ones of a source whose clock was set back. */
static void
do_read_late(struct episode *e, struct event *ev)
{
    wall_us newest = e->fx.newest[ev->target].ts;
    if (newest == WALL_NONE || e->steps_wall) {
        fx_pass(&e->fx, 0);
        return;
    }
    struct evaluator_input in = {.component = (uint32_t)ev->target,
                                 .raw = ev->value,
                                 .device_time = true,
                                 .ts = MIN(newest, e->late[ev->target]) - 1 - below(e, FX_S),
                                 .received = e->fx.now.wall};
    e->late[ev->target] = in.ts;
    fx_input(&e->fx, &in);
    ev->done = true;
}

static struct uuid
id_of(const struct episode *e, uint32_t number)
{
    return number >= 1 && number <= e->ids->len ? g_array_index(e->ids, struct uuid, number - 1)
                                                : (struct uuid){{0}};
}

static bool
do_ack(struct episode *e, struct event *ev, bool *ret_known)
{
    for (int i = 0; ev->kind == ACK_OLDER && i < ALARMS; i++) { /* one that has some */
        ev->target = (ev->target + (e->reference.alarms[ev->target].n_older == 0)) % ALARMS;
    }
    const struct reference_alarm *a = &e->reference.alarms[ev->target];
    ev->occurrence = a->current.number;
    ev->step = 0;
    if (ev->kind == ACK_PART && a->current.step > 0) {
        ev->step = 1 + (uint32_t)below(e, a->current.step);
    } else if (ev->kind == ACK_OLDER) {
        const struct reference_occurrence none = {0};
        const struct reference_occurrence *o =
            a->n_older > 0 ? &a->older[below(e, a->n_older)] : &none;
        ev->occurrence = o->number;
        ev->step = (uint32_t)below(e, o->step + 1);
    }
    struct uuid id = id_of(e, ev->occurrence);
    *ret_known = !uuid_is_nil(&id); /* one that opens at this very moment nobody has seen yet */
    if (!*ret_known) {
        fx_pass(&e->fx, 0);
        return false;
    }
    /* What was over before a restart is not known any more and may be parked. */
    bool forgotten = a->state == ALARM_NORMAL && ev->occurrence <= e->before_restart;
    ev->done = reference_ack(&e->reference, ev->target, ev->occurrence, ev->step);
    bool accepted = fx_ack(&e->fx, id, ev->step) == RC_OK;
    return forgotten ? ev->done : accepted;
}

static bool
is_open(const struct episode *e, uint32_t number)
{
    for (int i = 0; i < ALARMS; i++) {
        const struct reference_alarm *a = &e->reference.alarms[i];
        if (a->current.number == number) {
            return true;
        }
        for (uint32_t k = 0; k < a->n_older; k++) {
            if (a->older[k].number == number) {
                return true;
            }
        }
    }
    return false;
}

/* An acknowledgement of what is over changes nothing, whatever it is answered. */
static void
do_ack_closed(struct episode *e, struct event *ev)
{
    uint32_t number = e->ids->len > 0 ? 1 + (uint32_t)below(e, e->ids->len) : 0;
    if (number == 0 || is_open(e, number)) {
        fx_pass(&e->fx, 0);
        return;
    }
    ev->occurrence = number;
    ev->done = true;
    (void)!fx_ack(&e->fx, id_of(e, number), 0);
}

static bool
do_alarm_action(struct episode *e, struct event *ev)
{
    struct alarm_action a = fx_action(&e->fx, ev->kind == RESET ? ACTION_RESET : ACTION_SHELVE,
                                      names[ev->target], ev->kind == NO_REASON ? "" : "known");
    a.duration_us = ev->us;
    if (ev->kind == RESET) {
        ev->done = reference_reset(&e->reference, ev->target);
    } else if (ev->kind == UNSHELVE) {
        a.kind = ACTION_UNSHELVE;
        ev->done = reference_unshelve(&e->reference, ev->target);
    } else if (ev->kind != NO_REASON) {
        a.one_shot = ev->kind == ONE_SHOT;
        a.duration_us = a.one_shot ? 0 : ev->us;
        ev->done = reference_shelve(&e->reference, ev->target, ev->us, a.one_shot);
    }
    return fx_do(&e->fx, &a) == RC_OK;
}

static bool
do_service(struct episode *e, struct event *ev)
{
    bool out = ev->kind == OUT || ev->kind == STATION_OUT;
    bool whole = ev->kind == STATION_OUT || ev->kind == STATION_IN;
    ev->done = whole ? reference_station_out(&e->reference, out)
               : out ? reference_out(&e->reference, ev->target)
                     : reference_return(&e->reference, ev->target);
    return fx_act(&e->fx, out ? ACTION_MAINTENANCE : ACTION_RETURN,
                  whole ? "PS-01" : component_name(ev->target), "cleaning") == RC_OK;
}

/* Returns whether the evaluator answered as the reference does. */
static bool
happen(struct episode *e, struct event *ev)
{
    bool accepted = false, known = true;
    switch (ev->kind) {
    case PASS:
        fx_pass(&e->fx, 0);
        return true;
    case READ:
        do_read(e, ev);
        return true;
    case READ_BAD:
        do_read_bad(e, ev);
        return true;
    case READ_LATE:
        do_read_late(e, ev);
        return true;
    case WALL_STEP:
        fx_step_wall(&e->fx, !e->steps_wall ? 0 : below(e, 2) == 0 ? 3600 : -3600);
        return true;
    case ACK:
    case ACK_PART:
    case ACK_OLDER:
        accepted = do_ack(e, ev, &known);
        return !known || accepted == ev->done;
    case ACK_CLOSED:
        do_ack_closed(e, ev);
        return true;
    case RESET:
    case SHELVE:
    case ONE_SHOT:
    case UNSHELVE:
    case NO_REASON:
        accepted = do_alarm_action(e, ev);
        return accepted == ev->done;
    case OUT:
    case IN:
    case STATION_OUT:
    case STATION_IN:
        accepted = do_service(e, ev);
        return accepted == ev->done;
    case RESTART:
        alarm_board_unref(e->board);
        e->board = NULL;
        e->before_restart = e->reference.occurrences;
        fx_pass(&e->fx, 0); /* it ran until now: what was due is no matter of the restart */
        fx_restart(&e->fx, 0, !e->steps_wall && below(e, 2) == 0);
        reference_reboot(&e->reference, e->fx.now.mono);
        return true;
    case KINDS_OF_EVENT:
        break;
    }
    abort();
}

/* ---- comparing ---- */

static void differ(struct episode *e, int alarm, const char *what, int64_t want, int64_t got);

static const struct alarm_view *
view_of(const struct episode *e, int alarm)
{
    for (uint32_t i = 0; i < e->board->n_alarms; i++) {
        const struct alarm_view *v = &e->board->alarms[i];
        if (v->component_index == (uint32_t)e->reference.alarms[alarm].rule.component &&
            strcmp(v->rule, rules[alarm].rule) == 0) {
            return v;
        }
    }
    return NULL;
}

/* An occurrence that is new to the reference is new to the evaluator, and an old one an old. */
static void
compare_identity(struct episode *e, int alarm, uint32_t number, const struct uuid *id)
{
    if (number > e->ids->len) {
        for (guint i = 0; i < e->ids->len; i++) {
            if (uuid_equal(&g_array_index(e->ids, struct uuid, i), id)) {
                differ(e, alarm, "an old occurrence comes back as", number, i + 1);
            }
        }
        g_array_set_size(e->ids, number);
        g_array_index(e->ids, struct uuid, number - 1) = *id;
        return;
    }
    struct uuid known = id_of(e, number);
    if (uuid_is_nil(&known)) { /* it opened unseen between two looks */
        g_array_index(e->ids, struct uuid, number - 1) = *id;
    } else if (!uuid_equal(&known, id)) {
        differ(e, alarm, "another occurrence", number, 0);
    }
}

/* The older one that is shown: the newest, or, as the wall clock steps, any. */
static const struct reference_occurrence *
older_of(const struct episode *e, const struct reference_alarm *a, const struct alarm_view *v)
{
    const struct reference_occurrence *o = &a->older[a->n_older - 1];
    for (uint32_t i = 0; e->steps_wall && i < a->n_older; i++) {
        struct uuid id = id_of(e, a->older[i].number);
        o = uuid_equal(&id, &v->occurrence) ? &a->older[i] : o;
    }
    return o;
}

static void
compare_view(struct episode *e, int alarm)
{
    const struct reference_alarm *a = &e->reference.alarms[alarm];
    const struct alarm_view *v = view_of(e, alarm);
    unsigned overlays = reference_overlays(a);
    enum alarm_state state = v != NULL ? v->state : ALARM_NORMAL;
    bool by_older = a->state == ALARM_NORMAL && a->n_older > 0; /* that one is shown */
    enum alarm_state want = by_older ? ALARM_RETURNED_UNACKED : a->state;
    if (state != want) {
        differ(e, alarm, "state", want, state);
    }
    if (v == NULL && (overlays & OVERLAY_SHELVED) == 0) {
        return; /* plain normal ones that are only covered are not listed */
    }
    if ((v != NULL ? v->overlays : 0) != overlays) {
        differ(e, alarm, "overlays", overlays, v != NULL ? v->overlays : 0);
    }
    if (v == NULL) {
        return;
    }
    if (a->state == ALARM_NORMAL && overlays == 0 && a->n_older == 0) {
        differ(e, alarm, "shown though normal", 0, 1);
    }
    if (v->older != a->n_older - by_older) {
        differ(e, alarm, "older occurrences", a->n_older - by_older, v->older);
    }
    if (want == ALARM_NORMAL) {
        return;
    }
    const struct reference_occurrence *o = by_older ? older_of(e, a, v) : &a->current;
    if (v->step != o->step) {
        differ(e, alarm, "step", o->step, v->step);
    }
    if (v->suspect != a->suspect) {
        differ(e, alarm, "suspect", a->suspect, v->suspect);
    }
    compare_identity(e, alarm, o->number, &v->occurrence);
}

static const struct occurrence_record *
record_of(const struct episode *e, uint32_t number)
{
    struct uuid id = id_of(e, number);
    for (guint i = 0; i < e->fx.kept.occurrences->len; i++) {
        const struct occurrence_record *o =
            &g_array_index(e->fx.kept.occurrences, struct occurrence_record, i);
        if (uuid_equal(&o->occurrence, &id)) {
            return o;
        }
    }
    return NULL;
}

static void
compare_record(struct episode *e, int alarm, const struct reference_occurrence *want,
               bool current)
{
    const struct occurrence_record *o = record_of(e, want->number);
    if (o == NULL) {
        differ(e, alarm, current ? "current not kept" : "older not kept", want->number, 0);
        return;
    }
    if (o->current != current) {
        differ(e, alarm, "kept as current", current, o->current);
    }
    if (o->step != want->step) {
        differ(e, alarm, "kept step", want->step, o->step);
    }
    if (o->acked_step != want->acked_step) {
        differ(e, alarm, "kept acked step", want->acked_step, o->acked_step);
    }
    if (current ? o->state != e->reference.alarms[alarm].state
                : !alarm_state_unacked(o->state)) {
        differ(e, alarm, "kept state", e->reference.alarms[alarm].state, o->state);
    }
}

/* The open occurrences, one by one, and none besides. */
static void
compare_open(struct episode *e)
{
    uint32_t open = 0;
    for (int i = 0; i < ALARMS; i++) {
        const struct reference_alarm *a = &e->reference.alarms[i];
        if (a->state != ALARM_NORMAL) {
            compare_record(e, i, &a->current, true);
            open++;
        }
        for (uint32_t k = 0; k < a->n_older; k++) {
            compare_record(e, i, &a->older[k], false);
            open++;
        }
    }
    if (open != e->fx.kept.occurrences->len) {
        differ(e, 0, "open occurrences", open, e->fx.kept.occurrences->len);
    }
}

static void
count_annunciations(struct episode *e)
{
    for (; e->journal_read < e->fx.journal->len; e->journal_read++) {
        const struct journal_record *r =
            &g_array_index(e->fx.journal, struct journal_record, e->journal_read);
        for (int i = 0; r->annunciated && i < ALARMS; i++) {
            e->annunciated[i] += strcmp(r->rule, rules[i].rule) == 0;
        }
    }
    for (int i = 0; i < ALARMS; i++) {
        if (e->annunciated[i] != e->reference.alarms[i].annunciated) {
            differ(e, i, "annunciations", (int64_t)e->reference.alarms[i].annunciated,
                   (int64_t)e->annunciated[i]);
        }
    }
}

static void
compare(struct episode *e)
{
    if (e->board == NULL || e->version != evaluator_version(e->fx.e)) {
        alarm_board_unref(e->board);
        e->board = evaluator_board(e->fx.e);
        e->version = evaluator_version(e->fx.e);
    }
    for (int i = 0; i < ALARMS; i++) {
        compare_view(e, i);
    }
    compare_open(e);
    count_annunciations(e);
}

/* ---- telling ---- */

static void
tell_events(const struct episode *e, GString *out)
{
    int64_t from = e->n_events > SHOWN ? e->n_events - SHOWN : 0;
    for (int64_t i = from; i < e->n_events; i++) {
        const struct event *ev = &e->events[i % SHOWN];
        bool of_component = ev->kind <= READ_LATE || ev->kind == OUT || ev->kind == IN;
        g_string_append_printf(
            out, "  %10.6f s  %s %s value %g us %" G_GINT64_FORMAT " occurrence %u step %u%s\n",
            (double)(ev->at - FX_UP) / 1e6, kinds[ev->kind].name,
            of_component ? component_name(ev->target % COMPONENTS) : names[ev->target],
            ev->value, ev->us, ev->occurrence, ev->step, ev->done ? "" : "  (refused)");
    }
}

static void
differ(struct episode *e, int alarm, const char *what, int64_t want, int64_t got)
{
    if (e->difference->len == 0) {
        g_string_append_printf(e->difference,
                               "%s: %s: reference %" G_GINT64_FORMAT
                               ", evaluator %" G_GINT64_FORMAT "\n",
                               names[alarm], what, want, got);
        tell_events(e, e->difference);
    }
}

/* ---- an episode ---- */

static struct event *
choose(struct episode *e)
{
    struct event *ev = &e->events[e->n_events++ % SHOWN];
    int64_t at = below(e, 1000);
    int kind = 0;
    while (at >= kinds[kind].weight) {
        at -= kinds[kind].weight;
        kind++;
    }
    bool of_component = kind <= READ_LATE || kind == OUT || kind == IN;
    *ev = (struct event){.kind = (enum kind_of_event)kind,
                         .target = (int)below(e, of_component ? COMPONENTS : ALARMS),
                         .us = (1 + below(e, 600 * FX_S / GRID)) * GRID + 512};
    ev->value = some_value(e, ev->target);
    return ev;
}

static void
begin(struct episode *e, uint64_t seed, enum reference_flaw flaw)
{
    *e = (struct episode){.random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1};
    e->steps_wall = below(e, 2) == 0;
    for (int i = 0; i < COMPONENTS; i++) {
        e->late[i] = INT64_MAX;
    }
    e->ids = g_array_new(FALSE, TRUE, sizeof(struct uuid));
    e->difference = g_string_new(NULL);
    fx_init(&e->fx);
    e->fx.set.chatter_count = 7; /* chattering is told in test_alarm_scenarios.c */
    e->fx.set.chatter_us = 1;
    e->fx.set.second_person = false;
    e->fx.set.reminder_us = 0;
    for (int i = 0; i < ALARM_PRIORITIES; i++) {
        e->fx.set.renew[i] = i == ALARM_CRITICAL;
        e->fx.set.shelve_max_us[i] = FX_H;
    }
    fx_open(&e->fx, components, rules);
    reference_init(&e->reference, reference_rules, ALARMS, e->fx.now.mono);
    e->reference.flaw = flaw;
}

static void
end(struct episode *e)
{
    alarm_board_unref(e->board);
    fx_close(&e->fx);
    g_array_unref(e->ids);
    g_string_free(e->difference, TRUE);
}

/* Returns the step that differs, -1 when none does; *ret_why is then to be freed. */
static int64_t
run(uint64_t seed, int64_t steps, enum reference_flaw flaw, char **ret_why)
{
    struct episode e;
    int64_t differs = -1;
    begin(&e, seed, flaw);
    for (int64_t i = 0; i < steps && differs < 0; i++) {
        int64_t dt = some_time(&e);
        e.fx.now.wall += dt;
        e.fx.now.mono += dt;
        struct event *ev = choose(&e);
        ev->at = e.fx.now.mono;
        reference_advance(&e.reference, e.fx.now.mono);
        if (!happen(&e, ev)) {
            differ(&e, ev->target, "accepted", ev->done, !ev->done);
        }
        compare(&e);
        differs = e.difference->len > 0 ? i : -1;
    }
    if (differs >= 0 && ret_why != NULL) {
        *ret_why = g_strdup(e.difference->str);
    }
    end(&e);
    return differs;
}

static int64_t
number_from_environment(const char *name, int64_t otherwise)
{
    const char *text = getenv(name);
    return text != NULL ? g_ascii_strtoll(text, NULL, 10) : otherwise;
}

static void
test_evaluator_does_what_the_reference_does(void **state)
{
    (void)state;
    int64_t steps = number_from_environment("ALARM_STEPS", STEPS);
    uint64_t seed = (uint64_t)number_from_environment("ALARM_SEED", 1);
    for (; steps > 0; steps -= EPISODE, seed++) {
        char *why = NULL;
        int64_t at = run(seed, steps < EPISODE ? steps : EPISODE, FLAW_NONE, &why);
        if (at >= 0) {
            fprintf(stderr, "seed %" G_GUINT64_FORMAT ", step %" G_GINT64_FORMAT ": %s", seed,
                    at, why);
            g_free(why);
            fail();
        }
    }
}

/* ---- acknowledgements in another order ---- */

static const struct alarm_view *
find_view(const struct alarm_board *b, const char *rule)
{
    for (uint32_t i = 0; i < b->n_alarms; i++) {
        if (strcmp(b->alarms[i].rule, rule) == 0) {
            return &b->alarms[i];
        }
    }
    return NULL;
}

/* What hangs on acknowledgements is the same on both boards. */
static void
boards_agree(struct fx *a, struct fx *b, uint64_t seed)
{
    struct alarm_board *x = evaluator_board(a->e), *y = evaluator_board(b->e);
    for (int i = 0; i < ALARMS; i++) {
        const struct alarm_view *v = find_view(x, rules[i].rule);
        const struct alarm_view *w = find_view(y, rules[i].rule);
        bool same = (v == NULL) == (w == NULL);
        if (v != NULL && w != NULL) {
            same = v->state == w->state && v->step == w->step && v->older == w->older &&
                   uuid_equal(&v->occurrence, &w->occurrence) &&
                   (alarm_state_unacked(v->state) || g_strcmp0(v->acked_by, w->acked_by) == 0);
        }
        if (!same) {
            fail_msg("seed %" G_GUINT64_FORMAT ", at %" G_GINT64_FORMAT " us: %s", seed,
                     a->now.mono - FX_UP, names[i]);
        }
    }
    alarm_board_unref(x);
    alarm_board_unref(y);
}

static void
give_time(struct fx *f, struct now now)
{
    f->now = now;
    fx_pass(f, 0);
}

/* What early has acknowledged before it happened, or late saw happen before it did. */
static guint
ack_news(const struct fx *from, guint journal_read, struct fx *to)
{
    for (; journal_read < from->journal->len; journal_read++) {
        const struct journal_record *r =
            &g_array_index(from->journal, struct journal_record, journal_read);
        bool opened = r->event == EVENT_RAISED && r->from != ALARM_LATCHED_UNACKED;
        if (opened && r->occurrence.bytes[0] % 3 == 0) {
            (void)!fx_ack(to, r->occurrence, 1); /* refused where it is over by now */
        }
    }
    return journal_read;
}

/*
 * Two evaluators see the same; one of them gets each acknowledgement before its occurrence is
 * there, the other right after it rose. In the end both stand the same.
 */
static void
test_an_early_acknowledgement_is_as_good_as_a_late_one(void **state)
{
    (void)state;
    int64_t steps = number_from_environment("ALARM_STEPS", STEPS) / 100;
    for (uint64_t seed = 1; steps > 0; seed++, steps -= 1000) {
        struct episode late, early;
        begin(&late, seed, FLAW_NONE);
        begin(&early, seed, FLAW_NONE);
        guint seen = 0, again = 0;
        for (int i = 0; i < 1000; i++) {
            struct now now = late.fx.now;
            int64_t dt = GRID + below(&late, 4 * FX_S / GRID) * GRID;
            struct evaluator_input in = {.component = (uint32_t)below(&late, COMPONENTS)};
            in.raw = some_value(&late, (int)in.component);
            now.wall += dt;
            now.mono += dt;
            in.ts = in.received = now.wall;
            give_time(&late.fx, now);
            fx_input(&late.fx, &in);
            seen = ack_news(&late.fx, seen, &early.fx); /* its now is still the former one */
            give_time(&early.fx, now);
            fx_input(&early.fx, &in);
            again = ack_news(&late.fx, again, &late.fx);
            boards_agree(&late.fx, &early.fx, seed);
        }
        assert_true(fx_count(&early.fx, EVENT_PARKED, NULL) > 10);
        assert_int_equal(early.fx.kept.parked->len, 0);
        end(&late);
        end(&early);
    }
}

static void
test_a_broken_reference_is_noticed(void **state)
{
    (void)state;
    for (int flaw = FLAW_NONE + 1; flaw < FLAWS; flaw++) {
        bool noticed = false;
        for (uint64_t seed = 1; seed <= 5 && !noticed; seed++) { /* 100,000 steps */
            noticed = run(seed, EPISODE, (enum reference_flaw)flaw, NULL) >= 0;
        }
        if (!noticed) {
            fail_msg("flaw %d went unnoticed", flaw);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_broken_reference_is_noticed),
        cmocka_unit_test(test_an_early_acknowledgement_is_as_good_as_a_late_one),
        cmocka_unit_test(test_evaluator_does_what_the_reference_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
