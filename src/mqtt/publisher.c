/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/mqtt/publisher.h"

#include <errno.h>
#include <poll.h>

#include "src/core/clock.h"
#include "src/mqtt/handle.h"

#define WINDOW_DEFAULT  1000
#define WINDOW_MAX      10000
#define QUEUED_MAX      500 /* packets that the socket did not take yet */
#define PUBLISH_WAIT_MS 30000
#define READ_MAX        2000 /* acknowledgements in one go */
#define READ_EVERY      64   /* messages between two looks for acknowledgements */

struct publisher {
    struct mosquitto *m;
    char place[256];
    uint64_t window, sent, unacked;
    uint64_t queued; /* since the socket last took everything */
    void *user;
    void (*on_ack)(void *user, uint64_t tag);
    uint64_t tags[UINT16_MAX + 1]; /* by packet id */
    bool open[UINT16_MAX + 1];     /* the packet id is under way */
    bool connected, lost;
    char why[200];
};

static void
connected(struct mosquitto *m, void *user, int code)
{
    (void)m;
    struct publisher *p = user;
    p->connected = code == 0;
    if (code != 0) {
        p->lost = true;
        g_strlcpy(p->why, mosquitto_connack_string(code), sizeof(p->why));
    }
}

static void
disconnected(struct mosquitto *m, void *user, int code)
{
    (void)m;
    struct publisher *p = user;
    p->connected = false;
    p->lost = true;
    if (p->why[0] == '\0') {
        g_strlcpy(p->why, handle_error(code, errno), sizeof(p->why));
    }
}

static void
published(struct mosquitto *m, void *user, int mid)
{
    (void)m;
    struct publisher *p = user;
    uint16_t id = (uint16_t)mid;
    if (!p->open[id]) {
        return; /* QoS 0: merely written */
    }
    p->open[id] = false;
    p->unacked--;
    if (p->on_ack != NULL) {
        p->on_ack(p->user, p->tags[id]);
    }
}

static enum rc
fail(struct publisher *p, int code, struct err *err)
{
    if (p->why[0] == '\0') {
        g_strlcpy(p->why, handle_error(code, errno), sizeof(p->why));
    }
    p->lost = true;
    return err_set(err, RC_IO, "broker \"%s\": %s", p->place, p->why);
}

/* Move what can be moved without waiting. */
static enum rc
pump(struct publisher *p, struct err *err)
{
    int code = MOSQ_ERR_SUCCESS;
    errno = 0;
    for (int i = 0; i < READ_MAX && code == MOSQ_ERR_SUCCESS && errno != EAGAIN; i++) {
        errno = 0;
        code = mosquitto_loop_read(p->m, 1);
    }
    if (code == MOSQ_ERR_SUCCESS && mosquitto_want_write(p->m)) {
        code = mosquitto_loop_write(p->m, 1);
    }
    if (code == MOSQ_ERR_SUCCESS) {
        code = mosquitto_loop_misc(p->m);
    }
    if (code != MOSQ_ERR_SUCCESS || p->lost) {
        return fail(p, code, err);
    }
    if (!mosquitto_want_write(p->m)) {
        p->queued = 0;
    }
    return RC_OK;
}

enum rc
publisher_turn(struct publisher *p, int timeout_ms, struct err *err)
{
    if (p->lost) {
        return fail(p, MOSQ_ERR_CONN_LOST, err);
    }
    short events = POLLIN;
    if (mosquitto_want_write(p->m)) {
        events |= POLLOUT;
    }
    struct pollfd fd = {.fd = mosquitto_socket(p->m), .events = events};
    if (poll(&fd, 1, timeout_ms) < 0 && errno != EINTR) {
        return fail(p, MOSQ_ERR_ERRNO, err);
    }
    return pump(p, err);
}

/* Turn until done says so; RC_IO when that takes longer than timeout_ms. */
static enum rc
turn_until(struct publisher *p, bool (*done)(const struct publisher *p), int timeout_ms,
           const char *what, struct err *err)
{
    mono_us deadline = clock_now().mono + timeout_ms * US_PER_MS;
    while (!done(p)) {
        mono_us left = deadline - clock_now().mono;
        if (left <= 0) {
            return err_set(err, RC_IO, "broker \"%s\": %s took longer than %d ms", p->place,
                           what, timeout_ms);
        }
        enum rc rc = publisher_turn(p, (int)MIN(left / US_PER_MS + 1, 1000), err);
        if (rc != RC_OK) {
            return rc;
        }
    }
    return RC_OK;
}

static bool
is_connected(const struct publisher *p)
{
    return p->connected;
}

static bool
has_room(const struct publisher *p)
{
    return p->unacked < p->window && p->queued < QUEUED_MAX;
}

static bool
is_drained(const struct publisher *p)
{
    return p->unacked == 0 && !mosquitto_want_write(p->m);
}

static enum rc
connect_handle(struct publisher *p, const struct mqtt_endpoint *e, int timeout_ms,
               struct err *err)
{
    mosquitto_connect_callback_set(p->m, connected);
    mosquitto_disconnect_callback_set(p->m, disconnected);
    mosquitto_publish_callback_set(p->m, published);
    mosquitto_max_inflight_messages_set(p->m, (unsigned)p->window);
    bool local = handle_is_unix(e);
    int code = mosquitto_connect_async(p->m, local ? e->socket : e->host, local ? 0 : e->port,
                                       MAX(e->keepalive_s, 5));
    if (code != MOSQ_ERR_SUCCESS && code != MOSQ_ERR_CONN_PENDING) {
        return fail(p, code, err);
    }
    return turn_until(p, is_connected, timeout_ms, "connecting", err);
}

enum rc
publisher_open(struct publisher **ret, const struct publisher_config *config, int timeout_ms,
               struct err *err)
{
    struct publisher *p = g_new0(struct publisher, 1);
    p->window =
        (uint64_t)(config->window > 0 ? MIN(config->window, WINDOW_MAX) : WINDOW_DEFAULT);
    p->user = config->user;
    p->on_ack = config->on_ack;
    handle_place(&config->endpoint, p->place, sizeof(p->place));
    enum rc rc = handle_new(&p->m, &config->endpoint, config->client_id, true, p, err);
    if (rc == RC_OK) {
        rc = connect_handle(p, &config->endpoint, timeout_ms, err);
    }
    if (rc != RC_OK) {
        publisher_close(p);
        return rc;
    }
    *ret = p;
    return RC_OK;
}

void
publisher_close(struct publisher *p)
{
    if (p == NULL) {
        return;
    }
    if (p->m != NULL) {
        if (p->connected) {
            p->on_ack = NULL;
            mosquitto_disconnect(p->m);
        }
        mosquitto_destroy(p->m);
    }
    g_free(p);
}

enum rc
publisher_publish(struct publisher *p, const char *topic, const void *payload, size_t len,
                  int qos, bool retain, uint64_t tag, struct err *err)
{
    if (p->lost) {
        return fail(p, MOSQ_ERR_CONN_LOST, err);
    }
    enum rc rc = RC_OK;
    if (p->sent % READ_EVERY == 0) {
        rc = pump(p, err);
    }
    if (rc == RC_OK && !has_room(p)) {
        rc = turn_until(p, has_room, PUBLISH_WAIT_MS, "publishing", err);
    }
    if (rc != RC_OK) {
        return rc;
    }
    int mid = 0;
    int code = mosquitto_publish(p->m, &mid, topic, (int)len, payload, qos, retain);
    if (code == MOSQ_ERR_INVAL || code == MOSQ_ERR_MALFORMED_UTF8 ||
        code == MOSQ_ERR_PAYLOAD_SIZE) {
        return err_set(err, RC_INVALID, "MQTT topic or payload cannot be sent: %s",
                       mosquitto_strerror(code));
    }
    if (code != MOSQ_ERR_SUCCESS) {
        return fail(p, code, err);
    }
    p->sent++;
    p->queued = mosquitto_want_write(p->m) ? p->queued + 1 : 0;
    if (qos > 0) {
        p->tags[(uint16_t)mid] = tag;
        p->open[(uint16_t)mid] = true;
        p->unacked++;
    }
    return RC_OK;
}

enum rc
publisher_drain(struct publisher *p, int timeout_ms, struct err *err)
{
    return turn_until(p, is_drained, timeout_ms, "sending the rest", err);
}
