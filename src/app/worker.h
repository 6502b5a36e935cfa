/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Worker: a thread for what may block for longer than anybody can wait: a look at the central
 * store, D-Bus. It shares a block of memory with its owner, who may leave it behind at any
 * moment: the block is freed by whoever leaves last.
 *
 * A user's struct begins with struct worker; what stands behind it is under the lock unless it
 * says otherwise. Signals are blocked in the thread.
 */
#ifndef SRC_APP_WORKER_H
#define SRC_APP_WORKER_H

#include <pthread.h>
#include <stdbool.h>

#include "src/core/clock.h"

struct worker {
    pthread_mutex_t lock;  /* leaf lock */
    int wake_fd, ended_fd; /* constant; eventfds: to the thread, from it when it ends */
    int refs;              /* under lock */
    bool stopping;         /* under lock */
    void (*work)(void *worker);
    void (*release)(void *worker); /* frees all of it */
};

/* work runs in a thread of its own until it returns. False when no thread could be started: the
 * worker is released. */
bool worker_start(struct worker *w, const char *name, void (*work)(void *worker),
                  void (*release)(void *worker));

/* Ask it to end, wait for patience_us at most, and leave it. NULL is fine. */
void worker_leave(struct worker *w, int64_t patience_us);

/* In the thread, locked: wait until then (INT64_MAX: for ever) or until it is woken; unlocked
 * while it waits. False: it is time to stop. */
bool worker_wait(struct worker *w, mono_us until);

void worker_lock(struct worker *w);
void worker_unlock(struct worker *w);
void worker_wake(struct worker *w);

#endif
