/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The manual against the tables of the program: nothing missing, nothing left over. */
#include "tests/unit.h"

#include "src/app/commands.h"
#include "src/config/config.h"
#include "src/config/plant_columns.h"
#include "ui/keymap.h"
#include "ui/theme.h"

static char *
read_page(const char *name)
{
    char *path = g_build_filename(g_getenv("LEITSTAND_SOURCE"), "man", name, NULL),
         *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        fail_msg("could not read %s", path);
    }
    g_free(path);
    return text;
}

/* Lines below a heading, up to the next of the same or a higher kind; NULL: no such heading. */
static char **
read_part(const char *page, const char *heading)
{
    char *mark = g_strdup_printf("\n%s\n", heading);
    const char *start = strstr(page, mark);
    bool section = g_str_has_prefix(heading, ".Sh");
    char **lines = NULL;
    if (start != NULL) {
        start += strlen(mark);
        const char *end = strstr(start, "\n.Sh ");
        const char *sub = section ? NULL : strstr(start, "\n.Ss ");
        end = sub != NULL && (end == NULL || sub < end) ? sub : end;
        char *text = end != NULL ? g_strndup(start, (gsize)(end - start)) : g_strdup(start);
        lines = g_strsplit(text, "\n", -1);
        g_free(text);
    }
    g_free(mark);
    return lines;
}

/* Names after ".It Fl" or ".It Ic": words in front of the first "Ns" or "Ar", without commas
 * and dashes of their own. */
static GPtrArray *
items_of(char **lines, const char *macro)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    char *prefix = g_strconcat(".It ", macro, " ", NULL);
    for (char **line = lines; *line != NULL; line++) {
        if (!g_str_has_prefix(*line, prefix)) {
            continue;
        }
        char **words = g_strsplit(*line + strlen(prefix), " ", -1);
        for (char **w = words; *w != NULL && strcmp(*w, "Ns") != 0; w++) {
            if (strcmp(*w, ",") != 0) {
                g_ptr_array_add(names, g_strdup(**w == '-' ? *w + 1 : *w));
            }
        }
        g_strfreev(words);
    }
    g_free(prefix);
    return names;
}

static bool
has(const GPtrArray *names, const char *name)
{
    for (guint i = 0; i < names->len; i++) {
        if (strcmp(g_ptr_array_index(names, i), name) == 0) {
            return true;
        }
    }
    return false;
}

static void
compare(const char *what, const GPtrArray *manual, const GPtrArray *program)
{
    for (guint i = 0; i < program->len; i++) {
        if (!has(manual, g_ptr_array_index(program, i))) {
            fail_msg("%s: the manual lacks \"%s\"", what,
                     (const char *)g_ptr_array_index(program, i));
        }
    }
    for (guint i = 0; i < manual->len; i++) {
        if (!has(program, g_ptr_array_index(manual, i))) {
            fail_msg("%s: only the manual has \"%s\"", what,
                     (const char *)g_ptr_array_index(manual, i));
        }
    }
}

static GPtrArray *
names_of(const struct cli_option *options)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    for (const struct cli_option *o = options; o != NULL && o->name != NULL; o++) {
        g_ptr_array_add(names, g_strdup(o->name));
        if (o->letter != 0) {
            g_ptr_array_add(names, g_strdup_printf("%c", o->letter));
        }
    }
    return names;
}

static void
compare_options(const char *what, const char *page, const char *heading,
                const struct cli_option *options)
{
    char **lines = read_part(page, heading);
    if (lines == NULL) {
        fail_msg("the manual has no \"%s\"", heading);
        return;
    }
    GPtrArray *manual = items_of(lines, "Fl"), *program = names_of(options);
    compare(what, manual, program);
    g_ptr_array_unref(manual);
    g_ptr_array_unref(program);
    g_strfreev(lines);
}

static void
test_u45_global_options(void **state)
{
    (void)state;
    char *page = read_page("leitstand.1");
    compare_options("global options", page, ".Sh GLOBAL OPTIONS", cli_global_options());
    g_free(page);
}

/* ".Ss components, readings" speaks of two. */
static const char *
heading_for(char **headings, const char *command)
{
    for (char **h = headings; *h != NULL; h++) {
        if (g_str_has_prefix(*h, ".Ss ")) {
            char **names = g_strsplit(*h + strlen(".Ss "), ", ", -1);
            bool found = g_strv_contains((const char *const *)names, command);
            g_strfreev(names);
            if (found) {
                return *h;
            }
        }
    }
    return NULL;
}

static void
test_u45_commands(void **state)
{
    (void)state;
    char *page = read_page("leitstand.1");
    char **section = read_part(page, ".Sh COMMANDS");
    assert_non_null(section);
    GPtrArray *program = g_ptr_array_new_with_free_func(g_free);
    size_t n;
    const struct cli_command *const *commands = commands_all(&n);
    for (size_t i = 0; i < n; i++) {
        const char *heading = heading_for(section, commands[i]->name);
        if (heading == NULL) {
            fail_msg("the manual lacks the command \"%s\"", commands[i]->name);
        }
        compare_options(commands[i]->name, page, heading, commands[i]->options);
        g_ptr_array_add(program, g_strdup(commands[i]->name));
    }
    for (char **h = section; *h != NULL; h++) {
        if (g_str_has_prefix(*h, ".Ss ")) {
            char **names = g_strsplit(*h + strlen(".Ss "), ", ", -1);
            for (char **name = names; *name != NULL; name++) {
                if (!has(program, *name)) {
                    fail_msg("only the manual has the command \"%s\"", *name);
                }
            }
            g_strfreev(names);
        }
    }
    g_ptr_array_unref(program);
    g_strfreev(section);
    g_free(page);
}

/* The text of an item holds its default. */
static bool
tells_default(char **lines, const char *key, const char *fallback)
{
    char *item = g_strconcat(".It Ic ", key, NULL);
    bool inside = false, told = false;
    for (char **line = lines; *line != NULL && !told; line++) {
        if (g_str_has_prefix(*line, ".It ")) {
            inside = strcmp(*line, item) == 0;
        }
        told = inside && strstr(*line, fallback) != NULL;
    }
    g_free(item);
    return told;
}

static void
test_config_options(void **state)
{
    (void)state;
    char *page = read_page("leitstand.ini.5");
    size_t n;
    const struct option *options = config_options(&n);
    for (size_t i = 0; i < n;) {
        const char *section = options[i].section;
        char *heading = g_strdup_printf(
            ".Ss [%s]", strcmp(section, "source") == 0 ? "source:NAME" : section);
        char **lines = read_part(page, heading);
        if (lines == NULL) {
            fail_msg("the manual has no \"%s\"", heading);
            return;
        }
        GPtrArray *manual = items_of(lines, "Ic");
        GPtrArray *program = g_ptr_array_new_with_free_func(g_free);
        for (; i < n && strcmp(options[i].section, section) == 0; i++) {
            g_ptr_array_add(program, g_strdup(options[i].key));
            if (!tells_default(lines, options[i].key, options[i].fallback)) {
                fail_msg("%s %s: the manual lacks the default %s", heading, options[i].key,
                         options[i].fallback);
            }
        }
        compare(heading, manual, program);
        g_ptr_array_unref(manual);
        g_ptr_array_unref(program);
        g_strfreev(lines);
        g_free(heading);
    }
    g_free(page);
}

static void
test_columns(void **state)
{
    (void)state;
    const struct table *tables[] = {&table_stations, &table_components, &table_rules};
    char *page = read_page("leitstand.ini.5");
    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
        char *heading = g_strconcat(".Ss ", tables[i]->file, NULL);
        char **lines = read_part(page, heading);
        if (lines == NULL) {
            fail_msg("the manual has no \"%s\"", heading);
            return;
        }
        GPtrArray *manual = items_of(lines, "Ic");
        GPtrArray *program = g_ptr_array_new_with_free_func(g_free);
        for (size_t k = 0; k < tables[i]->n; k++) {
            g_ptr_array_add(program, g_strdup(tables[i]->columns[k].name));
        }
        compare(heading, manual, program);
        g_ptr_array_unref(manual);
        g_ptr_array_unref(program);
        g_strfreev(lines);
        g_free(heading);
    }
    g_free(page);
}

/* A row of the manual's table: ".It NAME Ta KEYS Ta what it does", as the screen's help has it.
 */
static char *
row_of(const struct action *a)
{
    GString *keys = g_string_new(NULL);
    for (int k = 0; k < ACTION_KEYS && a->keys[k] != 0; k++) {
        char name[16];
        keymap_key_name(name, sizeof(name), a->keys[k]);
        if (strstr(keys->str, name) == NULL || strlen(name) < 3) { /* Enter has three codes */
            /* \& keeps mdoc from taking punctuation, and words for macros. */
            g_string_append_printf(keys, "%s\\&%s", keys->len > 0 ? " " : "", name);
        }
    }
    char *row =
        g_strdup_printf("\n.It %s%s%s Ta %s Ta %s\n", a->name, a->argument != NULL ? " " : "",
                        a->argument != NULL ? a->argument : "", keys->str, a->text);
    g_string_free(keys, TRUE);
    return row;
}

static void
test_u45_keys(void **state)
{
    (void)state;
    char *page = read_page("leitstand-console.1");
    int rows = 0;
    for (const char *p = page; (p = strstr(p, " Ta ")) != NULL; p += 4) {
        rows++;
    }
    assert_int_equal(rows, 2 * action_count()); /* two in each row */
    for (int i = 0; i < action_count(); i++) {
        char *row = row_of(action_at(i));
        if (strstr(page, row) == NULL) {
            fail_msg("the manual lacks the row:%s", row);
        }
        g_free(row);
    }
    g_free(page);
}

/* What a read-only screen refuses is named before the tables. */
static void
test_u45_read_only(void **state)
{
    (void)state;
    char *page = read_page("leitstand-console.1");
    char **lines = read_part(page, ".Sh ACTIONS");
    assert_non_null(lines);
    GPtrArray *manual = g_ptr_array_new_with_free_func(g_free);
    for (char **l = lines; *l != NULL && !g_str_has_prefix(*l, ".Ss "); l++) {
        if (g_str_has_prefix(*l, ".Ic ")) {
            g_ptr_array_add(manual, g_strndup(*l + 4, strcspn(*l + 4, " ")));
        }
    }
    GPtrArray *program = g_ptr_array_new();
    for (int i = 0; i < action_count(); i++) {
        if (action_at(i)->acts) {
            g_ptr_array_add(program, (void *)(uintptr_t)action_at(i)->name);
        }
    }
    compare("read-only", manual, program);
    g_ptr_array_unref(program);
    g_ptr_array_unref(manual);
    g_strfreev(lines);
    g_free(page);
}

/* What --theme takes are the names of themes, all of them. */
static void
test_u45_themes(void **state)
{
    (void)state;
    size_t n;
    const struct cli_command *const *commands = commands_all(&n);
    int told = 0;
    for (size_t i = 0; i < n; i++) {
        for (const struct cli_option *o = commands[i]->options; o != NULL && o->name != NULL;
             o++) {
            if (strcmp(o->name, "theme") != 0) {
                continue;
            }
            char **names = g_strsplit(o->choices, "|", -1);
            assert_int_equal(g_strv_length(names), n_themes);
            for (char **name = names; *name != NULL; name++) {
                assert_non_null(theme_by_name(*name));
            }
            g_strfreev(names);
            told++;
        }
    }
    assert_true(told > 0);
}

/* The variables that a source file asks for by name, appended to names. */
static void
add_variables(const char *path, GPtrArray *names)
{
    char *text = NULL;
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    for (const char *p = text; (p = strstr(p, "getenv(\"")) != NULL;) {
        p += strlen("getenv(\"");
        char *name = g_strndup(p, strcspn(p, "\""));
        if (has(names, name) || g_str_has_prefix(name, "LEITSTAND_TEST_")) {
            g_free(name);
        } else {
            g_ptr_array_add(names, name);
        }
    }
    g_free(text);
}

static void
test_u45_variables(void **state)
{
    (void)state;
    static const char *const dirs[] = {"src/app", "src/config", "src/core", "ui"};
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; i < G_N_ELEMENTS(dirs); i++) {
        char *path = g_build_filename(g_getenv("LEITSTAND_SOURCE"), dirs[i], NULL);
        GDir *dir = g_dir_open(path, 0, NULL);
        assert_non_null(dir);
        for (const char *name; (name = g_dir_read_name(dir)) != NULL;) {
            char *file = g_build_filename(path, name, NULL);
            if (g_str_has_suffix(name, ".c")) {
                add_variables(file, names);
            }
            g_free(file);
        }
        g_dir_close(dir);
        g_free(path);
    }
    assert_true(has(names, "NO_COLOR"));
    char *page = read_page("leitstand.1");
    char **lines = read_part(page, ".Sh ENVIRONMENT");
    GPtrArray *manual = items_of(lines, "Ev");
    for (guint i = 0; i < names->len; i++) {
        if (!has(manual, g_ptr_array_index(names, i))) {
            fail_msg("the manual lacks the variable \"%s\"",
                     (const char *)g_ptr_array_index(names, i));
        }
    }
    g_ptr_array_unref(manual);
    g_strfreev(lines);
    g_free(page);
    g_ptr_array_unref(names);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_u45_global_options), cmocka_unit_test(test_u45_commands),
        cmocka_unit_test(test_config_options),     cmocka_unit_test(test_columns),
        cmocka_unit_test(test_u45_keys),           cmocka_unit_test(test_u45_read_only),
        cmocka_unit_test(test_u45_themes),         cmocka_unit_test(test_u45_variables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
