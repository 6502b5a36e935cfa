/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The watchdog's judgement: station, broker, own link, central store and own disk told apart.
 *
 * Pure: evidence in, verdict out. Delays, alarms and what they explain are the evaluator's: the
 * own link explains broker and store; the broker or the link explain the silence of stations
 * and what is stale; a silent station explains what is stale in it.
 *
 * What is decided:
 *   broker   there is no connection, whatever the reason.
 *   link     1. no interface is up, and something that is configured needs one: a broker or a
 *               store that is not local. A connection that still counts as standing is no
 *               proof against it: TCP notices a pulled cable late.
 *            2. an interface is up, but there is no way to the broker (UNREACHABLE, LOOKUP),
 *               and no remote store is reachable either, which would prove that the network
 *               works. A broker whose host answered (REFUSED, DENIED) proves the link. TIMEOUT
 *               with an interface up is held against the broker even if the store is away as
 *               well: both often stand on one host, and the packets did leave.
 *   store    one is configured and cannot be reached.
 *   disk     it is not well.
 *   loss     a message was lost.
 *
 * So broker and store also hold while the link is to blame; link_explains_* say whether it
 * accounts for them, or they are bad in their own right and must not be hidden behind it.
 */
#ifndef ALARMS_WATCHDOG_H
#define ALARMS_WATCHDOG_H

#include "src/core/alarm.h"

/* Why there is no connection to the broker, as the socket and the broker told it. */
enum watchdog_failure {
    FAILURE_NONE,        /* connected, or not tried yet */
    FAILURE_REFUSED,     /* its host answered, it did not: refused, closed, no CONNACK */
    FAILURE_UNREACHABLE, /* no route, network down */
    FAILURE_LOOKUP,      /* its name could not be resolved */
    FAILURE_TIMEOUT,     /* nothing came back */
    FAILURE_DENIED,      /* it answered and does not want us: password, certificate, banned */
};

struct watchdog_evidence {
    bool connected;
    enum watchdog_failure failure;
    bool local_broker; /* unix socket or loopback: the own link has no part in it */
    bool link_up;      /* an interface other than loopback is up and has a carrier */
    bool store_configured, store_reachable, store_local;
    bool disk_well;
    uint64_t lost; /* messages lost inside leitstand */
};

/* True: this alarm's condition holds. */
struct watchdog_verdict {
    bool broker, link, store, disk, loss;
    bool link_explains_broker, link_explains_store; /* only when both hold */
    const char *broker_detail, *link_detail;        /* N_(), "" none: cause in words */
};
struct watchdog_verdict watchdog_judge(const struct watchdog_evidence *e);

#endif
