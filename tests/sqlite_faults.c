/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/sqlite_faults.h"

#include <pthread.h>
#include <string.h>

#include <glib.h>
#include <sqlite3.h>

#define SAMPLE 5000

static struct {
    pthread_mutex_t lock; /* over the rest: the cache's thread calls, too */
    enum fault_mode mode;
    unsigned at;     /* the call that fails, counted from 1; 0: none */
    unsigned calls;  /* counted since fault_arm() */
    unsigned common; /* calls that are sampled */
    bool fired;
} fault = {.lock = PTHREAD_MUTEX_INITIALIZER};

void
fault_arm(enum fault_mode mode, unsigned at)
{
    pthread_mutex_lock(&fault.lock);
    fault.mode = mode;
    fault.at = at;
    fault.calls = fault.common = 0;
    fault.fired = false;
    pthread_mutex_unlock(&fault.lock);
}

void
fault_disarm(void)
{
    pthread_mutex_lock(&fault.lock);
    fault.at = 0;
    pthread_mutex_unlock(&fault.lock);
}

bool
fault_fired(void)
{
    pthread_mutex_lock(&fault.lock);
    bool fired = fault.fired;
    pthread_mutex_unlock(&fault.lock);
    return fired;
}

/* Whether this call is the one, and *ret_mode, how it fails. */
static bool
hit(bool common, enum fault_mode *ret_mode)
{
    pthread_mutex_lock(&fault.lock);
    bool counts = !common || fault.common++ % SAMPLE == 0;
    bool now = counts && ++fault.calls == fault.at;
    fault.fired = fault.fired || now;
    *ret_mode = fault.mode;
    pthread_mutex_unlock(&fault.lock);
    return now;
}

#define WRAP(name, params, args, common)                                                       \
    int __real_##name params;                                                                  \
    int __wrap_##name params;                                                                  \
    int __wrap_##name params                                                                   \
    {                                                                                          \
        enum fault_mode mode;                                                                  \
        bool now = hit(common, &mode);                                                         \
        if (now && mode == FAIL_BEFORE) {                                                      \
            return SQLITE_IOERR;                                                               \
        }                                                                                      \
        int code = __real_##name args;                                                         \
        return now ? SQLITE_IOERR : code;                                                      \
    }

static bool
is_common(sqlite3_stmt *stmt)
{
    return strstr(sqlite3_sql(stmt), "readings") != NULL;
}

/* Of a binding: only alarms are few enough for each to be counted. */
static bool
is_common_binding(sqlite3_stmt *stmt)
{
    static const char *const tables[] = {"journal", "occurrences", "alarms", "maintenance",
                                         "parked"};
    bool common = true;
    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
        common = common && strstr(sqlite3_sql(stmt), tables[i]) == NULL;
    }
    return common;
}

WRAP(sqlite3_step, (sqlite3_stmt * s), (s), is_common(s))
WRAP(sqlite3_exec,
     (sqlite3 * db, const char *text, int (*row)(void *, int, char **, char **), void *user,
      char **message),
     (db, text, row, user, message), false)

/* A statement that comes with an error would be nobody's: this one only fails before. */
int __real_sqlite3_prepare_v3(sqlite3 *db, const char *text, int len, unsigned flags,
                              sqlite3_stmt **ret, const char **tail);
int __wrap_sqlite3_prepare_v3(sqlite3 *db, const char *text, int len, unsigned flags,
                              sqlite3_stmt **ret, const char **tail);
int
__wrap_sqlite3_prepare_v3(sqlite3 *db, const char *text, int len, unsigned flags,
                          sqlite3_stmt **ret, const char **tail)
{
    enum fault_mode mode;
    return hit(false, &mode) ? SQLITE_IOERR
                             : __real_sqlite3_prepare_v3(db, text, len, flags, ret, tail);
}

WRAP(sqlite3_open_v2, (const char *path, sqlite3 **ret, int flags, const char *vfs),
     (path, ret, flags, vfs), false)
WRAP(sqlite3_wal_checkpoint_v2, (sqlite3 * db, const char *name, int how, int *log, int *done),
     (db, name, how, log, done), false)
WRAP(sqlite3_bind_blob,
     (sqlite3_stmt * s, int i, const void *data, int len, void (*free_data)(void *)),
     (s, i, data, len, free_data), false)
WRAP(sqlite3_bind_text,
     (sqlite3_stmt * s, int i, const char *data, int len, void (*free_data)(void *)),
     (s, i, data, len, free_data), false)
WRAP(sqlite3_bind_int64, (sqlite3_stmt * s, int i, sqlite3_int64 value), (s, i, value),
     is_common_binding(s))
WRAP(sqlite3_bind_double, (sqlite3_stmt * s, int i, double value), (s, i, value),
     is_common_binding(s))
WRAP(sqlite3_bind_null, (sqlite3_stmt * s, int i), (s, i), is_common_binding(s))
