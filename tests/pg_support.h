/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A database of its own with our schema for each test, at the server that tests/pg/with_pg.sh
 * has started; connections of an administrator and of an instance.
 */
#ifndef TESTS_PG_SUPPORT_H
#define TESTS_PG_SUPPORT_H

#include "storage/outbox.h"
#include "storage/pg.h"

struct store {
    char *dir, *path; /* of an outbox file */
    char database[32];
    PGconn *admin; /* owner of everything */
};

/* For cmocka: group, then test; *state of a test is a struct store. */
int store_group_set_up(void **state);
int store_group_set_up_hypertable(void **state); /* as with TimescaleDB, by a stand-in */
int store_set_up(void **state);
int store_tear_down(void **state);

/* As role "pc", which is what an instance is. */
struct pg *store_connect(const struct store *s);

/* As administrator; fails the test when the server refuses. */
void store_do(const struct store *s, const char *sql);
/* The single value that sql answers; NULL is "". The caller frees it. */
char *store_ask(const struct store *s, const char *sql);
/* The same as a number. */
int64_t store_count(const struct store *s, const char *sql);
/* Until sql answers "t", at most 20 seconds. */
void store_await(const struct store *s, const char *sql);

/* Make epoch the present owner's; its grant. */
void store_lease(const struct store *s, uint64_t epoch, char ret_grant[UUID_SIZE]);

#endif
