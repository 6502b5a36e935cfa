/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The list of stations: its columns, where they are, and the picker that chooses them. Private
 * to stations*.c, but for the actions.
 *
 * Threads: ui only.
 */
#ifndef UI_STATIONS_H
#define UI_STATIONS_H

#include "ui/screen.h"

/* A row of the picker. */
struct pick {
    struct station_column column;
    bool chosen;
};

struct stations {
    struct station_columns columns; /* chosen, in their order */
    const struct plant *measured;   /* whose widths these are; not a reference */
    int units[COLUMNS_MAX], type_columns;
    /* In the last frame; width 0: there was no room for it. */
    int titles_y, x[COLUMNS_MAX], width[COLUMNS_MAX];

    bool picking;
    GArray *picks; /* struct pick: the chosen first, in their order */
    struct list pick_list;
};

/* Others than these were chosen: measure, remember. */
void stations_columns_changed(struct screen *s);
/* Sort by the column, the other way round if it is already. */
void stations_sort_column(struct screen *s, const struct station_column *column);
/* Write order and direction down. */
void stations_remember(struct screen *s);

/* stations_cells.c: what a column shows of a station */
int stations_cell_width(const struct screen *s, int column); /* that it would like to have */
void stations_cell_title(const struct screen *s, int column, char *dst, size_t cap);
bool stations_cell_right(const struct screen *s, int column); /* its title stands right */
void stations_draw_cell(struct screen *s, int y, int column, uint32_t station);
void stations_draw_value(struct screen *s, int y, int x, uint32_t component, int number,
                         int unit);
#define STATIONS_NUMBER 7

/* stations_pick.c */
void stations_pick_draw(struct screen *s, struct rect area);

/* For the table of actions. */
void action_columns(struct screen *s, const char *argument);
void action_pick(struct screen *s, const char *argument);
void action_pick_toggle(struct screen *s, const char *argument);
void action_pick_left(struct screen *s, const char *argument);
void action_pick_right(struct screen *s, const char *argument);
void action_tag_station(struct screen *s, const char *argument);
void action_tag_stations(struct screen *s, const char *argument);
void action_trend_tagged(struct screen *s, const char *argument);
void action_copy_tagged(struct screen *s, const char *argument);
void action_tagged(struct screen *s, const char *argument);
void action_follow(struct screen *s, const char *argument);
void action_sort(struct screen *s, const char *argument);
void action_sort_back(struct screen *s, const char *argument);
void action_reverse(struct screen *s, const char *argument);
const char *why_no_station_tagged(const struct screen *s);

#endif
