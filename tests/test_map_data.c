/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "src/core/file.h"
#include "ui/map_data.h"

/* The bytes of the map that is shipped. */
static GByteArray *
shipped(void)
{
    char *path = g_build_filename(g_getenv("LEITSTAND_DATADIR"), "map", "germany.map", NULL);
    GString *text = g_string_new(NULL);
    struct err err;
    if (file_read(text, path, 1u << 20, &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
    GByteArray *bytes = g_byte_array_new();
    g_byte_array_append(bytes, (const guint8 *)text->str, (guint)text->len);
    g_string_free(text, TRUE);
    g_free(path);
    return bytes;
}

/* With the hash that belongs to it, so that what follows the hash is looked at. */
static enum rc
parse_hashed(struct map_data **ret, const uint8_t *bytes, size_t len, struct err *err)
{
    GByteArray *whole = g_byte_array_new();
    guint8 hash[32];
    gsize size = sizeof(hash);
    GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(sum, bytes, (gssize)len);
    g_checksum_get_digest(sum, hash, &size);
    g_checksum_free(sum);
    g_byte_array_append(whole, bytes, (guint)len);
    g_byte_array_append(whole, hash, sizeof(hash));
    enum rc rc = map_data_parse(ret, whole->data, whole->len, err);
    g_byte_array_free(whole, TRUE);
    return rc;
}

static void
test_shipped_map(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double latitude, longitude;
    } towns[] = {{"Berlin", 52.52, 13.41},
                 {"München", 48.14, 11.58},
                 {"Köln", 50.93, 6.95},
                 {"Hannover", 52.37, 9.73},
                 {"Nürnberg", 49.45, 11.08}};
    struct map_data *d = NULL;
    struct err err;
    char *path = g_build_filename(g_getenv("LEITSTAND_DATADIR"), "map", "germany.map", NULL);
    if (map_data_read(&d, path, &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(towns); i++) {
        struct map_point want = map_project(towns[i].latitude, towns[i].longitude);
        bool found = false;
        for (guint k = 0; k < d->places->len; k++) {
            const struct map_place *p = &g_array_index(d->places, struct map_place, k);
            found = found || (strcmp(p->name, towns[i].name) == 0 && p->kind == MAP_TOWN &&
                              hypot(p->at.x - want.x, p->at.y - want.y) < 1e-4);
        }
        if (!found) {
            fail_msg("%s is not where it is", towns[i].name);
        }
    }
    guint layers[MAP_LAYERS] = {0};
    for (guint i = 0; i < d->lines->len; i++) {
        layers[g_array_index(d->lines, struct map_line, i).layer]++;
    }
    for (int i = 0; i < MAP_OWN; i++) {
        assert_true(layers[i] > 10);
    }
    assert_int_equal(layers[MAP_OWN], 0);
    map_data_free(d);
    g_free(path);
}

static void
test_every_cut_is_seen(void **state)
{
    (void)state;
    GByteArray *bytes = shipped();
    struct map_data *d = NULL;
    struct err err;
    guint len = bytes->len - 32;
    for (guint n = 0; n < len; n += n < 2000 ? 1 : 997) {
        assert_int_equal(map_data_parse(&d, bytes->data, n, &err), RC_INVALID);
        assert_int_equal(parse_hashed(&d, bytes->data, n, &err), RC_INVALID);
        assert_true(*err.text != '\0');
    }
    assert_null(d);
    g_byte_array_set_size(bytes, len);
    assert_int_equal(parse_hashed(&d, bytes->data, bytes->len, &err), RC_OK);
    map_data_free(d);
    g_byte_array_free(bytes, TRUE);
}

static void
test_damage_is_seen(void **state)
{
    (void)state;
    GByteArray *bytes = shipped();
    struct map_data *d = NULL;
    struct err err;
    for (guint i = 0; i < bytes->len; i += 501) {
        bytes->data[i] ^= 0x40;
        assert_int_equal(map_data_parse(&d, bytes->data, bytes->len, &err), RC_INVALID);
        bytes->data[i] ^= 0x40;
    }
    assert_null(d);
    bytes->data[6] = 9;
    assert_int_equal(map_data_parse(&d, bytes->data, bytes->len, &err), RC_INVALID);
    assert_string_equal(err.text, "version 9, but this program reads 1");
    g_byte_array_free(bytes, TRUE);
}

static void
test_no_file(void **state)
{
    (void)state;
    struct map_data *d = NULL;
    struct err err;
    assert_int_equal(map_data_read(&d, "/nowhere/x.map", &err), RC_NOTFOUND);
    assert_non_null(strstr(err.text, "/nowhere/x.map"));
    assert_int_equal(map_data_read(&d, "/dev/null", &err), RC_INVALID);
    assert_non_null(strstr(err.text, "/dev/null"));
    assert_non_null(strstr(err.text, "is not a file"));
    char *empty = NULL;
    int fd = g_file_open_tmp("map-XXXXXX", &empty, NULL);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(map_data_read(&d, empty, &err), RC_INVALID);
    assert_non_null(strstr(err.text, "not a map of leitstand"));
    assert_null(d);
    g_unlink(empty);
    g_free(empty);
}

/* ---- the world ---- */

static void
test_projection(void **state)
{
    (void)state;
    for (double latitude = -80; latitude <= 80; latitude += 16) {
        for (double longitude = -180; longitude <= 180; longitude += 36) {
            struct map_point p = map_project(latitude, longitude);
            assert_true(fabs(map_latitude(p.y) - latitude) < 1e-9);
            assert_true(fabs(map_longitude(p.x) - longitude) < 1e-9);
        }
    }
    assert_true(map_project(90, 0).y >= 0 && map_project(-90, 0).y <= 1);
    assert_true(map_has_place(-90, 180));
    assert_false(map_has_place(NAN, 0));
    assert_false(map_has_place(0, INFINITY));
    assert_false(map_has_place(91, 0));
}

/* At every zoom the middle of a frame makes the same frame, and a step to the side is one. */
static void
test_frames_stand_still(void **state)
{
    (void)state;
    struct map_point start = map_project(53.55, 10.0);
    for (int zoom = MAP_ZOOM_MIN; zoom <= MAP_ZOOM_MAX; zoom++) {
        for (int columns = 40; columns < 44; columns++) {
            struct map_frame f = map_frame_of(start, zoom, columns / 3, columns), first = f;
            for (int i = 0; i < 50; i++) {
                struct map_point centre = map_frame_centre(&f);
                centre.x += 2 / f.scale;
                f = map_frame_of(centre, zoom, columns / 3, columns);
            }
            assert_true(f.left == first.left + 100 && f.top == first.top);
            assert_true(fmod(f.left, 2) == 0 && fmod(f.top, 4) == 0);
        }
    }
}

static void
test_zoom_for(void **state)
{
    (void)state;
    struct map_box box = map_box_empty();
    map_box_add(&box, map_project(47.3, 5.9));
    map_box_add(&box, map_project(55.0, 15.0));
    int zoom = map_zoom_for(&box, 64, 24, 80);
    assert_in_range(zoom, MAP_ZOOM_MIN + 1, 63);
    struct map_point centre = {(box.left + box.right) / 2, (box.top + box.bottom) / 2};
    struct map_frame f = map_frame_of(centre, zoom, 24, 80);
    assert_true(map_frame_holds(&f, map_project(47.3, 5.9)));
    assert_true(map_frame_holds(&f, map_project(55.0, 15.0)));
    assert_true(map_frame_meets(&f, &box));
    f = map_frame_of(map_project(0, 100), zoom, 24, 80);
    assert_false(map_frame_meets(&f, &box));
    assert_int_equal(map_zoom_for(&box, 64, 1, 2), MAP_ZOOM_MIN);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shipped_map),    cmocka_unit_test(test_every_cut_is_seen),
        cmocka_unit_test(test_damage_is_seen), cmocka_unit_test(test_no_file),
        cmocka_unit_test(test_projection),     cmocka_unit_test(test_frames_stand_still),
        cmocka_unit_test(test_zoom_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
