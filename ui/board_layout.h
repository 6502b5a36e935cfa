/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where the tiles of a board stand: on the board itself, in a coarse grid, and on a screen of
 * any size. Two tiles never overlap, on either.
 *
 * The grid has GRID_COLUMNS columns and as many rows as it needs; tiles float up as far as they
 * can. On a screen the columns share its width, and the rows its height when there is enough;
 * else a row has GRID_LINES lines and the board is longer than the screen. Where a tile would
 * become too narrow, all of them get wider and flow one after the other, in the end one below
 * the other.
 *
 * Pure: what it says depends on its arguments alone, so a screen that had another size
 * meanwhile looks as before.
 */
#ifndef UI_BOARD_LAYOUT_H
#define UI_BOARD_LAYOUT_H

#include <stdbool.h>

#define GRID_COLUMNS     12
#define GRID_LINES       3   /* of a row, at least */
#define GRID_LINES_MOST  7   /* and at most, however high the screen */
#define GRID_ROW_MAX     999 /* of a tile in a file; settling moves it up */
#define TILE_COLUMNS_MIN 2
#define TILE_ROWS_MAX    20
#define TILE_WIDTH_MIN   14 /* columns of the screen */
#define BOARD_FLOW_WIDTH 60 /* below this tiles stand one below the other */
#define BOARD_TILES_MAX  64

struct tile_place {
    int row, column, rows, columns;
};

/* In lines and columns, from the board's top left corner. */
struct tile_rect {
    int y, x, height, width;
};

bool tile_place_valid(const struct tile_place *place);
bool tile_place_meet(const struct tile_place *a, const struct tile_place *b);

/* Give n tiles places that do not overlap, near their own; first (-1: none) goes before others
 * of its row. */
void board_layout_settle(struct tile_place *places, int n, int first);

/* By a step, one of down and right is -1 or 1; false: there is nowhere to go. A tile in the way
 * changes places with it. */
bool board_layout_move(struct tile_place *places, int n, int which, int down, int right);
/* Larger or smaller by a step; others make room. */
bool board_layout_resize(struct tile_place *places, int n, int which, int down, int right);
/* Where a new tile of this size goes: the first gap, else below all. */
struct tile_place board_layout_room(const struct tile_place *places, int n, int rows,
                                    int columns);

/* Places to rectangles on a screen; returns the lines of the board. No rectangle is higher than
 * height. */
int board_layout_fit(const struct tile_place *places, int n, int height, int width,
                     struct tile_rect *ret);
/* The tile beside, above or below a tile; from itself when there is none. */
int board_layout_step(const struct tile_rect *rects, int n, int from, int down, int right);
/* The first line to show so that the rectangle can be seen, home being shown if possible. */
int board_layout_scroll(const struct tile_rect *rect, int home, int height, int lines);

#endif
