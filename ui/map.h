/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The map: stations where they are, over coast, borders, rivers and towns. For its own files;
 * the rest of the screen knows view_map (view.h) and the actions of map_group (keymap.h).
 *
 * The selected station is bound to its uid. What is in view is listed worst first, and stands
 * still while the user moves in that list (hold.h).
 *
 * Threads: ui only.
 */
#ifndef UI_MAP_H
#define UI_MAP_H

#include "ui/canvas.h"
#include "ui/map_data.h"
#include "ui/map_marks.h"
#include "ui/map_overlay.h"
#include "ui/screen.h"

/* What is drawn behind the stations: a bit each; those of enum map_layer first. */
#define MAP_TOWNS_BIT      (1u << MAP_LAYERS)
#define MAP_BACKGROUND_ALL ((1u << (MAP_LAYERS + 1)) - 1)
#define MAP_BACKGROUNDS    (MAP_LAYERS + 1)

/* Which stations are shown: a bit each. */
enum map_state { MAP_ALARMS, MAP_FAULTS, MAP_SILENT, MAP_NORMAL };
#define MAP_STATES     (MAP_NORMAL + 1)
#define MAP_STATES_ALL ((1u << MAP_STATES) - 1)
enum map_state map_state_of(uint8_t severity);

struct map_view {
    /* where */
    struct map_point centre;
    int zoom;
    bool fitted;            /* all stations are in view, and shall be when the size changes */
    bool fit_due;           /* or the plant, which it has */
    struct map_frame frame; /* as last drawn */
    struct rect area;       /* of the frame, on the screen */
    bool follow;
    struct uuid followed; /* the occurrence that was last brought into view */

    /* what is known of the stations, of the newest snapshot that was shown */
    struct plant *plant;  /* own reference; NULL: none yet */
    struct map_point *at; /* x NAN: has no place */
    uint8_t *severity;    /* enum map_severity: as it is */
    uint8_t *shown;       /* the same, or hidden */
    uint32_t n_placed, n_hidden, n_hidden_abnormal;
    bool stale; /* a snapshot or another filter came */

    GArray *marks; /* struct map_mark */
    int marks_zoom;
    bool marks_stale;

    /* in view */
    GArray *order; /* uint32_t: stations, worst first */
    uint32_t n_abnormal;
    struct list list;
    struct rect rows; /* of the list, on the screen */
    struct hold hold;
    bool order_stale;
    char selected[PLANT_ID_MAX + 1]; /* "" none */

    /* what is shown */
    unsigned background, states;
    GHashTable *hidden_types, *hidden_areas; /* char * */
    bool layers_open;
    GArray *layers; /* struct map_layer_row */
    struct list layers_list;

    /* what is behind it */
    bool loaded;
    struct map_data *data;         /* NULL: none */
    struct overlay *overlay;       /* NULL: not read yet */
    struct overlay_loader *loader; /* NULL: nothing is being read */
    mono_us poll_at;               /* when to ask it again; 0: never */
    struct canvas *canvas;
    GArray *scratch;   /* double */
    GByteArray *taken; /* cells of the frame that have a mark or a text */
};

/* map_stations.c */
/* Take what the screen's snapshot tells, if that is due. */
void map_refresh(struct screen *s);
/* The plant's station of m->selected, STATION_NONE: none. */
uint32_t map_selected(const struct map_view *m);
void map_select(struct map_view *m, uint32_t station);
/* Marks and list for m->frame, if these are due. */
void map_arrange(struct screen *s);
bool map_shows(const struct map_view *m,
               uint32_t station); /* it has a place and is not hidden */
struct map_box map_stations_box(const struct map_view *m);
/* Round the end, worst first, from the selected one. STATION_NONE: there is none. */
uint32_t map_next_abnormal(const struct map_view *m, int direction);
/* The first after the selected one that matches; how many do, and how many of them are shown.
 */
uint32_t map_find(const struct screen *s, const char *text, uint32_t *ret_n);

/* map_moves.c */
void map_fit(struct map_view *m);
/* Bring a station into view, in the middle unless it is in view already. */
void map_go_to(struct screen *s, uint32_t station);
void map_remember(struct screen *s); /* where it is, in the preferences */
void map_open_station(struct screen *s);

/* map_labels.c */
void map_draw_labels(struct screen *s);
/* The station of the mark at a cell of the screen, STATION_NONE: there is none. */
uint32_t map_station_at(const struct map_view *m, int y, int x);
/* map_lines.c: the canvas */
void map_draw_lines(struct screen *s);
/* From which zoom on a place or line of that rank is shown. */
bool map_rank_shown(const struct map_frame *f, unsigned layer, unsigned rank);

/* map_pane.c: what stands beside or below */
void map_draw_pane(struct screen *s, struct rect area);
void map_draw_below(struct screen *s, struct rect area);
/* "in view 38 of 40, 3 not normal", and what else must be known: in the same line or, if lines
 * is 2, in a second one. */
void map_draw_summary(struct screen *s, int y, int x, int width, int lines);
/* One line about a station: mark, id, name, what is the matter. cursor: column 0 is for one. */
void map_draw_station(struct screen *s, int y, int x, int width, uint32_t station, bool cursor);
/* The mark of a station: at most 2 columns; its style. */
const char *map_mark_text(const struct screen *s, uint32_t station, unsigned *ret_style);

/* map_layers.c */
struct map_layer_row {
    uint8_t group;    /* of what: see there */
    unsigned bit;     /* of background or states */
    const char *name; /* as typed; of a type or area the plant's, valid as long as m->plant */
    uint32_t n;       /* stations */
};
void map_layers_fill(struct screen *s);
void map_layers_draw(struct screen *s, struct rect area);
void map_layers_toggle(struct screen *s, int row);
/* By a word of the menu; false: there is none such. */
bool map_layers_toggle_named(struct screen *s, const char *name);

#endif
