/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/store_schema.h"

#include <stdlib.h>

#include "storage/pg_schema.h"
#include "tests/unit.h"

#define WAIT_US (20 * US_PER_S)

struct pg *
store_open(const char *conninfo)
{
    struct err err = {.text = ""};
    struct pg *pg = NULL;
    const struct pg_config config = {
        .conninfo = conninfo,
        .purpose = "test",
        .wake_fd = -1,
        .connect_us = WAIT_US,
        .answer_us = WAIT_US,
    };
    if (pg_open(&pg, &config, &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
    return pg;
}

void
store_migrate(struct pg *pg)
{
    struct err err = {.text = ""};
    struct pg_schema *schema = NULL;
    char *dir = g_build_filename(getenv("LEITSTAND_DATADIR"), "sql", "pg", NULL);
    if (pg_schema_load(&schema, dir, &err) != RC_OK ||
        pg_schema_migrate(pg, schema, true, NULL, &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
    pg_schema_free(schema);
    g_free(dir);
}

void
store_run(struct pg *pg, const char *text)
{
    struct err err = {.text = ""};
    if (pg_exec(pg, text, &err) != RC_OK) {
        fail_msg("%s: %.200s", err.text, text);
    }
}
