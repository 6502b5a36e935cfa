/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keeper: the owner's upkeep of the central store (partitions ahead, retention), in a thread
 * and over a connection of its own, because indexing a day that is over may take a while.
 *
 * Threads: its functions belong to one thread. What is under way is left behind at the end.
 */
#ifndef SRC_APP_KEEPER_H
#define SRC_APP_KEEPER_H

#include <stdbool.h>
#include <stdint.h>

#include "src/core/error.h"
#include "src/core/uuid.h"

struct keeper;

/* NULL: no thread could be started. */
struct keeper *keeper_start(const char *conninfo, int retention_days);
void keeper_stop(struct keeper *k); /* NULL is fine */

/* Do the upkeep now, as the owner with this epoch and grant. */
void keeper_work(struct keeper *k, uint64_t epoch, const char *grant);
/* Readable when one has ended. */
int keeper_fd(const struct keeper *k);

struct keeper_result {
    uint64_t epoch; /* as whose owner */
    enum rc rc;     /* RC_OK, or why not: */
    struct err err;
};
/* False: none has ended since last asked. */
bool keeper_take(struct keeper *k, struct keeper_result *ret);

#endif
