/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How long the first thread of a process has been ready to run and was not let, because the
 * machine does something else as well: what a test of speed subtracts.
 */
#ifndef TESTS_RUN_DELAY_H
#define TESTS_RUN_DELAY_H

#include <stdint.h>

/* Microseconds since the process began; 0 where the system does not tell. */
int64_t run_delay_us(int pid);

#endif
