/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files query*.c share; nobody else includes it. */
#ifndef STORAGE_QUERY_PRIVATE_H
#define STORAGE_QUERY_PRIVATE_H

#include <sqlite3.h>

#include "storage/query.h"

struct query {
    char *path;
    sqlite3 *db;
    bool older; /* of an earlier version, when last looked at */
    query_stop *stop;
    void *stop_user;
};

/* So that several questions see one state of the file. Short: a reader holds the log back. */
MUST_USE enum rc query_begin(struct query *q, struct err *err);
/* The same for what also an older file answers. */
MUST_USE enum rc query_begin_any(struct query *q, struct err *err);
void query_end(struct query *q);

/* A counter of meta (schema.h). */
MUST_USE enum rc query_meta(struct query *q, const char *name, int64_t *ret, struct err *err);

#endif
