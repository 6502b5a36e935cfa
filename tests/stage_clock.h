/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The stage's time: that of the machine, or one that stands still until it is moved.
 *
 *     clock +SECONDS      move it
 *
 * Threads: any.
 */
#ifndef TESTS_STAGE_CLOCK_H
#define TESTS_STAGE_CLOCK_H

#include <stdbool.h>

#include "src/core/clock.h"

struct now stage_now(void);

/* From now on it stands at so many seconds since 1970. */
void stage_clock_stop(int64_t seconds);
bool stage_clock_stands(void);

/* False: the line is no command of ours. */
bool stage_clock_obey(const char *line);

#endif
