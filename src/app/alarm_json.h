/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An alarm as JSON: the control socket's answer and the retained topic say the same. */
#ifndef SRC_APP_ALARM_JSON_H
#define SRC_APP_ALARM_JSON_H

#include <jansson.h>

#include "src/core/alarm.h"

/* The members of a row of `alarms` (contract, section 5), and name, test and step; for
 * json_decref(). What is no UTF-8 is sanitised. */
json_t *alarm_view_to_json(const struct alarm_view *v);
/* The same as text, for free(). */
char *alarm_view_text(const struct alarm_view *v);
/* Of everything that it would say, and of nothing else; never 0. */
uint64_t alarm_view_digest(const struct alarm_view *v);

#endif
