/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is stored here: the plant and, when there is a cache, the values. For commands that
 * answer without an engine.
 */
#ifndef SRC_APP_STORED_H
#define SRC_APP_STORED_H

#include "src/config/config.h"
#include "src/core/plant.h"
#include "storage/query.h"

struct stored {
    struct plant *plant;
    struct query *query; /* NULL: no cache yet, so the plant is that of [plant] dir */
};

/*
 * The cache's plant; before there is a cache, or as long as it knows no station, that of
 * [plant] dir if from_dir is true; else an empty one. Returns an exit status; what went wrong
 * has been said.
 */
int stored_open(struct stored *ret, const struct config *config, bool from_dir);
void stored_close(struct stored *s);

/* The plant of the CSV files in dir. Returns an exit status; everything wrong has been said. */
int stored_read_dir(struct plant **ret, const char *dir);

/* The newest record of every component, by index of the plant; series 0: none. The records are
 * the caller's: stored_free_latest(). RC_OK with empty records when there is no cache. */
MUST_USE enum rc stored_latest(const struct stored *s, struct record **ret, struct err *err);
void stored_free_latest(const struct stored *s, struct record *latest);

/* Series → index into the plant plus one, for rows of history. Unref it. */
GHashTable *stored_series(const struct stored *s);

#endif
