/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Questions to the cache, over a connection of their own that only reads. Works while an
 * instance runs and while none does.
 *
 * Older:   a file that an earlier version wrote and no instance has brought up to date yet can
 *          be opened. It answers RC_INVALID to questions about the plant and readings, and has
 *          nothing about alarms.
 * Threads: a query handle belongs to one thread.
 */
#ifndef STORAGE_QUERY_H
#define STORAGE_QUERY_H

#include "src/core/alarm.h"
#include "src/core/archive.h"
#include "src/core/plant.h"
#include "src/core/rank.h"
#include "src/core/reading.h"
#include "storage/cache.h"

struct query;

/* RC_NOTFOUND: there is no cache file. */
MUST_USE enum rc query_open(struct query **ret, const char *path, struct err *err);
void query_close(struct query *q);

/* From now on a question is given up (RC_IO) soon after stop says true; it is asked now and
 * then while one is under way. NULL: never. */
typedef bool query_stop(void *user);
void query_stop_when(struct query *q, query_stop *stop, void *user);

/* The plant with series numbers set; *ret_digest (may be NULL) is that of its files. */
MUST_USE enum rc query_plant(struct query *q, struct plant **ret, char **ret_digest,
                             struct err *err);

/* Called for each row; false stops. text belongs to the row. */
typedef bool query_row(const struct record *r, void *user);

/* The newest record of every series, in no order. */
MUST_USE enum rc query_latest(struct query *q, query_row *row, void *user, struct err *err);

struct query_range {
    const uint32_t *series; /* NULL: all */
    size_t n_series;
    wall_us since, until; /* ts, both included; WALL_NONE: open */
    int64_t limit;        /* 0: none */
    bool oldest_first;    /* default: newest first, by ts, then by arrival */
};
MUST_USE enum rc query_readings(struct query *q, const struct query_range *range,
                                query_row *row, void *user, struct err *err);

/* A span of time; none when it does not begin before its end, which is not included. */
struct query_gap {
    wall_us since, until;
};

/*
 * The readings of an ARCHIVE_TREND request in out's buckets, but those of the gap in apart's
 * (NULL: there is none); and in out what was last before the span, as far as that is found
 * within reason. out and apart are zeroed answers to r; after a failure they have a part of
 * that.
 */
MUST_USE enum rc query_buckets(struct query *q, const struct archive_request *r,
                               const struct query_gap *gap, struct archive_answer *out,
                               struct archive_answer *apart, struct err *err);

/* From here on all that was heard is still there; WALL_NONE: there is nothing. */
MUST_USE enum rc query_readings_reach(struct query *q, wall_us *ret, struct err *err);
MUST_USE enum rc query_journal_reach(struct query *q, wall_us *ret, struct err *err);

/* Of the span *ret the least that holds all times at which the broker was not listened to, or
 * from which something may have been dropped (reach, see above). Listened to now: what comes
 * from now on is no gap. Readings count by their own time, so one that was long under way may
 * be missing all the same. */
MUST_USE enum rc query_readings_gap(struct query *q, wall_us reach, wall_us now,
                                    struct query_gap *ret, struct err *err);

/* Total records ever stored, and bytes, as in struct cache_stats. */
MUST_USE enum rc query_stored(struct query *q, uint64_t *ret_stored, struct err *err);

/*
 * All that an evaluator needs to go on: every alarm, maintenance and parked acknowledgement,
 * and the occurrences that are not over, or the newest of such an alarm. Appended to out, whose
 * journal stays as it is.
 */
MUST_USE enum rc query_alarm_state(struct query *q, struct alarm_changes *out, struct err *err);

/* The lines "raised", struct journal_record, of what parked acknowledgements wait for, appended
 * to out. */
MUST_USE enum rc query_waited_for(struct query *q, GArray *out, struct err *err);

/* Rows are valid only during the call; false stops. */
typedef bool query_occurrence_row(const struct occurrence_record *r, void *user);
typedef bool query_journal_row(const struct journal_record *r, void *user);

struct query_occurrence_range {
    const char *station, *component; /* NULL: any */
    wall_us since, until;            /* raised_at, both included; WALL_NONE: open */
    int64_t limit;                   /* 0: none */
    bool all; /* false: only those that are not normal: the newest of their alarm, or, when
                 that is over, the older ones */
};
/* The last raised first. */
MUST_USE enum rc query_occurrences(struct query *q, const struct query_occurrence_range *range,
                                   query_occurrence_row *row, void *user, struct err *err);

struct query_journal_range {
    const char *station, *component; /* NULL: any */
    wall_us since, until;            /* both included; WALL_NONE: open */
    int64_t limit;                   /* 0: none */
    bool oldest_first;               /* default: newest first, by time, then by arrival */
};
MUST_USE enum rc query_journal(struct query *q, const struct query_journal_range *range,
                               query_journal_row *row, void *user, struct err *err);

/* ---- what goes to other instances and comes from them; not of an older file ---- */

struct sync_marks {
    char writer[UUID_SIZE]; /* of this cache file */
    int64_t cursor;         /* the last entry of the store's log applied here; 0: none */
    int64_t plant_version;
    struct rank seen; /* the highest heard of */
    uint64_t outbox_last, outbox_sent;
    GArray *followed; /* struct followed_mark */
};
MUST_USE enum rc query_sync(struct query *q, struct sync_marks *ret, struct err *err);
void sync_marks_fini(struct sync_marks *m); /* of zeros is fine */

/* Valid only during the call; false stops. */
typedef bool query_outbox_row(uint64_t number, struct rank rank, const char *body, void *user);
/* What this instance decided, from the entry after this one on, oldest first, at most limit. */
MUST_USE enum rc query_outbox(struct query *q, uint64_t after, int limit, query_outbox_row *row,
                              void *user, struct err *err);

/* Operator actions that nobody has answered, oldest first; appended to out (struct open_action,
 * whose clear function the caller has set). */
MUST_USE enum rc query_actions(struct query *q, GArray *out, struct err *err);
/* Those that were done, oldest first; appended to out (struct handled_action). */
MUST_USE enum rc query_handled(struct query *q, GArray *out, struct err *err);

#endif
