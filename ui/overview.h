/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The overview: areas with what is wrong in them, the components furthest from normal, and the
 * latest events. Private to overview_*.c, but for overview_filter() and the actions.
 *
 * Selections are bound to names: an area, a component, an event. After a cursor key the order
 * of a pane stands still (hold.h).
 *
 * Cost: each snapshot one pass over the stations, if it is shown. Components are looked through
 * in slices of OVERVIEW_SLICE, one pass a second at most, and their limits once for a plant;
 * another view shown: nothing.
 *
 * Threads: ui only.
 */
#ifndef UI_OVERVIEW_H
#define UI_OVERVIEW_H

#include "ui/screen.h"

#define OVERVIEW_SLICE   4096u            /* components looked at in one go */
#define OVERVIEW_WORK_US (25 * US_PER_MS) /* between two of these */
#define OVERVIEW_PASS_US US_PER_S         /* between the begins of two passes */
#define OVERVIEW_ROWS    64u              /* of alarms, of components, of events */
#define OVERVIEW_UNITS   2                /* measures shown: one added up, one averaged */

enum overview_pane { PANE_AREAS, PANE_FAR, PANE_LATEST };
#define OVERVIEW_PANES (PANE_LATEST + 1)

enum area_sort { AREAS_WORST, AREAS_PLANT, AREAS_NAME, AREAS_STATIONS, AREAS_COMM };
#define AREA_SORTS (AREAS_COMM + 1)

/* What is added up, or averaged, of an area: only components of one name and unit. */
struct measure {
    enum kind kind;
    bool mean;
    const char *name, *unit; /* of the plant */
    uint32_t stations;       /* that have it */
    GArray *components;      /* uint32_t */
};

struct area {
    const char *name; /* of the plant; "" for the stations without one */
    uint32_t stations, communicating, faults;
    uint32_t active[ALARM_PRIORITIES], unacked[ALARM_PRIORITIES]; /* not normal; of these new */
    struct {
        double sum;
        uint32_t good, all; /* components with a value to rely on, of how many */
    } of[OVERVIEW_UNITS];
};

/* A row of those furthest from normal. */
struct far_row {
    char station[PLANT_ID_MAX + 1], component[PLANT_ID_MAX + 8], rule[ALARM_RULE_MAX];
    uint32_t index;  /* of the component in the plant; COMPONENT_NONE: of a station */
    bool alarm;      /* else only near a limit, or beyond it */
    double distance; /* from the limit, as a part of the range; < 0: beyond */
    double limit;
    char sign[3];
    wall_us since; /* WALL_NONE: not known */
};

/* Of one component: nothing is looked up while values are looked through. */
struct limit_point {
    uint32_t component;
    struct limit_run run; /* in limits */
};

enum latest_kind { LATEST_RAISED, LATEST_RETURNED, LATEST_ACKED };

struct latest {
    wall_us at;
    enum latest_kind kind;
    enum alarm_priority priority;
    struct uuid occurrence;
    char station[PLANT_ID_MAX + 1], component[PLANT_ID_MAX + 8];
    char text[160]; /* what it is, without time and mark */
    char by[ALARM_USER_MAX];
};

struct overview {
    struct plant *plant; /* own reference; NULL before the first snapshot */
    enum overview_pane pane;
    int panes; /* shown in the last frame */

    /* overview_areas.c */
    struct area *areas; /* n_areas, and behind them that of all */
    uint32_t n_areas;
    uint32_t *area_of; /* each station */
    uint32_t *order;   /* the n_areas, as shown */
    enum area_sort sort;
    bool reverse;
    char area[256]; /* name of the selected one */
    bool all;       /* that of all is */
    struct list area_list;
    struct hold area_hold;

    /* overview_measure.c */
    GPtrArray *measures; /* struct measure *, the most frequent first; NULL: not looked for */
    GHashTable *measure_of;                      /* while looking */
    const struct measure *shown[OVERVIEW_UNITS]; /* NULL: none */
    char wanted[300];                            /* "name\037unit" that the user chose; "" */

    /* overview_far.c */
    struct limit_set *limits; /* of plant */
    bool looking;             /* for limits */
    uint32_t looked;          /* components whose limits are known */
    GArray *points;           /* struct limit_point */
    guint pass;               /* the next point; points->len: no pass is under way */
    mono_us pass_began;
    mono_us work_at; /* when to go on; 0: nothing is left to do */
    bool pass_due;   /* values have changed since */
    GArray *nearest; /* struct far_row, while a pass is under way */
    GArray *found;   /* struct far_row, of the last whole pass */
    GArray *far;     /* struct far_row: what is shown */
    bool far_due;    /* what is shown is not the newest */
    bool far_chosen; /* else the first is selected */
    char far_station[PLANT_ID_MAX + 1], far_component[PLANT_ID_MAX + 8];
    struct list far_list;
    struct hold far_hold;

    /* overview_latest.c */
    uint64_t board_version;  /* one more than that of the board they are of; 0: none */
    GArray *latest;          /* struct latest, the newest first */
    struct latest latest_at; /* the selected one */
    bool latest_chosen;      /* else the newest is */
    struct list latest_list;

    /* The filter of the stations that an area was opened with, and what it was before. */
    char filter[256], filter_before[256];
};

/* overview_areas.c */
void overview_take_plant(struct overview *o, struct plant *plant);
void overview_count(struct overview *o, const struct screen *s);
void overview_sort_areas(struct overview *o, mono_us now);
const char *area_sort_name(enum area_sort sort); /* as a command takes it */
void overview_area_moved(struct overview *o);

/* overview_measure.c */
void overview_measure_begin(struct overview *o);
void overview_measure_look(struct overview *o, uint32_t component);
void overview_measure_end(struct overview *o);
void overview_measure_choose(struct overview *o);
void overview_measure_add(struct overview *o, const struct screen *s);
void overview_measure_fini(struct overview *o);

/* overview_far.c: one slice of what there is to look through, if it is time. */
void overview_work(struct overview *o, const struct screen *s);
void overview_far_begin(struct overview *o); /* a new plant */
void overview_far_update(struct overview *o, const struct screen *s);
void overview_far_moved(struct overview *o);
void overview_far_fini(struct overview *o);

/* overview_latest.c */
void overview_latest_update(struct overview *o, const struct screen *s);
void overview_latest_moved(struct overview *o);

/* overview_draw.c, overview_lists.c */
void overview_draw(struct screen *s, struct rect area);
void overview_draw_small(struct screen *s, struct rect area);

/* overview_view.c */
/* The filter that an area was opened with; "": none was. */
const char *overview_filter(const struct screen *s);
struct list *overview_list(struct overview *o, enum overview_pane pane);

/* For the table of actions. */
void action_overview(struct screen *s, const char *argument);
void action_drill(struct screen *s, const char *argument);
void action_panes(struct screen *s, const char *argument);
void action_panes_back(struct screen *s, const char *argument);
void action_order(struct screen *s, const char *argument);
void action_order_back(struct screen *s, const char *argument);
void action_measure(struct screen *s, const char *argument);
const char *why_nothing_to_drill(const struct screen *s);
const char *why_no_measure(const struct screen *s);

#endif
