/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the admin, or the user, drew over the map: pipes and districts in GeoJSON (RFC 7946),
 * *.geojson in the directory "map" of the configuration. Lines, the outlines of polygons, and
 * points; the "name" of a feature stands at a point, or in the middle of a polygon.
 *
 * What is wrong is told with file and feature and left out; everything else is shown.
 * Bounds: OVERLAY_FILES files of OVERLAY_BYTES, OVERLAY_POINTS points in all.
 *
 * Threads: a directory is read by a thread of its own (overlay_start()), for files may be large
 * and disks slow; the result belongs to whom overlay_take() gives it.
 */
#ifndef UI_MAP_OVERLAY_H
#define UI_MAP_OVERLAY_H

#include "ui/map_data.h"

#define OVERLAY_FILES    64
#define OVERLAY_BYTES    ((size_t)4 * 1024 * 1024)
#define OVERLAY_POINTS   200000u
#define OVERLAY_PROBLEMS 20 /* more are only counted */

struct overlay {
    struct map_data *data;
    GPtrArray *problems; /* char *, in sentences */
    guint n_problems;    /* more than problems->len when there were many */
    guint n_files;
};

struct overlay *overlay_new(void);
void overlay_free(struct overlay *o); /* NULL is fine */

/* Add what a file holds; name is what problems call it. */
void overlay_parse(struct overlay *o, const char *name, const void *bytes, size_t len);
/* Add every *.geojson of a directory, in the order of their names. One that is not there is
 * empty; NULL is fine. */
void overlay_read_dir(struct overlay *o, const char *dir);

struct overlay_loader;
/* Read the directory map in each of both; NULL: none such. */
struct overlay_loader *overlay_start(const char *system_dir, const char *config_dir);
/* NULL: not read yet. Otherwise the loader is gone, and the result the caller's. */
struct overlay *overlay_take(struct overlay_loader *loader);
void overlay_stop(struct overlay_loader *loader); /* waits for it; NULL is fine */

#endif
