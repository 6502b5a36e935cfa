/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Report by exception: a reading that says the same as the last one sent of its series need not
 * be sent again, unless that one is old.
 *
 * Pure; belongs to one thread.
 */
#ifndef SRC_APP_REPORT_H
#define SRC_APP_REPORT_H

#include <stdbool.h>

#include "src/core/reading.h"

struct report;

/* repeat_us: so long after the last one (by ts) a repeated value is sent again; 0: never. */
struct report *report_new(int64_t repeat_us);
void report_free(struct report *r); /* NULL is fine */

/* Whether to send it; it counts as sent, then. One that is older than the last one sent always
 * is, and changes nothing. */
bool report_wants(struct report *r, const struct record *record);

#endif
