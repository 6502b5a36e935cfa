/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Redelivery: which messages of QoS 1 we have stored already when the broker, after a
 * reconnect, sends again what it had no PUBACK for. The library does not show the DUP flag, but
 * a message sent again keeps its packet id, so (packet id, hash of topic and payload) tells.
 *
 * Only what was stored over earlier connections counts, each entry once: within one connection
 * a broker sends nothing twice, and the same id with the same payload is then a new message.
 * And only what the broker has not confirmed: once it is known to have our PUBACK, it may give
 * the packet id to another message.
 *
 * How many that are has no bound. Whatever window was agreed, mosquitto 2.0.11 takes a window's
 * worth from the queue with each PUBACK, so its whole backlog is soon under way, and it reads
 * one PUBACK for the hundreds of messages that it writes. But they come in the order in which
 * they came before (MQTT 3.1.1 and 5, 4.6), so the stored ones come first: messages that are
 * new end them. A few of these may stand between them, whose component the plant did not have
 * then.
 *
 * Pure; belongs to the engine. The cache keeps the same list on disk.
 */
#ifndef SRC_APP_REDELIVERY_H
#define SRC_APP_REDELIVERY_H

#include <stdbool.h>
#include <stddef.h>

#include "storage/cache.h"

#define REDELIVERY_MAX     RING_MAX
#define REDELIVERY_SETTLED 20 /* after so many new ones in a row nothing old is to come */
/* Nor after so many that are not known, stored or not: their packet ids come round. */
#define REDELIVERY_ROUND 32768

struct redelivery {
    GArray *entries;     /* struct redelivery_entry, oldest first */
    uint64_t first;      /* position of the oldest, counted from the beginning of time */
    uint64_t connection; /* entries before this position are of earlier connections */
    GArray *known;       /* of these, at the moment of the connect: sorted by identity */
    uint64_t delivered;  /* number of the last message of QoS 1 over this connection */
    guint unknown;       /* how many in a row were none of the known ones */
    guint fresh;         /* and of those stored, how many in a row were new */
};

void redelivery_init(struct redelivery *r);
void redelivery_fini(struct redelivery *r);

/* A connection begins, and the broker kept our session: what was added until here is known. */
void redelivery_connected(struct redelivery *r);
/* The broker has lost our session: nothing will be sent again. */
void redelivery_forget(struct redelivery *r);

/*
 * A message of QoS 1 has come, the how manieth of this connection (others may have taken some).
 * True: it is one of the known ones, which will not match a second time.
 */
bool redelivery_match(struct redelivery *r, struct message_id id, uint64_t number);

/* The last message was stored, or has come again: it is to be remembered. */
void redelivery_add(struct redelivery *r, struct message_id id, bool again);
/* The same for one that an earlier process stored, before the first connection. */
void redelivery_load(struct redelivery *r, struct message_id id);

/* The broker has the PUBACKs of the messages of this connection up to that number. */
void redelivery_confirm(struct redelivery *r, uint64_t number);

/* How many entries are remembered. */
size_t redelivery_count(const struct redelivery *r);

uint64_t redelivery_hash(const char *topic, const void *payload, size_t len);

#endif
