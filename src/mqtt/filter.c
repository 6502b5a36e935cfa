/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/mqtt/filter.h"

#include "src/mqtt/client.h"

/* One level of a filter, and where the next one starts; NULL after the last. */
struct level {
    const char *text;
    size_t len;
    const char *next;
};

static struct level
level_at(const char *at)
{
    size_t len = strcspn(at, "/");
    return (struct level){at, len, at[len] == '/' ? at + len + 1 : NULL};
}

static bool
level_is(const struct level *l, char wildcard)
{
    return l->len == 1 && l->text[0] == wildcard;
}

static bool
level_same(const struct level *a, const struct level *b)
{
    return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

/* A wildcard in the first level does not match a topic that starts with '$'. */
static bool
hidden_by_dollar(const char *wild, const char *plain)
{
    return (wild[0] == '+' || wild[0] == '#') && plain[0] == '$';
}

bool
filter_covers(const char *outer, const char *inner)
{
    if (hidden_by_dollar(outer, inner)) {
        return false;
    }
    while (outer != NULL && inner != NULL) {
        struct level o = level_at(outer);
        struct level i = level_at(inner);
        if (level_is(&o, '#')) {
            return true;
        }
        if (level_is(&i, '#') || (!level_is(&o, '+') && !level_same(&o, &i))) {
            return false;
        }
        outer = o.next;
        inner = i.next;
    }
    /* "a/#" matches "a" as well. */
    return inner == NULL && (outer == NULL || strcmp(outer, "#") == 0);
}

bool
filter_disjoint(const char *a, const char *b)
{
    if (hidden_by_dollar(a, b) || hidden_by_dollar(b, a)) {
        return true;
    }
    while (a != NULL && b != NULL) {
        struct level x = level_at(a);
        struct level y = level_at(b);
        if (level_is(&x, '#') || level_is(&y, '#')) {
            return false;
        }
        if (!level_is(&x, '+') && !level_is(&y, '+') && !level_same(&x, &y)) {
            return true;
        }
        a = x.next;
        b = y.next;
    }
    const char *rest = a != NULL ? a : b;
    return rest != NULL && strcmp(rest, "#") != 0;
}

/* Drop one that another covers; false when there is none. */
static bool
drop_covered(struct client_filter *filters, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            if (i != j && filter_covers(filters[i].filter, filters[j].filter)) {
                filters[i].qos = MAX(filters[i].qos, filters[j].qos);
                filters[j] = filters[n - 1];
                return true;
            }
        }
    }
    return false;
}

size_t
filter_reduce(struct client_filter *filters, size_t n)
{
    while (drop_covered(filters, n)) {
        n--;
    }
    return n;
}
