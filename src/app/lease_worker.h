/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The lease's thread: one request at a time to the central store, answered by a descriptor, so
 * that the engine never waits for it; and what the store tells by itself.
 *
 * Threads: the functions belong to the engine.
 */
#ifndef SRC_APP_LEASE_WORKER_H
#define SRC_APP_LEASE_WORKER_H

#include "storage/lease.h"

struct lease_worker;

struct lease_news {
    bool answered; /* to the request: answer */
    bool notified; /* something has happened to the lease */
    struct lease_answer answer;
    struct err err; /* why there is no answer */
};

/* wake_fd of config is not used. NULL when no thread could be started. */
struct lease_worker *lease_worker_start(const struct lease_config *config);
/* At once, even while it asks; NULL is fine. */
void lease_worker_stop(struct lease_worker *w);

/* Not while one is under way. */
void lease_worker_ask(struct lease_worker *w, const struct lease_request *request);

/* To be told to the store when it answers; of more than LEASE_TENURES the oldest go. */
#define LEASE_TENURES 64
void lease_worker_tell(struct lease_worker *w, const struct lease_tenure *tenure);

int lease_worker_fd(const struct lease_worker *w); /* readable: there is news */
bool lease_worker_has_news(const struct lease_worker *w);
void lease_worker_take(struct lease_worker *w, struct lease_news *ret);

#endif
