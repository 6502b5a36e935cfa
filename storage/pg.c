/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/pg.h"

#include <poll.h>
#include <stdio.h>

#include <glib.h>

#include "src/core/text.h"

struct pg {
    PGconn *connection; /* NULL: closed */
    int wake_fd;
    int64_t answer_us;
    bool prepared[PG_STATEMENTS];
    char state[PG_STATE_SIZE];
};

/* libpq speaks in several lines and ends them all; the server's words may hold anything. */
static enum rc
set_message(struct err *err, enum rc rc, const char *message)
{
    char clean[sizeof(err->text)];
    char *line = g_strdup(message != NULL && *message != '\0' ? message : "no reason given");
    g_strdelimit(g_strchomp(line), "\r\n\t", ' ');
    text_sanitize(clean, sizeof(clean), line, strlen(line));
    g_free(line);
    return err_set(err, rc, "%s", clean);
}

static void
drop(struct pg *pg)
{
    PQfinish(g_steal_pointer(&pg->connection));
    memset(pg->prepared, 0, sizeof(pg->prepared));
}

/* The connection is of no use any more. */
static enum rc
lose(struct pg *pg, const char *why, struct err *err)
{
    enum rc rc = set_message(err, RC_IO, why != NULL ? why : PQerrorMessage(pg->connection));
    drop(pg);
    return rc;
}

/* Wait for events on the socket. NULL, or why not. */
static const char *
await(const struct pg *pg, short events, mono_us deadline)
{
    for (;;) {
        mono_us left = deadline - clock_now().mono;
        if (left <= 0) {
            return "the server does not answer";
        }
        struct pollfd fds[] = {{.fd = PQsocket(pg->connection), .events = events},
                               {.fd = pg->wake_fd, .events = POLLIN}};
        int n = poll(fds, G_N_ELEMENTS(fds), (int)(left / US_PER_MS) + 1);
        if (n > 0 && fds[1].revents != 0) {
            return "interrupted";
        }
        if (n > 0 && fds[0].revents != 0) {
            return NULL;
        }
    }
}

/* ---- connecting ---- */

static enum rc
connect_wait(struct pg *pg, mono_us deadline, struct err *err)
{
    for (;;) {
        PostgresPollingStatusType next = PQconnectPoll(pg->connection);
        if (next == PGRES_POLLING_OK) {
            return RC_OK;
        }
        if (next == PGRES_POLLING_FAILED) {
            return lose(pg, NULL, err);
        }
        const char *why = await(pg, next == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline);
        if (why != NULL) {
            return lose(pg, why, err);
        }
    }
}

static void
ignore_notice(void *user, const PGresult *notice)
{
    (void)user;
    (void)notice;
}

static enum rc
connect_start(struct pg *pg, const struct pg_config *config, struct err *err)
{
    char name[64], options[96], stalled[24];
    int answer_ms = (int)(config->answer_us / US_PER_MS);
    snprintf(name, sizeof(name), "leitstand %.40s", config->purpose);
    snprintf(options, sizeof(options), "-c statement_timeout=%d -c lock_timeout=%d", answer_ms,
             answer_ms);
    snprintf(stalled, sizeof(stalled), "%d", answer_ms);
    /* What conninfo says comes later and wins. */
    const char *const keys[] = {"application_name",
                                "options",
                                "target_session_attrs",
                                "connect_timeout",
                                "keepalives_idle",
                                "keepalives_interval",
                                "keepalives_count",
                                "tcp_user_timeout",
                                "client_encoding",
                                "dbname",
                                NULL};
    const char *const values[] = {name,    options, "read-write",     "3", "3", "2", "3",
                                  stalled, "UTF8",  config->conninfo, NULL};
    pg->connection = PQconnectStartParams(keys, values, 1);
    if (pg->connection == NULL) {
        return err_set(err, RC_IO, "out of memory");
    }
    if (PQstatus(pg->connection) == CONNECTION_BAD) {
        return lose(pg, NULL, err);
    }
    return connect_wait(pg, clock_now().mono + config->connect_us, err);
}

enum rc
pg_open(struct pg **ret, const struct pg_config *config, struct err *err)
{
    struct pg *pg = g_new0(struct pg, 1);
    pg->wake_fd = config->wake_fd;
    pg->answer_us = config->answer_us;
    enum rc rc = connect_start(pg, config, err);
    if (rc == RC_OK && PQsetnonblocking(pg->connection, 1) != 0) {
        rc = lose(pg, NULL, err);
    }
    if (rc != RC_OK) {
        pg_close(pg);
        return rc;
    }
    PQsetNoticeReceiver(pg->connection, ignore_notice, NULL);
    *ret = pg;
    return RC_OK;
}

void
pg_close(struct pg *pg)
{
    if (pg != NULL) {
        drop(pg);
        g_free(pg);
    }
}

bool
pg_is_open(const struct pg *pg)
{
    return pg->connection != NULL;
}

int
pg_fd(const struct pg *pg)
{
    return pg->connection == NULL ? -1 : PQsocket(pg->connection);
}

const char *
pg_state(const struct pg *pg)
{
    return pg->state;
}

/* ---- statements ---- */

static enum rc
check_open(const struct pg *pg, struct err *err)
{
    return pg->connection != NULL ? RC_OK : err_set(err, RC_IO, "there is no connection");
}

/* What was sent leaves; what comes meanwhile is read, or both sides could wait for ever. */
static enum rc
flush(struct pg *pg, mono_us deadline, struct err *err)
{
    for (;;) {
        int left = PQflush(pg->connection);
        if (left == 0) {
            return RC_OK;
        }
        const char *why =
            left < 0 ? PQerrorMessage(pg->connection) : await(pg, POLLIN | POLLOUT, deadline);
        if (why == NULL && PQconsumeInput(pg->connection) == 0) {
            why = PQerrorMessage(pg->connection);
        }
        if (why != NULL) {
            return lose(pg, why, err);
        }
    }
}

/* The next result, NULL in *ret when there is none any more. */
static enum rc
next_result(struct pg *pg, mono_us deadline, PGresult **ret, struct err *err)
{
    while (PQisBusy(pg->connection) != 0) {
        const char *why = await(pg, POLLIN, deadline);
        if (why == NULL && PQconsumeInput(pg->connection) == 0) {
            why = PQerrorMessage(pg->connection);
        }
        if (why != NULL) {
            return lose(pg, why, err);
        }
    }
    *ret = PQgetResult(pg->connection);
    return RC_OK;
}

static void
note_refusal(struct pg *pg, const PGresult *result, struct err *err)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    g_strlcpy(pg->state, state != NULL ? state : "", sizeof(pg->state));
    set_message(err, RC_INVALID, PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
}

static bool
is_refusal(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE;
}

/* All results of what was sent: the last one that is no refusal, or RC_INVALID. */
static enum rc
finish(struct pg *pg, PGresult **ret, struct err *err)
{
    mono_us deadline = clock_now().mono + pg->answer_us;
    PGresult *kept = NULL;
    enum rc rc = flush(pg, deadline, err);
    bool refused = false;
    while (rc == RC_OK) {
        PGresult *result = NULL;
        rc = next_result(pg, deadline, &result, err);
        if (rc != RC_OK || result == NULL) {
            break;
        }
        if (is_refusal(result)) {
            note_refusal(pg, result, err);
            refused = true;
            PQclear(result);
        } else {
            PQclear(kept);
            kept = result;
        }
    }
    if (rc == RC_OK && PQstatus(pg->connection) != CONNECTION_OK) {
        rc = lose(pg, err->text[0] != '\0' && refused ? err->text : NULL, err);
    } else if (rc == RC_OK && refused) {
        rc = RC_INVALID;
    }
    if (rc == RC_OK && ret != NULL) {
        *ret = g_steal_pointer(&kept);
    }
    PQclear(kept);
    return rc;
}

static enum rc
begin(struct pg *pg, struct err *err)
{
    err->text[0] = '\0';
    pg->state[0] = '\0';
    return check_open(pg, err);
}

static void
statement_name(char dst[16], enum pg_statement which)
{
    snprintf(dst, 16, "s%d", (int)which);
}

static enum rc
prepare(struct pg *pg, enum pg_statement which, struct err *err)
{
    char name[16];
    if (pg->prepared[which]) {
        return RC_OK;
    }
    statement_name(name, which);
    if (PQsendPrepare(pg->connection, name, pg_sql(which), 0, NULL) == 0) {
        return lose(pg, NULL, err);
    }
    enum rc rc = finish(pg, NULL, err);
    pg->prepared[which] = rc == RC_OK;
    return rc;
}

enum rc
pg_query(struct pg *pg, enum pg_statement which, size_t n, const char *const *values,
         PGresult **ret, struct err *err)
{
    struct err own;
    struct err *say = err != NULL ? err : &own;
    char name[16];
    enum rc rc = begin(pg, say);
    if (rc == RC_OK) {
        rc = prepare(pg, which, say);
    }
    if (rc != RC_OK) {
        return rc;
    }
    statement_name(name, which);
    if (PQsendQueryPrepared(pg->connection, name, (int)n, values, NULL, NULL, 0) == 0) {
        return lose(pg, NULL, say);
    }
    return finish(pg, ret, say);
}

enum rc
pg_exec(struct pg *pg, const char *text, struct err *err)
{
    struct err own;
    struct err *say = err != NULL ? err : &own;
    enum rc rc = begin(pg, say);
    if (rc != RC_OK) {
        return rc;
    }
    if (PQsendQuery(pg->connection, text) == 0) {
        return lose(pg, NULL, say);
    }
    return finish(pg, NULL, say);
}

/* ---- COPY ---- */

enum rc
pg_copy_begin(struct pg *pg, enum pg_statement which, struct err *err)
{
    enum rc rc = begin(pg, err);
    if (rc != RC_OK) {
        return rc;
    }
    if (PQsendQuery(pg->connection, pg_sql(which)) == 0) {
        return lose(pg, NULL, err);
    }
    mono_us deadline = clock_now().mono + pg->answer_us;
    PGresult *result = NULL;
    rc = flush(pg, deadline, err);
    if (rc == RC_OK) {
        rc = next_result(pg, deadline, &result, err);
    }
    if (rc == RC_OK && (result == NULL || PQresultStatus(result) != PGRES_COPY_IN)) {
        if (result != NULL && is_refusal(result)) {
            note_refusal(pg, result, err);
        } else {
            err_set(err, RC_INVALID, "the server takes no data");
        }
        rc = finish(pg, NULL, err);
        rc = rc == RC_OK ? RC_INVALID : rc;
    }
    PQclear(result);
    return rc;
}

enum rc
pg_copy_data(struct pg *pg, const void *bytes, size_t len, struct err *err)
{
    enum rc rc = check_open(pg, err);
    if (rc != RC_OK) {
        return rc;
    }
    for (;;) {
        int taken = PQputCopyData(pg->connection, bytes, (int)len);
        if (taken > 0) {
            return RC_OK;
        }
        const char *why = NULL;
        if (taken == 0) {
            /* The buffer is full: an answer of the server meanwhile is read in the end. */
            why = await(pg, POLLOUT, clock_now().mono + pg->answer_us);
        }
        if (taken < 0 || why != NULL) {
            return lose(pg, why, err);
        }
    }
}

enum rc
pg_copy_end(struct pg *pg, struct err *err)
{
    enum rc rc = check_open(pg, err);
    if (rc != RC_OK) {
        return rc;
    }
    err->text[0] = '\0';
    mono_us deadline = clock_now().mono + pg->answer_us;
    for (;;) {
        int taken = PQputCopyEnd(pg->connection, NULL);
        if (taken > 0) {
            return finish(pg, NULL, err);
        }
        const char *why = taken == 0 ? await(pg, POLLOUT, deadline) : NULL;
        if (taken < 0 || why != NULL) {
            return lose(pg, why, err);
        }
    }
}

/* ---- notifications ---- */

enum rc
pg_notified(struct pg *pg, bool *ret, struct err *err)
{
    *ret = false;
    enum rc rc = check_open(pg, err);
    if (rc != RC_OK) {
        return rc;
    }
    if (PQconsumeInput(pg->connection) == 0) {
        return lose(pg, NULL, err);
    }
    PGnotify *n;
    while ((n = PQnotifies(pg->connection)) != NULL) {
        *ret = true;
        PQfreemem(n);
    }
    return RC_OK;
}
