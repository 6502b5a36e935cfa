/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an engine reads before it runs: the plant and the newest values.
 *
 * Threads: main, or the engine when it loads the plant anew.
 */
#ifndef SRC_APP_LOAD_H
#define SRC_APP_LOAD_H

#include "src/config/config.h"
#include "src/core/model.h"
#include "src/decode/decode.h"
#include "src/mqtt/endpoint.h"
#include "storage/cache.h"

/* The broker of the configuration; its texts, and password, are only pointed to. */
struct mqtt_endpoint load_endpoint(const struct config *config, const char *password);

/* Sources whose profile does not exist; true when there is none. */
bool load_check_sources(const struct config *config, const struct profiles *profiles,
                        struct problems *problems);

/* The plant of the CSV files in dir; RC_INVALID, and told, also when its rules cannot be
 * followed. */
MUST_USE enum rc load_plant_dir(struct plant **ret, const char *dir, struct problems *problems,
                                struct err *err);

/*
 * The plant that applies: that of the CSV files when they are not those last taken (it is
 * stored, then), else the cache's, else an empty one. The caller gets one reference.
 * RC_INVALID: problems tells what is wrong with the files.
 */
MUST_USE enum rc load_plant(struct plant **ret, const struct config *config,
                            struct cache *cache, struct problems *problems, struct err *err);

/* Of the files that count as taken when dir is imported, for g_free(); NULL: there are none. */
char *load_plant_digest(const struct config *config, const char *dir);

/*
 * Read dir and store it as the plant. The files of [plant] dir, as they are now, count as
 * taken: they do not come back at the next start unless somebody changes them.
 */
MUST_USE enum rc load_plant_from(struct plant **ret, const struct config *config,
                                 const char *dir, struct cache *cache,
                                 struct problems *problems, struct err *err);

/* Give the model what the cache at path knows: newest values, and what windows still hold. */
MUST_USE enum rc load_values(struct model *model, const char *path, struct now now,
                             struct err *err);

#endif
