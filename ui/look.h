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

/* What the user can choose, and what is kept of it, "" for nothing. */
struct look_choice {
    const struct theme *theme;
    enum glyph_set glyphs;
    char theme_kept[32], glyphs_kept[16];
};
struct look_choice look_chosen(const struct screen *s);
/* As it was before. */
void look_choose(struct screen *s, const struct look_choice *choice);
bool look_same(const struct look_choice *a, const struct look_choice *b);

/* The frame is complete: whether and when the next flash is due. */
void look_drawn(struct screen *s);
/* Time has passed. */
void look_tick(struct screen *s);

#endif
