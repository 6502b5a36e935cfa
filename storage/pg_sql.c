/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/pg_sql.h"

#include <assert.h>

#include <glib.h>

static const char *const texts[] = {
    [PG_LISTEN] = "LISTEN leitstand",

    [PG_TAIL] = "SELECT place, (extract(epoch from ts) * 1000000)::bigint,"
                " (extract(epoch from received) * 1000000)::bigint, value, state, device"
                " FROM leitstand.tail($1, $2, $3)",
};
static_assert(G_N_ELEMENTS(texts) == PG_STATEMENTS, "a statement has no text");

const char *
pg_sql(enum pg_statement which)
{
    return texts[which];
}
