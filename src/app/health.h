/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Health as the `status` command tells it (contract, section 5). Pure. */
#ifndef SRC_APP_HEALTH_H
#define SRC_APP_HEALTH_H

#include <jansson.h>

#include "src/app/ownership.h"

/* Role and owner. A sign of life alone is no news: its age is told when it is large. */
void health_follow(struct health *h, const struct tenure *t, struct now now);

/* The caller gives it back with json_decref(). */
json_t *health_to_json(const struct health *h, struct now now);

/* Monitoring plug-ins' exit status (status command, leitstand(1)). */
enum health_verdict { HEALTH_OK, HEALTH_WARNING, HEALTH_CRITICAL, HEALTH_UNKNOWN };

/*
 * From the JSON, as it came from an instance. CRITICAL: no broker, the cache has a problem, no
 * owner for half a minute, or nobody who could say who is owner. WARNING: stations are silent,
 * messages were dropped, no owner for some seconds, the central store is not connected or the
 * broker decides in its place, it refused readings or changes of alarms, or another instance
 * does not fit. reasons (may be NULL) receives what is wrong, separated by "; ", else nothing.
 */
enum health_verdict health_judge(const json_t *status, GString *reasons);

#endif
