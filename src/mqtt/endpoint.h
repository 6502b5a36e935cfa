/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a broker is and how it lets us in. Shared by client and publisher. */
#ifndef SRC_MQTT_ENDPOINT_H
#define SRC_MQTT_ENDPOINT_H

#include <stdbool.h>

struct mqtt_endpoint {
    const char *host;   /* name or address */
    const char *socket; /* path of a unix socket; wins over host when not NULL or "" */
    int port;
    int keepalive_s;                         /* at least 5 */
    const char *username, *password;         /* NULL or "": none */
    bool tls;                                /* TLS 1.2 or newer; never over a unix socket */
    const char *cafile, *certfile, *keyfile; /* NULL or "": the system's CAs; no certificate */
};

#endif
