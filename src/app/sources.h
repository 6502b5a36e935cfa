/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the sections [source:NAME] of the configuration ask for, for every part of the program
 * that listens to the plant: the engine's own session, and the site's shared one.
 *
 * Threads: any; nothing is kept.
 */
#ifndef SRC_APP_SOURCES_H
#define SRC_APP_SOURCES_H

#include "src/config/config.h"
#include "src/decode/decode.h"
#include "src/mqtt/client.h"

/* A decoder for their messages. */
MUST_USE enum rc sources_decoder(struct decoder **ret, const struct config *config,
                                 const struct profiles *profiles, struct plant *plant,
                                 struct err *err);

/*
 * A client for the broker of the configuration. what has everything but endpoint and filters,
 * which are put in here: filters that others cover are left out. keepalive_s: 0 as configured;
 * tell: log filters that overlap.
 */
MUST_USE enum rc sources_client(struct client **ret, const struct config *config,
                                const struct client_config *what, int keepalive_s, bool tell,
                                struct err *err);

#endif
