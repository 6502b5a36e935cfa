/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the segments beside one in time have stored: identities of messages that the broker may
 * have delivered to both, and the state of those segments that this is true of.
 *
 * Pure, but for pg_neighbours_load().
 */
#ifndef STORAGE_PG_NEIGHBOURS_H
#define STORAGE_PG_NEIGHBOURS_H

#include "storage/cache.h"
#include "storage/pg.h"

/* So many of the first messages of a segment are compared with the last of those before it, and
 * so many of its last with the first of those after; as message_window() in data/sql. */
#define PG_MESSAGE_WINDOW 20000u
/* What is delivered once more comes before all else: after so many in a row that are not, none
 * is. Packet ids may come round within the windows, when most messages have no readings. */
#define PG_MESSAGE_SETTLED 20u

struct pg_neighbours {
    bool loaded;
    char *seen_earlier, *seen_later; /* the store's words, handed back to it */
    GArray *earlier, *later;         /* struct message_id, sorted; a match takes one away */
    unsigned fresh;                  /* so many in a row were none of the earlier ones */
};

void pg_neighbours_init(struct pg_neighbours *n);
void pg_neighbours_fini(struct pg_neighbours *n);
void pg_neighbours_forget(struct pg_neighbours *n); /* to be loaded again */

/* Ask for those of the segment of this number. */
MUST_USE enum rc pg_neighbours_load(struct pg_neighbours *n, struct pg *pg, int32_t segment,
                                    struct err *err);

/* Whether the next message of the segment, or its last ones, stand there as well; each entry
 * matches once. */
bool pg_neighbours_take_earlier(struct pg_neighbours *n, struct message_id id);
bool pg_neighbours_take_later(struct pg_neighbours *n, struct message_id id);

/* Identities as the store has them, 10 bytes each: from its hex text, appended to out (struct
 * message_id); and to hex, appended to out. */
void pg_messages_from_hex(GArray *out, const char *hex);
void pg_messages_to_hex(GString *out, const struct message_id *ids, size_t n);

#endif
