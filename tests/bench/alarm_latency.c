/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From message to annunciation: sends each of some components one value beyond "hi", evenly
 * spread over some seconds, and takes the time until its retained alarm topic says "unacked"
 * here and until the cache holds its line of the journal (asked for every two milliseconds).
 * Tells percentiles as JSON; fails when an alarm is missing, came twice or is not retained.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <mosquitto.h>

#include "storage/query.h"
#include "tests/bench/mqtt_raw.h"
#include "tests/bench/percentiles.h"

#define HI_VALUE 160000 /* beyond "hi" of harness.py, but not "hihi" */
#define FILTER   "leitstand/v1/alarms/#"
#define LOOK_MS  2
#define WAIT_US  (15 * INT64_C(1000000)) /* for what is still missing */
#define DOUBLES  INT64_C(500000)         /* the same alarm again would come within this, us */

static int port, first, count = 1000, seconds = 10;
static char *path;

static const GOptionEntry options[] = {
    {"port", 'p', 0, G_OPTION_ARG_INT, &port, "port of the broker on loopback", "N"},
    {"cache", 0, 0, G_OPTION_ARG_FILENAME, &path, "the cache of the running instance", "FILE"},
    {"first", 0, 0, G_OPTION_ARG_INT, &first, "number of the first component", "N"},
    {"count", 'n', 0, G_OPTION_ARG_INT, &count, "components", "N"},
    {"seconds", 's', 0, G_OPTION_ARG_INT, &seconds, "in which their alarms rise", "N"},
    {NULL, 0, 0, 0, NULL, NULL, NULL},
};

/* sent, topic and row: when, by component; 0: not yet. */
struct probe {
    struct mosquitto *m;
    struct query *q;
    int64_t *sent, *topic, *row;
    int n_sent, n_topics, n_rows, n_retained, doubled;
    int subscriptions; /* that the broker confirmed */
    wall_us since;     /* the journal was read up to here */
};

/* C09123 → its place in our arrays; -1: not one of ours. */
static int
place_of(const char *component)
{
    int number = component == NULL || *component != 'C'
                     ? -1
                     : (int)g_ascii_strtoll(component + 1, NULL, 10) - first;
    return number >= 0 && number < count ? number : -1;
}

static void
on_connect(struct mosquitto *m, void *user, int code)
{
    (void)user;
    if (code == 0) {
        mosquitto_subscribe(m, NULL, FILTER, 0);
    }
}

static void
on_subscribe(struct mosquitto *m, void *user, int mid, int n, const int *granted)
{
    (void)m;
    (void)mid;
    (void)n;
    (void)granted;
    ((struct probe *)user)->subscriptions++;
}

static void
on_message(struct mosquitto *m, void *user, const struct mosquitto_message *message)
{
    struct probe *p = user;
    char **levels = g_strsplit(message->topic, "/", 6);
    int i = g_strv_length(levels) == 6 ? place_of(levels[4]) : -1;
    g_strfreev(levels);
    (void)m;
    if (i < 0 ||
        g_strstr_len(message->payload, message->payloadlen, "\"state\":\"unacked\"") == NULL) {
        return;
    }
    if (message->retain) {
        p->n_retained++;
    } else if (p->topic[i] != 0) {
        p->doubled++;
    } else {
        p->topic[i] = bench_clock_us();
        p->n_topics++;
    }
}

static bool
take_line(const struct journal_record *r, void *user)
{
    struct probe *p = user;
    int i = place_of(r->component);
    p->since = r->at;
    if (r->event == EVENT_RAISED && i >= 0 && p->row[i] == 0) {
        p->row[i] = bench_clock_us();
        p->n_rows++;
    }
    return true;
}

/* Neighbours in time are of different stations, ten components each. */
static int
place_in_turn(int n)
{
    return n % (count / 10) * 10 + n / (count / 10);
}

static enum rc
send_one(struct probe *p, struct err *err)
{
    int i = place_in_turn(p->n_sent), number = first + i;
    char *topic = g_strdup_printf("bench/S%04d/C%05d", number / 10, number);
    char *payload = g_strdup_printf(
        "{\"Topic\":\"bench/S%04d\",\"Value\":%d,\"Hid\":\"C%05d\",\"unit\":\"l/s\"}",
        number / 10, HI_VALUE, number);
    p->sent[i] = bench_clock_us();
    int code = mosquitto_publish(p->m, NULL, topic, (int)strlen(payload), payload, 0, false);
    p->n_sent++;
    g_free(topic);
    g_free(payload);
    return code == MOSQ_ERR_SUCCESS ? RC_OK
                                    : err_set(err, RC_IO, "%s", mosquitto_strerror(code));
}

/* Read and write what there is. TCP must confirm at once, as leitstand's own client does: the
 * broker holds its next small packet back until then. */
static enum rc
turn(struct probe *p, struct err *err)
{
    struct pollfd fd = {.fd = mosquitto_socket(p->m),
                        .events = (short)(POLLIN | (mosquitto_want_write(p->m) ? POLLOUT : 0))};
    if (poll(&fd, 1, LOOK_MS) < 0 && errno != EINTR) {
        return err_set(err, RC_IO, "could not wait: %s", g_strerror(errno));
    }
    int code = MOSQ_ERR_SUCCESS;
    if ((fd.revents & POLLIN) != 0) {
        code = mosquitto_loop_read(p->m, 1);
        setsockopt(fd.fd, IPPROTO_TCP, TCP_QUICKACK, &(int){1}, sizeof(int));
    }
    if (code == MOSQ_ERR_SUCCESS && mosquitto_want_write(p->m)) {
        code = mosquitto_loop_write(p->m, 1);
    }
    code = code == MOSQ_ERR_SUCCESS ? mosquitto_loop_misc(p->m) : code;
    return code == MOSQ_ERR_SUCCESS ? RC_OK
                                    : err_set(err, RC_IO, "%s", mosquitto_strerror(code));
}

static enum rc
await_subscription(struct probe *p, int number, struct err *err)
{
    int64_t end = bench_clock_us() + WAIT_US;
    enum rc rc = RC_OK;
    while (rc == RC_OK && p->subscriptions < number) {
        rc = bench_clock_us() < end ? turn(p, err) : err_set(err, RC_IO, "not subscribed");
    }
    return rc;
}

static enum rc
look_at_journal(struct probe *p, struct err *err)
{
    const struct query_journal_range range = {
        .since = p->since, .until = WALL_NONE, .oldest_first = true};
    return query_journal(p->q, &range, take_line, p, err);
}

/* Let the alarms rise and note what becomes of them. */
static enum rc
run(struct probe *p, struct err *err)
{
    int64_t begin = bench_clock_us(), end = begin + seconds * INT64_C(1000000) + WAIT_US;
    int64_t look_at = 0;
    enum rc rc = RC_OK;
    while (rc == RC_OK && (p->n_topics < count || p->n_rows < count)) {
        int64_t now = bench_clock_us();
        if (now > end) {
            return err_set(err, RC_IO, "of %d alarms %d arrived, %d are in the journal", count,
                           p->n_topics, p->n_rows);
        }
        if (p->n_sent < count &&
            now >= begin + INT64_C(1000000) * seconds * p->n_sent / count) {
            rc = send_one(p, err);
        }
        rc = rc == RC_OK ? turn(p, err) : rc;
        if (rc == RC_OK && now >= look_at) {
            look_at = now + LOOK_MS * 1000;
            rc = look_at_journal(p, err);
        }
    }
    return rc;
}

/* Whoever subscribes now gets each of them, and nothing was said twice. */
static enum rc
check_retained(struct probe *p, struct err *err)
{
    int64_t begin = bench_clock_us();
    mosquitto_subscribe(p->m, NULL, FILTER, 0);
    enum rc rc = await_subscription(p, 2, err);
    while (rc == RC_OK &&
           bench_clock_us() < begin + (p->n_retained < count ? WAIT_US : DOUBLES)) {
        rc = turn(p, err);
    }
    if (rc == RC_OK && (p->n_retained != count || p->doubled > 0)) {
        rc = err_set(err, RC_IO, "of %d alarms %d are retained, %d came again", count,
                     p->n_retained, p->doubled);
    }
    return rc;
}

static void
tell(struct probe *p)
{
    for (int i = 0; i < count; i++) {
        p->topic[i] -= p->sent[i];
        p->row[i] -= p->sent[i];
    }
    printf("{\"n\":%d,", count);
    bench_print_percentiles("topic_", p->topic, (size_t)count);
    printf(",");
    bench_print_percentiles("row_", p->row, (size_t)count);
    printf("}\n");
}

static enum rc
measure(struct probe *p, struct err *err)
{
    enum rc rc = query_open(&p->q, path, err);
    if (rc == RC_OK && mosquitto_connect(p->m, "127.0.0.1", port, 60) != MOSQ_ERR_SUCCESS) {
        rc = err_set(err, RC_IO, "could not connect");
    }
    rc = rc == RC_OK ? await_subscription(p, 1, err) : rc;
    rc = rc == RC_OK ? run(p, err) : rc;
    return rc == RC_OK ? check_retained(p, err) : rc;
}

int
main(int argc, char **argv)
{
    GOptionContext *context = g_option_context_new(NULL);
    g_option_context_add_main_entries(context, options, NULL);
    bool understood = g_option_context_parse(context, &argc, &argv, NULL);
    g_option_context_free(context);
    if (!understood || port == 0 || path == NULL || first < 0 || count < 10 ||
        count % 10 != 0 || seconds < 1) {
        fprintf(stderr, "alarm_latency: wrong options\n");
        return 2;
    }
    struct err err = {""};
    struct probe p = {.since = WALL_NONE,
                      .sent = g_new0(int64_t, count),
                      .topic = g_new0(int64_t, count),
                      .row = g_new0(int64_t, count)};
    mosquitto_lib_init();
    p.m = mosquitto_new(NULL, true, &p);
    mosquitto_int_option(p.m, MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_connect_callback_set(p.m, on_connect);
    mosquitto_subscribe_callback_set(p.m, on_subscribe);
    mosquitto_message_callback_set(p.m, on_message);
    enum rc rc = measure(&p, &err);
    if (rc == RC_OK) {
        tell(&p);
    } else {
        fprintf(stderr, "alarm_latency: %s\n", err.text);
    }
    mosquitto_destroy(p.m);
    mosquitto_lib_cleanup();
    query_close(p.q);
    g_free(p.sent);
    g_free(p.topic);
    g_free(p.row);
    g_free(path);
    return rc == RC_OK ? 0 : 1;
}
