/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The lease in the central store: the statements of data/sql/pg/002-ownership.sql over a
 * connection of their own, with answers in time or not at all.
 *
 * Threads: one.
 * Errors:  an answer with known false; err tells why. The next request connects again.
 */
#ifndef STORAGE_LEASE_H
#define STORAGE_LEASE_H

#include "src/core/error.h"
#include "src/core/lease.h"

struct lease;

struct lease_config {
    const char *conninfo, *instance;
    int64_t validity_us, renewal_us;
    int wake_fd; /* readable: give up at once; -1: none */
};

struct lease *lease_new(const struct lease_config *config);
void lease_free(struct lease *l); /* NULL is fine */

void lease_ask(struct lease *l, const struct lease_request *request, struct lease_answer *ret,
               struct err *err);

/* We were owner by the broker's word. False: the store does not know it yet. */
bool lease_tell(struct lease *l, const struct lease_tenure *tenure);

/* For poll(): readable when a notification may have come; -1 without a connection. */
int lease_fd(const struct lease *l);
/* Something has happened to the lease, or the connection is gone. */
bool lease_notified(struct lease *l);

#endif
