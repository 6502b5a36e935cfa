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
};
#define PG_STATEMENTS (PG_SCHEMA_NOTE + 1)

const char *pg_sql(enum pg_statement which);

#endif
