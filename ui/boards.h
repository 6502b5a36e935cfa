/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The view of boards: which board is shown, how it lies on the screen, and what its tiles know
 * of the plant and of its history.
 *
 * Work: drawing takes only what is there already. What costs more (limits, what a template
 *       selects, a ranking) is done by tick(), a tile each time, and at most once a second;
 *       history is asked for, once for each tile that can be seen, and asked for again slowly.
 * Threads: ui only.
 */
#ifndef UI_BOARDS_H
#define UI_BOARDS_H

#include "ui/board_store.h"
#include "ui/canvas.h"
#include "ui/limit_set.h"
#include "ui/screen.h"
#include "ui/trend_data.h"

/* What the archive knows for a tile. */
struct tile_history {
    uint64_t id;     /* of the question that is on its way; 0: none */
    mono_us due;     /* when to ask again; 0: at once */
    uint32_t wanted; /* columns that the tile has room for, 0: not drawn yet */
    bool any;        /* there is an answer */
    struct trend_window window;
    struct trend_series series[TILE_SERIES_MAX];
    int n;
    char problem[160]; /* what is missing and why; "" nothing */
};

/* A component and its run of marks. */
struct rank_point {
    uint32_t component;
    struct limit_run run; /* in boards->limits */
};

struct ranked {
    uint32_t component;
    double key;
};

/* The alarms of a tile. */
struct alarm_tally {
    uint32_t active[ALARM_PRIORITIES], unacked[ALARM_PRIORITIES];
    uint32_t covered;
    wall_us oldest; /* of the unacknowledged ones; WALL_NONE: none */
};

/* What a tile shows, besides the snapshot. Indices are of boards->plant. */
struct tile_live {
    bool shown; /* in the last frame */
    bool ready; /* what follows is made for boards->plant */
    uint32_t station, components[TILE_SERIES_MAX];
    GArray *marks;    /* struct limit_mark, of its components */
    GArray *points;   /* struct rank_point: what a ranking chooses from */
    uint32_t looked;  /* components that were looked at for that */
    uint32_t unknown; /* of these without a value */
    GArray *ranked;   /* struct ranked, the first one first */
    mono_us rank_at;  /* not again before */
    bool stale;       /* there was a snapshot since */
    struct alarm_tally tally;
    uint64_t tally_version; /* one more than the board's */
    struct tile_history history;
};

enum board_pick { PICK_NONE, PICK_KIND, PICK_COMPONENT, PICK_STATION };

/* The dialog that asks what to add. */
struct board_picker {
    enum board_pick pick;
    enum tile_kind kind;
    char text[64];
    GArray *found; /* int or uint32_t: kinds, components, stations */
    struct list list;
};

struct boards {
    struct board_store store;
    int at;                   /* the slot shown */
    bool builtin;             /* store was empty: the only board is made of the plant */
    struct plant *plant;      /* own reference; NULL before the first snapshot */
    struct limit_set *limits; /* of it; NULL: not needed yet */

    int selected; /* tile */
    bool edit, full;
    int home;                                /* line that the user has at the top */
    int top;                                 /* line at the top */
    struct tile_rect rects[BOARD_TILES_MAX]; /* of the last frame */
    struct rect area;                        /* the tiles' part of the screen */
    int lines;
    struct list rows;               /* of a ranking shown alone */
    char row[2 * PLANT_ID_MAX + 2]; /* "STATION/ID" under its cursor */

    struct canvas *canvas;
    struct tile_live *live; /* one for each tile of the board shown */
    int n_live;
    mono_us save_at; /* 0: all is written */
    struct board_picker picker;
};

/* boards.c */
struct board_slot *boards_slot(const struct boards *b); /* NULL: there is none */
struct board *boards_board(const struct boards *b);     /* NULL: none, or damaged */
struct tile *boards_tile(const struct boards *b);       /* the selected one; NULL: none */
void boards_show(struct screen *s, int slot);
void boards_select(struct screen *s, int tile);
/* A ranking has a new order: its cursor stays on its component. */
void boards_ranked(struct screen *s, int tile);
void boards_row_moved(struct screen *s); /* the cursor of rows was moved */
void boards_reload(struct screen *s);    /* its tiles have changed */
/* The selected tile alone; once more: the station, alarms or trends that it is about. */
void boards_open(struct screen *s);
/* The trends of its components. */
void boards_open_trend(struct screen *s);
/* The component that the selected tile is about; COMPONENT_NONE: none. */
uint32_t boards_component(const struct boards *b);

/* tile_live.c */
void tile_live_init(struct tile_live *l, const struct tile *t);
void tile_live_fini(struct screen *s, struct tile_live *l);
/* Another plant. */
void tile_live_reset(struct tile_live *l);
/* One piece of work that waits; false: there was none. */
bool tile_live_work(struct screen *s);
mono_us tile_live_next(const struct screen *s);
bool tile_live_answer(struct screen *s, const struct archive_answer *answer);
/* tile_history.c */
bool tile_history_kept(enum tile_kind kind); /* its kind has one */
void tile_history_init(struct tile_history *h, const struct tile *t);
void tile_history_fini(struct screen *s, struct tile_history *h);
/* Ask for what tile i shows. */
void tile_history_ask(struct screen *s, int i);
bool tile_history_answer(struct tile_history *h, const struct archive_answer *answer);
/* The snapshot's values behind what the archive knew. */
void tile_history_live(const struct screen *s, struct tile_live *l);
/* tile_rank.c: a slice of the plant; true: it was the last one */
bool tile_rank_look(struct screen *s, int i);
void tile_rank(struct screen *s, int i);

/* board_default.c */
struct board *board_default(const struct plant *plant);

/* boards_commands.c: a file that was asked for has been read; its name is that of the board. */
void boards_imported(struct screen *s, const struct writer_answer *file);

/* boards_edit.c */
/* Before a change of the board shown: remember it; false: there is nothing to be changed. */
bool boards_begin(struct screen *s);
/* what: for who takes it back. */
void boards_remember(struct screen *s, const struct board_slot *slot, const char *what);
void boards_changed(struct screen *s); /* after it: to be written soon */
void boards_save(struct screen *s);    /* now, if anything is to be written */
void boards_failed(struct screen *s, const struct err *err);
/* Of the selected tile; there is one. */
enum boards_arrange { BOARDS_MOVE, BOARDS_RESIZE };
void boards_arrange(struct screen *s, enum boards_arrange how, int down, int right);
void boards_set(struct screen *s, const char *key, const char *value);
void boards_remove_tile(struct screen *s);
void boards_add_tile(struct screen *s, struct tile *tile); /* taken over */

/* boards_pick.c */
void boards_pick(struct screen *s, enum board_pick pick);
bool boards_picking(const struct screen *s);     /* the dialog is open, and has all keys */
bool boards_pick_key(struct screen *s, int key); /* true: it was the dialog's */
void boards_pick_draw(struct screen *s, struct rect area);

/* boards_draw.c */
void boards_draw(struct screen *s, struct rect area);

/* ---- what a tile is drawn with ---- */

struct tile_view {
    struct screen *s;
    const struct tile *tile;
    struct tile_live *live;
    struct rect in; /* inside of its frame */
    bool alone;     /* it has the whole screen */
};

/* Words in as many lines as there are from y on, in place of what cannot be shown. */
void tile_say(const struct tile_view *v, int y, unsigned style, const char *text);
/* tile_values.c */
void tile_draw_gauge(const struct tile_view *v);
void tile_draw_number(const struct tile_view *v);
void tile_draw_state(const struct tile_view *v);
/* The component k of a tile; COMPONENT_NONE: there is none, and it was said why. */
uint32_t tile_component(const struct tile_view *v, int k);
/* "3.42 m HH ?IV": value, unit, the limit it is beyond, and why it is not to be relied on.
 * marks NULL: none. Returns the columns it took. */
int tile_draw_value(struct screen *s, struct rect row, uint32_t component, const GArray *marks);
/* "Veddel level", or the ids where there is no name. */
void tile_component_name(const struct screen *s, uint32_t component, char *dst, size_t cap);
/* What no title was given for. */
void tile_title(const struct screen *s, const struct tile *t, const struct tile_live *l,
                char *dst, size_t cap);
/* tile_lists.c */
void tile_draw_alarms(const struct tile_view *v);
void tile_draw_ranking(const struct tile_view *v);
void tile_draw_flow(const struct tile_view *v);
void tile_draw_text(const struct tile_view *v);
/* tile_calendar.c */
void tile_draw_calendar(const struct tile_view *v);
/* The day that at lies in by the local calendar, counted from 1970, and its hour. */
int64_t tile_local_day(const struct screen *s, wall_us at, int *ret_hour);
/* tile_trend.c */
void tile_draw_trend(const struct tile_view *v);
/* Says why there is no history, if so. */
bool tile_draw_no_history(const struct tile_view *v, int y);

#endif
