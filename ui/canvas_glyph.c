/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include <glib.h>

#include "ui/canvas.h"

/* U+2800 and the 255 after it. */
#define ONE(n)                                                                                 \
    {                                                                                          \
        (char)0xe2, (char)(0xa0 + (n) / 64), (char)(0x80 + (n) % 64), 0                        \
    }
#define FOUR(n)    ONE(n), ONE((n) + 1), ONE((n) + 2), ONE((n) + 3)
#define SIXTEEN(n) FOUR(n), FOUR((n) + 4), FOUR((n) + 8), FOUR((n) + 12)
#define MANY(n)    SIXTEEN(n), SIXTEEN((n) + 16), SIXTEEN((n) + 32), SIXTEEN((n) + 48)
static const char braille[256][4] = {MANY(0), MANY(64), MANY(128), MANY(192)};

/* Bit 0 upper left, 1 upper right, 2 lower left, 3 lower right. */
static const char *const quarters[] = {" ", "▘", "▝", "▀", "▖", "▌", "▞", "▛",
                                       "▗", "▚", "▐", "▜", "▄", "▙", "▟", "█"};

static const char *
braille_glyph(uint8_t dots)
{
    /* Braille counts down the left column, then the right; its fourth row came later. */
    static const uint8_t bits[] = {0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80};
    uint8_t pattern = 0;
    for (unsigned i = 0; i < G_N_ELEMENTS(bits); i++) {
        pattern |= (dots & (1u << i)) != 0 ? bits[i] : 0;
    }
    return braille[pattern];
}

static const char *
block_glyph(uint8_t dots)
{
    unsigned upper = (dots | dots >> CANVAS_DOTS_X) & 3u;
    unsigned lower = (dots >> 4 | dots >> 6) & 3u;
    return quarters[upper | lower << 2];
}

/* What a cell looks like from afar. */
enum shape {
    SHAPE_DENSE,
    SHAPE_UPRIGHT,
    SHAPE_RISING, /* to the right */
    SHAPE_FALLING,
    SHAPE_OVERLINE,
    SHAPE_LEVEL,
    SHAPE_UNDERLINE,
    SHAPE_UPPER, /* some dots, no line */
    SHAPE_LOWER,
    SHAPE_BOTH,
};

struct column {
    int n;
    double middle; /* the mean row of its dots */
};

static struct column
column_of(uint8_t dots, int x)
{
    struct column column = {.n = 0};
    for (int y = 0; y < CANVAS_DOTS_Y; y++) {
        if ((dots & (1u << (y * CANVAS_DOTS_X + x))) != 0) {
            column.n++;
            column.middle += y;
        }
    }
    column.middle /= MAX(column.n, 1);
    return column;
}

static enum shape
shape_of(uint8_t dots)
{
    struct column left = column_of(dots, 0), right = column_of(dots, 1);
    if (left.n + right.n >= 7) {
        return SHAPE_DENSE;
    }
    if ((left.n >= 3 && right.n == 0) || (right.n >= 3 && left.n == 0)) {
        return SHAPE_UPRIGHT;
    }
    double fall = right.middle - left.middle;
    if (left.n > 0 && right.n > 0 && fabs(fall) >= 1.5) {
        return fall > 0 ? SHAPE_FALLING : SHAPE_RISING;
    }
    if (left.n == 1 && right.n == 1 && fall == 0) {
        return left.middle == 0   ? SHAPE_OVERLINE
               : left.middle == 3 ? SHAPE_UNDERLINE
                                  : SHAPE_LEVEL;
    }
    return (dots & 0xf0u) == 0 ? SHAPE_UPPER : (dots & 0x0fu) == 0 ? SHAPE_LOWER : SHAPE_BOTH;
}

static const char *
vt_glyph(uint8_t dots)
{
    static const char *const looks[] = {
        [SHAPE_DENSE] = "█",     [SHAPE_UPRIGHT] = "│",  [SHAPE_RISING] = "·",
        [SHAPE_FALLING] = "·",   [SHAPE_OVERLINE] = "─", [SHAPE_LEVEL] = "─",
        [SHAPE_UNDERLINE] = "─", [SHAPE_UPPER] = "·",    [SHAPE_LOWER] = "·",
        [SHAPE_BOTH] = "·",
    };
    enum shape shape = shape_of(dots);
    int n = column_of(dots, 0).n + column_of(dots, 1).n;
    return shape == SHAPE_UPRIGHT || shape == SHAPE_DENSE || n <= 3 ? looks[shape]
           : n <= 4                                                 ? "░"
                                                                    : "▒";
}

static const char *
ascii_glyph(uint8_t dots)
{
    static const char *const looks[] = {
        [SHAPE_DENSE] = "#",     [SHAPE_UPRIGHT] = "|",   [SHAPE_RISING] = "/",
        [SHAPE_FALLING] = "\\",  [SHAPE_OVERLINE] = "\"", [SHAPE_LEVEL] = "-",
        [SHAPE_UNDERLINE] = "_", [SHAPE_UPPER] = "'",     [SHAPE_LOWER] = ".",
        [SHAPE_BOTH] = ":",
    };
    return looks[shape_of(dots)];
}

const char *
canvas_glyph(enum glyph_set set, uint8_t dots)
{
    if (dots == 0) {
        return " ";
    }
    switch (set) {
    case GLYPHS_UTF8:
        return braille_glyph(dots);
    case GLYPHS_BLOCK:
        return block_glyph(dots);
    case GLYPHS_VT:
        return vt_glyph(dots);
    case GLYPHS_ASCII:
        return ascii_glyph(dots);
    }
    return " ";
}
