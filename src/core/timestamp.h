/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Times as text: RFC 3339 in UTC outwards, what devices send inwards. Calendar arithmetic is
 * proleptic Gregorian; leap seconds (":60") count as the second after.
 */
#ifndef SRC_CORE_TIMESTAMP_H
#define SRC_CORE_TIMESTAMP_H

#include <stdbool.h>
#include <stddef.h>

#include "src/core/clock.h"

#define TIMESTAMP_SIZE 32

/* "2026-01-09T15:39:14Z", with .ddd or .dddddd only when there are milli- or microseconds. */
void timestamp_format(char dst[TIMESTAMP_SIZE], wall_us at);

/* What a parsed time says of its zone. */
enum timestamp_zone { TIMESTAMP_UTC, TIMESTAMP_NAIVE };

/*
 * "yyyy-MM-dd HH:mm:ss" or ISO 8601 with 'T', optional fraction, optional Z or ±hh[:]mm. All of
 * text is consumed. With a zone, *ret is UTC; a naive time comes back as if it were UTC, and
 * *ret_zone says so: the caller knows the zone of the installation.
 */
bool timestamp_parse(const char *text, size_t len, wall_us *ret, enum timestamp_zone *ret_zone);

/* A span such as 90s, 15m, 2h, 7d; not negative. */
bool timestamp_parse_span(const char *text, int64_t *ret_us);

/* TIME of the command line: RFC 3339 with zone, or a span before now such as 90s, 15m, 2h, 7d.
 */
bool timestamp_parse_arg(const char *text, wall_us now, wall_us *ret);

#endif
