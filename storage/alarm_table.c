/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/alarm_table.h"

#include <assert.h>

#include "storage/row.h"
#include "storage/sql.h"

#define DROP_LINES 1000 /* looked at in one step: some ten milliseconds */

enum statement {
    ADD_LINE,
    SET_OCCURRENCE,
    SET_ALARM,
    DROP_ALARM,
    SET_MAINTENANCE,
    DROP_MAINTENANCE,
    SET_PARKED,
    DROP_PARKED,
    SEE_LAST,
    SEE_OLDEST,
    SET_PRUNED,
    DROP_OCCURRENCES,
    DROP_JOURNAL,
};
#define STATEMENTS (DROP_JOURNAL + 1)

/* A line of the journal that may go as far as its occurrence is concerned. */
#define IS_OVER                                                                                \
    " NOT EXISTS (SELECT 1 FROM occurrences AS o WHERE o.occurrence = journal.occurrence"      \
    " AND o.state <> 'normal')"

static const char *const texts[] = {
    [ADD_LINE] = "INSERT INTO journal VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    /* It keeps its id. */
    [SET_OCCURRENCE] = "INSERT OR REPLACE INTO occurrences VALUES((SELECT id FROM occurrences"
                       " WHERE occurrence = ?2),?1,?2,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    [SET_ALARM] =
        "INSERT OR REPLACE INTO alarms VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    [DROP_ALARM] = "DELETE FROM alarms WHERE station = ? AND component = ? AND rule = ?",
    [SET_MAINTENANCE] = "INSERT OR REPLACE INTO maintenance VALUES(?,?,?,?,?,?,?,?)",
    [DROP_MAINTENANCE] = "DELETE FROM maintenance WHERE station = ? AND component = ?",
    [SET_PARKED] = "INSERT OR REPLACE INTO parked VALUES(?,?,?,?,?,?,?)",
    [DROP_PARKED] = "DELETE FROM parked WHERE occurrence = ?",
    [SEE_LAST] = "SELECT max(id) FROM journal",
    [SEE_OLDEST] = "SELECT id, at FROM journal WHERE id < (SELECT max(id) FROM journal)"
                   " AND" IS_OVER " ORDER BY id LIMIT 1",
    /* Triggers let go of nothing above it. */
    [SET_PRUNED] = "UPDATE meta SET value = ? WHERE name = 'journal_pruned'",
    [DROP_OCCURRENCES] =
        "DELETE FROM occurrences WHERE state = 'normal' AND occurrence IN"
        " (SELECT occurrence FROM journal WHERE id <= ?1 AND at < ?2)"
        " AND NOT EXISTS (SELECT 1 FROM journal AS j WHERE"
        " j.occurrence = occurrences.occurrence AND (j.id > ?1 OR j.at >= ?2))"
        " AND occurrence NOT IN (SELECT occurrence FROM alarms WHERE occurrence IS NOT NULL)",
    [DROP_JOURNAL] = "DELETE FROM journal WHERE id <= ? AND at < ? AND" IS_OVER,
};
static_assert(G_N_ELEMENTS(texts) == STATEMENTS, "a statement has no text");

struct alarm_table {
    sqlite3 *db;
    sqlite3_stmt *stmt[STATEMENTS];
};

enum rc
alarm_table_open(struct alarm_table **ret, sqlite3 *db, struct err *err)
{
    struct alarm_table *t = g_new0(struct alarm_table, 1);
    t->db = db;
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < STATEMENTS; i++) {
        rc = sql_prepare(db, &t->stmt[i], texts[i], err);
    }
    if (rc != RC_OK) {
        alarm_table_close(t);
        return rc;
    }
    *ret = t;
    return RC_OK;
}

void
alarm_table_close(struct alarm_table *t)
{
    if (t == NULL) {
        return;
    }
    for (size_t i = 0; i < STATEMENTS; i++) {
        sqlite3_finalize(t->stmt[i]);
    }
    g_free(t);
}

static struct binder
bind(struct alarm_table *t, enum statement which)
{
    return (struct binder){.stmt = t->stmt[which], .next = 1};
}

static enum rc
run(struct alarm_table *t, const struct binder *b, struct err *err)
{
    if (b->code != SQLITE_OK || sql_run(b->stmt) != SQLITE_DONE) {
        return sql_fail(t->db, "could not write alarms to the cache", err);
    }
    return RC_OK;
}

/* A part of a key, which is never NULL: a row that SQLite refuses would hold up all others. */
static void
put_name(struct binder *b, const char *name)
{
    put_text(b, name == NULL ? "" : name);
}

static void
put_uuid(struct binder *b, const struct uuid *id)
{
    b->code |=
        sqlite3_bind_blob(b->stmt, b->next++, id->bytes, sizeof(id->bytes), SQLITE_STATIC);
}

static void
put_null(struct binder *b)
{
    b->code |= sqlite3_bind_null(b->stmt, b->next++);
}

static void
put_uuid_or_null(struct binder *b, const struct uuid *id)
{
    if (uuid_is_nil(id)) {
        put_null(b);
    } else {
        put_uuid(b, id);
    }
}

static void
put_time(struct binder *b, wall_us at)
{
    if (at == WALL_NONE) {
        put_null(b);
    } else {
        put_int(b, at);
    }
}

static enum rc
add_line(struct alarm_table *t, int64_t id, const struct journal_record *r, struct err *err)
{
    struct binder b = bind(t, ADD_LINE);
    put_int(&b, id);
    put_int(&b, r->at);
    put_int(&b, (int64_t)r->epoch);
    put_int(&b, (int64_t)r->term);
    put_text(&b, alarm_event_name(r->event));
    put_uuid_or_null(&b, &r->occurrence);
    put_int(&b, r->step);
    put_text(&b, r->instance);
    put_text(&b, r->station);
    put_text(&b, r->component);
    put_text(&b, r->rule);
    put_text(&b, alarm_priority_name(r->priority));
    put_text(&b, alarm_state_name(r->from));
    put_text(&b, alarm_state_name(r->to));
    put_int(&b, r->overlays);
    put_int(&b, r->annunciated);
    put_int(&b, r->test);
    put_double(&b, r->value);
    put_text(&b, r->actor);
    put_text(&b, r->origin);
    put_text(&b, r->detail);
    return run(t, &b, err);
}

static enum rc
set_occurrence(struct alarm_table *t, const struct occurrence_record *r, struct err *err)
{
    struct binder b = bind(t, SET_OCCURRENCE);
    put_int(&b, r->raised_at);
    put_uuid(&b, &r->occurrence);
    put_text(&b, r->station);
    put_text(&b, r->component);
    put_text(&b, r->rule);
    put_text(&b, alarm_type_name(r->type));
    put_text(&b, alarm_priority_name(r->priority));
    put_text(&b, alarm_state_name(r->state));
    put_int(&b, r->overlays);
    put_int(&b, r->test);
    put_int(&b, r->current);
    put_int(&b, r->step);
    put_int(&b, r->acked_step);
    put_int(&b, r->count);
    put_time(&b, r->returned_at);
    put_time(&b, r->acked_at);
    put_double(&b, r->value);
    put_text(&b, r->acked_by);
    put_text(&b, r->comment);
    return run(t, &b, err);
}

static enum rc
set_alarm(struct alarm_table *t, const struct alarm_record *r, struct err *err)
{
    struct binder b = bind(t, r->gone ? DROP_ALARM : SET_ALARM);
    put_name(&b, r->station);
    put_name(&b, r->component);
    put_name(&b, r->rule);
    if (!r->gone) {
        put_text(&b, alarm_state_name(r->state));
        put_int(&b, r->overlays);
        put_uuid_or_null(&b, &r->occurrence);
        put_int(&b, r->condition);
        put_int(&b, r->suspect);
        put_int(&b, r->chattering);
        put_int(&b, r->pending);
        put_time(&b, r->pending_since);
        put_time(&b, r->realarm_at);
        put_time(&b, r->shelved_until);
        put_int(&b, r->pending_since_mono);
        put_int(&b, r->realarm_mono);
        put_int(&b, r->shelved_until_mono);
        put_int(&b, r->one_shot);
        put_int(&b, r->covered);
        put_text(&b, r->shelved_by);
        put_text(&b, r->shelve_reason);
        put_text(&b, r->boot_id);
        put_int(&b, r->first_out);
    }
    return run(t, &b, err);
}

static enum rc
set_maintenance(struct alarm_table *t, const struct maintenance_record *r, struct err *err)
{
    struct binder b = bind(t, r->gone ? DROP_MAINTENANCE : SET_MAINTENANCE);
    put_name(&b, r->station);
    put_name(&b, r->component);
    if (!r->gone) {
        put_time(&b, r->since);
        put_time(&b, r->remind_at);
        put_int(&b, r->remind_mono);
        put_text(&b, r->boot_id);
        put_text(&b, r->actor);
        put_text(&b, r->reason);
    }
    return run(t, &b, err);
}

static enum rc
set_parked(struct alarm_table *t, const struct parked_record *r, struct err *err)
{
    struct binder b = bind(t, r->gone ? DROP_PARKED : SET_PARKED);
    put_uuid(&b, &r->occurrence);
    if (!r->gone) {
        put_int(&b, r->step);
        put_time(&b, r->at);
        put_time(&b, r->seen_at);
        put_text(&b, r->user);
        put_text(&b, r->origin);
        put_text(&b, r->comment);
    }
    return run(t, &b, err);
}

enum rc
alarm_table_write(struct alarm_table *t, const struct alarm_changes *c, int64_t *last,
                  struct err *err)
{
    enum rc rc = RC_OK;
    for (guint i = 0; rc == RC_OK && i < c->journal->len; i++) {
        rc = add_line(t, ++*last, &g_array_index(c->journal, struct journal_record, i), err);
    }
    for (guint i = 0; rc == RC_OK && i < c->occurrences->len; i++) {
        rc =
            set_occurrence(t, &g_array_index(c->occurrences, struct occurrence_record, i), err);
    }
    for (guint i = 0; rc == RC_OK && i < c->alarms->len; i++) {
        rc = set_alarm(t, &g_array_index(c->alarms, struct alarm_record, i), err);
    }
    for (guint i = 0; rc == RC_OK && i < c->maintenance->len; i++) {
        rc = set_maintenance(t, &g_array_index(c->maintenance, struct maintenance_record, i),
                             err);
    }
    for (guint i = 0; rc == RC_OK && i < c->parked->len; i++) {
        rc = set_parked(t, &g_array_index(c->parked, struct parked_record, i), err);
    }
    return rc;
}

/* The first n columns, as integers, of the only row; what they were when there is none. */
static enum rc
ask(struct alarm_table *t, enum statement which, int64_t *ret, int n, struct err *err)
{
    sqlite3_stmt *stmt = t->stmt[which];
    int code = sqlite3_step(stmt);
    for (int i = 0; code == SQLITE_ROW && i < n; i++) {
        ret[i] = sqlite3_column_int64(stmt, i);
    }
    enum rc rc = code == SQLITE_ROW || code == SQLITE_DONE
                     ? RC_OK
                     : sql_fail(t->db, "could not read the cache", err);
    sqlite3_reset(stmt);
    return rc;
}

enum rc
alarm_table_look(struct alarm_table *t, int64_t *ret_last, wall_us *ret_oldest, struct err *err)
{
    int64_t last = 0, oldest[2] = {0, INT64_MAX};
    enum rc rc = ask(t, SEE_LAST, &last, 1, err);
    if (rc == RC_OK) {
        rc = ask(t, SEE_OLDEST, oldest, 2, err);
    }
    if (rc == RC_OK) {
        *ret_last = last;
        *ret_oldest = oldest[1];
    }
    return rc;
}

static enum rc
drop(struct alarm_table *t, enum statement which, int64_t upto, wall_us before, struct err *err)
{
    struct binder b = bind(t, which);
    put_int(&b, upto);
    put_int(&b, before);
    return run(t, &b, err);
}

/* Old lines go by id, which is the order they came in: a time may be that of a wrong clock. */
enum rc
alarm_table_drop(struct alarm_table *t, wall_us before, struct err *err)
{
    int64_t last = 0, oldest[2] = {0, INT64_MAX};
    enum rc rc = ask(t, SEE_LAST, &last, 1, err);
    if (rc == RC_OK) {
        rc = ask(t, SEE_OLDEST, oldest, 2, err);
    }
    if (rc != RC_OK || oldest[1] == INT64_MAX) {
        return rc;
    }
    int64_t upto = MIN(oldest[0] + DROP_LINES, last) - 1;
    struct binder b = bind(t, SET_PRUNED);
    put_int(&b, upto);
    rc = run(t, &b, err);
    if (rc == RC_OK) {
        rc = drop(t, DROP_OCCURRENCES, upto, before, err);
    }
    return rc == RC_OK ? drop(t, DROP_JOURNAL, upto, before, err) : rc;
}
