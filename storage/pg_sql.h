/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every statement the program sends to the central store once its schema is there; what makes
 * the schema is data/sql/. Most are calls of the functions that the migrations define.
 */
#ifndef STORAGE_PG_SQL_H
#define STORAGE_PG_SQL_H

enum pg_statement {
    PG_LISTEN, /* no parameters */

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
