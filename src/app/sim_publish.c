/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/sim_publish.h"

#include <poll.h>

#include "src/core/log.h"

#define CONNECT_MS 5000
#define RETRY_MS   500
#define DRAIN_MS   10000
#define TURN_MS    100 /* how late a wish to stop may be noticed */
#define BURST      64  /* messages between two looks at the clock */

struct run {
    const struct sim_feed *feed;
    struct publisher *publisher;
    struct now now, started;
    mono_us base;        /* time and */
    uint64_t base_count; /* messages from which the rate is reckoned */
    uint64_t sent;
    unsigned lost;
};

static bool
wants_stop(const struct run *r, int wait_ms)
{
    struct pollfd fd = {.fd = r->feed->stop_fd, .events = POLLIN};
    return poll(&fd, 1, wait_ms) > 0;
}

static bool
is_over(const struct run *r)
{
    double elapsed = (double)(r->now.mono - r->started.mono) / (double)US_PER_S;
    return (r->feed->count > 0 && r->sent >= r->feed->count) ||
           (r->feed->seconds > 0 && elapsed >= r->feed->seconds) || wants_stop(r, 0);
}

/* The broker is back, or it is over. */
static void
reconnect(struct run *r)
{
    struct err err;
    r->lost++;
    publisher_close(r->publisher);
    r->publisher = NULL;
    while (!is_over(r) &&
           publisher_open(&r->publisher, &r->feed->publisher, CONNECT_MS, &err) != RC_OK) {
        log_debug("%s", err.text);
        wants_stop(r, RETRY_MS);
        r->now = clock_now();
    }
    r->now = clock_now();
    r->base = r->now.mono;
    r->base_count = r->sent;
}

/* How many messages should have been sent by now. */
static uint64_t
due(const struct run *r)
{
    if (r->feed->rate <= 0) {
        return r->sent + BURST;
    }
    double elapsed = (double)(r->now.mono - r->base) / (double)US_PER_S;
    uint64_t by_now = r->base_count + (uint64_t)(elapsed * r->feed->rate) + 1;
    return MIN(by_now, r->sent + BURST);
}

static enum rc
send_due(struct run *r, struct err *err)
{
    uint64_t until = due(r);
    if (r->feed->count > 0) {
        until = MIN(until, r->feed->count);
    }
    wall_us at = r->started.wall + (r->now.mono - r->started.mono); /* never goes back */
    enum rc rc = RC_OK;
    while (r->sent < until && rc == RC_OK) {
        struct sim_message m;
        sim_next(r->feed->sim, at, &m);
        rc = publisher_publish(r->publisher, m.topic, m.payload, m.len, r->feed->qos, false, 0,
                               err);
        r->sent += rc == RC_OK;
    }
    return rc;
}

/* Let the connection work until the next message is due. */
static enum rc
rest(struct run *r, struct err *err)
{
    r->now = clock_now();
    if (r->feed->rate <= 0 || r->sent < due(r)) {
        return RC_OK;
    }
    double next = (double)(r->sent - r->base_count) / r->feed->rate;
    double wait = next - (double)(r->now.mono - r->base) / (double)US_PER_S;
    return publisher_turn(r->publisher, (int)MIN(wait * 1000 + 1, TURN_MS), err);
}

enum rc
sim_publish(const struct sim_feed *feed, struct sim_fed *ret, struct err *err)
{
    struct run r = {.feed = feed, .started = clock_now()};
    enum rc rc = publisher_open(&r.publisher, &feed->publisher, CONNECT_MS, err);
    if (rc != RC_OK) {
        return rc;
    }
    r.now = r.started = clock_now();
    r.base = r.now.mono;
    while (!is_over(&r)) {
        struct err why;
        rc = send_due(&r, &why);
        if (rc == RC_OK) {
            rc = rest(&r, &why);
        }
        if (rc != RC_OK) {
            log_warning("%s", why.text);
            reconnect(&r);
        }
        r.now = clock_now();
    }
    struct err late;
    if (r.publisher != NULL && publisher_drain(r.publisher, DRAIN_MS, &late) != RC_OK) {
        log_warning("%s", late.text);
    }
    publisher_close(r.publisher);
    r.now = clock_now();
    *ret = (struct sim_fed){
        .messages = r.sent,
        .seconds = (double)(r.now.mono - r.started.mono) / (double)US_PER_S,
        .lost = r.lost,
    };
    return RC_OK;
}
