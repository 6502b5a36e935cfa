/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The screen: everything that is shown and how the user has it. One struct, passed to every
 * view; each view file owns its part of it, and is the only one to change that.
 *
 * Threads: ui only.
 */
#ifndef UI_SCREEN_H
#define UI_SCREEN_H

#include "src/core/snapshot.h"
#include "ui/alarms.h"
#include "ui/bell.h"
#include "ui/console.h"
#include "ui/draw.h"
#include "ui/format.h"
#include "ui/limit_set.h"
#include "ui/prefs.h"
#include "ui/roster.h"
#include "ui/terminal.h"

enum view {
    VIEW_OVERVIEW, /* the tabs, in the order of their digits */
    VIEW_STATIONS,
    VIEW_MAP,
    VIEW_ALARMS,
    VIEW_TRENDS,
    VIEW_BOARDS,
    VIEW_JOURNAL, /* from here on no tab, unless shown or where there is room */
    VIEW_HEALTH,
    VIEW_UNKNOWN,
    VIEW_LOG,
};
#define VIEWS     (VIEW_LOG + 1)
#define VIEW_TABS VIEW_JOURNAL

/* Where the keys go: one bit, so that an action can name several. */
enum place {
    PLACE_LIST = 1u << 0,   /* the station list */
    PLACE_DETAIL = 1u << 1, /* one station */
    PLACE_ALARMS = 1u << 2,
    PLACE_UNKNOWN = 1u << 3,
    PLACE_LOG = 1u << 4,
    PLACE_OVERVIEW = 1u << 5,
    PLACE_MAP = 1u << 6,
    PLACE_TRENDS = 1u << 7,
    PLACE_BOARDS = 1u << 8,
    PLACE_JOURNAL = 1u << 9,
    PLACE_HEALTH = 1u << 10,
    PLACE_LAYERS = 1u << 11,      /* what the map shows */
    PLACE_BOARDS_EDIT = 1u << 12, /* a board that is being arranged */
    PLACE_COLUMNS = 1u << 13,     /* the picker of the list's columns */
};
#define PLACE_LAST     PLACE_COLUMNS
#define PLACE_STATIONS (PLACE_LIST | PLACE_DETAIL)
#define PLACE_ANY      (2u * PLACE_LAST - 1u)
/* Where the cursor keys go up and down in rows. */
#define PLACE_ROWS                                                                             \
    (PLACE_ANY & ~(unsigned)(PLACE_MAP | PLACE_TRENDS | PLACE_BOARDS | PLACE_BOARDS_EDIT))

/* How much there is room for. */
enum extent { EXTENT_NONE, EXTENT_TINY, EXTENT_COMPACT, EXTENT_FULL, EXTENT_WIDE };

struct rect {
    int y, x, height, width;
};

enum detail_row { ROW_BLANK, ROW_HEADING, ROW_CALM, ROW_FAULT, ROW_COMPONENT, ROW_BAR };

struct detail_line {
    enum detail_row row;
    uint32_t component; /* COMPONENT_NONE for a heading of our own */
};

struct detail {
    char uid[PLANT_ID_MAX + 1]; /* whose it is; follows the list's selection */
    char id[PLANT_ID_MAX + 1];  /* the component under the cursor, "" at first */
    GArray *lines;              /* struct detail_line */
    GArray *marks;              /* struct limit_mark, of the station */
    const struct plant *plant;  /* whose marks these are; not a reference */
    struct limit_set *limits;   /* of the newest plant; NULL: not asked yet */
    struct list list;
    bool roomy;        /* there is room for blank lines between the groups */
    mono_us follow_at; /* when to go over to the selected station; 0: nothing to do */
};

enum prompt_kind { PROMPT_NONE, PROMPT_FILTER, PROMPT_COMMAND, PROMPT_ASK, PROMPT_CHOICE };
#define PROMPT_MAX 200 /* bytes */

struct prompt {
    enum prompt_kind kind;
    char text[PROMPT_MAX + 1];
    size_t caret;                   /* byte */
    GPtrArray *history;             /* char *, oldest first: commands */
    guint history_at;               /* == history->len: the new line */
    char completed[PROMPT_MAX + 1]; /* what stood there when completion began */
    int completion;                 /* which candidate is shown; -1: none */
    const char *complaint;          /* why what stands there will not do, translated; or NULL */
    const struct view_filter *filter; /* PROMPT_FILTER: the view's own; NULL: it has none */
    bool alarms;                      /* else of the alarms, not the stations */
    /* What Esc brings back. */
    char filter_before[PROMPT_MAX + 1];
    char selected_before[PLANT_ID_MAX + 1];
    struct alarm_key alarm_before;
    int top_before;
};

/* An operator action that waits for its comment or reason: PROMPT_ASK. */
struct ask {
    GArray *actions; /* struct alarm_action: what it is about, as it stood when asked */
    char label[200];
    mono_us shown_at; /* the alarm, or this question, which names it; 0: long ago */
    enum alarm_action_kind posted; /* the last one */
};

struct screen;
struct action;
struct keymap;
struct undo;
struct freeze;
struct alarm_tags;

/* A question that one key answers: PROMPT_CHOICE. */
struct choice {
    char label[200];
    void (*choose)(struct screen *s,
                   int key); /* with Esc and all that mean nothing to it, too */
};

/* What can be copied, as it stood when that was asked for. */
struct copy {
    char id[128], value[512], row[2048];
};

/* The pane alone, on a screen that stands still. */
struct print {
    bool on, shown;
    bool mouse; /* it was on */
};

struct help {
    bool open;
    bool own_first; /* the user's own keys */
    char text[64];  /* what actions are searched by */
    GArray *found;  /* int: indices of actions */
    struct list list;
};

struct log_view {
    GPtrArray *rows; /* char *: the lines of the log, wrapped at width */
    int width;
    struct list list;
    bool at_end; /* new lines are followed */
};

struct unknown_view {
    char station[PLANT_ID_MAX + 1], id[PLANT_ID_MAX + 8]; /* the selected one */
    uint32_t *order;
    uint32_t n;
    struct list list;
    char adopting[PLANT_ID_MAX + 8], adopting_of[PLANT_ID_MAX + 1]; /* "": of no station */
    mono_us adopting_until; /* 0: nothing is being adopted */
};

/* Where a click opens a view, or does what a hint tells. */
#define SPOTS_MAX 48
struct spot {
    int y, x, width;
    const struct action *action; /* NULL: view */
    enum view view;
};

/* A view that another one was opened out of, and how it was. */
struct trail_step {
    enum view view;
    bool detail_focus, detail_opened;
};

struct screen {
    const struct console_config *config;
    struct terminal *terminal;
    struct draw *draw;
    struct zone *zone;
    struct snapshot *snap; /* NULL until the first came */
    struct now now;        /* of this turn of the loop */
    struct now minute;     /* ages count from here */

    int rows, columns;
    enum extent extent;
    enum view view;
    struct trail_step trail[VIEWS]; /* the n_trail views that the shown one was opened out of */
    int n_trail;
    bool detail_focus;  /* keys go to the station's detail */
    bool detail_opened; /* out of another view: back goes there at once */
    bool hints;
    bool one_pane; /* of the list and the station beside it */

    struct alarm_list alarms;
    struct alarm_tags *alarm_tags;
    struct bell bell;
    bool ring;           /* the loop does it */
    bool alarms_drawn;   /* in this frame */
    uint64_t replies;    /* seen so far */
    unsigned unanswered; /* actions that were posted and not replied to */
    struct ask ask;
    struct roster roster;
    struct rect list_rows;        /* where the rows of the list are: for the mouse */
    struct spot spots[SPOTS_MAX]; /* and what else a click finds in this frame */
    int n_spots;
    struct detail detail;
    struct unknown_view unknown;
    struct log_view log;
    /* Each belongs to the files of its view, and is made by its init(). */
    struct overview *overview; /* ui/overview.h */
    struct stations *stations; /* ui/stations.h */
    struct map_view *map;
    struct trends *trends;
    struct boards *boards;
    struct journal_view *journal;
    struct health_view *health;
    struct writer *writer;
    struct prefs *prefs;
    struct keymap *keymap;
    struct undo *undo;
    struct freeze *freeze; /* NULL: the values run */
    struct help help;
    struct prompt prompt;
    struct choice choice;
    struct copy copy;
    struct print print;
    bool typed; /* the action that runs was typed behind ":" */

    char notice[200]; /* in place of the hints until notice_until */
    mono_us notice_until;
    mono_us cancel_until;   /* a second Ctrl-C before this quits */
    int colours;            /* that may be used: 0, 8, 16, 256 */
    bool flash_off;         /* what flashes does not stand out now */
    mono_us flash_at;       /* when it will change; 0: nothing flashes */
    mono_us status_at;      /* the status line will tell another age then; 0: it tells none */
    int cursor_y, cursor_x; /* where the terminal's cursor belongs; set by the views */
    bool pasting;
    mono_us pasting_until; /* should the end of a paste get lost */
    bool suspend, repaint; /* asked for by an action; the loop does it */
    bool quit;
};

/* The time by the clock of the configuration. */
struct now screen_clock(const struct console_config *config);

/* snapshot NULL is fine. */
void screen_init(struct screen *s, const struct console_config *config,
                 struct terminal *terminal);
void screen_fini(struct screen *s);

/* Takes the reference over. */
void screen_take(struct screen *s, struct snapshot *snapshot);
/* Time has passed: what was held or delayed may be due. */
void screen_tick(struct screen *s);
/* When screen_tick() will have something to do, on the boot clock; 0: nothing is pending. */
mono_us screen_next_tick(const struct screen *s);

void screen_key(struct screen *s, int key);
void screen_draw(struct screen *s);

void screen_add_spot(struct screen *s, struct spot spot); /* of this frame */

/* For the actions and views. */
enum place screen_place(const struct screen *s);
struct list *screen_list(struct screen *s); /* the one that the cursor keys move in */
void screen_notice(struct screen *s, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Out of nowhere: back goes to the overview. */
void screen_set_view(struct screen *s, enum view view);
/* Out of what is shown: back goes there. */
void screen_drill(struct screen *s, enum view view);
/* The station uid, its detail with the cursor on component ("": the first); filter is given up
 * when it hides it. Out of what is shown. */
void screen_drill_station(struct screen *s, const char *uid, const char *component);
/* What is shown is the top: there is nothing to go back to. */
bool screen_at_top(const struct screen *s);
/* The user moved the cursor of screen_list() by so many rows. */
void screen_moved(struct screen *s, int by);
void screen_back(struct screen *s);
void screen_interrupt(struct screen *s); /* Ctrl-C, SIGINT */
/* Quit; ask before, should that leave something undone. */
void screen_leave(struct screen *s);
const char *view_name(enum view view); /* translated */
/* Ask the archive; 0: there is none, or it is busy. Answers come to the view's answer(). */
uint64_t screen_ask(struct screen *s, const struct archive_request *r);
void screen_cancel(struct screen *s, uint64_t id); /* 0 is fine */
void screen_answers(struct screen *s);             /* archive_fd() was readable */

#endif
