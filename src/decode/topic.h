/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Topics: MQTT filters as in the standard (4.7), which of two is the more specific, and topic
 * patterns with named levels as payload profiles use them.
 *
 * Pure; nothing but topic_pattern_new() allocates.
 */
#ifndef SRC_DECODE_TOPIC_H
#define SRC_DECODE_TOPIC_H

#include <stdbool.h>
#include <stddef.h>

#define TOPIC_LEVELS_MAX 64 /* levels of a topic that patterns can see */

/* Whether it is a filter that a broker takes: '+' and '#' alone in their level, '#' last. */
bool topic_filter_valid(const char *filter);

/*
 * Whether the topic is one of the filter's. A wildcard in the first level does not match a
 * topic that begins with '$'. "$share/GROUP/" in front of the filter is skipped.
 */
bool topic_filter_matches(const char *filter, const char *topic);

/*
 * Negative: a is more specific, positive: b is; compared level by level from the left, where a
 * word beats '+', '+' beats '#', and an end beats both. 0 for filters of the same form.
 */
int topic_filter_compare(const char *a, const char *b);

/* A topic cut at its slashes; points into the topic. */
struct topic_levels {
    const char *text[TOPIC_LEVELS_MAX];
    size_t len[TOPIC_LEVELS_MAX];
    size_t n;
};

/* False when it has more than TOPIC_LEVELS_MAX levels. */
bool topic_split(struct topic_levels *ret, const char *topic);

/*
 * "sensors/{station}/telemetry": words, names in braces and '+' for exactly one level each, and
 * '#' for any number of levels, none included, as the first or as the last one.
 */
struct topic_pattern;

/* NULL when the text is no pattern. Ended with topic_pattern_free(), which takes NULL. */
struct topic_pattern *topic_pattern_new(const char *text);
void topic_pattern_free(struct topic_pattern *p);

bool topic_pattern_matches(const struct topic_pattern *p, const struct topic_levels *topic);

/* Position of {name}; false when the pattern has no level of that name. */
bool topic_pattern_find(const struct topic_pattern *p, const char *name, size_t *ret);

/* The level of a matching topic at that position. */
size_t topic_pattern_level(const struct topic_pattern *p, const struct topic_levels *topic,
                           size_t position);

#endif
