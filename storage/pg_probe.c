/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/pg_probe.h"

#include <libpq-fe.h>

#define CONNECT_TIMEOUT_S "5"

/* libpq speaks in several lines and ends them all. */
static enum rc
set_message(struct err *err, enum rc rc, const char *message)
{
    char *line = g_strdup(message != NULL ? message : "out of memory");
    g_strdelimit(g_strchomp(line), "\r\n\t", ' ');
    err_set(err, rc, "%s", line);
    g_free(line);
    return rc;
}

enum rc
pg_probe_conninfo(const char *conninfo, bool *ret_has_password, struct err *err)
{
    char *message = NULL;
    PQconninfoOption *options = PQconninfoParse(conninfo, &message);
    if (options == NULL) {
        set_message(err, RC_INVALID, message);
        PQfreemem(message);
        return RC_INVALID;
    }
    *ret_has_password = false;
    for (const PQconninfoOption *o = options; o->keyword != NULL; o++) {
        if (strcmp(o->keyword, "password") == 0 && o->val != NULL) {
            *ret_has_password = true;
        }
    }
    PQconninfoFree(options);
    return RC_OK;
}

enum rc
pg_probe(const char *conninfo, struct err *err)
{
    /* What conninfo says comes later and wins. */
    static const char *const keys[] = {"connect_timeout", "application_name", "dbname", NULL};
    const char *const values[] = {CONNECT_TIMEOUT_S, "leitstand check", conninfo, NULL};
    PGconn *connection = PQconnectdbParams(keys, values, 1);
    enum rc rc = RC_OK;
    if (PQstatus(connection) != CONNECTION_OK) {
        rc = set_message(err, RC_IO, connection != NULL ? PQerrorMessage(connection) : NULL);
    }
    PQfinish(connection);
    return rc;
}
