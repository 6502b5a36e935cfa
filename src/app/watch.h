/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Engine and console together, as `console` and `demo` show them. */
#ifndef SRC_APP_WATCH_H
#define SRC_APP_WATCH_H

#include "src/config/config.h"

/*
 * Start the engine, show the console until the user leaves, stop the engine. Log lines are held
 * meanwhile. RC_INVALID: problems tells what is wrong. demo: the header says so.
 */
MUST_USE enum rc watch_plant(const struct config *config, bool demo, struct problems *problems,
                             struct err *err);

#endif
