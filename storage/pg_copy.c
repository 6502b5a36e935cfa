/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/pg_private.h"

#include <glib.h>

/* libpq keeps what the socket does not take, without a limit: so much at most. */
#define UNSENT_BYTES 65536

/* The first result is that of the setting, the next one says whether data may come. */
static enum rc
await_copy(struct pg *pg, mono_us deadline, struct err *err)
{
    PGresult *result = NULL;
    enum rc rc = pg_next_result(pg, deadline, &result, err);
    if (rc == RC_OK && result != NULL && PQresultStatus(result) == PGRES_COMMAND_OK) {
        PQclear(g_steal_pointer(&result));
        rc = pg_next_result(pg, deadline, &result, err);
    }
    if (rc != RC_OK || (result != NULL && PQresultStatus(result) == PGRES_COPY_IN)) {
        PQclear(result);
        return rc;
    }
    bool refused = result != NULL && pg_is_refusal(result);
    if (refused) {
        pg_note_refusal(pg, result, err);
    }
    PQclear(result);
    struct err more = {.text = ""};
    rc = pg_finish(pg, deadline, NULL, &more);
    if (rc == RC_IO) {
        return refused ? rc : err_set(err, rc, "%s", more.text);
    }
    return refused ? RC_INVALID : err_set(err, RC_INVALID, "the statement takes no data");
}

enum rc
pg_copy_begin(struct pg *pg, enum pg_statement which, struct err *err)
{
    struct err own;
    struct err *say = err != NULL ? err : &own;
    enum rc rc = pg_begin(pg, say);
    if (rc != RC_OK) {
        return rc;
    }
    /* In one message both are one transaction; the time limit of a statement would end a COPY
     * that is slow because the line is, though all goes well. */
    char *text = g_strconcat(pg_sql(PG_COPY_SETUP), "; ", pg_sql(which), NULL);
    int sent = PQsendQuery(pg->connection, text);
    g_free(text);
    if (sent == 0) {
        return pg_lose(pg, NULL, say);
    }
    pg->unsent = 0;
    pg->copy_closed = false;
    mono_us deadline = clock_now().mono + pg->answer_us;
    rc = pg_flush(pg, deadline, false, say);
    return rc == RC_OK ? await_copy(pg, deadline, say) : rc;
}

enum rc
pg_copy_data(struct pg *pg, const void *bytes, size_t len, struct err *err)
{
    const char *from = bytes;
    enum rc rc = pg_begin(pg, err);
    while (rc == RC_OK && len > 0) {
        size_t piece = MIN(len, UNSENT_BYTES);
        /* 0, no room, cannot be: all but so much has left. */
        if (PQputCopyData(pg->connection, from, (int)piece) <= 0) {
            return pg_lose(pg, NULL, err);
        }
        from += piece;
        len -= piece;
        pg->unsent += piece;
        if (pg->unsent >= UNSENT_BYTES) {
            rc = pg_flush(pg, clock_now().mono + pg->answer_us, true, err);
            pg->unsent = 0;
        }
    }
    return rc;
}

enum rc
pg_copy_close(struct pg *pg, struct err *err)
{
    struct err own;
    struct err *say = err != NULL ? err : &own;
    enum rc rc = pg_begin(pg, say);
    if (rc != RC_OK || pg->copy_closed) {
        return rc;
    }
    if (PQputCopyEnd(pg->connection, NULL) <= 0) {
        return pg_lose(pg, NULL, say);
    }
    pg->copy_closed = true;
    return pg_flush(pg, clock_now().mono + pg->answer_us, true, say);
}

enum rc
pg_copy_end(struct pg *pg, struct err *err)
{
    struct err own;
    struct err *say = err != NULL ? err : &own;
    enum rc rc = pg_copy_close(pg, say);
    return rc == RC_OK ? pg_finish(pg, clock_now().mono + pg->answer_us, NULL, say) : rc;
}
