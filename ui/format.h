/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values, ages and times as people read them. Local time is made here and nowhere else.
 *
 * Ages count from the last full minute and change with the clock in the header: a screen on
 * which nothing happens is written once a minute, not whenever some value gets older.
 */
#ifndef UI_FORMAT_H
#define UI_FORMAT_H

#include <time.h>

#include "src/core/snapshot.h"

#define FORMAT_SIZE 64
#define US_PER_MIN  (60 * US_PER_S)

struct zone;
struct zone *zone_new(const char *name); /* NULL or "": the system's; so is an unknown one */
void zone_free(struct zone *z);

/* The start of the minute that now lies in, on both clocks; zones differ by whole minutes. */
struct now format_minute(struct now now);

/* For what has to count in local time: by the calendar, and what is added to UTC. */
struct tm format_local(const struct zone *z, wall_us at);
int64_t format_offset_us(const struct zone *z, wall_us at);

void format_time(char *dst, size_t cap, const struct zone *z, wall_us at);   /* 23:54 */
void format_second(char *dst, size_t cap, const struct zone *z, wall_us at); /* 23:54:07 */
void format_date(char *dst, size_t cap, const struct zone *z, wall_us at);   /* Thu 20 Nov */
void format_day(char *dst, size_t cap, const struct zone *z, wall_us at);    /* 20 Nov */
/* The time, with the date in front when it was not today. */
void format_moment(char *dst, size_t cap, const struct zone *z, wall_us at, wall_us now);

/* "now", "5 min", "3 h", "12 d"; at most format_age_columns() wide. */
void format_age(char *dst, size_t cap, int64_t age_us);
int format_age_columns(void);
/* "now" when that is less than a minute, else "41 min ago" and the like. */
void format_ago(char *dst, size_t cap, int64_t age_us);

/* How old what was received at (wall) or heard at (boot clock, 0: not in this run) is. */
int64_t format_age_us(struct now minute, wall_us received, mono_us heard);

/*
 * The number as shown: adjusted, with the decimals that suit the component's adjustment or
 * range. Never more than width columns (at least 6): a number that has lost digits at its end
 * would be read as another one, so it loses groups, then decimals, then becomes 1.2e+08.
 */
void format_number(char *dst, size_t cap, int width, const struct component *c, double raw);
/* The same of a number that is adjusted already; c NULL: of no component. */
void format_shown(char *dst, size_t cap, int width, const struct component *c, double shown);
/* The value without its unit: a state's name, a state in words (of any length), a number; "–"
 * for none. */
void format_value(char *dst, size_t cap, int width, const struct component *c,
                  const struct component_state *state);

/* A border of a range, as short as it can be written. */
void format_border(char *dst, size_t cap, double border);

/* "4.6", "-2.0", and with a sign "+4.6". */
void format_tenths(char *dst, size_t cap, bool sign, double x);

/* "843", "12 k": a rate or count, rounded so that it seldom changes. */
void format_count(char *dst, size_t cap, double n);

#endif
