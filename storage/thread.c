/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/thread.h"

#include <signal.h>

#include "src/core/clock.h"

int
thread_start(pthread_t *ret, void *(*run)(void *), void *user)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    int code = pthread_create(ret, NULL, run, user);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return code;
}

void
thread_init_cond(pthread_cond_t *cond)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

struct timespec
thread_deadline(int64_t us)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t); /* the clock of conditions, which know no boot clock */
    int64_t nsec = t.tv_nsec + us % US_PER_S * 1000;
    t.tv_sec += us / US_PER_S + nsec / 1000000000;
    t.tv_nsec = nsec % 1000000000;
    return t;
}
