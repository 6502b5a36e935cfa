/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/complete.h"

#include "ui/keymap.h"

void
complete_add(GPtrArray *out, const char *typed, const char *before, const char *word)
{
    char *whole = g_strconcat(before, word, NULL);
    if (out->len < COMPLETE_MAX && g_ascii_strncasecmp(whole, typed, strlen(typed)) == 0) {
        g_ptr_array_add(out, whole);
    } else {
        g_free(whole);
    }
}

bool
complete_can(const struct action *action)
{
    return action->complete != NULL ||
           (action->argument != NULL && strchr(action->argument, '|') != NULL &&
            strpbrk(action->argument, " []ABCDEFGHIJKLMNOPQRSTUVWXYZ") == NULL);
}

void
complete_argument(const struct screen *s, const struct action *action, const char *typed,
                  GPtrArray *out)
{
    if (action->complete != NULL) {
        action->complete(s, typed, out);
    } else if (complete_can(action)) {
        char **words = g_strsplit(action->argument, "|", -1);
        for (char **word = words; *word != NULL; word++) {
            complete_add(out, typed, "", *word);
        }
        g_strfreev(words);
    }
}

void
complete_stations(const struct screen *s, const char *typed, GPtrArray *out)
{
    const struct plant *plant = s->snap == NULL ? NULL : s->snap->plant;
    for (uint32_t i = 0; plant != NULL && i < plant->n_stations && out->len < COMPLETE_MAX;
         i++) {
        complete_add(out, typed, "", plant->stations[i].uid);
    }
}

/* STATION, then STATION/ID, then on or off. */
void
complete_maintenance(const struct screen *s, const char *typed, GPtrArray *out)
{
    const char *blank = strchr(typed, ' '), *slash = strchr(typed, '/');
    if (blank != NULL) {
        char *before = g_strndup(typed, (gsize)(blank + 1 - typed));
        complete_add(out, typed, before, "on ");
        complete_add(out, typed, before, "off ");
        g_free(before);
        return;
    }
    if (slash == NULL || s->snap == NULL) {
        complete_stations(s, typed, out);
        return;
    }
    char *uid = g_strndup(typed, (gsize)(slash - typed)), *before = g_strconcat(uid, "/", NULL);
    const struct plant *plant = s->snap->plant;
    uint32_t index = plant_find_station(plant, uid);
    const struct station *station = index == STATION_NONE ? NULL : &plant->stations[index];
    for (uint32_t i = 0; station != NULL && i < station->count; i++) {
        complete_add(out, typed, before, plant->components[station->first + i].id);
    }
    g_free(uid);
    g_free(before);
}

void
complete_columns(const struct screen *s, const char *typed, GPtrArray *out)
{
    const struct plant *plant = s->snap == NULL ? NULL : s->snap->plant;
    const char *last = strrchr(typed, ' ');
    char *before = g_strndup(typed, last == NULL ? 0 : (gsize)(last + 1 - typed));
    for (int i = 0; i < COLUMN_FIXED; i++) {
        complete_add(out, typed, before, column_fixed_name(i));
    }
    for (int i = 0; i < KINDS; i++) {
        complete_add(out, typed, before, kind_name((enum kind)i));
    }
    /* The first station's ids: which all have would take a look at all. */
    for (uint32_t i = 0; plant != NULL && plant->n_stations > 0 && i < plant->stations[0].count;
         i++) {
        complete_add(out, typed, before, plant->components[plant->stations[0].first + i].id);
    }
    g_free(before);
}

void
complete_themes(const struct screen *s, const char *typed, GPtrArray *out)
{
    (void)s;
    for (int i = 0; i < n_themes; i++) {
        complete_add(out, typed, "", themes[i].name);
    }
}

void
complete_glyphs(const struct screen *s, const char *typed, GPtrArray *out)
{
    (void)s;
    for (int i = 0; i < GLYPH_SETS; i++) {
        complete_add(out, typed, "", glyph_set_name((enum glyph_set)i));
    }
    complete_add(out, typed, "", "auto");
}

void
complete_actions(const struct screen *s, const char *typed, GPtrArray *out)
{
    (void)s;
    for (int i = 0; i < action_count(); i++) {
        complete_add(out, typed, "", action_at(i)->name);
    }
}
