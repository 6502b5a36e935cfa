/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/map_marks.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ui/canvas.h"

/* A place for one mark at the closest zoom: MAP_SLOT_COLUMNS x 1 cells. Or a field. */
struct slot {
    int64_t x, y;
};

static guint
slot_hash(gconstpointer key)
{
    const struct slot *s = key;
    return (guint)((uint64_t)s->x * 0x9e3779b1u ^ (uint64_t)s->y * 0x85ebca6bu);
}

static gboolean
slot_equal(gconstpointer a, gconstpointer b)
{
    const struct slot *x = a, *y = b;
    return x->x == y->x && x->y == y->y;
}

static double
cell_column(struct map_point p, int zoom)
{
    return floor(p.x * map_scale(zoom) / CANVAS_DOTS_X);
}

static double
cell_row(struct map_point p, int zoom)
{
    return floor(p.y * map_scale(zoom) / CANVAS_DOTS_Y);
}

static bool
shown(const struct map_point *at, const uint8_t *severity, uint32_t i)
{
    return severity[i] != MAP_SEVERITY_HIDDEN && !isnan(at[i].x);
}

static struct map_mark
mark_of(const struct map_point *at, const uint8_t *severity, uint32_t i, int zoom)
{
    return (struct map_mark){.column = cell_column(at[i], zoom),
                             .row = cell_row(at[i], zoom),
                             .station = i,
                             .n = 1,
                             .abnormal = severity[i] < MAP_SEVERITY_NEVER ? 1 : 0,
                             .severity = severity[i],
                             .width = 2};
}

/* ---- one for a field ---- */

static struct slot
field_of(struct map_point p, int zoom)
{
    return (struct slot){(int64_t)floor(cell_column(p, zoom) / MAP_FIELD_COLUMNS),
                         (int64_t)floor(cell_row(p, zoom) / MAP_FIELD_ROWS)};
}

static void
join(struct map_mark *to, const struct map_mark *one)
{
    uint32_t n = to->n + 1, abnormal = to->abnormal + one->abnormal;
    if (one->severity < to->severity) {
        *to = *one;
    }
    to->n = n;
    to->abnormal = abnormal;
}

static void
make_fields(GArray *out, const struct map_point *at, const uint8_t *severity, uint32_t n,
            int zoom)
{
    GHashTable *fields = g_hash_table_new(slot_hash, slot_equal);
    struct slot *slots = g_new(struct slot, n);
    for (uint32_t i = 0; i < n; i++) {
        if (!shown(at, severity, i)) {
            continue;
        }
        slots[i] = field_of(at[i], zoom);
        struct map_mark mark = mark_of(at, severity, i, zoom);
        gpointer known = g_hash_table_lookup(fields, &slots[i]);
        if (known != NULL) {
            join(&g_array_index(out, struct map_mark, GPOINTER_TO_UINT(known) - 1), &mark);
        } else {
            g_array_append_val(out, mark);
            g_hash_table_insert(fields, &slots[i], GUINT_TO_POINTER(out->len));
        }
    }
    g_hash_table_destroy(fields);
    g_free(slots);
    for (guint i = 0; i < out->len; i++) { /* into the field with all of its columns */
        struct map_mark *mark = &g_array_index(out, struct map_mark, i);
        double field = floor(mark->column / MAP_FIELD_COLUMNS) * MAP_FIELD_COLUMNS;
        char count[8];
        map_mark_count(mark, count, sizeof(count));
        mark->width = (uint8_t)(*count == '\0' ? 2 : 3 + strlen(count));
        mark->column = MIN(mark->column, field + MAP_FIELD_COLUMNS - mark->width);
    }
}

/* ---- one for each ---- */

/* The step-th place of a spiral round (0, 0). */
static struct slot
spiral(uint32_t step)
{
    if (step == 0) {
        return (struct slot){0, 0};
    }
    int64_t ring = (int64_t)ceil((sqrt(step + 1.0) - 1) / 2);
    int64_t side = 2 * ring, left = step - (side - 1) * (side - 1);
    int64_t along = left % side;
    switch (left / side) {
    case 0:
        return (struct slot){ring, along - ring + 1};
    case 1:
        return (struct slot){ring - 1 - along, ring};
    case 2:
        return (struct slot){-ring, ring - 1 - along};
    default:
        return (struct slot){along - ring + 1, -ring};
    }
}

/* In the plant's order, so that no mark leaves its place when a station gets worse. */
static void
make_singles(GArray *out, const struct map_point *at, const uint8_t *severity, uint32_t n,
             int zoom)
{
    GHashTable *taken = g_hash_table_new(slot_hash, slot_equal); /* → first step not tried */
    struct slot *slots = g_new(struct slot, n);
    for (uint32_t i = 0; i < n; i++) {
        if (!shown(at, severity, i)) {
            continue;
        }
        struct map_mark mark = mark_of(at, severity, i, zoom);
        struct slot own = {(int64_t)floor(mark.column / MAP_SLOT_COLUMNS), (int64_t)mark.row};
        gpointer key = NULL, tried = NULL;
        g_hash_table_lookup_extended(taken, &own, &key, &tried);
        uint32_t step = GPOINTER_TO_UINT(tried);
        do {
            struct slot by = spiral(step++);
            slots[i] = (struct slot){own.x + by.x, own.y + by.y};
        } while (g_hash_table_contains(taken, &slots[i]));
        if (key != NULL) {
            g_hash_table_insert(taken, key, GUINT_TO_POINTER(step));
        }
        g_hash_table_insert(taken, &slots[i], GUINT_TO_POINTER(1));
        mark.column = (double)slots[i].x * MAP_SLOT_COLUMNS;
        mark.row = (double)slots[i].y;
        g_array_append_val(out, mark);
    }
    g_hash_table_destroy(taken);
    g_free(slots);
}

static gint
worst_first(gconstpointer a, gconstpointer b)
{
    const struct map_mark *x = a, *y = b;
    return x->severity != y->severity ? (int)x->severity - (int)y->severity
           : x->station < y->station  ? -1
                                      : x->station > y->station;
}

void
map_marks_make(GArray *out, const struct map_point *at, const uint8_t *severity, uint32_t n,
               int zoom)
{
    if (zoom >= MAP_ZOOM_MAX) {
        make_singles(out, at, severity, n, zoom);
    } else {
        make_fields(out, at, severity, n, zoom);
    }
    g_array_sort(out, worst_first);
}

void
map_mark_count(const struct map_mark *mark, char *dst, size_t cap)
{
    uint32_t n = mark->abnormal > 0 ? mark->abnormal : mark->n;
    if (n <= 1) {
        *dst = '\0';
    } else {
        snprintf(dst, cap, "%u%s", n < 1000 ? n : n / 1000, n < 1000 ? "" : "k");
    }
}

const struct map_mark *
map_mark_of(const GArray *marks, const struct map_point *at, uint32_t station, int zoom)
{
    struct slot field = field_of(at[station], zoom);
    for (guint i = 0; i < marks->len; i++) {
        const struct map_mark *mark = &g_array_index(marks, struct map_mark, i);
        struct slot other = field_of(at[mark->station], zoom);
        if (zoom >= MAP_ZOOM_MAX ? mark->station == station : slot_equal(&field, &other)) {
            return mark;
        }
    }
    return NULL;
}
