/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What goes out about alarms: the retained topics, and the heartbeat. */
#include "src/app/engine_private.h"
#include "src/core/log.h"

#define ANNOUNCE_US (10 * US_PER_MS) /* alarms that change at once go out together */

void
engine_announce(struct engine *e)
{
    uint64_t version = evaluator_version(e->alarming.evaluator);
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
                                      .epoch = e->health.epoch};
    char *payload = pulse_payload(&e->pulse, &facts, e->now);
    if (client_publish(e->client, e->pulse.topic, payload, strlen(payload), 0, false) !=
        RC_OK) {
        log_debug("no heartbeat: there is no connection, or it is full");
    }
    free(payload);
}
