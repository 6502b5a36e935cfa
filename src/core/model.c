/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/core/model_private.h"

/* decode refuses source times later than this after receipt. */
#define FUTURE_US (300 * US_PER_S)

static void
state_clear(struct component_state *c)
{
    g_clear_pointer(&c->text, g_ref_string_release);
}

static void
free_contents(struct model *m)
{
    for (uint32_t i = 0; i < m->plant->n_components; i++) {
        state_clear(&m->components[i]);
    }
    for (uint32_t i = 0; i < m->n_derived; i++) {
        derived_fini(&m->derived[i]);
    }
    g_free(m->components);
    g_free(m->stations);
    g_free(m->alive);
    g_free(m->first_derived);
    g_free(m->derived);
    g_free(m->derived_numbers);
    g_hash_table_unref(m->by_series);
    plant_unref(m->plant);
}

static void
link_derived(struct model *m)
{
    const struct plant *plant = m->plant;
    m->derived = g_new(struct derived, plant->n_components);
    for (uint32_t i = 0; i < plant->n_components; i++) {
        m->first_derived[i] = m->derived_numbers[i] = COMPONENT_NONE;
    }
    for (uint32_t i = 0; i < plant->n_components; i++) {
        const struct component *c = &plant->components[i];
        if (c->derive == DERIVE_NONE) {
            continue;
        }
        struct derived *d = &m->derived[m->n_derived];
        derived_init(d, i, plant);
        d->next = m->first_derived[c->source];
        m->first_derived[c->source] = m->derived_numbers[i] = m->n_derived++;
        m->longest_window_s = MAX(m->longest_window_s, c->derive_window_s);
    }
    m->derived = g_renew(struct derived, m->derived, m->n_derived);
}

/* Everything for this plant, nothing known yet. */
static void
make_contents(struct model *m, struct plant *plant, struct now now)
{
    m->plant = plant_ref(plant);
    m->n_derived = 0;
    m->longest_window_s = 0;
    m->components = g_new0(struct component_state, plant->n_components);
    m->stations = g_new0(struct station_state, plant->n_stations);
    m->alive = g_new(mono_us, plant->n_stations);
    m->first_derived = g_new(uint32_t, plant->n_components);
    m->derived_numbers = g_new(uint32_t, plant->n_components);
    m->by_series = g_hash_table_new(NULL, NULL);
    for (uint32_t i = 0; i < plant->n_components; i++) {
        m->components[i].ts = m->components[i].received = WALL_NONE;
        if (plant->components[i].series != 0) {
            g_hash_table_insert(m->by_series, GUINT_TO_POINTER(plant->components[i].series),
                                GUINT_TO_POINTER(i + 1));
        }
    }
    for (uint32_t i = 0; i < plant->n_stations; i++) {
        m->stations[i].received = WALL_NONE;
        m->alive[i] = now.mono;
    }
    link_derived(m);
}

struct model *
model_new(struct plant *plant, struct now now)
{
    struct model *m = g_new0(struct model, 1);
    m->started = now;
    m->version = 1;
    make_contents(m, plant, now);
    return m;
}

void
model_free(struct model *m)
{
    if (m != NULL) {
        free_contents(m);
        g_free(m);
    }
}

static bool
is_fault(const struct component *c, const struct component_state *s)
{
    return c->kind == KIND_FAULT && s->ts != WALL_NONE && s->text == NULL &&
           (s->num < 0 || s->num > 0) && (s->quality & QUALITY_INVALID) == 0;
}

/* Between these two the state of a component may change. */
static void
count_fault(struct model *m, uint32_t component, int by)
{
    const struct component *c = &m->plant->components[component];
    if (is_fault(c, &m->components[component])) {
        m->stations[c->station].faults += (uint32_t)by;
    }
}

/* The same component in both plants computes the same, so its insides move over. */
static void
move_derived(struct model *m, uint32_t to, struct model *old, uint32_t from)
{
    struct derived *d = &m->derived[m->derived_numbers[to]];
    struct derived *o = &old->derived[old->derived_numbers[from]];
    struct derived made = *d;
    *d = *o;
    d->component = made.component;
    d->source = made.source;
    d->next = made.next;
    d->range = made.range;
    d->window_us = made.window_us;
    o->window = (struct window){0};
}

static void
move_component(struct model *m, uint32_t to, struct model *old, uint32_t from)
{
    const struct component *a = &old->plant->components[from], *b = &m->plant->components[to];
    if (a->derive != b->derive ||
        (a->derive != DERIVE_NONE && strcmp(a->source_id, b->source_id) != 0)) {
        return;
    }
    m->components[to] = old->components[from];
    old->components[from].text = NULL;
    count_fault(m, to, 1);
    if (a->derive != DERIVE_NONE) {
        move_derived(m, to, old, from);
    }
}

void
model_set_plant(struct model *m, struct plant *plant, struct now now)
{
    struct model old = *m;
    make_contents(m, plant, now);
    for (uint32_t i = 0; i < plant->n_stations; i++) {
        uint32_t k = plant_find_station(old.plant, plant->stations[i].uid);
        if (k != STATION_NONE) {
            m->stations[i] = old.stations[k];
            m->stations[i].faults = 0;
            m->alive[i] = old.alive[k];
        }
    }
    for (uint32_t i = 0; i < plant->n_components; i++) {
        const char *uid = plant->stations[plant->components[i].station].uid;
        uint32_t k = plant_find_component(old.plant, uid, plant->components[i].id);
        if (k != COMPONENT_NONE) {
            move_component(m, i, &old, k);
        }
    }
    free_contents(&old);
    m->version++;
}

struct plant *
model_plant(const struct model *m)
{
    return m->plant;
}

uint32_t
model_component(const struct model *m, uint32_t series)
{
    void *found = g_hash_table_lookup(m->by_series, GUINT_TO_POINTER(series));
    return GPOINTER_TO_UINT(found) - 1; /* 0, not there, becomes COMPONENT_NONE */
}

void
model_restore(struct model *m, const struct record *r)
{
    uint32_t i = model_component(m, r->series);
    if (i == COMPONENT_NONE) {
        return;
    }
    const struct component *c = &m->plant->components[i];
    struct component_state *s = &m->components[i];
    count_fault(m, i, -1);
    state_clear(s);
    *s = (struct component_state){.num = r->num,
                                  .text = r->text,
                                  .ts = r->ts,
                                  .received = r->received,
                                  .quality = (uint8_t)r->quality,
                                  .source = (uint8_t)r->source};
    if (s->text != NULL) {
        g_ref_string_acquire(s->text);
    }
    count_fault(m, i, 1);
    if (m->derived_numbers[i] != COMPONENT_NONE) {
        derived_restore(&m->derived[m->derived_numbers[i]], r->num);
    } else if (m->stations[c->station].received < r->received) {
        m->stations[c->station].received = r->received;
    }
    m->version++;
}

int
model_longest_window_s(const struct model *m)
{
    return m->longest_window_s;
}

void
model_restore_window(struct model *m, const struct record *r)
{
    uint32_t i = model_component(m, r->series);
    if (i == COMPONENT_NONE || r->text != NULL ||
        (r->quality & (QUALITY_INVALID | QUALITY_NOT_TOPICAL)) != 0) {
        return;
    }
    mono_us at = m->started.mono - MAX(m->started.wall - MIN(r->ts, r->received), 0);
    for (uint32_t k = m->first_derived[i]; k != COMPONENT_NONE; k = m->derived[k].next) {
        struct derived *d = &m->derived[k];
        if (d->window_us > 0 &&
            window_add(&d->window, at, r->num, d->window_us, m->started.mono)) {
            d->valued = d->stale = true;
        }
    }
}

/* Show the present value of a derived component, and store it if that is due. */
static void
publish_derived(struct model *m, const struct derived *d, enum derived_news news,
                struct now now, GArray *out)
{
    if (news == DERIVED_NOTHING) {
        return;
    }
    unsigned quality;
    struct component_state *s = &m->components[d->component];
    count_fault(m, d->component, -1);
    state_clear(s);
    *s = (struct component_state){.num = derived_value(d, now.mono, &quality),
                                  .ts = now.wall,
                                  .received = now.wall,
                                  .heard = now.mono,
                                  .quality = (uint8_t)quality,
                                  .source = TS_RECEIPT,
                                  .live = true};
    count_fault(m, d->component, 1);
    m->version++;
    if (news == DERIVED_STORE) {
        struct record record = {.series = m->plant->components[d->component].series,
                                .quality = (uint16_t)quality,
                                .source = TS_RECEIPT,
                                .ts = now.wall,
                                .received = now.wall,
                                .num = s->num};
        g_array_append_val(out, record);
    }
}

/*
 * The source's value of the last run, if there is one: the interval up to the first reading of
 * this run counts like any other. before is the source's state before that reading.
 */
static void
resume(struct derived *d, const struct component_state *before, const struct reading *r,
       struct now now)
{
    bool usable = before->ts != WALL_NONE && before->heard == 0 && before->text == NULL &&
                  (before->quality & (QUALITY_INVALID | QUALITY_NOT_TOPICAL)) == 0 &&
                  before->received <= r->received;
    if (!d->known && usable) {
        derived_resume(d, before->num, now.mono - (r->received - before->received));
    }
}

static void
feed_derived(struct model *m, const struct reading *r, const struct component_state *before,
             bool newest, struct now now, GArray *out)
{
    bool usable = r->text == NULL && !r->retained && (r->quality & QUALITY_INVALID) == 0;
    wall_us at = r->event_time ? r->ts : r->received;
    for (uint32_t k = m->first_derived[r->component]; k != COMPONENT_NONE;
         k = m->derived[k].next) {
        struct derived *d = &m->derived[k];
        resume(d, before, r, now);
        if (usable) {
            mono_us measured = now.mono - (now.wall - at);
            publish_derived(m, d, derived_feed(d, r->num, measured, newest, now.mono), now,
                            out);
        }
    }
}

static bool
same_value(const struct component_state *s, const struct reading *r)
{
    if (s->text == NULL || r->text == NULL) {
        return s->text == NULL && r->text == NULL && s->num >= r->num && s->num <= r->num;
    }
    return strcmp(s->text, r->text) == 0;
}

/* A reference of the reading's text for somebody to own; shared with s when it is the same. */
static GRefString *
share_text(const struct component_state *s, const char *text)
{
    if (text == NULL) {
        return NULL;
    }
    if (s->text != NULL && strcmp(s->text, text) == 0) {
        return g_ref_string_acquire(s->text);
    }
    return g_ref_string_new(text);
}

/* record.text is the reading's text. */
static void
show(struct model *m, const struct reading *r, const struct record *record, struct now now)
{
    struct component_state *s = &m->components[r->component];
    bool fault = m->plant->components[r->component].kind == KIND_FAULT;
    if (fault) {
        count_fault(m, r->component, -1);
    }
    GRefString *before = s->text;
    *s = (struct component_state){.num = record->num,
                                  .text = record->text,
                                  .ts = record->ts,
                                  .received = record->received,
                                  .heard = now.mono,
                                  .quality = (uint8_t)record->quality,
                                  .source = (uint8_t)record->source,
                                  .live = !r->retained};
    if (s->text != NULL) {
        g_ref_string_acquire(s->text);
    }
    if (before != NULL) {
        g_ref_string_release(before);
    }
    if (fault) {
        count_fault(m, r->component, 1);
    }
}

void
model_apply(struct model *m, const struct reading *r, struct now now, GArray *out)
{
    const struct component *c = &m->plant->components[r->component];
    const struct component_state before = m->components[r->component];
    if (c->derive != DERIVE_NONE) {
        return;
    }
    if (r->retained && before.heard != 0 && same_value(&before, r) &&
        (r->source == TS_RECEIPT || before.ts == r->ts)) {
        return;
    }
    struct record record = {
        .series = c->series,
        .quality = (uint16_t)(r->quality | (r->retained ? QUALITY_NOT_TOPICAL : 0)),
        .source = (uint16_t)r->source,
        .ts = r->ts,
        .received = r->received,
        .num = r->text == NULL ? r->num : 0,
        .text = share_text(&before, r->text),
    };
    g_array_append_val(out, record);

    bool newest =
        before.ts == WALL_NONE || r->ts >= before.ts || before.ts > now.wall + FUTURE_US;
    if (newest) {
        show(m, r, &record, now);
    }
    if (!r->retained) {
        model_heard(m, c->station, now);
    }
    m->version++;
    if (m->first_derived[r->component] != COMPONENT_NONE) {
        feed_derived(m, r, &before, newest, now, out);
    }
}

void
model_tick(struct model *m, struct now now, GArray *out)
{
    for (uint32_t i = 0; i < m->plant->n_stations; i++) {
        model_tick_station(m, i, now);
    }
    for (uint32_t i = 0; i < m->n_derived; i++) {
        struct derived *d = &m->derived[i];
        publish_derived(m, d, derived_tick(d, now.mono), now, out);
    }
}

const struct component_state *
model_components(const struct model *m)
{
    return m->components;
}

const struct station_state *
model_stations(const struct model *m)
{
    return m->stations;
}

uint64_t
model_version(const struct model *m)
{
    return m->version;
}
