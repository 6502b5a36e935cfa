/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the cache knows of alarms. Long answers are read a page at a time, each in a transaction
 * of its own: while rows are handed out nothing holds the writer's log back, however slow the
 * one who takes them.
 */
#include "storage/query_private.h"
#include "storage/row.h"
#include "storage/sql.h"

#define PAGE_ROWS 500

#define OCCURRENCE_COLUMNS                                                                     \
    "id, raised_at, occurrence, station, component, rule, type, priority, state, overlays,"    \
    " test, current, step, acked_step, count, returned_at, acked_at, value, acked_by, comment"
#define JOURNAL_COLUMNS                                                                        \
    "id, at, epoch, term, event, occurrence, step, instance, station, component, rule,"        \
    " priority, \"from\", \"to\", overlays, annunciated, test, value, actor, origin, detail"

/* ---- rows ---- */

static char *
take_string(struct taker *t)
{
    const char *text = (const char *)sqlite3_column_text(t->stmt, t->next++);
    return g_strdup(text);
}

static wall_us
take_time(struct taker *t)
{
    int column = t->next++;
    return sqlite3_column_type(t->stmt, column) == SQLITE_NULL
               ? WALL_NONE
               : sqlite3_column_int64(t->stmt, column);
}

static struct uuid
take_uuid(struct taker *t)
{
    struct uuid id = {{0}};
    const void *bytes = sqlite3_column_blob(t->stmt, t->next);
    if (bytes != NULL && sqlite3_column_bytes(t->stmt, t->next) == (int)sizeof(id.bytes)) {
        memcpy(id.bytes, bytes, sizeof(id.bytes));
    }
    t->next++;
    return id;
}

static bool
take_bool(struct taker *t)
{
    return take_int(t) != 0;
}

/* A take function appends the row to out; false: it has a word that is none of ours. */
typedef bool take_row(struct taker *t, GArray *out);

static bool
take_occurrence(struct taker *t, GArray *out)
{
    struct occurrence_record r = {.raised_at = take_int(t)};
    r.occurrence = take_uuid(t);
    r.station = take_string(t);
    r.component = take_string(t);
    r.rule = take_string(t);
    bool known = alarm_type_from_name(see_text(t), &r.type);
    known = alarm_priority_from_name(see_text(t), &r.priority) && known;
    known = alarm_state_from_name(see_text(t), &r.state) && known;
    r.overlays = (unsigned)take_int(t);
    r.test = take_bool(t);
    r.current = take_bool(t);
    r.step = (uint32_t)take_int(t);
    r.acked_step = (uint32_t)take_int(t);
    r.count = (uint32_t)take_int(t);
    r.returned_at = take_time(t);
    r.acked_at = take_time(t);
    r.value = take_double(t);
    r.acked_by = take_string(t);
    r.comment = take_string(t);
    g_array_append_val(out, r);
    return known;
}

static bool
take_line(struct taker *t, GArray *out)
{
    struct journal_record r = {.at = take_int(t)};
    r.epoch = (uint64_t)take_int(t);
    r.term = (uint64_t)take_int(t);
    bool known = alarm_event_from_name(see_text(t), &r.event);
    r.occurrence = take_uuid(t);
    r.step = (uint32_t)take_int(t);
    r.instance = take_string(t);
    r.station = take_string(t);
    r.component = take_string(t);
    r.rule = take_string(t);
    known = alarm_priority_from_name(see_text(t), &r.priority) && known;
    known = alarm_state_from_name(see_text(t), &r.from) && known;
    known = alarm_state_from_name(see_text(t), &r.to) && known;
    r.overlays = (unsigned)take_int(t);
    r.annunciated = take_bool(t);
    r.test = take_bool(t);
    r.value = take_double(t);
    r.actor = take_string(t);
    r.origin = take_string(t);
    r.detail = take_string(t);
    g_array_append_val(out, r);
    return known;
}

static bool
take_alarm(struct taker *t, GArray *out)
{
    struct alarm_record r = {.station = take_string(t)};
    r.component = take_string(t);
    r.rule = take_string(t);
    bool known = alarm_state_from_name(see_text(t), &r.state);
    r.overlays = (unsigned)take_int(t);
    r.occurrence = take_uuid(t);
    r.condition = take_bool(t);
    r.suspect = take_bool(t);
    r.chattering = take_bool(t);
    int64_t pending = take_int(t);
    known = known && pending >= PENDING_NONE && pending <= PENDING_OFF;
    r.pending = (enum alarm_pending)pending;
    r.pending_since = take_time(t);
    r.realarm_at = take_time(t);
    r.shelved_until = take_time(t);
    r.pending_since_mono = take_int(t);
    r.realarm_mono = take_int(t);
    r.shelved_until_mono = take_int(t);
    r.one_shot = take_bool(t);
    r.covered = (uint32_t)take_int(t);
    r.shelved_by = take_string(t);
    r.shelve_reason = take_string(t);
    g_strlcpy(r.boot_id, see_text(t), sizeof(r.boot_id));
    r.first_out = take_bool(t);
    g_array_append_val(out, r);
    return known;
}

static bool
take_maintenance(struct taker *t, GArray *out)
{
    struct maintenance_record r = {.station = take_string(t)};
    r.component = take_string(t);
    r.since = take_time(t);
    r.remind_at = take_time(t);
    r.remind_mono = take_int(t);
    g_strlcpy(r.boot_id, see_text(t), sizeof(r.boot_id));
    r.actor = take_string(t);
    r.reason = take_string(t);
    g_array_append_val(out, r);
    return true;
}

static bool
take_parked(struct taker *t, GArray *out)
{
    struct parked_record r = {.occurrence = take_uuid(t)};
    r.step = (uint32_t)take_int(t);
    r.at = take_time(t);
    r.seen_at = take_time(t);
    r.user = take_string(t);
    r.origin = take_string(t);
    r.comment = take_string(t);
    g_array_append_val(out, r);
    return true;
}

/* All rows of a statement that is bound, from column first on; *ret_id, if asked for: column 0
 * of the last one. */
static enum rc
take_rows(struct query *q, sqlite3_stmt *stmt, int first, take_row *take, GArray *out,
          int64_t *ret_id, struct err *err)
{
    int code;
    bool known = true;
    while (known && (code = sqlite3_step(stmt)) == SQLITE_ROW) {
        struct taker t = {.stmt = stmt, .next = first};
        known = take(&t, out);
        if (ret_id != NULL) {
            *ret_id = sqlite3_column_int64(stmt, 0);
        }
    }
    if (!known) {
        return err_set(err, RC_IO, "the cache's alarms are not readable");
    }
    return code == SQLITE_DONE ? RC_OK : sql_fail(q->db, "could not read the cache", err);
}

/* An older file may have no such tables yet. */
static enum rc
begin(struct query *q, bool *ret_there, struct err *err)
{
    int64_t tables = 0;
    enum rc rc = query_begin_any(q, err);
    if (rc == RC_OK && q->older) {
        rc = sql_int(q->db,
                     "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN"
                     " ('journal', 'occurrences', 'alarms', 'maintenance', 'parked')",
                     0, &tables, err);
    }
    *ret_there = !q->older || tables == 5;
    return rc;
}

/* ---- state ---- */

static enum rc
take_table(struct query *q, const char *text, int first, take_row *take, GArray *out,
           struct err *err)
{
    sqlite3_stmt *stmt;
    enum rc rc = sql_prepare(q->db, &stmt, text, err);
    if (rc == RC_OK) {
        rc = take_rows(q, stmt, first, take, out, NULL, err);
        sqlite3_finalize(stmt);
    }
    return rc;
}

#define ALARM_COLUMNS                                                                          \
    "station, component, rule, state, overlays, occurrence, condition, suspect, chattering,"   \
    " pending, pending_since, realarm_at, shelved_until, pending_since_mono, realarm_mono,"    \
    " shelved_until_mono, one_shot, covered, shelved_by, shelve_reason, boot_id"

enum rc
query_alarm_state(struct query *q, struct alarm_changes *out, struct err *err)
{
    const char *alarms = q->older ? "SELECT " ALARM_COLUMNS ", 0 FROM alarms"
                                  : "SELECT " ALARM_COLUMNS ", first_out FROM alarms";
    const struct {
        const char *text;
        int first;
        take_row *take;
        GArray *out;
    } tables[] = {
        {alarms, 0, take_alarm, out->alarms},
        {"SELECT " OCCURRENCE_COLUMNS " FROM occurrences WHERE occurrence IN"
         " (SELECT occurrence FROM occurrences WHERE state <> 'normal'"
         " UNION SELECT occurrence FROM alarms) ORDER BY id",
         1, take_occurrence, out->occurrences},
        {"SELECT station, component, since, remind_at, remind_mono, boot_id, actor, reason"
         " FROM maintenance",
         0, take_maintenance, out->maintenance},
        {"SELECT occurrence, step, at, seen_at, user, origin, comment FROM parked", 0,
         take_parked, out->parked},
    };
    bool there;
    enum rc rc = begin(q, &there, err);
    for (size_t i = 0; rc == RC_OK && there && i < G_N_ELEMENTS(tables); i++) {
        rc = take_table(q, tables[i].text, tables[i].first, tables[i].take, tables[i].out, err);
    }
    query_end(q);
    return rc;
}

enum rc
query_waited_for(struct query *q, GArray *out, struct err *err)
{
    bool there;
    enum rc rc = begin(q, &there, err);
    if (rc == RC_OK && there) {
        rc = take_table(q,
                        "SELECT " JOURNAL_COLUMNS " FROM journal WHERE event = 'raised'"
                        " AND occurrence IN (SELECT occurrence FROM parked) ORDER BY id",
                        1, take_line, out, err);
    }
    query_end(q);
    return rc;
}

/* ---- in order of time ---- */

/* A question whose answer is in order of (time, id), and how far it is answered. */
struct walk {
    const char *text;
    take_row *take;
    const char *station, *component;
    bool oldest_first;
    wall_us since, until; /* what is left of the range: rows before or after this and */
    int64_t id;           /* this are done */
    int64_t left;         /* rows still to hand out; INT64_MAX: no limit */
    GArray *page;
    bool (*hand_out)(struct walk *w, guint i); /* a row of the page; false: no more */
    query_occurrence_row *occurrence_row;
    query_journal_row *journal_row;
    void *user;
};

/* Parameters: 1 since, 2 until, 3 station, 4 component, 5 id, 6 how many. */
#define WHERE_NAMES " AND (?3 IS NULL OR station = ?3) AND (?4 IS NULL OR component = ?4)"

static void
walk_init(struct walk *w, wall_us since, wall_us until, int64_t limit)
{
    w->since = since == WALL_NONE ? INT64_MIN : since;
    w->until = until == WALL_NONE ? INT64_MAX : until;
    w->id = w->oldest_first ? 0 : INT64_MAX;
    w->left = limit > 0 ? limit : INT64_MAX;
}

/* *ret_more: another page may follow. */
static enum rc
read_rows(struct query *q, sqlite3_stmt *stmt, struct walk *w, bool *ret_more, struct err *err)
{
    int64_t wanted = MIN(w->left, PAGE_ROWS);
    struct binder b = {.stmt = stmt, .next = 1};
    put_int(&b, w->since);
    put_int(&b, w->until);
    put_text(&b, w->station);
    put_text(&b, w->component);
    put_int(&b, w->id);
    put_int(&b, wanted);
    if (b.code != SQLITE_OK) {
        return sql_fail(q->db, "could not ask the cache", err);
    }
    enum rc rc = take_rows(q, stmt, 1, w->take, w->page, &w->id, err);
    w->left -= w->page->len;
    *ret_more = w->page->len == wanted && w->left > 0;
    return rc;
}

static enum rc
read_page(struct query *q, struct walk *w, bool *ret_more, struct err *err)
{
    bool there;
    sqlite3_stmt *stmt = NULL;
    *ret_more = false;
    enum rc rc = begin(q, &there, err);
    if (rc == RC_OK && there) {
        rc = sql_prepare(q->db, &stmt, w->text, err);
        rc = rc == RC_OK ? read_rows(q, stmt, w, ret_more, err) : rc;
        sqlite3_finalize(stmt);
    }
    query_end(q);
    return rc;
}

/* Rows up to this time are done. */
static void
walk_on(struct walk *w, wall_us at)
{
    *(w->oldest_first ? &w->since : &w->until) = at;
}

static bool
hand_out_occurrence(struct walk *w, guint i)
{
    const struct occurrence_record *r = &g_array_index(w->page, struct occurrence_record, i);
    walk_on(w, r->raised_at);
    return w->occurrence_row(r, w->user);
}

static bool
hand_out_line(struct walk *w, guint i)
{
    const struct journal_record *r = &g_array_index(w->page, struct journal_record, i);
    walk_on(w, r->at);
    return w->journal_row(r, w->user);
}

static enum rc
walk(struct query *q, struct walk *w, struct err *err)
{
    bool more = true;
    while (more) {
        enum rc rc = read_page(q, w, &more, err);
        if (rc != RC_OK) {
            return rc;
        }
        bool go_on = true;
        for (guint i = 0; go_on && i < w->page->len; i++) {
            go_on = w->hand_out(w, i);
        }
        more = more && go_on;
        g_array_set_size(w->page, 0);
    }
    return RC_OK;
}

/* An older one is counted by the newest of its alarm, unless that one is over. */
#define OPEN                                                                                   \
    " AND state <> 'normal' AND (current OR EXISTS (SELECT 1 FROM alarms AS a"                 \
    " WHERE a.station = occurrences.station AND a.component = occurrences.component"           \
    " AND a.rule = occurrences.rule AND a.state = 'normal'))"
#define OCCURRENCES(where)                                                                     \
    "SELECT " OCCURRENCE_COLUMNS " FROM occurrences WHERE raised_at >= ?1"                     \
    " AND (raised_at, id) < (?2, ?5)" WHERE_NAMES where                                        \
    " ORDER BY raised_at DESC, id DESC LIMIT ?6"

enum rc
query_occurrences(struct query *q, const struct query_occurrence_range *range,
                  query_occurrence_row *row, void *user, struct err *err)
{
    struct alarm_changes c;
    alarm_changes_init(&c);
    struct walk w = {.text = range->all ? OCCURRENCES("") : OCCURRENCES(OPEN),
                     .take = take_occurrence,
                     .station = range->station,
                     .component = range->component,
                     .page = c.occurrences,
                     .hand_out = hand_out_occurrence,
                     .occurrence_row = row,
                     .user = user};
    walk_init(&w, range->since, range->until, range->limit);
    enum rc rc = walk(q, &w, err);
    alarm_changes_fini(&c);
    return rc;
}

#define JOURNAL(where, order)                                                                  \
    "SELECT " JOURNAL_COLUMNS " FROM journal WHERE " where WHERE_NAMES " ORDER BY at " order   \
    ", id " order " LIMIT ?6"

enum rc
query_journal(struct query *q, const struct query_journal_range *range, query_journal_row *row,
              void *user, struct err *err)
{
    struct alarm_changes c;
    alarm_changes_init(&c);
    struct walk w = {.text = range->oldest_first
                                 ? JOURNAL("at <= ?2 AND (at, id) > (?1, ?5)", "ASC")
                                 : JOURNAL("at >= ?1 AND (at, id) < (?2, ?5)", "DESC"),
                     .take = take_line,
                     .station = range->station,
                     .component = range->component,
                     .oldest_first = range->oldest_first,
                     .page = c.journal,
                     .hand_out = hand_out_line,
                     .journal_row = row,
                     .user = user};
    walk_init(&w, range->since, range->until, range->limit);
    enum rc rc = walk(q, &w, err);
    alarm_changes_fini(&c);
    return rc;
}
