/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Publishing what the simulator makes, at a rate, to a broker.
 *
 * Paced by absolute times, so that a rate is kept on average: what could not be sent in time
 * follows at once. A broker that goes away is tried again every half second; what it was to
 * get meanwhile is left out, and time goes on from there.
 */
#ifndef SRC_APP_SIM_PUBLISH_H
#define SRC_APP_SIM_PUBLISH_H

#include "src/app/sim.h"
#include "src/mqtt/publisher.h"

struct sim_feed {
    struct sim *sim;
    struct publisher_config publisher;
    double rate;    /* messages a second; 0: as fast as the broker takes them */
    double seconds; /* 0: without end */
    uint64_t count; /* messages; 0: without end */
    int qos;
    int stop_fd; /* readable: stop; -1: none */
};

struct sim_fed {
    uint64_t messages;
    double seconds;
    unsigned lost; /* how often the broker went away */
};

/* RC_IO: the broker could not be reached at all. Otherwise *ret tells what was done. */
MUST_USE enum rc sim_publish(const struct sim_feed *feed, struct sim_fed *ret, struct err *err);

#endif
