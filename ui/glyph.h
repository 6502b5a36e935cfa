/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Marks and lines in four sets: UTF-8 as a modern terminal shows it, the same for a font
 * without braille, "vt" with only what Debian's console fonts have, and ASCII. None has an
 * emoji form, so none is drawn double wide. Pure, except that the caller decides which set fits
 * its terminal.
 */
#ifndef UI_GLYPH_H
#define UI_GLYPH_H

#include <stdbool.h>

#include <glib.h>

enum glyph_set { GLYPHS_UTF8, GLYPHS_BLOCK, GLYPHS_VT, GLYPHS_ASCII };
#define GLYPH_SETS (GLYPHS_ASCII + 1)

enum glyph {
    GLYPH_FAULT,
    GLYPH_UNSURE, /* silent, stale, bad quality */
    GLYPH_CURSOR,
    GLYPH_ON,
    GLYPH_OFF,
    GLYPH_BAR_FULL,
    GLYPH_BAR_EMPTY,
    GLYPH_LINE,
    GLYPH_WALL,
    GLYPH_TEE_DOWN,
    GLYPH_TEE_UP,
    GLYPH_END_LEFT, /* of a gauge */
    GLYPH_END_RIGHT,
    GLYPH_DOWNWARD, /* sorted: smallest first */
    GLYPH_UPWARD,
    GLYPH_MORE,     /* text was cut here */
    GLYPH_DOT,      /* between two texts */
    GLYPH_CRITICAL, /* the priorities of alarms, in their order */
    GLYPH_HIGH,
    GLYPH_MEDIUM,
    GLYPH_LOW,
    GLYPH_BRANCH, /* of a tree */
    GLYPH_BRANCH_LAST,
    GLYPH_STATION, /* on a map */
    GLYPH_TOWN,
};
#define GLYPHS (GLYPH_TOWN + 1)

/* One column of UTF-8. */
const char *glyph_text(enum glyph_set set, enum glyph glyph);

/* A bar of a small chart, from 0, empty, to GLYPH_BARS; one column of UTF-8. */
#define GLYPH_BARS 8
const char *glyph_bar(enum glyph_set set, int height);

/* "braille", "block", "vt", "ascii"; and back, where "utf8" is the first, too. */
const char *glyph_set_name(enum glyph_set set);
bool glyph_set_by_name(enum glyph_set *ret, const char *name);

/* c in ASCII: "ue" for ü, "m3" is m³; "?" when there is nothing like it. Never empty; may
 * lie in one. */
const char *glyph_ascii(gunichar c, char one[2]);

#endif
