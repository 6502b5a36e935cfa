/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A connection to the central store: libpq without its blocking calls. Every call waits for the
 * server at most until a deadline, and ends at once when the wake descriptor becomes readable,
 * so a thread that owns a connection can always be stopped.
 *
 * Threads: one connection belongs to one thread.
 * Errors:  RC_IO: the connection is gone (refused, lost, no answer in time, woken): it has been
 *          closed and pg_is_open() is false. A statement under way may or may not have been
 *          done. RC_INVALID: the server answered and refused; nothing was done, the connection
 *          is good, pg_state() has the SQLSTATE. err has one line.
 * Hang:    the socket is closed, PQcancel is never called: it blocks as well.
 * Text:    statements stand in storage/pg_sql.c and nowhere else; values are bound.
 */
#ifndef STORAGE_PG_H
#define STORAGE_PG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libpq-fe.h>

#include "src/core/clock.h"
#include "src/core/error.h"
#include "storage/pg_sql.h"

#define PG_STATE_SIZE    6      /* an SQLSTATE and its NUL */
#define PG_SERVER_OLDEST 150000 /* as libpq counts */

struct pg;

struct pg_config {
    const char *conninfo; /* several hosts are tried in turn; the first that may be written */
    const char *purpose;  /* "lease", "custody" …: seen in pg_stat_activity */
    int wake_fd;          /* -1: none */
    int64_t connect_us;   /* for all hosts together, in equal shares */
    int64_t answer_us;    /* for a statement; the server gives it up after 3/4 of it, and a
                           * lock after half of it, so that its answer is heard */
    _Atomic mono_us *waiting; /* any thread may read from it since when the server owes an
                               * answer, 0: it owes none; NULL: nobody wants to know */
};

/*
 * Connect, and wait until the server takes statements. Looking a name up may take longer.
 * RC_INVALID: the server is too old, or refused the settings of the session.
 */
MUST_USE enum rc pg_open(struct pg **ret, const struct pg_config *config, struct err *err);
void pg_close(struct pg *pg); /* NULL is fine */
bool pg_is_open(const struct pg *pg);

/* For poll(), to hear of notifications; -1 when it is closed. */
int pg_fd(const struct pg *pg);

/* SQLSTATE of the last refusal, "" when there was none. */
const char *pg_state(const struct pg *pg);

/* Whether the last refusal was the fault of the values, so that it would come again with them;
 * not of the moment, of a right, of the schema or of a fence. */
bool pg_blames_data(const struct pg *pg);

/*
 * Run a statement, prepared on its first use, with values as text (NULL: null); n as the
 * statement has parameters. *ret (may be NULL) is for PQclear(), all as text.
 */
MUST_USE enum rc pg_query(struct pg *pg, enum pg_statement which, size_t n,
                          const char *const *values, PGresult **ret, struct err *err);

/* Text without parameters, one or several statements: migrations. err names the line, where the
 * server does. */
MUST_USE enum rc pg_exec(struct pg *pg, const char *text, struct err *err);

/*
 * COPY … FROM STDIN as statement which: begin, any amount of data, end. After RC_INVALID of any
 * of them the COPY is over and nothing of it was done; closing in between ends it likewise. It
 * is a transaction of its own. Waits for the server as long as it goes on taking data; the end
 * waits answer_us more. What the server thinks of the data comes out at the end.
 */
MUST_USE enum rc pg_copy_begin(struct pg *pg, enum pg_statement which, struct err *err);
MUST_USE enum rc pg_copy_data(struct pg *pg, const void *bytes, size_t len, struct err *err);
MUST_USE enum rc pg_copy_end(struct pg *pg, struct err *err);
/* The first half of the end, by itself: the server is told, and has work while the caller does
 * something else. pg_copy_end() is still to come. */
MUST_USE enum rc pg_copy_close(struct pg *pg, struct err *err);

/* Whether a notification has come since last asked; reads what the socket has, never waits. Ask
 * after every statement, too: its answer may have brought one, and the socket is silent then.
 */
MUST_USE enum rc pg_notified(struct pg *pg, bool *ret, struct err *err);

#endif
