/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/pg_sql.h"

#include <assert.h>

#include <glib.h>

static const char *const texts[] = {
    [PG_LISTEN] = "LISTEN leitstand",

    [PG_HISTORY_READINGS] = "SELECT * FROM leitstand.history_readings($1, $2, $3, $4, $5, $6)",
    [PG_HISTORY_JOURNAL] =
        "SELECT * FROM leitstand.history_journal($1, $2, $3, $4, $5, $6, $7)",
    [PG_HISTORY_ALARMS] = "SELECT * FROM leitstand.history_alarms($1, $2, $3, $4, $5, $6, $7)",
};
static_assert(G_N_ELEMENTS(texts) == PG_STATEMENTS, "a statement has no text");

const char *
pg_sql(enum pg_statement which)
{
    return texts[which];
}
