/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Out of the screen: into the clipboard of the user's terminal (OSC 52, which goes through ssh
 * and, where it is allowed, through tmux), or the pane alone, to be marked with the mouse.
 *
 * Threads: ui only.
 */
#ifndef UI_COPY_H
#define UI_COPY_H

#include "ui/screen.h"

#define COPY_MAX 4000 /* bytes; some terminals take no more at once */

/* Ask which of the id, the row and the value of what is selected shall be copied. */
void copy_ask(struct screen *s);

/* The pane alone, unchanged until a key is pressed. */
void copy_print(struct screen *s);
void copy_print_end(struct screen *s);
void copy_print_draw(struct screen *s);

#endif
