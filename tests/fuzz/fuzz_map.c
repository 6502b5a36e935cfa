/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as the map that comes with the program, with the checksum that belongs to them: it
 * is refused with a reason, or every line lies in its points and every place has a name.
 */
#include <assert.h>

#include "ui/map_data.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const struct map_data *d)
{
    uint32_t next = 0;
    for (guint i = 0; i < d->lines->len; i++) {
        const struct map_line *line = &g_array_index(d->lines, struct map_line, i);
        assert(line->first == next && line->n > 0 && line->layer < MAP_OWN);
        next += line->n;
        assert(next <= d->points->len);
        assert(line->box.left <= line->box.right && line->box.top <= line->box.bottom);
        assert(line->box.left >= 0 && line->box.right <= 1 && line->box.bottom <= 1);
    }
    assert(next == d->points->len);
    for (guint i = 0; i < d->places->len; i++) {
        const struct map_place *place = &g_array_index(d->places, struct map_place, i);
        assert(g_utf8_validate(place->name, -1, NULL) && place->kind < MAP_SITE);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    guint8 hash[32];
    gsize hash_size = sizeof(hash);
    GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
    GByteArray *bytes = g_byte_array_new();
    struct map_data *d = NULL;
    struct err err = {""};
    g_checksum_update(sum, data, (gssize)size);
    g_checksum_get_digest(sum, hash, &hash_size);
    g_byte_array_append(bytes, data, (guint)size);
    g_byte_array_append(bytes, hash, sizeof(hash));
    if (map_data_parse(&d, bytes->data, bytes->len, &err) == RC_OK) {
        check(d);
    } else {
        assert(*err.text != '\0');
    }
    map_data_free(d);
    g_byte_array_free(bytes, TRUE);
    g_checksum_free(sum);
    return 0;
}
