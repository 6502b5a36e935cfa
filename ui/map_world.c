/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/map_world.h"

#include <math.h>

#include <glib.h>

#include "ui/canvas.h"

#define LATITUDE_MOST 85.0 /* Mercator has no poles */
#define EQUATOR_KM    40075.0

bool
map_has_place(double latitude, double longitude)
{
    return fabs(latitude) <= 90 && fabs(longitude) <= 180; /* false for what is no number */
}

struct map_point
map_project(double latitude, double longitude)
{
    double angle = CLAMP(latitude, -LATITUDE_MOST, LATITUDE_MOST) * G_PI / 180;
    return (struct map_point){(longitude + 180) / 360, (1 - asinh(tan(angle)) / G_PI) / 2};
}

double
map_longitude(double x)
{
    return x * 360 - 180;
}

double
map_latitude(double y)
{
    return atan(sinh((1 - 2 * y) * G_PI)) * 180 / G_PI;
}

struct map_box
map_box_empty(void)
{
    return (struct map_box){INFINITY, INFINITY, -INFINITY, -INFINITY};
}

void
map_box_add(struct map_box *box, struct map_point p)
{
    box->left = MIN(box->left, p.x);
    box->top = MIN(box->top, p.y);
    box->right = MAX(box->right, p.x);
    box->bottom = MAX(box->bottom, p.y);
}

double
map_scale(int zoom)
{
    return exp2(zoom / 4.0);
}

struct map_frame
map_frame_of(struct map_point centre, int zoom, int rows, int columns)
{
    struct map_frame f = {.zoom = CLAMP(zoom, MAP_ZOOM_MIN, MAP_ZOOM_MAX),
                          .rows = MAX(rows, 0),
                          .columns = MAX(columns, 0)};
    f.scale = map_scale(f.zoom);
    double x = centre.x * f.scale / CANVAS_DOTS_X - f.columns / 2;
    double y = centre.y * f.scale / CANVAS_DOTS_Y - f.rows / 2;
    f.left = round(x) * CANVAS_DOTS_X;
    f.top = round(y) * CANVAS_DOTS_Y;
    return f;
}

struct map_point
map_frame_centre(const struct map_frame *f)
{
    double x = f->left + f->columns / 2 * CANVAS_DOTS_X;
    double y = f->top + f->rows / 2 * CANVAS_DOTS_Y;
    return (struct map_point){x / f->scale, y / f->scale};
}

double
map_frame_x(const struct map_frame *f, double x)
{
    return x * f->scale - f->left;
}

double
map_frame_y(const struct map_frame *f, double y)
{
    return y * f->scale - f->top;
}

bool
map_frame_holds(const struct map_frame *f, struct map_point p)
{
    double x = map_frame_x(f, p.x), y = map_frame_y(f, p.y);
    return x >= 0 && x < f->columns * CANVAS_DOTS_X && y >= 0 && y < f->rows * CANVAS_DOTS_Y;
}

bool
map_frame_meets(const struct map_frame *f, const struct map_box *box)
{
    return map_frame_x(f, box->right) >= -1 &&
           map_frame_x(f, box->left) <= f->columns * CANVAS_DOTS_X &&
           map_frame_y(f, box->bottom) >= -1 &&
           map_frame_y(f, box->top) <= f->rows * CANVAS_DOTS_Y;
}

int
map_zoom_for(const struct map_box *box, int most, int rows, int columns)
{
    int zoom = CLAMP(most, MAP_ZOOM_MIN, MAP_ZOOM_MAX);
    while (zoom > MAP_ZOOM_MIN &&
           ((box->right - box->left) * map_scale(zoom) > (columns - 2) * CANVAS_DOTS_X ||
            (box->bottom - box->top) * map_scale(zoom) > (rows - 1) * CANVAS_DOTS_Y)) {
        zoom--;
    }
    return zoom;
}

double
map_frame_km(const struct map_frame *f, int columns)
{
    double latitude = map_latitude(map_frame_centre(f).y) * G_PI / 180;
    return EQUATOR_KM * cos(latitude) * columns * CANVAS_DOTS_X / f->scale;
}
