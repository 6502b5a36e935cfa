/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far back the cache is complete: by what arrived first of what was not dropped, because a
 * time itself may be that of a wrong clock. */
#include "storage/query_private.h"
#include "storage/sql.h"

static enum rc
ask(struct query *q, const char *text, wall_us *ret, struct err *err)
{
    wall_us reach = WALL_NONE;
    enum rc rc = query_begin(q, err);
    if (rc == RC_OK) {
        rc = sql_int(q->db, text, WALL_NONE, &reach, err);
        query_end(q);
    }
    if (rc == RC_OK) {
        *ret = reach;
    }
    return rc;
}

enum rc
query_readings_reach(struct query *q, wall_us *ret, struct err *err)
{
    return ask(q, "SELECT ts + lag FROM readings ORDER BY id LIMIT 1", ret, err);
}

enum rc
query_journal_reach(struct query *q, wall_us *ret, struct err *err)
{
    return ask(q,
               "SELECT at FROM journal WHERE id >"
               " (SELECT value FROM meta WHERE name = 'journal_pruned') ORDER BY id LIMIT 1",
               ret, err);
}

static int
watch(void *query)
{
    struct query *q = query;
    return q->stop(q->stop_user) ? 1 : 0;
}

#define STOP_STEPS 20000 /* of SQLite's machine; some hundred a millisecond */

void
query_stop_when(struct query *q, query_stop *stop, void *user)
{
    q->stop = stop;
    q->stop_user = user;
    sqlite3_progress_handler(q->db, stop == NULL ? 0 : STOP_STEPS, stop == NULL ? NULL : watch,
                             q);
}
