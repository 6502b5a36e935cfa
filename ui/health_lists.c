/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of the view of health that are lists: instances, clocks, unknown ids, refused
 * payloads. */
#include <math.h>

#include "src/core/i18n.h"
#include "ui/health.h"
#include "ui/status.h"

/* ---- instances ---- */

static bool
peer_is_bad(const struct peer_view *p)
{
    return *p->problem != '\0' || (!p->present && p->candidate);
}

unsigned
health_n_bad_peers(const struct screen *s)
{
    unsigned n = 0;
    for (uint32_t i = 0; i < s->snap->n_peers; i++) {
        n += peer_is_bad(&s->snap->peers[i]);
    }
    return n;
}

static void
add_peer(struct screen *s, int width, GArray *rows, const struct peer_view *p)
{
    char since[FORMAT_SIZE] = "–", heard[FORMAT_SIZE];
    if (p->since != WALL_NONE) {
        format_moment(since, sizeof(since), s->zone, p->since, s->now.wall);
    }
    format_ago(heard, sizeof(heard), s->minute.mono - p->heard);
    const char *role = !p->present ? N_("GONE") : p->role;
    health_add(rows, width, peer_is_bad(p), _("%s  %s  %s%s  e%llu.%llu  started %s  %s"),
               p->instance, *role == '\0' ? "" : _(role), p->candidate ? _("candidate  ") : "",
               p->version, (unsigned long long)p->rank.epoch, (unsigned long long)p->rank.term,
               since, heard);
    if (*p->problem != '\0') {
        health_add(rows, width, true, "  %s", p->problem);
    }
}

void
health_instances(struct screen *s, int width, GArray *rows)
{
    const struct health *h = &s->snap->health;
    const struct status_part owner = status_owner(s);
    char since[FORMAT_SIZE] = "–";
    health_add(rows, width, owner.bad, "%s", owner.text);
    if (*h->owner.instance != '\0') {
        if (h->owner.since != WALL_NONE) {
            format_moment(since, sizeof(since), s->zone, h->owner.since, s->now.wall);
        }
        health_add(rows, width, false, _("owner %s since %s, rank e%llu.%llu, decided by %s"),
                   h->owner.instance, since, (unsigned long long)h->owner.rank.epoch,
                   (unsigned long long)h->owner.rank.term, arbiter_name(h->owner.arbiter));
    }
    health_add(rows, width, false, _("%s  %s  (this one)"), h->instance, _(role_name(h->role)));
    for (uint32_t i = 0; i < s->snap->n_peers; i++) {
        add_peer(s, width, rows, &s->snap->peers[i]);
    }
    if (s->snap->n_peers == 0) {
        health_add(rows, width, false, "%s", _("no other instance has told of itself"));
    }
}

/* ---- clocks ---- */

static bool
off(const struct station_state *state)
{
    return state->clock_known && llabs(state->clock_offset_us) > HEALTH_CLOCK_US;
}

unsigned
health_n_clocks(const struct screen *s, double *ret_worst_s)
{
    unsigned n = 0;
    *ret_worst_s = 0;
    for (uint32_t i = 0; i < s->snap->plant->n_stations; i++) {
        const struct station_state *state = &s->snap->stations[i];
        double seconds = (double)state->clock_offset_us / (double)US_PER_S;
        if (off(state)) {
            n++;
            *ret_worst_s = fabs(seconds) > fabs(*ret_worst_s) ? seconds : *ret_worst_s;
        }
    }
    return n;
}

struct clock {
    uint32_t station;
    int64_t offset;
};

static gint
worst_first(gconstpointer a, gconstpointer b)
{
    const struct clock *x = a, *y = b;
    int64_t p = llabs(x->offset), q = llabs(y->offset);
    return p != q ? (p > q ? -1 : 1) : x->station < y->station ? -1 : 1;
}

void
health_clocks(struct screen *s, int width, GArray *rows)
{
    const struct plant *plant = s->snap->plant;
    GArray *clocks = g_array_new(FALSE, FALSE, sizeof(struct clock));
    for (uint32_t i = 0; i < plant->n_stations; i++) {
        const struct station_state *state = &s->snap->stations[i];
        struct clock one = {i, state->clock_offset_us};
        if (off(state) || (s->health->all_clocks && state->clock_known)) {
            g_array_append_val(clocks, one);
        }
    }
    g_array_sort(clocks, worst_first);
    if (clocks->len == 0) {
        health_add(rows, width, false, "%s",
                   s->health->all_clocks ? _("no station has told a time")
                                         : _("no clock is off by more than 2 s"));
    }
    for (guint i = 0; i < clocks->len; i++) {
        const struct clock *one = &g_array_index(clocks, struct clock, i);
        const struct station *st = &plant->stations[one->station];
        char seconds[FORMAT_SIZE];
        format_tenths(seconds, sizeof(seconds), true, (double)one->offset / (double)US_PER_S);
        health_add(rows, width, llabs(one->offset) > HEALTH_CLOCK_US, _("%10s s  %s  %s"),
                   seconds, st->uid, st->name);
    }
    g_array_free(clocks, TRUE);
}

/* ---- what came and is of no use ---- */

void
health_unknown(struct screen *s, int width, GArray *rows)
{
    for (uint32_t i = 0; i < s->snap->n_unknown; i++) {
        const struct unknown_id *id = &s->snap->unknown[i];
        health_add(rows, width, false, "%s  %s  %s  ×%llu  %s",
                   *id->station != '\0' ? id->station : "–", id->id, id->value,
                   (unsigned long long)id->count, id->topic);
    }
    health_add(rows, width, false, "%s",
               s->snap->n_unknown == 0 ? _("every id that was heard belongs to a component")
                                       : _("u opens their list, where A adopts one"));
}

void
health_rejected(struct screen *s, int width, GArray *rows)
{
    for (uint32_t i = 0; i < s->snap->n_rejected; i++) {
        const struct rejected_payload *r = &s->snap->rejected[i];
        char at[FORMAT_SIZE];
        format_moment(at, sizeof(at), s->zone, r->last, s->now.wall);
        health_add(rows, width, true, "%s  %s  ×%llu  %s", at, r->topic,
                   (unsigned long long)r->count, r->reason);
        health_add(rows, width, false, "  %s", r->payload);
    }
    if (s->snap->n_rejected == 0) {
        health_add(rows, width, false, "%s", _("no payload was refused"));
    }
}
