/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/column.h"

#include <assert.h>

static const char *const names[] = {
    [COLUMN_ID] = "id",         [COLUMN_STATION] = "name", [COLUMN_TYPE] = "type",
    [COLUMN_AREA] = "area",     [COLUMN_VALUE] = "value",  [COLUMN_VALUE2] = "value2",
    [COLUMN_VALUE3] = "value3", [COLUMN_ON] = "on",        [COLUMN_STATE] = "state",
    [COLUMN_AGE] = "age",       [COLUMN_CLOCK] = "clock",  [COLUMN_FAULTS] = "faults",
    [COLUMN_ALARMS] = "alarms",
};
static_assert(G_N_ELEMENTS(names) == COLUMN_FIXED, "a column has no name");
static_assert(COLUMN_VALUE3 - COLUMN_VALUE + 1 == BRIEF_VALUES, "a value has no column");

const char *
column_fixed_name(int kind)
{
    return names[kind];
}

const char *
columns_default(void)
{
    return "id name area value value2 value3 on state age";
}

static bool
plant_has(const struct plant *plant, const char *id)
{
    for (uint32_t i = 0; i < plant->n_components; i++) {
        if (g_ascii_strcasecmp(plant->components[i].id, id) == 0) {
            return true;
        }
    }
    return false;
}

bool
column_parse(struct station_column *ret, const char *name, const struct plant *plant)
{
    struct station_column c = {.kind = COLUMN_COMPONENT};
    char *lower = g_ascii_strdown(name, -1);
    bool fixed = false;
    g_strlcpy(c.name, name, sizeof(c.name));
    for (int i = 0; i < COLUMN_FIXED && !fixed; i++) {
        fixed = strcmp(lower, names[i]) == 0;
        c.kind = fixed ? (enum column_kind)i : c.kind;
    }
    if (!fixed && kind_from_name(lower, &c.of) && c.of != KIND_DIVIDER) {
        c.kind = COLUMN_KIND;
        fixed = true;
    }
    if (fixed) {
        g_strlcpy(c.name, lower, sizeof(c.name));
    }
    g_free(lower);
    if (!fixed && (strlen(name) >= sizeof(c.name) || *name == '\0' ||
                   (plant != NULL && !plant_has(plant, name)))) {
        return false;
    }
    *ret = c;
    return true;
}

int
columns_find(const struct station_columns *c, const char *name)
{
    for (int i = 0; i < c->n; i++) {
        if (g_ascii_strcasecmp(c->at[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

static int
count_values(const struct station_columns *c)
{
    int n = 0;
    for (int i = 0; i < c->n; i++) {
        n += column_is_value(&c->at[i]);
    }
    return n;
}

const char *
columns_parse(struct station_columns *ret, const char *text, const struct plant *plant,
              bool *ret_many)
{
    static const char none[] = "";
    struct station_columns c = {.n = 0};
    char **words = g_strsplit_set(text, " ,\t", -1);
    const char *wrong = NULL;
    *ret_many = false;
    for (char **p = words; *p != NULL && wrong == NULL; p++) {
        struct station_column one;
        if (**p == '\0' || columns_find(&c, *p) >= 0) {
            continue;
        }
        bool known = column_parse(&one, *p, plant);
        *ret_many = known && (c.n == COLUMNS_MAX ||
                              (column_is_value(&one) && count_values(&c) == COLUMN_VALUES_MAX));
        if (known && !*ret_many) {
            c.at[c.n++] = one;
            continue;
        }
        g_strlcpy(ret->wrong, *p, sizeof(ret->wrong));
        wrong = ret->wrong;
    }
    g_strfreev(words);
    if (wrong == NULL && c.n == 0) {
        return none;
    }
    if (wrong == NULL) {
        *ret = c;
    }
    return wrong;
}

void
columns_text(const struct station_columns *c, char *dst, size_t cap)
{
    *dst = '\0';
    for (int i = 0; i < c->n; i++) {
        g_strlcat(dst, i > 0 ? " " : "", cap);
        g_strlcat(dst, c->at[i].name, cap);
    }
}

bool
column_is_value(const struct station_column *c)
{
    return (c->kind >= COLUMN_VALUE && c->kind <= COLUMN_VALUE3) || c->kind == COLUMN_KIND ||
           c->kind == COLUMN_COMPONENT;
}

bool
column_is_live(const struct station_column *c)
{
    return c->kind != COLUMN_ID && c->kind != COLUMN_STATION && c->kind != COLUMN_TYPE &&
           c->kind != COLUMN_AREA;
}

uint32_t
column_component(const struct station_column *c, const struct plant *plant,
                 const struct brief *brief, uint32_t station)
{
    const struct station *st = &plant->stations[station];
    if (c->kind >= COLUMN_VALUE && c->kind <= COLUMN_VALUE3) {
        int which = (int)c->kind - COLUMN_VALUE;
        return which < brief->n_values ? brief->values[which] : COMPONENT_NONE;
    }
    for (uint32_t i = st->first; i < st->first + st->count; i++) {
        const struct component *one = &plant->components[i];
        if (c->kind == COLUMN_KIND ? one->kind == c->of
                                   : g_ascii_strcasecmp(one->id, c->name) == 0) {
            return i;
        }
    }
    return COMPONENT_NONE;
}
