/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the watchdog is told, and what goes out: the retained topics, and the heartbeat. */
#include "src/app/engine_private.h"
#include "src/core/log.h"

#define ANNOUNCE_US     (10 * US_PER_MS) /* alarms that change at once go out together */
#define ANSWER_USUAL_US US_PER_S         /* the central store answers sooner */
#define MANY_READINGS   20000            /* a long outbox of changes waits for these */

void
engine_announce(struct engine *e)
{
    if (e->announce == NULL) {
        return; /* it is another's to say */
    }
    uint64_t version = alarming_version(&e->alarming);
    if (version != e->announced && e->now.mono >= e->announce_at) {
        e->announced = version;
        e->announce_at = e->now.mono + ANNOUNCE_US;
        announce_update(e->announce, alarming_board(&e->alarming));
    }
    announce_pump(e->announce);
}

void
engine_beat(struct engine *e)
{
    if (!pulse_due(&e->pulse, e->now.mono)) {
        return;
    }
    const struct pulse_facts facts = {.evaluated = e->alarming.evaluated,
                                      .active = e->health.alarms.active,
                                      .unacked = e->health.alarms.unacked,
                                      .role = e->health.role,
                                      .epoch = e->health.owner.rank.epoch,
                                      .term = e->health.owner.rank.term};
    char *payload = pulse_payload(&e->pulse, &facts, e->now);
    if (client_publish(e->client, e->pulse.topic, payload, strlen(payload), 0, false) !=
        RC_OK) {
        log_debug("no heartbeat: there is no connection, or it is full");
    }
    free(payload);
}

static enum watchdog_failure
failure_of(const struct client *client)
{
    switch (client_failure(client)) {
    case CLIENT_WELL:
        return FAILURE_NONE;
    case CLIENT_REFUSED:
        return FAILURE_REFUSED;
    case CLIENT_UNREACHABLE:
        return FAILURE_UNREACHABLE;
    case CLIENT_LOOKUP:
        return FAILURE_LOOKUP;
    case CLIENT_TIMEOUT:
        return FAILURE_TIMEOUT;
    case CLIENT_DENIED:
        return FAILURE_DENIED;
    }
    return FAILURE_NONE;
}

void
engine_set_link(struct engine *e, bool linked)
{
    if (linked != e->linked) {
        e->linked = linked;
        alarming_link(&e->alarming, e->ingest.model, linked, e->now);
    }
}

void
engine_note_heard(struct engine *e)
{
    struct now now = e->now;
    if (!e->linked) {
        e->heard_since = 0;
        return;
    }
    if (e->heard_since == 0 || now.wall < e->heard_until) { /* or the clock was set back */
        e->heard_since = e->heard_until = now.wall;
    } else if (now.mono >= e->heard_next) {
        e->heard_until = MAX(e->heard_until, now.wall - LISTENED_LAG_US);
    } else {
        return;
    }
    e->heard_next = now.mono + LISTENED_US;
    struct batch *b = ingest_batch(&e->ingest, now);
    b->heard_since = e->heard_since;
    b->heard_until = e->heard_until;
}

void
engine_tell_store(struct engine *e)
{
    struct health *h = &e->health;
    struct sync_state sync = {.problem = ""};
    struct custody_state custody = {.problem = ""};
    if (e->sync == NULL) {
        return;
    }
    sync_get(e->sync, &sync);
    if (strcmp(sync.store, e->store) != 0) {
        engine_tell_identity(e, sync.store);
    }
    if (sync.connected != h->postgres.connected || h->postgres.since == 0) {
        h->postgres.since = e->now.mono;
    }
    h->postgres.connected = sync.connected;
    bool slow = sync.waiting != 0 && e->now.mono - sync.waiting >= ANSWER_USUAL_US;
    h->postgres.waiting = slow ? sync.waiting : 0;
    g_strlcpy(h->postgres.problem, sync.problem, sizeof(h->postgres.problem));
    h->postgres.pending_changes = sync.pending;
    h->postgres.refused_changes = sync.refused;
    h->postgres.behind = sync.behind;
    h->postgres.behind_at_first = sync.behind_at_first;
    if (e->custody != NULL) {
        custody_get(e->custody, &custody);
        h->postgres.pending = custody.pending;
        h->postgres.synced = custody.synced;
        h->postgres.quarantined = custody.quarantined;
        /* They are done with sooner; but what is handed over has to be there. */
        sync_hold(e->sync, custody.pending > MANY_READINGS && !e->handover.wanted);
    }
}

void
engine_judge(struct engine *e)
{
    bool stalled = client_stalled(e->client);
    struct sync_state sync = {.known = false};
    if (e->sync != NULL) {
        sync_get(e->sync, &sync);
    }
    const struct watchdog_evidence evidence = {
        .connected = e->linked,
        .failure = stalled ? FAILURE_TIMEOUT : failure_of(e->client),
        .local_broker = e->local_broker,
        .link_up = link_watch_up(&e->link, e->now.mono),
        .store_configured = e->sync != NULL,
        .store_reachable = !sync.known || sync.connected,
        .store_local = e->local_store,
        .disk_well = *e->health.cache.problem == '\0',
        .lost = e->health.mqtt.dropped,
    };
    const struct watchdog_verdict verdict = watchdog_judge(&evidence);
    evaluator_services(e->alarming.evaluator, &verdict, e->now);
}
