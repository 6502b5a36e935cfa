/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What pg_schema.c and pg_schema_files.c share. */
#ifndef STORAGE_PG_SCHEMA_PRIVATE_H
#define STORAGE_PG_SCHEMA_PRIVATE_H

#include "storage/pg_schema.h"

struct pg_schema_file {
    int number;
    char *name, *path, *text;
};

struct pg_schema {
    char *dir;
    GPtrArray *files; /* struct pg_schema_file, number 1 first, no gap */
};

#endif
