/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The engine: the thread that owns broker connection, decoder, model and control socket. Same
 * for console, run and demo.
 *
 * One turn of its loop: read the clock, wait for the broker's socket and for the cache, read
 * what has come (never more than the cache has room for), decode it into the model, queue it
 * for commit. PUBACKs leave when everything that was read is on disk, and not before.
 *
 * Threads: engine_start() and engine_stop() from main; engine_last_turn() from anywhere;
 *          everything else happens inside. INT, TERM, HUP and WINCH stay with main.
 */
#ifndef SRC_APP_ENGINE_H
#define SRC_APP_ENGINE_H

#include "src/config/config.h"
#include "src/core/snapshot.h"

struct engine;

/*
 * Open the cache, load the plant, restore the newest values, publish a first snapshot, listen
 * at the control socket, start the thread. A broker that is away is no error. RC_BUSY: the
 * cache or the control socket belongs to another instance. RC_INVALID: problems tells what is
 * wrong with plant or profiles. config must outlive the engine. desktop: somebody sits there,
 * and alarms may open popups.
 */
MUST_USE enum rc engine_start(struct engine **ret, const struct config *config,
                              struct exchange *exchange, bool desktop,
                              struct problems *problems, struct err *err);
/* Stop reading, commit, say good-bye to the broker, join. NULL is fine. */
void engine_stop(struct engine *e);

/* The turn of the loop last begun, on the boot clock: who watches the engine compares it. It
 * turns at least once a second. */
mono_us engine_last_turn(const struct engine *e);

#endif
