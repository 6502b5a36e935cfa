/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/checker.h"

#include <assert.h>
#include <sys/stat.h>

#include "src/core/clock.h"
#include "src/core/i18n.h"
#include "storage/schema.h"
#include "storage/sql.h"
#include "storage/thread.h"

#define REST 4 /* times as long as the last step took */

struct checker {
    pthread_t thread;
    pthread_mutex_t lock; /* leaf */
    pthread_cond_t wake;
    bool stop; /* under lock */
    char *path;
    checker_found *found;
    void *user;
};

/* The steps: what they read, how the range of a slice is bound, and which slices there are. */
static const struct {
    const char *text;
    int shift;
    const char *first, *end;
} steps[] = {
#define PRUNED "SELECT value FROM meta WHERE name = 'pruned'"
#define SLICES "SELECT value FROM meta WHERE name = 'slices'"
    {"SELECT sum(ts + lag) + sum(length(value)) FROM readings WHERE id > ?1 AND id <= ?2",
     SLICE_SHIFT, PRUNED, SLICES},
    {"SELECT sum(length(rows)) FROM slice_series WHERE key >= ?1 AND key < ?2", 32, PRUNED,
     SLICES},
    {"SELECT sum(length(detail)) FROM journal WHERE id > ?1 AND id <= ?2", SLICE_SHIFT,
     "SELECT min(id) / 16384 FROM journal", "SELECT max(id) / 16384 + 1 FROM journal"},
    {"SELECT sum(length(comment)) FROM occurrences WHERE id > ?1 AND id <= ?2", SLICE_SHIFT,
     "SELECT min(id) / 16384 FROM occurrences", "SELECT max(id) / 16384 + 1 FROM occurrences"},
#undef PRUNED
#undef SLICES
};
static_assert(SLICE_ROWS == 16384, "the text above says otherwise");

/* Rest after a step; false: the end has come. */
static bool
rest(struct checker *k, mono_us since)
{
    struct timespec until = thread_deadline((clock_now().mono - since) * REST);
    int code = 0;
    pthread_mutex_lock(&k->lock);
    while (!k->stop && code == 0) {
        code = pthread_cond_timedwait(&k->wake, &k->lock, &until);
    }
    bool go_on = !k->stop;
    pthread_mutex_unlock(&k->lock);
    return go_on;
}

/* Read one slice; false when its content is wrong. */
static bool
read_slice(sqlite3 *db, sqlite3_stmt *stmt, int64_t slice, int shift)
{
    int code = sqlite3_bind_int64(stmt, 1, slice << shift) |
               sqlite3_bind_int64(stmt, 2, (slice + 1) << shift);
    if (code == SQLITE_OK) {
        (void)sqlite3_step(stmt);
    }
    /* A sum may overflow, a disk may be busy: only damage is of interest here. */
    bool damaged = sql_is_damage(sqlite3_errcode(db));
    sqlite3_reset(stmt);
    return !damaged;
}

/* Read a table; false: the end has come, or its content is wrong. */
static bool
read_table(struct checker *k, sqlite3 *db, size_t step)
{
    sqlite3_stmt *stmt;
    int64_t first, end;
    if (sql_int(db, steps[step].first, 0, &first, NULL) != RC_OK ||
        sql_int(db, steps[step].end, 0, &end, NULL) != RC_OK ||
        sql_prepare(db, &stmt, steps[step].text, NULL) != RC_OK) {
        return false;
    }
    bool more = true;
    for (int64_t slice = first; more && slice < end; slice++) {
        mono_us since = clock_now().mono;
        if (!read_slice(db, stmt, slice, steps[step].shift)) {
            k->found(k->user, _("its history is not readable"));
            more = false;
        }
        more = more && rest(k, since);
    }
    sqlite3_finalize(stmt);
    return more;
}

static void *
run(void *user)
{
    struct checker *k = user;
    sqlite3 *db = NULL;
    bool more = sqlite3_open_v2(k->path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX,
                                NULL) == SQLITE_OK &&
                sqlite3_busy_timeout(db, 2000) == SQLITE_OK;
    for (size_t i = 0; more && i < G_N_ELEMENTS(steps); i++) {
        more = read_table(k, db, i);
    }
    sqlite3_close(db);
    return NULL;
}

static void
free_checker(struct checker *k)
{
    pthread_cond_destroy(&k->wake);
    pthread_mutex_destroy(&k->lock);
    g_free(k->path);
    g_free(k);
}

enum rc
checker_start(struct checker **ret, const char *path, checker_found *found, void *user,
              struct err *err)
{
    struct stat st;
    if (stat(path, &st) != 0 || st.st_size <= SCHEMA_SMALL_BYTES) {
        *ret = NULL;
        return RC_OK;
    }
    struct checker *k = g_new0(struct checker, 1);
    k->path = g_strdup(path);
    k->found = found;
    k->user = user;
    pthread_mutex_init(&k->lock, NULL);
    thread_init_cond(&k->wake);
    int code = thread_start(&k->thread, run, k);
    if (code != 0) {
        free_checker(k);
        return err_set(err, RC_IO, "could not start checking the cache: %s", g_strerror(code));
    }
    *ret = k;
    return RC_OK;
}

void
checker_stop(struct checker *k)
{
    if (k == NULL) {
        return;
    }
    pthread_mutex_lock(&k->lock);
    k->stop = true;
    pthread_cond_signal(&k->wake);
    pthread_mutex_unlock(&k->lock);
    pthread_join(k->thread, NULL);
    free_checker(k);
}
