/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A connection to the server of tests/pg/with_pg.sh, and our schema, whole. Each fails the test
 * when it is refused. */
#ifndef TESTS_STORE_SCHEMA_H
#define TESTS_STORE_SCHEMA_H

#include "storage/pg.h"

struct pg *store_open(const char *conninfo);
void store_run(struct pg *pg, const char *text); /* statements */
void store_migrate(struct pg *pg);               /* by the files in LEITSTAND_DATADIR */

#endif
