/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inside of the client, shared by its two halves: client.c is called by the caller,
 * client_events.c by the library.
 */
#ifndef SRC_MQTT_CLIENT_PRIVATE_H
#define SRC_MQTT_CLIENT_PRIVATE_H

#include <mosquitto.h>

#include "src/mqtt/client.h"
#include "src/mqtt/retry.h"

#define CLIENT_NEVER_FILTER "leitstand/v1/never-subscribed"
#define CLIENT_WINDOW       (64 * 1024) /* bytes seen at once; larger packets are the library's */

/*
 * WAIT: until next_try. LOOKUP: the host's name is being resolved. CONNECTING: there is a
 * socket, the broker has not said welcome. UP: it has.
 */
enum client_phase { PHASE_WAIT, PHASE_LOOKUP, PHASE_CONNECTING, PHASE_UP };

struct client {
    struct mosquitto *m;
    struct mqtt_endpoint endpoint; /* host and socket belong to us, the rest is the handle's */
    char place[256];
    char **names; /* the texts of filters */
    struct client_filter *filters;
    int *subscribe_mids; /* of the last SUBSCRIBE for each filter */
    size_t n_filters;    /* the caller's, the marker's, n_own of our own topics, then n_echo */
    size_t n_own, n_echo;
    char *presence_topic, *presence_payload;
    bool clean;

    void *user;
    void (*on_message)(void *user, const struct client_message *m);
    void (*on_connect)(void *user, bool session_present);
    void (*on_disconnect)(void *user, const char *why);
    void (*on_confirmed)(void *user, uint64_t number);

    enum client_phase phase;
    bool fell; /* the connection went, client_turn() has to plan the next attempt */
    mono_us next_try, connect_deadline, next_misc;
    mono_us turned;   /* the last client_turn() */
    mono_us up_since; /* to about a second */
    struct retry retry;
    struct lookup *lookup;
    char **addresses; /* what it found, NULL once all were tried or one was good */
    guint address;    /* which of them is next */

    uint64_t messages; /* delivered */
    uint64_t events;   /* callbacks of the library */

    /* Messages of QoS 0 are taken past the library (client_read.c). */
    uint8_t *window;        /* CLIENT_WINDOW bytes; NULL with TLS */
    bool between_packets;   /* the library has read whole packets only */
    GArray *open_publishes; /* int: packet ids of our messages of QoS 1 */

    size_t unwritten; /* our messages of QoS 0 that the socket has not taken */
    bool welcoming;   /* what was unconfirmed must go first, and has not gone yet */
    bool publish_refusal_told;

    uint64_t unacked;

    /* Messages of QoS 1 over this connection, counted from its beginning. */
    struct {
        uint64_t delivered, acked; /* acked: their PUBACKs were let go */
        uint64_t confirmed;        /* and have reached the broker */
        uint64_t asked;            /* will be confirmed by the UNSUBACK under way */
        int mid;                   /* of that UNSUBSCRIBE */
        bool pending;              /* there is one */
    } custody;
    struct {
        uint64_t heard; /* callbacks and messages when something last came */
        mono_us at;     /* when that was */
        bool asked;     /* whether anybody is there */
        mono_us asked_at;
        bool stalled;
    } alive;
    struct {
        char *topic; /* NULL: it is not asked for */
        uint64_t life;
        mono_us said_at; /* the last one */
        bool behind;     /* none has come back that did not take long */
    } marker;
    bool explained; /* problem and failure tell of this attempt already */
    enum client_failure failure;
    bool told; /* the log says already that there is no connection */
    char problem[200];
    char library_error[200]; /* what the library logged: TLS tells its reasons there */
};

void client_set_problem(struct client *c, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Ask the broker to confirm the PUBACKs let go so far, unless it has been asked already. */
void client_ask_confirmation(struct client *c);

/* client_alive.c: the connection is new; time passes (with every client_turn()). */
void client_alive_begin(struct client *c);
void client_alive_turn(struct client *c);

/* client_marker.c: what the broker kept for us comes now; before every read; true: the message
 * was one of ours, and for nobody else. */
void client_marker_init(struct client *c, const char *topic);
void client_marker_begin(struct client *c);
void client_marker_look(struct client *c);
void client_marker_turn(struct client *c); /* time passes, and it is connected */
bool client_marker_take(struct client *c, const struct mosquitto_message *m);

/* Hook the library's callbacks up. */
void client_set_events(struct client *c);

/* Whether to take what the library logs. It formats a line for every packet as soon as anybody
 * listens, so nobody does once the connection is up. */
void client_hear_library(struct client *c, bool hear);

/* The connection, or the attempt, is over; code is the library's or the broker's reason. */
void client_fall(struct client *c, int code, int saved_errno);

#endif
