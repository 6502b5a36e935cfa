/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/filter.h"

#include <assert.h>
#include <math.h>

#include "src/core/i18n.h"
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

/* How a word is compared with what it looks at. */
enum relation { REL_HAS, REL_IS, REL_MORE, REL_AT_LEAST, REL_LESS, REL_AT_MOST };

struct word {
    bool invert;
    bool unfinished; /* still being typed: it says nothing yet */
    bool wrong;      /* nothing matches it */
    int field;       /* enum filter_field, or -1: any */
    bool state;      /* it is, or may be, a word of the state */
    bool only_state;
    enum relation relation;
    char *number_of; /* folded: compared as a number; NULL: as text */
    double number;
    char *text; /* folded */
};

struct filter {
    const char *const *names; /* of the fields */
    struct word words[WORDS_MAX];
    int n;
    char problem[128];
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
    char *exact = g_strndup(ascii->str, ascii->len); /* there are tens of thousands of them */
    g_string_free(ascii, TRUE);
    return exact;
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

/* Words of the state that are no condition: they change with live values, too. */
static bool
is_state_word(const char *text)
{
    static const char *const others[] = {"stale", "alarm", "new", "tagged"};
    for (int i = 0; i < CONDITIONS; i++) {
        if (strcmp(text, condition_names[i]) == 0) {
            return true;
        }
    }
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
        if (strcmp(text, others[i]) == 0) {
            return true;
        }
    }
    return false;
}

static int
field_from(const struct filter *f, const char *name, size_t len)
{
    for (int i = 0; i < FILTER_FIELDS; i++) {
        if (f->names[i] != NULL && strlen(f->names[i]) == len &&
            g_ascii_strncasecmp(name, f->names[i], len) == 0) {
            return i;
        }
    }
    return -1;
}

/* "=", "==", ">", ">=", "<", "<="; the text goes on behind it. */
static enum relation
read_relation(const char **text)
{
    const char *p = *text;
    bool equal = p[1] == '=';
    *text += equal ? 2 : 1;
    switch (*p) {
    case '<':
        return equal ? REL_AT_MOST : REL_LESS;
    case '>':
        return equal ? REL_AT_LEAST : REL_MORE;
    default:
        return equal ? REL_IS : REL_HAS;
    }
}

/* "3", "3,5", "90s", "5min", "2h", "1d": times in seconds. */
static bool
read_number(const char *text, double *ret)
{
    static const struct {
        const char *unit;
        double factor;
    } units[] = {{"", 1}, {"s", 1}, {"min", 60}, {"h", 3600}, {"d", 86400}};
    char copy[64], *end;
    g_strlcpy(copy, text, sizeof(copy));
    g_strdelimit(copy, ",", '.');
    double number = g_ascii_strtod(copy, &end);
    for (size_t i = 0; end != copy && i < G_N_ELEMENTS(units); i++) {
        if (strcmp(end, units[i].unit) == 0) {
            *ret = number * units[i].factor;
            return isfinite(*ret);
        }
    }
    return false;
}

static void
read_comparison(struct filter *f, struct word *w, char *name, const char *text)
{
    w->number_of = name;
    if (read_number(text, &w->number)) {
        return;
    }
    w->unfinished = *text == '\0' || strcmp(text, "-") == 0;
    w->wrong = !w->unfinished;
    if (w->relation == REL_HAS || w->relation == REL_IS) {
        snprintf(f->problem, sizeof(f->problem), _("there is no text column \"%s\""), name);
    } else {
        snprintf(f->problem, sizeof(f->problem), _("a number must follow \"%s\""), name);
    }
}

static void
read_word(struct filter *f, const char *text)
{
    struct word w = {.field = -1, .invert = *text == '!'};
    text += w.invert;
    size_t len = strcspn(text, "=<>");
    if (text[len] != '\0' && len > 0) {
        const char *rest = text + len;
        w.relation = read_relation(&rest);
        bool textual = w.relation == REL_HAS || w.relation == REL_IS;
        w.field = textual ? field_from(f, text, len) : -1;
        w.only_state = textual && len == 5 && g_ascii_strncasecmp(text, "state", len) == 0;
        if (w.field < 0 && !w.only_state) {
            char *name = g_strndup(text, len), *folded = fold(name);
            g_free(name);
            read_comparison(f, &w, folded, rest);
        }
        text = rest;
    } else {
        w.relation = REL_HAS;
    }
    w.text = fold(text);
    w.state = w.only_state || (w.field < 0 && w.number_of == NULL && is_state_word(w.text));
    f->words[f->n++] = w;
}

/* The next word, without the quotes that hold its blanks together; NULL: none is left. */
static char *
next_word(const char **at)
{
    const char *p = *at + strspn(*at, " \t");
    if (*p == '\0') {
        return NULL;
    }
    GString *word = g_string_new(NULL);
    bool quoted = false;
    for (; *p != '\0' && (quoted || (*p != ' ' && *p != '\t')); p++) {
        if (*p == '"') {
            quoted = !quoted;
        } else {
            g_string_append_c(word, *p);
        }
    }
    *at = p;
    return g_string_free(word, FALSE);
}

struct filter *
filter_new_named(const char *text, const char *const names[FILTER_FIELDS])
{
    struct filter *f = g_new0(struct filter, 1);
    f->names = names;
    char *word;
    while (f->n < WORDS_MAX && (word = next_word(&text)) != NULL) {
        if (*word != '\0' && strcmp(word, "!") != 0) {
            read_word(f, word);
        }
        g_free(word);
    }
    return f;
}

struct filter *
filter_new(const char *text)
{
    return filter_new_named(text, field_names);
}

void
filter_quote(char *dst, size_t cap, const char *before, const char *text)
{
    char *plain = g_strdelimit(g_strdup(text), "\"", '?'); /* none can stand in quotes */
    snprintf(dst, cap, "%s\"%s\"", before, plain);
    g_free(plain);
}

void
filter_free(struct filter *f)
{
    for (int i = 0; f != NULL && i < f->n; i++) {
        g_free(f->words[i].text);
        g_free(f->words[i].number_of);
    }
    g_free(f);
}

bool
filter_wants_condition(const struct filter *f)
{
    for (int i = 0; i < f->n; i++) {
        if (f->words[i].state) {
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
number_match(const struct word *w, const struct filter_subject *of)
{
    double value = of->number == NULL ? NAN : of->number(of, w->number_of);
    switch (w->relation) {
    case REL_HAS:
    case REL_IS:
        return value >= w->number && value <= w->number;
    case REL_MORE:
        return value > w->number;
    case REL_AT_LEAST:
        return value >= w->number;
    case REL_LESS:
        return value < w->number;
    case REL_AT_MOST:
        return value <= w->number;
    }
    return false;
}

static bool
text_match(const struct word *w, const char *text)
{
    return w->relation == REL_IS ? strcmp(text, w->text) == 0 : strstr(text, w->text) != NULL;
}

static bool
word_match(const struct word *w, const struct filter_subject *of)
{
    if (w->number_of != NULL) {
        return !w->wrong && number_match(w, of);
    }
    if (w->only_state) { /* maybe half a word, while it is typed */
        return state_has(of->state, w->text, w->relation == REL_HAS);
    }
    if (w->field < 0 && state_has(of->state, w->text, false)) {
        return true;
    }
    for (int i = 0; i < FILTER_FIELDS; i++) {
        if ((w->field < 0 || w->field == i) && text_match(w, of->text->fields[i])) {
            return true;
        }
    }
    return false;
}

bool
filter_match_subject(const struct filter *f, const struct filter_subject *of)
{
    for (int i = 0; i < f->n; i++) {
        const struct word *w = &f->words[i];
        if (!w->unfinished && word_match(w, of) == w->invert) {
            return false;
        }
    }
    return true;
}

bool
filter_match_state(const struct filter *f, const struct filter_text *t, const char *state)
{
    const struct filter_subject of = {.text = t, .state = state};
    return filter_match_subject(f, &of);
}

bool
filter_match(const struct filter *f, const struct filter_text *t, enum condition condition)
{
    return filter_match_state(f, t, condition_names[condition]);
}

const char *
filter_condition_name(enum condition condition)
{
    return condition_names[condition];
}

const char *
filter_number_name(const struct filter *f, int i)
{
    for (int k = 0; k < f->n; k++) {
        if (f->words[k].number_of != NULL && !f->words[k].wrong && i-- == 0) {
            return f->words[k].number_of;
        }
    }
    return NULL;
}

const char *
filter_problem(const struct filter *f)
{
    return f->problem;
}

bool
filter_is_empty(const struct filter *f)
{
    return f->n == 0;
}
