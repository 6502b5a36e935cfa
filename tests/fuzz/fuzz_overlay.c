/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as an overlay in GeoJSON: what is taken is on the earth, what is not has a reason.
 */
#include <assert.h>
#include <math.h>

#include "ui/map_overlay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct overlay *o = overlay_new();
    overlay_parse(o, "x.geojson", data, size);
    for (guint i = 0; i < o->data->points->len; i++) {
        struct map_point p = g_array_index(o->data->points, struct map_point, i);
        assert(p.x >= 0 && p.x <= 1 && p.y >= 0 && p.y <= 1);
    }
    for (guint i = 0; i < o->data->lines->len; i++) {
        const struct map_line *line = &g_array_index(o->data->lines, struct map_line, i);
        assert(line->n >= 2 && line->first + line->n <= o->data->points->len);
    }
    for (guint i = 0; i < o->problems->len; i++) {
        const char *text = g_ptr_array_index(o->problems, i);
        assert(g_str_has_prefix(text, "x.geojson:") && g_utf8_validate(text, -1, NULL));
    }
    assert(o->problems->len == MIN(o->n_problems, OVERLAY_PROBLEMS));
    overlay_free(o);
    return 0;
}
