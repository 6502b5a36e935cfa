/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The model's stations: heard, silent, gone. */
#include "src/core/model_private.h"

/* Left to each station after a reconnect. */
#define RECONNECT_US (30 * US_PER_S)

void
model_tick_station(struct model *m, uint32_t station, struct now now)
{
    struct station_state *s = &m->stations[station];
    int64_t limit = m->plant->stations[station].silence_s * US_PER_S;
    bool frozen = m->link == LINK_NEVER || m->link == LINK_DOWN;
    bool overdue = limit > 0 && now.mono - m->alive[station] > limit;
    bool silent = s->gone || (overdue && (s->silent || !frozen));
    if (silent != s->silent) {
        s->silent = silent;
        m->version++;
    }
}

void
model_heard(struct model *m, uint32_t station, struct now now)
{
    struct station_state *s = &m->stations[station];
    s->received = now.wall;
    s->heard = now.mono;
    s->silent = s->gone = false;
    m->alive[station] = now.mono;
    m->version++;
}

void
model_will(struct model *m, uint32_t station, bool offline, struct now now)
{
    struct station_state *s = &m->stations[station];
    if (s->gone != offline) {
        s->gone = offline;
        model_tick_station(m, station, now);
        m->version++;
    }
}

/* A station's clock of silence after the connection was away. */
static void
resume_silence(struct model *m, uint32_t station, struct now now)
{
    mono_us *alive = &m->alive[station];
    *alive += now.mono - MAX(*alive, m->unlinked);
    if (!m->stations[station].silent) {
        int64_t limit = m->plant->stations[station].silence_s * US_PER_S;
        *alive = MAX(*alive, now.mono - limit + MIN(limit, RECONNECT_US));
    }
}

void
model_link(struct model *m, bool connected, struct now now)
{
    bool first = m->link == LINK_UNTOLD || m->link == LINK_NEVER;
    if (!connected) {
        m->unlinked = m->link == LINK_DOWN ? m->unlinked : now.mono;
        m->link = first ? LINK_NEVER : LINK_DOWN;
        return;
    }
    for (uint32_t i = 0; i < m->plant->n_stations && m->link != LINK_UP; i++) {
        if (first) {
            m->alive[i] = now.mono;
        } else {
            resume_silence(m, i, now);
        }
    }
    m->link = LINK_UP;
}

void
model_clock_offset(struct model *m, uint32_t station, int64_t offset_us)
{
    struct station_state *s = &m->stations[station];
    if (!s->clock_known || s->clock_offset_us != offset_us) {
        s->clock_known = true;
        s->clock_offset_us = offset_us;
        m->version++;
    }
}
