/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/sql.h"

#include <math.h>
#include <pthread.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
configure(void)
{
    /* Statistics of memory take a lock of the whole process at every allocation. */
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

void
sql_init(void)
{
    pthread_once(&once, configure);
}

enum rc
sql_fail(sqlite3 *db, const char *what, struct err *err)
{
    return err_set(err, RC_IO, "%s: %s", what, sqlite3_errmsg(db));
}

enum rc
sql_exec(sqlite3 *db, const char *text, struct err *err)
{
    if (sqlite3_exec(db, text, NULL, NULL, NULL) != SQLITE_OK) {
        return sql_fail(db, "could not change the cache", err);
    }
    return RC_OK;
}

enum rc
sql_prepare(sqlite3 *db, sqlite3_stmt **ret, const char *text, struct err *err)
{
    if (sqlite3_prepare_v3(db, text, -1, SQLITE_PREPARE_PERSISTENT, ret, NULL) != SQLITE_OK) {
        *ret = NULL;
        return sql_fail(db, "could not ask the cache", err);
    }
    return RC_OK;
}

enum rc
sql_int(sqlite3 *db, const char *text, int64_t fallback, int64_t *ret, struct err *err)
{
    sqlite3_stmt *stmt;
    enum rc rc = sql_prepare(db, &stmt, text, err);
    if (rc != RC_OK) {
        return rc;
    }
    int code = sqlite3_step(stmt);
    if (code == SQLITE_ROW && sqlite3_column_type(stmt, 0) != SQLITE_NULL) {
        *ret = sqlite3_column_int64(stmt, 0);
    } else if (code == SQLITE_ROW || code == SQLITE_DONE) {
        *ret = fallback;
    } else {
        rc = sql_fail(db, "could not read the cache", err);
    }
    sqlite3_finalize(stmt);
    return rc;
}

int
sql_run(sqlite3_stmt *stmt)
{
    int code = sqlite3_step(stmt);
    sqlite3_reset(stmt);
    return code;
}

bool
sql_is_damage(int code)
{
    return (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB;
}

#define EXACT_INTEGERS 9007199254740992.0 /* 2^53: up to here a double counts without gaps */

/* Whole numbers go as integers: 0 and 1, what switches send, then take no byte at all. */
static int
bind_number(sqlite3_stmt *stmt, int column, double num)
{
    if (fabs(num) <= EXACT_INTEGERS && num >= trunc(num) && num <= trunc(num) &&
        !(fabs(num) <= 0.0 && signbit(num))) {
        return sqlite3_bind_int64(stmt, column, (int64_t)num);
    }
    return sqlite3_bind_double(stmt, column, num);
}

int
sql_bind_record(sqlite3_stmt *stmt, int first, const struct record *r)
{
    int64_t lag = (int64_t)((uint64_t)r->received - (uint64_t)r->ts);
    int code = sqlite3_bind_int64(stmt, first, r->series);
    code |= sqlite3_bind_int64(stmt, first + 1, r->ts);
    code |= sqlite3_bind_int64(stmt, first + 2, lag);
    code |= r->text == NULL
                ? bind_number(stmt, first + 3, r->num)
                : sqlite3_bind_text(stmt, first + 3, r->text, (int)g_ref_string_length(r->text),
                                    SQLITE_STATIC);
    code |= sqlite3_bind_int(stmt, first + 4, r->quality << 1 | (r->source & 1));
    return code;
}

void
sql_clear_record(void *record)
{
    struct record *r = record;
    g_clear_pointer(&r->text, g_ref_string_release);
}

void
sql_read_record(sqlite3_stmt *stmt, int first, struct record *ret)
{
    ret->series = (uint32_t)sqlite3_column_int64(stmt, first);
    ret->ts = sqlite3_column_int64(stmt, first + 1);
    ret->received =
        (wall_us)((uint64_t)ret->ts + (uint64_t)sqlite3_column_int64(stmt, first + 2));
    int flags = sqlite3_column_int(stmt, first + 4);
    ret->quality = (uint16_t)(flags >> 1);
    ret->source = (uint16_t)(flags & 1);
    ret->text = NULL;
    ret->num = NAN;
    switch (sqlite3_column_type(stmt, first + 3)) {
    case SQLITE_NULL:
        break;
    case SQLITE_TEXT: {
        const char *text = (const char *)sqlite3_column_text(stmt, first + 3);
        int len = sqlite3_column_bytes(stmt, first + 3);
        ret->text = g_ref_string_new_len(text == NULL ? "" : text, text == NULL ? 0 : len);
        break;
    }
    default:
        ret->num = sqlite3_column_double(stmt, first + 3);
    }
}
