/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/core/log.h"

#include <assert.h>
#include <pthread.h>
#include <stdarg.h>
#include <unistd.h>

#include "src/core/clock.h"
#include "src/core/text.h"
#include "src/core/timestamp.h"

#define LINE_MAX_BYTES 1000
#define HELD_MAX       200

static const char *const level_names[] = {"error", "warning", "info", "debug"};
static_assert(G_N_ELEMENTS(level_names) == LOG_LEVELS, "a level has no name");

static struct {
    pthread_mutex_t lock; /* leaf lock */
    enum log_level level; /* under lock */
    bool hold;            /* under lock */
    char *held[HELD_MAX]; /* under lock; a ring, next is the oldest */
    size_t next;          /* under lock */
} sink = {.lock = PTHREAD_MUTEX_INITIALIZER, .level = LOG_INFO};

void
log_set_level(enum log_level level)
{
    pthread_mutex_lock(&sink.lock);
    sink.level = level;
    pthread_mutex_unlock(&sink.lock);
}

bool
log_level_from_name(const char *name, enum log_level *ret)
{
    for (size_t i = 0; i < LOG_LEVELS; i++) {
        if (strcmp(name, level_names[i]) == 0) {
            *ret = (enum log_level)i;
            return true;
        }
    }
    return false;
}

void
log_hold(bool on)
{
    pthread_mutex_lock(&sink.lock);
    sink.hold = on;
    for (size_t i = 0; !on && i < HELD_MAX; i++) {
        g_clear_pointer(&sink.held[i], g_free);
    }
    pthread_mutex_unlock(&sink.lock);
}

char **
log_held(void)
{
    GPtrArray *lines = g_ptr_array_new();
    pthread_mutex_lock(&sink.lock);
    for (size_t i = 0; i < HELD_MAX; i++) {
        const char *line = sink.held[(sink.next + i) % HELD_MAX];
        if (line != NULL) {
            g_ptr_array_add(lines, g_strdup(line));
        }
    }
    pthread_mutex_unlock(&sink.lock);
    g_ptr_array_add(lines, NULL);
    return (char **)g_ptr_array_free(lines, FALSE);
}

void
log_write(enum log_level level, const char *fmt, ...)
{
    pthread_mutex_lock(&sink.lock);
    bool wanted = level <= sink.level;
    pthread_mutex_unlock(&sink.lock);
    if (!wanted) {
        return;
    }
    char raw[LINE_MAX_BYTES], clean[LINE_MAX_BYTES], at[TIMESTAMP_SIZE];
    va_list args;
    va_start(args, fmt);
    vsnprintf(raw, sizeof(raw), fmt, args);
    va_end(args);
    text_sanitize(clean, sizeof(clean), raw, strlen(raw));
    timestamp_format(at, clock_now().wall);
    char *line = g_strdup_printf("%s %s: %s", at, level_names[level], clean);

    pthread_mutex_lock(&sink.lock);
    if (sink.hold) {
        g_free(sink.held[sink.next]);
        sink.held[sink.next] = line;
        sink.next = (sink.next + 1) % HELD_MAX;
        line = NULL;
    } else {
        fprintf(stderr, "%s\n", line);
    }
    pthread_mutex_unlock(&sink.lock);
    g_free(line);
}
