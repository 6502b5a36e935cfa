/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compiles one rule of a payload profile: a table of its keys. */
#include "src/decode/profile.h"

#include <assert.h>

#include "src/core/quality.h"
#include "src/core/text.h"

static const char *const type_names[] = {
    [J_NULL] = "null", [J_FALSE] = "false", [J_TRUE] = "true",     [J_NUMBER] = "number",
    [J_TEXT] = "text", [J_ARRAY] = "array", [J_OBJECT] = "object",
};
static_assert(G_N_ELEMENTS(type_names) == JTYPES, "a type has no name");

static const char *const result_names[] = {
    [RESULT_READINGS] = "readings", [RESULT_HEALTH] = "health", [RESULT_ALARM] = "alarm",
    [RESULT_WRITE] = "write",       [RESULT_LIFE] = "life",
};

static bool
words_find(const char *const *words, size_t n, const char *word, size_t *ret)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(words[i], word) == 0) {
            *ret = i;
            return true;
        }
    }
    return false;
}

/* Words between blanks, none of them empty; for g_strfreev(). */
static char **
split_words(const char *text)
{
    GPtrArray *words = g_ptr_array_new();
    for (const char *p = text + strspn(text, " \t"); *p != '\0'; p += strspn(p, " \t")) {
        size_t len = strcspn(p, " \t");
        g_ptr_array_add(words, g_strndup(p, len));
        p += len;
    }
    g_ptr_array_add(words, NULL);
    return (char **)g_ptr_array_free(words, FALSE);
}

/* "LEFT=RIGHT"; the word is cut in place. */
static bool
cut(char *word, char at, char **ret_right)
{
    char *mark = strrchr(word, at);
    if (mark == NULL || mark == word || mark[1] == '\0') {
        return false;
    }
    *mark = '\0';
    *ret_right = mark + 1;
    return true;
}

static bool
parse_condition(struct condition *c, char *word)
{
    char *type;
    size_t at;
    c->types = ~0u;
    if (cut(word, ':', &type)) {
        if (!words_find(type_names, JTYPES, type, &at)) {
            return false;
        }
        c->types = 1u << at;
    }
    return pointer_parse(&c->pointer, word);
}

static bool
set_match(struct rule *r, const char *value)
{
    char **words = split_words(value);
    bool good = words[0] != NULL;
    r->match = g_new0(struct condition, g_strv_length(words) + 1);
    for (; good && words[r->n_match] != NULL; r->n_match++) {
        good = parse_condition(&r->match[r->n_match], words[r->n_match]);
    }
    g_strfreev(words);
    return good;
}

static bool
set_topic(struct rule *r, const char *value)
{
    r->topic = topic_pattern_new(value);
    return r->topic != NULL;
}

static bool
set_result(struct rule *r, const char *value)
{
    size_t at;
    if (!words_find(result_names, G_N_ELEMENTS(result_names), value, &at)) {
        return false;
    }
    r->result = (enum rule_result)at;
    return true;
}

static bool
set_skip(struct rule *r, const char *value)
{
    r->skip = split_words(value);
    return r->skip[0] != NULL;
}

static bool
set_offline(struct rule *r, const char *value)
{
    r->offline = split_words(value);
    return r->offline[0] != NULL;
}

static bool
set_entries(struct rule *r, const char *value)
{
    return pointer_parse(&r->entries, value);
}

static bool
parse_quality(struct quality_rule *q, char *word)
{
    char *flag;
    if (!cut(word, '=', &flag)) {
        return false;
    }
    q->any = strcmp(word, "*") == 0;
    q->quality = quality_from_name(flag);
    return (q->quality != 0 || strcmp(flag, "good") == 0) &&
           (q->any || text_to_double(word, strlen(word), false, &q->code));
}

static bool
set_qualities(struct rule *r, const char *value)
{
    char **words = split_words(value);
    bool good = words[0] != NULL;
    r->qualities = g_new0(struct quality_rule, g_strv_length(words) + 1);
    for (; good && words[r->n_qualities] != NULL; r->n_qualities++) {
        good = parse_quality(&r->qualities[r->n_qualities], words[r->n_qualities]);
    }
    g_strfreev(words);
    return good;
}

static bool
parse_state(struct alarm_state_rule *state, char *word)
{
    static const char *const names[] = {"raised", "acknowledged", "resolved"};
    char *where = strchr(word, '=');
    size_t at;
    if (where == NULL) {
        return false;
    }
    *where++ = '\0';
    if (!words_find(names, G_N_ELEMENTS(names), word, &at)) {
        return false;
    }
    state->state = names[at];
    state->any = strcmp(where, "*") == 0;
    return state->any || pointer_parse(&state->pointer, where);
}

static bool
set_states(struct rule *r, const char *value)
{
    char **words = split_words(value);
    bool good = words[0] != NULL;
    r->states = g_new0(struct alarm_state_rule, g_strv_length(words) + 1);
    for (; good && words[r->n_states] != NULL; r->n_states++) {
        good = parse_state(&r->states[r->n_states], words[r->n_states]);
    }
    g_strfreev(words);
    return good;
}

static bool
set_future(struct rule *r, const char *value)
{
    int64_t seconds;
    if (!text_to_int(value, 0, 86400, &seconds)) {
        return false;
    }
    r->future_us = seconds * US_PER_S;
    return true;
}

static bool
set_int16(struct rule *r, const char *value)
{
    char **words = split_words(value);
    size_t len = words[0] == NULL ? 0 : strlen(words[0]);
    bool good = len > 1 && words[0][len - 1] == ':' && words[1] != NULL;
    if (good) {
        words[0][len - 1] = '\0';
        good = pointer_parse(&r->int16_at, words[0]);
        r->int16_prefixes = g_strdupv(words + 1);
    }
    g_strfreev(words);
    return good;
}

static bool
set_ranges(struct rule *r, const char *value)
{
    char **words = split_words(value);
    bool good = words[0] != NULL;
    r->ranges = g_new0(struct hex_range, g_strv_length(words) + 1);
    for (; good && words[r->n_ranges] != NULL; r->n_ranges++) {
        good = hex_range_parse(&r->ranges[r->n_ranges], words[r->n_ranges]);
    }
    g_strfreev(words);
    return good;
}

/* Keys that need more than a table row. "use" is linked by the profile. */
static const struct {
    const char *name;
    bool (*set)(struct rule *r, const char *value);
    const char *expected;
} keys[] = {
    {"topic", set_topic, "is not a topic pattern such as sensors/{station}/{component}"},
    {"match", set_match, "is not a list of pointers such as /state/reported:object"},
    {"result", set_result, "is not readings, health, alarm, write or life"},
    {"entries", set_entries, "is not a pointer such as /metrics/*"},
    {"skip", set_skip, "is not a list of names"},
    {"qualities", set_qualities, "is not a list such as 0=good 2=invalid *=invalid"},
    {"states", set_states, "is not a list such as resolved=/resolved_at raised=*"},
    {"offline", set_offline, "is not a list of words"},
    {"future_s", set_future, "is not a number from 0 to 86400"},
    {"int16", set_int16, "is not a pointer, a colon and prefixes, /desc: AI-word-"},
    {"ranges", set_ranges, "is not a list such as Q:bit AI:word:signed V:byte:zero:memory"},
};

#define SOURCES_AT(r, offset) ((struct sources *)(void *)((char *)(r) + (offset)))
#define FLAG_AT(r, offset)    ((bool *)(void *)((char *)(r) + (offset)))

/* Where something is found. */
static const struct {
    const char *name;
    size_t offset;
} source_keys[] = {
    {"station", offsetof(struct rule, station)},   {"id", offsetof(struct rule, id)},
    {"value", offsetof(struct rule, value)},       {"time", offsetof(struct rule, time)},
    {"quality", offsetof(struct rule, quality)},   {"health", offsetof(struct rule, health)},
    {"severity", offsetof(struct rule, severity)},
};

/* One word or the other. */
static const struct {
    const char *name, *off, *on;
    size_t offset;
} choice_keys[] = {
    {"payload", "json", "text", offsetof(struct rule, text_payload)},
    {"keys", "exact", "fold", offsetof(struct rule, fold)},
    {"arrays", "reject", "elements", offsetof(struct rule, elements)},
    {"texts", "accept", "reject", offsetof(struct rule, numeric)},
    {"order", "receipt", "event", offsetof(struct rule, event_time)},
    {"clock", "zoned", "device", offsetof(struct rule, device_clock)},
    {"heartbeat", "no", "yes", offsetof(struct rule, heartbeat)},
    {"hex", "no", "yes", offsetof(struct rule, hex)},
};

static bool
set_choice(struct rule *r, const struct setting *s, size_t i, struct problems *problems)
{
    bool on = strcmp(s->value, choice_keys[i].on) == 0;
    if (!on && strcmp(s->value, choice_keys[i].off) != 0) {
        problems_add_setting(problems, s, "is not %s or %s", choice_keys[i].off,
                             choice_keys[i].on);
    }
    *FLAG_AT(r, choice_keys[i].offset) = on;
    return true;
}

static bool
set_source(struct rule *r, const struct setting *s, size_t i, struct problems *problems)
{
    struct sources *sources = SOURCES_AT(r, source_keys[i].offset);
    sources_fini(sources);
    if (!sources_parse(sources, s->value, r->topic)) {
        problems_add_setting(problems, s,
                             "is not a list such as /id | ^/id | {level} | @key | =word");
    }
    return true;
}

static bool
set_by_table(struct rule *r, const struct setting *s, struct problems *problems)
{
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        if (strcmp(s->key, keys[i].name) == 0) {
            if (!keys[i].set(r, s->value)) {
                problems_add_setting(problems, s, "%s", keys[i].expected);
            }
            return true;
        }
    }
    for (size_t i = 0; i < G_N_ELEMENTS(source_keys); i++) {
        if (strcmp(s->key, source_keys[i].name) == 0) {
            return set_source(r, s, i, problems);
        }
    }
    for (size_t i = 0; i < G_N_ELEMENTS(choice_keys); i++) {
        if (strcmp(s->key, choice_keys[i].name) == 0) {
            return set_choice(r, s, i, problems);
        }
    }
    return false;
}

void
rule_set(struct rule *r, const struct setting *s, struct problems *problems)
{
    if (!set_by_table(r, s, problems)) {
        problems_add_setting(problems, s, "stands under a key that no rule has");
    }
}

void
rule_fini(struct rule *r)
{
    g_free(r->name);
    topic_pattern_free(r->topic);
    for (size_t i = 0; i < r->n_match; i++) {
        pointer_fini(&r->match[i].pointer);
    }
    g_free(r->match);
    pointer_fini(&r->entries);
    g_strfreev(r->skip);
    g_strfreev(r->offline);
    for (size_t i = 0; i < G_N_ELEMENTS(source_keys); i++) {
        sources_fini(SOURCES_AT(r, source_keys[i].offset));
    }
    g_free(r->qualities);
    for (size_t i = 0; i < r->n_states; i++) {
        pointer_fini(&r->states[i].pointer);
    }
    g_free(r->states);
    pointer_fini(&r->int16_at);
    g_strfreev(r->int16_prefixes);
    g_free(r->ranges);
}
