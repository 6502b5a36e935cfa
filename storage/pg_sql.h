/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every statement the program sends to the central store once its schema is there; what makes
 * the schema is data/sql/. Most are calls of the functions that the migrations define.
 */
#ifndef STORAGE_PG_SQL_H
#define STORAGE_PG_SQL_H

enum pg_statement {
    PG_LISTEN, /* no parameters */
    /* The lease (002-ownership.sql); one row of leitstand.lease_state each. */
    PG_LEASE_LISTEN,  /* no parameters */
    PG_LEASE_LOOK,    /* instance, mode, validity in ms */
    PG_LEASE_ACQUIRE, /* … and the highest epoch seen */
    PG_LEASE_RENEW,   /* instance, epoch, grant, mode, validity in ms */
    PG_LEASE_RELEASE, /* instance, epoch, grant, for whom or null */
    PG_TENURE_ADD,    /* epoch, term, instance, since: an owner by the broker's word */
    /* storage/pg_changes.h; parameters in the order of its structs */
    PG_CHANGE_WRITE,
    PG_CHANGE_APPEND,
    PG_LOOK,
    PG_CHANGES_AFTER,
    PG_SNAPSHOT,
    PG_JOURNAL_EXTENT,
    PG_JOURNAL_AFTER,
    PG_LOG_PRUNE,
    PG_ACTION_SUBMIT,
    PG_ACTIONS_PENDING,
    PG_ACTION_FINISH,
    PG_ACTION_ANSWERS,
    PG_PLANT_STORE,
    PG_PLANT_OTHER,
};
#define PG_STATEMENTS (PG_PLANT_OTHER + 1)

const char *pg_sql(enum pg_statement which);

#endif
