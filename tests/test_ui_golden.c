/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Golden screens: every view that there is, in four sizes and two sets of glyphs, as it was
 * looked at and found good, in tests/golden. With GOLDEN_UPDATE=1 they are written anew; look
 * at them (tests/golden/pictures.sh) before they are kept.
 *
 * A file has the rows of the screen, then the runs of cells that are not plain: row, column,
 * length; b bold, r reversed, u underlined, f and g the colours of text and ground; dim text
 * cannot be told here. Last the place of the cursor.
 */
#include "tests/ui_fixture.h"

#include "ui/view.h"

#define DIFFERENCES 12 /* lines shown */

static const struct {
    int columns, rows;
} sizes[] = {{40, 12}, {80, 24}, {100, 30}, {200, 60}};

static const struct {
    const char *name, *glyphs;
} sets[] = {{"utf8", "STAGE_GLYPHS=braille"}, {"ascii", "STAGE_GLYPHS=ascii"}};

/* Some of everything; seconds that are no whole minutes where ages are told. */
static const char plant[] =
    "value PW-0003 FLT1 1\n"
    "value PW-0007 LEVEL 3.61\n"
    "value PW-0012 FLOW 412\n"
    "silent PW-0005 1\n"
    "heard PW-0005 4000\n"
    "never PW-0006\n"
    "quality PW-0009 LEVEL 1\n"
    "stale PW-0011 FLOW\n"
    "unknown tor-7 tempC 21.5\n"
    "unknown PW-0001 DOOR open\n"
    "alarm PW-0007 LEVEL hihi critical unacked age=130 value=3.61 limit=3.4 type=hihi "
    "name=Füllstand_sehr_hoch guidance=Schieber_V1_öffnen\n"
    "alarm PW-0012 FLOW hi high unacked age=610 value=412 limit=380 type=hi\n"
    "alarm PW-0003 FLT1 on medium acked age=5000 type=digital by=nadja comment=Monteur_kommt\n"
    "alarm PW-0005 - silent low returned_unacked age=4000 type=stale\n"
    "alarm PW-0016 LEVEL lo medium unacked age=7300 value=0.3 limit=0.4 type=lo "
    "shelved=Pumpentest\n"
    "maintained PW-0018 - Umbau\n"
    "pg up 60 0 0 0 0\n"
    "history whole\n"
    "journaled 20\n"
    "journaled 130 raised PW-0007 LEVEL hihi 3.61\n"
    "clock +90\n"
    "publish";

static const char *
source_root(void)
{
    const char *root = g_getenv("LEITSTAND_SOURCE");
    return root == NULL ? "." : root;
}

/* How to come there, where it is more than the view's key: so that there is something to see.
 */
static const char *const ways[VIEWS] = {[VIEW_TRENDS] = "4t"};

static struct play *
open_view(enum view view, int size, int set)
{
    const char key[] = {view_types[view]->key, '\0'};
    char *data = g_strdup_printf("STAGE_DATA=%s/data", source_root());
    const char *const env[] = {sets[set].glyphs,
                               "STAGE_CLOCK=1763679187",
                               "STAGE_NO_FLASH=1",
                               data,
                               "STAGE_STATE",
                               "STAGE_CONFIG",
                               NULL};
    const struct play_options o = {
        .columns = sizes[size].columns, .rows = sizes[size].rows, .stations = 60, .env = env};
    struct play *p = play_open(&o);
    g_free(data);
    play_tell(p, "%s", plant);
    play_publish(p);
    play_press(p, ways[view] != NULL ? ways[view] : key);
    play_tell(p, "clock +10"); /* nothing is held, nothing is new */
    play_publish(p);
    term_wait_quiet(p->t, 60);
    return p;
}

/* ---- a screen as a text ---- */

static void
append_look(GString *to, const struct term_cell *cell)
{
    g_string_append(to, cell->bold ? "b" : "");
    g_string_append(to, cell->reverse ? "r" : "");
    g_string_append(to, cell->underline ? "u" : "");
    if (cell->foreground != -1) {
        g_string_append_printf(to, "f%d", cell->foreground);
    }
    if (cell->background != -1) {
        g_string_append_printf(to, "g%d", cell->background);
    }
}

static void
append_runs(const struct play *p, int y, int columns, GString *to)
{
    GString *look = g_string_new(NULL), *before = g_string_new(NULL);
    int begin = 0;
    for (int x = 0; x <= columns; x++) {
        g_string_truncate(look, 0);
        if (x < columns) {
            struct term_cell cell = term_cell(p->t, y, x);
            append_look(look, &cell);
        }
        if (!g_string_equal(look, before)) {
            if (before->len > 0) {
                g_string_append_printf(to, "%d %d+%d %s\n", y, begin, x - begin, before->str);
            }
            begin = x;
            g_string_assign(before, look->str);
        }
    }
    g_string_free(look, TRUE);
    g_string_free(before, TRUE);
}

static char *
screen_text(const struct play *p, int size)
{
    char *rows = term_dump(p->t);
    GString *all = g_string_new(rows);
    g_free(rows);
    g_string_append(all, "--- attributes\n");
    for (int y = 0; y < sizes[size].rows; y++) {
        append_runs(p, y, sizes[size].columns, all);
    }
    int y, x;
    term_cursor(p->t, &y, &x);
    g_string_append_printf(all, "--- cursor %d %d\n", y, x);
    return g_string_free(all, FALSE);
}

/* ---- comparing ---- */

static char *
file_name(enum view view, int size, int set)
{
    char *name = g_ascii_strdown(view_types[view]->name, -1);
    g_strdelimit(name, " /", '-');
    char *path = g_strdup_printf("%s/tests/golden/%s-%dx%d-%s.txt", source_root(), name,
                                 sizes[size].columns, sizes[size].rows, sets[set].name);
    g_free(name);
    return path;
}

static void
print_difference(const char *path, const char *want, const char *got)
{
    char **a = g_strsplit(want, "\n", -1), **b = g_strsplit(got, "\n", -1);
    guint na = g_strv_length(a), nb = g_strv_length(b), shown = 0;
    fprintf(stderr, "%s (- as it was, + as it is)\n", path);
    for (guint i = 0; i < MAX(na, nb) && shown < DIFFERENCES; i++) {
        const char *x = i < na ? a[i] : "", *y = i < nb ? b[i] : "";
        if (strcmp(x, y) != 0) {
            fprintf(stderr, "%4u -%s\n     +%s\n", i + 1, x, y);
            shown++;
        }
    }
    g_strfreev(a);
    g_strfreev(b);
}

/* What an archive answers may come some moments later. */
static bool
becomes(struct play *p, int size, const char *want)
{
    for (int tries = 0; tries < 20; tries++) {
        char *got = screen_text(p, size);
        bool same = strcmp(got, want) == 0;
        g_free(got);
        if (same) {
            return true;
        }
        term_read_for(p->t, 100);
    }
    return false;
}

/* Returns whether it is as it shall be. */
static bool
check_view(enum view view, int size, int set, bool update)
{
    struct play *p = open_view(view, size, set);
    char *path = file_name(view, size, set), *want = NULL;
    bool good = true;
    if (update) {
        term_read_for(p->t, 500);
        char *got = screen_text(p, size);
        good = g_file_set_contents(path, got, -1, NULL);
        g_free(got);
    } else if (!g_file_get_contents(path, &want, NULL, NULL)) {
        fprintf(stderr, "%s is not there: run with GOLDEN_UPDATE=1\n", path);
        good = false;
    } else if (!becomes(p, size, want)) {
        char *got = screen_text(p, size);
        print_difference(path, want, got);
        g_free(got);
        good = false;
    }
    g_free(want);
    g_free(path);
    play_drop(p);
    return good;
}

static void
check_size(int size)
{
    bool update = g_strcmp0(g_getenv("GOLDEN_UPDATE"), "1") == 0, good = true;
    for (int view = 0; view < VIEWS; view++) {
        for (size_t set = 0; set < G_N_ELEMENTS(sets) && view_types[view] != NULL; set++) {
            good = check_view((enum view)view, size, (int)set, update) && good;
        }
    }
    assert_true(good);
}

static void
test_u36_golden_40x12(void **state)
{
    (void)state;
    check_size(0);
}

static void
test_u36_golden_80x24(void **state)
{
    (void)state;
    check_size(1);
}

static void
test_u36_golden_100x30(void **state)
{
    (void)state;
    check_size(2);
}

static void
test_u36_golden_200x60(void **state)
{
    (void)state;
    check_size(3);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_u36_golden_40x12),
    cmocka_unit_test(test_u36_golden_80x24),
    cmocka_unit_test(test_u36_golden_100x30),
    cmocka_unit_test(test_u36_golden_200x60),
};

PLAY_MAIN("ui_golden", tests)
