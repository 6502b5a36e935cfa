/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Redelivery: which messages of QoS 1 we have stored already when the broker, after a
 * reconnect, sends again what it had no PUBACK for. The library does not show the DUP flag, but
 * a message sent again keeps its packet id, so (packet id, hash of topic and payload) tells.
 *
 * Only what was stored over earlier connections counts, each entry once: within one connection
 * a broker sends nothing twice, and the same id with the same payload is then a new message.
 *
 * Pure; belongs to the engine. The cache keeps the same ring on disk.
 */
#ifndef SRC_APP_REDELIVERY_H
#define SRC_APP_REDELIVERY_H

#include <stdbool.h>
#include <stddef.h>

#include "storage/cache.h"

struct redelivery {
    GArray *stored; /* struct message_id, oldest first, at most REDELIVERY_MAX */
    GArray *known;  /* those of earlier connections, sorted */
    GArray *used;   /* bool for each of known: it has matched */
};

/* Four times what the broker may have open (client, RECEIVE_MAXIMUM), as mosquitto has had
 * more under way than it should after several take-overs. */
#define REDELIVERY_MAX 4000

void redelivery_init(struct redelivery *r);
void redelivery_fini(struct redelivery *r);

/* Stored over this connection, or by an earlier process. */
void redelivery_add(struct redelivery *r, struct message_id id);

/* A connection begins: from now on what was added until here is known. */
void redelivery_connected(struct redelivery *r);

/* The broker has lost our session: nothing will be sent again. */
void redelivery_forget(struct redelivery *r);

/* Is this one of them? It will not be a second time. */
bool redelivery_match(struct redelivery *r, struct message_id id);

uint64_t redelivery_hash(const char *topic, const void *payload, size_t len);

#endif
