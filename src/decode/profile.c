/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compiles profiles: sections to rules, links between profiles, checks of the whole. */
#include "src/decode/profile.h"

#define FUTURE_DEFAULT_US (300 * US_PER_S)
#define RULES_MAX         64

static void
profile_free(void *p)
{
    struct profile *profile = p;
    for (size_t i = 0; i < profile->n_rules; i++) {
        rule_fini(&profile->rules[i]);
    }
    g_free(profile->rules);
    g_free(profile->name);
    g_free(profile->title);
    g_free(profile->file);
    g_strfreev(profile->topics);
    g_free(profile);
}

void
profiles_free(struct profiles *p)
{
    if (p != NULL) {
        g_ptr_array_unref(p->list);
        g_free(p);
    }
}

static struct profile *
find(const struct profiles *p, const char *name)
{
    for (guint i = 0; i < p->list->len; i++) {
        struct profile *profile = p->list->pdata[i];
        if (strcmp(profile->name, name) == 0) {
            return profile;
        }
    }
    return NULL;
}

const struct profile *
profiles_find(const struct profiles *p, const char *name)
{
    return find(p, name);
}

bool
profiles_has(const struct profiles *p, const char *name)
{
    return find(p, name) != NULL;
}

/*
 * The profile that a section speaks of, made when it is new. An administrator's file, read
 * later, replaces a profile of the same name as a whole.
 */
static struct profile *
profile_get(struct profiles *p, const char *name, const char *file)
{
    struct profile *profile = find(p, name);
    if (profile != NULL && strcmp(profile->file, file) == 0) {
        return profile;
    }
    if (profile != NULL) {
        g_ptr_array_remove(p->list, profile);
    }
    profile = g_new0(struct profile, 1);
    profile->name = g_strdup(name);
    profile->title = g_strdup("");
    profile->file = g_strdup(file);
    profile->topics = g_new0(char *, 1);
    profile->rules = g_new0(struct rule, RULES_MAX);
    g_ptr_array_add(p->list, profile);
    return profile;
}

static bool
is_name(const char *text)
{
    return *text != '\0' && strlen(text) <= 36 &&
           text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-")] == '\0';
}

static void
set_topics(struct profile *profile, const struct setting *s, struct problems *problems)
{
    g_strfreev(profile->topics);
    profile->topics = g_strsplit_set(s->value, " \t", -1);
    for (size_t i = 0; profile->topics[i] != NULL; i++) {
        if (!topic_filter_valid(profile->topics[i])) {
            problems_add_setting(problems, s,
                                 "is not a list of topic filters, one blank between");
            return;
        }
    }
}

static void
read_profile(struct profile *profile, const struct setting *list, size_t n,
             struct problems *problems)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(list[i].key, "topics") == 0) {
            set_topics(profile, &list[i], problems);
        } else if (strcmp(list[i].key, "title") == 0) {
            g_free(profile->title);
            profile->title = g_strdup(list[i].value);
        } else if (*list[i].key != '\0') {
            problems_add_setting(problems, &list[i], "stands under a key that no profile has");
        }
    }
}

static void
check_rule(const struct rule *r, const struct setting *s, struct problems *problems)
{
    bool readings = r->result == RESULT_READINGS;
    if (readings && (r->id.n == 0 || r->value.n == 0)) {
        problems_add(problems, "%s:%d: [%s] needs id and value", s->file, s->line, s->section);
    }
    if (r->result == RESULT_HEALTH && r->health.n == 0) {
        problems_add(problems, "%s:%d: [%s] needs health", s->file, s->line, s->section);
    }
    if (r->result == RESULT_ALARM && (r->severity.n == 0 || r->n_states == 0)) {
        problems_add(problems, "%s:%d: [%s] needs severity and states", s->file, s->line,
                     s->section);
    }
    if (r->result == RESULT_LIFE && (r->value.n == 0 || r->offline == NULL)) {
        problems_add(problems, "%s:%d: [%s] needs value and offline", s->file, s->line,
                     s->section);
    }
    if (r->text_payload && (r->n_match > 0 || r->entries.n > 0 || r->entries.each)) {
        problems_add(problems, "%s:%d: [%s] a text payload has neither match nor entries",
                     s->file, s->line, s->section);
    }
}

static bool
key_is(const struct setting *s, const char *key)
{
    return strcmp(s->key, key) == 0;
}

/* Levels of the topic are named by other keys, so the topic comes first. */
static void
read_rule(struct profile *profile, const char *name, const struct setting *list, size_t n,
          struct problems *problems)
{
    if (profile->n_rules == RULES_MAX) {
        problems_add(problems, "%s:%d: [%s] more than %d rules in a profile", list->file,
                     list->line, list->section, RULES_MAX);
        return;
    }
    struct rule *r = &profile->rules[profile->n_rules++];
    *r = (struct rule){.name = g_strdup(name), .future_us = FUTURE_DEFAULT_US};
    bool used = false;
    for (size_t i = 0; i < n; i++) {
        if (key_is(&list[i], "topic")) {
            rule_set(r, &list[i], problems);
        }
    }
    for (size_t i = 0; i < n; i++) {
        used = used || key_is(&list[i], "use");
        if (*list[i].key != '\0' && !key_is(&list[i], "topic") && !key_is(&list[i], "use")) {
            rule_set(r, &list[i], problems);
        }
    }
    if (r->entries.text == NULL) {
        pointer_parse(&r->entries, ".");
    }
    if (!used) {
        check_rule(r, list, problems);
    }
}

/* One section: "profile:NAME" or "rule:NAME:RULE". */
static void
read_section(struct profiles *p, const struct setting *list, size_t n,
             struct problems *problems)
{
    char **words = g_strsplit(list->section, ":", 3);
    guint count = g_strv_length(words);
    bool profile = count == 2 && strcmp(words[0], "profile") == 0;
    bool rule = count == 3 && strcmp(words[0], "rule") == 0;
    if ((!profile && !rule) || !is_name(words[1]) || (rule && !is_name(words[2]))) {
        problems_add(problems, "%s:%d: [%s] is not profile:NAME or rule:NAME:RULE", list->file,
                     list->line, list->section);
    } else if (profile) {
        read_profile(profile_get(p, words[1], list->file), list, n, problems);
    } else {
        read_rule(profile_get(p, words[1], list->file), words[2], list, n, problems);
    }
    g_strfreev(words);
}

static size_t
section_length(const struct settings *settings, size_t from)
{
    const struct setting *first = &settings->list[from];
    size_t to = from + 1;
    while (to < settings->n && strcmp(settings->list[to].section, first->section) == 0 &&
           strcmp(settings->list[to].file, first->file) == 0) {
        to++;
    }
    return to - from;
}

static struct rule *
find_rule(const struct profile *profile, const char *name)
{
    for (size_t i = 0; profile != NULL && i < profile->n_rules; i++) {
        if (strcmp(profile->rules[i].name, name) == 0) {
            return &profile->rules[i];
        }
    }
    return NULL;
}

static void
link_use(struct profiles *p, const struct setting *s, struct problems *problems)
{
    char **words = g_strsplit(s->section, ":", 3);
    bool is_rule = g_strv_length(words) == 3;
    struct profile *profile = is_rule ? find(p, words[1]) : NULL;
    struct rule *r = is_rule ? find_rule(profile, words[2]) : NULL;
    if (r != NULL && strcmp(profile->file, s->file) == 0) {
        const struct profile *used = find(p, s->value);
        if (used == NULL || used == profile) {
            problems_add_setting(problems, s, "is not another payload profile");
        } else {
            r->use = used;
        }
    }
    g_strfreev(words);
}

static bool
uses(const struct profile *from, const struct profile *what, int depth)
{
    for (size_t i = 0; i < from->n_rules && depth > 0; i++) {
        const struct profile *next = from->rules[i].use;
        if (next != NULL && (next == what || uses(next, what, depth - 1))) {
            return true;
        }
    }
    return false;
}

struct profiles *
profiles_new(const struct settings *settings, struct problems *problems)
{
    struct profiles *p = g_new0(struct profiles, 1);
    p->list = g_ptr_array_new_with_free_func(profile_free);
    for (size_t i = 0; i < settings->n;) {
        size_t n = section_length(settings, i);
        read_section(p, &settings->list[i], n, problems);
        i += n;
    }
    for (size_t i = 0; i < settings->n; i++) {
        if (key_is(&settings->list[i], "use")) {
            link_use(p, &settings->list[i], problems);
        }
    }
    for (guint i = 0; i < p->list->len; i++) {
        const struct profile *profile = p->list->pdata[i];
        if (uses(profile, profile, PROFILE_USE_DEPTH)) {
            problems_add(problems, "%s: profile \"%s\" uses itself", profile->file,
                         profile->name);
        }
    }
    return p;
}
