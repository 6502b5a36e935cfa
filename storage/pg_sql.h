/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every statement the program sends to the central store once its schema is there; what makes
 * the schema is data/sql/. Most are calls of the functions that the migrations define.
 */
#ifndef STORAGE_PG_SQL_H
#define STORAGE_PG_SQL_H

enum pg_statement {
    PG_LISTEN, /* no parameters */

    PG_TAIL, /* stations, components, segment */
};
#define PG_STATEMENTS (PG_TAIL + 1)

const char *pg_sql(enum pg_statement which);

#endif
