/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/cli_parse.h"

#include <assert.h>

#include "src/core/i18n.h"
#include "src/core/text.h"
#include "src/core/timestamp.h"

#define HELP_COLUMN  30
#define HELP_COLUMNS 80

static size_t
count_options(const struct cli_option *options)
{
    size_t n = 0;
    while (options != NULL && options[n].name != NULL) {
        n++;
    }
    return n;
}

static void *
field(const struct cli_set *set, const struct cli_option *o)
{
    return (char *)set->values + o->offset;
}

static bool
is_choice(const char *choices, const char *word)
{
    char **list = g_strsplit(choices, "|", -1);
    bool found = g_strv_contains((const char *const *)list, word);
    g_strfreev(list);
    return found;
}

static bool
set_int(const struct cli_option *o, int64_t *to, const char *text)
{
    if (!text_to_int(text, o->min, o->max, to)) {
        cli_error(_("--%s: \"%s\" is not a whole number from %lld to %lld"), o->name, text,
                  (long long)o->min, (long long)o->max);
        return false;
    }
    return true;
}

static bool
set_real(const struct cli_option *o, double *to, const char *text)
{
    double value;
    if (!text_to_double(text, strlen(text), false, &value) || value < (double)o->min ||
        value > (double)o->max) {
        cli_error(_("--%s: \"%s\" is not a number from %lld to %lld"), o->name, text,
                  (long long)o->min, (long long)o->max);
        return false;
    }
    *to = value;
    return true;
}

static bool
set_choice(const struct cli_option *o, char **to, const char *text)
{
    if (!is_choice(o->choices, text)) {
        cli_error(_("--%s: \"%s\" is not one of %s"), o->name, text, o->choices);
        return false;
    }
    g_free(*to);
    *to = g_strdup(text);
    return true;
}

static bool
set_time(const struct cli_option *o, wall_us *to, const char *text, wall_us now)
{
    if (!timestamp_parse_arg(text, now, to)) {
        cli_error(_("--%s: \"%s\" is not a time such as 2026-01-09T15:39:14Z or a span such as "
                    "90s, 15m, 2h, 7d"),
                  o->name, text);
        return false;
    }
    return true;
}

static bool
set_span(const struct cli_option *o, int64_t *to, const char *text)
{
    if (!timestamp_parse_span(text, to) || *to == 0) {
        cli_error(_("--%s: \"%s\" is not a span such as 90s, 15m, 2h, 7d"), o->name, text);
        return false;
    }
    return true;
}

/* A flag has no text and is never told here. */
static bool
set_value(const struct cli_set *set, const struct cli_option *o, const char *text, wall_us now)
{
    void *to = field(set, o);
    switch (o->type) {
    case CLI_FLAG:
        return true;
    case CLI_TEXT:
        g_free(*(char **)to);
        *(char **)to = g_strdup(text);
        return true;
    case CLI_INT:
        return set_int(o, to, text);
    case CLI_REAL:
        return set_real(o, to, text);
    case CLI_CHOICE:
        return set_choice(o, to, text);
    case CLI_SPAN:
        return set_span(o, to, text);
    case CLI_TIME:
        return set_time(o, to, text, now);
    }
    return false;
}

void
cli_values_init(const struct cli_set *set)
{
    for (size_t i = 0; i < count_options(set->options); i++) {
        const struct cli_option *o = &set->options[i];
        if (o->type == CLI_TIME) {
            *(wall_us *)field(set, o) = WALL_NONE;
        } else if (o->fallback != NULL) {
            bool good = set_value(set, o, o->fallback, 0);
            assert(good); /* our own table */
        }
    }
}

void
cli_values_fini(const struct cli_set *set)
{
    for (size_t i = 0; i < count_options(set->options); i++) {
        const struct cli_option *o = &set->options[i];
        if (o->type == CLI_TEXT || o->type == CLI_CHOICE) {
            g_clear_pointer((char **)field(set, o), g_free);
        }
    }
}

/* What GOption parses into: a flag each, or the raw text. */
struct slots {
    GOptionEntry *entries;
    gboolean *flags;
    char **texts;
    size_t n;
};

static void
add_entries(struct slots *s, const struct cli_option *options)
{
    for (size_t i = 0; i < count_options(options); i++, s->n++) {
        bool flag = options[i].type == CLI_FLAG;
        s->entries[s->n] = (GOptionEntry){
            .long_name = options[i].name,
            .short_name = options[i].letter,
            /* FILENAME, not STRING: the bytes stay as they are in every locale. */
            .arg = flag ? G_OPTION_ARG_NONE : G_OPTION_ARG_FILENAME,
            .arg_data = flag ? (void *)&s->flags[s->n] : (void *)&s->texts[s->n],
        };
    }
}

static bool
run_goption(GOptionEntry *entries, bool stop, char ***argv)
{
    GOptionContext *context = g_option_context_new(NULL);
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_set_strict_posix(context, stop);
    g_option_context_add_main_entries(context, entries, NULL);
    GError *problem = NULL;
    bool good = g_option_context_parse_strv(context, argv, &problem);
    if (!good) {
        cli_error("%s", problem->message);
        g_error_free(problem);
    }
    g_option_context_free(context);
    return good;
}

static bool
take_values(const struct cli_set sets[2], const struct slots *s, wall_us now)
{
    bool good = true;
    size_t slot = 0;
    for (int k = 0; k < 2; k++) {
        for (size_t i = 0; i < count_options(sets[k].options); i++, slot++) {
            const struct cli_option *o = &sets[k].options[i];
            if (s->flags[slot]) {
                *(bool *)field(&sets[k], o) = true;
            } else if (s->texts[slot] != NULL) {
                good = set_value(&sets[k], o, s->texts[slot], now) && good;
            }
        }
    }
    return good;
}

/* GOption leaves "--" in place when the word after it begins with a dash. */
static void
drop_end_mark(char **argv)
{
    for (char **p = argv + 1; *p != NULL; p++) {
        if (strcmp(*p, "--") == 0) {
            g_free(*p);
            memmove(p, p + 1, (g_strv_length(p + 1) + 1) * sizeof(*p));
            return;
        }
    }
}

bool
cli_parse(const struct cli_set sets[2], bool stop, int *argc, char ***argv, wall_us now)
{
    size_t most = count_options(sets[0].options) + count_options(sets[1].options);
    struct slots s = {
        .entries = g_new0(GOptionEntry, most + 1),
        .flags = g_new0(gboolean, most + 1),
        .texts = g_new0(char *, most + 1),
    };
    add_entries(&s, sets[0].options);
    add_entries(&s, sets[1].options);
    bool good = run_goption(s.entries, stop, argv) && take_values(sets, &s, now);
    if (!stop) {
        drop_end_mark(*argv);
    }
    *argc = (int)g_strv_length(*argv) - 1;
    for (size_t i = 0; i < s.n; i++) {
        g_free(s.texts[i]);
    }
    g_free(s.texts);
    g_free(s.flags);
    g_free(s.entries);
    return good;
}

/* Bytes of text that fit in a line of that many columns, broken at a blank if there is one. */
static size_t
fit_words(const char *text, int columns)
{
    int used;
    size_t fits = text_fit(text, columns, &used);
    if (text[fits] == '\0') {
        return fits;
    }
    for (size_t i = fits; i > 0; i--) {
        if (text[i] == ' ') {
            return i;
        }
    }
    return fits;
}

void
cli_print_row(const char *left, const char *right)
{
    int width = text_columns(left) + 2;
    printf("  %s", left);
    if (width >= HELP_COLUMN) {
        putchar('\n');
        width = 0;
    }
    const char *rest = right;
    do {
        size_t part = fit_words(rest, HELP_COLUMNS - HELP_COLUMN);
        printf("%*s%.*s\n", HELP_COLUMN - width, "", (int)part, rest);
        rest += part;
        rest += strspn(rest, " ");
        width = 0;
    } while (*rest != '\0');
}

void
cli_print_text(const char *text)
{
    while (*text != '\0') {
        size_t part = fit_words(text, HELP_COLUMNS);
        printf("%.*s\n", (int)part, text);
        text += part;
        text += strspn(text, " ");
    }
}

void
cli_print_options(const struct cli_option *options)
{
    for (size_t i = 0; i < count_options(options); i++) {
        const struct cli_option *o = &options[i];
        GString *left = g_string_new(NULL);
        if (o->letter != 0) {
            g_string_append_printf(left, "-%c, ", o->letter);
        } else {
            g_string_append(left, "    ");
        }
        g_string_append_printf(left, "--%s", o->name);
        if (o->type != CLI_FLAG) {
            g_string_append_printf(left, "=%s", o->type == CLI_CHOICE ? o->choices : o->arg);
        }
        GString *right = g_string_new(_(o->help));
        if (o->fallback != NULL) {
            g_string_append_printf(right, _(" (default %s)"), o->fallback);
        }
        cli_print_row(left->str, right->str);
        g_string_free(left, TRUE);
        g_string_free(right, TRUE);
    }
}
