/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A view that stands still while somebody reads it. The snapshot, the list of stations and the
 * list of alarms of the screen stay those of that moment: the cursor moves in them, and an
 * action is on what is shown (the engine refuses it when that has changed meanwhile). The strip
 * of alarms, the bell and the status line live on, with a second copy of the three.
 *
 * It ends by itself after FREEZE_MAX_US: nobody shall take an old value for a new one.
 *
 * Threads: ui only.
 */
#ifndef UI_FREEZE_H
#define UI_FREEZE_H

#include "ui/screen.h"

#define FREEZE_MAX_US (10 * 60 * US_PER_S)

/* snap must be there. */
void freeze_begin(struct screen *s);
void freeze_end(struct screen *s); /* not frozen is fine */
bool freeze_on(const struct screen *s);

/* What lives on and what stands still change places; twice is nothing, and so is once while
 * nothing is frozen. */
void freeze_swap(struct screen *s);

/* "FROZEN 00:12" */
void freeze_text(const struct screen *s, char *dst, size_t cap);
/* Time has passed; and when that matters next, 0: never. */
void freeze_tick(struct screen *s);
mono_us freeze_next_tick(const struct screen *s);

#endif
