/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Connecting. Several hosts are tried here and not by libpq, whose way that does not block
 * knows no time limit of its own: a first host that is silent would be waited for for ever.
 */
#include "storage/pg_private.h"

#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>

#include <glib.h>

#define SEND_BUFFER (1 << 20) /* bytes: some 20,000 rows of a COPY */

struct hosts {
    char **host, **hostaddr, **port; /* as many as n, or one, or none */
    size_t n;
};

static char **
split_option(const PQconninfoOption *options, const char *keyword)
{
    for (const PQconninfoOption *o = options; o != NULL && o->keyword != NULL; o++) {
        if (strcmp(o->keyword, keyword) == 0) {
            return g_strsplit(o->val != NULL ? o->val : "", ",", -1);
        }
    }
    return g_strsplit("", ",", -1);
}

/* Of one that has been begun: only then libpq has looked into the service file. */
static struct hosts
find_hosts(PGconn *connection)
{
    PQconninfoOption *options = PQconninfo(connection);
    struct hosts h = {.host = split_option(options, "host"),
                      .hostaddr = split_option(options, "hostaddr"),
                      .port = split_option(options, "port")};
    PQconninfoFree(options);
    h.n = MAX(g_strv_length(h.host), g_strv_length(h.hostaddr));
    /* An empty name means the local socket, which cannot be said in place of a list. */
    for (char **host = h.host; *host != NULL; host++) {
        h.n = **host == '\0' && *h.hostaddr == NULL ? 1 : h.n;
    }
    return h;
}

static void
free_hosts(struct hosts *h)
{
    g_strfreev(h->host);
    g_strfreev(h->hostaddr);
    g_strfreev(h->port);
}

static const char *
nth(char **list, size_t i)
{
    size_t n = g_strv_length(list);
    return n == 0 ? NULL : n == 1 ? list[0] : i < n ? list[i] : NULL;
}

/* The default prints to stderr, where a screen may be. */
static void
ignore_notice(void *user, const PGresult *notice)
{
    (void)user;
    (void)notice;
}

/* h NULL: to all that conninfo names. */
static enum rc
start(struct pg *pg, const struct pg_config *config, const struct hosts *h, size_t i,
      struct err *err)
{
    char name[64], stalled[24];
    snprintf(name, sizeof(name), "leitstand %.40s", config->purpose);
    snprintf(stalled, sizeof(stalled), "%lld", (long long)(config->answer_us / US_PER_MS));
    /* What comes later wins: conninfo, then one of its hosts. */
    const struct {
        const char *key, *value;
    } list[] = {
        {"application_name", name},
        {"target_session_attrs", "read-write"},
        {"keepalives_idle", "3"},
        {"keepalives_interval", "2"},
        {"keepalives_count", "3"},
        {"tcp_user_timeout", stalled},
        {"dbname", config->conninfo},
        {"client_encoding", "UTF8"},
        {"host", h != NULL ? nth(h->host, i) : NULL},
        {"hostaddr", h != NULL ? nth(h->hostaddr, i) : NULL},
        {"port", h != NULL ? nth(h->port, i) : NULL},
    };
    const char *keys[G_N_ELEMENTS(list) + 1] = {NULL}, *values[G_N_ELEMENTS(keys)] = {NULL};
    for (size_t k = 0; k < G_N_ELEMENTS(list); k++) {
        keys[k] = list[k].key;
        values[k] = list[k].value;
    }
    pg->connection = PQconnectStartParams(keys, values, 1);
    if (pg->connection == NULL) {
        return err_set(err, RC_IO, "out of memory");
    }
    PQsetNoticeReceiver(pg->connection, ignore_notice, NULL);
    return PQstatus(pg->connection) == CONNECTION_BAD ? pg_lose(pg, NULL, err) : RC_OK;
}

/* A unix socket holds less than the server takes in a millisecond, and says that it has room
 * when it is nearly empty; TCP finds its own size. Where the system allows less, it is less. */
static void
make_room(const struct pg *pg)
{
    struct sockaddr_storage peer = {.ss_family = AF_UNSPEC};
    socklen_t len = sizeof(peer);
    int fd = PQsocket(pg->connection), size = SEND_BUFFER;
    if (getpeername(fd, (struct sockaddr *)&peer, &len) == 0 && peer.ss_family == AF_UNIX) {
        (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
    }
}

/* libpq wants to be waited for before it is asked the first time: asked too early it blocks. */
static enum rc
establish(struct pg *pg, mono_us deadline, struct err *err)
{
    PostgresPollingStatusType next = PGRES_POLLING_WRITING;
    while (next != PGRES_POLLING_OK) {
        const char *why =
            pg_await(pg, next == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline);
        if (why != NULL) {
            pg_lose(pg, why, err);
            return err_wrap(err, RC_IO, "could not connect");
        }
        next = PQconnectPoll(pg->connection);
        if (next == PGRES_POLLING_FAILED) {
            return pg_lose(pg, NULL, err);
        }
    }
    make_room(pg);
    return PQsetnonblocking(pg->connection, 1) == 0 ? RC_OK : pg_lose(pg, NULL, err);
}

static bool
is_woken(const struct pg *pg)
{
    struct pollfd wake = {.fd = pg->wake_fd, .events = POLLIN};
    return poll(&wake, 1, 0) > 0;
}

/* Each of those that are left has an equal share of the time that is left. */
static enum rc
try_each(struct pg *pg, const struct pg_config *config, const struct hosts *h, mono_us deadline,
         struct err *err)
{
    GString *reasons = g_string_new(NULL);
    enum rc rc = RC_IO;
    for (size_t i = 0; i < h->n && rc != RC_OK && !is_woken(pg); i++) {
        struct err own = {.text = ""};
        const char *name = nth(h->host, i);
        mono_us now = clock_now().mono;
        rc = start(pg, config, h, i, &own);
        if (rc == RC_OK) {
            rc = establish(pg, now + (deadline - now) / (int64_t)(h->n - i), &own);
        }
        if (rc != RC_OK) {
            name = name != NULL ? name : nth(h->hostaddr, i);
            g_string_append_printf(reasons, "%shost \"%s\": %s", i > 0 ? "; " : "", name,
                                   own.text);
        }
    }
    if (rc != RC_OK) {
        pg_set_message(err, RC_IO, *reasons->str != '\0' ? reasons->str : "interrupted");
    }
    g_string_free(reasons, TRUE);
    return rc;
}

static enum rc
connect_any(struct pg *pg, const struct pg_config *config, struct err *err)
{
    mono_us deadline = clock_now().mono + config->connect_us;
    enum rc rc = start(pg, config, NULL, 0, err);
    if (rc != RC_OK) {
        return rc;
    }
    struct hosts h = find_hosts(pg->connection);
    if (h.n > 1) {
        PQfinish(g_steal_pointer(&pg->connection));
        rc = try_each(pg, config, &h, deadline, err);
    } else {
        rc = establish(pg, deadline, err);
    }
    free_hosts(&h);
    return rc;
}

/* Settings belong to the session and not to the role: those of leitstand_instance would not
 * reach a role that is only its member. */
static enum rc
set_up_session(struct pg *pg, struct err *err)
{
    char statement[24], lock[24];
    int version = PQserverVersion(pg->connection);
    if (version < PG_SERVER_OLDEST) {
        return err_set(err, RC_INVALID,
                       "the server is PostgreSQL %d.%d, but %d or later is needed",
                       version / 10000, version % 10000, PG_SERVER_OLDEST / 10000);
    }
    /* The server gives up before this side does, so that its answer is heard. */
    int64_t answer_ms = pg->answer_us / US_PER_MS;
    snprintf(statement, sizeof(statement), "%lld", (long long)MAX(answer_ms * 3 / 4, 1));
    snprintf(lock, sizeof(lock), "%lld", (long long)MAX(answer_ms / 2, 1));
    const char *const values[] = {statement, lock};
    return pg_query(pg, PG_SESSION, 2, values, NULL, err);
}

enum rc
pg_open(struct pg **ret, const struct pg_config *config, struct err *err)
{
    struct pg *pg = g_new0(struct pg, 1);
    pg->wake_fd = config->wake_fd;
    pg->answer_us = config->answer_us;
    pg->waiting = config->waiting;
    enum rc rc = connect_any(pg, config, err);
    if (rc == RC_OK) {
        rc = set_up_session(pg, err);
    }
    if (rc != RC_OK) {
        pg_close(pg);
        return rc;
    }
    *ret = pg;
    return RC_OK;
}
