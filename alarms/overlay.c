/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Overlays: shelved by an operator, suppressed by what explains it, out of service. Under one
 * an alarm lives on and the journal goes on, but nobody is told; when the last one goes it
 * comes out as its state then asks.
 */
#include "alarms/evaluator_private.h"

#include <math.h>
#include <string.h>

void
overlay_set(struct evaluator *e, uint32_t alarm, enum alarm_overlay overlay)
{
    struct alarm *a = &e->alarms[alarm];
    a->overlays |= (uint8_t)overlay;
    abnormal_update(e, alarm);
    if (a->state != ALARM_NORMAL) {
        occurrence_changed(e, alarm);
    }
    alarm_touch(e, alarm);
}

/* What stands unseen is told once, with its true onset; what came and went is counted. */
static void
come_out(struct evaluator *e, uint32_t alarm, const struct cause *cause)
{
    struct alarm *a = &e->alarms[alarm];
    struct more *m = a->more;
    struct cause plain = {.now = cause->now,
                          .origin = cause->origin,
                          .source_at = m->raised_at,
                          .value = m->value};
    if (a->state == ALARM_UNACKED || a->state == ALARM_LATCHED_UNACKED) {
        m->released_at = cause->now.wall;
        struct journal_record *line = journal_alarm(e, alarm, EVENT_REENTERED, &plain);
        annunciate(e, alarm, line, cause->now);
    } else if (a->state != ALARM_ACKED && m->covered > 0) {
        char text[64];
        snprintf(text, sizeof(text), "%u occurrences under cover", m->covered);
        plain.detail = text;
        journal_alarm(e, alarm, EVENT_COVERED, &plain);
    }
    m->covered = 0;
}

void
overlay_drop(struct evaluator *e, uint32_t alarm, enum alarm_overlay overlay,
             const struct cause *cause)
{
    struct alarm *a = &e->alarms[alarm];
    if ((a->overlays & overlay) == 0) {
        return;
    }
    a->overlays &= (uint8_t) ~(unsigned)overlay;
    if (a->overlays == 0) {
        come_out(e, alarm, cause);
    }
    abnormal_update(e, alarm);
    if (a->state != ALARM_NORMAL) {
        occurrence_changed(e, alarm);
    }
    alarm_touch(e, alarm);
}

/* ---- suppression by design ---- */

static bool
is_active(const struct evaluator *e, uint32_t alarm)
{
    return alarm_state_active((enum alarm_state)e->alarms[alarm].state);
}

/* It is why stations are not heard: it stands, or was over only just now. */
static bool
deafens(const struct evaluator *e, uint32_t service)
{
    const struct more *m = e->alarms[service].more;
    return is_active(e, service) || (m != NULL && m->due[TIMER_HEARING] != INT64_MAX);
}

/* Link explains broker, broker and link explain silence, all three what is stale. */
uint32_t
explained_by(const struct evaluator *e, uint32_t alarm)
{
    if (is_test(e, alarm)) {
        return ALARM_NONE;
    }
    uint32_t link = e->service_base + SERVICE_LINK, broker = e->service_base + SERVICE_BROKER;
    enum alarm_type type = type_of(e, alarm);
    if (alarm < e->n_places) {
        uint32_t parent = e->rules->places[alarm].parent;
        if (parent != RULE_NONE && is_active(e, parent)) {
            return parent;
        }
    }
    if (type == ALARM_STALE) {
        uint32_t silence = e->silence_base + station_of(e, alarm);
        if (is_active(e, silence)) {
            return silence;
        }
    }
    if (type == ALARM_STALE || type == ALARM_SILENCE) {
        return deafens(e, broker) ? broker : deafens(e, link) ? link : ALARM_NONE;
    }
    bool by_link = (type == ALARM_BROKER && e->link_explains_broker) ||
                   (type == ALARM_STORE && e->link_explains_store);
    return by_link && is_active(e, link) ? link : ALARM_NONE;
}

bool
suppress(struct evaluator *e, uint32_t alarm, uint32_t parent)
{
    struct more *m = more_of(e, alarm);
    m->parent = parent;
    if ((e->alarms[alarm].overlays & OVERLAY_SUPPRESSED) != 0) {
        return false;
    }
    overlay_set(e, alarm, OVERLAY_SUPPRESSED);
    return true;
}

void
suppression_tell(struct evaluator *e, uint32_t alarm, const struct cause *cause)
{
    uint32_t parent = e->alarms[alarm].more->parent;
    struct alarm_name name = name_of(e, parent);
    char id[UUID_SIZE];
    uuid_format(id, &e->alarms[parent].more->occurrence);
    char *text = g_strdup_printf("by %s/%s/%s %s", name.station, name.component, name.rule, id);
    journal_alarm(
        e, alarm, EVENT_SUPPRESSED,
        &(struct cause){
            .now = cause->now, .origin = cause->origin, .detail = text, .value = NAN});
    g_free(text);
}

static int
by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* What is stale there is all that the silence of a station explains. */
static void
add_stale(const struct evaluator *e, uint32_t station, GArray *list)
{
    const struct station *s = &e->rules->plant->stations[station];
    uint32_t end = e->rules->first[s->first + s->count];
    for (uint32_t i = e->rules->first[s->first]; i < end; i++) {
        if (type_of(e, i) == ALARM_STALE) {
            g_array_append_val(list, i);
        }
    }
}

/* The alarms this one may explain, in a fixed order: those that name it, those of the station
 * that is silent, and for what concerns leitstand itself all that are not normal. Caller
 * unrefs. */
static GArray *
candidates(const struct evaluator *e, uint32_t parent)
{
    GArray *list = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    if (is_test(e, parent)) {
        return list;
    }
    if (parent < e->n_places) {
        uint32_t first = e->first_child[parent];
        g_array_append_vals(list, e->children + first, e->first_child[parent + 1] - first);
        return list;
    }
    if (parent < e->service_base) {
        add_stale(e, parent - e->silence_base, list);
        return list;
    }
    g_array_append_vals(list, e->abnormal->data, e->abnormal->len);
    g_array_sort(list, by_number);
    return list;
}

void
suppress_children(struct evaluator *e, uint32_t parent, const struct cause *cause)
{
    GArray *list = candidates(e, parent);
    for (guint i = 0; i < list->len; i++) {
        uint32_t child = g_array_index(list, uint32_t, i);
        bool wanted = parent < e->n_places || is_active(e, child);
        if (wanted && explained_by(e, child) != ALARM_NONE &&
            suppress(e, child, explained_by(e, child))) {
            suppression_tell(e, child, cause);
        }
    }
    g_array_unref(list);
}

static void
look_for_parent(struct evaluator *e, uint32_t child, const struct cause *cause)
{
    struct more *m = e->alarms[child].more;
    m->parent = explained_by(e, child);
    if (m->parent == ALARM_NONE) {
        struct cause plain = {.now = cause->now, .origin = cause->origin, .value = NAN};
        struct journal_record *line = journal_alarm(e, child, EVENT_RELEASED, &plain);
        line->overlays &= ~(unsigned)OVERLAY_SUPPRESSED;
        overlay_drop(e, child, OVERLAY_SUPPRESSED, &plain);
    }
}

static bool
is_suppressed(const struct alarm *a)
{
    return a->more != NULL && (a->overlays & OVERLAY_SUPPRESSED) != 0;
}

static void
release_unexplained(struct evaluator *e, uint32_t parent, const struct cause *cause)
{
    GArray *list = candidates(e, parent);
    for (guint i = 0; i < list->len; i++) {
        uint32_t child = g_array_index(list, uint32_t, i);
        if (is_suppressed(&e->alarms[child]) && e->alarms[child].more->parent == parent) {
            look_for_parent(e, child, cause);
        }
    }
    g_array_unref(list);
}

void
release_orphans(struct evaluator *e, const struct cause *cause)
{
    for (uint32_t i = 0; i < e->n_alarms; i++) {
        if (is_suppressed(&e->alarms[i])) {
            look_for_parent(e, i, cause);
        }
    }
}

void
release_children(struct evaluator *e, uint32_t parent, const struct cause *cause)
{
    if (parent == e->service_base + SERVICE_LINK ||
        parent == e->service_base + SERVICE_BROKER) {
        timer_set(e, parent, TIMER_HEARING, cause->now.mono + HEARING_US);
    }
    release_unexplained(e, parent, cause);
}

void
await_hearing(struct evaluator *e, struct now now)
{
    timer_set(e, e->service_base + SERVICE_BROKER, TIMER_HEARING, now.mono + HEARING_US);
}

void
hearing_due(struct evaluator *e, uint32_t alarm, struct now now)
{
    release_unexplained(e, alarm, &(struct cause){.now = now, .origin = "timer", .value = NAN});
}

/* ---- shelves ---- */

void
shelf_end(struct evaluator *e, uint32_t alarm, const struct cause *cause)
{
    struct more *m = e->alarms[alarm].more;
    m->one_shot = false;
    m->shelved_until = WALL_NONE;
    timer_clear(e, alarm, TIMER_SHELF);
    struct journal_record *line = journal_alarm(e, alarm, EVENT_UNSHELVED, cause);
    line->overlays &= ~(unsigned)OVERLAY_SHELVED;
    text_set(&m->shelved_by, NULL);
    text_set(&m->shelve_reason, NULL);
    overlay_drop(e, alarm, OVERLAY_SHELVED, cause);
}

void
shelf_due(struct evaluator *e, uint32_t alarm, struct now now)
{
    shelf_end(e, alarm,
              &(struct cause){
                  .now = now, .origin = "timer", .detail = "its time is over", .value = NAN});
}

/* ---- out of service ---- */

void
maintenance_clear(void *maintenance)
{
    struct maintenance *m = maintenance;
    g_free(m->station);
    g_free(m->component);
    text_set(&m->actor, NULL);
    text_set(&m->reason, NULL);
}

bool
maintenance_covers(const struct maintenance *m, const struct evaluator *e, uint32_t alarm)
{
    struct alarm_name name = name_of(e, alarm);
    return !is_test(e, alarm) && strcmp(m->station, name.station) == 0 &&
           (*m->component == '\0' || strcmp(m->component, name.component) == 0);
}

/* Called for every alarm of the station that the maintenance covers. */
static void
for_covered(struct evaluator *e, const struct maintenance *m,
            void (*what)(struct evaluator *e, uint32_t alarm, const struct cause *cause),
            const struct cause *cause)
{
    const struct plant *plant = e->rules->plant;
    uint32_t s = plant_find_station(plant, m->station);
    if (s == STATION_NONE) {
        return;
    }
    const struct station *station = &plant->stations[s];
    uint32_t first = e->rules->first[station->first];
    uint32_t end = e->rules->first[station->first + station->count];
    for (uint32_t i = first; i < end; i++) {
        if (maintenance_covers(m, e, i)) {
            what(e, i, cause);
        }
    }
    if (maintenance_covers(m, e, e->silence_base + s)) {
        what(e, e->silence_base + s, cause);
    }
}

static void
take_out(struct evaluator *e, uint32_t alarm, const struct cause *cause)
{
    (void)cause;
    overlay_set(e, alarm, OVERLAY_OUT_OF_SERVICE);
}

void
maintenance_apply(struct evaluator *e, const struct maintenance *m)
{
    for_covered(e, m, take_out, NULL);
}

/* Unless a station's maintenance covers what its component's does, or the other way round. */
static void
put_back(struct evaluator *e, uint32_t alarm, const struct cause *cause)
{
    for (guint i = 0; i < e->maintenance->len; i++) {
        if (maintenance_covers(&g_array_index(e->maintenance, struct maintenance, i), e,
                               alarm)) {
            return;
        }
    }
    overlay_drop(e, alarm, OVERLAY_OUT_OF_SERVICE, cause);
}

void
maintenance_record(struct evaluator *e, const struct maintenance *m, bool gone)
{
    struct maintenance_record r = {
        .station = g_strdup(m->station),
        .component = g_strdup(m->component),
        .gone = gone,
        .since = m->since,
        .remind_at = m->remind_at,
        .remind_mono = m->remind_mono,
        .actor = g_strdup(m->actor),
        .reason = g_strdup(m->reason),
    };
    g_strlcpy(r.boot_id, e->set.boot_id, sizeof(r.boot_id));
    g_array_append_val(e->changes.maintenance, r);
    e->version++;
}

void
maintenance_end(struct evaluator *e, guint index, const struct cause *cause)
{
    struct maintenance m = g_array_index(e->maintenance, struct maintenance, index);
    struct maintenance *slot = &g_array_index(e->maintenance, struct maintenance, index);
    memset(slot, 0, sizeof(*slot)); /* m owns it now */
    g_array_remove_index(e->maintenance, index);
    maintenance_record(e, &m, true);
    for_covered(e, &m, put_back, cause);
    maintenance_clear(&m);
}

mono_us
reminder_next(const struct evaluator *e)
{
    mono_us next = INT64_MAX;
    for (guint i = 0; i < e->maintenance->len; i++) {
        next = MIN(next, g_array_index(e->maintenance, struct maintenance, i).remind_mono);
    }
    return next;
}

void
reminder_due(struct evaluator *e, struct now now)
{
    for (guint i = 0; i < e->maintenance->len; i++) {
        struct maintenance *m = &g_array_index(e->maintenance, struct maintenance, i);
        if (m->remind_mono > now.mono) {
            continue;
        }
        char *text = g_strdup_printf("out of service for %d h by %s: %s",
                                     (int)((now.wall - m->since) / (3600 * US_PER_S)), m->actor,
                                     m->reason);
        struct journal_record *line = journal_line(
            e, EVENT_REMINDER,
            &(struct cause){.now = now, .origin = "timer", .detail = text, .value = NAN});
        g_free(text);
        line->station = g_strdup(m->station);
        line->component = g_strdup(m->component);
        m->remind_at = now.wall + e->set.reminder_us;
        m->remind_mono = now.mono + e->set.reminder_us;
        maintenance_record(e, m, false);
    }
}
