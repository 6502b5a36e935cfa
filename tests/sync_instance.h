/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an instance has of sync, with an outbox in memory: several of them meet in the store of
 * tests/sync_store.h only. */
#ifndef TESTS_SYNC_INSTANCE_H
#define TESTS_SYNC_INSTANCE_H

#include "src/app/sync.h"

#define DEADLINE_US (20 * US_PER_S)
#define NEVER_US    (3600 * US_PER_S) /* only what is notified is seen */

struct instance_setup {
    const char *conninfo;
    int64_t cursor, look_us;
    const int *retention_days; /* NULL: as by default */
};

struct instance {
    struct config *config;
    struct box *box; /* the outbox */
    struct sync *sync;
    struct sync_news news; /* all of it */
    char writer[UUID_SIZE], name[8];
    struct rank rank;
    uint64_t last;
    int snapshots;
    char *dir;
};

/* n: its name and its writer. start: with all that the store tells, by the instances' role. */
struct instance *instance_start_with(unsigned n, struct instance_setup how);
struct instance *instance_start(unsigned n);
void instance_stop(struct instance *i);
/* The same instance once more, with what is on its disk, nothing to send and this store. */
void instance_restart(struct instance *i, const char *conninfo);

/* Owner from now on. */
void instance_own(struct instance *i);

/* Into the outbox: this; a journal line that can be told from others; n of them at once, that
 * with the index bad at fault, -1: none. */
void instance_put(struct instance *i, const char *body);
void instance_put_line(struct instance *i);
void instance_put_many(struct instance *i, int n, int bad);

/* The server ends the connections of all, of which there is one. */
void instance_cut_all(void);

/* Take what there is into news, waiting for it at most until then. */
void instance_take(struct instance *i, mono_us deadline);

/* Take until it is so. */
typedef bool instance_condition(struct instance *i, uint64_t n);
void instance_await(struct instance *i, instance_condition *holds, uint64_t n);
bool instance_has_sent(struct instance *i, uint64_t n);
bool instance_has_changes(struct instance *i, uint64_t n);

#endif
