/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The MQTT client: one libmosquitto handle run by the caller's own poll loop.
 *
 * Threads:  one; callbacks run inside client_read() and client_turn().
 * Acks:     libmosquitto queues PUBACK before it tells of a message. It leaves only with
 *           client_write(), which the caller calls after the commit (and never before): what
 *           was not committed comes again. While client_unacked() is not 0, client_write() must
 *           wait for the commit.
 * Confirm:  MQTT does not acknowledge a PUBACK, yet what one batch of them has reached the
 * broker decides what comes again. An UNSUBSCRIBE from a topic that was never subscribed
 *           follows them, and its UNSUBACK tells that they have arrived.
 * Lost:     connection loss is no error; client_turn() reconnects with back-off and jitter.
 * Own:      what client_publish() took of QoS 1 and the broker has not confirmed is sent again
 *           after a reconnect, before anything new.
 */
#ifndef SRC_MQTT_CLIENT_H
#define SRC_MQTT_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/core/clock.h"
#include "src/core/error.h"
#include "src/mqtt/endpoint.h"

struct client;

struct client_filter {
    const char *filter;
    int qos;
};

/* Why there is no connection. */
enum client_failure {
    CLIENT_WELL,        /* connected, or not tried yet */
    CLIENT_REFUSED,     /* the host answered, the broker did not: refused, closed, no welcome */
    CLIENT_UNREACHABLE, /* no route, network down */
    CLIENT_LOOKUP,      /* the host's name could not be resolved */
    CLIENT_TIMEOUT,     /* nothing came back */
    CLIENT_DENIED,      /* it does not want us: password, certificate, banned */
};

struct client_message {
    const char *topic; /* as received: untrusted */
    const void *payload;
    size_t len;
    uint16_t mid;    /* 0 at QoS 0 */
    uint64_t number; /* the how manieth of QoS 1 over this connection, from 1; 0 at QoS 0 */
    int qos;
    bool retain;
};

struct client_config {
    struct mqtt_endpoint endpoint;
    const char *client_id; /* fixed: the session is persistent */
    const struct client_filter *filters;
    size_t n_filters;
    /* Topics of leitstand itself, NULL-terminated, may be NULL: QoS 0, the retained messages
     * with every connect, and with MQTT 5 nothing of what we publish ourselves. */
    const char *const *own_filters;
    const char *const *echo_filters; /* the same, but ours come back to us */
    const char *presence_topic;      /* NULL: none. Retained; emptied by the last will, too */
    const char *presence_payload;    /* published at every connect */
    /* A topic of nobody else, by which the client learns whether what comes had waited: see
     * client_behind(). NULL: it does not ask. */
    const char *marker_topic;
    bool clean; /* no persistent session: probes */

    void *user;
    void (*on_message)(void *user, const struct client_message *m);
    /* session_present: the broker kept our session, redeliveries are to be expected. */
    void (*on_connect)(void *user, bool session_present);
    void (*on_disconnect)(void *user, const char *why);
    /* The broker has got the PUBACKs of all messages of QoS 1 up to the one of this number: it
     * will not send them again. Told now and then. May be NULL. */
    void (*on_confirmed)(void *user, uint64_t number);
};

/* The retained messages of own_filters once more. Nothing without a connection. */
void client_hear_retained(struct client *c);

/* What is published at the connects from now on, instead of config's. Not by this call. */
void client_set_presence(struct client *c, const char *payload);

/* Does not connect; strings are copied. */
MUST_USE enum rc client_new(struct client **ret, const struct client_config *config,
                            struct err *err);
/* Empties the presence topic, disconnects in order and frees; NULL is fine. */
void client_free(struct client *c);

/* For poll(): -1 while there is no socket; want_write: data waits that may leave now. */
int client_fd(const struct client *c);
bool client_want_write(const struct client *c);

/*
 * Read what has arrived, at most max messages. Returns true when the socket is drained, false
 * when more may be there.
 */
bool client_read(struct client *c, int max);

/* Let queued packets leave, PUBACKs included. */
void client_write(struct client *c);

/* Keepalive, connection attempts, back-off. Call at least once a second; returns when next. */
mono_us client_turn(struct client *c, struct now now);

/* Messages of QoS 1 whose PUBACK waits in here. */
uint64_t client_unacked(const struct client *c);

/*
 * What comes over this connection may have waited at the broker since before it: the session
 * was kept, or we or the connection stood still. False as soon as something that was said to
 * ourselves at QoS 1 comes back without delay. Never without marker_topic.
 */
bool client_behind(const struct client *c);

bool client_connected(const struct client *c);
/* Connected, but nothing comes back: the broker or the network stands still. Told within some
 * seven seconds, long before the keepalive ends the connection. */
bool client_stalled(const struct client *c);
/* Why not, for people; "" when connected. */
const char *client_problem(const struct client *c);
/* The same, sorted: of the last attempt, or of the end of the last connection. */
enum client_failure client_failure(const struct client *c);

#define CLIENT_PENDING_MAX 20 /* of ours at once: what the library sends */
#define CLIENT_PAYLOAD_MAX ((size_t)16 * 1024 * 1024) /* bytes */

/*
 * Say something: topic and payload are copied, and leave with client_write() like everything
 * else. RC_OK; RC_BUSY when there is no connection (nor inside on_connect): the caller keeps
 * what it has to say; RC_FULL while CLIENT_PENDING_MAX of ours are unconfirmed (at QoS 0:
 * unwritten, counted by itself); RC_INVALID when the topic or the payload cannot be sent, ever.
 * qos is 0 or 1.
 *
 * While more than one of QoS 1 is unconfirmed, client_read() takes the library's slow road.
 */
MUST_USE enum rc client_publish(struct client *c, const char *topic, const void *payload,
                                size_t len, int qos, bool retain);
/* How many of ours of QoS 1, presence included, the broker has not confirmed. */
size_t client_pending(const struct client *c);

#endif
