/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/mqtt/failure.h"

#include <errno.h>

#include <mosquitto.h>
#include <mqtt_protocol.h>

#define REASONS_FROM 128 /* MQTT 5; the library's own numbers have long ended */

static enum client_failure
of_errno(int saved_errno)
{
    switch (saved_errno) {
    case ENETUNREACH:
    case ENETDOWN:
    case EHOSTUNREACH:
    case EHOSTDOWN:
    case EADDRNOTAVAIL:
        return CLIENT_UNREACHABLE;
    case ETIMEDOUT:
        return CLIENT_TIMEOUT;
    case EACCES: /* of a unix socket */
    case EPERM:
        return CLIENT_DENIED;
    default: /* refused, reset, closed, no such unix socket */
        return CLIENT_REFUSED;
    }
}

static enum client_failure
of_reason(int code)
{
    switch (code) {
    case MQTT_RC_CLIENTID_NOT_VALID:
    case MQTT_RC_BAD_USERNAME_OR_PASSWORD:
    case MQTT_RC_NOT_AUTHORIZED:
    case MQTT_RC_BANNED:
    case MQTT_RC_BAD_AUTHENTICATION_METHOD:
    case MQTT_RC_SESSION_TAKEN_OVER:
    case MQTT_RC_ADMINISTRATIVE_ACTION:
        return CLIENT_DENIED;
    default:
        return CLIENT_REFUSED;
    }
}

enum client_failure
failure_of_code(int code, int saved_errno)
{
    if (code >= REASONS_FROM) {
        return of_reason(code);
    }
    switch (code) {
    case MOSQ_ERR_ERRNO:
    case MOSQ_ERR_CONN_LOST:
        return of_errno(saved_errno);
    case MOSQ_ERR_EAI:
        return CLIENT_LOOKUP;
    case MOSQ_ERR_KEEPALIVE:
        return CLIENT_TIMEOUT;
    case MOSQ_ERR_TLS:
    case MOSQ_ERR_AUTH:
    case MOSQ_ERR_ACL_DENIED:
        return CLIENT_DENIED;
    default:
        return CLIENT_REFUSED;
    }
}

enum client_failure
failure_of_connack(int code, bool v5)
{
    if (v5 && code >= REASONS_FROM) {
        return of_reason(code);
    }
    switch (code) {
    case CONNACK_REFUSED_IDENTIFIER_REJECTED:
    case CONNACK_REFUSED_BAD_USERNAME_PASSWORD:
    case CONNACK_REFUSED_NOT_AUTHORIZED:
        return CLIENT_DENIED;
    default:
        return CLIENT_REFUSED;
    }
}

enum client_failure
failure_of_silence(bool answered)
{
    return answered ? CLIENT_REFUSED : CLIENT_TIMEOUT;
}
