/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What replica.c and replica_message.c share; nobody else includes it. */
#ifndef SRC_APP_REPLICA_PRIVATE_H
#define SRC_APP_REPLICA_PRIVATE_H

#include "src/app/replica.h"

/* Parts of a snapshot of one writer, until all are there. */
struct gathering {
    struct replica_head head;
    GArray *marks;    /* struct followed_mark */
    GPtrArray *parts; /* json_t *, NULL: not yet; the bodies */
    guint got;
};
void replica_gathering_clear(struct gathering *g);

struct replica {
    char own[UUID_SIZE];
    bool store;
    struct rank top;        /* the highest that brought state */
    GHashTable *writers;    /* char * → struct writer_mark */
    guint waiting;          /* changes, of all writers */
    size_t waiting_bytes;   /* of the messages they came in */
    GQueue ready;           /* struct replica_step * */
    struct gathering now;   /* the snapshot that is coming */
    char source[UUID_SIZE]; /* whose snapshot was applied last, under which rank */
    struct rank source_rank;
};

/* The "marks" of a whole state, to the end of to: where each writer stands in it. */
bool replica_read_marks(GArray *to, const json_t *body, struct err *err);

/* replica_offer() of a change that came over the broker, in a message of so many bytes. */
void replica_offer_message(struct replica *r, struct change *c, size_t bytes);

/* A whole state is there. bodies and marks are taken over. */
void replica_apply_snapshot(struct replica *r, const struct replica_head *head,
                            GPtrArray *bodies, GArray *marks);

#endif
