/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The plant as rows: replaced as a whole inside the caller's transaction, read as a whole.
 */
#ifndef STORAGE_PLANT_TABLE_H
#define STORAGE_PLANT_TABLE_H

#include <sqlite3.h>

#include "src/core/plant.h"

/* In components.states after each state, and between its number and name: no name has them. */
#define PLANT_STATE_END   '\036'
#define PLANT_STATE_VALUE '\037'

/*
 * Replace what stands there. series[i] becomes the number of plant->components[i]; a pair of
 * names that had one keeps it. digest NULL: the old one stays. The caller has begun a
 * transaction, and ends it.
 */
MUST_USE enum rc plant_table_write(sqlite3 *db, const struct plant *plant, const char *digest,
                                   uint32_t *series, struct err *err);

/* *ret_digest may be NULL; else free with g_free(). */
MUST_USE enum rc plant_table_read(sqlite3 *db, struct plant **ret, char **ret_digest,
                                  struct err *err);

#endif
