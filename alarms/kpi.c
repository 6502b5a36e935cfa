/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alarms/kpi.h"

#include <string.h>

#include "alarms/flood.h"

#define US_PER_HOUR  (3600 * US_PER_S)
#define PER_HOUR_MAX 30
#define PER_SLOT_MAX 10

/* One alarm, since the first line about it. Key: the three names in o, which are its own. */
struct alarm_tally {
    struct kpi_offender o;
    wall_us rose_at;      /* in the period; WALL_NONE: not active, or active from before */
    wall_us active_since; /* WALL_NONE: not active */
    unsigned overlays;
    struct chatter chatter;
};

/* One occurrence that began in the period and is not over. */
struct occurrence {
    struct uuid id; /* the key */
    wall_us told_at;
    bool told, acked, returned;
};

/* Annunciations in one slot after another, aligned to the beginning of the period. */
struct slots {
    int64_t length_us, index;
    uint32_t count, max;
    uint32_t above; /* slots that had more than max */
};

struct kpi {
    struct kpi_settings set;
    struct kpi_result *r;
    wall_us last;       /* of all lines so far */
    struct flood flood; /* its boot clock counts from the beginning of the period */
    struct slots slot, hour;
    GHashTable *alarms;      /* struct alarm_tally, as its own key */
    GHashTable *occurrences; /* struct occurrence, as its own key */
    GArray *ack_us;          /* int64_t */
};

struct kpi_settings
kpi_defaults(void)
{
    return (struct kpi_settings){
        .flood_begin_above = 10,
        .flood_end_below = 5,
        .window_us = 600 * US_PER_S,
        .chatter_count = 3,
        .chatter_us = 60 * US_PER_S,
        .fleeting_us = 10 * US_PER_S,
        .standing_us = 24 * US_PER_HOUR,
    };
}

static unsigned
hash_alarm(const void *key)
{
    const struct kpi_offender *o = key;
    return (g_str_hash(o->station) * 31 + g_str_hash(o->component)) * 31 + g_str_hash(o->rule);
}

static int
compare_alarms(const struct kpi_offender *a, const struct kpi_offender *b)
{
    int order = strcmp(a->station, b->station);
    if (order == 0) {
        order = strcmp(a->component, b->component);
    }
    return order == 0 ? strcmp(a->rule, b->rule) : order;
}

static int
same_alarm(const void *a, const void *b)
{
    return compare_alarms(a, b) == 0;
}

static void
free_names(struct kpi_offender *o)
{
    g_free(o->station);
    g_free(o->component);
    g_free(o->rule);
}

static void
free_alarm(void *alarm)
{
    free_names(&((struct alarm_tally *)alarm)->o);
    g_free(alarm);
}

struct kpi *
kpi_new(const struct kpi_settings *set, wall_us from, wall_us to)
{
    struct kpi *k = g_new0(struct kpi, 1);
    k->set = *set;
    k->r = g_new0(struct kpi_result, 1);
    k->r->from = from;
    k->r->to = MAX(from, to);
    k->last = from;
    flood_init(&k->flood, (struct flood_settings){.begin_above = set->flood_begin_above,
                                                  .end_below = set->flood_end_below,
                                                  .window_us = set->window_us});
    k->slot = (struct slots){.length_us = set->window_us, .max = PER_SLOT_MAX};
    k->hour = (struct slots){.length_us = US_PER_HOUR, .max = PER_HOUR_MAX};
    k->alarms = g_hash_table_new_full(hash_alarm, same_alarm, NULL, free_alarm);
    k->occurrences = g_hash_table_new_full(uuid_hash, uuid_same, NULL, g_free);
    k->ack_us = g_array_new(FALSE, FALSE, sizeof(int64_t));
    return k;
}

/* ---- load ---- */

static void
close_slot(struct slots *s, int64_t next)
{
    s->above += s->count > s->max;
    s->count = 0;
    s->index = next;
}

static void
count_slot(struct slots *s, int64_t since_from)
{
    int64_t index = since_from / s->length_us;
    if (index != s->index) {
        close_slot(s, index);
    }
    s->count++;
}

static void
end_flood(struct kpi *k, wall_us at)
{
    int64_t length = at - k->flood.since;
    k->r->floods++;
    k->r->flood_us += length;
    k->r->longest_flood_us = MAX(k->r->longest_flood_us, length);
    k->r->flood_peak = MAX(k->r->flood_peak, k->flood.peak);
    k->r->flood_total += k->flood.total;
}

/* A flood ends at the moment it was due, not with the next line. */
static void
pass_time(struct kpi *k, wall_us at)
{
    mono_us due = flood_next(&k->flood);
    if (due <= at - k->r->from) {
        struct now then = {.wall = k->r->from + due, .mono = due};
        (void)flood_advance(&k->flood, then);
        end_flood(k, then.wall);
    }
    k->last = MAX(k->last, at);
}

static void
count_annunciation(struct kpi *k, struct alarm_tally *alarm)
{
    k->r->annunciated++;
    k->r->by_priority[alarm->o.priority]++;
    alarm->o.annunciated++;
    struct now now = {.wall = k->last, .mono = k->last - k->r->from};
    count_slot(&k->slot, now.mono);
    count_slot(&k->hour, now.mono);
    (void)flood_add(&k->flood, now);
    if (k->flood.used > k->r->worst_10min) {
        k->r->worst_10min = k->flood.used;
        k->r->worst_at = k->r->from + k->flood.times[k->flood.first];
    }
}

/* ---- alarms and occurrences ---- */

static struct alarm_tally *
find_alarm(struct kpi *k, const struct journal_record *r)
{
    char none[] = "";
    struct kpi_offender key = {.station = r->station == NULL ? none : r->station,
                               .component = r->component == NULL ? none : r->component,
                               .rule = r->rule};
    struct alarm_tally *alarm = g_hash_table_lookup(k->alarms, &key);
    if (alarm == NULL) {
        alarm = g_new0(struct alarm_tally, 1);
        alarm->o = (struct kpi_offender){.station = g_strdup(key.station),
                                         .component = g_strdup(key.component),
                                         .rule = g_strdup(key.rule)};
        alarm->rose_at = WALL_NONE;
        alarm->active_since = WALL_NONE;
        g_hash_table_insert(k->alarms, &alarm->o, alarm);
    }
    alarm->o.priority = r->priority;
    alarm->overlays = r->overlays;
    return alarm;
}

static void
raise_alarm(struct kpi *k, struct alarm_tally *alarm, const struct journal_record *r)
{
    if (alarm->active_since == WALL_NONE) {
        alarm->active_since = r->at;
    }
    if (r->at < k->r->from) {
        return;
    }
    alarm->rose_at = r->at;
    mono_us at = k->last - k->r->from;
    (void)chatter_advance(&alarm->chatter, at, k->set.chatter_us);
    if (chatter_rise(&alarm->chatter, at, k->set.chatter_count, k->set.chatter_us)) {
        k->r->chattering += alarm->o.chattering == 0;
        alarm->o.chattering++;
    }
}

static void
return_alarm(struct kpi *k, struct alarm_tally *alarm, wall_us at)
{
    if (alarm->rose_at != WALL_NONE && at - alarm->rose_at <= k->set.fleeting_us) {
        alarm->o.fleeting++;
        k->r->fleeting++;
    }
    alarm->rose_at = WALL_NONE;
    alarm->active_since = WALL_NONE;
}

static void
open_occurrence(struct kpi *k, const struct journal_record *r)
{
    struct occurrence *o = g_hash_table_lookup(k->occurrences, &r->occurrence);
    if (o == NULL) {
        o = g_new0(struct occurrence, 1);
        o->id = r->occurrence;
        g_hash_table_insert(k->occurrences, &o->id, o);
    }
    if (r->annunciated && !o->told) {
        o->told = true;
        o->told_at = r->at;
    }
}

static void
reenter_occurrence(struct kpi *k, const struct journal_record *r)
{
    struct occurrence *o = g_hash_table_lookup(k->occurrences, &r->occurrence);
    if (o != NULL) {
        o->told = true;
        o->told_at = r->at;
    }
}

static void
ack_occurrence(struct kpi *k, const struct journal_record *r)
{
    struct occurrence *o = g_hash_table_lookup(k->occurrences, &r->occurrence);
    if (o == NULL || o->acked) {
        return;
    }
    o->acked = true;
    if (o->told) {
        int64_t took = MAX(r->at - o->told_at, 0);
        g_array_append_val(k->ack_us, took);
    }
    if (o->returned) {
        g_hash_table_remove(k->occurrences, &r->occurrence);
    }
}

static void
return_occurrence(struct kpi *k, const struct journal_record *r)
{
    struct occurrence *o = g_hash_table_lookup(k->occurrences, &r->occurrence);
    if (o == NULL) {
        return;
    }
    k->r->unacked_returned += o->told && !o->acked && !o->returned;
    o->returned = true;
    if (o->acked || r->to == ALARM_NORMAL) {
        g_hash_table_remove(k->occurrences, &r->occurrence);
    }
}

/* What the line means for its alarm, also before the period. */
static void
follow_alarm(struct kpi *k, struct alarm_tally *alarm, const struct journal_record *r)
{
    if (r->event == EVENT_RAISED) {
        raise_alarm(k, alarm, r);
    } else if (r->event == EVENT_RETURNED) {
        return_alarm(k, alarm, r->at);
    } else if (r->event == EVENT_RULE_GONE) {
        alarm->rose_at = WALL_NONE;
        alarm->active_since = WALL_NONE;
    } else if (alarm->active_since == WALL_NONE && alarm_state_active(r->to) &&
               (r->event == EVENT_ACKED || r->event == EVENT_SEVERITY ||
                r->event == EVENT_REALARM || r->event == EVENT_REENTERED)) {
        alarm->active_since = r->at; /* its rise is older than the journal */
    }
}

static void
follow_occurrence(struct kpi *k, const struct journal_record *r)
{
    if (r->event == EVENT_RAISED) {
        open_occurrence(k, r);
    } else if (r->event == EVENT_REENTERED) {
        reenter_occurrence(k, r);
    } else if (r->event == EVENT_ACKED) {
        ack_occurrence(k, r);
    } else if (r->event == EVENT_RETURNED) {
        return_occurrence(k, r);
    }
}

void
kpi_add(struct kpi *k, const struct journal_record *r)
{
    bool inside = r->at >= k->r->from;
    if (r->at >= k->r->to || r->rule == NULL) {
        return;
    }
    if (r->test) {
        k->r->tests += inside && r->annunciated;
        return;
    }
    if (inside) {
        pass_time(k, r->at);
    }
    struct alarm_tally *alarm = find_alarm(k, r);
    follow_alarm(k, alarm, r);
    if (inside) {
        follow_occurrence(k, r);
    }
    if (inside && r->annunciated) {
        count_annunciation(k, alarm);
    }
}

/* ---- the result ---- */

static bool
is_worse(const struct kpi_offender *a, const struct kpi_offender *b)
{
    return a->annunciated != b->annunciated ? a->annunciated > b->annunciated
                                            : compare_alarms(a, b) < 0;
}

/* Among the worst ten so far, which stand in order; the eleventh goes. Names are borrowed. */
static void
rank(struct kpi_result *r, const struct kpi_offender *o)
{
    uint32_t at = r->n_worst;
    while (at > 0 && is_worse(o, &r->worst[at - 1])) {
        at--;
    }
    if (at == KPI_WORST || o->annunciated == 0) {
        return;
    }
    r->n_worst = MIN(r->n_worst + 1, KPI_WORST);
    memmove(&r->worst[at + 1], &r->worst[at], (r->n_worst - at - 1) * sizeof(r->worst[0]));
    r->worst[at] = *o;
}

static void
finish_alarms(struct kpi *k)
{
    struct kpi_result *r = k->r;
    GHashTableIter iter;
    void *value;
    g_hash_table_iter_init(&iter, k->alarms);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct alarm_tally *alarm = value;
        r->standing += alarm->active_since != WALL_NONE && alarm->overlays == 0 &&
                       r->to - alarm->active_since > k->set.standing_us;
        rank(r, &alarm->o);
    }
    for (uint32_t i = 0; i < r->n_worst; i++) {
        struct kpi_offender *o = &r->worst[i];
        o->station = g_strdup(o->station);
        o->component = g_strdup(o->component);
        o->rule = g_strdup(o->rule);
        o->share = (double)o->annunciated / r->annunciated;
        r->worst_share += o->share;
    }
}

static int
compare_us(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int64_t
median(GArray *values)
{
    if (values->len == 0) {
        return -1;
    }
    g_array_sort(values, compare_us);
    int64_t low = g_array_index(values, int64_t, (values->len - 1) / 2);
    int64_t high = g_array_index(values, int64_t, values->len / 2);
    return low + (high - low) / 2;
}

static void
finish_load(struct kpi *k)
{
    struct kpi_result *r = k->r;
    int64_t length = r->to - r->from;
    pass_time(k, r->to);
    if (k->flood.on) {
        end_flood(k, r->to);
    }
    close_slot(&k->slot, 0);
    close_slot(&k->hour, 0);
    r->slots_above_10 = k->slot.above;
    r->hours_above_30 = k->hour.above;
    r->slots = (uint32_t)((length + k->slot.length_us - 1) / k->slot.length_us);
    r->hours = (uint32_t)((length + US_PER_HOUR - 1) / US_PER_HOUR);
    if (length > 0) {
        r->per_hour = r->annunciated * (double)US_PER_HOUR / (double)length;
        r->per_day = r->per_hour * 24;
        r->per_10min = r->per_hour / 6;
        r->flood_share = (double)r->flood_us / (double)length;
    }
}

struct kpi_result *
kpi_finish(struct kpi *k)
{
    finish_load(k);
    finish_alarms(k);
    k->r->median_ack_us = median(k->ack_us);
    struct kpi_result *r = k->r;
    flood_fini(&k->flood);
    g_hash_table_unref(k->alarms);
    g_hash_table_unref(k->occurrences);
    g_array_unref(k->ack_us);
    g_free(k);
    return r;
}

void
kpi_result_free(struct kpi_result *r)
{
    if (r == NULL) {
        return;
    }
    for (uint32_t i = 0; i < r->n_worst; i++) {
        free_names(&r->worst[i]);
    }
    g_free(r);
}
