/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/alarm_fixture.h"

#include "tests/unit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define BOOT_TAIL "-2222-3333-4444-555555555555"

#define UNTRUSTED                                                                              \
    ((unsigned)(QUALITY_INVALID | QUALITY_NOT_TOPICAL | QUALITY_BLOCKED | QUALITY_OVERFLOW))

/* ---- plant ---- */

static double
or_nan(double value)
{
    return value == 0 ? NAN : value;
}

static void
add_rule(struct plant_builder *b, const struct fx_rule *r)
{
    struct rule_def def = {
        .component = g_strdup(r->component),
        .rule = g_strdup(r->rule),
        .type = g_strdup(r->type),
        .priority = g_strdup(r->priority != NULL ? r->priority : "high"),
        .name = g_strdup(r->rule),
        .guidance = g_strdup("look"),
        .limit = or_nan(r->limit),
        .deadband = or_nan(r->deadband),
        .on_delay_s = r->on_s,
        .off_delay_s = r->off_s,
        .window_s = r->window_s,
        .count = r->count,
        .latch = r->latch,
        .re_alarm_s = r->re_alarm_s,
        .ack_unneeded = r->ack_unneeded,
        .group = g_strdup(r->group != NULL ? r->group : ""),
        .parent = g_strdup(r->parent != NULL ? r->parent : ""),
    };
    plant_builder_rule(b, &def);
}

struct plant *
fx_plant(const struct fx_component *components, const struct fx_rule *rules)
{
    struct plant_builder b;
    struct plant *plant = NULL;
    struct err err = {""};
    const char *uid = "";
    uint32_t station = 0;
    plant_builder_init(&b);
    for (const struct fx_component *c = components; c->id != NULL; c++) {
        if (strcmp(c->station, uid) != 0) {
            uid = c->station;
            struct station s = {.uid = g_strdup(uid), .name = g_strdup(uid), .silence_s = 300};
            station = plant_builder_station(&b, &s);
        }
        struct component k = {.station = station,
                              .id = g_strdup(c->id),
                              .name = g_strdup(c->id),
                              .kind = c->kind,
                              .min = NAN,
                              .max = NAN,
                              .order = (int)(c - components)};
        plant_builder_component(&b, &k);
    }
    for (const struct fx_rule *r = rules; r->rule != NULL; r++) {
        add_rule(&b, r);
    }
    if (plant_builder_finish(&b, &plant, &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
    plant_builder_fini(&b);
    return plant;
}

struct ruleset *
fx_ruleset(struct plant *plant)
{
    struct problems problems;
    problems_init(&problems);
    struct ruleset *rules = ruleset_new(plant, &problems);
    if (problems.n > 0) {
        fail_msg("%s", problems.list[0]);
    }
    problems_fini(&problems);
    return rules;
}

/* ---- what is kept ---- */

static GArray *
new_array(size_t size, GDestroyNotify clear)
{
    GArray *array = g_array_new(FALSE, TRUE, (guint)size);
    g_array_set_clear_func(array, clear);
    return array;
}

static bool
same_alarm(const char *const a[3], const char *const b[3])
{
    return g_strcmp0(a[0], b[0]) == 0 && g_strcmp0(a[1], b[1]) == 0 &&
           g_strcmp0(a[2], b[2]) == 0;
}

/* Moves the record to array in place of the one with index at (-1: there is none), unless it
 * is gone. The bytes of *record are taken over. */
static void
keep(GArray *array, int at, const void *record, bool gone, GDestroyNotify clear)
{
    if (at >= 0) {
        g_array_remove_index(array, (guint)at);
    }
    if (gone) {
        guint size = g_array_get_element_size(array);
        void *copy = g_memdup2(record, size);
        clear(copy);
        g_free(copy);
    } else {
        g_array_append_vals(array, record, 1);
    }
}

static void
keep_alarm(GArray *array, const struct alarm_record *r)
{
    int at = -1;
    for (guint i = 0; i < array->len; i++) {
        const struct alarm_record *old = &g_array_index(array, struct alarm_record, i);
        if (same_alarm((const char *[]){old->station, old->component, old->rule},
                       (const char *[]){r->station, r->component, r->rule})) {
            at = (int)i;
        }
    }
    keep(array, at, r, r->gone, alarm_record_clear);
}

static void
keep_occurrence(GArray *array, const struct occurrence_record *r)
{
    int at = -1;
    for (guint i = 0; i < array->len; i++) {
        const struct occurrence_record *old =
            &g_array_index(array, struct occurrence_record, i);
        if (uuid_equal(&old->occurrence, &r->occurrence)) {
            at = (int)i;
        }
    }
    keep(array, at, r, r->state == ALARM_NORMAL, occurrence_record_clear);
}

static void
keep_maintenance(GArray *array, const struct maintenance_record *r)
{
    int at = -1;
    for (guint i = 0; i < array->len; i++) {
        const struct maintenance_record *old =
            &g_array_index(array, struct maintenance_record, i);
        if (strcmp(old->station, r->station) == 0 &&
            strcmp(old->component, r->component) == 0) {
            at = (int)i;
        }
    }
    keep(array, at, r, r->gone, maintenance_record_clear);
}

static void
keep_parked(GArray *array, const struct parked_record *r)
{
    int at = -1;
    for (guint i = 0; i < array->len; i++) {
        const struct parked_record *old = &g_array_index(array, struct parked_record, i);
        if (uuid_equal(&old->occurrence, &r->occurrence)) {
            at = (int)i;
        }
    }
    keep(array, at, r, r->gone, parked_record_clear);
}

void
fx_collect(struct fx *f)
{
    struct alarm_changes c;
    if (!evaluator_changed(f->e)) {
        return;
    }
    alarm_changes_init(&c);
    evaluator_take(f->e, &c);
    assert_false(evaluator_changed(f->e));
    if (f->tap != NULL) {
        f->tap(f->tap_user, &c);
    }
    g_array_append_vals(f->journal, c.journal->data, c.journal->len);
    for (guint i = 0; i < c.alarms->len; i++) {
        keep_alarm(f->kept.alarms, &g_array_index(c.alarms, struct alarm_record, i));
    }
    for (guint i = 0; i < c.occurrences->len; i++) {
        keep_occurrence(f->kept.occurrences,
                        &g_array_index(c.occurrences, struct occurrence_record, i));
    }
    for (guint i = 0; i < c.maintenance->len; i++) {
        keep_maintenance(f->kept.maintenance,
                         &g_array_index(c.maintenance, struct maintenance_record, i));
    }
    for (guint i = 0; i < c.parked->len; i++) {
        keep_parked(f->kept.parked, &g_array_index(c.parked, struct parked_record, i));
    }
    /* What the records own went over with their bytes. */
    GArray *emptied[] = {c.journal, c.occurrences, c.alarms, c.maintenance, c.parked};
    for (size_t i = 0; i < G_N_ELEMENTS(emptied); i++) {
        g_array_set_clear_func(emptied[i], NULL);
    }
    alarm_changes_fini(&c);
}

/* ---- life of a fixture ---- */

void
fx_init(struct fx *f)
{
    *f = (struct fx){.set = evaluator_defaults(),
                     .now = {FX_T0, FX_UP},
                     .user = "anna",
                     .origin = "console pc1"};
    snprintf(f->set.instance, sizeof(f->set.instance), "pc1");
    snprintf(f->set.boot_id, sizeof(f->set.boot_id), "%08x" BOOT_TAIL, f->boots);
    f->set.epoch = 7;
    f->set.term = 1;
    f->journal = new_array(sizeof(struct journal_record), journal_record_clear);
    f->kept.alarms = new_array(sizeof(struct alarm_record), alarm_record_clear);
    f->kept.occurrences = new_array(sizeof(struct occurrence_record), occurrence_record_clear);
    f->kept.maintenance =
        new_array(sizeof(struct maintenance_record), maintenance_record_clear);
    f->kept.parked = new_array(sizeof(struct parked_record), parked_record_clear);
}

void
fx_open(struct fx *f, const struct fx_component *components, const struct fx_rule *rules)
{
    f->components = components;
    f->rules = rules;
    f->plant = fx_plant(components, rules);
    f->newest = g_new0(struct evaluator_input, f->plant->n_components);
    for (uint32_t i = 0; i < f->plant->n_components; i++) {
        f->newest[i].ts = WALL_NONE;
    }
    f->e = evaluator_new(&f->set, fx_ruleset(f->plant), f->now);
    evaluator_link(f->e, true, f->now);
    evaluator_start(f->e, f->now);
    fx_collect(f);
}

void
fx_close(struct fx *f)
{
    alarm_board_unref(f->board);
    evaluator_free(f->e);
    plant_unref(f->plant);
    g_free(f->newest);
    g_array_unref(f->journal);
    g_array_unref(f->kept.alarms);
    g_array_unref(f->kept.occurrences);
    g_array_unref(f->kept.maintenance);
    g_array_unref(f->kept.parked);
}

static void
restore_kept(struct fx *f)
{
    for (guint i = 0; i < f->kept.maintenance->len; i++) {
        evaluator_restore_maintenance(
            f->e, &g_array_index(f->kept.maintenance, struct maintenance_record, i));
    }
    for (guint i = 0; i < f->kept.alarms->len; i++) {
        evaluator_restore_alarm(f->e, &g_array_index(f->kept.alarms, struct alarm_record, i));
    }
    for (guint i = f->kept.occurrences->len; i > 0; i--) { /* "any order" */
        evaluator_restore_occurrence(
            f->e, &g_array_index(f->kept.occurrences, struct occurrence_record, i - 1));
    }
    for (guint i = 0; i < f->kept.parked->len; i++) {
        evaluator_restore_parked(f->e, &g_array_index(f->kept.parked, struct parked_record, i));
    }
}

void
fx_restart(struct fx *f, double s, bool reboot)
{
    fx_collect(f);
    alarm_board_unref(f->board); /* its names are of the old evaluator's plant */
    f->board = NULL;
    evaluator_free(f->e);
    f->now.wall += (wall_us)(s * (double)FX_S);
    f->now.mono += (mono_us)(s * (double)FX_S);
    if (reboot) {
        f->now.mono = 20 * FX_S;
        f->boots++;
        snprintf(f->set.boot_id, sizeof(f->set.boot_id), "%08x" BOOT_TAIL, f->boots);
    }
    f->e = evaluator_new(&f->set, fx_ruleset(f->plant), f->now);
    restore_kept(f);
    for (uint32_t i = 0; i < f->plant->n_components; i++) {
        if (f->newest[i].ts != WALL_NONE) {
            evaluator_restore_value(f->e, &f->newest[i]);
        }
    }
    evaluator_link(f->e, true, f->now);
    evaluator_start(f->e, f->now);
    fx_collect(f);
}

void
fx_change(struct fx *f, const struct fx_rule *rules)
{
    fx_collect(f);
    alarm_board_unref(f->board);
    f->board = NULL;
    plant_unref(f->plant);
    f->rules = rules;
    f->plant = fx_plant(f->components, rules);
    evaluator_set_rules(f->e, fx_ruleset(f->plant), f->now);
    for (uint32_t i = 0; i < f->plant->n_components; i++) {
        if (f->newest[i].ts != WALL_NONE) {
            evaluator_look_again(f->e, &f->newest[i], f->now);
        }
    }
    fx_collect(f);
}

void
fx_replan(struct fx *f, const struct fx_component *components, const struct fx_rule *rules)
{
    struct plant *before = f->plant;
    alarm_board_unref(f->board);
    f->board = NULL;
    f->components = components;
    f->rules = rules;
    f->plant = fx_plant(components, rules);
    g_free(f->newest);
    f->newest = g_new0(struct evaluator_input, f->plant->n_components);
    for (uint32_t i = 0; i < f->plant->n_components; i++) {
        f->newest[i].ts = WALL_NONE;
    }
    evaluator_set_rules(f->e, fx_ruleset(f->plant), f->now);
    fx_collect(f);
    plant_unref(before);
}

/* ---- what happens ---- */

static void
advance(struct fx *f)
{
    evaluator_advance(f->e, f->now);
    fx_collect(f);
    assert_true(evaluator_next(f->e) > f->now.mono);
}

void
fx_at(struct fx *f, double s)
{
    int64_t on = FX_UP + (int64_t)(s * (double)FX_S) - f->now.mono;
    assert_true(on >= 0);
    f->now.mono += on;
    f->now.wall += on;
    advance(f);
}

void
fx_pass(struct fx *f, double s)
{
    f->now.mono += (int64_t)(s * (double)FX_S);
    f->now.wall += (int64_t)(s * (double)FX_S);
    advance(f);
}

void
fx_step_wall(struct fx *f, double s)
{
    f->now.wall += (int64_t)(s * (double)FX_S);
    advance(f);
}

static uint32_t
find_component(const struct fx *f, const char *name)
{
    char **part = g_strsplit(name, "/", 2);
    uint32_t c = plant_find_component(f->plant, part[0], part[1]);
    g_strfreev(part);
    if (c == COMPONENT_NONE) {
        fail_msg("no component \"%s\"", name);
    }
    return c;
}

void
fx_input(struct fx *f, const struct evaluator_input *in)
{
    struct evaluator_input *newest = &f->newest[in->component];
    bool trusted = (in->quality & UNTRUSTED) == 0 && !in->retained;
    bool late =
        in->device_time && (in->ts < newest->ts || in->received - in->ts > f->set.late_us);
    if (trusted && !late) {
        *newest = *in;
    }
    evaluator_reading(f->e, in, f->now);
    fx_collect(f);
}

static struct evaluator_input
plain(const struct fx *f, const char *component, double value)
{
    return (struct evaluator_input){.component = find_component(f, component),
                                    .raw = value,
                                    .device_time = true,
                                    .ts = f->now.wall,
                                    .received = f->now.wall};
}

void
fx_put(struct fx *f, const char *component, double value)
{
    fx_put_quality(f, component, value, 0);
}

void
fx_put_quality(struct fx *f, const char *component, double value, unsigned quality)
{
    struct evaluator_input in = plain(f, component, value);
    in.quality = quality;
    fx_input(f, &in);
}

void
fx_put_measured(struct fx *f, const char *component, double value, wall_us ts)
{
    struct evaluator_input in = plain(f, component, value);
    in.ts = ts;
    fx_input(f, &in);
}

void
fx_put_retained(struct fx *f, const char *component, double value)
{
    struct evaluator_input in = plain(f, component, value);
    in.retained = true;
    in.quality = QUALITY_NOT_TOPICAL;
    fx_input(f, &in);
}

struct alarm_action
fx_action(const struct fx *f, enum alarm_action_kind kind, const char *alarm, const char *text)
{
    struct alarm_action a = {.kind = kind, .seen_at = WALL_NONE};
    char **part = g_strsplit(alarm, "/", 3);
    guint n = g_strv_length(part);
    snprintf(a.station, sizeof(a.station), "%s", n > 0 ? part[0] : "");
    snprintf(a.component, sizeof(a.component), "%s", n > 1 ? part[1] : "");
    snprintf(a.rule, sizeof(a.rule), "%s", n > 2 ? part[2] : "");
    g_strfreev(part);
    snprintf(a.user, sizeof(a.user), "%s", f->user);
    snprintf(a.origin, sizeof(a.origin), "%s", f->origin);
    snprintf(a.text, sizeof(a.text), "%s", text);
    return a;
}

enum rc
fx_do(struct fx *f, const struct alarm_action *a)
{
    f->err.text[0] = '\0';
    enum rc rc = evaluator_act(f->e, a, f->now, &f->err);
    if (rc != RC_OK) {
        assert_string_not_equal(f->err.text, "");
    }
    fx_collect(f);
    return rc;
}

enum rc
fx_act(struct fx *f, enum alarm_action_kind kind, const char *alarm, const char *text)
{
    struct alarm_action a = fx_action(f, kind, alarm, text);
    return fx_do(f, &a);
}

enum rc
fx_shelve(struct fx *f, const char *alarm, double s)
{
    struct alarm_action a = fx_action(f, ACTION_SHELVE, alarm, "known");
    a.one_shot = s == 0;
    a.duration_us = (int64_t)(s * (double)FX_S);
    return fx_do(f, &a);
}

enum rc
fx_ack(struct fx *f, struct uuid occurrence, uint32_t step)
{
    struct alarm_action a = fx_action(f, ACTION_ACK, "", "in hand");
    a.occurrence = occurrence;
    a.step = step;
    return fx_do(f, &a);
}

void
fx_silence(struct fx *f, const char *station, bool silent)
{
    uint32_t s = plant_find_station(f->plant, station);
    assert_int_not_equal(s, STATION_NONE);
    evaluator_silence(f->e, s, silent, silent ? f->now.wall - 300 * FX_S : f->now.wall, "",
                      f->now);
    fx_collect(f);
}

void
fx_services(struct fx *f, struct watchdog_verdict v)
{
    v.broker_detail = v.broker_detail != NULL ? v.broker_detail : "";
    v.link_detail = v.link_detail != NULL ? v.link_detail : "";
    evaluator_services(f->e, &v, f->now);
    fx_collect(f);
}

void
fx_link(struct fx *f, bool connected)
{
    evaluator_link(f->e, connected, f->now);
    fx_collect(f);
}

/* ---- what came of it ---- */

static bool
is_named(const char *alarm, const char *station, const char *component, const char *rule)
{
    char **part = g_strsplit(alarm, "/", 3);
    guint n = g_strv_length(part);
    bool is = n > 0 && g_strcmp0(part[0], station) == 0 &&
              (n < 2 || g_strcmp0(part[1], component) == 0) &&
              (n < 3 || g_strcmp0(part[2], rule) == 0);
    g_strfreev(part);
    return is;
}

const struct alarm_view *
fx_view(struct fx *f, const char *alarm)
{
    alarm_board_unref(f->board);
    f->board = evaluator_board(f->e);
    for (uint32_t i = 0; i < f->board->n_alarms; i++) {
        const struct alarm_view *v = &f->board->alarms[i];
        if (is_named(alarm, v->station, v->component, v->rule)) {
            return v;
        }
    }
    return NULL;
}

enum alarm_state
fx_state(struct fx *f, const char *alarm)
{
    const struct alarm_view *v = fx_view(f, alarm);
    return v != NULL ? v->state : ALARM_NORMAL;
}

unsigned
fx_overlays(struct fx *f, const char *alarm)
{
    const struct alarm_view *v = fx_view(f, alarm);
    return v != NULL ? v->overlays : 0;
}

struct uuid
fx_occurrence(struct fx *f, const char *alarm)
{
    const struct alarm_view *v = fx_view(f, alarm);
    return v != NULL ? v->occurrence : (struct uuid){{0}};
}

static bool
concerns(const struct journal_record *r, const char *alarm)
{
    return alarm == NULL || is_named(alarm, r->station, r->component, r->rule);
}

uint32_t
fx_annunciated(const struct fx *f, const char *alarm)
{
    uint32_t n = 0;
    for (guint i = 0; i < f->journal->len; i++) {
        const struct journal_record *r = &g_array_index(f->journal, struct journal_record, i);
        n += r->annunciated && concerns(r, alarm);
    }
    return n;
}

uint32_t
fx_count(const struct fx *f, enum alarm_event event, const char *alarm)
{
    uint32_t n = 0;
    for (guint i = 0; i < f->journal->len; i++) {
        const struct journal_record *r = &g_array_index(f->journal, struct journal_record, i);
        n += r->event == event && concerns(r, alarm);
    }
    return n;
}

const struct journal_record *
fx_last(const struct fx *f, enum alarm_event event, const char *alarm)
{
    for (guint i = f->journal->len; i > 0; i--) {
        const struct journal_record *r =
            &g_array_index(f->journal, struct journal_record, i - 1);
        if (r->event == event && concerns(r, alarm)) {
            return r;
        }
    }
    return NULL;
}

static const char *
or_dash(const char *text)
{
    return text != NULL ? text : "-";
}

char *
fx_journal_line(const struct journal_record *r)
{
    char id[UUID_SIZE];
    uuid_format(id, &r->occurrence);
    return g_strdup_printf("%" G_GINT64_FORMAT " %" G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT
                           " %s %s.%u %s %s/%s/%s %s %s>%s overlays=%u%s%s value=%.17g "
                           "actor=%s origin=%s detail=%s",
                           r->at, r->epoch, r->term, alarm_event_name(r->event), id, r->step,
                           or_dash(r->instance), or_dash(r->station), or_dash(r->component),
                           or_dash(r->rule), alarm_priority_name(r->priority),
                           alarm_state_name(r->from), alarm_state_name(r->to), r->overlays,
                           r->annunciated ? " annunciated" : "", r->test ? " test" : "",
                           r->value, or_dash(r->actor), or_dash(r->origin), or_dash(r->detail));
}
