/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the user did on the screen and can take back: filters, sort orders, layout, colours
 * and glyphs, and a shelf of his own. Never an acknowledgement: it would lie.
 *
 * What the screen itself knows (struct look) is watched: whatever key changed it, there is a
 * step to take back. Other changes bring a step of their own by undo_push().
 *
 * Threads: ui only. At most UNDO_MAX steps are kept.
 */
#ifndef UI_UNDO_H
#define UI_UNDO_H

#include "ui/screen.h"

#define UNDO_MAX 50

struct undo;

struct undo *undo_new(void);
void undo_free(struct undo *u); /* NULL is fine */

/* A change was made, which back would take back; data (from g_malloc(), or NULL) becomes the
 * undo's. back NULL: it cannot be taken back, and text says so instead. text is translated. */
void undo_push(struct screen *s, void (*back)(struct screen *s, void *data), void *data,
               const char *text);
/* Take back the last change, and say which. */
void undo_step(struct screen *s);
bool undo_empty(const struct undo *u);

/* A key or command is dealt with: note what it changed, unless a prompt is open still. */
void undo_watch(struct screen *s);

#endif
