/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A wall clock that can be set for one process: preloaded (LD_PRELOAD), it adds the offset that
 * the file WALLCLOCK holds (int64 microseconds, native order) to the real-time clock. Other
 * clocks go on as they are, as they do when an administrator sets the time.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static _Atomic int64_t *offset; /* NULL: none */
static int (*real_gettime)(clockid_t, struct timespec *);

__attribute__((constructor)) static void
begin(void)
{
    *(void **)&real_gettime = dlsym(RTLD_NEXT, "clock_gettime"); /* as dlsym(3) has it */
    const char *path = getenv("WALLCLOCK");
    int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        void *map = mmap(NULL, sizeof(*offset), PROT_READ, MAP_SHARED, fd, 0);
        offset = map == MAP_FAILED ? NULL : map;
        close(fd);
    }
}

int
clock_gettime(clockid_t clock, struct timespec *ts)
{
    if (real_gettime == NULL) {
        begin(); /* another library's constructor was first */
    }
    int answer = real_gettime(clock, ts);
    if (answer == 0 && offset != NULL &&
        (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        int64_t us = (int64_t)ts->tv_sec * 1000000 + *offset;
        ts->tv_sec = us / 1000000;
        ts->tv_nsec += (us % 1000000) * 1000;
        if (ts->tv_nsec >= 1000000000) {
            ts->tv_nsec -= 1000000000;
            ts->tv_sec++;
        }
    }
    return answer;
}

int
gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
    (void)zone;
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    tv->tv_sec = ts.tv_sec;
    tv->tv_usec = ts.tv_nsec / 1000;
    return 0;
}

time_t
time(time_t *ret)
{
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    if (ret != NULL) {
        *ret = ts.tv_sec;
    }
    return ts.tv_sec;
}
