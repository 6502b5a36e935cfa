/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mouse: the wheel moves the cursor, a click selects a row, and nothing else. */
#ifndef UI_MOUSE_H
#define UI_MOUSE_H

#include "ui/screen.h"

/* curses has reported KEY_MOUSE. */
void mouse_event(struct screen *s);

/* What a click on a row of a list does: it selects it. */
void mouse_select_row(struct screen *s, int y, int x);

#endif
