/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The roster: which stations are shown, in which order, and which one is selected. And what is
 * wrong in the plant at this moment, for the alarm strip.
 *
 * The selection is bound to the station's uid; a new order, a new plant or a filter never
 * changes it, unless the station itself is gone: then the one that took its row is selected.
 * After a cursor key the order stands still (hold.h).
 *
 * Where there are alarms they come before faults: a station's worst one tells its state, and a
 * fault that an alarm stands for is not told twice. Without an evaluator or rules faults speak
 * for themselves.
 *
 * Cost: a snapshot in which no station changed its condition costs one pass over stations and
 * fault components, no sorting.
 *
 * Pure: no clock, no terminal.
 */
#ifndef UI_ROSTER_H
#define UI_ROSTER_H

#include "src/core/snapshot.h"
#include "ui/brief.h"
#include "ui/column.h"
#include "ui/filter.h"
#include "ui/hold.h"
#include "ui/list.h"

#define ROSTER_NUMBERS 16       /* words of a filter that compare a number */
#define ROSTER_LIVE_US US_PER_S /* an order that follows live values is made anew so often */

#define ALARM_NONE   UINT32_MAX
#define URGENCY_NONE UINT8_MAX

struct fault {
    uint32_t component;
    wall_us since; /* when this screen first saw it, at best when the source says */
};

/* Columns that are sorted as text: id, name, type, area. */
#define ROSTER_TEXTS 4

struct roster {
    struct plant *plant; /* own reference; NULL before the first snapshot */
    struct filter_text *texts;
    GPtrArray *collated[ROSTER_TEXTS]; /* char *: each station's, by collate.h, once they are
                                          asked for; NULL before */
    struct brief *briefs;
    int uid_columns, name_columns, area_columns; /* the widest */
    int unit_columns[BRIEF_VALUES];
    int most_values, most_actuators; /* of a station's brief */
    uint8_t *conditions;             /* enum condition of each station */
    uint32_t *worst;    /* of each station: index into the board's alarms, ALARM_NONE: none */
    uint16_t *n_alarms; /* of each station, those that are not covered */
    uint8_t *urgency;   /* of that alarm; least is worst; URGENCY_NONE: no alarm */
    uint8_t *alarmed;   /* components that an alarm of the board stands for */
    uint64_t board_version; /* one more than that of the board they are of; 0: of none */
    uint32_t *order;        /* the n shown, indices into plant->stations */
    int n;
    struct list list;
    char selected[PLANT_ID_MAX + 1]; /* "" when there is none */

    struct station_column sort;
    bool reverse;
    bool follow;        /* a new order takes the window along with the selected row */
    mono_us ordered_at; /* when an order was made because of live values */
    struct hold hold;
    struct filter *filter;
    char filter_text[256];
    char filter_problem[160]; /* translated; "": none */
    struct station_column numbers[ROSTER_NUMBERS];
    int n_numbers;    /* that the filter compares */
    GHashTable *tags; /* uids, a set */

    uint32_t *fault_components; /* those of kind fault */
    wall_us *fault_since;       /* of each; WALL_NONE: not active */
    uint32_t n_fault_components;
    GArray *faults; /* struct fault: the active ones without an alarm, newest first */
    uint32_t n_in[CONDITIONS];
    uint32_t n_silent; /* with and without a fault */
};

void roster_init(struct roster *r);
void roster_fini(struct roster *r);

/* A snapshot came. */
void roster_update(struct roster *r, const struct snapshot *s, mono_us now);

/* Time has passed: an order held long enough may go. snapshot NULL: there is none yet. */
void roster_release(struct roster *r, const struct snapshot *s, mono_us now);

/* The order follows live values, and is not re-sorted now. */
bool roster_held(const struct roster *r, mono_us now);
/* When roster_release() has something to do; 0: nothing is pending. */
mono_us roster_next(const struct roster *r);

void roster_set_height(struct roster *r, int height);
/* By the user's hand: select the row at pos (cut to the list), hold the order. */
void roster_move_to(struct roster *r, int pos, mono_us now);
/* False when it is not among the rows shown. */
bool roster_select(struct roster *r, const char *uid);

void roster_set_filter(struct roster *r, const char *text, const struct snapshot *s);
/* False: there is no such column. snapshot NULL: there is none yet. */
bool roster_set_sort(struct roster *r, const char *column, bool reverse,
                     const struct snapshot *s);
/* What a column has of a station, as a number; NAN: nothing. */
double roster_number(const struct roster *r, const struct snapshot *s,
                     const struct station_column *c, uint32_t station);

/* Tags are bound to uids. */
bool roster_is_tagged(const struct roster *r, uint32_t station);
uint32_t roster_n_tagged(const struct roster *r);
void roster_tag(struct roster *r, uint32_t station, bool on, const struct snapshot *s);
/* All shown; when all of these have one already, none at all. */
void roster_tag_all(struct roster *r, const struct snapshot *s);

/* Index of the selected station in the plant, STATION_NONE when nothing is selected. */
uint32_t roster_selected(const struct roster *r);
/* The place of the next (or, direction -1, previous) station that has an alarm or fault, or is
 * silent; -1: none. */
int roster_next_abnormal(const struct roster *r, int direction);

/* The station's worst alarm, on the snapshot's board; NULL: it has none. */
const struct alarm_view *roster_alarm(const struct roster *r, const struct snapshot *s,
                                      uint32_t station);

/* Whether a component of kind fault reports a fault now. */
bool roster_fault_active(const struct component_state *state);

/* roster_order.c: those that match the filter, sorted, into order. */
void roster_make_order(struct roster *r, const struct snapshot *s);

/* roster_state.c: parts of roster_update(). True: the urgency, or the condition, of some
 * station is another one than before. */
bool roster_take_alarms(struct roster *r, const struct snapshot *s, bool new_plant);
bool roster_take_conditions(struct roster *r, const struct snapshot *s);
/* changed: the list is made anew in any case. */
void roster_take_faults(struct roster *r, const struct snapshot *s, bool changed);

#endif
