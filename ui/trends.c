/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/trends.h"
#include "ui/views.h"

#include <string.h>

#include "src/core/i18n.h"

#define GROUP        "trends"
#define DEFAULT_SPAN 4 /* a shift */
#define CANDIDATES   100

/* ---- the set in the user's file: escaped paths with blanks between ---- */

char *
trends_text(const struct trends *t)
{
    GString *text = g_string_new(NULL);
    for (int i = 0; i < t->n; i++) {
        const struct archive_series *name = &t->entries[i].now.name;
        char *station = g_uri_escape_string(name->station, NULL, FALSE);
        char *component = g_uri_escape_string(name->component, NULL, FALSE);
        g_string_append_printf(text, "%s%s/%s", i > 0 ? " " : "", station, component);
        g_free(station);
        g_free(component);
    }
    return g_string_free(text, FALSE);
}

static void
add_name(struct trends *t, const char *station, const char *component)
{
    struct trend_entry *e = &t->entries[t->n];
    if (t->n >= TREND_CURVES_MAX || strlen(station) > PLANT_ID_MAX ||
        strlen(component) > PLANT_ID_MAX) {
        return;
    }
    *e = (struct trend_entry){.component = COMPONENT_NONE};
    trend_series_init(&e->now, station, component);
    trend_series_init(&e->earlier, station, component);
    t->n++;
}

static void
set_from_text(struct trends *t, const char *text)
{
    char **paths = g_strsplit(text, " ", TREND_CURVES_MAX + 1);
    for (char **path = paths; *path != NULL; path++) {
        char **names = g_strsplit(*path, "/", 2);
        char *station = names[0] == NULL ? NULL : g_uri_unescape_string(names[0], NULL);
        char *component =
            station == NULL || names[1] == NULL ? NULL : g_uri_unescape_string(names[1], NULL);
        if (component != NULL && *component != '\0') {
            add_name(t, station, component);
        }
        g_free(station);
        g_free(component);
        g_strfreev(names);
    }
    g_strfreev(paths);
}

static void
free_entry(struct trend_entry *e)
{
    trend_series_fini(&e->now);
    trend_series_fini(&e->earlier);
}

/* ---- beginning and end ---- */

void
trends_init(struct screen *s)
{
    struct trends *t = s->trends = g_new0(struct trends, 1);
    t->end = t->cursor = WALL_NONE;
    t->canvas = canvas_new();
    t->marks = g_array_new(FALSE, FALSE, sizeof(struct limit_mark));
    t->span = CLAMP(prefs_get_int(s->prefs, GROUP, "span", DEFAULT_SPAN), 0, TREND_SPANS - 1);
    t->stat = (enum trend_stat)CLAMP(prefs_get_int(s->prefs, GROUP, "statistic", TREND_MEAN), 0,
                                     TREND_STATS - 1);
    t->y = (enum trend_y)CLAMP(prefs_get_int(s->prefs, GROUP, "scale", TREND_Y_RANGE), 0,
                               TREND_YS - 1);
    t->no_limits = prefs_get_int(s->prefs, GROUP, "limits", 1) == 0;
    set_from_text(t, prefs_get(s->prefs, GROUP, "set", ""));
    trends_restart(t);
}

void
trends_fini(struct screen *s)
{
    struct trends *t = s->trends;
    for (int i = 0; i < t->n; i++) {
        free_entry(&t->entries[i]);
    }
    plant_unref(t->plant);
    g_array_free(t->marks, TRUE);
    canvas_free(t->canvas);
    g_free(t->own);
    g_free(t);
    s->trends = NULL;
}

void
trends_keep(struct screen *s)
{
    const struct trends *t = s->trends;
    if (t->own == NULL) {
        char *set = trends_text(t);
        prefs_set(s->prefs, GROUP, "set", set, s->now.mono);
        g_free(set);
    }
    prefs_set_int(s->prefs, GROUP, "span", t->span, s->now.mono);
    prefs_set_int(s->prefs, GROUP, "statistic", (int)t->stat, s->now.mono);
    prefs_set_int(s->prefs, GROUP, "scale", (int)t->y, s->now.mono);
    prefs_set_int(s->prefs, GROUP, "limits", !t->no_limits, s->now.mono);
}

/* ---- components ---- */

void
trends_resolve(struct screen *s)
{
    struct trends *t = s->trends;
    if (s->snap == NULL) {
        return;
    }
    plant_unref(t->plant);
    t->plant = plant_ref(s->snap->plant);
    g_array_set_size(t->marks, 0);
    for (int i = 0; i < t->n; i++) {
        struct trend_entry *e = &t->entries[i];
        e->component =
            plant_find_component(t->plant, e->now.name.station, e->now.name.component);
        if (e->component != COMPONENT_NONE) {
            limit_set_of(detail_limits(s), e->component, t->marks);
        }
    }
}

const struct component *
trends_focus(const struct screen *s)
{
    const struct trends *t = s->trends;
    uint32_t index = t->n == 0 ? COMPONENT_NONE : t->entries[t->focus].component;
    return index == COMPONENT_NONE ? NULL : &t->plant->components[index];
}

static int
find_entry(const struct trends *t, const char *station, const char *component)
{
    for (int i = 0; i < t->n; i++) {
        const struct archive_series *name = &t->entries[i].now.name;
        if (strcmp(name->station, station) == 0 && strcmp(name->component, component) == 0) {
            return i;
        }
    }
    return -1;
}

static void
changed(struct screen *s)
{
    trends_resolve(s);
    trends_restart(s->trends);
    trends_keep(s);
}

bool
trends_add(struct screen *s, uint32_t component)
{
    struct trends *t = s->trends;
    const struct component *c = &s->snap->plant->components[component];
    const char *station = s->snap->plant->stations[c->station].uid;
    int known = find_entry(t, station, c->id);
    if (c->kind == KIND_DIVIDER) {
        screen_notice(s, _("\"%s\" is a heading and has no values"), c->id);
    } else if (known >= 0) {
        t->focus = known;
        t->entries[known].hidden = false;
        return true;
    } else if (t->n >= TREND_CURVES_MAX) {
        screen_notice(s, _("%d curves are the most; x takes one away"), TREND_CURVES_MAX);
    } else {
        add_name(t, station, c->id);
        t->focus = t->n - 1;
        changed(s);
        return true;
    }
    return false;
}

void
trends_remove(struct screen *s, int entry)
{
    struct trends *t = s->trends;
    free_entry(&t->entries[entry]);
    t->n--;
    memmove(&t->entries[entry], &t->entries[entry + 1],
            (size_t)(t->n - entry) * sizeof(t->entries[0]));
    t->focus = CLAMP(t->focus, 0, MAX(t->n - 1, 0));
    changed(s);
}

void
trends_clear(struct screen *s)
{
    struct trends *t = s->trends;
    while (t->n > 0) {
        free_entry(&t->entries[--t->n]);
    }
    t->focus = 0;
    changed(s);
}

/* ---- another set for a while ---- */

void
trends_show(struct screen *s, const char *text)
{
    struct trends *t = s->trends;
    while (t->n > 0) {
        free_entry(&t->entries[--t->n]);
    }
    set_from_text(t, text);
    t->focus = 0;
    t->cursor = WALL_NONE;
    trends_resolve(s);
    trends_restart(t);
}

void
trends_own(struct screen *s)
{
    struct trends *t = s->trends;
    t->visiting = false;
    if (t->own != NULL) {
        char *own = g_steal_pointer(&t->own);
        trends_show(s, own);
        g_free(own);
    }
}

void
trends_visit(struct screen *s, uint32_t component)
{
    struct trends *t = s->trends;
    bool first = t->own == NULL;
    if (first && t->n > 0) {
        t->own = trends_text(t);
    }
    trends_show(s, "");
    t->end = WALL_NONE;
    t->visiting = true;
    screen_drill(s, VIEW_TRENDS);
    (void)trends_add(s, component);
}

/* ---- names ---- */

uint32_t
trends_find(const struct plant *plant, const char *path)
{
    for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        char *station = g_strndup(path, (gsize)(slash - path));
        uint32_t found =
            *station == '\0' ? COMPONENT_NONE : plant_find_component(plant, station, slash + 1);
        g_free(station);
        if (found != COMPONENT_NONE) {
            return found;
        }
    }
    return plant_find_component(plant, NULL, path);
}

static void
complete_station(const struct plant *plant, const char *typed, const char *before,
                 GPtrArray *list)
{
    size_t len = strlen(typed);
    for (uint32_t i = 0; i < plant->n_stations && list->len < CANDIDATES; i++) {
        if (strncmp(plant->stations[i].uid, typed, len) == 0) {
            g_ptr_array_add(list, g_strconcat(before, plant->stations[i].uid, "/", NULL));
        }
    }
}

/* Behind the slash: the components of that station. */
static void
complete_component(const struct plant *plant, const char *typed, const char *slash,
                   const char *before, GPtrArray *list)
{
    char *uid = g_strndup(typed, (gsize)(slash - typed));
    uint32_t index = plant_find_station(plant, uid);
    if (index != STATION_NONE) {
        const struct station *station = &plant->stations[index];
        for (uint32_t i = station->first; i < station->first + station->count; i++) {
            const struct component *c = &plant->components[i];
            if (c->kind != KIND_DIVIDER && g_str_has_prefix(c->id, slash + 1)) {
                g_ptr_array_add(list, g_strconcat(before, uid, "/", c->id, NULL));
            }
        }
    }
    g_free(uid);
}

void
trends_complete(const struct screen *s, const char *typed, GPtrArray *list)
{
    if (s->snap == NULL) {
        return;
    }
    const char *space = strrchr(typed, ' ');
    const char *last = space == NULL ? typed : space + 1;
    const char *slash = strchr(last, '/');
    char *before = g_strndup(typed, (gsize)(last - typed));
    if (slash == NULL) {
        complete_station(s->snap->plant, last, before, list);
    } else {
        complete_component(s->snap->plant, last, slash, before, list);
    }
    g_free(before);
}
