/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The engine: the thread that owns broker connection, decoder and model. Same for console, run
 * and demo.
 *
 * Threads: engine_start() and engine_stop() from main; everything else happens inside.
 */
#ifndef SRC_APP_ENGINE_H
#define SRC_APP_ENGINE_H

#include "src/config/config.h"
#include "src/core/snapshot.h"

struct engine;

/*
 * Open the cache, load the plant, restore the newest values, publish a first snapshot, start
 * the thread. A broker that is away is no error. RC_BUSY: the cache belongs to another
 * instance. RC_INVALID: problems tells what is wrong with plant or profiles.
 */
MUST_USE enum rc engine_start(struct engine **ret, const struct config *config,
                              struct exchange *exchange, struct problems *problems,
                              struct err *err);
/* Stop reading, commit, say good-bye to the broker, join. NULL is fine. */
void engine_stop(struct engine *e);

/* The turn of the loop last begun, on the boot clock: who watches the engine compares it. */
mono_us engine_last_turn(const struct engine *e);

#endif
