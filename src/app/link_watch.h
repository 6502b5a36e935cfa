/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Link watch: whether this host is connected to anything at all, and whether a peer is this
 * host itself. Tells a broker's failure from that of the own network card or cable.
 *
 * Threads: a struct belongs to one thread; the functions block for nothing.
 */
#ifndef SRC_APP_LINK_WATCH_H
#define SRC_APP_LINK_WATCH_H

#include <ifaddrs.h>
#include <stdbool.h>

#include "src/core/clock.h"

/* Zero it. */
struct link_watch {
    mono_us next; /* the system is not asked before */
    bool up;      /* the last answer */
};

/*
 * An interface is up and has a carrier, as of at most a second ago. Loopback does not count,
 * nor do the inner sides of containers, virtual machines and tunnels (by name: docker, veth,
 * virbr, br-, tun, tap, wg, dummy), which are up without any cable. True when the system does
 * not tell.
 */
bool link_watch_up(struct link_watch *w, mono_us now);
bool link_any_up(const struct ifaddrs *list);

/* Loopback by name or number, or an address of an interface of this host; "" is this host. A
 * name that would have to be looked up is not. */
bool link_is_local(const char *host);

#endif
