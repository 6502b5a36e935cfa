/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Announce: each alarm that is not normal as a retained message at the broker, for whoever
 * subscribes to leitstand/v1/alarms/STATION/COMPONENT/RULE; emptied when it is normal again.
 *
 * What is published is always the newest: an alarm that changes while its message waits is
 * published once. What the client does not take stays here.
 *
 * Threads: the engine's only.
 * Limits:  one entry for each alarm that is not normal, or was and is not emptied yet; besides
 *          at most ANNOUNCE_LEFTOVERS topics that the broker retains from another run.
 */
#ifndef SRC_APP_ANNOUNCE_H
#define SRC_APP_ANNOUNCE_H

#include "src/core/alarm.h"

#define ANNOUNCE_LEFTOVERS 10000 /* those beyond are seen again with the next connect */
#define ANNOUNCE_PER_TURN  50
#define ANNOUNCE_TOPIC_MAX 1024 /* bytes; ours are shorter, so a longer one is nobody's */

struct announce;

/* Retained, at QoS 1; payload "" of len 0 empties the topic. RC_OK: it will get there. RC_BUSY,
 * RC_FULL: not now. RC_INVALID: never. */
typedef enum rc (*announce_publish)(void *user, const char *topic, const char *payload,
                                    size_t len);

struct announce *announce_new(announce_publish publish, void *user);
void announce_free(struct announce *a); /* NULL is fine */

/* All alarms as they are now; takes a reference of the board. Until the first one nothing is
 * published, for nobody knows yet what is left over. */
void announce_update(struct announce *a, struct alarm_board *board);

/* Publish at most ANNOUNCE_PER_TURN messages. False: some are still waiting. Not to be called
 * from a callback of the client. */
bool announce_pump(struct announce *a);
size_t announce_waiting(const struct announce *a);

/* Connected, for the first time or anew: the broker may have lost what it retained, so all is
 * published once more. */
void announce_connected(struct announce *a);

/* A message came on a topic below leitstand/v1/alarms/. One that the broker retains although
 * its alarm is normal, or unknown, is emptied. What somebody else says there (an owner of
 * before, whose last words come late) is put right. */
void announce_seen(struct announce *a, const char *topic, const char *payload, size_t len,
                   bool retained);

#endif
