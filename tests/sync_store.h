/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A central store to test with: the one of tests/pg/with_pg.sh, its schema made anew. */
#ifndef TESTS_SYNC_STORE_H
#define TESTS_SYNC_STORE_H

#include "storage/pg_changes.h"
#include "tests/store_schema.h"

/* The role of an instance, and no more. */
#define STORE_INSTANCE "user=instance_1"
#define STORE_READER   "user=reader_1"

int store_make(void **state); /* for cmocka: before a test */

/* The first value of a statement of the superuser's; "" for null and none. Good until the next
 * but three. Fails the test when it is refused. */
const char *store_ask(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* The lease: a grant for instance under a new epoch, for a minute. */
struct store_grant {
    uint64_t epoch, term; /* term 0: by the store */
    char id[40];
};
struct store_grant store_acquire(const char *instance);

/* The central journal, "INSTANCE:EVENT:LAST DIGIT OF THE OCCURRENCE …", in its order; and the
 * alarms, "LAST DIGIT OF THE OCCURRENCE:STATE …". Good as long as store_ask()'s. */
const char *store_journal(void);
const char *store_alarms(void);

/* As owner by grant; "": it is none any more. Fails the test when it is refused. */
void store_tell(struct pg *pg, const struct pg_change *c, const char *grant);

#endif
