/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/mqtt/probe.h"

#include <errno.h>
#include <mqtt_protocol.h>
#include <poll.h>
#include <stdlib.h>

#include "src/core/clock.h"
#include "src/core/text.h"
#include "src/mqtt/handle.h"
#include "src/mqtt/publisher.h"

#define VERSION_TOPIC   "$SYS/broker/version"
#define KEEPALIVE_S     30
#define LEFT_BEHIND_S   60                /* a session that could not be removed */
#define SILENCE_US      (400 * US_PER_MS) /* nothing more comes */
#define RECEIVE_MAXIMUM 1000              /* as an instance has it */
#define CAME_WORDS      (PROBE_MESSAGES / 32 + 1)
#define REFUSED_QOS     128

struct prober {
    const struct mqtt_endpoint *endpoint;
    char *id, *topic, *run; /* run: marks the messages of this probe */
    mono_us deadline;
    int timeout_ms; /* that makes the deadline */
    struct mqtt_probe *found;

    struct mosquitto *m; /* of the connection under way */
    bool welcome, answered, lost;
    int code; /* of CONNACK */
    char why[200];
    int subscription; /* its packet id */
    bool hold;        /* acknowledge nothing; begins with the welcome when hold_next is set */
    bool hold_next;
    mono_us last; /* when the last message came */
    uint32_t came[CAME_WORDS];
};

/* ---- callbacks ---- */

static void
welcomed(struct mosquitto *m, void *user, int code, int flags, const mosquitto_property *props)
{
    (void)m;
    struct prober *p = user;
    p->code = code;
    p->welcome = code == 0;
    p->lost = code != 0;
    /* Messages may have come with it, and mosquitto 2.0 sends a window's worth for each PUBACK.
     */
    p->hold = code == 0 && p->hold_next;
    p->found->session_kept = code == 0 && (flags & 1) != 0;
    if (code != 0) {
        g_strlcpy(p->why,
                  p->found->v5 ? mosquitto_reason_string(code) : mosquitto_connack_string(code),
                  sizeof(p->why));
        return;
    }
    mosquitto_property_read_int16(props, MQTT_PROP_RECEIVE_MAXIMUM, &p->found->receive_maximum,
                                  false);
    mosquitto_property_read_int32(props, MQTT_PROP_SESSION_EXPIRY_INTERVAL, &p->found->expiry_s,
                                  false);
}

static void
dropped(struct mosquitto *m, void *user, int code)
{
    (void)m;
    struct prober *p = user;
    p->lost = true;
    if (p->why[0] == '\0') {
        g_strlcpy(p->why, handle_error(code, errno), sizeof(p->why));
    }
}

static void
subscribed(struct mosquitto *m, void *user, int mid, int n, const int *granted)
{
    (void)m;
    struct prober *p = user;
    if (mid == p->subscription) {
        p->answered = true;
        p->found->refused = n < 1 || granted[0] >= REFUSED_QOS || granted[0] < 1;
    }
}

/* "RUN NUMBER" */
static void
count_message(struct prober *p, const char *text)
{
    size_t len = strlen(p->run);
    if (strncmp(text, p->run, len) != 0 || text[len] != ' ') {
        return; /* of a probe that was cut off */
    }
    uint64_t number = g_ascii_strtoull(text + len + 1, NULL, 10);
    uint32_t bit = 1u << number % 32;
    if (number < PROBE_MESSAGES && (p->came[number / 32] & bit) == 0) {
        p->came[number / 32] |= bit;
        p->found->came++;
        p->last = clock_now().mono;
    }
}

static void
received(struct mosquitto *m, void *user, const struct mosquitto_message *message)
{
    (void)m;
    struct prober *p = user;
    char *text = g_strndup(message->payload != NULL ? message->payload : "",
                           (gsize)MAX(message->payloadlen, 0));
    if (strcmp(message->topic, VERSION_TOPIC) == 0) {
        text_sanitize(p->found->broker, sizeof(p->found->broker), text, strlen(text));
    } else if (strcmp(message->topic, p->topic) == 0) {
        count_message(p, text);
    }
    g_free(text);
}

/* ---- one connection ---- */

static enum rc
fail(struct prober *p, int code, struct err *err)
{
    if (p->why[0] == '\0') {
        g_strlcpy(p->why, handle_error(code, errno), sizeof(p->why));
    }
    return err_set(err, RC_IO, "%s", p->why);
}

/* Move what can be moved, after waiting for it until then at most. */
static enum rc
turn(struct prober *p, mono_us until, struct err *err)
{
    mono_us left = MIN(until, p->deadline) - clock_now().mono;
    bool write = !p->hold && mosquitto_want_write(p->m);
    struct pollfd fd = {.fd = mosquitto_socket(p->m),
                        .events = (short)(POLLIN | (write ? POLLOUT : 0))};
    if (poll(&fd, 1, left <= 0 ? 0 : (int)(left / US_PER_MS) + 1) < 0 && errno != EINTR) {
        return fail(p, MOSQ_ERR_ERRNO, err);
    }
    int code = MOSQ_ERR_SUCCESS;
    errno = 0;
    for (int i = 0; i <= PROBE_MESSAGES && code == MOSQ_ERR_SUCCESS && errno != EAGAIN; i++) {
        errno = 0;
        code = mosquitto_loop_read(p->m, 1);
    }
    if (code == MOSQ_ERR_SUCCESS && !p->hold && mosquitto_want_write(p->m)) {
        code = mosquitto_loop_write(p->m, 1);
    }
    if (code == MOSQ_ERR_SUCCESS && !p->hold) {
        code = mosquitto_loop_misc(p->m);
    }
    if (code != MOSQ_ERR_SUCCESS || p->lost) {
        p->lost = true;
        return fail(p, code, err);
    }
    if (clock_now().mono >= p->deadline) {
        return err_set(err, RC_IO, "it took longer than %d ms", p->timeout_ms);
    }
    return RC_OK;
}

static enum rc
turn_until(struct prober *p, const bool *done, struct err *err)
{
    enum rc rc = RC_OK;
    while (rc == RC_OK && !*done) {
        rc = turn(p, p->deadline, err);
    }
    return rc;
}

static void
hang_up(struct prober *p)
{
    if (p->m == NULL) {
        return;
    }
    if (p->welcome && !p->lost) {
        mosquitto_property *props = NULL;
        if (p->found->v5) {
            mosquitto_property_add_int32(&props, MQTT_PROP_SESSION_EXPIRY_INTERVAL,
                                         LEFT_BEHIND_S);
        }
        p->hold = false;
        mosquitto_disconnect_v5(p->m, 0, props);
        while (mosquitto_want_write(p->m) &&
               mosquitto_loop_write(p->m, 1) == MOSQ_ERR_SUCCESS) {
        }
        mosquitto_property_free_all(&props);
    }
    mosquitto_destroy(g_steal_pointer(&p->m));
}

/* The library takes CONNECT's properties only in a call that blocks, but not for a path that
 * is none; it keeps them for the one that follows. */
static void
set_version(struct prober *p, uint32_t expiry_s)
{
    mosquitto_property *props = NULL;
    mosquitto_int_option(p->m, MOSQ_OPT_PROTOCOL_VERSION,
                         p->found->v5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311);
    if (!p->found->v5) {
        return;
    }
    mosquitto_int_option(p->m, MOSQ_OPT_RECEIVE_MAXIMUM, RECEIVE_MAXIMUM);
    if (expiry_s > 0) { /* 0 would end it at DISCONNECT, which may not change it then */
        mosquitto_property_add_int32(&props, MQTT_PROP_SESSION_EXPIRY_INTERVAL, expiry_s);
    }
    mosquitto_connect_bind_v5(p->m, "", 0, KEEPALIVE_S, NULL, props);
    mosquitto_property_free_all(&props);
}

static enum rc
connect_as(struct prober *p, bool clean, uint32_t expiry_s, struct err *err)
{
    const struct mqtt_endpoint *e = p->endpoint;
    bool local = handle_is_unix(e);
    p->welcome = p->answered = p->lost = p->hold = false;
    p->why[0] = '\0';
    p->code = 0;
    enum rc rc = handle_new(&p->m, e, p->id, clean, p, err);
    if (rc != RC_OK) {
        return rc;
    }
    mosquitto_threaded_set(p->m, true); /* nothing leaves but when we write */
    set_version(p, expiry_s);
    mosquitto_connect_v5_callback_set(p->m, welcomed);
    mosquitto_disconnect_callback_set(p->m, dropped);
    mosquitto_subscribe_callback_set(p->m, subscribed);
    mosquitto_message_callback_set(p->m, received);
    int code = mosquitto_connect_async(p->m, local ? e->socket : e->host, local ? 0 : e->port,
                                       KEEPALIVE_S);
    if (code != MOSQ_ERR_SUCCESS && code != MOSQ_ERR_CONN_PENDING) {
        return fail(p, code, err);
    }
    return turn_until(p, &p->welcome, err);
}

/* ---- the probe ---- */

/* A session that did not exist before, with our subscription in it. */
static enum rc
leave_session(struct prober *p, struct err *err)
{
    p->found->v5 = true;
    enum rc rc = connect_as(p, true, PROBE_EXPIRY_S, err);
    bool unknown = p->code == 0 || p->code == MQTT_RC_UNSUPPORTED_PROTOCOL_VERSION ||
                   p->code == CONNACK_REFUSED_PROTOCOL_VERSION;
    if (rc != RC_OK && unknown && p->lost) { /* it may know 3.1.1 only, and just hang up */
        hang_up(p);
        p->found->v5 = false;
        rc = connect_as(p, false, 0, err);
    }
    if (rc == RC_OK) {
        mosquitto_subscribe(p->m, NULL, VERSION_TOPIC, 0);
        mosquitto_subscribe(p->m, &p->subscription, p->topic, 1);
        rc = turn_until(p, &p->answered, err);
    }
    /* The broker's name comes with the subscription, if it has one. */
    for (mono_us until = clock_now().mono + SILENCE_US;
         rc == RC_OK && *p->found->broker == '\0' && clock_now().mono < until;) {
        rc = turn(p, until, err);
    }
    hang_up(p);
    return rc;
}

static enum rc
send_messages(struct prober *p, struct err *err)
{
    const struct publisher_config config = {.endpoint = *p->endpoint, .window = 100};
    struct publisher *publisher = NULL;
    int left_ms = (int)((p->deadline - clock_now().mono) / US_PER_MS);
    enum rc rc = publisher_open(&publisher, &config, MAX(left_ms, 1), err);
    for (int i = 0; rc == RC_OK && i < PROBE_MESSAGES; i++) {
        char text[96];
        int len = snprintf(text, sizeof(text), "%s %d", p->run, i);
        rc = publisher_publish(publisher, p->topic, text, (size_t)len, 1, false, 0, err);
    }
    left_ms = (int)((p->deadline - clock_now().mono) / US_PER_MS);
    if (rc == RC_OK) {
        rc = publisher_drain(publisher, MAX(left_ms, 1), err);
    }
    publisher_close(publisher);
    return rc;
}

/* Until all came, or nothing more comes. */
static enum rc
take_messages(struct prober *p, struct err *err)
{
    enum rc rc = RC_OK;
    p->last = clock_now().mono;
    while (rc == RC_OK && p->found->came < PROBE_MESSAGES &&
           clock_now().mono < p->last + SILENCE_US) {
        rc = turn(p, p->last + SILENCE_US, err);
    }
    return rc;
}

static enum rc
come_back(struct prober *p, struct err *err)
{
    uint32_t told = p->found->expiry_s; /* for the session that was asked for first */
    p->hold_next = true;
    enum rc rc = connect_as(p, false, LEFT_BEHIND_S, err);
    p->hold_next = false;
    p->found->expiry_s = told;
    if (rc == RC_OK) {
        rc = take_messages(p, err);
        p->found->window = p->found->came;
    }
    if (rc == RC_OK) {
        p->hold = false;
        rc = take_messages(p, err);
    }
    hang_up(p);
    return rc;
}

/* Whatever happened before. */
static void
remove_session(struct prober *p)
{
    struct mqtt_probe unused = *p->found;
    struct mqtt_probe *found = p->found;
    p->found = &unused;
    p->deadline = clock_now().mono + US_PER_S;
    if (connect_as(p, true, 0, NULL) == RC_OK) {
        mosquitto_disconnect(p->m);
        while (mosquitto_want_write(p->m) &&
               mosquitto_loop_write(p->m, 1) == MOSQ_ERR_SUCCESS) {
        }
    }
    mosquitto_destroy(g_steal_pointer(&p->m));
    p->found = found;
}

enum rc
mqtt_probe(const struct mqtt_endpoint *endpoint, const char *name, struct mqtt_probe *ret,
           int timeout_ms, struct err *err)
{
    struct mqtt_probe found = {.came = 0};
    struct now now = clock_now();
    struct prober *p = g_new0(struct prober, 1);
    p->endpoint = endpoint;
    p->id = g_strconcat("leitstand-probe-", name, NULL);
    p->topic = g_strconcat("leitstand/v1/probe/", name, NULL);
    p->run = g_strdup_printf("%lld", (long long)now.wall);
    p->deadline = now.mono + timeout_ms * US_PER_MS;
    p->timeout_ms = timeout_ms;
    p->found = &found;
    enum rc rc = leave_session(p, err);
    if (rc == RC_OK && !found.refused) {
        rc = send_messages(p, err);
        rc = rc == RC_OK ? come_back(p, err) : rc;
    }
    hang_up(p);
    remove_session(p);
    if (rc == RC_OK) {
        *ret = found;
    }
    g_free(p->id);
    g_free(p->topic);
    g_free(p->run);
    g_free(p);
    return rc;
}
