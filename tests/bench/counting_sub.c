/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The yardstick: a subscriber that does nothing but count, libmosquitto in its own poll loop.
 * With --nap it sleeps a millisecond each time it has drained the socket. Says "ready" when it
 * is subscribed; ends when it has all messages, or when none came for some seconds.
 */
#include <errno.h>
#include <poll.h>
#include <sys/resource.h>

#include <mosquitto.h>

#include "tests/bench/mqtt_raw.h"

static int port, qos;
static int64_t count = 100000;
static gboolean nap;

static const GOptionEntry options[] = {
    {"port", 'p', 0, G_OPTION_ARG_INT, &port, "port of the broker on loopback", "N"},
    {"qos", 'q', 0, G_OPTION_ARG_INT, &qos, "0 or 1", "N"},
    {"count", 'n', 0, G_OPTION_ARG_INT64, &count, "messages to wait for", "N"},
    {"nap", 0, 0, G_OPTION_ARG_NONE, &nap, "sleep 1 ms after each drain", NULL},
    {NULL, 0, 0, 0, NULL, NULL, NULL},
};

struct counter {
    int64_t received, last_us;
    double cpu_begin_s;
};

static double
cpu_s(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void
on_connect(struct mosquitto *m, void *user, int code)
{
    (void)user;
    if (code == 0) {
        mosquitto_subscribe(m, NULL, "bench/#", qos);
    }
}

static void
on_subscribe(struct mosquitto *m, void *user, int mid, int n, const int *granted)
{
    struct counter *c = user;
    (void)m;
    (void)mid;
    (void)n;
    (void)granted;
    c->cpu_begin_s = cpu_s();
    printf("ready\n");
    fflush(stdout);
}

static void
on_message(struct mosquitto *m, void *user, const struct mosquitto_message *message)
{
    struct counter *c = user;
    (void)m;
    (void)message;
    c->received++;
}

enum turn { TURN_IDLE, TURN_READ, TURN_LOST };

/* Wait up to wait_ms, read (libmosquitto takes about one packet a call), write. */
static enum turn
turn(struct mosquitto *m, int wait_ms)
{
    struct pollfd p = {.fd = mosquitto_socket(m),
                       .events = (short)(POLLIN | (mosquitto_want_write(m) ? POLLOUT : 0))};
    if (poll(&p, 1, wait_ms) < 0 && errno != EINTR) {
        return TURN_LOST;
    }
    bool readable = (p.revents & POLLIN) != 0;
    if (readable && mosquitto_loop_read(m, 1) != MOSQ_ERR_SUCCESS) {
        return TURN_LOST;
    }
    if (mosquitto_want_write(m) && mosquitto_loop_write(m, 1) != MOSQ_ERR_SUCCESS) {
        return TURN_LOST;
    }
    return readable ? TURN_READ : TURN_IDLE;
}

static void
receive(struct mosquitto *m, struct counter *c)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    int64_t seen = 0, idle_since = bench_clock_us();
    enum turn t = TURN_READ;
    while (c->received < count && t != TURN_LOST) {
        t = turn(m, nap ? 0 : 100);
        if (t == TURN_READ) {
            continue;
        }
        int64_t now = bench_clock_us(); /* the socket is drained */
        if (c->received != seen) {
            seen = c->received;
            idle_since = now;
        } else if (now - idle_since > 10 * INT64_C(1000000)) {
            break;
        }
        mosquitto_loop_misc(m);
        if (nap) {
            nanosleep(&pause, NULL);
        }
    }
    c->last_us = bench_clock_us();
}

int
main(int argc, char **argv)
{
    GOptionContext *context = g_option_context_new(NULL);
    g_option_context_add_main_entries(context, options, NULL);
    bool understood = g_option_context_parse(context, &argc, &argv, NULL);
    g_option_context_free(context);
    if (!understood || port == 0) {
        fprintf(stderr, "counting_sub: wrong options\n");
        return 2;
    }
    struct counter counter = {0};
    mosquitto_lib_init();
    struct mosquitto *m = mosquitto_new("counter", true, &counter);
    mosquitto_connect_callback_set(m, on_connect);
    mosquitto_subscribe_callback_set(m, on_subscribe);
    mosquitto_message_callback_set(m, on_message);
    int rc = mosquitto_connect(m, "127.0.0.1", port, 60);
    if (rc == MOSQ_ERR_SUCCESS) {
        receive(m, &counter);
        printf("{\"received\":%" G_GINT64_FORMAT ",\"last_us\":%" G_GINT64_FORMAT
               ",\"cpu_s\":%.6f}\n",
               counter.received, counter.last_us, cpu_s() - counter.cpu_begin_s);
        mosquitto_disconnect(m);
    } else {
        fprintf(stderr, "counting_sub: %s\n", mosquitto_strerror(rc));
    }
    mosquitto_destroy(m);
    mosquitto_lib_cleanup();
    return rc == MOSQ_ERR_SUCCESS ? 0 : 1;
}
