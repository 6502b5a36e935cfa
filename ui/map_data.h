/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lines and places that a map shows behind the stations: what came with the program (one file,
 * made by data/map/make_map.py), and what the admin drew (map_overlay.h).
 *
 * The file, little-endian: "LSMAP\n", u16 version 1; i32 west, east, south, north in millionths
 * of a degree; u32 lines, points, places. For each line u8 layer, u8 rank, u16 points; then all
 * points, u16 x and y, 0 to 65535 from west to east and from south to north; then for each
 * place a point, u32 people, u8 kind (0 town, 1 name of a river), u8 rank, u8 length and the
 * name in UTF-8. At the end the SHA-256 of all before it.
 *
 * Threads: what is read is never changed; reading needs nothing but its arguments.
 */
#ifndef UI_MAP_DATA_H
#define UI_MAP_DATA_H

#include <stdint.h>

#include <glib.h>

#include "src/core/error.h"
#include "ui/map_world.h"

/* In the order of the file's numbers; rank 1 is the most important. */
enum map_layer { MAP_COAST, MAP_BORDER, MAP_STATE, MAP_RIVER, MAP_OWN };
#define MAP_LAYERS (MAP_OWN + 1)

enum map_place_kind { MAP_TOWN, MAP_WATER, MAP_SITE };

struct map_line {
    struct map_box box;
    uint32_t first, n; /* its run in points */
    uint8_t layer, rank;
};

struct map_place {
    struct map_point at;
    char *name; /* sanitised */
    uint32_t people;
    uint8_t kind, rank;
};

struct map_data {
    GArray *points; /* struct map_point */
    GArray *lines;  /* struct map_line */
    GArray *places; /* struct map_place */
};

struct map_data *map_data_new(void);
void map_data_free(struct map_data *d); /* NULL is fine */

/* Append the line of the points from first to the end of the points. */
void map_data_end_line(struct map_data *d, guint first, enum map_layer layer, uint8_t rank);
/* A copy of name is taken. */
void map_data_add_place(struct map_data *d, const struct map_place *place);

/* RC_IO, RC_NOTFOUND: it cannot be read; RC_INVALID: it is not such a file, or is damaged. */
MUST_USE enum rc map_data_read(struct map_data **ret, const char *path, struct err *err);
/* The same of bytes. */
MUST_USE enum rc map_data_parse(struct map_data **ret, const void *bytes, size_t len,
                                struct err *err);

#endif
