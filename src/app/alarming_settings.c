/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the configuration, and this start of the machine, say to the evaluator. */
#include <fcntl.h>
#include <unistd.h>

#include "src/app/alarming.h"

/* The kernel's name for this start of the machine: as long as it is the same, the boot clock
 * goes on. */
static void
read_boot_id(char dst[UUID_SIZE])
{
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, dst, UUID_SIZE - 1);
    dst[MAX(n, 0)] = '\0';
    if (fd >= 0) {
        close(fd);
    }
    struct uuid id;
    if (!uuid_parse(&id, dst)) {
        dst[0] = '\0';
    }
}

struct evaluator_settings
alarming_settings(const struct config *config)
{
    struct evaluator_settings s = evaluator_defaults();
    g_strlcpy(s.instance, config->instance.name, sizeof(s.instance));
    read_boot_id(s.boot_id);
    s.late_us = config->alarms.late_s * US_PER_S;
    s.flood = (struct flood_settings){
        .begin_above = (uint32_t)config->alarms.flood_begin,
        .end_below = (uint32_t)config->alarms.flood_end,
        .window_us = config->alarms.flood_window_s * US_PER_S,
    };
    s.chatter_count = (unsigned)config->alarms.chatter_count;
    s.chatter_us = config->alarms.chatter_s * US_PER_S;
    s.second_person = config->alarms.second_person;
    s.reminder_us = config->alarms.reminder_h * 3600 * US_PER_S;
    s.silence_priority = config->alarms.silence_priority;
    s.service_delay_us = config->alarms.service_delay_s * US_PER_S;
    for (int i = 0; i < ALARM_PRIORITIES; i++) {
        int hours = i == ALARM_CRITICAL ? config->alarms.shelve_max_critical_h
                                        : config->alarms.shelve_max_h;
        s.shelve_max_us[i] = hours * 3600 * US_PER_S;
        s.renew[i] = (config->alarms.renew & (1u << i)) != 0;
    }
    return s;
}
