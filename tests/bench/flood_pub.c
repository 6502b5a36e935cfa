/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Publishes as fast as the broker takes it, or at a rate. Tells as JSON when the first message
 * left and, at QoS 1, how many the broker has acknowledged.
 */
#include "tests/bench/mqtt_raw.h"

static int port, topics = 10000, qos, window = 2000;
static int64_t count = 100000, rate;

static const GOptionEntry options[] = {
    {"port", 'p', 0, G_OPTION_ARG_INT, &port, "port of the broker on loopback", "N"},
    {"topics", 't', 0, G_OPTION_ARG_INT, &topics, "number of topics", "N"},
    {"qos", 'q', 0, G_OPTION_ARG_INT, &qos, "0 or 1", "N"},
    {"window", 'w', 0, G_OPTION_ARG_INT, &window, "QoS 1: open messages at most", "N"},
    {"count", 'n', 0, G_OPTION_ARG_INT64, &count, "messages", "N"},
    {"rate", 'r', 0, G_OPTION_ARG_INT64, &rate, "messages a second; 0: no limit", "N"},
    {NULL, 0, 0, 0, NULL, NULL, NULL},
};

int
main(int argc, char **argv)
{
    GOptionContext *context = g_option_context_new(NULL);
    g_option_context_add_main_entries(context, options, NULL);
    bool understood = g_option_context_parse(context, &argc, &argv, NULL);
    g_option_context_free(context);
    if (!understood || port == 0 || topics < 1 || qos < 0 || qos > 1 || window > 60000) {
        fprintf(stderr, "flood_pub: wrong options\n");
        return 2;
    }
    struct err err = {""};
    struct raw *r = NULL;
    const struct raw_config config = {"127.0.0.1", port, topics, qos, window};
    enum rc rc = raw_open(&r, &config, &err);
    int64_t begin = bench_clock_us();
    if (rc == RC_OK) {
        rc = rate > 0 ? raw_pace(r, begin, (uint64_t)count, rate, &err)
                      : raw_send(r, (uint64_t)count, &err);
    }
    rc = rc == RC_OK ? raw_flush(r, 0, &err) : rc;
    while (rc == RC_OK && raw_acked(r) < raw_sent(r)) {
        rc = raw_flush(r, 1000, &err);
    }
    if (rc != RC_OK) {
        fprintf(stderr, "flood_pub: %s\n", err.text);
        raw_close(r);
        return 1;
    }
    printf("{\"sent\":%" G_GUINT64_FORMAT ",\"begin_us\":%" G_GINT64_FORMAT
           ",\"end_us\":%" G_GINT64_FORMAT "}\n",
           raw_sent(r), begin, bench_clock_us());
    raw_close(r);
    return 0;
}
