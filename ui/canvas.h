/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A dot canvas: 2 x 4 dots in every cell, drawn by one of four renderers (braille, half and
 * quarter blocks, vt, ASCII). Maps and trends draw on it; what is text (marks, labels) is put
 * over it afterwards with draw_text().
 *
 * Coordinates: dots, (0, 0) is the middle of the one at the top left; dots are square, because
 * a cell is twice as high as it is wide. What lies outside is clipped, however far outside.
 * Layers: each cell has the style of the highest layer that set a dot in it.
 * Pure, but for canvas_draw().
 */
#ifndef UI_CANVAS_H
#define UI_CANVAS_H

#include <stdbool.h>
#include <stdint.h>

#include "ui/draw.h"

#define CANVAS_DOTS_X 2
#define CANVAS_DOTS_Y 4

struct canvas;

struct canvas *canvas_new(void);
void canvas_free(struct canvas *c); /* NULL is fine */

/* Empty it and give it a size, in cells. */
void canvas_clear(struct canvas *c, int rows, int columns);
int canvas_width(const struct canvas *c); /* in dots */
int canvas_height(const struct canvas *c);

/* Style and layer (0 to 255) of what is drawn next. */
void canvas_pen(struct canvas *c, unsigned style, int layer);

void canvas_dot(struct canvas *c, double x, double y);
void canvas_line(struct canvas *c, double x0, double y0, double x1, double y1);
/* n points x, y, x, y, …; closed: back to the first, too. */
void canvas_path(struct canvas *c, const double *points, uint32_t n, bool closed);
/* on dots, off not: limits, grids. Counted from (x0, y0), so that dashes of a line that moves
 * keep their places on it. */
void canvas_dashed(struct canvas *c, double x0, double y0, double x1, double y1, int on,
                   int off);

/* The dots of a cell, bit y * 2 + x; and its style. */
uint8_t canvas_cell(const struct canvas *c, int row, int column);
unsigned canvas_style(const struct canvas *c, int row, int column);

/* How a cell's dots look in a set of glyphs: one column of UTF-8; " " for none. */
const char *canvas_glyph(enum glyph_set set, uint8_t dots);

/* Everything to the screen, its cell (0, 0) at (y, x). */
void canvas_draw(const struct canvas *c, struct draw *d, int y, int x);

#endif
