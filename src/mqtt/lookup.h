/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Host name to addresses without blocking the caller: getaddrinfo() has no time limit of its
 * own, so it runs in a thread that nobody waits for. Private to src/mqtt.
 *
 * Threads: the handle belongs to one thread.
 */
#ifndef SRC_MQTT_LOOKUP_H
#define SRC_MQTT_LOOKUP_H

#include <stdbool.h>

struct lookup;

/* Never NULL; a thread that could not be started shows as a failed look-up. */
struct lookup *lookup_start(const char *host);
/* A look-up still under way is left behind and frees itself. NULL is fine. */
void lookup_free(struct lookup *l);

/* Readable when the answer is there; valid until lookup_free(). */
int lookup_fd(const struct lookup *l);
bool lookup_done(struct lookup *l);

/* After lookup_done(): numeric addresses, NULL-terminated, best first, none after a failure. */
char **lookup_addresses(const struct lookup *l);
/* Why there is none. */
const char *lookup_problem(const struct lookup *l);

/* An address needs no look-up. */
bool lookup_is_numeric(const char *host);

#endif
