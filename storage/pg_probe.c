/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/pg_probe.h"

#include <libpq-fe.h>

/* libpq speaks in several lines and ends them all. */
static void
set_message(struct err *err, const char *message)
{
    char *line = g_strdup(message != NULL ? message : "out of memory");
    g_strdelimit(g_strchomp(line), "\r\n\t", ' ');
    err_set(err, RC_INVALID, "%s", line);
    g_free(line);
}

enum rc
pg_probe_conninfo(const char *conninfo, bool *ret_has_password, struct err *err)
{
    char *message = NULL;
    PQconninfoOption *options = PQconninfoParse(conninfo, &message);
    if (options == NULL) {
        set_message(err, message);
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

/* "hostaddr" goes before "host", as in libpq. */
static const char *
find_hosts(const PQconninfoOption *options)
{
    const char *host = NULL;
    for (const PQconninfoOption *o = options; o != NULL && o->keyword != NULL; o++) {
        bool given = o->val != NULL && *o->val != '\0';
        if (given && strcmp(o->keyword, "hostaddr") == 0) {
            return o->val;
        }
        if (given && strcmp(o->keyword, "host") == 0) {
            host = o->val;
        }
    }
    return host;
}

char **
pg_probe_hosts(const char *conninfo)
{
    PQconninfoOption *given = PQconninfoParse(conninfo, NULL);
    PQconninfoOption *defaults = PQconndefaults();
    const char *hosts = find_hosts(given);
    if (hosts == NULL) {
        hosts = find_hosts(defaults);
    }
    char **list = g_strsplit(hosts != NULL ? hosts : "", ",", -1);
    PQconninfoFree(given);
    PQconninfoFree(defaults);
    return list;
}
