/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tagged stations, and what is done to all of them at once. */
#include "src/core/i18n.h"
#include "ui/stations.h"
#include "ui/trends.h"
#include "ui/views.h"

#define IDS_COPIED 4000 /* bytes; some terminals take no more at once */

void
action_tag_station(struct screen *s, const char *argument)
{
    struct roster *r = &s->roster;
    uint32_t station = roster_selected(r);
    (void)argument;
    roster_tag(r, station, !roster_is_tagged(r, station), s->snap);
    if (r->n > 0 && r->order[r->list.pos] == station) { /* on to the next one */
        roster_move_to(r, r->list.pos + 1, s->now.mono);
    }
    s->detail.follow_at = s->now.mono;
}

void
action_tag_stations(struct screen *s, const char *argument)
{
    (void)argument;
    roster_tag_all(&s->roster, s->snap);
}

/* Show only these, or all again. */
void
action_tagged(struct screen *s, const char *argument)
{
    (void)argument;
    bool only = strcmp(s->roster.filter_text, "state=tagged") == 0;
    screen_set_view(s, VIEW_STATIONS);
    roster_set_filter(&s->roster, only ? "" : "state=tagged", s->snap);
    detail_follow(s);
}

const char *
why_no_station_tagged(const struct screen *s)
{
    return roster_n_tagged(&s->roster) == 0 ? N_("no station is tagged") : NULL;
}

/* ---- what is done to them ---- */

/* The component under the detail's cursor, else the first that stands for the station. */
static const char *
selected_id(const struct screen *s)
{
    uint32_t station = roster_selected(&s->roster);
    if (*s->detail.id != '\0') {
        return s->detail.id;
    }
    return station == STATION_NONE || s->roster.briefs[station].n_values == 0
               ? ""
               : s->snap->plant->components[s->roster.briefs[station].values[0]].id;
}

void
action_trend_tagged(struct screen *s, const char *argument)
{
    const struct plant *plant = s->snap->plant;
    char id[PLANT_ID_MAX + 8];
    bool any = false;
    g_strlcpy(id, *argument != '\0' ? argument : selected_id(s), sizeof(id));
    for (uint32_t i = 0; i < plant->n_stations; i++) {
        uint32_t component = roster_is_tagged(&s->roster, i)
                                 ? plant_find_component(plant, plant->stations[i].uid, id)
                                 : COMPONENT_NONE;
        if (component != COMPONENT_NONE && !any) {
            trends_visit(s, component);
            any = true;
        } else if (component != COMPONENT_NONE && !trends_add(s, component)) {
            return; /* there are too many, and that was said */
        }
    }
    if (!any) {
        screen_notice(s, _("no tagged station has a component \"%s\""), id);
    }
}

/* The ids of the tagged stations into the clipboard, a line each. */
void
action_copy_tagged(struct screen *s, const char *argument)
{
    const struct plant *plant = s->snap->plant;
    GString *text = g_string_new(NULL);
    unsigned n = 0;
    (void)argument;
    for (uint32_t i = 0; i < plant->n_stations; i++) {
        const char *uid = plant->stations[i].uid;
        if (roster_is_tagged(&s->roster, i) && text->len + strlen(uid) + 1 <= IDS_COPIED) {
            g_string_append_printf(text, "%s\n", uid);
            n++;
        }
    }
    if (terminal_copy(s->terminal, text->str)) {
        screen_notice(s, _("copied: %u of %u ids"), n, roster_n_tagged(&s->roster));
    } else {
        screen_notice(s, "%s", _("this terminal takes no copy"));
    }
    g_string_free(text, TRUE);
}
