/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two halves of the custody test: the storm, and an instance in it. */
#ifndef TESTS_E2E_CUSTODY_H
#define TESTS_E2E_CUSTODY_H

#include "src/core/error.h"

#define CUSTODY_COMPONENTS 20

__attribute__((noreturn)) void die(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* A process that plays the engine: takes the lease by plain SQL when it can, and tells its
 * custody. Until SIGTERM; an exit status. */
int peer_main(const char *dir, const char *name);

#endif
