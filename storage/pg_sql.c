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
    [PG_CHANGE_WRITE] = "SELECT leitstand.write_changes($5, $1, $6, $2, $3, $4, $7)",
    [PG_CHANGE_APPEND] = "SELECT leitstand.append_changes($1, $2, $3, $4, $5, $6)",
    [PG_LOOK] = "SELECT log_first, log_last, behind, own_number, plant, pending, answered"
                " FROM leitstand.look($1, $2, $3)",
    [PG_CHANGES_AFTER] = "SELECT id, writer, number, instance, epoch, term, body"
                         " FROM leitstand.changes_after($1, $2, $3, $4)",
    [PG_SNAPSHOT] = "SELECT log_id, '', 0, '', epoch, term, body FROM leitstand.snapshot($1)",
    [PG_JOURNAL_EXTENT] = "SELECT first, changes FROM leitstand.journal_extent($1, $2)",
    [PG_JOURNAL_AFTER] = "SELECT id, writer, number, instance, epoch, term, body"
                         " FROM leitstand.journal_after($1, $2, $3, $4)",
    [PG_LOG_PRUNE] = "SELECT leitstand.prune_log($1, $2, $3)",
    [PG_ACTION_SUBMIT] = "SELECT leitstand.submit_action($1, $2, $3, $4, $5, $6)",
    [PG_ACTIONS_PENDING] = "SELECT id, at_us, instance, username, origin, body"
                           " FROM leitstand.actions_pending($1)",
    [PG_ACTION_FINISH] = "SELECT leitstand.finish_action($1, $2, $3, $4, $5)",
    [PG_ACTION_ANSWERS] = "SELECT id, ok, message FROM leitstand.action_answers($1)",
    [PG_PLANT_STORE] = "SELECT leitstand.store_plant($1, $2, $3, $4, $5)",
    [PG_PLANT_OTHER] = "SELECT version, stations, components, rules, actor"
                       " FROM leitstand.plant_other($1)",
};
static_assert(G_N_ELEMENTS(texts) == PG_STATEMENTS, "a statement has no text");

const char *
pg_sql(enum pg_statement which)
{
    return texts[which];
}
