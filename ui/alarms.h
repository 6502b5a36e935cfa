/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The list of alarms: which are shown, in which order, and which one is selected.
 *
 * Order: unacknowledged before acknowledged, then by priority, the newest first. Grouped, the
 * alarms of a first-out group of a station stand together where the first of them belongs, that
 * which came first at their head. What is shelved, suppressed or out of service has a list of
 * its own.
 *
 * The selection is bound to station, component and rule; nothing but the user or the end of
 * that alarm changes it. One that the user never chose does not hold the worst off the screen:
 * whoever comes to the list finds the first row selected. After a cursor key no row moves for
 * HOLD_US: what ends meanwhile stays as "gone", what is new waits, and both are counted.
 *
 * Cost: nothing as long as the board's version stays; one sort of what is shown for each new
 * one.
 *
 * Pure: no clock, no terminal. Threads: ui only.
 */
#ifndef UI_ALARMS_H
#define UI_ALARMS_H

#include "src/core/alarm.h"
#include "ui/filter.h"
#include "ui/hold.h"
#include "ui/list.h"

enum alarm_mode { ALARMS_GROUPED, ALARMS_FLAT, ALARMS_COVERED };
#define ALARM_MODES (ALARMS_COVERED + 1)

#define ALARM_SEEN_US    US_PER_S          /* on the screen for so long: seen */
#define ALARM_SETTLED_US (300 * US_PER_MS) /* a row that changed later is not acted on */

/* Where in a group a row stands. */
enum alarm_branch { BRANCH_NONE, BRANCH_FIRST, BRANCH_MIDDLE, BRANCH_LAST };

struct alarm_row {
    uint32_t index; /* of an alarm of the board, of maintenance behind those; or of a ghost */
    uint8_t branch; /* enum alarm_branch */
    bool gone;      /* it ended while the order was held: index is that of a ghost */
};

struct alarm_key {
    char station[PLANT_ID_MAX + 1], component[PLANT_ID_MAX + 8], rule[ALARM_RULE_MAX];
};

struct alarm_list {
    struct alarm_board *board; /* own reference; NULL: there is none */
    enum alarm_mode mode;
    GArray *rows; /* struct alarm_row */
    struct list list;
    struct hold hold;
    uint32_t belonging, waiting; /* match mode and filter; of these not among the rows yet */
    struct filter *filter;
    char filter_text[256];
    /* Unacknowledged and not covered, the newest of the worst priority; NULL: none. */
    const struct alarm_view *newest;
    uint32_t n_unacked;

    struct alarm_key selected;
    bool any_selected;
    bool chosen;        /* by the user's hand */
    mono_us changed_at; /* when the selected row last became another by itself; 0: never */
    /* private: */
    struct plant *plant; /* own reference: what ghosts point into */
    GArray *ghosts;      /* struct alarm_view, without texts */
    GArray *maintenance; /* struct alarm_view: the board's maintenance, as rows */
    GHashTable *texts;   /* "station\037component\037rule" → struct filter_text * */
    GArray *seen;        /* struct alarm_sight: the rows of the last frame */
};

void alarm_list_init(struct alarm_list *l);
void alarm_list_fini(struct alarm_list *l);

/* A board came; NULL: there is none. */
void alarm_list_update(struct alarm_list *l, struct alarm_board *board, mono_us now);
/* Time has passed: an order held long enough may go. */
void alarm_list_release(struct alarm_list *l, mono_us now);

/* How many the list would have without a filter. */
uint32_t alarm_list_of_mode(const struct alarm_list *l);

/* NULL when there is no such row. Valid until the next update, release, filter or mode. */
const struct alarm_view *alarm_list_view(const struct alarm_list *l, int pos);
const struct alarm_row *alarm_list_row(const struct alarm_list *l, int pos);
const struct alarm_view *alarm_list_selected(const struct alarm_list *l); /* NULL: none */
/* The alarm with this occurrence; NULL: it is not on the board. */
const struct alarm_view *alarm_list_occurrence(const struct alarm_list *l,
                                               const struct uuid *id);

/* The user comes to the list: on its first row, unless another one was chosen. */
void alarm_list_enter(struct alarm_list *l);
/* By the user's hand: the cursor of list was moved to another row. */
void alarm_list_moved(struct alarm_list *l, mono_us now);
/* False when it is not among the rows. */
bool alarm_list_select(struct alarm_list *l, const struct alarm_key *key);
void alarm_list_set_mode(struct alarm_list *l, enum alarm_mode mode);
void alarm_list_set_filter(struct alarm_list *l, const char *text);
/* Another number of rows is shown. */
void alarm_list_set_height(struct alarm_list *l, int height);

/* The place of the first unacknowledged one at from or behind it (direction -1: before it),
 * round the end; -1: none. */
int alarm_list_next(const struct alarm_list *l, int from, int direction);

/* The rows in the window are on the screen from now on, but those that left (may be NULL) says
 * of, from the window's first one on, and those behind the first so many free ones, which
 * something covers: these stay seen, if they are; or none is any more. */
void alarm_list_shown(struct alarm_list *l, const bool *left, int free, mono_us now);
void alarm_list_hidden(struct alarm_list *l);
/* The row is on the screen, and has been for ALARM_SEEN_US at this step. */
bool alarm_list_seen(const struct alarm_list *l, int pos, mono_us now);
/* Since when it is on the screen at this step; 0: it is not. */
mono_us alarm_list_since(const struct alarm_list *l, const struct alarm_view *v);
/* The selected row has not just become another. */
bool alarm_list_settled(const struct alarm_list *l, mono_us now);

/* A row of maintenance: a station or component, no alarm. */
bool alarm_is_maintenance(const struct alarm_view *v);
struct alarm_key alarm_key_of(const struct alarm_view *v);
/* The order of a flat list, for two of the same board: < 0, > 0, never 0. */
int alarm_compare(const struct alarm_view *a, const struct alarm_view *b);

/* For the files of the list. size: alarms and maintenance of the board; at: one of them. */
uint32_t alarm_list_size(const struct alarm_list *l);
const struct alarm_view *alarm_list_at(const struct alarm_list *l, uint32_t index);
/* Sort anew and find the selected row again. */
void alarm_list_rebuild(struct alarm_list *l);
/* alarms_order.c: what belongs to mode and filter, sorted, into rows. */
void alarm_order(struct alarm_list *l);
bool alarm_belongs(struct alarm_list *l, const struct alarm_view *v);
/* alarm_words.c: how it is, in the words of a filter, e.g. "new rtn high hi" */
void alarm_filter_words(const struct alarm_view *v, char *dst, size_t cap);

#endif
