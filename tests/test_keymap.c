/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys of the user's own: what of keys.ini counts, and what is told of it. */
#include "tests/unit.h"

#include "src/config/config.h"
#include "ui/keymap.h"
#include "ui/keys.h"

/* Keys that no action has. */
#define AE       0xe4
#define OE       0xf6
#define OE_LARGE 0xd6

struct read {
    struct keymap *map;
    struct settings own, admins;
    struct problems problems;
};

/* admins NULL: there is no such file. */
static void
read_files(struct read *r, const char *own, const char *admins)
{
    r->map = keymap_new();
    settings_init(&r->own);
    settings_init(&r->admins);
    problems_init(&r->problems);
    ini_parse(&r->own, "keys.ini", own, strlen(own), &r->problems);
    keymap_read(r->map, &r->own, &r->problems);
    if (admins != NULL) {
        ini_parse(&r->admins, "/etc/keys.ini", admins, strlen(admins), &r->problems);
        keymap_read(r->map, &r->admins, &r->problems);
    }
}

static void
forget(struct read *r)
{
    keymap_free(r->map);
    settings_fini(&r->own);
    settings_fini(&r->admins);
    problems_fini(&r->problems);
}

static void
key_does(const struct read *r, int key, enum place place, const char *name)
{
    const struct action *a = keymap_find(r->map, key, place);
    assert_string_equal(a == NULL ? "" : a->name, name);
}

static void
test_names_of_keys(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int key;
    } cases[] = {
        {"j", 'j'},
        {"J", 'J'},
        {"ü", 0xfc},
        {"Ctrl-L", CTRL('L')},
        {"ctrl-l", 12},
        {"F5", K(KEY_F(5))},
        {"f12", K(KEY_F(12))},
        {"PgUp", K(KEY_PPAGE)},
        {"enter", ENTER},
        {"Space", ' '},
        {"Tab", TAB},
        {"F13", 0},
        {"F0", 0},
        {"", 0},
        {"Ctrl-", 0},
        {"Ctrl-LL", 0},
        {"Alt-x", 0},
        {"\x01", 0},
        {"jj", 0},
        {"\xff", 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        if (keymap_key_parse(cases[i].name) != cases[i].key) {
            fail_msg("\"%s\" is %d", cases[i].name, keymap_key_parse(cases[i].name));
        }
    }
}

/* Every key that an action has by default can be written in the file. */
static void
test_names_go_both_ways(void **state)
{
    (void)state;
    for (int i = 0; i < action_count(); i++) {
        for (int k = 0; k < ACTION_KEYS && action_at(i)->keys[k] != 0; k++) {
            char name[KEY_NAME], again[KEY_NAME];
            keymap_key_name(name, sizeof(name), action_at(i)->keys[k]);
            keymap_key_name(again, sizeof(again), keymap_key_parse(name));
            assert_string_equal(name, again); /* Enter has three codes */
        }
    }
}

static void
test_own_keys_replace(void **state)
{
    (void)state;
    struct read r;
    read_files(&r, "[keys]\nundo = ö, Ctrl-R\n[alarms]\nhints = ä\n", NULL);
    assert_int_equal(r.problems.n, 0);
    key_does(&r, OE, PLACE_LIST, "undo");
    key_does(&r, CTRL('R'), PLACE_LOG, "undo");
    key_does(&r, 'U', PLACE_LIST, "");
    key_does(&r, AE, PLACE_ALARMS, "hints");
    key_does(&r, 'H', PLACE_ALARMS, ""); /* there, and only there, h stands for it */
    key_does(&r, 'H', PLACE_LIST, "hints");
    char text[64];
    keymap_keys_text(r.map, keymap_by_name("undo"), PLACE_ANY, text, sizeof(text));
    assert_string_equal(text, "ö Ctrl-R");
    assert_true(keymap_has_own(r.map, keymap_by_name("hints")));
    assert_false(keymap_has_own(r.map, keymap_by_name("help")));
    forget(&r);
}

static void
test_users_before_admins(void **state)
{
    (void)state;
    struct read r;
    read_files(&r, "[keys]\nundo = ö\n[aliases]\nbig = filter area=Nord\n",
               "[keys]\nundo = ü\nfreeze = Ö\n[aliases]\nbig = filter none\n");
    assert_int_equal(r.problems.n, 0);
    key_does(&r, OE, PLACE_LIST, "undo");
    key_does(&r, OE_LARGE, PLACE_LIST, "freeze");
    key_does(&r, 0xfc, PLACE_LIST, "");
    assert_string_equal(keymap_alias(r.map, "big"), "filter area=Nord");
    forget(&r);
}

static void
test_what_is_wrong_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *file, *told; /* the first problem; "" none */
        const char *name;        /* what OE does then in the list */
    } cases[] = {
        {"[keys]\nundo = ö\nhints = ö\n",
         "keys.ini:3: [keys] hints: \"ö\" ö is already the key "
         "of \"undo\"",
         "undo"},
        {"[keys]\nundo = n\n",
         "keys.ini:2: [keys] undo: \"n\" takes n from \"map-next\", \"next\"", ""},
        {"[keys]\nundo = Z\nfreeze = ö\n", "", "freeze"},
        {"[keys]\nundo = Ctrl-A, ö\n",
         "keys.ini:2: [keys] undo: \"Ctrl-A, ö\" \"Ctrl-A\" "
         "belongs to screen and tmux",
         "undo"},
        {"[keys]\nundo = Ctrl-S ö\n",
         "keys.ini:2: [keys] undo: \"Ctrl-S ö\" \"Ctrl-S\" stops "
         "and continues the terminal",
         "undo"},
        {"[keys]\nundo = F11\n",
         "keys.ini:2: [keys] undo: \"F11\" \"F11\" belongs to the window", ""},
        {"[keys]\nundo = F7\n",
         "keys.ini:2: [keys] undo: \"F7\" is on F-keys alone, which many "
         "terminals and phones lack",
         ""},
        {"[keys]\nundo = Hyper-x\n",
         "keys.ini:2: [keys] undo: \"Hyper-x\" \"Hyper-x\" is not the "
         "name of a key",
         ""},
        {"[keys]\nunpo = ö\n",
         "keys.ini:2: [keys] unpo: \"ö\" is for no action: :keys lists "
         "them",
         ""},
        {"[keys]\nund = ö\n",
         "keys.ini:2: [keys] und: \"ö\" is for no action: :keys lists them", ""},
        {"[log]\nack = ö\n", "keys.ini:2: [log] ack: \"ö\" \"ack\" does not apply in this view",
         ""},
        {"[keys]\ncommand =\n",
         "keys.ini:2: [keys] command: \"\" would leave no key for commands", ""},
        {"[keys]\nundo =\n", "", ""},
        {"[aliases]\nz = frobnicate\n",
         "keys.ini:2: [aliases] z: \"frobnicate\" does not begin "
         "with a command",
         ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct read r;
        read_files(&r, cases[i].file, NULL);
        const char *told = r.problems.n == 0 ? "" : r.problems.list[0];
        if (strcmp(told, cases[i].told) != 0) {
            fail_msg("%s: %s", cases[i].file, told);
        }
        key_does(&r, OE, PLACE_LIST, cases[i].name);
        key_does(&r, ':', PLACE_LIST, "command");
        forget(&r);
    }
}

static void
test_section_without_a_view(void **state)
{
    (void)state;
    struct read r;
    read_files(&r, "[keyz]\nundo = ö\n", NULL);
    assert_int_equal(r.problems.n, 1);
    assert_ptr_equal(strstr(r.problems.list[0], "keys.ini:1: [keyz] is no view"),
                     r.problems.list[0]);
    key_does(&r, 'U', PLACE_LIST, "undo");
    forget(&r);
}

static void
test_bind(void **state)
{
    (void)state;
    const struct action *lost = NULL, *undo = keymap_by_name("undo");
    struct keymap *m = keymap_new();
    assert_null(keymap_bind(m, undo, OE, &lost));
    assert_null(lost);
    assert_ptr_equal(keymap_find(m, OE, PLACE_LIST), undo);
    assert_ptr_equal(keymap_find(m, 'U', PLACE_LIST), undo);
    assert_null(keymap_bind(m, keymap_by_name("help"), OE, &lost));
    assert_ptr_equal(lost, undo);
    assert_string_equal(keymap_find(m, OE, PLACE_LIST)->name, "help");
    assert_non_null(keymap_bind(m, undo, CTRL('Q'), &lost));
    keymap_free(m);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_of_keys),
        cmocka_unit_test(test_names_go_both_ways),
        cmocka_unit_test(test_own_keys_replace),
        cmocka_unit_test(test_users_before_admins),
        cmocka_unit_test(test_what_is_wrong_is_told),
        cmocka_unit_test(test_section_without_a_view),
        cmocka_unit_test(test_bind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
