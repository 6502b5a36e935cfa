/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happens to readings after they were stored: slices, index, end. See schema.h. */
#include "storage/reserve.h"
#include "storage/sql.h"
#include "storage/writer_private.h"

#define CHECKPOINT_PAGES 1000
#define BACKLOG_SLICES   64  /* so many may wait for an idle moment to be indexed */
#define VACUUM_PAGES     512 /* given back to the file system in one step */
#define CAP_MARGIN       (INT64_C(2) << 20) /* kept free in the file once the disk was full */
#define DAY_US           (86400 * US_PER_S)

static enum rc
set_meta(struct writer *w, const char *name, int64_t value, struct err *err)
{
    sqlite3_stmt *stmt = w->stmt[SET_META];
    int bound = sqlite3_bind_text(stmt, 1, name, -1, SQLITE_STATIC);
    bound |= sqlite3_bind_int64(stmt, 2, value);
    return writer_run(w, SET_META, bound, err);
}

/* The records of a slice, in order of arrival. */
static enum rc
read_slice(struct writer *w, int64_t slice, GArray *out, struct err *err)
{
    sqlite3_stmt *stmt = w->stmt[SEE_SLICE];
    int code = sqlite3_bind_int64(stmt, 1, slice << SLICE_SHIFT);
    if (code == SQLITE_OK) {
        while ((code = sqlite3_step(stmt)) == SQLITE_ROW) {
            struct record r;
            sql_read_record(stmt, 0, &r);
            g_array_append_val(out, r);
        }
    }
    enum rc rc = code == SQLITE_DONE ? RC_OK : writer_fail(w, "could not read the cache", err);
    sqlite3_reset(stmt);
    return rc;
}

static GArray *
new_records(void)
{
    GArray *records = g_array_sized_new(FALSE, FALSE, sizeof(struct record), SLICE_ROWS);
    g_array_set_clear_func(records, sql_clear_record);
    return records;
}

/* Place of a record in its slice, to be sorted by series and then by place. */
static guint64
place_key(uint32_t series, guint i)
{
    return (guint64)series << 32 | i;
}

static int
compare_keys(const void *a, const void *b)
{
    const guint64 *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static GArray *
sorted_places(const GArray *records)
{
    GArray *keys = g_array_sized_new(FALSE, FALSE, sizeof(guint64), records->len);
    for (guint i = 0; i < records->len; i++) {
        guint64 key = place_key(g_array_index(records, struct record, i).series, i);
        g_array_append_val(keys, key);
    }
    g_array_sort(keys, compare_keys);
    return keys;
}

/* The end of the run of one series that begins at from. */
static guint
run_end(const GArray *keys, guint from)
{
    guint64 series = g_array_index(keys, guint64, from) >> 32;
    guint end = from + 1;
    while (end < keys->len && g_array_index(keys, guint64, end) >> 32 == series) {
        end++;
    }
    return end;
}

static const struct record *
record_at(const GArray *records, const GArray *keys, guint i)
{
    return &g_array_index(records, struct record,
                          (guint)(g_array_index(keys, guint64, i) & G_MAXUINT32));
}

/* Raise latest to the newest of each series; of equal times the later arrival. */
static enum rc
merge_latest(struct writer *w, const GArray *records, struct err *err)
{
    GArray *keys = sorted_places(records);
    enum rc rc = RC_OK;
    for (guint from = 0, end; rc == RC_OK && from < keys->len; from = end) {
        end = run_end(keys, from);
        const struct record *best = record_at(records, keys, from);
        for (guint i = from + 1; i < end; i++) {
            const struct record *r = record_at(records, keys, i);
            best = r->ts >= best->ts ? r : best;
        }
        rc = writer_run(w, SET_LATEST, sql_bind_record(w->stmt[SET_LATEST], 1, best), err);
    }
    g_array_unref(keys);
    return rc;
}

static enum rc
add_slice(struct writer *w, const GArray *records, struct err *err)
{
    wall_us min_ts = INT64_MAX, max_ts = INT64_MIN, max_received = INT64_MIN;
    for (guint i = 0; i < records->len; i++) {
        const struct record *r = &g_array_index(records, struct record, i);
        min_ts = MIN(min_ts, r->ts);
        max_ts = MAX(max_ts, r->ts);
        max_received = MAX(max_received, r->received);
    }
    sqlite3_stmt *stmt = w->stmt[ADD_SLICE];
    int bound = sqlite3_bind_int64(stmt, 1, w->slices);
    bound |= sqlite3_bind_int64(stmt, 2, min_ts);
    bound |= sqlite3_bind_int64(stmt, 3, max_ts);
    bound |= sqlite3_bind_int64(stmt, 4, max_received);
    enum rc rc = writer_run(w, ADD_SLICE, bound, err);
    return rc == RC_OK ? set_meta(w, "slices", w->slices + 1, err) : rc;
}

static enum rc
close_slice(struct writer *w, struct err *err)
{
    GArray *records = new_records();
    enum rc rc = read_slice(w, w->slices, records, err);
    if (rc == RC_OK) {
        rc = writer_begin(w, err);
    }
    if (rc == RC_OK) {
        rc = merge_latest(w, records, err);
        rc = rc == RC_OK ? add_slice(w, records, err) : rc;
        rc = writer_end(w, rc, err);
    }
    g_array_unref(records);
    return rc;
}

static enum rc
write_rows(struct writer *w, int64_t slice, const GArray *keys, guint from, guint end,
           struct err *err)
{
    guint16 rows[SLICE_ROWS];
    for (guint i = from; i < end; i++) {
        rows[i - from] = GUINT16_TO_LE((guint16)g_array_index(keys, guint64, i));
    }
    int64_t series = (int64_t)(g_array_index(keys, guint64, from) >> 32);
    sqlite3_stmt *stmt = w->stmt[ADD_ROWS];
    int bound = sqlite3_bind_int64(stmt, 1, slice << 32 | series);
    bound |=
        sqlite3_bind_blob(stmt, 2, rows, (int)((end - from) * sizeof(rows[0])), SQLITE_STATIC);
    return writer_run(w, ADD_ROWS, bound, err);
}

static enum rc
index_slice(struct writer *w, struct err *err)
{
    GArray *records = new_records();
    enum rc rc = read_slice(w, w->indexed, records, err);
    GArray *keys = sorted_places(records);
    if (rc == RC_OK) {
        rc = writer_begin(w, err);
    }
    if (rc == RC_OK) {
        for (guint from = 0, end; rc == RC_OK && from < keys->len; from = end) {
            end = run_end(keys, from);
            rc = write_rows(w, w->indexed, keys, from, end, err);
        }
        rc = rc == RC_OK ? set_meta(w, "indexed", w->indexed + 1, err) : rc;
        rc = writer_end(w, rc, err);
    }
    g_array_unref(keys);
    g_array_unref(records);
    return rc;
}

static enum rc
drop_rows(struct writer *w, int64_t next, struct err *err)
{
    static const struct {
        enum statement which;
        int shift;
    } steps[] = {{DROP_READINGS, SLICE_SHIFT}, {DROP_ROWS, 32}, {DROP_SLICE, 0}};
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < G_N_ELEMENTS(steps); i++) {
        int bound = sqlite3_bind_int64(w->stmt[steps[i].which], 1, next << steps[i].shift);
        rc = writer_run(w, steps[i].which, bound, err);
    }
    return rc;
}

static enum rc
drop_slice(struct writer *w, struct err *err)
{
    int64_t next = w->pruned + 1;
    enum rc rc = writer_begin(w, err);
    if (rc != RC_OK) {
        return rc;
    }
    rc = drop_rows(w, next, err);
    rc = rc == RC_OK ? set_meta(w, "pruned", next, err) : rc;
    if (rc == RC_OK && w->indexed < next) {
        rc = set_meta(w, "indexed", next, err);
    }
    return writer_end(w, rc, err);
}

/* The journal's oldest lines, as far as they are older than before. */
static enum rc
drop_lines(struct writer *w, wall_us before, struct err *err)
{
    enum rc rc = writer_begin(w, err);
    if (rc != RC_OK) {
        return rc;
    }
    rc = alarm_table_drop(w->alarms, before, err);
    if (rc != RC_OK) {
        writer_note_failure(w);
    }
    return writer_end(w, rc, err);
}

/* What was sent, or nobody will ask for any more. */
static enum rc
drop_sent(struct writer *w, struct err *err)
{
    enum rc rc = writer_begin(w, err);
    if (rc != RC_OK) {
        return rc;
    }
    rc = follow_table_drop(w->follow, &w->extent, w->store, err);
    if (rc != RC_OK) {
        writer_note_failure(w);
    }
    return writer_end(w, rc, err);
}

/* Copy the log into the file. That readers hold a part of it back is no failure. */
static enum rc
checkpoint(struct writer *w, struct err *err)
{
    int logged = 0, copied = 0;
    int code =
        sqlite3_wal_checkpoint_v2(w->db, NULL, SQLITE_CHECKPOINT_PASSIVE, &logged, &copied);
    w->checkpoint_at = logged + CHECKPOINT_PAGES; /* unless the log begins anew before */
    if (code != SQLITE_OK && code != SQLITE_BUSY && code != SQLITE_LOCKED) {
        return writer_fail(w, "could not copy the log into the cache", err);
    }
    return RC_OK;
}

static bool
is_expired(const struct writer *w, wall_us now)
{
    return w->retention_days > 0 && w->oldest != WALL_NONE &&
           w->oldest < now - w->retention_days * DAY_US;
}

/*
 * The journal may be asked for room: no slice is left, and there are few pages free in the
 * file. With some free, what lacks room is the log, and it is not given away for that.
 */
static bool
wants_lines(const struct writer *w)
{
    return w->pruned >= w->slices &&
           w->free_pages < MIN(CAP_MARGIN / w->page_bytes, w->pages / 4);
}

/* Lines older than this go. */
static wall_us
journal_since(const struct writer *w, wall_us now)
{
    return w->cap_bytes > 0 && wants_lines(w) ? INT64_MAX : now - JOURNAL_KEEP_DAYS * DAY_US;
}

static bool
is_too_full(const struct writer *w)
{
    int64_t used = (w->pages - w->free_pages) * w->page_bytes;
    return (w->max_bytes > 0 && used > w->max_bytes) ||
           (w->cap_bytes > 0 && used > w->cap_bytes);
}

enum task {
    TASK_NONE,
    TASK_CLOSE,
    TASK_CHECKPOINT,
    TASK_DROP,
    TASK_JOURNAL,
    TASK_SENT,
    TASK_INDEX,
    TASK_SHRINK,
};

/* What is due now. The first two keep pace with what comes in, the rest waits for a pause. */
static enum task
next_task(const struct writer *w, wall_us now, bool idle)
{
    if (w->last_id - (w->slices << SLICE_SHIFT) >= SLICE_ROWS) {
        return TASK_CLOSE;
    }
    if (w->wal_pages >= MAX(w->checkpoint_at, CHECKPOINT_PAGES)) {
        return TASK_CHECKPOINT;
    }
    if (w->pruned < w->slices && (is_too_full(w) || is_expired(w, now))) {
        return TASK_DROP;
    }
    if (w->journal_oldest < journal_since(w, now)) {
        return TASK_JOURNAL;
    }
    if (follow_table_is_long(&w->extent, w->store)) {
        return TASK_SENT;
    }
    if (w->indexed < w->slices && (idle || w->slices - w->indexed > BACKLOG_SLICES)) {
        return TASK_INDEX;
    }
    bool too_large = w->max_bytes > 0 && w->pages * w->page_bytes > w->max_bytes;
    return idle && too_large && w->free_pages > 0 ? TASK_SHRINK : TASK_NONE;
}

static enum rc
do_task(struct writer *w, enum task task, wall_us now, struct err *err)
{
    char vacuum[64];
    switch (task) {
    case TASK_NONE:
        break;
    case TASK_CLOSE:
        return close_slice(w, err);
    case TASK_CHECKPOINT:
        return checkpoint(w, err);
    case TASK_DROP:
        return drop_slice(w, err);
    case TASK_JOURNAL:
        return drop_lines(w, journal_since(w, now), err);
    case TASK_SENT:
        return drop_sent(w, err);
    case TASK_INDEX:
        return index_slice(w, err);
    case TASK_SHRINK:
        snprintf(vacuum, sizeof(vacuum), "PRAGMA incremental_vacuum(%d)", VACUUM_PAGES);
        return sql_exec(w->db, vacuum, err);
    }
    return RC_OK;
}

enum rc
writer_tidy(struct writer *w, wall_us now, bool idle, bool *ret_more, struct err *err)
{
    /* While the disk is full, free pages are counted all the time. */
    enum rc rc = w->unsure || w->cap_bytes > 0 ? writer_reload(w, err) : RC_OK;
    if (rc != RC_OK) {
        return rc;
    }
    enum task task = next_task(w, now, idle);
    if (w->cap_bytes > 0 && task == TASK_JOURNAL && reserve_make(w->path)) {
        w->cap_bytes = 0;
        task = next_task(w, now, idle);
    }
    rc = do_task(w, task, now, err);
    if (rc == RC_OK && task != TASK_NONE && task != TASK_CHECKPOINT) {
        rc = writer_reload(w, err);
    }
    if (w->cap_bytes > 0 && task == TASK_CLOSE && reserve_make(w->path)) {
        w->cap_bytes = 0;
    }
    *ret_more = rc == RC_OK && next_task(w, now, idle) != TASK_NONE;
    return rc;
}

/*
 * The file can grow no more, and neither can its log, so everything from here on has to live on
 * pages that become free: the file is held below the size it has now until the disk has room.
 */
enum rc
writer_make_room(struct writer *w, struct err *err)
{
    reserve_release(w->path);
    enum rc rc = w->unsure ? writer_reload(w, err) : RC_OK;
    if (rc != RC_OK) {
        return rc;
    }
    bool has_slice = w->pruned < w->slices;
    if (!has_slice && !(wants_lines(w) && w->journal_oldest < INT64_MAX)) {
        return err_set(err, RC_NOTFOUND, "there is no older history to drop");
    }
    w->cap_bytes = MAX(w->pages * w->page_bytes - CAP_MARGIN, w->page_bytes);
    /* Whether the log can be emptied or not: dropping is worth the try. */
    rc = checkpoint(w, err);
    rc = has_slice ? drop_slice(w, err) : drop_lines(w, INT64_MAX, err);
    return rc == RC_OK ? writer_reload(w, err) : rc;
}
