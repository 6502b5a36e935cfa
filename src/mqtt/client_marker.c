/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Is what comes new? A broker that kept messages for us sends them in their order, and at
 * QoS 1 whatever we say to ourselves stands in the same queue: once that has come back, all
 * that had waited has come, too. When it took long, more has gathered meanwhile, and we ask
 * again.
 */
#include <string.h>
#include <sys/random.h>

#include "src/mqtt/client_private.h"

#define NEAR_US  (500 * US_PER_MS) /* there and back within this: nothing waits before us */
#define SLEPT_US (2 * US_PER_S)    /* without a turn: what comes may have waited */

static void
say(struct client *c)
{
    char *text = c->marker.text;
    int mid = 0;
    c->marker.number++;
    snprintf(text, sizeof(c->marker.text), "%016" G_GINT64_MODIFIER "x.%" G_GUINT64_FORMAT,
             c->marker.life, c->marker.number);
    if (mosquitto_publish(c->m, &mid, c->marker.topic, (int)strlen(text), text, 1, false) ==
        MOSQ_ERR_SUCCESS) {
        g_array_append_val(c->open_publishes, mid);
    }
    c->marker.said_at = clock_now().mono;
}

/* One that an earlier life left in the queue is not ours. */
void
client_marker_init(struct client *c, const char *topic)
{
    c->marker.topic = g_strdup(topic);
    if (getrandom(&c->marker.life, sizeof(c->marker.life), GRND_NONBLOCK) < 0) {
        c->marker.life = (uint64_t)clock_now().wall;
    }
}

void
client_marker_begin(struct client *c)
{
    if (c->marker.topic != NULL) {
        c->marker.behind = true;
        say(c);
    }
}

void
client_marker_look(struct client *c)
{
    bool slept = clock_now().mono - c->turned > SLEPT_US;
    if (c->phase == PHASE_UP && !c->marker.behind && (slept || c->alive.stalled)) {
        client_marker_begin(c);
    }
}

bool
client_marker_take(struct client *c, const struct mosquitto_message *m)
{
    if (c->marker.topic == NULL || strcmp(m->topic, c->marker.topic) != 0) {
        return false;
    }
    size_t len = strlen(c->marker.text);
    if (c->marker.behind && (size_t)m->payloadlen == len &&
        memcmp(m->payload, c->marker.text, len) == 0) {
        c->marker.behind = clock_now().mono - c->marker.said_at > NEAR_US;
        if (c->marker.behind) {
            say(c);
        }
    }
    return true;
}

bool
client_behind(const struct client *c)
{
    return c->phase == PHASE_UP && c->marker.behind;
}
