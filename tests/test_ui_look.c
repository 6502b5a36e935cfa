/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Colours as asked for, themes where there are few, glyphs that the terminal's font has; and
 * that a choice is kept. */
#include <math.h>
#include <unistd.h>

#include "tests/ui_fixture.h"

#include "ui/canvas.h"
#include "ui/glyph.h"

static const char plant[] =
    "value PW-0003 FLT1 1\n"
    "value PW-0007 LEVEL 3.61\n"
    "silent PW-0005 1\n"
    "never PW-0006\n"
    "quality PW-0009 LEVEL 1\n"
    "stale PW-0011 FLOW\n"
    "unknown tor-7 tempC 21.5\n"
    "rejected sensors/x/telemetry syntax {\n"
    "alarm PW-0007 LEVEL hihi critical unacked age=130 value=3.61 limit=3.4 suppresses=2 "
    "name=Füllstand_sehr_hoch guidance=Schieber_V1_öffnen\n"
    "alarm PW-0012 FLOW hi high unacked age=610 value=412 limit=380 type=hi\n"
    "alarm PW-0003 FLT1 on medium acked age=5000 type=digital by=nadja comment=kommt\n"
    "alarm PW-0008 LEVEL hihi critical acked age=5000 by=nadja\n"
    "alarm PW-0005 - silent low returned_unacked age=4000 type=stale\n"
    "alarm PW-0016 LEVEL lo medium unacked age=7300 value=0.3 shelved=Pumpentest\n"
    "maintained PW-0018 - Umbau\n"
    "pg up 60 0 0 0 0\n"
    "history whole\n"
    "journaled 20\n"
    "journaled 130 raised PW-0007 LEVEL hihi 3.61";

static struct play *
open_look(int columns, int rows, const char *const *env)
{
    const struct play_options o = {
        .columns = columns, .rows = rows, .stations = 60, .env = env};
    struct play *p = play_open(&o);
    play_tell(p, "%s", plant);
    play_publish(p);
    return p;
}

/* All views, and what opens within them; each key by itself, first Esc. */
static const char *const ways[] = {"1", "2", "2\r", "3", "4", "4\r", "4t",
                                   "5", "6", "7",   "8", "9", "u",   "2?"};

static void
go(struct play *p, const char *keys)
{
    play_press(p, "\033");
    for (; *keys != '\0'; keys++) {
        const char one[] = {*keys, '\0'};
        play_press(p, one);
        term_wait_quiet(p->t, 60); /* with what an archive answers */
    }
}

/* ---- colours ---- */

/* The highest index of a colour on the screen, -1: there is none. */
static int
highest_colour(const struct play *p)
{
    int most = -1;
    for (int i = 0; i < 24 * 80; i++) {
        struct term_cell cell = term_cell(p->t, i / 80, i % 80);
        most = MAX(most, MAX(cell.foreground, cell.background));
    }
    return most;
}

static void
test_u33_color_option(void **state)
{
    (void)state;
    static const struct {
        const char *env[4];
        int least, most;
    } cases[] = {
        {{"TERM=xterm-256color", "NO_COLOR", NULL}, 16, 255},
        {{"TERM=xterm-256color", "NO_COLOR=", "STAGE_COLOR=auto", NULL}, 16, 255},
        {{"TERM=xterm-256color", "NO_COLOR=1", "STAGE_COLOR=auto", NULL}, -1, -1},
        {{"TERM=xterm-256color", "NO_COLOR=1", NULL}, -1, -1},
        {{"TERM=xterm-256color", "NO_COLOR=1", "STAGE_COLOR=always", NULL}, 16, 255},
        {{"TERM=xterm-256color", "NO_COLOR=1", "STAGE_COLOR=16", NULL}, 8, 15},
        {{"TERM=xterm-256color", "NO_COLOR", "STAGE_COLOR=16", NULL}, 8, 15},
        {{"TERM=xterm-256color", "NO_COLOR", "STAGE_COLOR=never", NULL}, -1, -1},
        {{"TERM=xterm", "NO_COLOR", "STAGE_COLOR=always", NULL}, 1, 7},
        {{"TERM=xterm", "NO_COLOR", "STAGE_COLOR=16", NULL}, 1, 7},
        {{"TERM=xterm-mono", "NO_COLOR", "STAGE_COLOR=always", NULL}, -1, -1},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct play *p = open_look(80, 24, cases[i].env);
        int most = -1;
        for (size_t k = 0; k < G_N_ELEMENTS(ways); k++) {
            go(p, ways[k]);
            most = MAX(most, highest_colour(p));
        }
        print_message("# case %zu: colours up to %d\n", i, most);
        assert_true(most >= cases[i].least && most <= cases[i].most);
        play_close(p);
    }
}

/* Relative luminance, as WCAG has it, of xterm's sixteen colours. */
static double
luminance(int colour)
{
    static const unsigned char rgb[][3] = {
        {0, 0, 0},       {205, 0, 0},   {0, 205, 0},   {205, 205, 0},
        {0, 0, 238},     {205, 0, 205}, {0, 205, 205}, {229, 229, 229},
        {127, 127, 127}, {255, 0, 0},   {0, 255, 0},   {255, 255, 0},
        {92, 92, 255},   {255, 0, 255}, {0, 255, 255}, {255, 255, 255}};
    static const double weights[] = {0.2126, 0.7152, 0.0722};
    double sum = 0;
    for (int i = 0; i < 3; i++) {
        double part = rgb[colour][i] / 255.0;
        sum += weights[i] * (part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4));
    }
    return sum;
}

static void
assert_readable(const struct play *p, const char *where, double least)
{
    for (int i = 0; i < 24 * 80; i++) {
        struct term_cell cell = term_cell(p->t, i / 80, i % 80);
        if (*cell.text == '\0' || *cell.text == ' ') {
            continue;
        }
        if (cell.foreground < 0 || cell.background < 0) {
            fail_msg("after \"%s\": \"%s\" in row %d is on the terminal's ground", where,
                     cell.text, i / 80);
        }
        double a = luminance(cell.foreground) + 0.05, b = luminance(cell.background) + 0.05;
        if (MAX(a, b) / MIN(a, b) < least) {
            fail_msg("after \"%s\": \"%s\" in row %d has colour %d on %d", where, cell.text,
                     i / 80, cell.foreground, cell.background);
        }
    }
}

/* On its own ground, whatever that of the terminal is. Red of eight is what it is. */
static void
test_u33_few_colours_are_readable(void **state)
{
    (void)state;
    static const struct {
        const char *env[4];
        double contrast;
    } cases[] = {
        {{"TERM=xterm", "NO_COLOR", "STAGE_THEME=high-contrast", NULL}, 3.5},
        {{"STAGE_COLOR=16", "NO_COLOR", "STAGE_THEME=high-contrast", NULL}, 5},
        {{"TERM=xterm", "NO_COLOR", "STAGE_THEME=isa", NULL}, 3.5},
        {{"STAGE_COLOR=16", "NO_COLOR", "STAGE_THEME=isa", NULL}, 4.5},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct play *p = open_look(80, 24, cases[i].env);
        for (size_t k = 0; k < G_N_ELEMENTS(ways); k++) {
            go(p, ways[k]);
            assert_readable(p, ways[k], cases[i].contrast);
        }
        size_t len;
        const char *raw = (const char *)term_raw(p->t, &len);
        assert_null(memmem(raw, len, ";2m", 3)); /* nothing is dim */
        assert_null(memmem(raw, len, "[2m", 3));
        play_close(p);
    }
}

/* ---- what is kept ---- */

/* What was kept in dir, and dir. */
static void
forget(char *dir)
{
    char *file = g_build_filename(dir, "console.ini", NULL);
    assert_int_equal(unlink(file), 0);
    assert_int_equal(rmdir(dir), 0);
    g_free(file);
    g_free(dir);
}

static void
test_look_is_kept(void **state)
{
    (void)state;
    char *dir = g_dir_make_tmp("look-XXXXXX", NULL);
    char *kept = g_strdup_printf("STAGE_STATE=%s", dir);
    const char *const env[] = {kept, "NO_COLOR", NULL};
    const char *const asked[] = {kept, "NO_COLOR", "STAGE_THEME=dark", "STAGE_GLYPHS=braille",
                                 NULL};
    struct play *p = open_look(80, 24, env);
    assert_int_equal(term_cell(p->t, 12, 40).background, -1);
    play_press(p, ":theme high-contrast\r");
    play_see(p, "theme: high-contrast");
    play_press(p, ":glyphs vt\r");
    play_see(p, "glyphs: vt");
    play_close(p);

    p = open_look(80, 24, env);
    assert_int_equal(term_cell(p->t, 12, 40).background, 16);
    assert_false(play_shows(p, "►"));
    play_close(p);

    p = open_look(80, 24, asked); /* the command line comes first */
    assert_int_equal(term_cell(p->t, 12, 40).background, -1);
    assert_true(play_shows(p, "►"));
    play_close(p);

    forget(dir);
    g_free(kept);
}

/* Taken back, and nothing is kept of it. */
static void
test_look_is_undone(void **state)
{
    (void)state;
    char *dir = g_dir_make_tmp("look-XXXXXX", NULL);
    char *kept = g_strdup_printf("STAGE_STATE=%s", dir);
    const char *const env[] = {kept, "NO_COLOR", NULL};
    struct play *p = open_look(80, 24, env);
    play_press(p, ":theme high-contrast\r");
    play_see(p, "theme: high-contrast");
    play_press(p, ":glyphs vt\r");
    play_see(p, "glyphs: vt");
    assert_false(play_shows(p, "►"));
    play_press(p, "U");
    play_see(p, "taken back: glyphs: vt");
    assert_true(play_shows(p, "►"));
    assert_int_equal(term_cell(p->t, 12, 40).background, 16);
    play_press(p, "U");
    play_see(p, "taken back: theme: high-contrast");
    assert_int_equal(term_cell(p->t, 12, 40).background, -1);
    play_press(p, "U");
    play_see(p, "nothing to take back");
    play_close(p);

    p = open_look(80, 24, env);
    assert_int_equal(term_cell(p->t, 12, 40).background, -1);
    assert_true(play_shows(p, "►"));
    play_close(p);

    forget(dir);
    g_free(kept);
}

/* ---- glyphs ---- */

/* What Lat15-Fixed16, -Terminus16 and -VGA16 of Debian's console-setup all have beyond
 * Latin-1: those that may be needed. */
static const char console_font[] = "─│┌┐└┘├┤┬┴┼░▒█■▲▼●•–—…←↑→↓≤≥−€";
/* The same for a font without braille. */
static const char block_font[] = "▁▂▃▄▅▆▇▀▌▐▖▗▘▝▚▞▛▜▙▟▓◆○►";

/* Letters are those of names, of the plant and on the map: which of them a font has is a matter
 * of the reader's language. */
static bool
may_show(enum glyph_set set, const char *text)
{
    gunichar c = g_utf8_get_char(text);
    if (c < 0x7f || set == GLYPHS_ASCII) {
        return c < 0x7f;
    }
    return (c >= 0xa0 && c <= 0xff) || g_unichar_isalpha(c) ||
           g_utf8_strchr(console_font, -1, c) != NULL ||
           (set == GLYPHS_BLOCK && g_utf8_strchr(block_font, -1, c) != NULL);
}

static const enum glyph_set poor_sets[] = {GLYPHS_BLOCK, GLYPHS_VT, GLYPHS_ASCII};

static void
test_u36_tables(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(poor_sets); i++) {
        enum glyph_set set = poor_sets[i];
        for (int glyph = 0; glyph < GLYPHS; glyph++) {
            assert_true(may_show(set, glyph_text(set, (enum glyph)glyph)));
        }
        for (int height = 0; height <= GLYPH_BARS; height++) {
            assert_true(may_show(set, glyph_bar(set, height)));
        }
        for (int dots = 0; dots <= UINT8_MAX; dots++) {
            assert_true(may_show(set, canvas_glyph(set, (uint8_t)dots)));
        }
    }
    assert_false(may_show(GLYPHS_VT, "▄"));
    assert_false(may_show(GLYPHS_BLOCK, "⣿"));
}

/* The cells outside the set, told on stderr. */
static int
strangers(const struct play *p, enum glyph_set set, const char *where, int columns, int rows)
{
    int n = 0;
    for (int i = 0; i < rows * columns; i++) {
        struct term_cell cell = term_cell(p->t, i / columns, i % columns);
        if (!may_show(set, cell.text)) {
            fprintf(stderr, "%s, after \"%s\": \"%s\" in row %d, column %d\n",
                    glyph_set_name(set), where, cell.text, i / columns, i % columns);
            n++;
        }
    }
    return n;
}

static void
test_u36_every_view(void **state)
{
    (void)state;
    static const int sizes[][2] = {{80, 24}, {200, 60}};
    char *data = g_strdup_printf("STAGE_DATA=%s/data", g_getenv("LEITSTAND_SOURCE"));
    int n = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(poor_sets) * G_N_ELEMENTS(sizes); i++) {
        enum glyph_set set = poor_sets[i / G_N_ELEMENTS(sizes)];
        const int *size = sizes[i % G_N_ELEMENTS(sizes)];
        char *glyphs = g_strdup_printf("STAGE_GLYPHS=%s", glyph_set_name(set));
        const char *const env[] = {data, glyphs, NULL};
        struct play *p = open_look(size[0], size[1], env);
        for (size_t k = 0; k < G_N_ELEMENTS(ways); k++) {
            go(p, ways[k]);
            n += strangers(p, set, ways[k], size[0], size[1]);
        }
        play_close(p);
        g_free(glyphs);
    }
    g_free(data);
    assert_int_equal(n, 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_u33_color_option),
    cmocka_unit_test(test_u33_few_colours_are_readable),
    cmocka_unit_test(test_look_is_kept),
    cmocka_unit_test(test_look_is_undone),
    cmocka_unit_test(test_u36_tables),
    cmocka_unit_test(test_u36_every_view),
};

PLAY_MAIN("ui_look", tests)
