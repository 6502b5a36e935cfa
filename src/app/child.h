/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A helper process that never outlives us: it gets SIGTERM when the thread that started it
 * ends, by whatever death. In a process group of its own, so that Ctrl-C at the terminal is for
 * us alone to act on.
 */
#ifndef SRC_APP_CHILD_H
#define SRC_APP_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "src/core/error.h"

struct child {
    const char *name; /* for messages */
    pid_t pid;        /* 0: not running */
};

/*
 * Start program with argv; stdout and stderr go to the file at log (made anew). stdin is empty,
 * no signal is blocked. RC_IO: it could not be executed.
 */
MUST_USE enum rc child_start(struct child *c, const char *program, char *const argv[],
                             const char *log, struct err *err);

/* Whether it still runs; when it has ended, it is forgotten. */
bool child_running(struct child *c);

/* SIGTERM, three seconds, SIGKILL. Fine when it does not run. */
void child_end(struct child *c);

#endif
