/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/map_overlay.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "src/core/i18n.h"
#include "src/core/text.h"

#define DEPTH_MAX 8 /* collections inside each other */

struct overlay *
overlay_new(void)
{
    struct overlay *o = g_new0(struct overlay, 1);
    o->data = map_data_new();
    o->problems = g_ptr_array_new_with_free_func(g_free);
    return o;
}

void
overlay_free(struct overlay *o)
{
    if (o != NULL) {
        map_data_free(o->data);
        g_ptr_array_free(o->problems, TRUE);
        g_free(o);
    }
}

/* Where in the files it is. */
struct spot {
    struct overlay *o;
    const char *file;
    size_t feature;   /* from 1; 0: the file itself */
    const char *name; /* "": none, or it stands already */
    int depth;
};

static void PRINTF_LIKE(2, 3) problem(const struct spot *at, const char *fmt, ...)
{
    if (at->o->n_problems++ >= OVERLAY_PROBLEMS) {
        return;
    }
    char text[256], where[64] = "";
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    if (at->feature > 0) {
        snprintf(where, sizeof(where), _(" feature %zu:"), at->feature);
    }
    char *whole = g_strdup_printf("%s:%s %s", at->file, where, text);
    g_ptr_array_add(at->o->problems, text_sanitize_dup(whole, strlen(whole)));
    g_free(whole);
}

/* ---- geometries ---- */

static bool
position(const struct spot *at, const json_t *json, struct map_point *ret)
{
    const json_t *x = json_array_get(json, 0), *y = json_array_get(json, 1);
    if (!json_is_number(x) || !json_is_number(y)) {
        problem(at, "%s", _("a position is not [longitude, latitude]"));
        return false;
    }
    double longitude = json_number_value(x), latitude = json_number_value(y);
    if (!map_has_place(latitude, longitude)) {
        problem(at, _("%g, %g is no longitude and latitude"), longitude, latitude);
        return false;
    }
    *ret = map_project(latitude, longitude);
    return true;
}

static void
add_site(const struct spot *at, struct map_point p)
{
    char name[128];
    text_sanitize(name, sizeof(name), at->name, strlen(at->name));
    const struct map_place place = {.at = p, .name = name, .kind = MAP_SITE, .rank = 1};
    map_data_add_place(at->o->data, &place);
}

/* All of a line or none of it. */
static bool
add_line(const struct spot *at, const json_t *positions, bool ring)
{
    struct map_data *d = at->o->data;
    guint first = d->points->len;
    size_t n = json_array_size(positions);
    if (n < (ring ? 4 : 2)) {
        problem(at, "%s",
                ring ? _("a ring has fewer than four positions")
                     : _("a line has fewer than two positions"));
        return false;
    }
    if (first + n > OVERLAY_POINTS) {
        problem(at, _("there are more than %u points in all"), OVERLAY_POINTS);
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        struct map_point p;
        if (!position(at, json_array_get(positions, i), &p)) {
            g_array_set_size(d->points, first);
            return false;
        }
        g_array_append_val(d->points, p);
    }
    map_data_end_line(d, first, MAP_OWN, 1);
    return true;
}

static void
add_polygon(struct spot *at, const json_t *rings)
{
    if (json_array_size(rings) == 0) {
        problem(at, "%s", _("there are no coordinates"));
    }
    for (size_t i = 0; i < json_array_size(rings); i++) {
        if (add_line(at, json_array_get(rings, i), true) && *at->name != '\0') {
            const GArray *lines = at->o->data->lines;
            const struct map_box *box =
                &g_array_index(lines, struct map_line, lines->len - 1).box;
            add_site(at, (struct map_point){(box->left + box->right) / 2,
                                            (box->top + box->bottom) / 2});
            at->name = ""; /* neither holes nor further parts have one */
        }
    }
}

static void
add_point(struct spot *at, const json_t *json)
{
    struct map_point p;
    if (at->o->data->places->len >= OVERLAY_POINTS) {
        problem(at, _("there are more than %u points in all"), OVERLAY_POINTS);
    } else if (position(at, json, &p)) {
        add_site(at, p);
    }
}

static void
add_string(struct spot *at, const json_t *json)
{
    add_line(at, json, false);
}

static const struct {
    const char *type;
    void (*add)(struct spot *at, const json_t *coordinates);
    bool several;
} kinds[] = {
    {"Point", add_point, false},       {"MultiPoint", add_point, true},
    {"LineString", add_string, false}, {"MultiLineString", add_string, true},
    {"Polygon", add_polygon, false},   {"MultiPolygon", add_polygon, true},
};

static void add_geometry(struct spot *at, const json_t *json);

static void
add_collection(struct spot *at, const json_t *list)
{
    if (at->depth >= DEPTH_MAX) {
        problem(at, "%s", _("collections stand too deep inside each other"));
        return;
    }
    at->depth++;
    for (size_t i = 0; i < json_array_size(list); i++) {
        add_geometry(at, json_array_get(list, i));
    }
    at->depth--;
}

static void
add_geometry(struct spot *at, const json_t *json)
{
    const char *type = json_string_value(json_object_get(json, "type"));
    if (type != NULL && strcmp(type, "GeometryCollection") == 0) {
        add_collection(at, json_object_get(json, "geometries"));
        return;
    }
    for (size_t i = 0; type != NULL && i < G_N_ELEMENTS(kinds); i++) {
        if (strcmp(type, kinds[i].type) != 0) {
            continue;
        }
        const json_t *coordinates = json_object_get(json, "coordinates");
        if (!json_is_array(coordinates)) {
            problem(at, "%s", _("there are no coordinates"));
        } else if (!kinds[i].several) {
            kinds[i].add(at, coordinates);
        }
        for (size_t k = 0; kinds[i].several && k < json_array_size(coordinates); k++) {
            kinds[i].add(at, json_array_get(coordinates, k));
        }
        return;
    }
    problem(at, _("\"%.40s\" is no type of geometry"), type == NULL ? "" : type);
}

/* ---- features ---- */

static void
add_feature(struct spot *at, const json_t *json)
{
    const char *name =
        json_string_value(json_object_get(json_object_get(json, "properties"), "name"));
    const json_t *geometry = json_object_get(json, "geometry");
    at->name = name == NULL ? "" : name;
    if (json_is_object(geometry)) {
        add_geometry(at, geometry);
    } else if (!json_is_null(geometry)) { /* which a feature without a place has */
        problem(at, "%s", _("there is no geometry"));
    }
    at->name = "";
}

static void
add_root(struct spot *at, const json_t *json)
{
    const char *type = json_string_value(json_object_get(json, "type"));
    if (type == NULL) {
        problem(at, "%s", _("this is no GeoJSON: it has no type"));
    } else if (strcmp(type, "FeatureCollection") == 0) {
        const json_t *features = json_object_get(json, "features");
        if (!json_is_array(features)) {
            problem(at, "%s", _("there are no features"));
        }
        for (size_t i = 0; i < json_array_size(features); i++) {
            at->feature = i + 1;
            add_feature(at, json_array_get(features, i));
        }
    } else if (strcmp(type, "Feature") == 0) {
        add_feature(at, json);
    } else {
        add_geometry(at, json);
    }
}

void
overlay_parse(struct overlay *o, const char *name, const void *bytes, size_t len)
{
    struct spot at = {.o = o, .file = name, .name = ""};
    json_error_t error;
    json_t *json = json_loadb(bytes, len, JSON_REJECT_DUPLICATES, &error);
    if (json == NULL) {
        char text[JSON_ERROR_TEXT_LENGTH];
        text_sanitize(text, sizeof(text), error.text, strlen(error.text));
        problem(&at, _("line %d: %s"), error.line, text);
        return;
    }
    add_root(&at, json);
    json_decref(json);
}
