/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two filters or patterns and a topic, separated by newlines. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "src/decode/topic.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
has_wildcard(const char *text)
{
    return strpbrk(text, "+#") != NULL;
}

static void
check_filters(const char *a, const char *b, const char *topic)
{
    int by = topic_filter_compare(a, b);
    assert((by > 0) == (topic_filter_compare(b, a) < 0));
    assert(topic_filter_compare(a, a) == 0);
    bool shared = strncmp(a, "$share/", 7) == 0;
    if (!topic_filter_valid(a) || has_wildcard(topic) || shared) {
        return;
    }
    bool matches = topic_filter_matches(a, topic);
    assert(has_wildcard(a) || matches == (strcmp(a, topic) == 0));
    assert(strcmp(a, "#") != 0 || matches == (*topic != '$'));
}

static void
check_pattern(const char *text, const char *topic)
{
    struct topic_levels levels;
    struct topic_pattern *p = topic_pattern_new(text);
    if (p != NULL && topic_split(&levels, topic) && topic_pattern_matches(p, &levels)) {
        size_t at;
        if (topic_pattern_find(p, "x", &at)) {
            at = topic_pattern_level(p, &levels, at);
            assert(at < levels.n && memchr(levels.text[at], '/', levels.len[at]) == NULL);
        }
    }
    topic_pattern_free(p);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = g_strndup((const char *)data, size);
    char **parts = g_strsplit(text, "\n", 3);
    if (g_strv_length(parts) == 3) {
        check_filters(parts[0], parts[1], parts[2]);
        check_pattern(parts[0], parts[2]);
        check_pattern(parts[1], parts[2]);
    }
    g_strfreev(parts);
    g_free(text);
    return 0;
}
