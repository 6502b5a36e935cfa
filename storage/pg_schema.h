/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Schema of the central store: numbered migrations in files, forward only, each applied with
 * its row in leitstand.migration in one transaction.
 *
 * Threads: any, one at a time. Two programs at once do no harm: an advisory lock is held for
 *          each step, and what the other has done meanwhile is not done again.
 * Errors:  RC_INVALID: the files are wrong, the server refused, a right is missing, or the
 *          schema is not what it should be; a migration that failed has left nothing behind.
 *          RC_IO: a file or the connection. err says it, the file and the line with it.
 */
#ifndef STORAGE_PG_SCHEMA_H
#define STORAGE_PG_SCHEMA_H

#include <glib.h>

#include "storage/pg.h"

struct pg_schema; /* the migrations that this program has */

/* Read NNN-name.sql, without a gap from 001 on, in dir. Ended with pg_schema_free(). */
MUST_USE enum rc pg_schema_load(struct pg_schema **ret, const char *dir, struct err *err);
void pg_schema_free(struct pg_schema *s); /* NULL is fine */

/* The number of the newest. */
int pg_schema_newest(const struct pg_schema *s);

enum pg_schema_found {
    PG_SCHEMA_MISSING, /* there is none, or an empty one */
    PG_SCHEMA_FOREIGN, /* somebody else's */
    PG_SCHEMA_OLDER,   /* to be migrated */
    PG_SCHEMA_CURRENT,
    PG_SCHEMA_NEWER, /* of a later program */
};

struct pg_applied {
    int number;
    char *name;
    wall_us at;
};

struct pg_schema_state {
    enum pg_schema_found found;
    int version; /* number of the newest applied; 0: none */
    char server[64], database[64], role[64];
    char timescaledb[32]; /* version of the extension in this database, "" when not there */
    int64_t partitions;   /* of the readings */
    int64_t bytes;        /* of all tables with their indices */
    GArray *applied;      /* struct pg_applied, by number */
    /* What this role may. */
    bool may_change;     /* make the schema, or change the one that is there */
    bool may_make_roles; /* or they are there */
    bool may_be_instance;
};

/* What the store has. RC_OK whatever that is; end with pg_schema_state_fini(). */
MUST_USE enum rc pg_schema_look(struct pg *pg, const struct pg_schema *s,
                                struct pg_schema_state *ret, struct err *err);
void pg_schema_state_fini(struct pg_schema_state *state);

/* RC_OK: it is current. Else RC_INVALID, err says what is wrong and what to do. */
MUST_USE enum rc pg_schema_judge(const struct pg_schema *s, const struct pg_schema_state *state,
                                 struct err *err);

/* Look and judge in one, and hardly more than one statement while it is current. RC_INVALID: it
 * is not, and err says so; or nothing can be read of it. */
MUST_USE enum rc pg_schema_check(struct pg *pg, const struct pg_schema *s, struct err *err);

/* RC_OK: this role may do what an instance does. Else RC_INVALID, and what to do. */
MUST_USE enum rc pg_schema_judge_role(const struct pg_schema_state *state, struct err *err);

/*
 * Apply what is missing, from the first on. create: also when there is no schema yet.
 * told (may be NULL) hears of each after it was applied.
 */
MUST_USE enum rc pg_schema_migrate(struct pg *pg, const struct pg_schema *s, bool create,
                                   void (*told)(int number, const char *name), struct err *err);

#endif
