/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Is anybody there? A broker, or a network, that stands still keeps the connection for as long
 * as the keepalive allows, and meanwhile every station would seem to have fallen silent. So
 * when nothing has come for a while we ask, and when no answer comes the connection is stalled.
 */
#include "src/mqtt/client_private.h"

#define QUIET_US  (2 * US_PER_S) /* so long without a packet is worth a question */
#define ANSWER_US (3 * US_PER_S) /* so long the answer may take */

void
client_alive_begin(struct client *c)
{
    c->alive.heard = c->events + c->messages;
    c->alive.at = c->turned;
    c->alive.asked = false;
    c->alive.stalled = false;
}

/* An UNSUBSCRIBE from what was never subscribed to changes nothing and is answered. */
static void
ask(struct client *c)
{
    c->alive.asked = mosquitto_unsubscribe(c->m, NULL, CLIENT_NEVER_FILTER) == MOSQ_ERR_SUCCESS;
    c->alive.asked_at = c->turned;
}

void
client_alive_turn(struct client *c)
{
    if (c->events + c->messages != c->alive.heard) {
        client_alive_begin(c);
    } else if (!c->alive.asked && c->turned - c->alive.at >= QUIET_US) {
        ask(c);
    } else if (c->unacked > 0) {
        c->alive.asked_at = c->turned; /* the question waits in here, for a commit */
    } else if (c->alive.asked && c->turned - c->alive.asked_at >= ANSWER_US) {
        c->alive.stalled = true;
    }
}

bool
client_stalled(const struct client *c)
{
    return c->phase == PHASE_UP && c->alive.stalled;
}
