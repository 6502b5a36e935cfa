/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/board.h"

#include <assert.h>
#include <string.h>

#include "src/core/text.h"

#define DAY_S (24 * 3600)

static const struct {
    const char *name;
    int rows, columns; /* of a new one */
    int components;
    int span_s;
} kinds[] = {
    [TILE_GAUGE] = {"gauge", 2, 3, 1, 0},
    [TILE_NUMBER] = {"number", 2, 3, 1, DAY_S},
    [TILE_STATE] = {"state", 1, 3, 1, 0},
    [TILE_TREND] = {"trend", 4, 12, TILE_SERIES_MAX, 6 * 3600},
    [TILE_ALARMS] = {"alarms", 2, 3, 0, 0},
    [TILE_FLOW] = {"flow", 1, 12, 0, 0},
    [TILE_RANKING] = {"ranking", 4, 6, 0, 0},
    [TILE_CALENDAR] = {"calendar", 4, 6, 1, 14 * DAY_S},
    [TILE_TEXT] = {"text", 2, 4, 0, 0},
};
static_assert(G_N_ELEMENTS(kinds) == TILE_KINDS, "a kind of tile is missing");

const char *
tile_kind_name(enum tile_kind kind)
{
    return kinds[kind].name;
}

bool
tile_kind_from_name(const char *name, enum tile_kind *ret)
{
    for (int i = 0; i < TILE_KINDS; i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            *ret = (enum tile_kind)i;
            return true;
        }
    }
    return false;
}

int
tile_components_max(enum tile_kind kind)
{
    return kinds[kind].components;
}

int
tile_span_default_s(enum tile_kind kind)
{
    return kinds[kind].span_s;
}

bool
tile_component_valid(const char *component)
{
    const char *slash = strchr(component, '/');
    return slash != NULL && slash != component && slash[1] != '\0' &&
           slash - component <= PLANT_ID_MAX && strlen(slash + 1) <= PLANT_ID_MAX;
}

static GPtrArray *
lines_new(void)
{
    return g_ptr_array_new_with_free_func(g_free);
}

static gpointer
copy_line(gconstpointer line, gpointer data)
{
    (void)data;
    return g_strdup(line);
}

static GPtrArray *
lines_copy(GPtrArray *lines)
{
    GPtrArray *copy = lines_new();
    g_ptr_array_extend(copy, lines, copy_line, NULL);
    return copy;
}

struct tile *
tile_new(enum tile_kind kind)
{
    struct tile *t = g_new0(struct tile, 1);
    t->kind = kind;
    t->place = (struct tile_place){0, 0, kinds[kind].rows, kinds[kind].columns};
    t->title = g_strdup("");
    t->components = lines_new();
    t->station = g_strdup("");
    t->select = g_strdup("");
    t->text = lines_new();
    t->span_s = kinds[kind].span_s;
    t->count = 10;
    t->above = lines_new();
    t->kept = lines_new();
    return t;
}

struct tile *
tile_copy(const struct tile *t)
{
    struct tile *copy = g_memdup2(t, sizeof(*t));
    copy->title = g_strdup(t->title);
    copy->components = lines_copy(t->components);
    copy->station = g_strdup(t->station);
    copy->select = g_strdup(t->select);
    copy->text = lines_copy(t->text);
    copy->above = lines_copy(t->above);
    copy->kept = lines_copy(t->kept);
    return copy;
}

void
tile_free(struct tile *t)
{
    if (t == NULL) {
        return;
    }
    g_free(t->title);
    g_ptr_array_unref(t->components);
    g_free(t->station);
    g_free(t->select);
    g_ptr_array_unref(t->text);
    g_ptr_array_unref(t->above);
    g_ptr_array_unref(t->kept);
    g_free(t);
}

void
tile_set(char **text, const char *value)
{
    char clean[BOARD_TITLE_MAX + 1];
    text_sanitize(clean, sizeof(clean), value, strlen(value));
    g_free(*text);
    *text = g_strdup(g_strstrip(clean));
}

static void
free_tile(gpointer tile)
{
    tile_free(tile);
}

struct board *
board_new(const char *title)
{
    struct board *b = g_new0(struct board, 1);
    tile_set(&b->title, title);
    b->tiles = g_ptr_array_new_with_free_func(free_tile);
    b->above = lines_new();
    b->kept = lines_new();
    b->below = lines_new();
    return b;
}

void
board_free(struct board *b)
{
    if (b == NULL) {
        return;
    }
    g_free(b->title);
    g_ptr_array_unref(b->tiles);
    g_ptr_array_unref(b->above);
    g_ptr_array_unref(b->kept);
    g_ptr_array_unref(b->below);
    g_free(b);
}

int
board_places(const struct board *b, struct tile_place *ret)
{
    assert(b->tiles->len <= BOARD_TILES_MAX);
    for (guint i = 0; i < b->tiles->len; i++) {
        ret[i] = board_tile(b, (int)i)->place;
    }
    return (int)b->tiles->len;
}

void
board_set_places(struct board *b, const struct tile_place *places)
{
    for (guint i = 0; i < b->tiles->len; i++) {
        board_tile(b, (int)i)->place = places[i];
    }
}

/* ---- writing ---- */

static void
put_lines(GString *to, const GPtrArray *lines)
{
    for (guint i = 0; i < lines->len; i++) {
        g_string_append_printf(to, "%s\n", (const char *)g_ptr_array_index(lines, i));
    }
}

static void
put_list(GString *to, const char *key, const GPtrArray *values)
{
    for (guint i = 0; i < values->len; i++) {
        const char *value = g_ptr_array_index(values, i);
        g_string_append_printf(to, *value == '\0' ? "%s =\n" : "%s = %s\n", key, value);
    }
}

static void
put_text(GString *to, const char *key, const char *value)
{
    if (*value != '\0') {
        g_string_append_printf(to, "%s = %s\n", key, value);
    }
}

static void
put_span(GString *to, int span_s)
{
    static const struct {
        int seconds;
        char unit;
    } units[] = {{DAY_S, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
    size_t i = 0;
    while (span_s % units[i].seconds != 0) {
        i++;
    }
    g_string_append_printf(to, "span = %d%c\n", span_s / units[i].seconds, units[i].unit);
}

static void
put_tile(GString *to, const struct tile *t)
{
    g_string_append_c(to, '\n');
    put_lines(to, t->above);
    g_string_append(to, "[tile]\n");
    put_lines(to, t->kept);
    put_text(to, "kind", tile_kind_name(t->kind));
    put_text(to, "title", t->title);
    g_string_append_printf(to, "row = %d\ncolumn = %d\nrows = %d\ncolumns = %d\n", t->place.row,
                           t->place.column, t->place.rows, t->place.columns);
    put_list(to, "component", t->components);
    put_text(to, "station", t->station);
    put_text(to, "select", t->select);
    if (t->span_s > 0) {
        put_span(to, t->span_s);
    }
    if (t->kind == TILE_RANKING) {
        g_string_append_printf(to, "count = %d\n", t->count);
        put_text(to, "order", t->order == TILE_BY_VALUE ? "value" : "distance");
    }
    if (t->kind == TILE_CALENDAR) {
        put_text(to, "unit", t->unit == TILE_BY_HOURS ? "hours" : "weeks");
    }
    put_list(to, "text", t->text);
}

char *
board_text(const struct board *b)
{
    GString *to = g_string_new(NULL);
    put_lines(to, b->above);
    g_string_append(to, "[board]\n");
    put_lines(to, b->kept);
    g_string_append_printf(to, "version = %d\n", BOARD_VERSION);
    put_text(to, "title", b->title);
    for (guint i = 0; i < b->tiles->len; i++) {
        put_tile(to, board_tile(b, (int)i));
    }
    if (b->below->len > 0) {
        g_string_append_c(to, '\n');
        put_lines(to, b->below);
    }
    return g_string_free(to, FALSE);
}
