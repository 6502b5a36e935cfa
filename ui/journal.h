/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The view of the journal: what happened to alarms, who did what, back to where the archive
 * goes. The newest line is at the top. With the cursor there new lines come in by themselves;
 * elsewhere they wait and are counted. At the end older ones are asked for.
 *
 * Threads: ui only.
 */
#ifndef UI_JOURNAL_H
#define UI_JOURNAL_H

#include "ui/journal_book.h"
#include "ui/screen.h"

#define JOURNAL_PAGE      200u   /* lines that are asked for at once */
#define JOURNAL_LINES_MAX 10000u /* and held at most */

enum journal_end { JOURNAL_MORE, JOURNAL_ALL, JOURNAL_MISSING };

struct journal_view {
    struct journal_book book;
    char only[PLANT_ID_MAX + 1]; /* lines of this station; "": of all */
    uint64_t live, older;        /* questions under way; 0: none */
    bool begun;                  /* the first answer is there */
    enum journal_end end;        /* what is known of older ones */
    char problem[160];           /* JOURNAL_MISSING: why */
    mono_us live_at;             /* when to ask for new lines; 0: not shown yet */
    mono_us settle_until;        /* until then something that was announced may get there */
    mono_us retry_at;            /* older ones not before */
    mono_us asked_at;            /* when older ones were asked for last */
    uint64_t board;              /* version last seen */
    /* One line in full. */
    bool open;
    GPtrArray *rows; /* char *, wrapped at width */
    int width;
    struct list list;
};

/* ---- journal_view.c ---- */

/* Ask for what is needed now. */
void journal_step(struct screen *s);
/* Only lines of this station; "": of all. */
void journal_set_only(struct screen *s, const char *station);

/* ---- journal_words.c ---- */

/* "Füllstand hi": what it is about; "" when it is about no alarm. */
void journal_name_text(const struct screen *s, const struct journal_record *r, char *dst,
                       size_t cap);
void journal_value_text(const struct screen *s, const struct journal_record *r, int width,
                        char *dst, size_t cap);
const char *journal_station_name(const struct screen *s, const struct journal_record *r);
/* The glyph of its priority; "" when it is about no alarm. */
const char *journal_shape(const struct screen *s, const struct journal_record *r);
/* 23:53:58, or 20 Nov 23:53 when it was not today. */
#define JOURNAL_TIME 12
void journal_time_text(const struct screen *s, wall_us at, char *dst, size_t cap);
/* All that is known of it, a field a row, each ended by a line break; g_free() it. */
char *journal_whole_text(const struct screen *s, const struct journal_record *r);

/* ---- journal_draw.c ---- */

void journal_draw(struct screen *s, struct rect area);
void journal_draw_small(struct screen *s, struct rect area);

/* ---- journal_actions.c ---- */

void action_journal(struct screen *s, const char *argument);
void action_journal_open(struct screen *s, const char *argument);
void action_journal_station(struct screen *s, const char *argument);
void action_journal_only(struct screen *s, const char *argument);
void action_journal_export(struct screen *s, const char *argument);
const char *why_no_line(const struct screen *s);
const char *why_line_has_no_station(const struct screen *s);
const char *why_no_lines(const struct screen *s);

#endif
