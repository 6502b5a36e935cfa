/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names in topics of our own: any text is one level, and none is another's. Pure. */
#ifndef SRC_APP_OWN_TOPIC_H
#define SRC_APP_OWN_TOPIC_H

#include <glib.h>

#define OWN_TOPICS     "leitstand/v1/" /* presence, beacons, alarms: never measurements */
#define OWN_ALARMS     OWN_TOPICS "alarms/"
#define OWN_CHANGES    OWN_TOPICS "changes/"
#define OWN_INSTANCES  OWN_TOPICS "instances/"
#define OWN_MARKERS    OWN_TOPICS "markers/"
#define OWN_HEARTBEATS OWN_TOPICS "heartbeat/"

/*
 * Append text as one level. What would end the level, or a broker refuses, stands there as in a
 * URL, %2F: '/', '+', '#', '%', control characters, noncharacters, bytes that are no UTF-8.
 */
void own_topic_append(GString *topic, const char *text);

#endif
