/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "ui/map_overlay.h"

#define FEATURE(geometry)                                                                      \
    "{\"type\":\"Feature\",\"properties\":{\"name\":\"N\"},\"geometry\":" geometry "}"
#define OF(type, coordinates) "{\"type\":\"" type "\",\"coordinates\":" coordinates "}"

static void
test_geometries(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        guint lines, points, places, problems;
    } cases[] = {
        {FEATURE(OF("Point", "[10,53]")), 0, 0, 1, 0},
        {FEATURE(OF("MultiPoint", "[[10,53],[11,53]]")), 0, 0, 2, 0},
        {FEATURE(OF("LineString", "[[10,53],[11,53],[12,54]]")), 1, 3, 0, 0},
        {FEATURE(OF("MultiLineString", "[[[10,53],[11,53]],[[1,2],[3,4],[5,6]]]")), 2, 5, 0, 0},
        {FEATURE(OF("Polygon", "[[[0,0],[1,0],[1,1],[0,0]]]")), 1, 4, 1, 0},
        {FEATURE(OF("Polygon", "[[[0,0],[9,0],[9,9],[0,0]],[[1,1],[2,1],[2,2],[1,1]]]")), 2, 8,
         1, 0},
        {FEATURE(
             OF("MultiPolygon", "[[[[0,0],[1,0],[1,1],[0,0]]],[[[5,5],[6,5],[6,6],[5,5]]]]")),
         2, 8, 1, 0},
        {FEATURE("{\"type\":\"GeometryCollection\",\"geometries\":[" OF(
             "Point", "[1,1]") "," OF("LineString", "[[1,1],[2,2,100]]") "]}"),
         1, 2, 1, 0},
        {OF("LineString", "[[10,53],[11,53]]"), 1, 2, 0, 0},
        {FEATURE("null"), 0, 0, 0, 0},
        {FEATURE("17"), 0, 0, 0, 1},
        {"{\"type\":\"FeatureCollection\",\"features\":[" FEATURE("null") "," FEATURE(
             OF("LineString", "[[10,53]]")) "," FEATURE(OF("Point", "[1,2]")) "]}",
         0, 0, 1, 1},
        {FEATURE(OF("LineString", "[[10,53],[11,\"x\"]]")), 0, 0, 0, 1},
        {FEATURE(OF("LineString", "[[10,53],[11,91]]")), 0, 0, 0, 1},
        {FEATURE(OF("Polygon", "[]")), 0, 0, 0, 1},
        {FEATURE(OF("Polygon", "[[[0,0],[1,1],[0,0]]]")), 0, 0, 0, 1},
        {FEATURE(OF("Circle", "[]")), 0, 0, 0, 1},
        {FEATURE("{\"type\":\"Point\"}"), 0, 0, 0, 1},
        {"{\"type\":\"FeatureCollection\"}", 0, 0, 0, 1},
        {"{}", 0, 0, 0, 1},
        {"[]", 0, 0, 0, 1},
        {"{", 0, 0, 0, 1},
        {"", 0, 0, 0, 1},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct overlay *o = overlay_new();
        overlay_parse(o, "x", cases[i].text, strlen(cases[i].text));
        if (o->data->lines->len != cases[i].lines || o->data->points->len != cases[i].points ||
            o->data->places->len != cases[i].places || o->n_problems != cases[i].problems) {
            fail_msg("%s: %u lines, %u points, %u places, %u problems", cases[i].text,
                     o->data->lines->len, o->data->points->len, o->data->places->len,
                     o->n_problems);
        }
        overlay_free(o);
    }
}

static void
test_problems_tell_where(void **state)
{
    (void)state;
    static const char text[] = "{\"type\":\"FeatureCollection\",\"features\":[" FEATURE(
        "null") "," FEATURE(OF("LineString", "[[10,53],[400,1]]")) "]}";
    struct overlay *o = overlay_new();
    overlay_parse(o, "pipes.geojson", text, strlen(text));
    overlay_parse(o, "bad.geojson", "{\n\n!", 4);
    assert_int_equal(o->problems->len, 2);
    assert_string_equal(g_ptr_array_index(o->problems, 0),
                        "pipes.geojson: feature 2: 400, 1 is no longitude and latitude");
    assert_true(g_str_has_prefix(g_ptr_array_index(o->problems, 1), "bad.geojson: line 3: "));
    overlay_free(o);
}

static void
test_names_are_harmless(void **state)
{
    (void)state;
    static const char text[] =
        "{\"type\":\"Feature\",\"properties\":{\"name\":\"a\\u001b[2Jb\"},"
        "\"geometry\":" OF("Point", "[1,2]") "}";
    struct overlay *o = overlay_new();
    overlay_parse(o, "x", text, strlen(text));
    assert_string_equal(g_array_index(o->data->places, struct map_place, 0).name, "a?[2Jb");
    overlay_free(o);
}

static void
test_bounds(void **state)
{
    (void)state;
    GString *text = g_string_new("{\"type\":\"LineString\",\"coordinates\":[[1,2]");
    for (unsigned i = 0; i < OVERLAY_POINTS; i++) {
        g_string_append(text, ",[1,2]");
    }
    g_string_append(text, "]}");
    struct overlay *o = overlay_new();
    overlay_parse(o, "x", text->str, text->len);
    assert_int_equal(o->data->points->len, 0);
    assert_string_equal(g_ptr_array_index(o->problems, 0),
                        "x: there are more than 200000 points in all");
    for (int i = 0; i < 100; i++) {
        overlay_parse(o, "x", "", 0);
    }
    assert_int_equal(o->n_problems, 101);
    assert_int_equal(o->problems->len, OVERLAY_PROBLEMS);
    overlay_free(o);

    g_string_assign(text, "");
    for (int i = 0; i < 1000; i++) {
        g_string_append(text, "{\"type\":\"GeometryCollection\",\"geometries\":[");
    }
    for (int i = 0; i < 1000; i++) {
        g_string_append(text, "]}");
    }
    o = overlay_new();
    overlay_parse(o, "deep", text->str, text->len);
    assert_string_equal(g_ptr_array_index(o->problems, 0),
                        "deep: collections stand too deep inside each other");
    overlay_free(o);
    g_string_free(text, TRUE);
}

/* ---- files ---- */

static void
put(const char *dir, const char *name, const char *text, gssize len)
{
    char *path = g_build_filename(dir, name, NULL);
    assert_true(g_file_set_contents(path, text, len, NULL));
    g_free(path);
}

static void
drop(const char *dir, const char *name)
{
    char *path = g_build_filename(dir, name, NULL);
    assert_int_equal(g_unlink(path), 0);
    g_free(path);
}

static void
test_directories(void **state)
{
    (void)state;
    char *dir = g_dir_make_tmp("overlay-XXXXXX", NULL);
    char *map = g_build_filename(dir, "map", NULL), *big = g_malloc0(OVERLAY_BYTES + 1);
    assert_int_equal(g_mkdir(map, 0700), 0);
    put(map, "b.geojson", OF("Point", "[1,2]"), -1);
    put(map, "a.geojson", "{", -1);
    put(map, "big.geojson", big, OVERLAY_BYTES + 1);
    put(map, "notes.txt", "no overlay", -1);

    struct overlay_loader *loader = overlay_start("/nowhere", dir);
    struct overlay *o;
    while ((o = overlay_take(loader)) == NULL) {
        g_thread_yield();
    }
    assert_int_equal(o->data->places->len, 1);
    assert_int_equal(o->n_problems, 2);
    assert_non_null(strstr(g_ptr_array_index(o->problems, 0), "a.geojson: line 1"));
    assert_non_null(strstr(g_ptr_array_index(o->problems, 1), "is larger than"));
    overlay_free(o);
    overlay_stop(overlay_start(dir, NULL)); /* nobody wants it any more */
    overlay_stop(NULL);

    drop(map, "a.geojson");
    drop(map, "b.geojson");
    drop(map, "big.geojson");
    drop(map, "notes.txt");
    assert_int_equal(g_rmdir(map), 0);
    assert_int_equal(g_rmdir(dir), 0);
    g_free(big);
    g_free(map);
    g_free(dir);
}

/* Who opens a pipe waits for somebody who writes; and who ends waits for the thread. */
static void
test_a_pipe_is_no_overlay(void **state)
{
    (void)state;
    char *dir = g_dir_make_tmp("overlay-XXXXXX", NULL);
    char *pipe = g_build_filename(dir, "pipe.geojson", NULL);
    assert_int_equal(mkfifo(pipe, 0600), 0);
    struct overlay *o = overlay_new();
    alarm(20);
    overlay_read_dir(o, dir);
    alarm(0);
    assert_int_equal(o->n_problems, 1);
    assert_non_null(strstr(g_ptr_array_index(o->problems, 0), "is not a file"));
    overlay_free(o);
    drop(dir, "pipe.geojson");
    assert_int_equal(g_rmdir(dir), 0);
    g_free(pipe);
    g_free(dir);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_geometries),         cmocka_unit_test(test_problems_tell_where),
        cmocka_unit_test(test_names_are_harmless), cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_directories),        cmocka_unit_test(test_a_pipe_is_no_overlay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
