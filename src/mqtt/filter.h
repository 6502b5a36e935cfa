/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MQTT topic filters as sets. Pure. */
#ifndef SRC_MQTT_FILTER_H
#define SRC_MQTT_FILTER_H

#include <stdbool.h>
#include <stddef.h>

struct client_filter;

/* Every topic that inner matches, outer matches, too. Both must be valid filters. */
bool filter_covers(const char *outer, const char *inner);

/* No topic is both matched by a and b: a broker delivers once for each that matches. */
bool filter_disjoint(const char *a, const char *b);

/*
 * Drop filters that others cover, whose QoS rises to the highest of both: the same messages
 * come, but each once. Returns how many are left at the start of filters.
 */
size_t filter_reduce(struct client_filter *filters, size_t n);

#endif
