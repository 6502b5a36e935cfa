/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the two files of drawing share: a frame as it is collected, and handed over. */
#ifndef UI_DRAW_PRIVATE_H
#define UI_DRAW_PRIVATE_H

#include <stdint.h>

#include <glib.h>

#include "ui/draw.h"

#define TEXT_MAX 2048 /* bytes of a piece; wider screens than this are cut */
#define NO_PIECE UINT32_MAX

struct piece {
    uint32_t next; /* in the same row */
    uint32_t text, len;
    int16_t x, width;
    uint16_t style;
    uint8_t right;
    uint8_t fill; /* enum glyph + 1 */
};

struct frame {
    GArray *pieces; /* struct piece */
    GByteArray *text;
    uint32_t *first, *last; /* rows */
};

struct draw {
    struct frame frames[2];
    int now; /* the frame being made; the other is on the screen */
    int rows, columns;
    bool whole;   /* nothing is known of the screen */
    int budget;   /* cells of a frame; 0: all */
    GArray *left; /* bool of each row: it was left for a later frame */
    bool any_left;
    enum glyph_set glyphs;
    const struct theme *theme;
    bool flash_off, flashes;
};

#endif
