/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A board: tiles that a person has chosen and laid out, and its text form, a file that can be
 * written by hand:
 *
 *     [board]
 *     version = 1
 *     title = Elbe Nord
 *
 *     [tile]
 *     kind = gauge
 *     title = Storage
 *     row = 0
 *     column = 0
 *     rows = 2
 *     columns = 3
 *     component = PW-0417/LEVEL
 *
 * What else a tile may have depends on its kind: several components (trend), station (flow),
 * select (alarms, ranking: a template as in rules.csv), span ("6h"), count and order ("value",
 * "distance"; ranking), unit ("hours", "weeks"; calendar), text (a line each; text). Keys and
 * sections that are not known are kept, with a warning; so are comments.
 *
 * Pure. Components and stations are named, not looked up: a board outlives a plant.
 */
#ifndef UI_BOARD_H
#define UI_BOARD_H

#include <stdint.h>

#include <glib.h>

#include "src/core/plant.h"
#include "src/core/setting.h"
#include "ui/board_layout.h"

enum tile_kind {
    TILE_GAUGE,
    TILE_NUMBER,
    TILE_STATE,
    TILE_TREND,
    TILE_ALARMS,
    TILE_FLOW,
    TILE_RANKING,
    TILE_CALENDAR,
    TILE_TEXT,
};
#define TILE_KINDS (TILE_TEXT + 1)
const char *tile_kind_name(enum tile_kind kind); /* as in files, never translated */
bool tile_kind_from_name(const char *name, enum tile_kind *ret);

enum tile_order { TILE_BY_VALUE, TILE_BY_DISTANCE };
enum tile_unit { TILE_BY_HOURS, TILE_BY_WEEKS };

#define BOARD_VERSION   1
#define BOARD_BYTES_MAX (256 * 1024)
#define BOARD_TITLE_MAX 200 /* bytes, of every text in one line */
#define TILE_SERIES_MAX 4
#define TILE_LINES_MAX  100
#define TILE_COUNT_MAX  100
#define TILE_SPAN_MIN_S 300
#define TILE_SPAN_MAX_S (366 * 24 * 3600)

struct tile {
    enum tile_kind kind;
    struct tile_place place;
    char *title;           /* "": what it shows tells */
    GPtrArray *components; /* char *: "STATION/ID" */
    char *station;         /* uid */
    char *select;          /* "": everything */
    GPtrArray *text;       /* char *: lines */
    int span_s;
    int count;
    enum tile_order order;
    enum tile_unit unit;
    GPtrArray *above, *kept; /* char *: comments before it; comments and unknown keys in it */
};

struct board {
    char *title;                     /* "": that of its file */
    GPtrArray *tiles;                /* struct tile *, at most BOARD_TILES_MAX */
    GPtrArray *above, *kept, *below; /* char *: lines, as for a tile; after everything */
};

struct board *board_new(const char *title);
void board_free(struct board *b); /* NULL is fine */
static inline struct tile *
board_tile(const struct board *b, int index)
{
    return (struct tile *)g_ptr_array_index(b->tiles, index);
}

/* With the size that suits its kind, at (0, 0). */
struct tile *tile_new(enum tile_kind kind);
struct tile *tile_copy(const struct tile *t);
void tile_free(struct tile *t);
void tile_set(char **text, const char *value);    /* sanitised and cut */
int tile_components_max(enum tile_kind kind);     /* 0: it shows none */
int tile_span_default_s(enum tile_kind kind);     /* 0: it has none */
bool tile_component_valid(const char *component); /* "STATION/ID" */

/* The places of all tiles, to be changed by board_layout_*() and put back. ret has room for
 * BOARD_TILES_MAX; returns how many. */
int board_places(const struct board *b, struct tile_place *ret);
void board_set_places(struct board *b, const struct tile_place *places);

/*
 * The board in a text; NULL when errors were added: then the text is no board. Warnings: what
 * was kept unread, or put right. file: its name in both. Tiles that overlap are settled.
 */
struct board *board_parse(const char *file, const char *text, size_t len,
                          struct problems *errors, struct problems *warnings);
/* As if the key stood in the text of a tile of this kind; NULL, or why not: a constant that
 * begins with "is not". Components are parted by blanks, lines of text by '|'. After a refusal
 * the tile is half changed. Not for its kind and place. */
const char *tile_set_key(struct tile *t, const char *key, const char *value);
/* The text of a board; free with g_free(). Parsed again it is the same board. */
char *board_text(const struct board *b);

#endif
