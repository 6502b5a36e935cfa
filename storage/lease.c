/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/lease.h"

#include <inttypes.h>

#include <glib.h>

#include "src/core/text.h"
#include "src/core/timestamp.h"
#include "storage/pg.h"

#define ANSWER_US (1500 * US_PER_MS)

struct lease {
    char *conninfo, *instance;
    char valid_ms[24];
    int64_t answer_us;
    int wake_fd;
    struct pg *pg;
};

/* A renewal that takes longer than this is as good as failed: the next one is due. */
static int64_t
patience(const struct lease_config *config)
{
    return MIN(ANSWER_US, config->renewal_us / 4 * 3);
}

struct lease *
lease_new(const struct lease_config *config)
{
    struct lease *l = g_new0(struct lease, 1);
    l->conninfo = g_strdup(config->conninfo);
    l->instance = g_strdup(config->instance);
    l->answer_us = patience(config);
    l->wake_fd = config->wake_fd;
    snprintf(l->valid_ms, sizeof(l->valid_ms), "%" PRId64, config->validity_us / US_PER_MS);
    return l;
}

void
lease_free(struct lease *l)
{
    if (l != NULL) {
        pg_close(l->pg);
        g_free(l->conninfo);
        g_free(l->instance);
        g_free(l);
    }
}

static enum rc
connect_again(struct lease *l, struct err *err)
{
    if (l->pg != NULL && pg_is_open(l->pg)) {
        return RC_OK;
    }
    pg_close(g_steal_pointer(&l->pg));
    struct pg_config config = {
        .conninfo = l->conninfo,
        .purpose = "lease",
        .wake_fd = l->wake_fd,
        .connect_us = l->answer_us,
        .answer_us = l->answer_us,
    };
    enum rc rc = pg_open(&l->pg, &config, err);
    return rc == RC_OK ? pg_query(l->pg, PG_LEASE_LISTEN, 0, NULL, NULL, err) : rc;
}

static enum rc
query(struct lease *l, const struct lease_request *r, PGresult **ret, struct err *err)
{
    char epoch[24];
    snprintf(epoch, sizeof(epoch), "%" PRIu64, r->epoch);
    const char *mode = r->infra ? "infra" : "full";
    const char *to = r->to[0] != '\0' ? r->to : NULL;
    const char *const look[] = {l->instance, "full", l->valid_ms};
    const char *const acquire[] = {l->instance, mode, l->valid_ms, epoch};
    const char *const renew[] = {l->instance, epoch, r->grant, mode, l->valid_ms};
    const char *const release[] = {l->instance, epoch, r->grant, to};
    switch (r->ask) {
    case LEASE_ACQUIRE:
        return pg_query(l->pg, PG_LEASE_ACQUIRE, G_N_ELEMENTS(acquire), acquire, ret, err);
    case LEASE_RENEW:
        return pg_query(l->pg, PG_LEASE_RENEW, G_N_ELEMENTS(renew), renew, ret, err);
    case LEASE_RELEASE:
        return pg_query(l->pg, PG_LEASE_RELEASE, G_N_ELEMENTS(release), release, ret, err);
    case LEASE_NONE:
    case LEASE_LOOK:
        break;
    }
    return pg_query(l->pg, PG_LEASE_LOOK, G_N_ELEMENTS(look), look, ret, err);
}

static int64_t
number(const PGresult *result, int column)
{
    return g_ascii_strtoll(PQgetvalue(result, 0, column), NULL, 10);
}

/* The columns of type leitstand.lease_state. */
static enum rc
read_state(const PGresult *result, struct lease_answer *ret, struct err *err)
{
    enum { MINE, EPOCH, GRANT, HOLDER, MODE, LEFT_MS, SINCE_US, COLUMNS };
    if (PQntuples(result) != 1 || PQnfields(result) != COLUMNS) {
        return err_set(err, RC_INVALID, "the lease is not as it should be");
    }
    const char *holder = PQgetvalue(result, 0, HOLDER);
    ret->mine = *PQgetvalue(result, 0, MINE) == 't';
    ret->epoch = (uint64_t)number(result, EPOCH);
    g_strlcpy(ret->grant, PQgetvalue(result, 0, GRANT), sizeof(ret->grant));
    text_sanitize(ret->holder, sizeof(ret->holder), holder, strlen(holder));
    ret->infra = strcmp(PQgetvalue(result, 0, MODE), "infra") == 0;
    ret->left_us = number(result, LEFT_MS) * US_PER_MS;
    bool never = PQgetisnull(result, 0, SINCE_US) != 0;
    ret->since = never ? WALL_NONE : number(result, SINCE_US);
    return RC_OK;
}

void
lease_ask(struct lease *l, const struct lease_request *request, struct lease_answer *ret,
          struct err *err)
{
    PGresult *result = NULL;
    *ret = (struct lease_answer){.known = false};
    enum rc rc = connect_again(l, err);
    ret->sent = clock_now().mono;
    if (rc == RC_OK) {
        rc = query(l, request, &result, err);
    }
    if (rc == RC_OK) {
        rc = read_state(result, ret, err);
    }
    PQclear(result);
    ret->known = rc == RC_OK;
}

bool
lease_tell(struct lease *l, const struct lease_tenure *tenure)
{
    char epoch[24], term[24], since[TIMESTAMP_SIZE];
    snprintf(epoch, sizeof(epoch), "%" PRIu64, tenure->epoch);
    snprintf(term, sizeof(term), "%" PRIu64, tenure->term);
    timestamp_format(since, tenure->since);
    const char *const values[] = {epoch, term, l->instance, since};
    return l->pg != NULL &&
           pg_query(l->pg, PG_TENURE_ADD, G_N_ELEMENTS(values), values, NULL, NULL) == RC_OK;
}

int
lease_fd(const struct lease *l)
{
    return l->pg != NULL ? pg_fd(l->pg) : -1;
}

bool
lease_notified(struct lease *l)
{
    bool told = false;
    return l->pg != NULL && pg_is_open(l->pg) &&
           (pg_notified(l->pg, &told, NULL) != RC_OK || told);
}
