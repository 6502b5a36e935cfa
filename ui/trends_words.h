/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the view of trends says in words and numbers. Pure, but for the screen it reads.
 */
#ifndef UI_TRENDS_WORDS_H
#define UI_TRENDS_WORDS_H

#include "ui/trends.h"

const char *trends_span_words(int span);             /* translated: "8 h" */
const char *trends_stat_words(enum trend_stat stat); /* translated: "mean" */

/* "8 h  mean  live  16:10 – 00:10  day before"; without borders no "16:10 – 00:10" */
void trends_title(const struct screen *s, bool borders, char *dst, size_t cap);
/* The time under the cursor, to the second; without one what the legend's numbers are. */
void trends_moment(const struct screen *s, char *dst, size_t cap);
/* The value under the cursor, else the newest, with its unit. */
void trends_value(const struct screen *s, int entry, char *dst, size_t cap);
/* Minimum, mean, maximum and count: of the bucket under the cursor, else of all that is shown;
 * and how far from what it is compared with. */
void trends_stats(const struct screen *s, int entry, char *dst, size_t cap);

#endif
