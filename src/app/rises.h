/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rises that an instance was told of while it followed. An owner that was slow, or died, may
 * have named one by when it got the reading, and people have acknowledged it by that name; the
 * next one named it anew. Whoever decides settles that at once (evaluator_twin()). Who follows
 * cannot, and may have to decide before anybody did: it remembers what it heard.
 *
 * Pure; the engine's.
 */
#ifndef SRC_APP_RISES_H
#define SRC_APP_RISES_H

#include <glib.h>

#include "alarms/evaluator.h"

#define RISES_MAX 500 /* the newest */

struct rises {
    GArray *lines; /* struct journal_record, as they came */
};

void rises_init(struct rises *r);
void rises_fini(struct rises *r); /* of zeros is fine */

/* Of these journal lines those of rises. */
void rises_remember(struct rises *r, const GArray *journal);

/* The evaluator decides from here on: it is told of all of them, and they are forgotten. */
void rises_settle(struct rises *r, struct evaluator *e, struct now now);

#endif
