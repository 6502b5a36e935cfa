/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The panes of the overview, each drawn into a rectangle. Private to overview_draw*.c. */
#ifndef UI_OVERVIEW_DRAW_H
#define UI_OVERVIEW_DRAW_H

#include "ui/overview.h"

/* The mark before the row under the cursor, if the keys go to its pane; what is to be or-ed to
 * the style of its name. */
unsigned overview_draw_cursor(struct screen *s, int y, int x, bool selected,
                              enum overview_pane pane);

/* overview_lists.c: with a title line; and the worst of them without. */
void overview_draw_far(struct screen *s, struct rect area);
void overview_draw_worst(struct screen *s, struct rect area);
void overview_draw_latest(struct screen *s, struct rect area);

#endif
