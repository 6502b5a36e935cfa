/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The view of trends: which components are shown over which span, what was asked of the archive
 * for that, and where the cursor is.
 *
 * Sets:    the user's own set is kept. "t" on a station, component or alarm shows that one
 * alone for a while; going back, or to the view by its digit, brings the own set again. Time:
 * live windows move on by a twentieth of their width at once, so that a plot is not written
 * anew with every column's time. A hidden view moves nothing; when it is shown again it asks
 * anew. Archive: one question at a time about the window, one about the day or week before; a
 * change withdraws the one before. Never waited for.
 *
 * Threads: ui only.
 */
#ifndef UI_TRENDS_H
#define UI_TRENDS_H

#include "ui/trend_plot.h"

struct trend_entry {
    struct trend_series now, earlier;
    uint32_t component; /* index in the plant; COMPONENT_NONE: it is not there */
    bool hidden;
};

enum trend_phase {
    TREND_IDLE,    /* nothing was asked yet, or there is no archive */
    TREND_ASKED,   /* nothing has come yet */
    TREND_PARTIAL, /* the cache has answered, the central store has not */
    TREND_KNOWN,
};

/* A question to the archive, and what came of it. */
struct trend_question {
    uint64_t id; /* 0: none is open */
    bool wanted; /* to be asked with the next frame */
    mono_us not_before, asked_at;
    enum trend_phase phase;
    wall_us reach; /* as in the answer */
    char problem[160];
};

struct trends {
    struct trend_entry entries[TREND_CURVES_MAX];
    int n, focus;
    char *own;      /* the user's set while another one is shown; NULL: it is shown */
    int span;       /* index */
    wall_us end;    /* WALL_NONE: live */
    wall_us cursor; /* start of its bucket; WALL_NONE: there is none */
    enum trend_stat stat;
    enum trend_y y;
    bool no_limits;
    bool frozen;     /* in the last frame */
    int days_before; /* what is compared with; 0: nothing */

    struct trend_window window; /* n 0: not shown yet */
    struct rect plot;           /* of the last frame, without its labels */
    struct trend_question asked, asked_before;

    struct plant *plant; /* whose the indices and marks are; a reference */
    GArray *marks;       /* struct limit_mark */
    struct canvas *canvas;

    /* "t" was pressed elsewhere: what is shown is not the set that is kept. */
    bool visiting;
};

/* ---- trends.c: the set ---- */

void trends_init(struct screen *s);
void trends_fini(struct screen *s);
/* Find the components in the plant of the newest snapshot. */
void trends_resolve(struct screen *s);
/* Add station/component; false and a notice: it is there already, or there are too many. */
bool trends_add(struct screen *s, uint32_t component);
void trends_remove(struct screen *s, int entry);
void trends_clear(struct screen *s);
/* Show this one alone for a while, in the view of trends. */
void trends_visit(struct screen *s, uint32_t component);
/* The set as it is kept: escaped paths; g_free() it. And one that was kept, in its place. */
char *trends_text(const struct trends *t);
void trends_show(struct screen *s, const char *text);
/* Back to the own set. */
void trends_own(struct screen *s);
/* The component of "UID/ID", or of an ID that is the only one; COMPONENT_NONE. */
uint32_t trends_find(const struct plant *plant, const char *path);
/* Keep set, span, statistic and axis for next time. */
void trends_keep(struct screen *s);
/* The component in focus; NULL: none, or it is not in the plant. */
const struct component *trends_focus(const struct screen *s);
/* Candidates for what is typed behind "trend-add UID/ID", appended to list (char *). */
void trends_complete(const struct screen *s, const char *typed, GPtrArray *list);

/* ---- trends_time.c: window and archive ---- */

/* The window for so many columns at this moment; asks what is not known. */
void trends_prepare(struct screen *s, int columns);
/* All of it has to be asked anew: another set or span. */
void trends_restart(struct trends *t);
void trends_set_span(struct screen *s, int span);
/* Back (by < 0) or forth by so many buckets; at the newest end it goes live. */
void trends_pan(struct screen *s, int64_t by);
void trends_live(struct screen *s);
void trends_compare(struct screen *s, int days);
void trends_take(struct screen *s);
bool trends_answer(struct screen *s, const struct archive_answer *answer);
mono_us trends_next_tick(const struct screen *s);
/* The bucket under the cursor, -1: none in the window. */
int64_t trends_cursor(const struct trends *t);
/* How long values heard live count: until the present column; WALL_NONE: no longer. */
wall_us trends_holds(const struct screen *s, const struct trend_entry *e);
/* What is missing or under way, for people; "" all is there. */
void trends_tell(const struct screen *s, char *dst, size_t cap);

/* ---- trends_draw.c ---- */

void trends_draw(struct screen *s, struct rect area);
void trends_draw_small(struct screen *s, struct rect area);

/* ---- trends_csv.c ---- */

/* What is shown, one row for each bucket; never over a file that is there. */
void trends_write_csv(struct screen *s, const char *file);

#endif
