/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What pg.c, pg_connect.c and pg_copy.c share. */
#ifndef STORAGE_PG_PRIVATE_H
#define STORAGE_PG_PRIVATE_H

#include "storage/pg.h"

struct pg {
    PGconn *connection; /* NULL: closed */
    int wake_fd;
    int64_t answer_us;
    _Atomic mono_us *waiting;
    bool prepared[PG_STATEMENTS];
    char state[PG_STATE_SIZE];
    const char *text; /* what pg_exec() is sending, for the line of a refusal; else NULL */
    size_t unsent;    /* bytes of a COPY given since the last flush, at most */
    bool copy_closed; /* the server knows that no more of it comes */
};

/* What libpq or the server said, in one harmless line. NULL, "": no reason. */
enum rc pg_set_message(struct err *err, enum rc rc, const char *message);

/* Close a connection that is of no use any more. why NULL: libpq knows. */
enum rc pg_lose(struct pg *pg, const char *why, struct err *err);

/* Wait for events on the socket. NULL, or why not. */
const char *pg_await(const struct pg *pg, short events, mono_us deadline);

/* Begin a call: RC_IO when there is no connection. */
enum rc pg_begin(struct pg *pg, struct err *err);

/* What was sent leaves. patient: the deadline moves on for as long as the server takes some. */
enum rc pg_flush(struct pg *pg, mono_us deadline, bool patient, struct err *err);

/* The next result, NULL in *ret when there is none any more. */
enum rc pg_next_result(struct pg *pg, mono_us deadline, PGresult **ret, struct err *err);

bool pg_is_refusal(const PGresult *result);
void pg_note_refusal(struct pg *pg, const PGresult *result, struct err *err);

/* All results of what was sent: the last one that is no refusal, or RC_INVALID. */
enum rc pg_finish(struct pg *pg, mono_us deadline, PGresult **ret, struct err *err);

#endif
