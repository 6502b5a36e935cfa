/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Custody between a broker and a store of its own (tests/pg/with_pg.sh): source "w/#", station
 * S with the components A and B. Whatever does not come in time fails the test.
 */
#ifndef TESTS_CUSTODY_FIXTURE_H
#define TESTS_CUSTODY_FIXTURE_H

#include "src/app/custody.h"
#include "src/mqtt/publisher.h"
#include "tests/sync_store.h"

#define DEADLINE_US (30 * US_PER_S)

struct fixture {
    char *dir, *path;
    char *broker_socket;
    pid_t broker;
    struct config *config;
    struct profiles *profiles;
    struct cache *cache;
    struct plant *plant;
    struct custody *custody;
    struct publisher *publisher;
};

/* For cmocka: *state of a test is a struct fixture. */
int fixture_set_up(void **state);
int fixture_tear_down(void **state);

/* Custody begins to run, and holds nothing yet; more: further lines of [postgres]. */
void fixture_start(struct fixture *f, const char *more);
/* In the cache. */
uint32_t fixture_series(const struct fixture *f, const char *component);

/* Owner by the store, with a new epoch. */
struct custody_term fixture_acquire(void);
void fixture_take(struct fixture *f, const struct custody_term *term);
void fixture_leave(struct fixture *f);

void fixture_publish(struct fixture *f, const char *topic, const char *payload, bool retain);

void fixture_await(struct fixture *f, bool (*good)(const struct custody_state *s));
bool fixture_holds(const struct custody_state *s);
/* Until the store's answer is this. */
void fixture_await_sql(const char *sql, const char *want);

#endif
