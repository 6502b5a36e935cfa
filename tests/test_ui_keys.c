/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys on their way in, and the table of what they do. */
#include "tests/ui_fixture.h"

#include <curses.h>

#include "ui/keymap.h"
#include "ui/view.h"

#define CTRL(letter) ((letter)&0x1f)

/* ---- the table ---- */

static void
test_u08_every_action_can_be_typed(void **state)
{
    (void)state;
    for (int i = 0; i < action_count(); i++) {
        const struct action *a = action_at(i);
        if (a->name == NULL || *a->name == '\0' || keymap_by_name(a->name) != a) {
            fail_msg("action %d: \":%s\" is not its name alone", i, a->name);
        }
        for (const char *c = a->name; *c != '\0'; c++) {
            assert_true(g_ascii_islower(*c) || *c == '-');
        }
        assert_true(a->text != NULL && *a->text != '\0');
        assert_true(a->places != 0 && a->run != NULL);
    }
}

static bool
reaches(const struct keymap *m, const struct action *a, int key)
{
    for (unsigned place = PLACE_LIST; place <= PLACE_LAST; place <<= 1) {
        if ((a->places & place) != 0 && keymap_find(m, key, (enum place)place) == a) {
            return true;
        }
    }
    return false;
}

/* No key is shadowed by another action, and none is one that screen, tmux, the line or the
 * window takes. */
static void
test_keys(void **state)
{
    (void)state;
    static const int taken[] = {CTRL('A'), CTRL('B'), CTRL('S'), CTRL('Q'),
                                TERMINAL_KEY | KEY_F(11)};
    struct keymap *m = keymap_new();
    for (int i = 0; i < action_count(); i++) {
        for (int k = 0; k < ACTION_KEYS && action_at(i)->keys[k] != 0; k++) {
            int key = action_at(i)->keys[k];
            char name[16];
            keymap_key_name(name, sizeof(name), key);
            if (!reaches(m, action_at(i), key)) {
                fail_msg("key %s of \"%s\" does something else", name, action_at(i)->name);
            }
            assert_true(*name != '\0' && (key == '?' || strchr(name, '?') == NULL));
            for (size_t t = 0; t < G_N_ELEMENTS(taken); t++) {
                assert_int_not_equal(key, taken[t]);
            }
        }
    }
    keymap_free(m);
}

static void
test_help_has_all(void **state)
{
    (void)state;
    struct play_options o = {.columns = 200, .rows = 60};
    struct play *p = play_open(&o);
    for (int i = 0; i < action_count(); i++) {
        char name[64];
        snprintf(name, sizeof(name), "?%s", action_at(i)->name);
        term_send(p->t, name);
        snprintf(name, sizeof(name), ":%s ", action_at(i)->name);
        play_see(p, name);
        term_send(p->t, "\033");
        play_see_no(p, "type to search");
    }
    play_close(p);
}

/* Two keystrokes at most to any view; one, in fact, from any other. */
static void
test_u09_views(void **state)
{
    (void)state;
    struct play_options o = {.columns = 200, .rows = 30};
    struct play *p = play_open(&o);
    int seen = 0;
    for (int i = 0; i < VIEWS * VIEWS; i++) {
        const struct view_type *from = view_types[i / VIEWS], *to = view_types[i % VIEWS];
        if (from == NULL || to == NULL) {
            continue;
        }
        const char keys[2][2] = {{from->key}, {to->key}};
        char sign[64];
        term_send(p->t, keys[0]);
        term_send(p->t, keys[1]);
        snprintf(sign, sizeof(sign), "[%c %s]", to->key, to->name);
        play_see(p, sign);
        seen++;
    }
    assert_true(seen >= 16);
    play_close(p);
}

/* ---- help ---- */

static void
test_u09_help_searches_and_runs(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    term_send(p->t, "?glyphs");
    play_see(p, ":glyphs");
    play_see_no(p, ":mouse");
    term_send(p->t, "\r");
    play_see(p, "glyphs: block");
    term_send(p->t, "?ctrl-l"); /* by key */
    play_see(p, ":redraw");
    play_see_no(p, ":mouse");
    term_send(p->t, "\033");
    play_see(p, "PW-0001");
    term_send(p->t, "?ADOPT"); /* in any case; what cannot be done says why */
    play_see(p, ":adopt");
    play_see(p, "(not here)");
    term_send(p->t, "\r");
    play_see(p, "does not apply here");
    term_send(p->t, "?xyzzy");
    play_see(p, "nothing has this name or key");
    term_send(p->t, "\r");
    play_close(p);
}

/* Without room for all, what an action does stays readable, and which key or name it has. */
static void
test_u09_help_of_a_phone(void **state)
{
    (void)state;
    const struct play_options o = {.columns = 40, .rows = 12};
    struct play *p = play_open(&o);
    term_send(p->t, "?redraw");
    play_see(p, "Ctrl-L");
    play_see(p, "paint the whole scree");
    term_send(p->t, "\033");
    play_see(p, "PW-0001");
    term_send(p->t, "?select the station"); /* has no key */
    play_see(p, ":station");
    play_see(p, "UID: select the stati");
    play_close(p);
}

/* ---- prompts ---- */

static void
test_u07_prompt_owns_keys(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    term_send(p->t, "/q?1aM:");
    play_see(p, "/q?1aM:");
    assert_true(play_shows(p, "0 of 40"));
    term_send(p->t, "\033");
    play_see_no(p, "/q?1aM:");
    term_send(p->t, ":q?1a/");
    play_see(p, ":q?1a/");
    term_send(p->t, "\033");
    play_see_no(p, ":q?1a/");
    play_wait_selected(p, "PW-0001");
    play_close(p);
}

static void
test_prompt_edits(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    term_send(p->t, ":eins zwei");
    play_see(p, ":eins zwei");
    term_send(p->t, "\027drei"); /* Ctrl-W */
    play_see(p, ":eins drei");
    term_send(p->t, "\033[D\033[D\033[D\033[D\x7f\033OH"
                    "ä\033[3~"); /* arrows, Backspace, Home, Delete */
    play_see(p, ":äinsdrei");
    term_send(p->t, "\025"); /* Ctrl-U up to the cursor */
    play_see(p, ":insdrei");
    term_send(p->t, "\r");
    play_see(p, "no command \"insdrei\"");
    term_send(p->t, ":\033[A"); /* history */
    play_see(p, ":insdrei");
    term_send(p->t, "\025\033");
    term_wait_quiet(p->t, 30);
    term_send(p->t, ":sort na\t");
    play_see(p, ":sort name");
    term_send(p->t, "\025gly\t");
    play_see(p, ":glyphs");
    term_send(p->t, "\033");
    play_see_no(p, ":glyphs");
    term_send(p->t, ":station PW-0022\r");
    play_wait_selected(p, "PW-0022");
    play_close(p);
}

static void
test_prompt_is_bounded(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    term_send(p->t, ":");
    for (int i = 0; i < 50; i++) {
        term_send(p->t, "0123456789ü");
    }
    term_send(p->t, "\033[D\033[D");
    play_see(p, "0123456789ü");
    term_send(p->t, "\025");
    play_see_no(p, "0123456789ü0");
    play_close(p);
}

/* ---- pastes ---- */

#define PASTE     "\033[200~"
#define PASTE_END "\033[201~"

static void
test_u12_paste_triggers_nothing(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    GString *paste = g_string_new(PASTE);
    while (paste->len < 10000) {
        g_string_append(paste, "jjqa\r\n:quit\r/xyz\r?M2\033\033[B\t");
    }
    g_string_append(paste, PASTE_END);
    term_send(p->t, paste->str);
    g_string_free(paste, TRUE);
    term_send(p->t, "j"); /* what is typed behind it counts again */
    play_wait_selected(p, "PW-0002");
    assert_true(term_mouse(p->t));
    assert_false(play_shows(p, "of 40"));
    play_close(p);
}

static void
test_paste_into_prompt(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    term_send(p->t, ":" PASTE "sort\rid\t\n:quit" PASTE_END);
    play_see(p, ":sort id  :quit"); /* one line, and not run */
    term_send(p->t, "\033");
    play_see_no(p, ":quit");
    play_close(p);
}

/* A question is answered by a key, not by what happens to be in the clipboard. */
static void
test_paste_answers_no_question(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    term_send(p->t, "y");
    play_see(p, "copy:  i id");
    term_send(p->t, PASTE "yes" PASTE_END);
    play_press(p, "\f");
    assert_true(play_shows(p, "copy:  i id"));
    term_send(p->t, "n");
    play_see_no(p, "copy:  i id");
    play_close(p);
}

/* A paste whose end is lost does not make the keys dead for ever. */
static void
test_paste_without_end(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    term_send(p->t, PASTE "qqq");
    mono_us deadline = clock_now().mono + TERM_LIMIT_MS * US_PER_MS;
    while (strcmp(play_selected(p), "PW-0002") != 0 && clock_now().mono < deadline) {
        term_wait_quiet(p->t,
                        1200); /* each key is taken for a part of the paste for a second */
        term_send(p->t, "j");
        term_wait_quiet(p->t, 50);
    }
    play_wait_selected(p, "PW-0002");
    play_close(p);
}

/* ---- Esc and sequences ---- */

static void
test_u06_escape_is_quick(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    mono_us best = INT64_MAX;
    for (int i = 0; i < 10; i++) {
        play_press(p, "?");
        play_see(p, "type to search");
        mono_us begin = clock_now().mono;
        term_send(p->t, "\033");
        play_see_no(p, "type to search");
        best = MIN(best, clock_now().mono - begin);
    }
    assert_in_range(best, 0, 60 * US_PER_MS);
    play_close(p);
}

/* An arrow key that comes in two packets; the second may be late when the machine is busy. */
static void
test_u06_split_arrow(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    for (int i = 0; i < 20 && strcmp(play_selected(p), "PW-0002") != 0; i++) {
        term_send(p->t, "\033");
        term_wait_quiet(p->t, 10);
        term_send(p->t, "[B");
        term_wait_quiet(p->t, 40);
    }
    assert_string_equal(play_selected(p), "PW-0002");
    play_close(p);
}

static void
test_u06_escdelay_is_honoured(void **state)
{
    (void)state;
    static const char *const env[] = {"ESCDELAY=3000", NULL};
    struct play_options o = {.env = env};
    struct play *p = play_open(&o);
    term_send(p->t, "\033");
    term_wait_quiet(p->t, 60);
    term_send(p->t, "[");
    term_wait_quiet(p->t, 60);
    term_send(p->t, "B");
    play_wait_selected(p, "PW-0002");
    term_send(p->t, ":quit\r");
    int status = -1;
    assert_true(term_wait_exit(p->t, &status));
    assert_int_equal(status, 0);
    play_drop(p);
}

/* Sequences that nobody asked for: none of their letters may act. */
static void
test_unknown_sequences(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    term_send(p->t, "\033[1;5q\033[99;99j\033[?62;1;2c\033[0n\033[12;40R\033Oq\033[I\033[O");
    term_send(p->t, "j");
    play_wait_selected(p, "PW-0002");
    play_press(p, "\033[M"); /* an old mouse report that ends too early */
    play_press(p, "\033");
    play_close(p);
}

/* Other input than text: nothing of it may end or hang the console. */
static void
test_random_bytes(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    GRand *random = g_rand_new_with_seed(7);
    for (int i = 0; i < 200; i++) {
        char bytes[64];
        for (size_t k = 0; k < sizeof(bytes); k++) {
            char c = (char)g_rand_int_range(random, 0, 256);
            /* Not those that quit, suspend, or reach the line. */
            bytes[k] = strchr("qQ\003\032\034\r\n\021\023", c) != NULL ? '\033' : c;
        }
        term_send_bytes(p->t, bytes, sizeof(bytes));
    }
    g_rand_free(random);
    term_send(p->t, PASTE_END);
    for (int i = 0; i < 3; i++) {
        play_press(p, "\033");
        term_wait_quiet(p->t, 40);
    }
    term_send(p->t, "2:station PW-0022\r");
    term_wait_quiet(p->t, 100);
    play_press(p, "\f");
    play_equals_full_paint(p);
    play_close(p);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_u08_every_action_can_be_typed),
    cmocka_unit_test(test_keys),
    cmocka_unit_test(test_help_has_all),
    cmocka_unit_test(test_u09_views),
    cmocka_unit_test(test_u09_help_searches_and_runs),
    cmocka_unit_test(test_u09_help_of_a_phone),
    cmocka_unit_test(test_u07_prompt_owns_keys),
    cmocka_unit_test(test_prompt_edits),
    cmocka_unit_test(test_prompt_is_bounded),
    cmocka_unit_test(test_u12_paste_triggers_nothing),
    cmocka_unit_test(test_paste_into_prompt),
    cmocka_unit_test(test_paste_answers_no_question),
    cmocka_unit_test(test_paste_without_end),
    cmocka_unit_test(test_u06_escape_is_quick),
    cmocka_unit_test(test_u06_split_arrow),
    cmocka_unit_test(test_u06_escdelay_is_honoured),
    cmocka_unit_test(test_unknown_sequences),
    cmocka_unit_test(test_random_bytes),
};

PLAY_MAIN("ui_keys", tests)
