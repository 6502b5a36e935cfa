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

/* ---- when the broker was not listened to ---- */

struct walk {
    struct query_gap asked, found;
    wall_us reach, now;
    wall_us known; /* up to here it was listened to, or a gap is found */
};

static void
miss(struct walk *w, wall_us until)
{
    if (w->known < until) {
        w->found.since = w->found.until == WALL_NONE ? w->known : w->found.since;
        w->found.until = until;
        w->known = until;
    }
}

/* The next span; they come by their begin. */
static void
step(struct walk *w, wall_us since, wall_us until, bool newest)
{
    bool goes_on = newest && w->now - until < LISTENED_US + 2 * LISTENED_LAG_US;
    until = goes_on ? w->asked.until : MIN(until, w->asked.until);
    since = MAX(since, w->reach);
    if (since < until && until > w->known) {
        miss(w, since);
        w->known = until;
    }
}

static enum rc
walk(struct query *q, struct walk *w, struct err *err)
{
    sqlite3_stmt *stmt;
    enum rc rc = sql_prepare(q->db, &stmt,
                             "SELECT since, until, lead(since) OVER (ORDER BY since) IS NULL"
                             " FROM heard ORDER BY since",
                             err);
    if (rc != RC_OK) {
        return rc;
    }
    int code;
    while ((code = sqlite3_step(stmt)) == SQLITE_ROW) {
        step(w, sqlite3_column_int64(stmt, 0), sqlite3_column_int64(stmt, 1),
             sqlite3_column_int(stmt, 2) != 0);
    }
    if (code != SQLITE_DONE) {
        rc = sql_fail(q->db, "could not read the cache", err);
    }
    sqlite3_finalize(stmt);
    return rc;
}

enum rc
query_readings_gap(struct query *q, wall_us reach, wall_us now, struct query_gap *ret,
                   struct err *err)
{
    struct walk w = {.asked = *ret,
                     .found = {WALL_NONE, WALL_NONE},
                     .reach = reach == WALL_NONE ? ret->until : reach,
                     .now = now,
                     .known = ret->since};
    enum rc rc = query_begin(q, err);
    if (rc == RC_OK) {
        rc = walk(q, &w, err);
        query_end(q);
    }
    if (rc == RC_OK) {
        miss(&w, w.asked.until);
        *ret = w.found;
    }
    return rc;
}

/* ---- a question given up ---- */

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
