/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The log: one line a message, to stderr or nowhere. The only mutable global of the program.
 *
 * Threads: every function from any thread. Lines longer than 1,000 bytes are cut.
 * Only app, mqtt and the tops of threads log; core, decode, alarms and storage return errors.
 */
#ifndef SRC_CORE_LOG_H
#define SRC_CORE_LOG_H

#include <stdbool.h>

#include "src/core/error.h"

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };
#define LOG_LEVELS (LOG_DEBUG + 1)

void log_set_level(enum log_level level);
bool log_level_from_name(const char *name, enum log_level *ret);

/* The console owns the terminal: while on, lines are kept (the last 200) and not printed. */
void log_hold(bool on);

/* The held lines, newest last, each without newline; free with g_strfreev(). */
char **log_held(void);

/* fmt's text is sanitised as a whole, so arguments may come from anywhere. */
void log_write(enum log_level level, const char *fmt, ...) PRINTF_LIKE(2, 3);

#define log_error(...)   log_write(LOG_ERROR, __VA_ARGS__)
#define log_warning(...) log_write(LOG_WARNING, __VA_ARGS__)
#define log_info(...)    log_write(LOG_INFO, __VA_ARGS__)
#define log_debug(...)   log_write(LOG_DEBUG, __VA_ARGS__)

#endif
