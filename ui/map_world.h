/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where on the map a place of the earth is, and where on the screen a place of the map.
 *
 * World: the whole earth in Mercator's projection, x and y from 0 to 1, (0, 0) its north-west.
 * Frame: what a rectangle of cells shows of it. Its corner lies on a whole cell of the world at
 * its zoom, so that panning moves every dot by whole cells and changes none.
 *
 * Pure.
 */
#ifndef UI_MAP_WORLD_H
#define UI_MAP_WORLD_H

#include <stdbool.h>

struct map_point {
    double x, y; /* world */
};

struct map_box {
    double left, top, right, bottom; /* world */
};

bool map_has_place(double latitude, double longitude); /* numbers, and on the earth */
struct map_point map_project(double latitude, double longitude);
double map_longitude(double x);
double map_latitude(double y);

/* A box with nothing in it; one more point in it. */
struct map_box map_box_empty(void);
void map_box_add(struct map_box *box, struct map_point p);

/* At zoom z the world is 2^(z/4) dots wide. */
#define MAP_ZOOM_MIN  32
#define MAP_ZOOM_MAX  96 /* a dot is 2.4 m, less towards the poles */
#define MAP_ZOOM_STEP 2
#define MAP_ZOOM_TOWN 64 /* 600 m: a town and what lies around it */
double map_scale(int zoom);

struct map_frame {
    double left, top; /* of its first dot, in dots of the world */
    double scale;     /* dots that the world is wide */
    int zoom;
    int rows, columns;
};

struct map_frame map_frame_of(struct map_point centre, int zoom, int rows, int columns);
/* The middle of it: map_frame_of() makes the same frame of it again. */
struct map_point map_frame_centre(const struct map_frame *f);
/* In dots from its corner. */
double map_frame_x(const struct map_frame *f, double x);
double map_frame_y(const struct map_frame *f, double y);
bool map_frame_holds(const struct map_frame *f, struct map_point p);
bool map_frame_meets(const struct map_frame *f, const struct map_box *box);

/* The closest zoom, at most most, at which box fits into a frame of that size. */
int map_zoom_for(const struct map_box *box, int most, int rows, int columns);

/* How long so many columns are in the middle of the frame. */
double map_frame_km(const struct map_frame *f, int columns);

#endif
