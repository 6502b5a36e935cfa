/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests and fuzz targets of the decoder share: profiles, a plant, results as a line.
 */
#ifndef TESTS_DECODE_FIXTURE_H
#define TESTS_DECODE_FIXTURE_H

#include "src/decode/decode.h"

/* 2026-01-09T15:39:14Z */
#define FIXTURE_NOW (INT64_C(1767973154) * US_PER_S)

/* The profiles that come with leitstand, from $LEITSTAND_SOURCE. Aborts when they are wrong. */
struct profiles *fixture_profiles(void);

/* Profiles from a text in INI form; what is wrong goes to problems. */
struct profiles *fixture_parse(const char *ini, struct problems *problems);

/*
 * Stations and components from words "STATION/ID[:decode|:kind]", blanks between. A station
 * stands with its clock as "STATION@utc"; without one it is auto.
 */
struct plant *fixture_plant(const char *words);

/* What must hold of every result, whatever came in. */
void fixture_check(const struct decode_result *r);

/*
 * A result as one line, for comparing: profile, marks, readings, "heard" stations, rejected.
 *   "logo hb PS-01/Q1=1@2026-01-09T15:39:14Z,device !/state/reported/X:value null ~PS-01"
 * Free with g_free().
 */
char *fixture_line(const struct decode_result *r, const struct plant *plant);

#endif
