/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the demo needs around an engine: a directory with a plant, a configuration and a private
 * broker, and a simulated utility that publishes to it.
 *
 * Threads: main only; it must live as long as the demo, for its children end with it.
 */
#ifndef SRC_APP_DEMO_H
#define SRC_APP_DEMO_H

#include <stdbool.h>
#include <stdint.h>

#include "src/core/error.h"

struct demo;

struct demo_config {
    const char *dir; /* NULL: a temporary one, removed at the end */
    uint32_t stations;
    uint64_t seed;
};

/*
 * Write the files, start broker and simulator. RC_BUSY: another demo runs in dir. RC_NOTFOUND:
 * there is no mosquitto; err says what to install.
 */
MUST_USE enum rc demo_open(struct demo **ret, const struct demo_config *config,
                           struct err *err);
/* Ends the processes, removes what is temporary; NULL is fine. */
void demo_close(struct demo *d);

/* The configuration file, for the engine and for everybody else. */
const char *demo_ini(const struct demo *d);

/* RC_IO: a process has ended; err tells which, and its last words. */
MUST_USE enum rc demo_check(struct demo *d, struct err *err);

#endif
