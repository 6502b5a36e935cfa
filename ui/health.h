/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The view of the system's own health: a line for each part, and what there is to say of the
 * selected one. Normal is grey; what somebody has to look after has a word and a style for it.
 * Private to health_*.c, but for the actions.
 *
 * Threads: ui only.
 */
#ifndef UI_HEALTH_H
#define UI_HEALTH_H

#include "ui/screen.h"

enum health_part {
    HEALTH_INSTANCES,
    HEALTH_BROKER,
    HEALTH_CACHE,
    HEALTH_STORE,
    HEALTH_CLOCKS,
    HEALTH_UNKNOWN,
    HEALTH_REJECTED,
};
#define HEALTH_PARTS (HEALTH_REJECTED + 1)

#define HEALTH_CLOCK_US (2 * US_PER_S) /* a clock that is off by less is not told */

struct health_line {
    char text[1280];
    bool bad;
};

struct health_view {
    struct list parts;
    bool inside; /* the keys go to the selected part's lines, which have the whole size */
    struct list lines;
    GArray *rows; /* struct health_line: of the selected part, at width */
    int width;
    bool all_clocks;
};

const char *health_part_title(enum health_part part); /* translated */
/* The part in one line. */
void health_summary(struct screen *s, enum health_part part, struct health_line *ret);
/* All there is to say of it, wrapped at width, appended to rows. */
void health_rows(struct screen *s, enum health_part part, int width, GArray *rows);

/* For the files of the parts: a line, wrapped. */
void health_add(GArray *rows, int width, bool bad, const char *fmt, ...) PRINTF_LIKE(4, 5);
/* health_instances.c, health_lists.c */
void health_instances(struct screen *s, int width, GArray *rows);
unsigned health_n_bad_peers(const struct screen *s);
void health_clocks(struct screen *s, int width, GArray *rows);
unsigned health_n_clocks(const struct screen *s, double *ret_worst_s); /* beyond the limit */
void health_unknown(struct screen *s, int width, GArray *rows);
void health_rejected(struct screen *s, int width, GArray *rows);

/* For the table of actions. */
void action_health(struct screen *s, const char *argument);
void action_part(struct screen *s, const char *argument);
void action_clocks(struct screen *s, const char *argument);
const char *why_no_part(const struct screen *s);

#endif
