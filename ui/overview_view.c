/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The view of the overview: what keeps it up to date, and what its keys do. */
#include "src/core/i18n.h"
#include "ui/overview.h"
#include "ui/view.h"
#include "ui/views.h"

static void
init(struct screen *s)
{
    struct overview *o = g_new0(struct overview, 1);
    o->points = g_array_new(FALSE, FALSE, sizeof(struct limit_point));
    o->marks = limit_set_array();
    o->nearest = g_array_new(FALSE, FALSE, sizeof(struct far_row));
    o->found = g_array_new(FALSE, FALSE, sizeof(struct far_row));
    o->far = g_array_new(FALSE, FALSE, sizeof(struct far_row));
    o->latest = g_array_new(FALSE, FALSE, sizeof(struct latest));
    o->area_list.height = o->far_list.height = o->latest_list.height = LIST_UNSEEN;
    o->panes = OVERVIEW_PANES;
    s->overview = o;
    const char *sort = prefs_get(s->prefs, "overview", "sort", "");
    for (int i = 0; i < AREA_SORTS; i++) {
        o->sort =
            strcmp(sort, area_sort_name((enum area_sort)i)) == 0 ? (enum area_sort)i : o->sort;
    }
    g_strlcpy(o->wanted, prefs_get(s->prefs, "overview", "measure", ""), sizeof(o->wanted));
    g_strdelimit(o->wanted, "|", '\037');
}

static void
fini(struct screen *s)
{
    struct overview *o = s->overview;
    overview_measure_fini(o);
    overview_far_fini(o);
    g_array_free(o->latest, TRUE);
    g_free(o->areas);
    g_free(o->area_of);
    g_free(o->order);
    plant_unref(o->plant);
    g_free(o);
}

static bool
shown(const struct screen *s)
{
    return s->view == VIEW_OVERVIEW;
}

static void
update(struct screen *s)
{
    struct overview *o = s->overview;
    bool new_plant = o->plant != s->snap->plant;
    if (new_plant) {
        overview_measure_fini(o); /* it points into the old one */
        overview_take_plant(o, s->snap->plant);
        overview_far_begin(o);
    }
    overview_count(o, s);
    if (new_plant) {
        o->area_hold = (struct hold){0};
    }
    overview_sort_areas(o, s->now.mono);
    o->pass_due = true;
    overview_work(o, s);
    overview_far_update(o, s);
}

static void
take(struct screen *s)
{
    overview_latest_update(s->overview, s);
    if (shown(s)) {
        update(s);
    }
}

static void
enter(struct screen *s)
{
    struct overview *o = s->overview;
    if (s->snap != NULL) {
        update(s);
    }
    /* Back from an area: the list of stations is as it was before. */
    if (*o->filter != '\0' && strcmp(o->filter, s->roster.filter_text) == 0 &&
        s->snap != NULL) {
        roster_set_filter(&s->roster, o->filter_before, s->snap);
    }
    *o->filter = '\0';
}

static void
tick(struct screen *s)
{
    struct overview *o = s->overview;
    if (!shown(s) || s->snap == NULL || o->plant != s->snap->plant) {
        return;
    }
    overview_work(o, s);
    if (hold_end(&o->area_hold, s->now.mono)) {
        overview_sort_areas(o, s->now.mono);
    }
    if (hold_end(&o->far_hold, s->now.mono)) {
        o->far_due = true;
    }
    overview_far_update(o, s);
}

static mono_us
next_tick(const struct screen *s)
{
    const struct overview *o = s->overview;
    if (!shown(s) || s->snap == NULL || o->plant != s->snap->plant) {
        return 0;
    }
    mono_us next = 0;
    const mono_us times[] = {o->work_at, o->area_hold.until, o->far_hold.until};
    for (size_t i = 0; i < G_N_ELEMENTS(times); i++) {
        next = times[i] != 0 && (next == 0 || times[i] < next) ? times[i] : next;
    }
    return next;
}

static enum place
place(const struct screen *s)
{
    (void)s;
    return PLACE_OVERVIEW;
}

struct list *
overview_list(struct overview *o, enum overview_pane pane)
{
    struct list *const lists[] = {&o->area_list, &o->far_list, &o->latest_list};
    return lists[pane];
}

static struct list *
list(struct screen *s)
{
    return overview_list(s->overview, s->overview->pane);
}

static void
moved(struct screen *s, int by)
{
    struct overview *o = s->overview;
    (void)by;
    switch (o->pane) {
    case PANE_AREAS:
        if (o->plant != NULL) {
            overview_area_moved(o);
        }
        hold_begin(&o->area_hold, s->now.mono);
        break;
    case PANE_FAR:
        overview_far_moved(o);
        hold_begin(&o->far_hold, s->now.mono);
        break;
    case PANE_LATEST:
        overview_latest_moved(o);
        break;
    }
}

static bool
can_back(const struct screen *s)
{
    return s->overview->pane != PANE_AREAS;
}

static bool
back(struct screen *s)
{
    bool inside = can_back(s);
    s->overview->pane = PANE_AREAS;
    return inside;
}

const char *
overview_filter(const struct screen *s)
{
    return s->overview->filter;
}

const struct view_type view_overview = {
    .name = N_("Overview"),
    .key = '1',
    .init = init,
    .fini = fini,
    .enter = enter,
    .take = take,
    .tick = tick,
    .next_tick = next_tick,
    .place = place,
    .list = list,
    .moved = moved,
    .back = back,
    .can_back = can_back,
    .draw = overview_draw,
    .draw_small = overview_draw_small,
};

/* ---- what the keys do ---- */

void
action_overview(struct screen *s, const char *argument)
{
    (void)argument;
    screen_set_view(s, VIEW_OVERVIEW);
}

/* A word of a filter that only this area matches. */
static void
drill_area(struct screen *s)
{
    struct overview *o = s->overview;
    char filter[sizeof(o->filter)] = "";
    if (!o->all) {
        filter_quote(filter, sizeof(filter), "area==", o->area);
    }
    g_strlcpy(o->filter_before, s->roster.filter_text, sizeof(o->filter_before));
    roster_set_filter(&s->roster, filter, s->snap);
    screen_drill(s, VIEW_STATIONS);
    g_strlcpy(o->filter, filter, sizeof(o->filter));
    detail_follow(s);
}

static const char *
pane_station(const struct overview *o, const char **ret_component)
{
    if (o->pane == PANE_FAR && o->far->len > 0) {
        const struct far_row *row = &g_array_index(o->far, struct far_row, o->far_list.pos);
        *ret_component = row->component;
        return row->station;
    }
    if (o->pane == PANE_LATEST && o->latest->len > 0) {
        const struct latest *event =
            &g_array_index(o->latest, struct latest, o->latest_list.pos);
        *ret_component = event->component;
        return event->station;
    }
    return "";
}

void
action_drill(struct screen *s, const char *argument)
{
    const char *component = "";
    (void)argument;
    if (s->overview->pane == PANE_AREAS) {
        drill_area(s);
    } else {
        const char *station = pane_station(s->overview, &component);
        screen_drill_station(s, station, component);
    }
}

static void
change_pane(struct screen *s, int step)
{
    struct overview *o = s->overview;
    int n = MAX(o->panes, 1);
    o->pane = (enum overview_pane)(((int)o->pane + step + n) % n);
}

void
action_panes(struct screen *s, const char *argument)
{
    (void)argument;
    change_pane(s, 1);
}

void
action_panes_back(struct screen *s, const char *argument)
{
    (void)argument;
    change_pane(s, -1);
}

static void
set_order(struct screen *s, enum area_sort sort)
{
    struct overview *o = s->overview;
    o->sort = sort;
    o->area_hold.until = 0; /* the user wants it now */
    prefs_set(s->prefs, "overview", "sort", area_sort_name(sort), s->now.mono);
    overview_sort_areas(o, s->now.mono);
    screen_notice(s, _("areas by: %s"), area_sort_name(sort));
}

void
action_order(struct screen *s, const char *argument)
{
    for (int i = 0; *argument != '\0' && i < AREA_SORTS; i++) {
        if (strcmp(argument, area_sort_name((enum area_sort)i)) == 0) {
            set_order(s, (enum area_sort)i);
            return;
        }
    }
    if (*argument != '\0') {
        screen_notice(s, _("there is no order \"%s\": worst, plant, name, stations, comm"),
                      argument);
        return;
    }
    set_order(s, (enum area_sort)(((int)s->overview->sort + 1) % AREA_SORTS));
}

void
action_order_back(struct screen *s, const char *argument)
{
    (void)argument;
    set_order(s, (enum area_sort)(((int)s->overview->sort + AREA_SORTS - 1) % AREA_SORTS));
}

/* The next one of those that the plant has. */
void
action_measure(struct screen *s, const char *argument)
{
    struct overview *o = s->overview;
    guint n = o->measures->len, next = 0;
    for (guint i = 0; i < n; i++) {
        const struct measure *m = g_ptr_array_index(o->measures, i);
        if (*argument != '\0' ? strcmp(m->name, argument) == 0 : m == o->shown[0]) {
            next = *argument != '\0' ? i : (i + 1) % n;
        }
    }
    const struct measure *m = g_ptr_array_index(o->measures, next);
    snprintf(o->wanted, sizeof(o->wanted), "%s\037%s", m->name, m->unit);
    overview_measure_choose(o);
    overview_measure_add(o, s);
    char *kept = g_strdelimit(g_strdup(o->wanted), "\037", '|');
    prefs_set(s->prefs, "overview", "measure", kept, s->now.mono);
    g_free(kept);
    screen_notice(s, m->mean ? _("mean of %s, %s") : _("sum of %s, %s"), m->name, m->unit);
}

/* ---- why not ---- */

const char *
why_nothing_to_drill(const struct screen *s)
{
    const char *component, *station;
    if (s->snap == NULL || s->overview->plant == NULL) {
        return N_("the engine has not answered yet");
    }
    if (s->overview->pane == PANE_AREAS) {
        return NULL;
    }
    station = pane_station(s->overview, &component);
    return *station == '\0' ? N_("nothing is selected")
           : plant_find_station(s->snap->plant, station) == STATION_NONE
               ? N_("this belongs to no station")
               : NULL;
}

const char *
why_no_measure(const struct screen *s)
{
    const struct overview *o = s->overview;
    return o->measures == NULL || o->measure_of != NULL
               ? N_("the components have not all been looked at yet")
           : o->measures->len == 0
               ? N_("no value of one name and unit is there in two stations")
               : NULL;
}
