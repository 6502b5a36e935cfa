/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/kept_private.h"

#include <string.h>

char *
kept_key(const char *station, const char *component, const char *rule)
{
    return g_strconcat(station == NULL ? "" : station, "\037",
                       component == NULL ? "" : component, "\037", rule == NULL ? "" : rule,
                       NULL);
}

const struct alarm_record *
kept_alarm(const struct kept *k, const char *station, const char *component, const char *rule)
{
    char *key = kept_key(station, component, rule);
    const struct alarm_record *r = g_hash_table_lookup(k->alarms, key);
    g_free(key);
    return r;
}

/* ---- begin, end ---- */

static void
free_alarm(void *alarm)
{
    alarm_record_clear(alarm);
    g_free(alarm);
}

static void
free_occurrence(void *occurrence)
{
    occurrence_record_clear(&((struct kept_occurrence *)occurrence)->r);
    g_free(occurrence);
}

static void
free_parked(void *parked)
{
    parked_record_clear(parked);
    g_free(parked);
}

struct kept *
kept_new(void)
{
    struct kept *k = g_new0(struct kept, 1);
    k->alarms = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_alarm);
    k->occurrences = g_hash_table_new_full(uuid_hash, uuid_same, NULL, free_occurrence);
    k->open = g_hash_table_new(NULL, NULL);
    g_queue_init(&k->closed);
    k->maintenance = g_array_new(FALSE, TRUE, sizeof(struct maintenance_record));
    g_array_set_clear_func(k->maintenance, maintenance_record_clear);
    k->parked = g_hash_table_new_full(uuid_hash, uuid_same, NULL, free_parked);
    k->version = 1;
    k->flooded_since = WALL_NONE;
    kept_set_flood(k, (struct flood_settings){.begin_above = UINT32_MAX, .end_below = 1});
    return k;
}

void
kept_free(struct kept *k)
{
    if (k == NULL) {
        return;
    }
    g_hash_table_unref(k->alarms);
    g_hash_table_unref(k->open);
    g_hash_table_unref(k->occurrences);
    g_queue_clear(&k->closed);
    g_array_unref(k->maintenance);
    g_hash_table_unref(k->parked);
    flood_fini(&k->flood);
    g_free(k);
}

void
kept_set_flood(struct kept *k, struct flood_settings set)
{
    flood_fini(&k->flood);
    flood_init(&k->flood, set);
}

/* ---- rows ---- */

/* Whether it is the newest of an alarm that is kept. */
static bool
is_current(const struct kept *k, const struct kept_occurrence *o)
{
    const struct alarm_record *a = kept_alarm(k, o->r.station, o->r.component, o->r.rule);
    return a != NULL && uuid_equal(&a->occurrence, &o->r.occurrence);
}

static void
forget_oldest(struct kept *k)
{
    for (guint i = k->closed.length; i > EVALUATOR_CLOSED; i--) {
        struct kept_occurrence *o = g_queue_pop_head(&k->closed);
        if (is_current(k, o)) {
            g_queue_push_tail(&k->closed, o);
            o->closed = k->closed.tail;
        } else {
            g_hash_table_remove(k->occurrences, &o->r.occurrence);
        }
    }
}

static void
file_occurrence(struct kept *k, struct kept_occurrence *o)
{
    bool over = o->r.state == ALARM_NORMAL;
    if (over && o->closed == NULL) {
        g_hash_table_remove(k->open, o);
        g_queue_push_tail(&k->closed, o);
        o->closed = k->closed.tail;
        forget_oldest(k);
    } else if (!over) {
        if (o->closed != NULL) {
            g_queue_delete_link(&k->closed, o->closed);
            o->closed = NULL;
        }
        g_hash_table_add(k->open, o);
    }
}

static void
set_occurrence(struct kept *k, const struct occurrence_record *r)
{
    struct kept_occurrence *o = g_hash_table_lookup(k->occurrences, &r->occurrence);
    if (o == NULL) {
        o = g_new0(struct kept_occurrence, 1);
        o->released_at = WALL_NONE;
        o->r = occurrence_record_copy(r);
        g_hash_table_replace(k->occurrences, &o->r.occurrence, o);
    } else { /* the key is inside, and stays the same */
        struct occurrence_record copy = occurrence_record_copy(r);
        occurrence_record_clear(&o->r);
        o->r = copy;
    }
    if (r->current) {
        o->superseded = 0;
    } else if (o->superseded == 0) {
        o->superseded = ++k->superseded;
    }
    file_occurrence(k, o);
}

static void
set_alarm(struct kept *k, const struct alarm_record *r)
{
    char *key = kept_key(r->station, r->component, r->rule);
    if (r->gone) {
        g_hash_table_remove(k->alarms, key);
        g_free(key);
        return;
    }
    struct alarm_record *copy = g_new(struct alarm_record, 1);
    *copy = alarm_record_copy(r);
    g_hash_table_replace(k->alarms, key, copy);
}

static void
set_maintenance(struct kept *k, const struct maintenance_record *r)
{
    guint i = 0;
    for (; i < k->maintenance->len; i++) {
        const struct maintenance_record *m =
            &g_array_index(k->maintenance, struct maintenance_record, i);
        if (g_strcmp0(m->station, r->station) == 0 &&
            g_strcmp0(m->component, r->component) == 0) {
            break;
        }
    }
    struct maintenance_record copy = maintenance_record_copy(r);
    if (i < k->maintenance->len && !r->gone) {
        maintenance_record_clear(&g_array_index(k->maintenance, struct maintenance_record, i));
        g_array_index(k->maintenance, struct maintenance_record, i) = copy;
    } else if (!r->gone) {
        g_array_append_val(k->maintenance, copy);
    } else {
        maintenance_record_clear(&copy);
        if (i < k->maintenance->len) {
            g_array_remove_index(k->maintenance, i);
        }
    }
}

static void
set_parked(struct kept *k, const struct parked_record *r)
{
    if (r->gone) {
        g_hash_table_remove(k->parked, &r->occurrence);
        return;
    }
    struct parked_record *copy = g_new(struct parked_record, 1);
    *copy = parked_record_copy(r);
    g_hash_table_replace(k->parked, &copy->occurrence, copy);
}

/* ---- the journal ---- */

static void
take_line(struct kept *k, const struct journal_record *line)
{
    struct now at = {.wall = line->at, .mono = line->at};
    if (line->event == EVENT_REENTERED) {
        struct kept_occurrence *o = g_hash_table_lookup(k->occurrences, &line->occurrence);
        if (o != NULL) {
            o->released_at = line->at;
        }
    }
    if (line->event == EVENT_FLOOD_BEGIN || line->event == EVENT_FLOOD_END) {
        k->flooded = line->event == EVENT_FLOOD_BEGIN;
        k->flooded_since = line->at;
    }
    if (line->annunciated) {
        k->annunciated[line->priority]++;
        if (!line->test) {
            (void)flood_add(&k->flood, at);
        }
    }
}

/* ---- all of it ---- */

static void
apply_rows(struct kept *k, const struct alarm_changes *c)
{
    for (guint i = 0; i < c->occurrences->len; i++) {
        set_occurrence(k, &g_array_index(c->occurrences, struct occurrence_record, i));
    }
    for (guint i = 0; i < c->alarms->len; i++) {
        set_alarm(k, &g_array_index(c->alarms, struct alarm_record, i));
    }
    for (guint i = 0; i < c->maintenance->len; i++) {
        set_maintenance(k, &g_array_index(c->maintenance, struct maintenance_record, i));
    }
    for (guint i = 0; i < c->parked->len; i++) {
        set_parked(k, &g_array_index(c->parked, struct parked_record, i));
    }
}

void
kept_apply(struct kept *k, const struct alarm_changes *c)
{
    if (alarm_changes_empty(c)) {
        return;
    }
    apply_rows(k, c);
    for (guint i = 0; i < c->journal->len; i++) {
        take_line(k, &g_array_index(c->journal, struct journal_record, i));
    }
    k->version++;
}

static void
copy_rows(struct alarm_changes *to, const struct alarm_changes *from)
{
    for (guint i = 0; i < from->occurrences->len; i++) {
        struct occurrence_record r = occurrence_record_copy(
            &g_array_index(from->occurrences, struct occurrence_record, i));
        g_array_append_val(to->occurrences, r);
    }
    for (guint i = 0; i < from->alarms->len; i++) {
        struct alarm_record r =
            alarm_record_copy(&g_array_index(from->alarms, struct alarm_record, i));
        g_array_append_val(to->alarms, r);
    }
    for (guint i = 0; i < from->maintenance->len; i++) {
        struct maintenance_record r = maintenance_record_copy(
            &g_array_index(from->maintenance, struct maintenance_record, i));
        g_array_append_val(to->maintenance, r);
    }
    for (guint i = 0; i < from->parked->len; i++) {
        struct parked_record r =
            parked_record_copy(&g_array_index(from->parked, struct parked_record, i));
        g_array_append_val(to->parked, r);
    }
}

/* An end for every row there is. */
static void
end_rows(const struct kept *k, struct alarm_changes *out)
{
    kept_dump_some(k, 0, out);
    for (guint i = 0; i < out->occurrences->len; i++) {
        struct occurrence_record *o =
            &g_array_index(out->occurrences, struct occurrence_record, i);
        o->state = ALARM_NORMAL;
        o->current = false;
    }
    for (guint i = 0; i < out->alarms->len; i++) {
        g_array_index(out->alarms, struct alarm_record, i).gone = true;
    }
    for (guint i = 0; i < out->maintenance->len; i++) {
        g_array_index(out->maintenance, struct maintenance_record, i).gone = true;
    }
    for (guint i = 0; i < out->parked->len; i++) {
        g_array_index(out->parked, struct parked_record, i).gone = true;
    }
}

void
kept_replace(struct kept *k, const struct alarm_changes *state, struct alarm_changes *diff)
{
    struct alarm_changes ends;
    alarm_changes_init(&ends);
    end_rows(k, &ends);
    apply_rows(k, &ends);
    alarm_changes_move(diff, &ends);
    alarm_changes_fini(&ends);
    apply_rows(k, state);
    copy_rows(diff, state);
    k->version++;
}

static int
by_name(const void *a, const void *b)
{
    const struct alarm_record *x = a, *y = b;
    int order = strcmp(x->station, y->station);
    order = order != 0 ? order : strcmp(x->component, y->component);
    return order != 0 ? order : strcmp(x->rule, y->rule);
}

static int
by_age(const void *a, const void *b)
{
    const struct kept_occurrence *x = *(struct kept_occurrence *const *)a;
    const struct kept_occurrence *y = *(struct kept_occurrence *const *)b;
    if (x->superseded != y->superseded) {
        return x->superseded < y->superseded ? -1 : 1;
    }
    return memcmp(&x->r.occurrence, &y->r.occurrence, sizeof(x->r.occurrence));
}

static int
by_id(const void *a, const void *b)
{
    const struct parked_record *x = a, *y = b;
    return memcmp(&x->occurrence, &y->occurrence, sizeof(x->occurrence));
}

static void
dump_occurrences(const struct kept *k, guint closed, GArray *out)
{
    guint skip = k->closed.length > closed ? k->closed.length - closed : 0;
    for (const GList *l = k->closed.head; l != NULL; l = l->next) {
        const struct kept_occurrence *o = l->data;
        if (skip > 0) {
            skip--;
            if (!is_current(k, o)) {
                continue;
            }
        }
        struct occurrence_record r = occurrence_record_copy(&o->r);
        g_array_append_val(out, r);
    }
    guint n;
    void **open = g_hash_table_get_keys_as_array(k->open, &n);
    qsort(open, n, sizeof(*open), by_age);
    for (guint i = 0; i < n; i++) {
        struct occurrence_record r =
            occurrence_record_copy(&((const struct kept_occurrence *)open[i])->r);
        g_array_append_val(out, r);
    }
    g_free(open);
}

void
kept_dump_some(const struct kept *k, guint closed, struct alarm_changes *out)
{
    GHashTableIter all;
    void *row;
    dump_occurrences(k, closed, out->occurrences);
    g_hash_table_iter_init(&all, k->alarms);
    while (g_hash_table_iter_next(&all, NULL, &row)) {
        struct alarm_record r = alarm_record_copy(row);
        g_array_append_val(out->alarms, r);
    }
    g_array_sort(out->alarms, by_name);
    for (guint i = 0; i < k->maintenance->len; i++) {
        struct maintenance_record r = maintenance_record_copy(
            &g_array_index(k->maintenance, struct maintenance_record, i));
        g_array_append_val(out->maintenance, r);
    }
    g_hash_table_iter_init(&all, k->parked);
    while (g_hash_table_iter_next(&all, NULL, &row)) {
        struct parked_record r = parked_record_copy(row);
        g_array_append_val(out->parked, r);
    }
    g_array_sort(out->parked, by_id);
}

void
kept_dump(const struct kept *k, struct alarm_changes *out)
{
    kept_dump_some(k, EVALUATOR_CLOSED, out);
}

uint64_t
kept_version(const struct kept *k)
{
    return k->version;
}

uint64_t
kept_annunciated(const struct kept *k, enum alarm_priority priority)
{
    return k->annunciated[priority];
}
