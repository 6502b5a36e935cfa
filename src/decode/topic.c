/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/decode/topic.h"

enum level_kind { LEVEL_WORD, LEVEL_NAME, LEVEL_ANY };

struct level {
    enum level_kind kind;
    char *text; /* the word, or the name without braces */
    size_t len;
};

struct topic_pattern {
    struct level *levels;
    size_t n;
    bool any_before, any_after; /* '#' at the beginning, at the end */
};

static size_t
level_size(const char *p)
{
    return strcspn(p, "/");
}

bool
topic_filter_valid(const char *filter)
{
    if (*filter == '\0' || !g_utf8_validate(filter, -1, NULL)) {
        return false;
    }
    for (const char *p = filter;;) {
        size_t len = level_size(p);
        bool wild = memchr(p, '+', len) != NULL || memchr(p, '#', len) != NULL;
        if (wild && (len != 1 || (*p == '#' && p[1] != '\0'))) {
            return false;
        }
        if (p[len] == '\0') {
            return true;
        }
        p += len + 1;
    }
}

static const char *
skip_share(const char *filter)
{
    if (strncmp(filter, "$share/", 7) != 0) {
        return filter;
    }
    const char *group_end = strchr(filter + 7, '/');
    return group_end == NULL ? filter : group_end + 1;
}

bool
topic_filter_matches(const char *filter, const char *topic)
{
    const char *f = skip_share(filter), *t = topic;
    if (*t == '$' && (*f == '+' || *f == '#')) {
        return false;
    }
    for (;;) {
        if (*f == '#') {
            return true;
        }
        size_t f_len = level_size(f), t_len = level_size(t);
        bool any = f_len == 1 && *f == '+';
        if (!any && (f_len != t_len || memcmp(f, t, f_len) != 0)) {
            return false;
        }
        f += f_len;
        t += t_len;
        if (*t == '\0') { /* "a/#" matches "a", too */
            return *f == '\0' || strcmp(f, "/#") == 0;
        }
        if (*f == '\0') {
            return false;
        }
        f++;
        t++;
    }
}

static int
level_rank(const char *p)
{
    if (*p == '#') {
        return 0;
    }
    return *p == '+' ? 1 : 2;
}

int
topic_filter_compare(const char *a, const char *b)
{
    a = skip_share(a);
    b = skip_share(b);
    for (;;) {
        int by = level_rank(b) - level_rank(a);
        if (by != 0) {
            return by;
        }
        a += level_size(a);
        b += level_size(b);
        if (*a == '\0' || *b == '\0') {
            return (*a != '\0') - (*b != '\0');
        }
        a++;
        b++;
    }
}

bool
topic_split(struct topic_levels *ret, const char *topic)
{
    ret->n = 0;
    for (const char *p = topic;;) {
        if (ret->n == TOPIC_LEVELS_MAX) {
            return false;
        }
        size_t len = level_size(p);
        ret->text[ret->n] = p;
        ret->len[ret->n++] = len;
        if (p[len] == '\0') {
            return true;
        }
        p += len + 1;
    }
}

static bool
parse_level(const char *text, struct level *ret)
{
    size_t len = strlen(text);
    if (strcmp(text, "+") == 0) {
        *ret = (struct level){.kind = LEVEL_ANY};
        return true;
    }
    if (len > 2 && text[0] == '{' && text[len - 1] == '}') {
        *ret = (struct level){LEVEL_NAME, g_strndup(text + 1, len - 2), len - 2};
        return strpbrk(ret->text, "{}") == NULL;
    }
    *ret = (struct level){LEVEL_WORD, g_strdup(text), len};
    return strpbrk(text, "{}+#") == NULL;
}

struct topic_pattern *
topic_pattern_new(const char *text)
{
    struct topic_pattern *p = g_new0(struct topic_pattern, 1);
    char **words = g_strsplit(text, "/", -1);
    size_t first = 0, end = g_strv_length(words);
    p->any_before = end > 0 && strcmp(words[0], "#") == 0;
    first = p->any_before ? 1 : 0;
    p->any_after = end > first && strcmp(words[end - 1], "#") == 0;
    end -= p->any_after ? 1 : 0;
    p->levels = g_new0(struct level, end + 1);
    bool good = end > first && !(p->any_before && p->any_after);
    for (size_t i = first; good && i < end; i++) {
        good = parse_level(words[i], &p->levels[p->n++]);
    }
    g_strfreev(words);
    if (!good) {
        topic_pattern_free(p);
        return NULL;
    }
    return p;
}

void
topic_pattern_free(struct topic_pattern *p)
{
    if (p == NULL) {
        return;
    }
    for (size_t i = 0; i < p->n; i++) {
        g_free(p->levels[i].text);
    }
    g_free(p->levels);
    g_free(p);
}

bool
topic_pattern_matches(const struct topic_pattern *p, const struct topic_levels *topic)
{
    bool open = p->any_before || p->any_after;
    if (topic->n < p->n || (!open && topic->n != p->n)) {
        return false;
    }
    for (size_t i = 0; i < p->n; i++) {
        const struct level *level = &p->levels[i];
        size_t at = topic_pattern_level(p, topic, i);
        if (level->kind == LEVEL_WORD &&
            (level->len != topic->len[at] ||
             memcmp(level->text, topic->text[at], level->len) != 0)) {
            return false;
        }
    }
    return true;
}

bool
topic_pattern_find(const struct topic_pattern *p, const char *name, size_t *ret)
{
    for (size_t i = 0; i < p->n; i++) {
        if (p->levels[i].kind == LEVEL_NAME && strcmp(p->levels[i].text, name) == 0) {
            *ret = i;
            return true;
        }
    }
    return false;
}

size_t
topic_pattern_level(const struct topic_pattern *p, const struct topic_levels *topic,
                    size_t position)
{
    return p->any_before ? topic->n - p->n + position : position;
}
