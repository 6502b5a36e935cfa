/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The columns of the list of stations, by name: what a command takes, what is remembered, what
 * a filter compares. Fixed ones; the first component of a kind ("level"); the component of an
 * id, in any case ("FLOW").
 *
 * Pure.
 */
#ifndef UI_COLUMN_H
#define UI_COLUMN_H

#include "ui/brief.h"

#define COLUMNS_MAX       16
#define COLUMNS_TEXT      (COLUMNS_MAX * (PLANT_ID_MAX + 9)) /* bytes of all their names */
#define COLUMN_VALUES_MAX 6                                  /* that show a component */

enum column_kind {
    COLUMN_ID,
    COLUMN_STATION,
    COLUMN_TYPE,
    COLUMN_AREA,
    COLUMN_VALUE, /* of the station's brief */
    COLUMN_VALUE2,
    COLUMN_VALUE3,
    COLUMN_ON, /* actuators */
    COLUMN_STATE,
    COLUMN_AGE,
    COLUMN_CLOCK,
    COLUMN_FAULTS,
    COLUMN_ALARMS,
    COLUMN_KIND, /* not a name of its own */
    COLUMN_COMPONENT,
};
#define COLUMN_FIXED (COLUMN_ALARMS + 1)

struct station_column {
    enum column_kind kind;
    enum kind of;                /* COLUMN_KIND */
    char name[PLANT_ID_MAX + 8]; /* as a command takes it */
};

struct station_columns {
    struct station_column at[COLUMNS_MAX];
    int n;
    char wrong[PLANT_ID_MAX + 8]; /* what columns_parse() could not take */
};

const char *column_fixed_name(int kind); /* below COLUMN_FIXED */
const char *columns_default(void);       /* as columns_parse() takes it */

/* plant NULL: any word that is no other is an id; else false when the plant has no such. */
bool column_parse(struct station_column *ret, const char *name, const struct plant *plant);
/* Words parted by blanks or commas. NULL: well; else the word that is none, or one too many
 * (then *ret_many), which lives as long as ret, unchanged otherwise. */
const char *columns_parse(struct station_columns *ret, const char *text,
                          const struct plant *plant, bool *ret_many);
void columns_text(const struct station_columns *c, char *dst, size_t cap);
int columns_find(const struct station_columns *c,
                 const char *name); /* -1: it is not among them */

/* Its order changes with live values. */
bool column_is_live(const struct station_column *c);
/* It shows a component: which one of this station; COMPONENT_NONE: it has none. */
bool column_is_value(const struct station_column *c);
uint32_t column_component(const struct station_column *c, const struct plant *plant,
                          const struct brief *brief, uint32_t station);

#endif
