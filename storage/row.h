/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows written and read column by column, from left to right; for storage/'s tables only. */
#ifndef STORAGE_ROW_H
#define STORAGE_ROW_H

#include <math.h>

#include <sqlite3.h>

/* Binds parameters and keeps that one of them failed. Texts must live until the step. */
struct binder {
    sqlite3_stmt *stmt;
    int next;
    int code; /* or-ed */
};

static inline void
put_text(struct binder *b, const char *text)
{
    b->code |= sqlite3_bind_text(b->stmt, b->next++, text, -1, SQLITE_STATIC);
}

static inline void
put_int(struct binder *b, int64_t value)
{
    b->code |= sqlite3_bind_int64(b->stmt, b->next++, value);
}

static inline void
put_double(struct binder *b, double value)
{
    b->code |= sqlite3_bind_double(b->stmt, b->next++, value); /* NaN becomes NULL */
}

/* Reads columns. */
struct taker {
    sqlite3_stmt *stmt;
    int next;
};

/* Valid until the next step. */
static inline const char *
see_text(struct taker *t)
{
    const char *text = (const char *)sqlite3_column_text(t->stmt, t->next++);
    return text == NULL ? "" : text;
}

static inline int64_t
take_int(struct taker *t)
{
    return sqlite3_column_int64(t->stmt, t->next++);
}

static inline double
take_double(struct taker *t)
{
    int column = t->next++;
    return sqlite3_column_type(t->stmt, column) == SQLITE_NULL
               ? NAN
               : sqlite3_column_double(t->stmt, column);
}

#endif
