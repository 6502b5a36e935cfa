/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading. The library takes three system calls, four allocations and a dozen locks for a
 * message; of those of QoS 0 a broker can send hundreds of thousands a second. So these are
 * taken past it: a look at what the socket holds (MSG_PEEK), and whole packets of this one kind
 * are handed on and removed. Every other packet is left to the library.
 *
 * That needs certainty that the library is not in the middle of a packet. It reads one packet
 * in one call, or as many as messages of ours are unacknowledged; so after a call in which it
 * had something to tell it stands between two packets, unless more than one such message was
 * open. With TLS, and while nothing is certain, the library reads everything.
 */
#include <errno.h>
#include <sys/socket.h>

#include "src/mqtt/client_private.h"
#include "src/mqtt/handle.h"
#include "src/mqtt/packet.h"

#define QUICK_BYTES    (16 * 1024) /* a stream thicker than this needs no hurry */
#define IDLE_READS_MAX 16          /* packets that are no messages, in one client_read() */

/* Let the library read; *ret_idle: it found nothing. */
static void
read_by_library(struct client *c, bool *ret_idle)
{
    uint64_t events = c->events, messages = c->messages;
    bool one_packet = c->open_publishes->len <= 1;
    errno = 0;
    int code = mosquitto_loop_read(c->m, 1);
    /* A message's callback may leave EAGAIN behind; without one it is the socket's. */
    *ret_idle = code == MOSQ_ERR_SUCCESS && messages == c->messages && errno == EAGAIN;
    c->between_packets = one_packet && c->events != events;
    if (code != MOSQ_ERR_SUCCESS) {
        client_fall(c, code, errno);
    }
}

static void
hand_on(struct client *c, const struct packet *p)
{
    /* The topic moves by one, over its length, to make room for the zero at its end. */
    char *topic = memmove(p->topic - 1, p->topic, p->topic_len);
    topic[p->topic_len] = '\0';
    struct client_message m = {
        .topic = topic, .payload = p->payload, .len = p->payload_len, .retain = p->retain};
    c->messages++;
    c->on_message(c->user, &m);
}

/* Remove from the socket what has been handed on. */
static void
remove_bytes(struct client *c, uint8_t *scratch, size_t n)
{
    /* Over TCP MSG_TRUNC spares the copy; a unix socket ignores it. */
    while (n > 0) {
        ssize_t got = recv(mosquitto_socket(c->m), scratch, n, MSG_TRUNC | MSG_DONTWAIT);
        if (got <= 0) {
            client_fall(c, MOSQ_ERR_CONN_LOST, errno);
            return;
        }
        n -= (size_t)got;
    }
}

/* One look, and what follows from it. True: the socket is drained. */
static bool
read_past_library(struct client *c, uint64_t until)
{
    bool idle = false;
    ssize_t n = recv(mosquitto_socket(c->m), c->window, CLIENT_WINDOW, MSG_PEEK | MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN) {
        return true;
    }
    size_t end = n > 0 ? (size_t)n : 0, at = 0, removed = 0;
    while (c->phase == PHASE_UP && at < end && c->messages < until) {
        struct packet p;
        enum packet_kind kind = packet_look(&p, c->window + at, end - at, !c->retry.v311);
        if (kind == PACKET_MESSAGE_0) {
            hand_on(c, &p);
            at += p.size;
            continue;
        }
        remove_bytes(c, c->window + removed, at - removed);
        removed = at;
        if (kind == PACKET_OTHER && c->open_publishes->len <= 1 && c->phase == PHASE_UP) {
            read_by_library(c, &idle); /* this packet, and all of it */
            c->between_packets = true;
            at = removed = at + p.size;
            continue;
        }
        if (kind == PACKET_PARTIAL && at > 0) {
            return true; /* the rest of it is on its way */
        }
        end = 0; /* the library makes sense of it */
    }
    if (end == 0) {
        read_by_library(c, &idle);
        return idle;
    }
    remove_bytes(c, c->window + removed, at - removed);
    if (end < QUICK_BYTES) {
        handle_quick_ack(c->m);
    }
    return at == end && end < CLIENT_WINDOW;
}

bool
client_read(struct client *c, int max)
{
    uint64_t until = c->messages + (uint64_t)max;
    int idle = 0;
    client_marker_look(c);
    while (c->phase >= PHASE_CONNECTING && c->messages < until && idle < IDLE_READS_MAX) {
        uint64_t before = c->messages;
        bool drained = false;
        if (c->window != NULL && c->between_packets && c->phase == PHASE_UP) {
            drained = read_past_library(c, until);
        } else {
            read_by_library(c, &drained);
        }
        if (drained) {
            return true;
        }
        idle += c->messages == before;
    }
    return c->phase < PHASE_CONNECTING;
}
