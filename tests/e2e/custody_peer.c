/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/e2e/custody.h"

#include <libpq-fe.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "src/app/custody.h"
#include "src/app/load.h"
#include "src/app/profile_files.h"
#include "src/core/log.h"

#define TURN_MS   50
#define VALID_MS  "1500"
#define HOLD_US   (1200 * US_PER_MS) /* without a renewal it is owner for so long */
#define REPORT_US US_PER_S

struct peer {
    const char *name;
    struct config *config;
    struct custody *custody;
    PGconn *pg;
    mono_us dial_at, renewed;
    bool owner;
    struct custody_term term;
};

/* One row of leitstand.lease_state, or NULL. */
static PGresult *
ask(struct peer *p, const char *sql, int n, const char *const *values)
{
    if (p->pg == NULL && clock_now().mono >= p->dial_at) {
        p->pg = PQconnectdb(p->config->postgres.conninfo);
        p->dial_at = clock_now().mono + 500 * US_PER_MS;
    }
    PGresult *result = NULL;
    if (p->pg != NULL) {
        result = PQexecParams(p->pg, sql, n, NULL, values, NULL, NULL, 0);
        if (PQresultStatus(result) != PGRES_TUPLES_OK) {
            PQclear(result);
            result = NULL;
        }
        if (PQstatus(p->pg) != CONNECTION_OK) {
            PQfinish(p->pg);
            p->pg = NULL;
        }
    }
    return result;
}

static void
acquire(struct peer *p)
{
    const char *values[] = {p->name, VALID_MS};
    mono_us asked = clock_now().mono;
    PGresult *r = ask(p,
                      "select mine, epoch, grant_id from"
                      " leitstand.lease_acquire($1, 'full', $2, 0)",
                      2, values);
    if (r != NULL && *PQgetvalue(r, 0, 0) == 't') {
        p->term = (struct custody_term){.arbiter = ARBITER_POSTGRES};
        p->term.rank.epoch = strtoull(PQgetvalue(r, 0, 1), NULL, 10);
        g_strlcpy(p->term.grant, PQgetvalue(r, 0, 2), sizeof(p->term.grant));
        p->owner = true;
        p->renewed = asked;
        custody_take(p->custody, &p->term);
        log_info("owner with epoch %llu", (unsigned long long)p->term.rank.epoch);
    }
    PQclear(r);
}

/* No answer, and the time is over: by the broker's word from now on, as nobody else claims. */
static void
fall_back(struct peer *p)
{
    if (clock_now().mono - p->renewed > HOLD_US && p->term.arbiter == ARBITER_POSTGRES) {
        p->term.arbiter = ARBITER_BROKER;
        p->term.rank.term++;
        p->term.grant[0] = '\0';
        custody_take(p->custody, &p->term);
        log_info("owner by the broker");
    }
}

static void
renew(struct peer *p)
{
    char epoch[24];
    snprintf(epoch, sizeof(epoch), "%llu", (unsigned long long)p->term.rank.epoch);
    const char *values[] = {p->name, epoch, p->term.grant, VALID_MS};
    mono_us asked = clock_now().mono;
    PGresult *r =
        ask(p, "select mine from leitstand.lease_renew($1, $2, $3, 'full', $4)", 4, values);
    if (r == NULL) {
        fall_back(p);
    } else if (*PQgetvalue(r, 0, 0) == 't') {
        p->renewed = asked;
    } else {
        log_info("not owner any more");
        p->owner = false;
        custody_leave(p->custody);
    }
    PQclear(r);
}

/* An owner by the broker's word asks for the lease; if somebody has it, that one is owner. */
static void
come_back(struct peer *p)
{
    const char *values[] = {p->name, VALID_MS};
    acquire(p);
    if (p->term.arbiter == ARBITER_BROKER) {
        PGresult *r =
            ask(p, "select left_ms from leitstand.lease_look($1, 'full', $2)", 2, values);
        if (r != NULL && strcmp(PQgetvalue(r, 0, 0), "0") != 0) {
            p->owner = false;
            custody_leave(p->custody);
        }
        PQclear(r);
    }
}

static void
turn(struct peer *p)
{
    if (!p->owner) {
        acquire(p);
    } else if (p->term.arbiter == ARBITER_POSTGRES) {
        renew(p);
    } else {
        come_back(p);
    }
}

static void
report(struct peer *p)
{
    struct custody_state s;
    custody_get(p->custody, &s);
    log_debug("holds %d connected %d fenced %d received %llu pending %llu synced %llu "
              "quarantined %llu %s",
              s.holds, s.connected, s.fenced, (unsigned long long)s.received,
              (unsigned long long)s.pending, (unsigned long long)s.synced,
              (unsigned long long)s.quarantined, s.problem);
}

static void
open_peer(struct peer *p, const char *dir, struct cache **cache, struct profiles **profiles)
{
    struct problems problems;
    struct err err = {.text = ""};
    struct plant *plant = NULL;
    struct cache_report report = {.notice = ""};
    char *path = g_strdup_printf("%s/%s.ini", dir, p->name);
    problems_init(&problems);
    if (config_read(&p->config, path, &problems, &err) != RC_OK) {
        die("%s %s", err.text, problems.n > 0 ? problems.list[0] : "");
    }
    struct cache_config settings = {.path = p->config->cache.path};
    *profiles = profile_files_load("", &problems);
    if (cache_open(cache, &settings, &report, &err) != RC_OK ||
        load_plant_from(&plant, p->config, dir, *cache, &problems, &err) != RC_OK ||
        custody_start(&p->custody, p->config, *profiles, plant, &err) != RC_OK) {
        die("%s", err.text);
    }
    plant_unref(plant);
    problems_fini(&problems);
    g_free(path);
}

int
peer_main(const char *dir, const char *name)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    struct pollfd fd = {.fd = signalfd(-1, &signals, SFD_CLOEXEC), .events = POLLIN};
    struct peer p = {.name = name};
    struct cache *cache = NULL;
    struct profiles *profiles = NULL;
    log_set_level(LOG_DEBUG);
    open_peer(&p, dir, &cache, &profiles);
    mono_us report_at = 0;
    while (poll(&fd, 1, TURN_MS) <= 0) {
        turn(&p);
        if (clock_now().mono >= report_at) {
            report(&p);
            report_at = clock_now().mono + REPORT_US;
        }
    }
    if (p.owner) {
        custody_leave(p.custody);
    }
    custody_stop(p.custody);
    cache_close(cache);
    profiles_free(profiles);
    config_free(p.config);
    PQfinish(p.pg);
    close(fd.fd);
    return 0;
}
