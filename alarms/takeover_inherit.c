/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is the shadow's, and becomes the heir's: what it has seen of the world. */
#include "alarms/takeover_private.h"

void
inherit_senses(struct succession *s)
{
    struct evaluator *e = s->e, *shadow = s->shadow;
    for (uint32_t i = 0; i < e->n_places; i++) {
        if (shadow->alarms[i].memory != NULL) {
            condition_free(e->alarms[i].memory);
            e->alarms[i].memory = g_steal_pointer(&shadow->alarms[i].memory);
        }
        e->alarms[i].late = shadow->alarms[i].late;
    }
    for (uint32_t i = 0; i < e->rules->plant->n_components; i++) {
        if (shadow->late[i].newest != WALL_NONE) {
            e->late[i] = shadow->late[i];
        }
    }
    e->linked = shadow->linked;
    e->unlinked_since = shadow->unlinked_since;
    e->link_explains_broker = shadow->link_explains_broker;
    e->link_explains_store = shadow->link_explains_store;
    e->succeeds = true;
}

void
inherit_hearing(struct succession *s)
{
    struct evaluator *e = s->e;
    const uint32_t deaf[] = {e->service_base + SERVICE_LINK, e->service_base + SERVICE_BROKER};
    for (size_t i = 0; i < G_N_ELEMENTS(deaf); i++) {
        bool ended = !alarm_state_active((enum alarm_state)e->alarms[deaf[i]].state) &&
                     s->decided[deaf[i]] != WALL_NONE;
        wall_us ago = ended ? s->now.wall - s->decided[deaf[i]] : INT64_MAX;
        if (ended && s->now.mono - ago + HEARING_US >= s->heard) {
            timer_set(e, deaf[i], TIMER_HEARING, s->now.mono - ago + HEARING_US);
        }
    }
}

/* Whether a rise of just then is to happen again; next: the event to go on with. */
static bool
happens_again(const struct succession *s, mono_us at, guint *next)
{
    const GArray *events = s->shadow->events;
    for (; *next < events->len; (*next)++) {
        const struct shadow_event *event = &g_array_index(events, struct shadow_event, *next);
        if (event->at > at) {
            return false;
        }
        if (event->at == at && event->rises && is_news(s, event)) {
            (*next)++;
            return true;
        }
    }
    return false;
}

void
inherit_load(struct succession *s)
{
    struct flood *f = &s->e->flood;
    guint next = 0;
    uint32_t used = 0;
    flood_fini(f);
    *f = s->shadow->flood;
    flood_init(&s->shadow->flood, f->set); /* its ring is ours now */
    f->on = false;
    for (uint32_t i = 0; i < f->used; i++) {
        mono_us at = f->times[(f->first + i) % f->cap];
        if (at < s->heard && !happens_again(s, at, &next)) {
            f->times[(f->first + used++) % f->cap] = at;
        }
    }
    f->used = used;
}

/* The rises of before; whether it chatters is the owner's word. */
static void
inherit_rises(struct succession *s, uint32_t alarm)
{
    const struct more *from = s->shadow->alarms[alarm].more;
    const size_t n = G_N_ELEMENTS(from->chatter.rises);
    struct chatter c = {.on = false};
    for (size_t i = 0; i < n; i++) {
        mono_us at = from->chatter.rises[(from->chatter.at + i) % n];
        if (at != 0 && at < MIN(s->heard, s->again[alarm]) &&
            at >= s->heard - s->e->set.chatter_us) {
            c.rises[c.at] = at;
            c.at = (uint8_t)((c.at + 1u) % n);
        }
    }
    struct alarm *a = &s->e->alarms[alarm];
    bool on = a->more != NULL && a->more->chatter.on;
    if (c.at == 0 && c.rises[0] == 0) {
        return;
    }
    struct more *m = more_of(s->e, alarm);
    c.on = on;
    m->chatter = c;
    if (on) {
        timer_set(s->e, alarm, TIMER_CHATTER, chatter_next(&c, s->e->set.chatter_us));
    }
}

void
inherit_moments(struct succession *s)
{
    for (uint32_t i = 0; i < s->shadow->test_base; i++) {
        const struct more *from = s->shadow->alarms[i].more;
        struct more *m = s->e->alarms[i].more;
        if (from == NULL) {
            continue;
        }
        inherit_rises(s, i);
        if (m != NULL && uuid_equal(&m->occurrence, &from->occurrence)) {
            m->raised_mono = from->raised_mono;
        }
    }
}
