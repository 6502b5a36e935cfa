/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Messages of QoS 0 and 1, mixed and of all sizes, through the client over whatever line:
 * each must arrive, whole, once and in the order of its QoS, while the client publishes as well
 * and hears some of that. Run by mixed.sh.
 *
 *     mixed CLIENT_SOCKET BROKER_SOCKET COUNT
 *     mixed CLIENT_HOST:PORT BROKER_SOCKET COUNT
 */
#include <poll.h>
#include <signal.h>

#include "src/mqtt/client.h"
#include "src/mqtt/publisher.h"

#define DEADLINE_US (60 * US_PER_S)
#define LARGE       100000 /* bytes: more than the client sees at once */

struct mixed {
    struct client *client;
    struct publisher *publisher;
    uint64_t next[2]; /* number expected, by QoS */
    uint64_t wrong;
    bool speaks;
    bool ready;             /* the subscription is there */
    uint64_t said[2];       /* by QoS: what the client published */
    uint64_t heard_back[2]; /* and what of it came back */
};

/* Numbers 0, 2, 4 … are of QoS 0, the others of QoS 1; every 500th or so is large. */
static size_t
size_of(uint64_t number)
{
    return number % 503 == 7 ? LARGE : number * 7919 % 300;
}

static void
take_message(void *user, const struct client_message *m)
{
    struct mixed *x = user;
    if (strcmp(m->topic, "m/ready") == 0) {
        x->ready = true;
        return;
    }
    if (g_str_has_prefix(m->topic, "o/")) {
        int said = m->topic[2] - '0';
        x->wrong += g_ascii_strtoull(m->topic + 4, NULL, 10) != x->heard_back[said];
        x->heard_back[said]++;
        return;
    }
    int qos = m->qos;
    uint64_t number = g_ascii_strtoull(m->topic + 2, NULL, 10);
    bool right = number == x->next[qos] && (int)(number % 2) == qos &&
                 m->len == size_of(number) && !m->retain;
    const char *bytes = m->payload;
    for (size_t i = 0; right && i < m->len; i++) {
        right = bytes[i] == (char)('a' + (number + i) % 26);
    }
    x->wrong += !right;
    x->next[qos] = number + 2;
}

static void
take_connect(void *user, bool session_present)
{
    (void)user;
    (void)session_present;
}

static void
take_disconnect(void *user, const char *why)
{
    struct mixed *x = user;
    printf("# lost: %s\n", why);
    x->wrong++;
}

/* As much as the client takes, of either QoS. */
static void
say(struct mixed *x, int qos)
{
    char topic[32];
    for (;;) {
        snprintf(topic, sizeof(topic), "o/%d/%llu", qos, (unsigned long long)x->said[qos]);
        if (client_publish(x->client, topic, "x", 1, qos, false) != RC_OK) {
            return;
        }
        x->said[qos]++;
    }
}

static void
turn(struct mixed *x, int timeout_ms)
{
    struct now now = clock_now();
    client_turn(x->client, now);
    if (x->speaks) {
        say(x, 0);
        say(x, 1);
    }
    if (client_unacked(x->client) > 0 || client_want_write(x->client)) {
        client_write(x->client);
    }
    struct pollfd fd = {.fd = client_fd(x->client), .events = POLLIN};
    if (poll(&fd, 1, timeout_ms) > 0) {
        client_read(x->client, 100);
    }
}

static bool
send_number(struct mixed *x, uint64_t number)
{
    static char bytes[LARGE];
    char topic[32];
    size_t len = size_of(number);
    for (size_t i = 0; i < len; i++) {
        bytes[i] = (char)('a' + (number + i) % 26);
    }
    snprintf(topic, sizeof(topic), "m/%llu", (unsigned long long)number);
    return publisher_publish(x->publisher, topic, bytes, len, (int)(number % 2), false, 0,
                             NULL) == RC_OK;
}

static bool
run(struct mixed *x, uint64_t count)
{
    mono_us deadline = clock_now().mono + DEADLINE_US;
    x->next[1] = 1;
    while (!x->ready && clock_now().mono < deadline) {
        turn(x, 20);
        if (publisher_publish(x->publisher, "m/ready", "", 0, 0, false, 0, NULL) != RC_OK) {
            return false;
        }
    }
    x->speaks = true;
    for (uint64_t number = 0; number < count; number++) {
        if (!send_number(x, number)) {
            return false;
        }
        if (number % 20 == 0) {
            turn(x, 0);
        }
    }
    while (x->next[0] + x->next[1] < 2 * count + 1 && clock_now().mono < deadline) {
        if (publisher_turn(x->publisher, 0, NULL) != RC_OK) {
            return false;
        }
        turn(x, 10);
    }
    x->speaks = false;
    while ((client_pending(x->client) > 0 || x->heard_back[1] < x->said[1]) &&
           clock_now().mono < deadline) {
        turn(x, 10);
    }
    printf("# said %llu and %llu, heard back %llu and %llu\n", (unsigned long long)x->said[0],
           (unsigned long long)x->said[1], (unsigned long long)x->heard_back[0],
           (unsigned long long)x->heard_back[1]);
    printf("# next %llu and %llu of %llu, %llu wrong\n", (unsigned long long)x->next[0],
           (unsigned long long)x->next[1], (unsigned long long)count,
           (unsigned long long)x->wrong);
    return x->wrong == 0 && x->said[1] > 0 && x->heard_back[1] == x->said[1] &&
           x->next[0] + x->next[1] == 2 * count + 1;
}

int
main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    if (argc != 4) {
        return 2;
    }
    char **place = g_strsplit(argv[1], ":", 2);
    struct mixed x = {.client = NULL};
    struct client_filter filters[] = {{"m/#", 1}, {"o/#", 0}};
    struct client_config config = {
        .endpoint = {.keepalive_s = 60},
        .client_id = "mixed",
        .filters = filters,
        .n_filters = G_N_ELEMENTS(filters),
        .presence_topic = "leitstand/v1/instances/mixed",
        .presence_payload = "{}",
        .clean = true,
        .user = &x,
        .on_message = take_message,
        .on_connect = take_connect,
        .on_disconnect = take_disconnect,
    };
    if (place[1] != NULL) {
        config.endpoint.host = place[0];
        config.endpoint.port = (int)strtol(place[1], NULL, 10);
    } else {
        config.endpoint.socket = argv[1];
    }
    struct publisher_config sender = {.endpoint = {.socket = argv[2], .keepalive_s = 60},
                                      .window = 100};
    bool well = client_new(&x.client, &config, NULL) == RC_OK &&
                publisher_open(&x.publisher, &sender, 5000, NULL) == RC_OK &&
                run(&x, strtoull(argv[3], NULL, 10));
    client_free(x.client);
    publisher_close(x.publisher);
    g_strfreev(place);
    return well ? 0 : 1;
}
