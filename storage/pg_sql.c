/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/pg_sql.h"

#include <assert.h>

#include <glib.h>

static const char *const texts[] = {
    [PG_LISTEN] = "LISTEN leitstand",

    [PG_SERIES_IDS] = "SELECT leitstand.series_ids($1::text[], $2::text[])",
    [PG_MAKE_DAYS] = "SELECT leitstand.make_days($1::integer[])",
    [PG_SEGMENT_OPEN] = "SELECT id, last_batch, messages FROM leitstand.segment_open($1::uuid,"
                        " $2, $3::bigint, $4::bigint, $5, $6::boolean, $7::bigint)",
    [PG_SEGMENT_SKIP] = "SELECT leitstand.segment_skip($1::integer, $2::bigint)",
    [PG_NEIGHBOURS] = "SELECT earlier, later, earlier_ids, later_ids"
                      " FROM leitstand.neighbours($1::integer)",
    [PG_MESSAGE_RING] = "SELECT leitstand.message_ring()",
    [PG_SET_BATCH] = "SELECT set_config('leitstand.batch', $1, false),"
                     " set_config('leitstand.ids', $2, false)",
    [PG_COPY_READINGS] = "COPY leitstand.reading (ts, received, value, series, segment, flags,"
                         " state) FROM STDIN (FORMAT binary)",
    [PG_MAINTAIN_READINGS] = "SELECT leitstand.maintain_readings($1::bigint, $2::uuid,"
                             " $3::integer)",
    [PG_INDEX_DAY] = "SELECT leitstand.index_day()",

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
