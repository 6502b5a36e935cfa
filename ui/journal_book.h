/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The lines of the journal that a screen holds: the newest first, each once, however often and
 * in whatever order they came; which of them match the filter; and which one is selected.
 *
 * The selection is bound to its line. Fresh lines wait outside until they are taken, so that
 * nothing moves under the cursor.
 *
 * Pure.
 */
#ifndef UI_JOURNAL_BOOK_H
#define UI_JOURNAL_BOOK_H

#include "src/core/alarm.h"
#include "ui/filter.h"
#include "ui/list.h"

struct journal_line; /* a struct journal_record first */

struct journal_book {
    GPtrArray *lines;                    /* struct journal_line *, own; the newest first */
    GPtrArray *fresh;                    /* the same, not taken yet */
    GPtrArray *shown;                    /* those of lines that match */
    struct list list;                    /* of shown */
    const struct journal_line *selected; /* NULL: none */
    struct filter *filter;
    char filter_text[256];
};

void journal_book_init(struct journal_book *b);
void journal_book_fini(struct journal_book *b);
void journal_book_clear(struct journal_book *b); /* the filter stays */

/* Copies of those records that are not there yet, into the lines or those that are fresh. */
void journal_book_add(struct journal_book *b, const GArray *records, bool fresh);
/* Fresh lines become lines. */
void journal_book_take(struct journal_book *b);
guint journal_book_waiting(const struct journal_book *b); /* fresh ones that match */

/* What stands first and last; NULL: there is none. */
const struct journal_record *journal_book_newest(const struct journal_book *b);
const struct journal_record *journal_book_oldest(const struct journal_book *b);
guint journal_book_count_at(const struct journal_book *b, wall_us at); /* of that very time */

/* A row of shown; NULL when there is none. */
const struct journal_record *journal_book_row(const struct journal_book *b, int pos);
const struct journal_record *journal_book_selected(const struct journal_book *b);
/* The user moved the cursor of list. */
void journal_book_moved(struct journal_book *b);

/* Words, and words for one place: station= event= who= priority=. The selected line stays
 * selected while it matches, else the first one is. */
void journal_book_set_filter(struct journal_book *b, const char *text);

/* journal_words.c: what an event is called on the screen; translated. */
const char *journal_event_word(enum alarm_event event);

#endif
