/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/map_data.h"

#include <string.h>

#include "src/core/file.h"
#include "src/core/text.h"

#define MAGIC      "LSMAP\n"
#define VERSION    1u
#define STEPS      65535.0
#define BYTES_MAX  ((size_t)4 * 1024 * 1024)
#define HASH_BYTES 32u

struct map_data *
map_data_new(void)
{
    struct map_data *d = g_new0(struct map_data, 1);
    d->points = g_array_new(FALSE, FALSE, sizeof(struct map_point));
    d->lines = g_array_new(FALSE, FALSE, sizeof(struct map_line));
    d->places = g_array_new(FALSE, FALSE, sizeof(struct map_place));
    return d;
}

void
map_data_free(struct map_data *d)
{
    if (d == NULL) {
        return;
    }
    for (guint i = 0; i < d->places->len; i++) {
        g_free(g_array_index(d->places, struct map_place, i).name);
    }
    g_array_free(d->points, TRUE);
    g_array_free(d->lines, TRUE);
    g_array_free(d->places, TRUE);
    g_free(d);
}

void
map_data_end_line(struct map_data *d, guint first, enum map_layer layer, uint8_t rank)
{
    struct map_line line = {.box = map_box_empty(),
                            .first = first,
                            .n = d->points->len - first,
                            .layer = (uint8_t)layer,
                            .rank = rank};
    for (guint i = first; i < d->points->len; i++) {
        map_box_add(&line.box, g_array_index(d->points, struct map_point, i));
    }
    if (line.n > 0) {
        g_array_append_val(d->lines, line);
    }
}

void
map_data_add_place(struct map_data *d, const struct map_place *place)
{
    struct map_place copy = *place;
    copy.name = text_sanitize_dup(place->name, strlen(place->name));
    g_array_append_val(d->places, copy);
}

/* ---- bytes ---- */

/* Numbers out of bytes; past the end they are 0, and cut tells. */
struct reader {
    const uint8_t *p, *end;
    bool cut;
};

static uint32_t
number(struct reader *r, unsigned bytes)
{
    uint32_t value = 0;
    if ((size_t)(r->end - r->p) < bytes) {
        r->cut = true;
        r->p = r->end;
        return 0;
    }
    for (unsigned i = 0; i < bytes; i++) {
        value |= (uint32_t)*r->p++ << (8 * i);
    }
    return value;
}

struct head {
    double west, east, south, north; /* degrees */
    uint32_t lines, points, places;
};

static double
degrees(struct reader *r)
{
    return (int32_t)number(r, 4) / 1e6;
}

static struct map_point
point(struct reader *r, const struct head *h)
{
    double x = number(r, 2) / STEPS, y = number(r, 2) / STEPS;
    return map_project(h->south + y * (h->north - h->south), h->west + x * (h->east - h->west));
}

static enum rc
read_head(struct reader *r, struct head *h, struct err *err)
{
    if ((size_t)(r->end - r->p) < strlen(MAGIC) || memcmp(r->p, MAGIC, strlen(MAGIC)) != 0) {
        return err_set(err, RC_INVALID, "not a map of leitstand");
    }
    r->p += strlen(MAGIC);
    uint32_t version = number(r, 2);
    if (version != VERSION) {
        return err_set(err, RC_INVALID, "version %u, but this program reads %u", version,
                       VERSION);
    }
    h->west = degrees(r);
    h->east = degrees(r);
    h->south = degrees(r);
    h->north = degrees(r);
    h->lines = number(r, 4);
    h->points = number(r, 4);
    h->places = number(r, 4);
    bool earth = map_has_place(h->south, h->west) && map_has_place(h->north, h->east) &&
                 h->west < h->east && h->south < h->north;
    size_t left = (size_t)(r->end - r->p);
    if (r->cut || !earth || h->lines > left / 4 || h->points > left / 4 ||
        h->places > left / 11) {
        return err_set(err, RC_INVALID, "damaged: its head makes no sense");
    }
    return RC_OK;
}

static enum rc
read_lines(struct reader *r, const struct head *h, struct map_data *d, struct err *err)
{
    struct reader points = {.p = r->p + (size_t)h->lines * 4, .end = r->end};
    uint32_t left = h->points;
    for (uint32_t i = 0; i < h->lines; i++) {
        uint32_t layer = number(r, 1), rank = number(r, 1), n = number(r, 2);
        if (layer >= MAP_OWN || n > left) {
            return err_set(err, RC_INVALID, "damaged: line %u makes no sense", i + 1);
        }
        left -= n;
        guint first = d->points->len;
        for (uint32_t k = 0; k < n; k++) {
            struct map_point p = point(&points, h);
            g_array_append_val(d->points, p);
        }
        map_data_end_line(d, first, (enum map_layer)layer, (uint8_t)rank);
    }
    *r = points;
    return left == 0 && !r->cut ? RC_OK
                                : err_set(err, RC_INVALID, "damaged: points are missing");
}

static enum rc
read_places(struct reader *r, const struct head *h, struct map_data *d, struct err *err)
{
    for (uint32_t i = 0; i < h->places; i++) {
        struct map_place place = {.at = point(r, h)};
        place.people = number(r, 4);
        uint32_t kind = number(r, 1);
        place.kind = (uint8_t)kind;
        place.rank = (uint8_t)number(r, 1);
        uint32_t len = number(r, 1);
        if (r->cut || kind >= MAP_SITE || len > (size_t)(r->end - r->p)) {
            return err_set(err, RC_INVALID, "damaged: place %u makes no sense", i + 1);
        }
        place.name = text_sanitize_dup(r->p, len);
        r->p += len;
        g_array_append_val(d->places, place);
    }
    return r->p == r->end ? RC_OK
                          : err_set(err, RC_INVALID, "damaged: something follows its end");
}

static bool
hash_fits(const uint8_t *bytes, size_t len)
{
    GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
    guint8 hash[HASH_BYTES];
    gsize size = sizeof(hash);
    g_checksum_update(sum, bytes, (gssize)(len - HASH_BYTES));
    g_checksum_get_digest(sum, hash, &size);
    g_checksum_free(sum);
    return memcmp(hash, bytes + len - HASH_BYTES, HASH_BYTES) == 0;
}

enum rc
map_data_parse(struct map_data **ret, const void *bytes, size_t len, struct err *err)
{
    if (len <= HASH_BYTES) {
        return err_set(err, RC_INVALID, "not a map of leitstand");
    }
    struct reader r = {.p = bytes, .end = (const uint8_t *)bytes + len - HASH_BYTES};
    struct head head = {.lines = 0};
    enum rc rc = read_head(&r, &head, err);
    if (rc == RC_OK && !hash_fits(bytes, len)) {
        rc = err_set(err, RC_INVALID, "damaged: its checksum is another one");
    }
    struct map_data *d = map_data_new();
    rc = rc == RC_OK ? read_lines(&r, &head, d, err) : rc;
    rc = rc == RC_OK ? read_places(&r, &head, d, err) : rc;
    if (rc != RC_OK) {
        map_data_free(d);
        return rc;
    }
    *ret = d;
    return RC_OK;
}

enum rc
map_data_read(struct map_data **ret, const char *path, struct err *err)
{
    GString *bytes = g_string_new(NULL);
    enum rc rc = file_read(bytes, path, BYTES_MAX, err);
    if (rc == RC_OK) {
        rc = map_data_parse(ret, bytes->str, bytes->len, err);
        rc = rc == RC_OK ? rc : err_wrap(err, rc, "map \"%s\"", path);
    }
    g_string_free(bytes, TRUE);
    return rc;
}
