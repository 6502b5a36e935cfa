/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Drawing. The only place where text goes to curses: made harmless, cut at the column, filled
 * up with blanks, in ASCII when the terminal has nothing else.
 *
 * A frame is a list of pieces, each of a fixed place and width. What equals the frame before is
 * not even handed to curses, so a frame in which 20 values changed costs the work of 20 pieces.
 * Pieces may overlap; the later one is on top.
 *
 * Threads: ui only, between curses' start and end.
 */
#ifndef UI_DRAW_H
#define UI_DRAW_H

#include <stdbool.h>

#include "src/core/error.h"
#include "ui/glyph.h"
#include "ui/style.h"
#include "ui/theme.h"

struct draw;

struct draw *draw_new(void);
void draw_free(struct draw *d);

void draw_set_glyphs(struct draw *d, enum glyph_set set);
enum glyph_set draw_glyphs(const struct draw *d);

void draw_set_theme(struct draw *d, const struct theme *theme); /* of themes[] */
const struct theme *draw_theme(const struct draw *d);

/* What is STYLE_FLASHING stands out (the default), or does not, in the frames from now on. */
void draw_set_flash(struct draw *d, bool on);
bool draw_flashes(const struct draw *d); /* something in the last frame was STYLE_FLASHING */

/* Forget what the terminal shows: the next frame is handed over whole. */
void draw_invalidate(struct draw *d);

/* So many cells of a frame at most are written anew, or little more; rows beyond that are left
 * for the next frames, those that change now before those that were left. 0: all. For slow
 * lines, where a key must not wait for what is large. */
void draw_set_budget(struct draw *d, int cells);
bool draw_left(const struct draw *d); /* rows of the last frame were left */
/* Which of those n from y on; NULL: none. Valid until the next frame ends. */
const bool *draw_rows_left(const struct draw *d, int y, int n);

void draw_begin(struct draw *d, int rows, int columns);
/* Copies the frame's changes to stdscr and leaves the cursor at (y, x). */
void draw_end(struct draw *d, int y, int x);

/* width <= 0: nothing. What reaches outside the screen is left out. */
void draw_text(struct draw *d, int y, int x, int width, unsigned style, const char *text);
void draw_right(struct draw *d, int y, int x, int width, unsigned style, const char *text);
void draw_format(struct draw *d, int y, int x, int width, unsigned style, const char *fmt, ...)
    PRINTF_LIKE(6, 7);
/* The same glyph in every column. */
void draw_fill(struct draw *d, int y, int x, int width, unsigned style, enum glyph glyph);
void draw_glyph(struct draw *d, int y, int x, unsigned style, enum glyph glyph);

/* What stands in the row on the screen, without blanks at the end. */
void draw_row_text(const struct draw *d, int y, int x, int width, char *dst, size_t cap);

/* Columns that text takes here: in ASCII "ue" stands for one letter. */
int draw_columns(const struct draw *d, const char *text);

/* A text of unknown width followed by others: returns the columns it took, at most width. */
int draw_flow(struct draw *d, int y, int x, int width, unsigned style, const char *text);

#endif
