/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/pg_sql.h"

#include <assert.h>

#include <glib.h>

static const char *const texts[] = {
    [PG_LISTEN] = "LISTEN leitstand",

    [PG_LEASE_LISTEN] = "LISTEN leitstand_lease",
    [PG_LEASE_LOOK] = "SELECT * FROM leitstand.lease_look($1, $2, $3)",
    [PG_LEASE_ACQUIRE] = "SELECT * FROM leitstand.lease_acquire($1, $2, $3, $4)",
    [PG_LEASE_RENEW] = "SELECT * FROM leitstand.lease_renew($1, $2, $3, $4, $5)",
    [PG_LEASE_RELEASE] = "SELECT * FROM leitstand.lease_release($1, $2, $3, $4)",
    [PG_TENURE_ADD] = "SELECT leitstand.tenure_add($1, $2, $3, $4)",
};
static_assert(G_N_ELEMENTS(texts) == PG_STATEMENTS, "a statement has no text");

const char *
pg_sql(enum pg_statement which)
{
    return texts[which];
}
