/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What may stand in a board, key by key. */
#include <string.h>

#include "src/core/i18n.h"
#include "src/core/rule.h"
#include "src/core/text.h"
#include "ui/board_private.h"

/* ---- values; each false: it is not … ---- */

static bool
read_kind(struct board_target *t, const char *value)
{
    (void)t; /* it was read first */
    enum tile_kind kind;
    return tile_kind_from_name(value, &kind);
}

static bool
read_title(struct board_target *t, const char *value)
{
    tile_set(t->tile == NULL ? &t->board->title : &t->tile->title, value);
    return true;
}

static bool
read_version(struct board_target *t, const char *value)
{
    (void)t;
    int64_t version;
    return text_to_int(value, BOARD_VERSION, BOARD_VERSION, &version);
}

static bool
read_number(const char *value, int least, int most, int *ret)
{
    int64_t number = 0;
    bool good = text_to_int(value, least, most, &number);
    *ret = good ? (int)number : *ret;
    return good;
}

static bool
read_row(struct board_target *t, const char *value)
{
    t->placed = true;
    return read_number(value, 0, GRID_ROW_MAX, &t->tile->place.row);
}

static bool
read_column(struct board_target *t, const char *value)
{
    t->placed = true;
    return read_number(value, 0, GRID_COLUMNS - TILE_COLUMNS_MIN, &t->tile->place.column);
}

static bool
read_rows(struct board_target *t, const char *value)
{
    return read_number(value, 1, TILE_ROWS_MAX, &t->tile->place.rows);
}

static bool
read_columns(struct board_target *t, const char *value)
{
    return read_number(value, TILE_COLUMNS_MIN, GRID_COLUMNS, &t->tile->place.columns);
}

static bool
read_component(struct board_target *t, const char *value)
{
    if (!tile_component_valid(value) ||
        (int)t->tile->components->len >= tile_components_max(t->tile->kind)) {
        return false;
    }
    g_ptr_array_add(t->tile->components, g_strdup(value));
    return true;
}

static bool
read_station(struct board_target *t, const char *value)
{
    tile_set(&t->tile->station, value);
    return *value != '\0' && strlen(value) <= PLANT_ID_MAX;
}

static bool
read_select(struct board_target *t, const char *value)
{
    tile_set(&t->tile->select, value);
    return *value == '\0' || rule_template_valid(t->tile->select, NULL);
}

/* "90m", "6h", "14d" */
static bool
read_span(struct board_target *t, const char *value)
{
    size_t len = strlen(value);
    char *digits = g_strndup(value, len > 0 ? len - 1 : 0);
    char unit = len > 0 ? value[len - 1] : '\0';
    int64_t factor = unit == 's'   ? 1
                     : unit == 'm' ? 60
                     : unit == 'h' ? 3600
                     : unit == 'd' ? 24 * 3600
                                   : 0;
    int64_t number = 0;
    bool good = factor > 0 && text_to_int(digits, 1, TILE_SPAN_MAX_S, &number) &&
                number * factor >= TILE_SPAN_MIN_S && number * factor <= TILE_SPAN_MAX_S;
    t->tile->span_s = good ? (int)(number * factor) : t->tile->span_s;
    g_free(digits);
    return good;
}

static bool
read_count(struct board_target *t, const char *value)
{
    return read_number(value, 1, TILE_COUNT_MAX, &t->tile->count);
}

static bool
read_order(struct board_target *t, const char *value)
{
    t->tile->order = strcmp(value, "value") == 0 ? TILE_BY_VALUE : TILE_BY_DISTANCE;
    return t->tile->order == TILE_BY_VALUE || strcmp(value, "distance") == 0;
}

static bool
read_unit(struct board_target *t, const char *value)
{
    t->tile->unit = strcmp(value, "hours") == 0 ? TILE_BY_HOURS : TILE_BY_WEEKS;
    return t->tile->unit == TILE_BY_HOURS || strcmp(value, "weeks") == 0;
}

static bool
read_text(struct board_target *t, const char *value)
{
    char *line = NULL;
    tile_set(&line, value);
    g_ptr_array_add(t->tile->text, line);
    return t->tile->text->len <= TILE_LINES_MAX;
}

#define OF_TILES (BOARD_KEY_BOARD - 1)
#define OF_ONE                                                                                 \
    (BOARD_KEY_OF(TILE_GAUGE) | BOARD_KEY_OF(TILE_NUMBER) | BOARD_KEY_OF(TILE_STATE) |         \
     BOARD_KEY_OF(TILE_CALENDAR))

static const struct board_key keys[] = {
    {"version", BOARD_KEY_BOARD, false, read_version,
     N_("is not 1, the only version that this program knows")},
    {"title", BOARD_KEY_BOARD | OF_TILES, false, read_title, NULL},
    {"kind", OF_TILES, false, read_kind,
     N_("is not gauge, number, state, trend, alarms, flow, ranking, calendar or text")},
    {"row", OF_TILES, false, read_row, N_("is not a number from 0 to 999")},
    {"column", OF_TILES, false, read_column, N_("is not a number from 0 to 10")},
    {"rows", OF_TILES, false, read_rows, N_("is not a number from 1 to 20")},
    {"columns", OF_TILES, false, read_columns, N_("is not a number from 2 to 12")},
    {"component", OF_ONE | BOARD_KEY_OF(TILE_TREND), true, read_component,
     N_("is not STATION/ID, or one more than the tile can show")},
    {"station", BOARD_KEY_OF(TILE_FLOW), false, read_station,
     N_("is not the uid of a station")},
    {"select", BOARD_KEY_OF(TILE_ALARMS) | BOARD_KEY_OF(TILE_RANKING), false, read_select,
     N_("is not a template such as kind:level area:Nord")},
    {"span", BOARD_KEY_OF(TILE_NUMBER) | BOARD_KEY_OF(TILE_TREND) | BOARD_KEY_OF(TILE_CALENDAR),
     false, read_span, N_("is not a span from 5m to 366d")},
    {"count", BOARD_KEY_OF(TILE_RANKING), false, read_count,
     N_("is not a number from 1 to 100")},
    {"order", BOARD_KEY_OF(TILE_RANKING), false, read_order, N_("is not value or distance")},
    {"unit", BOARD_KEY_OF(TILE_CALENDAR), false, read_unit, N_("is not hours or weeks")},
    {"text", BOARD_KEY_OF(TILE_TEXT), true, read_text, N_("is not one of the first 100 lines")},
};

const struct board_key *
board_key_find(const char *name, unsigned where)
{
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        if (strcmp(keys[i].name, name) == 0 && (keys[i].where & where) != 0) {
            return &keys[i];
        }
    }
    return NULL;
}

const char *
tile_set_key(struct tile *t, const char *key, const char *value)
{
    const struct board_key *found = board_key_find(key, BOARD_KEY_OF(t->kind));
    struct board_target target = {.tile = t};
    if (found == NULL || found->read == read_kind || strcmp(key, "row") == 0 ||
        strcmp(key, "column") == 0 || strcmp(key, "rows") == 0 || strcmp(key, "columns") == 0) {
        return N_("is not something that this kind of tile has");
    }
    if (!found->many) {
        return found->read(&target, value) ? NULL : found->not ;
    }
    g_ptr_array_set_size(found->read == read_text ? t->text : t->components, 0);
    char **parts = g_strsplit(value, found->read == read_text ? "|" : " ", -1);
    bool good = true;
    for (char **part = parts; *part != NULL && good; part++) {
        good = (**part == '\0' && found->read != read_text) || found->read(&target, *part);
    }
    g_strfreev(parts);
    return good ? NULL : found->not ;
}
