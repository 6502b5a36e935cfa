/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How the screen looks: theme, colours, glyphs, and what flashes. What the user chooses is
 * kept; the command line comes first, then what was kept, then what suits the terminal.
 *
 * Threads: ui only.
 */
#ifndef UI_LOOK_H
#define UI_LOOK_H

#include "ui/screen.h"

/* After curses has started; s->draw and s->prefs are there. */
void look_start(struct screen *s);

/* The frame is complete: whether and when the next flash is due. */
void look_drawn(struct screen *s);
/* Time has passed. */
void look_tick(struct screen *s);

#endif
