/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/config/config.h"

#include <assert.h>
#include <iniparser/dictionary.h>

#include "src/config/config_private.h"

#define SOURCE_PREFIX "source:"

static bool
is_source(const char *section)
{
    return g_str_has_prefix(section, SOURCE_PREFIX);
}

static const struct option *
find_option(const char *section, const char *key)
{
    const char *name = is_source(section) ? "source" : section;
    size_t n;
    const struct option *options = config_options(&n);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(options[i].section, name) == 0 && strcmp(options[i].key, key) == 0) {
            return &options[i];
        }
    }
    return NULL;
}

/* base: a struct config for all sections but source, or a struct config_source for that one. */
static void
store_defaults(void *base, bool source)
{
    size_t n;
    const struct option *options = config_options(&n);
    for (size_t i = 0; i < n; i++) {
        const struct option *o = &options[i];
        if ((strcmp(o->section, "source") == 0) != source) {
            continue;
        }
        /* A number whose default is computed stays 0 till then. */
        if (o->type != OPTION_INT || *o->fallback != '\0') {
            char *wrong = config_store(base, o, "", o->fallback);
            assert(wrong == NULL); /* our own table */
        }
    }
}

struct loading {
    struct config *c;
    struct problems *problems;
    dictionary *sections; /* seen, by name → line */
    bool skip;            /* the present section is not known */
};

/* "did you mean" for a word among names, or "". */
static char *
suggest(const char *word, const char *const *names, const char *fmt_open, const char *fmt_close)
{
    const char *near = nearest_name(word, names);
    return near == NULL ? g_strdup("")
                        : g_strconcat("; did you mean ", fmt_open, near, fmt_close, "?", NULL);
}

static void
open_source(struct loading *l, const struct setting *s)
{
    struct config *c = l->c;
    const char *name = s->section + strlen(SOURCE_PREFIX);
    if (*name == '\0' || strlen(name) > CONFIG_NAME_MAX) {
        problems_add(l->problems, "%s:%d: [%s] is not source: and a name of 1 to %d bytes",
                     s->file, s->line, s->section, CONFIG_NAME_MAX);
        l->skip = true;
        return;
    }
    c->sources = g_renew(struct config_source, c->sources, c->n_sources + 1);
    struct config_source *source = &c->sources[c->n_sources++];
    *source = (struct config_source){.name = g_strdup(name), .line = s->line};
    store_defaults(source, true);
}

static void
open_section(struct loading *l, const struct setting *s)
{
    static const char *const known[] = {"instance", "mqtt",     "source:NAME",
                                        "cache",    "postgres", "ownership",
                                        "plant",    "alarms",   NULL};
    char line[16];
    const char *first = dictionary_get(l->sections, s->section, NULL);
    l->skip = true;
    if (first != NULL) {
        problems_add(l->problems, "%s:%d: [%s] stands twice, first in line %s", s->file,
                     s->line, s->section, first);
        return;
    }
    snprintf(line, sizeof(line), "%d", s->line);
    dictionary_set(l->sections, s->section, line);
    if (is_source(s->section)) {
        l->skip = false;
        open_source(l, s);
    } else if (g_strv_contains(known, s->section)) {
        l->skip = false;
    } else {
        char *hint = suggest(s->section, known, "[", "]");
        problems_add(l->problems, "%s:%d: [%s] is not a known section%s", s->file, s->line,
                     s->section, hint);
        g_free(hint);
    }
}

static void
say_unknown_key(struct loading *l, const struct setting *s)
{
    const char *names[64];
    size_t n, found = 0;
    const struct option *options = config_options(&n);
    for (size_t i = 0; i < n && found + 1 < G_N_ELEMENTS(names); i++) {
        if (find_option(s->section, options[i].key) == &options[i]) {
            names[found++] = options[i].key;
        }
    }
    names[found] = NULL;
    char *hint = suggest(s->key, names, "\"", "\"");
    /* Somebody may have written the password itself: it must not appear in a log. */
    bool secret = strstr(s->key, "pass") != NULL;
    problems_add(l->problems, "%s:%d: [%s] %s: \"%s\" is not for an option of this section%s",
                 s->file, s->line, s->section, s->key, secret ? "…" : s->value, hint);
    g_free(hint);
}

static void
load_setting(struct loading *l, const struct setting *s)
{
    if (*s->key == '\0') {
        open_section(l, s);
        return;
    }
    if (l->skip) {
        return;
    }
    const struct option *o = find_option(s->section, s->key);
    if (o == NULL) {
        say_unknown_key(l, s);
        return;
    }
    void *base = l->c;
    if (is_source(s->section)) {
        struct config_source *source = &l->c->sources[l->c->n_sources - 1];
        source->profile_line = strcmp(s->key, "profile") == 0 ? s->line : source->profile_line;
        base = source;
    }
    char *wrong = config_store(base, o, s->file, s->value);
    if (wrong != NULL) {
        problems_add_setting(l->problems, s, "%s", wrong);
        g_free(wrong);
    }
}

static struct config *
new_config(const char *file)
{
    struct config *c = g_new0(struct config, 1);
    c->file = g_strdup(file);
    store_defaults(c, false);
    return c;
}

struct config *
config_defaults(void)
{
    struct config *c = new_config("");
    config_compute(c);
    return c;
}

/* The line in "path:LINE: …"; 0 for another form. */
static long
line_of(const char *problem, const char *path)
{
    size_t len = strlen(path);
    return strncmp(problem, path, len) == 0 && problem[len] == ':'
               ? strtol(problem + len + 1, NULL, 10)
               : 0;
}

/* The passes over the file find what they find one after another; a reader goes from its top to
 * its end. Those of one line keep their order. */
static void
sort_by_line(struct problems *p, size_t from, const char *path)
{
    size_t n = MIN(p->n, PROBLEMS_MAX);
    for (size_t i = from + 1; i < n; i++) {
        char *moved = p->list[i];
        long line = line_of(moved, path);
        size_t at = i;
        for (; at > from && line_of(p->list[at - 1], path) > line; at--) {
            p->list[at] = p->list[at - 1];
        }
        p->list[at] = moved;
    }
}

enum rc
config_inspect(struct config **ret, const char *path, struct problems *problems,
               struct err *err)
{
    struct settings settings;
    size_t before = problems->n;
    *ret = NULL;
    settings_init(&settings);
    enum rc rc = ini_read(&settings, path, problems, err);
    if (rc != RC_OK && problems->n == before) {
        settings_fini(&settings);
        return rc;
    }
    struct loading l = {
        .c = new_config(path), .problems = problems, .sections = dictionary_new(0)};
    for (size_t i = 0; i < settings.n; i++) {
        load_setting(&l, &settings.list[i]);
    }
    config_compute(l.c);
    config_check(l.c, &settings, problems);
    sort_by_line(problems, before, path);
    dictionary_del(l.sections);
    settings_fini(&settings);
    *ret = l.c;
    return problems->n == before
               ? RC_OK
               : err_set(err, RC_INVALID, "config file \"%s\" has errors", path);
}

enum rc
config_read(struct config **ret, const char *path, struct problems *problems, struct err *err)
{
    struct config *c;
    enum rc rc = config_inspect(&c, path, problems, err);
    if (rc == RC_OK) {
        *ret = c;
    } else {
        config_free(c);
    }
    return rc;
}

static void
free_texts(void *base, bool source)
{
    size_t n;
    const struct option *options = config_options(&n);
    for (size_t i = 0; i < n; i++) {
        const struct option *o = &options[i];
        if ((strcmp(o->section, "source") == 0) == source &&
            (o->type == OPTION_TEXT || o->type == OPTION_PATH)) {
            g_free(*(char **)(void *)((char *)base + o->offset));
        }
    }
}

void
config_free(struct config *c)
{
    if (c == NULL) {
        return;
    }
    for (size_t i = 0; i < c->n_sources; i++) {
        free_texts(&c->sources[i], true);
        g_free(c->sources[i].name);
    }
    free_texts(c, false);
    g_free(c->sources);
    g_free(c->file);
    g_free(c);
}
