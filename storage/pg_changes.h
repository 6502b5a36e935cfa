/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the central store keeps besides readings and the lease: the change log with journal and
 * alarm state, operator actions, the plant. One function for each of the store's own
 * (data/sql/pg/004-alarms.sql), which tell what is done and who may.
 *
 * Threads: the connection's.
 * Errors:  RC_INVALID: *ret tells why: PG_FENCED, or PG_REFUSED for what was sent; it would be
 *          refused again. RC_IO: the server could not; the connection is to be closed, if it is
 *          not yet, and all of it may be tried again.
 * Rows:    texts belong to the row.
 */
#ifndef STORAGE_PG_CHANGES_H
#define STORAGE_PG_CHANGES_H

#include "src/core/rank.h"
#include "storage/pg.h"
#include "storage/pg_readings.h"

struct pg_change {
    int64_t id; /* in the log */
    const char *writer, *instance;
    uint64_t number;
    struct rank rank;
    const char *body; /* JSON; NULL: it is the asker's own */
};
typedef void pg_change_row(void *user, const struct pg_change *c);

/* Store these, at least one, of one writer and instance, in this order: all of them or none.
 * grant "": append them. Twice is once. */
MUST_USE enum rc pg_changes_write(struct pg *pg, const struct pg_change *list, size_t n,
                                  const char *grant, enum pg_outcome *ret, struct err *err);
/* The same of one. */
MUST_USE enum rc pg_change_write(struct pg *pg, const struct pg_change *c, const char *grant,
                                 enum pg_outcome *ret, struct err *err);

struct pg_look {
    int64_t log_first, log_last; /* first > last: the log is empty */
    uint64_t behind;             /* entries after that */
    uint64_t own_number;         /* how far the store knows the writer; 0: not at all */
    int64_t plant;               /* newest version, 0: none */
    bool pending;                /* actions wait for the owner */
    bool answered;               /* so is one of these */
};
/* ids: actions as an array of the server, "{}": none. */
MUST_USE enum rc pg_look(struct pg *pg, const char *own, int64_t after, const char *ids,
                         struct pg_look *ret, struct err *err);

/* The next entries after id after: some hundred, or fewer large ones, but at least one. own:
 * the writer whose bodies are not wanted. */
MUST_USE enum rc pg_changes_after(struct pg *pg, int64_t after, const char *own,
                                  pg_change_row *row, void *user, struct err *err);
/* One row: the whole state as of its id; rank: the highest that had a part in it. */
MUST_USE enum rc pg_snapshot(struct pg *pg, pg_change_row *row, void *user, struct err *err);

/* Journal lines since then of the entries up to last. */
struct pg_extent {
    wall_us since;
    int64_t last;
    int64_t first; /* 0: there are none */
    uint64_t changes;
};
/* Fills in the rest of *extent. */
MUST_USE enum rc pg_journal_extent(struct pg *pg, struct pg_extent *extent, struct err *err);
/* The next of them, as pg_changes_after(), with nothing but their journal lines. */
MUST_USE enum rc pg_journal_after(struct pg *pg, const struct pg_extent *extent, int64_t after,
                                  pg_change_row *row, void *user, struct err *err);

/* The owner's; *ret_gone entries went, some are left when it is not 0. */
MUST_USE enum rc pg_log_prune(struct pg *pg, uint64_t epoch, const char *grant, int days,
                              int64_t *ret_gone, enum pg_outcome *ret, struct err *err);

struct pg_action {
    const char *id, *instance, *user, *origin, *body;
    wall_us at;
};
typedef void pg_action_row(void *user, const struct pg_action *a);
MUST_USE enum rc pg_action_submit(struct pg *pg, const struct pg_action *a,
                                  enum pg_outcome *ret, struct err *err);
/* Those that nobody has answered yet, the oldest 1,000. */
MUST_USE enum rc pg_actions_pending(struct pg *pg, pg_action_row *row, void *user,
                                    struct err *err);

struct pg_answer {
    const char *id, *message;
    bool ok;
};
typedef void pg_answer_row(void *user, const struct pg_answer *a);
/* The owner's. That it is answered already, or unknown here, is fine. */
MUST_USE enum rc pg_action_finish(struct pg *pg, uint64_t epoch, const char *grant,
                                  const struct pg_answer *a, enum pg_outcome *ret,
                                  struct err *err);
MUST_USE enum rc pg_action_answers(struct pg *pg, const char *ids, pg_answer_row *row,
                                   void *user, struct err *err);

struct pg_plant {
    int64_t version; /* to store: the one it was made from */
    const char *stations, *components, *rules, *actor;
};
typedef void pg_plant_row(void *user, const struct pg_plant *p);
/* PG_REFUSED: another one was stored since; err tells whose. */
MUST_USE enum rc pg_plant_store(struct pg *pg, const struct pg_plant *p, int64_t *ret_version,
                                enum pg_outcome *ret, struct err *err);
/* The newest, unless it is this version: no row or one. */
MUST_USE enum rc pg_plant_other(struct pg *pg, int64_t version, pg_plant_row *row, void *user,
                                struct err *err);

#endif
