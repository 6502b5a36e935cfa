/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdarg.h>

#include <mqtt_protocol.h>

#include "src/core/log.h"
#include "src/core/text.h"
#include "src/mqtt/client_private.h"
#include "src/mqtt/failure.h"
#include "src/mqtt/handle.h"

void
client_set_problem(struct client *c, const char *fmt, ...)
{
    char text[sizeof(c->problem)];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    text_sanitize(c->problem, sizeof(c->problem), text, strlen(text));
}

static void
library_logs(struct mosquitto *m, void *user, int level, const char *text)
{
    (void)m;
    struct client *c = user;
    if (level == MOSQ_LOG_ERR) {
        if (c->library_error[0] != '\0') {
            g_strlcat(c->library_error, "; ", sizeof(c->library_error));
        }
        g_strlcat(c->library_error, text, sizeof(c->library_error));
    }
}

void
client_hear_library(struct client *c, bool hear)
{
    mosquitto_log_callback_set(c->m, hear ? library_logs : NULL);
}

static void
subscribe_one(struct client *c, size_t i)
{
    const struct client_filter *f = &c->filters[i];
    /* What the session queued for us is newer than what the broker retains, so a subscription
     * that it still has need not bring the retained messages again. At QoS 0 nothing is
     * queued. */
    int options = !c->retry.v311 && f->qos > 0 ? MQTT_SUB_OPT_SEND_RETAIN_NEW : 0;
    size_t n_own_end = c->n_filters - c->n_echo;
    bool unheard = i >= n_own_end - c->n_own && i < n_own_end;
    options |= !c->retry.v311 && unheard ? MQTT_SUB_OPT_NO_LOCAL : 0;
    int code =
        mosquitto_subscribe_v5(c->m, &c->subscribe_mids[i], f->filter, f->qos, options, NULL);
    if (code != MOSQ_ERR_SUCCESS) {
        log_error("could not subscribe to topic filter \"%s\": %s", f->filter,
                  mosquitto_strerror(code));
    }
}

void
client_hear_retained(struct client *c)
{
    size_t end = c->n_filters - c->n_echo;
    for (size_t i = end - c->n_own; c->phase == PHASE_UP && i < end; i++) {
        subscribe_one(c, i);
    }
}

static void
welcomed(struct mosquitto *m, void *user, int code, int flags, const mosquitto_property *props)
{
    (void)props;
    struct client *c = user;
    c->events++;
    if (code != 0) {
        bool v5 = !c->retry.v311;
        client_set_problem(c, "refused: %s",
                           v5 ? mosquitto_reason_string(code) : mosquitto_connack_string(code));
        c->failure = failure_of_connack(code, v5);
        c->explained = true;
        if (v5 && (code == MQTT_RC_UNSUPPORTED_PROTOCOL_VERSION ||
                   code == CONNACK_REFUSED_PROTOCOL_VERSION)) {
            retry_v5_refused(&c->retry);
        }
        return;
    }
    c->phase = PHASE_UP;
    c->up_since = c->turned;
    client_alive_begin(c);
    client_hear_library(c, false);
    retry_connected(&c->retry);
    c->unacked = 0;
    c->unwritten = 0;
    c->publish_refusal_told = false;
    memset(&c->custody, 0, sizeof(c->custody));
    c->problem[0] = '\0';
    c->failure = CLIENT_WELL;
    c->library_error[0] = '\0';
    g_clear_pointer(&c->addresses, g_strfreev);
    for (size_t i = 0; i < c->n_filters; i++) {
        subscribe_one(c, i);
    }
    if (c->presence_topic != NULL) {
        int mid = 0;
        if (mosquitto_publish(m, &mid, c->presence_topic, (int)strlen(c->presence_payload),
                              c->presence_payload, 1, true) == MOSQ_ERR_SUCCESS) {
            g_array_append_val(c->open_publishes, mid);
        }
    }
    c->marker.behind = false;
    if ((flags & 1) != 0) {
        client_marker_begin(c);
    }
    c->welcoming = true;
    c->on_connect(c->user, (flags & 1) != 0);
    c->welcoming = false;
}

static void
subscribed(struct mosquitto *m, void *user, int mid, int n_granted, const int *granted)
{
    (void)m;
    struct client *c = user;
    c->events++;
    for (size_t i = 0; i < c->n_filters; i++) {
        if (c->subscribe_mids[i] == mid && (n_granted < 1 || granted[0] > 2)) {
            log_error("the broker refuses topic filter \"%s\"", c->filters[i].filter);
        }
    }
}

void
client_ask_confirmation(struct client *c)
{
    if (c->custody.pending || c->custody.acked == c->custody.confirmed) {
        return;
    }
    c->custody.pending =
        mosquitto_unsubscribe(c->m, &c->custody.mid, CLIENT_NEVER_FILTER) == MOSQ_ERR_SUCCESS;
    c->custody.asked = c->custody.acked;
}

static void
confirmed(struct mosquitto *m, void *user, int mid)
{
    (void)m;
    struct client *c = user;
    c->events++;
    if (!c->custody.pending || mid != c->custody.mid) {
        return;
    }
    c->custody.pending = false;
    c->custody.confirmed = c->custody.asked;
    if (c->on_confirmed != NULL) {
        c->on_confirmed(c->user, c->custody.confirmed);
    }
}

/* Once a connection: an access list that forbids our topics is no passing trouble. */
static void
tell_publish_refusal(struct client *c, int code)
{
    if (code >= MQTT_RC_UNSPECIFIED && !c->publish_refusal_told) {
        log_error("the broker does not take what we publish: %s",
                  mosquitto_reason_string(code));
        c->publish_refusal_told = true;
    }
}

/* Also told of a message of QoS 0 when it is merely written, and that is no packet read. */
static void
published(struct mosquitto *m, void *user, int mid, int code, const mosquitto_property *props)
{
    (void)m;
    (void)props;
    struct client *c = user;
    for (guint i = 0; i < c->open_publishes->len; i++) {
        if (g_array_index(c->open_publishes, int, i) == mid) {
            g_array_remove_index_fast(c->open_publishes, i);
            c->events++;
            tell_publish_refusal(c, code);
            return;
        }
    }
    c->unwritten -= c->unwritten > 0;
}

static void
delivered(struct mosquitto *m, void *user, const struct mosquitto_message *msg)
{
    (void)m;
    struct client *c = user;
    c->events++;
    c->messages++;
    c->unacked += msg->qos > 0;
    c->custody.delivered += msg->qos > 0;
    if (client_marker_take(c, msg)) {
        return;
    }
    struct client_message message = {
        .topic = msg->topic,
        .payload = msg->payload,
        .len = (size_t)msg->payloadlen,
        .mid = msg->qos > 0 ? (uint16_t)msg->mid : 0,
        .number = msg->qos > 0 ? c->custody.delivered : 0,
        .qos = msg->qos,
        .retain = msg->retain,
    };
    c->on_message(c->user, &message);
}

/* The broker's reasons start at 128, where the library's numbers have long ended. */
static const char *
reason(int code, int saved_errno)
{
    return code >= MQTT_RC_UNSPECIFIED ? mosquitto_reason_string(code)
                                       : handle_error(code, saved_errno);
}

void
client_fall(struct client *c, int code, int saved_errno)
{
    if (c->fell || c->phase < PHASE_CONNECTING) {
        return;
    }
    c->fell = true;
    bool was_up = c->phase == PHASE_UP;
    c->phase = PHASE_WAIT;
    c->unacked = 0; /* the broker will send them again */
    if (!c->explained) {
        c->failure = failure_of_code(code, saved_errno);
    }
    if (was_up) {
        retry_lost(&c->retry, c->turned - c->up_since);
    } else if (code == MOSQ_ERR_CONN_LOST && !c->explained) {
        retry_closed_silently(&c->retry);
    }
    if (code == MQTT_RC_SESSION_TAKEN_OVER) {
        retry_taken_over(&c->retry);
    }
    if (was_up && retry_is_fighting(&c->retry)) {
        client_set_problem(c, "lost soon after every connect: another client seems to use our "
                              "MQTT client id");
    } else if (c->library_error[0] != '\0') {
        client_set_problem(c, "%s", c->library_error);
    } else if (!c->explained) {
        client_set_problem(c, "%s", reason(code, saved_errno));
    }
    if (was_up) {
        c->told = true;
        c->on_disconnect(c->user, c->problem);
    }
}

static void
dropped(struct mosquitto *m, void *user, int code, const mosquitto_property *props)
{
    (void)m;
    (void)props;
    client_fall(user, code, errno);
}

void
client_set_events(struct client *c)
{
    mosquitto_connect_v5_callback_set(c->m, welcomed);
    mosquitto_disconnect_v5_callback_set(c->m, dropped);
    mosquitto_subscribe_callback_set(c->m, subscribed);
    mosquitto_unsubscribe_callback_set(c->m, confirmed);
    mosquitto_publish_v5_callback_set(c->m, published);
    mosquitto_message_callback_set(c->m, delivered);
}
