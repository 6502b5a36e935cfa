/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Makes the n-th call into SQLite fail. A call fails before it did anything, or after it did
 * its work; the second is what a commit looks like whose answer was lost. Calls that come by
 * the ten thousand are sampled.
 *
 * Threads: any; the cache's calls as well.
 * Link with --wrap of the functions named in tests/meson.build.
 */
#ifndef TESTS_SQLITE_FAULTS_H
#define TESTS_SQLITE_FAULTS_H

#include <stdbool.h>

enum fault_mode { FAIL_BEFORE, FAIL_AFTER };

/* The at-th call from now on fails, counted from 1. */
void fault_arm(enum fault_mode mode, unsigned at);
void fault_disarm(void);
bool fault_fired(void); /* since fault_arm() */

#endif
