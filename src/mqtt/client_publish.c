/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What we have to say ourselves. With a threaded handle the library only queues; the packets
 * leave with client_write(), behind the PUBACKs that wait for their commit.
 */
#include "src/mqtt/client_private.h"

size_t
client_pending(const struct client *c)
{
    return c->open_publishes->len;
}

enum rc
client_publish(struct client *c, const char *topic, const void *payload, size_t len, int qos,
               bool retain)
{
    if (c->phase != PHASE_UP || c->welcoming) {
        return RC_BUSY;
    }
    if ((qos > 0 ? c->open_publishes->len : c->unwritten) >= CLIENT_PENDING_MAX) {
        return RC_FULL;
    }
    if (len > CLIENT_PAYLOAD_MAX) {
        return RC_INVALID;
    }
    int mid = 0;
    int code = mosquitto_publish(c->m, &mid, topic, (int)len, payload, qos, retain);
    if (code == MOSQ_ERR_NO_CONN) {
        return RC_BUSY;
    }
    if (code != MOSQ_ERR_SUCCESS) {
        return RC_INVALID;
    }
    if (qos > 0) {
        g_array_append_val(c->open_publishes, mid);
    } else {
        c->unwritten++;
    }
    return RC_OK;
}
