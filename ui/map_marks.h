/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The marks of a map: stations that stand too near each other for a mark each share one, which
 * tells the worst of them and how many there are.
 *
 * A mark belongs to a field of MAP_FIELD_COLUMNS x MAP_FIELD_ROWS cells of the world at its
 * zoom, and stands inside it whatever its width, so marks never overlap, and panning changes
 * none. At the closest zoom every station has a mark of its own; where several are in one place
 * they stand around it.
 *
 * Pure.
 */
#ifndef UI_MAP_MARKS_H
#define UI_MAP_MARKS_H

#include <stdint.h>

#include <glib.h>

#include "ui/map_world.h"

#define MAP_FIELD_COLUMNS 8
#define MAP_FIELD_ROWS    3
#define MAP_MARK_COLUMNS  6 /* at most: "!1x999", "!1x12k" */
#define MAP_SLOT_COLUMNS  4 /* for each at the closest zoom */

/* How bad a station is: an urgency (ui/roster.h), or one of these. Less is worse. */
enum map_severity {
    MAP_SEVERITY_FAULT = 100,
    MAP_SEVERITY_SILENT,
    MAP_SEVERITY_NEVER,
    MAP_SEVERITY_NORMAL,
    MAP_SEVERITY_HIDDEN = 255, /* has no mark */
};

struct map_mark {
    double column, row; /* whole cells of the world at the zoom: its glyph */
    uint32_t station;   /* the worst of its stations, the first of several */
    uint32_t n;         /* stations */
    uint32_t abnormal;  /* of these worse than MAP_SEVERITY_NEVER */
    uint8_t severity;   /* of the worst */
    uint8_t width;      /* columns, in every set of glyphs */
};

/* Append the marks, worst first, to out (struct map_mark); a station without a place has x NAN.
 * Where the number of a mark is shown it is that of the abnormal ones, if there are any. */
void map_marks_make(GArray *out, const struct map_point *at, const uint8_t *severity,
                    uint32_t n, int zoom);

/* "12", "999", "12k": "" for one. Needs 8 bytes. */
void map_mark_count(const struct map_mark *mark, char *dst, size_t cap);

/* The mark that stands for station, at the zoom they were made for; NULL: none. */
const struct map_mark *map_mark_of(const GArray *marks, const struct map_point *at,
                                   uint32_t station, int zoom);

#endif
