/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Roles of text and what they look like. Grey is the normal state: without an abnormality no
 * role here gives a hue. Shape and words carry the meaning, colour repeats it.
 *
 * Threads: ui only.
 */
#ifndef UI_STYLE_H
#define UI_STYLE_H

#include <stdbool.h>

enum style {
    STYLE_NORMAL,
    STYLE_DIM,      /* frames, labels, what is old */
    STYLE_STRONG,   /* titles, the current tab */
    STYLE_FAULT,    /* a fault */
    STYLE_BADGE,    /* the count of faults: cannot be overlooked */
    STYLE_WARN,     /* a service is down, a value outside its range */
    STYLE_CRITICAL, /* alarms, in the order of their priorities: acknowledged */
    STYLE_HIGH,
    STYLE_MEDIUM,
    STYLE_LOW,
    STYLE_CRITICAL_NEW, /* and those that want an acknowledgement */
    STYLE_HIGH_NEW,
    STYLE_MEDIUM_NEW,
    STYLE_LOW_NEW,
    STYLE_LAND,   /* lines of a map: coasts, borders */
    STYLE_WATER,  /* and rivers */
    STYLE_TAGGED, /* a row that was tagged */
    STYLE_FROZEN, /* the screen shows what was */
};
#define STYLES (STYLE_FROZEN + 1)

#define STYLE_SELECTED 0x100u /* or-ed: the row under the cursor */
/* or-ed: its ground flashes, see draw_set_flash(). Only a mark: each flash costs its bytes. */
#define STYLE_FLASHING  0x200u
#define STYLE_FLASH_OFF 0x400u /* that, while it does not stand out; draw.c adds it */

struct theme;

/* How many colours are to be used, 0, 8, 16 or 256: of those that the terminal has, what the
 * user wants ("auto", "always", "never", "16"; NULL: auto) and, for auto, NO_COLOR. Call once,
 * after curses has started. */
int style_start(const char *wanted);

/* Define the colours of theme, of so many. What is on the screen has to be painted anew. */
void style_use(const struct theme *theme, int colours);

/* Make style, with what is or-ed, current for what is written next. */
void style_set(const struct theme *theme, unsigned style);

#endif
