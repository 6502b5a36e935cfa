/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/run_delay.h"

#include <inttypes.h>
#include <stdio.h>

int64_t
run_delay_us(int pid)
{
    char path[64];
    int64_t ran_ns = 0, waited_ns = 0;
    snprintf(path, sizeof(path), "/proc/%d/task/%d/schedstat", pid, pid);
    FILE *f = fopen(path, "r");
    if (f == NULL) {
        return 0;
    }
    int n = fscanf(f, "%" SCNd64 " %" SCNd64, &ran_ns, &waited_ns);
    fclose(f);
    return n == 2 ? waited_ns / 1000 : 0;
}
