/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/freeze.h"

#include "src/core/i18n.h"

struct freeze {
    mono_us since;
    mono_us tick_at; /* when the header tells another time */
    /* What lives on. */
    struct snapshot *snap;
    struct roster roster;
    struct alarm_list alarms;
};

void
freeze_begin(struct screen *s)
{
    struct freeze *f = g_new0(struct freeze, 1);
    f->since = s->now.mono;
    f->tick_at = f->since + US_PER_S;
    f->snap = snapshot_ref(s->snap);
    roster_init(&f->roster);
    alarm_list_init(&f->alarms);
    roster_update(&f->roster, f->snap, s->now.mono);
    alarm_list_update(&f->alarms, f->snap->alarms, s->now.mono);
    s->freeze = f;
}

void
freeze_end(struct screen *s)
{
    struct freeze *f = s->freeze;
    if (f == NULL) {
        return;
    }
    s->freeze = NULL;
    roster_fini(&f->roster);
    alarm_list_fini(&f->alarms);
    screen_take(s, f->snap);
    g_free(f);
}

bool
freeze_on(const struct screen *s)
{
    return s->freeze != NULL;
}

void
freeze_swap(struct screen *s)
{
    struct freeze *f = s->freeze;
    if (f == NULL) {
        return;
    }
    struct freeze other = *f;
    f->snap = s->snap;
    f->roster = s->roster;
    f->alarms = s->alarms;
    s->snap = other.snap;
    s->roster = other.roster;
    s->alarms = other.alarms;
}

void
freeze_text(const struct screen *s, char *dst, size_t cap)
{
    int64_t seconds = (s->now.mono - s->freeze->since) / US_PER_S;
    snprintf(dst, cap, _("FROZEN %02d:%02d"), (int)(seconds / 60), (int)(seconds % 60));
}

void
freeze_tick(struct screen *s)
{
    struct freeze *f = s->freeze;
    mono_us now = s->now.mono;
    if (f == NULL || now < f->tick_at) {
        return;
    }
    f->tick_at = now + US_PER_S - (now - f->since) % US_PER_S;
    if (now - f->since >= FREEZE_MAX_US) {
        freeze_end(s);
        screen_notice(s, "%s", _("no longer frozen: ten minutes are over"));
    }
}

mono_us
freeze_next_tick(const struct screen *s)
{
    return s->freeze == NULL ? 0 : s->freeze->tick_at;
}
