/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/filter.h"

#include <assert.h>

#include "src/core/text.h"
#include "ui/glyph.h"

#define WORDS_MAX 16

static const char *const condition_names[] = {[CONDITION_FAULT] = "fault",
                                              [CONDITION_SILENT] = "silent",
                                              [CONDITION_NEVER] = "never",
                                              [CONDITION_NORMAL] = "normal"};
static_assert(G_N_ELEMENTS(condition_names) == CONDITIONS, "a condition has no name");

static const char *const field_names[] = {[FIELD_ID] = "id",
                                          [FIELD_NAME] = "name",
                                          [FIELD_TYPE] = "type",
                                          [FIELD_AREA] = "area",
                                          [FIELD_OTHER] = NULL};
static_assert(G_N_ELEMENTS(field_names) == FILTER_FIELDS, "a field has no name");

struct word {
    bool invert;
    int field;     /* enum filter_field, or -1: any */
    int condition; /* enum condition that the word names, or -1 */
    bool only_condition;
    char *text; /* folded */
};

struct filter {
    struct word words[WORDS_MAX];
    int n;
};

static void
append_ascii(GString *to, const char *text)
{
    for (const char *p = text; *p != '\0'; p = text_next(p)) {
        char one[2];
        g_string_append(to, glyph_ascii(g_utf8_get_char(p), one));
    }
}

/* Lower case ASCII, so that "münchen" and "Muenchen" meet. */
static char *
fold(const char *text)
{
    GString *ascii = g_string_new(NULL);
    char *valid = g_utf8_make_valid(text, -1);
    char *composed = g_utf8_normalize(valid, -1, G_NORMALIZE_NFC);
    append_ascii(ascii, composed);
    g_free(composed);
    g_free(valid);
    g_string_ascii_down(ascii);
    return g_string_free(ascii, FALSE);
}

void
filter_text_set(struct filter_text *t, const char *const texts[FILTER_FIELDS])
{
    for (int i = 0; i < FILTER_FIELDS; i++) {
        t->fields[i] = fold(texts[i] == NULL ? "" : texts[i]);
    }
}

void
filter_text_init(struct filter_text *t, const struct station *station)
{
    char *names = g_strjoin("\n", station->name, station->short_name, NULL);
    const char *const texts[FILTER_FIELDS] = {[FIELD_ID] = station->uid,
                                              [FIELD_NAME] = names,
                                              [FIELD_TYPE] = station->type,
                                              [FIELD_AREA] = station->area};
    filter_text_set(t, texts);
    g_free(names);
}

void
filter_text_fini(struct filter_text *t)
{
    for (int i = 0; i < FILTER_FIELDS; i++) {
        g_clear_pointer(&t->fields[i], g_free);
    }
}

static int
condition_from(const char *text)
{
    for (int i = 0; i < CONDITIONS; i++) {
        if (strcmp(text, condition_names[i]) == 0) {
            return i;
        }
    }
    return -1;
}

static struct word
parse_word(const char *text, const char *const names[FILTER_FIELDS])
{
    struct word w = {.field = -1, .condition = -1};
    w.invert = *text == '!';
    text += w.invert;
    const char *equals = strchr(text, '=');
    size_t len = equals == NULL ? 0 : (size_t)(equals - text);
    if (len == 5 && g_ascii_strncasecmp(text, "state", len) == 0) {
        w.only_condition = true;
        text = equals + 1;
    }
    for (int i = 0; len > 0 && i < FILTER_FIELDS; i++) {
        if (names[i] != NULL && strlen(names[i]) == len &&
            g_ascii_strncasecmp(text, names[i], len) == 0) {
            w.field = i;
            text = equals + 1;
            break;
        }
    }
    w.text = fold(text);
    if (w.field < 0) {
        w.condition = condition_from(w.text);
    }
    return w;
}

struct filter *
filter_new_named(const char *text, const char *const names[FILTER_FIELDS])
{
    struct filter *f = g_new0(struct filter, 1);
    char **words = g_strsplit_set(text, " \t", -1);
    for (char **p = words; *p != NULL && f->n < WORDS_MAX; p++) {
        if (**p != '\0' && strcmp(*p, "!") != 0) {
            f->words[f->n++] = parse_word(*p, names);
        }
    }
    g_strfreev(words);
    return f;
}

struct filter *
filter_new(const char *text)
{
    return filter_new_named(text, field_names);
}

void
filter_free(struct filter *f)
{
    for (int i = 0; f != NULL && i < f->n; i++) {
        g_free(f->words[i].text);
    }
    g_free(f);
}

bool
filter_wants_condition(const struct filter *f)
{
    for (int i = 0; i < f->n; i++) {
        if (f->words[i].condition >= 0 || f->words[i].only_condition) {
            return true;
        }
    }
    return false;
}

/* Whether one of the words of state is text or, with prefix, begins with it. */
static bool
state_has(const char *state, const char *text, bool prefix)
{
    size_t len = strlen(text);
    for (const char *at = state; *at != '\0'; at += strspn(at, " ")) {
        size_t word = strcspn(at, " ");
        if ((prefix ? word >= len : word == len) && strncmp(at, text, len) == 0) {
            return true;
        }
        at += word;
    }
    return false;
}

static bool
word_match(const struct word *w, const struct filter_text *t, const char *state)
{
    if (w->only_condition) { /* maybe half a word, while it is typed */
        return state_has(state, w->text, true);
    }
    if (w->field < 0 && state_has(state, w->text, false)) {
        return true;
    }
    for (int i = 0; i < FILTER_FIELDS; i++) {
        if ((w->field < 0 || w->field == i) && strstr(t->fields[i], w->text) != NULL) {
            return true;
        }
    }
    return false;
}

bool
filter_match_state(const struct filter *f, const struct filter_text *t, const char *state)
{
    for (int i = 0; i < f->n; i++) {
        if (word_match(&f->words[i], t, state) == f->words[i].invert) {
            return false;
        }
    }
    return true;
}

bool
filter_match(const struct filter *f, const struct filter_text *t, enum condition condition)
{
    return filter_match_state(f, t, condition_names[condition]);
}

bool
filter_is_empty(const struct filter *f)
{
    return f->n == 0;
}
