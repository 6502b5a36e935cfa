/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is known of components over a span of time, in as many parts (buckets) as a plot has
 * dots across: answers of the archive, and on top of them the values that snapshots bring.
 *
 * Window:  a column of the screen has two buckets. Windows begin at a multiple of a column's
 *          time, so one that moves on with the clock does so by whole columns, and two windows
 *          of the same bucket length share their borders.
 * Gaps:    two neighbouring readings are joined by a line when they lie no further apart than
 *          trend_gap_us(): three times what is usual in the series. Beyond that, and wherever a
 *          reading was bad, there is none. A state of a series that reports by exception (its
 *          readings have no usual distance) holds until the next reading.
 * Values:  buckets are raw, as in the archive; dots are adjusted, as shown.
 *
 * Pure. Threads: ui only.
 */
#ifndef UI_TREND_DATA_H
#define UI_TREND_DATA_H

#include "src/core/archive.h"
#include "src/core/model.h"

enum trend_stat { TREND_MEAN, TREND_MIN, TREND_MAX, TREND_LAST, TREND_DIFFERENCE };
#define TREND_STATS (TREND_DIFFERENCE + 1)
/* "mean", "min", "max", "last", "difference": commands, CSV. */
const char *trend_stat_name(enum trend_stat stat);

/* ---- spans and windows ---- */

#define TREND_SPANS 10
int64_t trend_span_us(int span);       /* 0: five minutes … TREND_SPANS - 1: a year */
const char *trend_span_name(int span); /* "5min", "1h", "30d": commands, the user's file */

struct trend_window {
    wall_us since;
    int64_t bucket_us;
    uint32_t n; /* buckets */
};

/* The window of that span over so many columns that ends with the column of end. */
struct trend_window trend_window_at(wall_us end, int64_t span_us, int columns);
wall_us trend_window_until(const struct trend_window *w); /* not included any more */
wall_us trend_window_start(const struct trend_window *w, int64_t bucket);
/* The bucket of a time, which is not WALL_NONE; < 0 or >= n: outside. */
int64_t trend_window_bucket(const struct trend_window *w, wall_us at);
bool trend_window_equal(const struct trend_window *a, const struct trend_window *b);

/* ---- one component ---- */

struct trend_live {
    wall_us at;
    double value; /* raw */
    bool bad;
};

struct trend_series {
    struct archive_series name;
    struct archive_bucket *buckets; /* of the window */
    struct archive_bucket before;   /* the last good reading before it, n 0: none */
    GArray *live;   /* struct trend_live, oldest first, at most TREND_LIVE_MAX */
    wall_us newest; /* reading in all of that */
};
#define TREND_LIVE_MAX 512u

void trend_series_init(struct trend_series *s, const char *station, const char *component);
void trend_series_fini(struct trend_series *s);

/* Go over to another window (from->n 0: from none). What both share is kept. */
void trend_series_window(struct trend_series *s, const struct trend_window *from,
                         const struct trend_window *to);
/* Row row of an answer about a window of the same buckets, that may have moved on meanwhile: it
 * takes the place of all but newer live values. */
void trend_series_answer(struct trend_series *s, const struct trend_window *w,
                         const struct archive_answer *answer, uint32_t row);
/* A reading from a snapshot; of a window without buckets it is only remembered. False: it is
 * known already. */
bool trend_series_live(struct trend_series *s, const struct trend_window *w,
                       const struct component_state *state);

/* Whether a reading of this quality is in no value: as in the archive. */
bool trend_is_bad(unsigned quality);

/* ---- what is drawn ---- */

/* Of a state or switch, not a curve but a strip. */
bool trend_is_strip(const struct component *c);

/* How far apart two readings may lie that are joined; INT64_MAX: a state that holds. */
int64_t trend_gap_us(const struct archive_bucket *buckets, const struct trend_window *w,
                     const struct component *c, int silence_s);

/* One bucket as shown. */
struct trend_dot {
    bool any;     /* else the values mean nothing */
    bool bad;     /* readings of bad quality */
    bool joined;  /* to the dot at from */
    int32_t from; /* the one before that has a value; -1: the reading before the window */
    double value; /* by statistic; NAN: this one has none (the first difference) */
    double low, high;
};

/* w->n dots. before may be NULL. */
void trend_dots(struct trend_dot *ret, const struct archive_bucket *buckets,
                const struct archive_bucket *before, const struct trend_window *w,
                const struct component *c, enum trend_stat stat, int64_t gap_us);

#endif
