/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <limits.h>
#include <poll.h>
#include <stdio.h>

#include <glib.h>

#include "src/core/text.h"
#include "storage/pg_private.h"

enum rc
pg_set_message(struct err *err, enum rc rc, const char *message)
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

enum rc
pg_lose(struct pg *pg, const char *why, struct err *err)
{
    enum rc rc = pg_set_message(err, RC_IO, why != NULL ? why : PQerrorMessage(pg->connection));
    drop(pg);
    return rc;
}

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
        int n = poll(fds, G_N_ELEMENTS(fds), (int)MIN(left / US_PER_MS + 1, INT_MAX));
        if (n > 0 && fds[1].revents != 0) {
            return "interrupted";
        }
        if (n > 0 && fds[0].revents != 0) {
            return NULL;
        }
    }
}

const char *
pg_await(const struct pg *pg, short events, mono_us deadline)
{
    if (pg->waiting == NULL) {
        return await(pg, events, deadline);
    }
    *pg->waiting = clock_now().mono;
    const char *why = await(pg, events, deadline);
    *pg->waiting = 0;
    return why;
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

bool
pg_blames_data(const struct pg *pg)
{
    /* Data exception, integrity constraint violation, program limit exceeded. */
    static const char *const classes[] = {"22", "23", "54"};
    for (size_t i = 0; i < G_N_ELEMENTS(classes); i++) {
        if (g_str_has_prefix(pg->state, classes[i])) {
            return true;
        }
    }
    return false;
}

/* ---- statements ---- */

enum rc
pg_begin(struct pg *pg, struct err *err)
{
    pg->state[0] = '\0';
    pg->text = NULL;
    return pg->connection != NULL ? RC_OK : err_set(err, RC_IO, "there is no connection");
}

/* What comes meanwhile is read, or both sides could wait for ever. */
enum rc
pg_flush(struct pg *pg, mono_us deadline, bool patient, struct err *err)
{
    for (;;) {
        int left = PQflush(pg->connection);
        if (left == 0) {
            return RC_OK;
        }
        const char *why = left < 0 ? PQerrorMessage(pg->connection)
                                   : pg_await(pg, POLLIN | POLLOUT, deadline);
        if (why == NULL && PQconsumeInput(pg->connection) == 0) {
            why = PQerrorMessage(pg->connection);
        }
        if (why != NULL) {
            return pg_lose(pg, why, err);
        }
        if (patient) {
            deadline = clock_now().mono + pg->answer_us;
        }
    }
}

enum rc
pg_next_result(struct pg *pg, mono_us deadline, PGresult **ret, struct err *err)
{
    while (PQisBusy(pg->connection) != 0) {
        const char *why = pg_await(pg, POLLIN, deadline);
        if (why == NULL && PQconsumeInput(pg->connection) == 0) {
            why = PQerrorMessage(pg->connection);
        }
        if (why != NULL) {
            return pg_lose(pg, why, err);
        }
    }
    *ret = PQgetResult(pg->connection);
    return RC_OK;
}

/* The line of a text that the server's position, which counts characters, stands in; 0: none.
 */
static int
line_of(const char *text, const char *position)
{
    int64_t at;
    int line = 1;
    if (text == NULL || position == NULL || !text_to_int(position, 1, INT_MAX, &at)) {
        return 0;
    }
    for (const char *p = text; *p != '\0' && at > 1; p++) {
        line += *p == '\n';
        at -= ((unsigned char)p[1] & 0xc0) != 0x80; /* not in the middle of a character */
    }
    return line;
}

void
pg_note_refusal(struct pg *pg, const PGresult *result, struct err *err)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const char *detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
    int line = line_of(pg->text, PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION));
    GString *message = g_string_new(NULL);
    if (line > 0) {
        g_string_append_printf(message, "line %d: ", line);
    }
    /* libpq's own have no fields. */
    g_string_append(message, primary != NULL ? primary : PQresultErrorMessage(result));
    if (detail != NULL) {
        g_string_append_printf(message, " (%s)", detail);
    }
    g_strlcpy(pg->state, state != NULL ? state : "", sizeof(pg->state));
    pg_set_message(err, RC_INVALID, message->str);
    g_string_free(message, TRUE);
}

bool
pg_is_refusal(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE;
}

/* A COPY that nobody here means to serve would be offered again and again. */
static bool
is_copy(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH;
}

enum rc
pg_finish(struct pg *pg, mono_us deadline, PGresult **ret, struct err *err)
{
    PGresult *kept = NULL, *result = NULL;
    struct err refusal = {.text = ""}; /* the first: what comes after it follows from it */
    enum rc rc = pg_flush(pg, deadline, false, err);
    while (rc == RC_OK) {
        rc = pg_next_result(pg, deadline, &result, err);
        if (rc != RC_OK || result == NULL) {
            break;
        }
        if (is_copy(result)) {
            rc = pg_lose(pg, "the statement is a COPY", err);
        } else if (!pg_is_refusal(result)) {
            PQclear(kept);
            kept = g_steal_pointer(&result);
        } else if (*refusal.text == '\0') {
            pg_note_refusal(pg, result, &refusal);
        }
        PQclear(g_steal_pointer(&result));
    }
    if (rc == RC_OK && PQstatus(pg->connection) != CONNECTION_OK) {
        rc = pg_lose(pg, NULL, err);
    }
    if (*refusal.text != '\0') {
        /* The server says why it ends a connection before it does so. */
        rc = err_set(err, rc == RC_OK ? RC_INVALID : rc, "%s", refusal.text);
    } else if (rc == RC_OK && ret != NULL) {
        *ret = g_steal_pointer(&kept);
    }
    PQclear(kept);
    return rc;
}

static void
statement_name(char dst[16], enum pg_statement which)
{
    snprintf(dst, 16, "s%d", (int)which);
}

static enum rc
prepare(struct pg *pg, enum pg_statement which, mono_us deadline, struct err *err)
{
    char name[16];
    if (pg->prepared[which]) {
        return RC_OK;
    }
    statement_name(name, which);
    if (PQsendPrepare(pg->connection, name, pg_sql(which), 0, NULL) == 0) {
        return pg_lose(pg, NULL, err);
    }
    enum rc rc = pg_finish(pg, deadline, NULL, err);
    pg->prepared[which] = rc == RC_OK;
    return rc;
}

/* The statement is gone or made for tables that have changed, or the server has become a copy
 * of another: nothing but a new session helps. */
static bool
is_outdated(const struct pg *pg)
{
    static const char *const states[] = {"26000", "0A000", "25006", NULL};
    return g_strv_contains(states, pg->state);
}

enum rc
pg_query(struct pg *pg, enum pg_statement which, size_t n, const char *const *values,
         PGresult **ret, struct err *err)
{
    struct err own;
    struct err *say = err != NULL ? err : &own;
    char name[16];
    mono_us deadline = clock_now().mono + pg->answer_us;
    enum rc rc = pg_begin(pg, say);
    if (rc == RC_OK) {
        rc = prepare(pg, which, deadline, say);
    }
    if (rc != RC_OK) {
        return rc;
    }
    statement_name(name, which);
    if (PQsendQueryPrepared(pg->connection, name, (int)n, values, NULL, NULL, 0) == 0) {
        return pg_lose(pg, NULL, say);
    }
    rc = pg_finish(pg, deadline, ret, say);
    return rc == RC_INVALID && is_outdated(pg) ? pg_lose(pg, say->text, say) : rc;
}

enum rc
pg_exec(struct pg *pg, const char *text, struct err *err)
{
    enum rc rc = pg_begin(pg, err);
    if (rc != RC_OK) {
        return rc;
    }
    if (PQsendQuery(pg->connection, text) == 0) {
        return pg_lose(pg, NULL, err);
    }
    pg->text = text;
    rc = pg_finish(pg, clock_now().mono + pg->answer_us, NULL, err);
    pg->text = NULL;
    return rc;
}

/* ---- notifications ---- */

enum rc
pg_notified(struct pg *pg, bool *ret, struct err *err)
{
    enum rc rc = pg_begin(pg, err);
    *ret = false;
    if (rc != RC_OK) {
        return rc;
    }
    if (PQconsumeInput(pg->connection) == 0) {
        return pg_lose(pg, NULL, err);
    }
    PGnotify *n;
    while ((n = PQnotifies(pg->connection)) != NULL) {
        *ret = true;
        PQfreemem(n);
    }
    return RC_OK;
}
