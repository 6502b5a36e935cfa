/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <poll.h>
#include <sys/random.h>

#include <mqtt_protocol.h>

#include "src/core/log.h"
#include "src/mqtt/client_private.h"
#include "src/mqtt/failure.h"
#include "src/mqtt/handle.h"
#include "src/mqtt/lookup.h"

#define RECEIVE_MAXIMUM  1000          /* messages of QoS 1 that the broker may have open */
#define SESSION_EXPIRY_S (7 * 86400)   /* how long the broker keeps what we missed */
#define PACKET_MAX_BYTES (1024 * 1024) /* MQTT 5: the broker keeps larger ones to itself */
#define CONNECT_LIMIT_US (10 * US_PER_S)
#define GOODBYE_LIMIT_US US_PER_S
#define MISC_EVERY_US    US_PER_S
#define CONFIRM_AFTER    200 /* PUBACKs; fewer are confirmed once a second */

static mono_us
backoff(struct client *c)
{
    uint32_t random = 0;
    if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != sizeof(random)) {
        random = UINT32_MAX / 2;
    }
    return retry_delay(&c->retry, random);
}

static void
plan(struct client *c, struct now now)
{
    c->fell = false;
    c->phase = PHASE_WAIT;
    if (c->addresses != NULL && c->addresses[c->address] != NULL) {
        c->next_try = now.mono; /* the host has more than one */
        return;
    }
    g_clear_pointer(&c->addresses, g_strfreev);
    mono_us delay = backoff(c);
    c->next_try = now.mono + delay;
    log_debug("broker %s: %s; next attempt in %d ms", c->place, c->problem,
              (int)(delay / US_PER_MS));
    if (!c->told) { /* once is enough: the status shows the newest reason */
        log_warning("no connection to the broker %s yet: %s", c->place, c->problem);
        c->told = true;
    }
}

static void
fail_attempt(struct client *c, struct now now, enum client_failure failure, const char *why)
{
    c->failure = failure;
    client_set_problem(c, "%s", why);
    plan(c, now);
}

/*
 * The library takes the properties of CONNECT only in a call that blocks, and keeps them for
 * all later attempts; with 3.1.1 it refuses to connect while it has any. An empty path as "unix
 * socket" fails before it could block.
 */
static void
set_version(struct client *c)
{
    mosquitto_property *props = NULL;
    mosquitto_int_option(c->m, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
    if (!c->retry.v311) {
        mosquitto_int_option(c->m, MOSQ_OPT_RECEIVE_MAXIMUM, RECEIVE_MAXIMUM);
        mosquitto_property_add_int32(&props, MQTT_PROP_SESSION_EXPIRY_INTERVAL,
                                     c->clean ? 0 : SESSION_EXPIRY_S);
        mosquitto_property_add_int32(&props, MQTT_PROP_MAXIMUM_PACKET_SIZE, PACKET_MAX_BYTES);
    }
    mosquitto_connect_bind_v5(c->m, "", 0, c->endpoint.keepalive_s, NULL, props);
    mosquitto_property_free_all(&props);
    if (c->retry.v311) {
        mosquitto_int_option(c->m, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V311);
    }
}

/* One attempt: a socket that connects by itself. host is an address, a name or a path. */
static void
start_socket(struct client *c, const char *host, struct now now)
{
    c->library_error[0] = '\0';
    client_hear_library(c, true);
    c->explained = false;
    c->phase = PHASE_CONNECTING;
    c->connect_deadline = now.mono + CONNECT_LIMIT_US;
    set_version(c);
    int port = handle_is_unix(&c->endpoint) ? 0 : c->endpoint.port;
    errno = 0;
    int code = mosquitto_connect_bind_async(c->m, host, port, c->endpoint.keepalive_s, NULL);
    if (code != MOSQ_ERR_SUCCESS && code != MOSQ_ERR_CONN_PENDING) {
        int saved_errno = errno;
        fail_attempt(c, now, failure_of_code(code, saved_errno),
                     handle_error(code, saved_errno));
    }
}

static void
lookup_ended(struct client *c, struct now now)
{
    char **addresses = lookup_addresses(c->lookup);
    if (addresses[0] == NULL) {
        char why[sizeof(c->problem)];
        snprintf(why, sizeof(why), "host \"%s\": %s", c->endpoint.host,
                 lookup_problem(c->lookup));
        fail_attempt(c, now, CLIENT_LOOKUP, why);
    } else if (c->endpoint.tls) {
        /* The library checks the certificate against the name it is given, so it gets the name
         * and looks it up once more; the answer was there a moment ago. */
        start_socket(c, c->endpoint.host, now);
    } else {
        c->addresses = g_strdupv(addresses);
        c->address = 1;
        start_socket(c, addresses[0], now);
    }
    lookup_free(c->lookup);
    c->lookup = NULL;
}

static void
start_attempt(struct client *c, struct now now)
{
    if (handle_is_unix(&c->endpoint)) {
        start_socket(c, c->endpoint.socket, now);
    } else if (lookup_is_numeric(c->endpoint.host)) {
        start_socket(c, c->endpoint.host, now);
    } else if (c->addresses != NULL) {
        start_socket(c, c->addresses[c->address++], now);
    } else {
        c->phase = PHASE_LOOKUP;
        c->lookup = lookup_start(c->endpoint.host);
    }
}

static void
copy_endpoint(struct mqtt_endpoint *dst, const struct mqtt_endpoint *src)
{
    *dst = *src;
    dst->host = g_strdup(src->host != NULL ? src->host : "");
    dst->socket = g_strdup(src->socket);
    dst->keepalive_s = MAX(src->keepalive_s, 5);
    /* The handle has its own copy of these. */
    dst->username = dst->password = NULL;
    dst->cafile = dst->certfile = dst->keyfile = NULL;
}

static enum rc
set_handle(struct client *c, const struct client_config *config, struct err *err)
{
    enum rc rc = handle_new(&c->m, &config->endpoint, config->client_id, config->clean, c, err);
    if (rc != RC_OK) {
        return rc;
    }
    mosquitto_threaded_set(c->m, true); /* else PUBACK leaves before the commit */
    client_set_events(c);
    if (c->presence_topic != NULL &&
        mosquitto_will_set(c->m, c->presence_topic, 0, NULL, 1, true) != MOSQ_ERR_SUCCESS) {
        return err_set(err, RC_INVALID, "MQTT topic \"%s\" cannot be used", c->presence_topic);
    }
    return RC_OK;
}

static size_t
count(const char *const *filters)
{
    return filters == NULL ? 0 : g_strv_length((char **)(uintptr_t)filters);
}

static void
add_filter(struct client *c, const char *filter, int qos)
{
    c->names[c->n_filters] = g_strdup(filter);
    c->filters[c->n_filters] = (struct client_filter){c->names[c->n_filters], qos};
    c->n_filters++;
}

static void
copy_filters(struct client *c, const struct client_config *config)
{
    c->n_own = count(config->own_filters);
    c->n_echo = count(config->echo_filters);
    bool marks = config->marker_topic != NULL;
    size_t n = config->n_filters + marks + c->n_own + c->n_echo;
    c->names = g_new0(char *, n + 1);
    c->filters = g_new0(struct client_filter, n + 1);
    c->subscribe_mids = g_new0(int, n + 1);
    for (size_t i = 0; i < config->n_filters; i++) {
        add_filter(c, config->filters[i].filter, config->filters[i].qos);
    }
    if (marks) {
        add_filter(c, config->marker_topic, 1);
    }
    for (size_t i = 0; i < c->n_own; i++) {
        add_filter(c, config->own_filters[i], 0);
    }
    for (size_t i = 0; i < c->n_echo; i++) {
        add_filter(c, config->echo_filters[i], 0);
    }
}

enum rc
client_new(struct client **ret, const struct client_config *config, struct err *err)
{
    struct client *c = g_new0(struct client, 1);
    copy_endpoint(&c->endpoint, &config->endpoint);
    handle_place(&c->endpoint, c->place, sizeof(c->place));
    copy_filters(c, config);
    c->presence_topic = g_strdup(config->presence_topic);
    c->presence_payload = g_strdup(config->presence_payload);
    c->clean = config->clean;
    client_marker_init(c, config->marker_topic);
    c->open_publishes = g_array_new(FALSE, FALSE, sizeof(int));
    if (!config->endpoint.tls || handle_is_unix(&config->endpoint)) {
        c->window = g_malloc(CLIENT_WINDOW);
    }
    c->user = config->user;
    c->on_message = config->on_message;
    c->on_connect = config->on_connect;
    c->on_disconnect = config->on_disconnect;
    c->on_confirmed = config->on_confirmed;
    client_set_problem(c, "not tried yet");
    enum rc rc = set_handle(c, config, err);
    if (rc != RC_OK) {
        client_free(c);
        return rc;
    }
    *ret = c;
    return RC_OK;
}

void
client_set_presence(struct client *c, const char *payload)
{
    g_free(c->presence_payload);
    c->presence_payload = g_strdup(payload);
}

/* Presence goes, then DISCONNECT; after that the broker does not send the will. */
static void
say_goodbye(struct client *c)
{
    if (c->presence_topic != NULL) {
        mosquitto_publish(c->m, NULL, c->presence_topic, 0, NULL, 0, true);
    }
    mosquitto_disconnect(c->m);
    mono_us deadline = clock_now().mono + GOODBYE_LIMIT_US;
    while (mosquitto_socket(c->m) >= 0) {
        mono_us left = deadline - clock_now().mono;
        struct pollfd fd = {.fd = mosquitto_socket(c->m), .events = POLLOUT};
        if (left <= 0 || poll(&fd, 1, (int)(left / US_PER_MS) + 1) < 0 ||
            mosquitto_loop_write(c->m, 1) != MOSQ_ERR_SUCCESS) {
            return;
        }
    }
}

void
client_free(struct client *c)
{
    if (c == NULL) {
        return;
    }
    if (c->phase == PHASE_UP && c->unacked == 0) {
        c->fell = true; /* the end of the connection is no news */
        say_goodbye(c);
    }
    if (c->m != NULL) {
        mosquitto_destroy(c->m);
    }
    lookup_free(c->lookup);
    g_strfreev(c->addresses);
    g_strfreev(c->names);
    g_free(c->filters);
    g_free(c->subscribe_mids);
    g_free(c->window);
    if (c->open_publishes != NULL) {
        g_array_unref(c->open_publishes);
    }
    g_free(c->marker.topic);
    g_free(c->presence_topic);
    g_free(c->presence_payload);
    g_free((void *)(uintptr_t)c->endpoint.host);
    g_free((void *)(uintptr_t)c->endpoint.socket);
    g_free(c);
}

int
client_fd(const struct client *c)
{
    if (c->phase == PHASE_LOOKUP) {
        return lookup_fd(c->lookup);
    }
    return c->phase >= PHASE_CONNECTING ? mosquitto_socket(c->m) : -1;
}

bool
client_want_write(const struct client *c)
{
    return c->phase >= PHASE_CONNECTING && c->unacked == 0 && mosquitto_want_write(c->m);
}

void
client_write(struct client *c)
{
    if (c->phase < PHASE_CONNECTING) {
        return;
    }
    bool several = c->unacked > 1;
    c->unacked = 0;
    c->custody.acked = c->custody.delivered;
    if (c->custody.acked - c->custody.confirmed >= CONFIRM_AFTER) {
        client_ask_confirmation(c);
    }
    if (several) {
        handle_cork(c->m, true);
    }
    int code = mosquitto_loop_write(c->m, 1);
    if (code != MOSQ_ERR_SUCCESS) {
        client_fall(c, code, errno);
    } else if (several) {
        handle_cork(c->m, false);
    } else {
        handle_quick_ack(c->m); /* the kernel waits for something to send along again */
    }
}

static void
turn_phase(struct client *c, struct now now)
{
    switch (c->phase) {
    case PHASE_WAIT:
        if (now.mono >= c->next_try) {
            start_attempt(c, now);
        }
        break;
    case PHASE_LOOKUP:
        if (lookup_done(c->lookup)) {
            lookup_ended(c, now);
        }
        break;
    case PHASE_CONNECTING:
        if (now.mono >= c->connect_deadline) {
            fail_attempt(c, now, failure_of_silence(handle_has_peer(c->m)), "no answer");
        }
        break;
    case PHASE_UP:
        client_alive_turn(c);
        client_marker_turn(c);
        if (now.mono >= c->next_misc) {
            c->next_misc = now.mono + MISC_EVERY_US;
            client_ask_confirmation(c);
            int code = mosquitto_loop_misc(c->m);
            if (code != MOSQ_ERR_SUCCESS) {
                client_fall(c, code, errno);
            }
        }
        break;
    }
}

mono_us
client_turn(struct client *c, struct now now)
{
    c->turned = now.mono;
    if (!c->fell) {
        turn_phase(c, now);
    }
    if (c->fell) {
        plan(c, now);
    }
    switch (c->phase) {
    case PHASE_WAIT:
        return c->next_try;
    case PHASE_CONNECTING:
        return c->connect_deadline;
    case PHASE_LOOKUP:
    case PHASE_UP:
        break;
    }
    return now.mono + MISC_EVERY_US;
}

uint64_t
client_unacked(const struct client *c)
{
    return c->unacked;
}

bool
client_connected(const struct client *c)
{
    return c->phase == PHASE_UP;
}

enum client_failure
client_failure(const struct client *c)
{
    return c->failure;
}

const char *
client_problem(const struct client *c)
{
    return c->phase == PHASE_UP ? "" : c->problem;
}
