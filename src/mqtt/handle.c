/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/mqtt/handle.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define SYSTEM_CAS "/etc/ssl/certs"

/* The library's own clean-up is never called: it takes OpenSSL's tables down for everybody. */
static void
start_library(void)
{
    mosquitto_lib_init();
    signal(SIGPIPE, SIG_IGN); /* the library does so in some places and not in others */
}

static bool
is_set(const char *text)
{
    return text != NULL && *text != '\0';
}

bool
handle_is_unix(const struct mqtt_endpoint *endpoint)
{
    return is_set(endpoint->socket);
}

void
handle_place(const struct mqtt_endpoint *endpoint, char *dst, size_t cap)
{
    if (handle_is_unix(endpoint)) {
        g_strlcpy(dst, endpoint->socket, cap);
    } else {
        snprintf(dst, cap, "%s:%d", endpoint->host, endpoint->port);
    }
}

const char *
handle_error(int code, int saved_errno)
{
    if (code == MOSQ_ERR_ERRNO) {
        return saved_errno == 0 ? "connection closed" : g_strerror(saved_errno);
    }
    if (code == MOSQ_ERR_EAI) {
        return "the host name is unknown";
    }
    return mosquitto_strerror(code);
}

static enum rc
set_tls(struct mosquitto *m, const struct mqtt_endpoint *e, struct err *err)
{
    struct stat info;
    const char *file = is_set(e->cafile) ? e->cafile : NULL;
    const char *dir = file == NULL ? SYSTEM_CAS : NULL;
    if (file != NULL && stat(file, &info) == 0 && S_ISDIR(info.st_mode)) {
        dir = file;
        file = NULL;
    }
    const char *cert = is_set(e->certfile) ? e->certfile : NULL;
    const char *key = is_set(e->keyfile) ? e->keyfile : NULL;
    int code = mosquitto_tls_set(m, file, dir, cert, key, NULL);
    if (code == MOSQ_ERR_SUCCESS) {
        /* "tlsv1.2" means that or newer; the library's default lets 1.1 through. */
        code = mosquitto_tls_opts_set(m, 1, "tlsv1.2", NULL);
    }
    if (code == MOSQ_ERR_SUCCESS) {
        return RC_OK;
    }
    return err_set(
        err, RC_INVALID,
        "could not set up TLS with cafile \"%s\", certfile \"%s\", keyfile \"%s\": %s",
        file != NULL ? file : dir, cert != NULL ? cert : "", key != NULL ? key : "",
        mosquitto_strerror(code));
}

enum rc
handle_new(struct mosquitto **ret, const struct mqtt_endpoint *endpoint, const char *client_id,
           bool clean, void *user, struct err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start_library);

    struct mosquitto *m = mosquitto_new(client_id, clean, user);
    if (m == NULL) {
        return err_set(err, RC_INVALID, "MQTT client id \"%s\" cannot be used",
                       client_id != NULL ? client_id : "");
    }
    enum rc rc = RC_OK;
    if (is_set(endpoint->username) &&
        mosquitto_username_pw_set(m, endpoint->username, endpoint->password) !=
            MOSQ_ERR_SUCCESS) {
        rc = err_set(err, RC_INVALID, "MQTT user \"%s\" cannot be used", endpoint->username);
    }
    if (rc == RC_OK && endpoint->tls && !handle_is_unix(endpoint)) {
        rc = set_tls(m, endpoint, err);
    }
    if (rc != RC_OK) {
        mosquitto_destroy(m);
        return rc;
    }
    mosquitto_int_option(m, MOSQ_OPT_TCP_NODELAY, 1);
    *ret = m;
    return RC_OK;
}

bool
handle_has_peer(struct mosquitto *m)
{
    struct sockaddr_storage peer;
    socklen_t len = sizeof(peer);
    return getpeername(mosquitto_socket(m), (struct sockaddr *)&peer, &len) == 0;
}

void
handle_cork(struct mosquitto *m, bool on)
{
    int value = on;
    setsockopt(mosquitto_socket(m), IPPROTO_TCP, TCP_CORK, &value, sizeof(value));
}

void
handle_quick_ack(struct mosquitto *m)
{
    int value = 1;
    setsockopt(mosquitto_socket(m), IPPROTO_TCP, TCP_QUICKACK, &value, sizeof(value));
}
