/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/board_layout.h"

#include <assert.h>
#include <stdlib.h>

#include <glib.h>

bool
tile_place_valid(const struct tile_place *p)
{
    return p->row >= 0 && p->row <= GRID_ROW_MAX && p->column >= 0 && p->rows >= 1 &&
           p->rows <= TILE_ROWS_MAX && p->columns >= TILE_COLUMNS_MIN &&
           p->columns <= GRID_COLUMNS && p->column <= GRID_COLUMNS - p->columns;
}

/* Two of them stand in some column one above the other. */
static bool
share_column(const struct tile_place *a, const struct tile_place *b)
{
    return a->column < b->column + b->columns && b->column < a->column + a->columns;
}

static bool
share_row(const struct tile_place *a, const struct tile_place *b)
{
    return a->row < b->row + b->rows && b->row < a->row + a->rows;
}

bool
tile_place_meet(const struct tile_place *a, const struct tile_place *b)
{
    return share_row(a, b) && share_column(a, b);
}

/* ---- settling ---- */

struct order {
    const struct tile_place *places;
    int first;
};

/* From the top left to the bottom right. */
static gint
by_place(gconstpointer a, gconstpointer b, gpointer data)
{
    const struct order *order = data;
    int i = *(const int *)a, j = *(const int *)b;
    const struct tile_place *x = &order->places[i], *y = &order->places[j];
    if (x->row != y->row) {
        return x->row - y->row;
    }
    if ((i == order->first) != (j == order->first)) {
        return i == order->first ? -1 : 1;
    }
    return x->column != y->column ? x->column - y->column : i - j;
}

static void
sort(const struct tile_place *places, int n, int first, int *ret)
{
    struct order order = {places, first};
    for (int i = 0; i < n; i++) {
        ret[i] = i;
    }
    g_qsort_with_data(ret, n, sizeof(*ret), by_place, &order);
}

/* Whether which, at row, meets one of the tiles that have their places. */
static bool
meets(const struct tile_place *places, const int *done, int n, int which, int row)
{
    struct tile_place place = places[which];
    place.row = row;
    for (int i = 0; i < n; i++) {
        if (tile_place_meet(&place, &places[done[i]])) {
            return true;
        }
    }
    return false;
}

void
board_layout_settle(struct tile_place *places, int n, int first)
{
    int order[BOARD_TILES_MAX] = {0};
    assert(n <= BOARD_TILES_MAX);
    sort(places, n, first, order);
    for (int i = 0; i < n; i++) {
        struct tile_place *place = &places[order[i]];
        while (meets(places, order, i, order[i], place->row)) {
            place->row++;
        }
        while (place->row > 0 && !meets(places, order, i, order[i], place->row - 1)) {
            place->row--;
        }
    }
}

/* ---- changes ---- */

/* The nearest tile above (down -1) or below that stands in its way; -1: none. */
static int
neighbour(const struct tile_place *places, int n, int which, int down)
{
    const struct tile_place *me = &places[which];
    int found = -1, least = 0;
    for (int i = 0; i < n; i++) {
        int gap = down > 0 ? places[i].row - (me->row + me->rows)
                           : me->row - (places[i].row + places[i].rows);
        if (i != which && share_column(me, &places[i]) && gap >= 0 &&
            (found < 0 || gap < least)) {
            found = i;
            least = gap;
        }
    }
    return found;
}

static bool
move_down(struct tile_place *places, int n, int which, int down)
{
    int other = neighbour(places, n, which, down);
    if (other < 0) {
        return false;
    }
    struct tile_place *me = &places[which], *it = &places[other];
    if (down > 0) {
        it->row = me->row;
        me->row += it->rows;
        board_layout_settle(places, n, other);
    } else {
        me->row = it->row;
        it->row += me->rows;
        board_layout_settle(places, n, which);
    }
    return true;
}

static bool
move_right(struct tile_place *places, int n, int which, int right)
{
    struct tile_place *me = &places[which], wanted = *me;
    wanted.column += right;
    if (!tile_place_valid(&wanted)) {
        return false;
    }
    int other = -1;
    for (int i = 0; i < n && other < 0; i++) {
        other = i != which && tile_place_meet(&wanted, &places[i]) ? i : -1;
    }
    if (other >= 0) {
        struct tile_place *it = &places[other];
        int left = MIN(me->column, it->column);
        int end = MAX(me->column + me->columns, it->column + it->columns);
        wanted.column = right > 0 ? end - me->columns : left;
        it->column = right > 0 ? left : end - it->columns;
    }
    *me = wanted;
    board_layout_settle(places, n, which);
    return true;
}

bool
board_layout_move(struct tile_place *places, int n, int which, int down, int right)
{
    return down != 0 ? move_down(places, n, which, down) : move_right(places, n, which, right);
}

bool
board_layout_resize(struct tile_place *places, int n, int which, int down, int right)
{
    struct tile_place wanted = places[which];
    wanted.rows += down;
    wanted.columns += right;
    if (wanted.column + wanted.columns > GRID_COLUMNS) {
        wanted.column--; /* at the right edge it grows to the left */
    }
    if (!tile_place_valid(&wanted)) {
        return false;
    }
    places[which] = wanted;
    board_layout_settle(places, n, which);
    return true;
}

static int
bottom_of(const struct tile_place *places, int n)
{
    int bottom = 0;
    for (int i = 0; i < n; i++) {
        bottom = MAX(bottom, places[i].row + places[i].rows);
    }
    return bottom;
}

struct tile_place
board_layout_room(const struct tile_place *places, int n, int rows, int columns)
{
    struct tile_place place = {0, 0, rows, columns};
    int bottom = bottom_of(places, n);
    for (; place.row < bottom; place.row++) {
        for (place.column = 0; place.column <= GRID_COLUMNS - columns; place.column++) {
            bool free = true;
            for (int i = 0; i < n && free; i++) {
                free = !tile_place_meet(&place, &places[i]);
            }
            if (free) {
                return place;
            }
        }
    }
    place.column = 0;
    return place;
}

/* ---- on a screen ---- */

static int
edge(int column, int width)
{
    return column * width / GRID_COLUMNS;
}

/* A blank column parts a tile from the one at its right. */
static void
fit_columns(int column, int columns, int width, struct tile_rect *ret)
{
    int end = column + columns;
    ret->x = edge(column, width);
    ret->width = edge(end, width) - ret->x - (end < GRID_COLUMNS ? 1 : 0);
}

/* How many times as wide the tiles must be to be wide enough. */
static int
widening(const struct tile_place *places, int n, int width)
{
    int times = width < BOARD_FLOW_WIDTH ? GRID_COLUMNS : 1;
    for (int i = 0; i < n; i++) {
        while (times * places[i].columns < GRID_COLUMNS &&
               edge(times * places[i].columns, width) - 1 < TILE_WIDTH_MIN) {
            times++;
        }
    }
    return times;
}

static int
fit_grid(const struct tile_place *places, int n, int height, int width, struct tile_rect *ret)
{
    int rows = MAX(bottom_of(places, n), 1);
    int lines = CLAMP(height, rows * GRID_LINES, rows * GRID_LINES_MOST);
    for (int i = 0; i < n; i++) {
        const struct tile_place *p = &places[i];
        fit_columns(p->column, p->columns, width, &ret[i]);
        ret[i].y = p->row * lines / rows;
        ret[i].height = MIN((p->row + p->rows) * lines / rows - ret[i].y, height);
    }
    return n == 0 ? 0 : lines;
}

/* In shelves, one below the other, in reading order. */
static int
fit_flow(const struct tile_place *places, int n, int times, int height, int width,
         struct tile_rect *ret)
{
    int order[BOARD_TILES_MAX] = {0};
    int y = 0, column = 0, shelf = 0;
    int lines = width < BOARD_FLOW_WIDTH ? GRID_LINES - 1 : GRID_LINES;
    assert(n <= BOARD_TILES_MAX);
    sort(places, n, -1, order);
    for (int i = 0; i < n; i++) {
        const struct tile_place *p = &places[order[i]];
        int columns = MIN(p->columns * times, GRID_COLUMNS);
        if (column + columns > GRID_COLUMNS) {
            y += shelf;
            column = shelf = 0;
        }
        struct tile_rect *rect = &ret[order[i]];
        fit_columns(column, columns, width, rect);
        rect->y = y;
        rect->height = MIN(MAX(p->rows * lines, GRID_LINES), height);
        shelf = MAX(shelf, rect->height);
        column += columns;
    }
    return y + shelf;
}

int
board_layout_fit(const struct tile_place *places, int n, int height, int width,
                 struct tile_rect *ret)
{
    int times = widening(places, n, width);
    return times == 1 ? fit_grid(places, n, height, width, ret)
                      : fit_flow(places, n, times, height, width, ret);
}

/* How far b is from a in the wanted direction; -1: it is not there. What lies beside it counts
 * more than what lies askew. */
static int
distance(const struct tile_rect *a, const struct tile_rect *b, int down, int right)
{
    int gap, askew;
    if (down != 0) {
        gap = down > 0 ? b->y - (a->y + a->height) : a->y - (b->y + b->height);
        askew = MAX(0, MAX(b->x - (a->x + a->width - 1), a->x - (b->x + b->width - 1)));
        askew = askew * 4 + abs(b->x - a->x) / 8;
    } else {
        gap = right > 0 ? b->x - (a->x + a->width) : a->x - (b->x + b->width);
        askew = MAX(0, MAX(b->y - (a->y + a->height - 1), a->y - (b->y + b->height - 1)));
        askew = askew * 8 + abs(b->y - a->y);
    }
    return gap < 0 ? -1 : gap * 2 + askew;
}

int
board_layout_step(const struct tile_rect *rects, int n, int from, int down, int right)
{
    int found = from, least = 0;
    for (int i = 0; i < n; i++) {
        int far = distance(&rects[from], &rects[i], down, right);
        if (i != from && far >= 0 && (found == from || far < least)) {
            found = i;
            least = far;
        }
    }
    return found;
}

int
board_layout_scroll(const struct tile_rect *rect, int home, int height, int lines)
{
    int top = CLAMP(home, rect->y + rect->height - height, rect->y);
    return CLAMP(top, 0, MAX(lines - height, 0));
}
