/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Is what comes new? A broker that kept messages for us sends them in their order, and at
 * QoS 1 whatever we say to ourselves stands in the same queue: once that has come back, all
 * that had waited has come, too. When it took long, more has gathered meanwhile, and we ask
 * again.
 */
#include <string.h>
#include <sys/random.h>

#include "src/core/text.h"
#include "src/mqtt/client_private.h"

#define NEAR_US  (500 * US_PER_MS) /* there and back within this: nothing waits before us */
#define AGAIN_US (2 * US_PER_S)    /* a session whose queue is full loses what is new */
#define SLEPT_US (2 * US_PER_S)    /* without a turn: what comes may have waited */

static void
say(struct client *c)
{
    char text[48];
    int mid = 0;
    c->marker.said_at = clock_now().mono;
    snprintf(text, sizeof(text), "%016" G_GINT64_MODIFIER "x.%" G_GINT64_FORMAT, c->marker.life,
             c->marker.said_at);
    if (c->open_publishes->len < CLIENT_PENDING_MAX &&
        mosquitto_publish(c->m, &mid, c->marker.topic, (int)strlen(text), text, 1, false) ==
            MOSQ_ERR_SUCCESS) {
        g_array_append_val(c->open_publishes, mid);
    }
}

/* When that was said; false: not by us. */
static bool
read_marker(const struct client *c, const struct mosquitto_message *m, mono_us *ret)
{
    char text[48], life[24];
    size_t len = m->payloadlen > 0 ? (size_t)m->payloadlen : 0;
    if (len >= sizeof(text)) {
        return false;
    }
    memcpy(text, m->payload != NULL ? m->payload : "", len);
    text[len] = '\0';
    snprintf(life, sizeof(life), "%016" G_GINT64_MODIFIER "x.", c->marker.life);
    return g_str_has_prefix(text, life) && text_to_int(text + strlen(life), 0, INT64_MAX, ret);
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

void
client_marker_turn(struct client *c)
{
    if (c->marker.behind && c->turned - c->marker.said_at >= AGAIN_US) {
        say(c);
    }
}

bool
client_marker_take(struct client *c, const struct mosquitto_message *m)
{
    if (c->marker.topic == NULL || strcmp(m->topic, c->marker.topic) != 0) {
        return false;
    }
    mono_us said_at = 0;
    if (c->marker.behind && read_marker(c, m, &said_at)) {
        c->marker.behind = clock_now().mono - said_at > NEAR_US;
        if (c->marker.behind && said_at == c->marker.said_at) {
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
