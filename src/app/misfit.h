/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Misfits: other instances at the broker whose configuration cannot be right beside ours, as
 * their presence tells. One has our name: then both are one to everybody else. Or one would
 * take custody through another shared session: then readings are stored twice, or not at all.
 * Or one has another central store: then each store makes an owner of its own.
 *
 * Threads: a struct belongs to one thread.
 * Limits:  of PEERS_MAX others at most it is known what they say.
 */
#ifndef SRC_APP_MISFIT_H
#define SRC_APP_MISFIT_H

#include <stdbool.h>

#include <jansson.h>

#include "src/core/clock.h"

/* A process that was killed may be heard when the next one has connected; its last will
 * follows. Who has not gone after so long is there. */
#define MISFIT_TWIN_US (3 * US_PER_S)

struct misfits;

/* ingest "": this instance never takes custody. boot: of this process. All are copied. */
struct misfits *misfits_new(const char *name, const char *boot, const char *ingest);
void misfits_free(struct misfits *m); /* NULL is fine */

/* Which central store is ours; "": none, or not known yet. */
void misfits_set_store(struct misfits *m, const char *store);

/* What the presence shall say besides, NULL: nothing; allocated by GLib. */
char *misfits_presence(const char *ingest, const char *store);

/* A presence, on topic; NULL: it was emptied. retained: perhaps of a process that is gone.
 * ours: the topic is that of our name. True: this is the first of another process with our
 * name, and that one has to hear of us as well. */
bool misfits_hear(struct misfits *m, const char *topic, bool ours, const json_t *presence,
                  bool retained);
/* Time passes: about once a second. */
void misfits_turn(struct misfits *m, mono_us now);
/* All of it is told anew. */
void misfits_connected(struct misfits *m);

/* What is wrong with the one on this topic, which is not ours; the same rules. */
const char *misfits_about(struct misfits *m, const char *topic);

/* What is wrong, for people; "": nothing. Valid until the next call of any of them. */
const char *misfits_text(const struct misfits *m);

#endif
