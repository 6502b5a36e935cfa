/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every statement the program sends to the central store once its schema is there; what makes
 * the schema is data/sql/. Most are calls of the functions that the migrations define.
 */
#ifndef STORAGE_PG_SQL_H
#define STORAGE_PG_SQL_H

enum pg_statement {
    PG_LISTEN,     /* no parameters */
    PG_SESSION,    /* statement_timeout and lock_timeout in ms */
    PG_COPY_SETUP, /* in front of every COPY */
    PG_BEGIN,
    PG_COMMIT,
    PG_ROLLBACK,
    /* The schema itself, storage/pg_schema.c. */
    PG_SCHEMA_LOOK,    /* server, schema, TimescaleDB, sizes, rights: a row */
    PG_SCHEMA_APPLIED, /* number, name, applied_at in us; from 1 on */
    PG_SCHEMA_LOCK,    /* until the end of the transaction */
    PG_SCHEMA_HURRY,   /* wait for no table for long: all others wait behind */
    PG_SCHEMA_NOTE,    /* number, name: it is applied */

    /* history on demand, storage/pg_history.c */
    PG_STORE_ID,         /* text: which database of which server, its copies included */
    PG_HISTORY_READINGS, /* stations, components, since, until, skip, at_most */
    PG_HISTORY_JOURNAL,  /* station, component, event, since, until, skip, at_most */
    PG_HISTORY_ALARMS,   /* station, component, open_only, since, until, skip, at_most */
    PG_TREND,            /* stations, components, since, until, parts, from, upto */
    /* The lease (002-ownership.sql); one row of leitstand.lease_state each. */
    PG_LEASE_LISTEN,  /* no parameters */
    PG_LEASE_LOOK,    /* instance, mode, validity in ms */
    PG_LEASE_ACQUIRE, /* … and the highest epoch seen */
    PG_LEASE_RENEW,   /* instance, epoch, grant, mode, validity in ms */
    PG_LEASE_RELEASE, /* instance, epoch, grant, for whom or null */
    PG_TENURE_ADD,    /* epoch, term, instance, since: an owner by the broker's word */
    /* storage/pg_changes.h; parameters in the order of its structs */
    PG_CHANGES_WRITE,
    PG_CHANGES_APPEND,
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

    /* readings */
    PG_SERIES_IDS,   /* stations, components: arrays */
    PG_MAKE_DAYS,    /* days since 1970: array; answers those that get no room */
    PG_SEGMENT_OPEN, /* uuid, instance, epoch, term, arbiter, fresh, begun in us */
    PG_SEGMENT_SKIP, /* segment, next batch */
    PG_NEIGHBOURS,   /* segment */
    PG_MESSAGE_RING, /* no parameters */
    PG_SET_BATCH,    /* description, message identities in hex */
    PG_COPY_READINGS,
    PG_MAINTAIN_READINGS, /* epoch, grant, days to keep */
    PG_INDEX_DAY,         /* no parameters */

    PG_TAIL, /* stations, components, segment */
};
#define PG_STATEMENTS (PG_TAIL + 1)

const char *pg_sql(enum pg_statement which);

#endif
