/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What every libmosquitto handle of ours needs before it connects: initialised library,
 * password, TLS, keepalive; and what the library's numbers mean to people. Private to src/mqtt.
 */
#ifndef SRC_MQTT_HANDLE_H
#define SRC_MQTT_HANDLE_H

#include <mosquitto.h>

#include "src/core/error.h"
#include "src/mqtt/endpoint.h"

/* A new handle with credentials and TLS set; end it with mosquitto_destroy(). */
MUST_USE enum rc handle_new(struct mosquitto **ret, const struct mqtt_endpoint *endpoint,
                            const char *client_id, bool clean, void *user, struct err *err);

bool handle_is_unix(const struct mqtt_endpoint *endpoint);

/* "host:port" or the socket's path. */
void handle_place(const struct mqtt_endpoint *endpoint, char *dst, size_t cap);

/* A MOSQ_ERR_ number in words; saved_errno is that of the failed call. */
const char *handle_error(int code, int saved_errno);

/*
 * Acknowledge what has come at once, and for a while what comes: a broker that does not set
 * TCP_NODELAY holds its next small packet back until then, up to 40 ms. The kernel forgets it
 * soon, and when something is sent: ask again after each read and write. Does nothing on a unix
 * socket.
 */
void handle_quick_ack(struct mosquitto *m);

/* Whether its socket has found the other end. */
bool handle_has_peer(struct mosquitto *m);

/* Collect small packets in one segment while on; does nothing on a unix socket. */
void handle_cork(struct mosquitto *m, bool on);

#endif
