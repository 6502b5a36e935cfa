/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/core/rule.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum word { WORD_KIND, WORD_TYPE, WORD_AREA, WORD_STATION, WORD_ID, WORD_UNIT };
#define WORDS (WORD_UNIT + 1)

static const char *const words[] = {
    [WORD_KIND] = "kind:",       [WORD_TYPE] = "type:", [WORD_AREA] = "area:",
    [WORD_STATION] = "station:", [WORD_ID] = "id:",     [WORD_UNIT] = "unit:",
};
static_assert(G_N_ELEMENTS(words) == WORDS, "a word has no name");

bool
rule_type_from_name(const char *name, enum alarm_type *ret)
{
    enum alarm_type type;
    if (!alarm_type_from_name(name, &type) || type > ALARM_COUNT) {
        return false; /* the watchdog's own need no rule */
    }
    *ret = type;
    return true;
}

/* WORDS: text begins with none of them. */
static int
word_at(const char *text)
{
    int i = 0;
    while (i < WORDS && !g_str_has_prefix(text, words[i])) {
        i++;
    }
    return i;
}

bool
rule_is_template(const char *component)
{
    return word_at(component) < WORDS;
}

/* The value at *p, up to a blank outside of quotes; NULL: a quote is not closed, or nothing is
 * there at all. *p is behind it afterwards. */
static char *
take_value(const char **p)
{
    GString *value = g_string_new(NULL);
    const char *start = *p, *c = start;
    bool inside = false;
    for (; *c != '\0' && (inside || *c != ' '); c++) {
        if (*c == '"') {
            inside = !inside;
        } else {
            g_string_append_c(value, *c);
        }
    }
    *p = c;
    return g_string_free(value, inside || c == start); /* TRUE: freed, NULL */
}

static const char *
keep_value(struct rule_template *t, enum word word, const char *value)
{
    switch (word) {
    case WORD_KIND:
        t->has_kind = kind_from_name(value, &t->kind) && t->kind != KIND_DIVIDER;
        return t->has_kind ? NULL : "is not a selection: there is no such kind";
    case WORD_TYPE:
        t->type = g_strdup(value);
        return NULL;
    case WORD_AREA:
        t->area = g_strdup(value);
        return NULL;
    case WORD_STATION:
        t->station = g_pattern_spec_new(value);
        return NULL;
    case WORD_ID:
        t->id = g_pattern_spec_new(value);
        return NULL;
    case WORD_UNIT:
        t->unit = g_strdup(value);
        return NULL;
    }
    return NULL;
}

static const char *
parse_words(struct rule_template *t, const char *p)
{
    unsigned seen = 0;
    while (*p != '\0') {
        int word = word_at(p);
        if (word == WORDS) {
            return "is not a selection of kind:, type:, area:, station:, id: and unit:, "
                   "separated by blanks";
        }
        if ((seen & 1u << word) != 0) {
            return "is not a selection: a word stands twice";
        }
        seen |= 1u << word;
        p += strlen(words[word]);
        char *value = take_value(&p);
        if (value == NULL) {
            return "is not a selection: a value is missing, or its quote is not closed";
        }
        const char *wrong = keep_value(t, (enum word)word, value);
        g_free(value);
        if (wrong != NULL) {
            return wrong;
        }
        p += strspn(p, " ");
    }
    return seen != 0 ? NULL : "is not a selection: it is empty";
}

bool
rule_template_parse(struct rule_template *ret, const char *component, const char **ret_why)
{
    *ret = (struct rule_template){0};
    const char *wrong = parse_words(ret, component);
    if (wrong == NULL) {
        return true;
    }
    rule_template_fini(ret);
    if (ret_why != NULL) {
        *ret_why = wrong;
    }
    return false;
}

void
rule_template_fini(struct rule_template *t)
{
    g_free(t->type);
    g_free(t->area);
    g_free(t->unit);
    g_clear_pointer(&t->station, g_pattern_spec_free);
    g_clear_pointer(&t->id, g_pattern_spec_free);
    *t = (struct rule_template){0};
}

bool
rule_template_valid(const char *component, const char **ret_why)
{
    struct rule_template t;
    bool valid = rule_template_parse(&t, component, ret_why);
    rule_template_fini(&t);
    return valid;
}

/* want NULL: any. */
static bool
is_wanted(const char *want, const char *text)
{
    return want == NULL || strcmp(want, text) == 0;
}

static bool
is_matched(GPatternSpec *want, const char *text)
{
    return want == NULL || g_pattern_spec_match_string(want, text);
}

bool
rule_template_fits_station(const struct rule_template *t, const struct station *s)
{
    return is_wanted(t->type, s->type) && is_wanted(t->area, s->area) &&
           is_matched(t->station, s->uid);
}

bool
rule_template_fits_component(const struct rule_template *t, const struct component *c)
{
    return c->kind != KIND_DIVIDER && (!t->has_kind || t->kind == c->kind) &&
           is_wanted(t->unit, c->unit) && is_matched(t->id, c->id);
}

size_t
rule_lacks(const struct rule_def *r, enum alarm_type type, struct rule_lack ret[RULE_LACKS])
{
    static const struct {
        bool limit, window, count;
    } needs[] = {
        [ALARM_HIHI] = {.limit = true},
        [ALARM_HI] = {.limit = true},
        [ALARM_LO] = {.limit = true},
        [ALARM_LOLO] = {.limit = true},
        [ALARM_RATE] = {.limit = true},
        [ALARM_STALE] = {.window = true},
        [ALARM_STUCK] = {.window = true},
        [ALARM_TOTALIZER] = {.limit = true, .window = true},
        [ALARM_COUNT] = {.window = true, .count = true},
    };
    static_assert(G_N_ELEMENTS(needs) == ALARM_COUNT + 1, "a type is missing");
    size_t n = 0;
    if (needs[type].limit && isnan(r->limit)) {
        ret[n++] = (struct rule_lack){"limit", "is not a number, which this type needs"};
    }
    if (needs[type].window && !(r->window_s > 0)) {
        ret[n++] = (struct rule_lack){"window_s", "is not above 0, which this type needs"};
    }
    if (needs[type].count && r->count < 1) {
        ret[n++] = (struct rule_lack){"count", "is not above 0, which this type needs"};
    }
    return n;
}
