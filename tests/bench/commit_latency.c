/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From message to committed row: publishes at a rate and asks the cache file every half
 * millisecond how many rows are in it. The n-th new row is the n-th message, so its latency is
 * the time since that message was due. Tells percentiles as JSON.
 */
#include "storage/query.h"
#include "tests/bench/mqtt_raw.h"
#include "tests/bench/percentiles.h"

static int port, qos;
static int64_t count = 100000, rate = 10000;
static char *path;

static const GOptionEntry options[] = {
    {"port", 'p', 0, G_OPTION_ARG_INT, &port, "port of the broker on loopback", "N"},
    {"qos", 'q', 0, G_OPTION_ARG_INT, &qos, "0 or 1", "N"},
    {"count", 'n', 0, G_OPTION_ARG_INT64, &count, "messages", "N"},
    {"rate", 'r', 0, G_OPTION_ARG_INT64, &rate, "messages a second", "N"},
    {"cache", 0, 0, G_OPTION_ARG_FILENAME, &path, "the cache of the running instance", "FILE"},
    {NULL, 0, 0, 0, NULL, NULL, NULL},
};

/* Send what is due and note what has been committed; ends with the last row or 20 s later. */
static enum rc
run(struct raw *r, struct query *q, int64_t *latency, struct err *err)
{
    const struct timespec pause = {.tv_nsec = 500000};
    uint64_t base, stored;
    int64_t done = 0;
    enum rc rc = query_stored(q, &base, err);
    int64_t begin = bench_clock_us(), end = begin + count * 1000000 / rate + 20000000;
    while (rc == RC_OK && done < count) {
        int64_t now = bench_clock_us();
        int64_t due = MIN((now - begin) * rate / 1000000, count) - (int64_t)raw_sent(r);
        rc = due > 0 ? raw_send(r, (uint64_t)due, err) : RC_OK;
        rc = rc == RC_OK ? raw_flush(r, 0, err) : rc;
        rc = rc == RC_OK ? query_stored(q, &stored, err) : rc;
        for (now = bench_clock_us(); rc == RC_OK && done < MIN((int64_t)(stored - base), count);
             done++) {
            latency[done] = now - (begin + done * 1000000 / rate);
        }
        if (now > end) {
            return err_set(err, RC_IO, "only %" G_GINT64_FORMAT " messages arrived", done);
        }
        nanosleep(&pause, NULL);
    }
    return rc;
}

int
main(int argc, char **argv)
{
    GOptionContext *context = g_option_context_new(NULL);
    g_option_context_add_main_entries(context, options, NULL);
    bool understood = g_option_context_parse(context, &argc, &argv, NULL);
    g_option_context_free(context);
    if (!understood || port == 0 || path == NULL || count < 100 || rate < 1) {
        fprintf(stderr, "commit_latency: wrong options\n");
        return 2;
    }
    struct err err = {""};
    struct raw *r = NULL;
    struct query *q = NULL;
    const struct raw_config config = {"127.0.0.1", port, 10000, qos, 2000};
    int64_t *latency = g_new0(int64_t, count);
    enum rc rc = query_open(&q, path, &err);
    rc = rc == RC_OK ? raw_open(&r, &config, &err) : rc;
    rc = rc == RC_OK ? run(r, q, latency, &err) : rc;
    if (rc == RC_OK) {
        printf("{");
        bench_print_percentiles("", latency, (size_t)count);
        printf("}\n");
    } else {
        fprintf(stderr, "commit_latency: %s\n", err.text);
    }
    raw_close(r);
    query_close(q);
    g_free(latency);
    g_free(path);
    return rc == RC_OK ? 0 : 1;
}
