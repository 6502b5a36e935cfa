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
};
#define STYLES (STYLE_LOW_NEW + 1)

#define STYLE_SELECTED 0x100u /* or-ed: the row under the cursor */

/* How many colours the terminal shows and may show: 0, 8, 16, 256. Defines the pairs; call
 * after curses has started. 0 also when NO_COLOR is set. */
int style_start(void);

/* Make style (STYLE_SELECTED or-ed or not) current for what is written next. */
void style_set(unsigned style);

#endif
