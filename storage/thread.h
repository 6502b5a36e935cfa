/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the threads of this folder, and those of src/app, have in common. */
#ifndef STORAGE_THREAD_H
#define STORAGE_THREAD_H

#include <pthread.h>
#include <stdint.h>
#include <time.h>

/* Start one with every signal blocked: signals are for the main thread. 0, or an errno. */
int thread_start(pthread_t *ret, void *(*run)(void *), void *user);

/* A condition whose deadlines are on the clock of thread_deadline(), which never jumps. */
void thread_init_cond(pthread_cond_t *cond);
struct timespec thread_deadline(int64_t us);

#endif
