/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/plant_table.h"

#include "src/core/text.h"
#include "storage/row.h"
#include "storage/sql.h"

static enum rc
put_row(sqlite3 *db, struct binder *b, struct err *err)
{
    if (b->code != SQLITE_OK || sql_run(b->stmt) != SQLITE_DONE) {
        return sql_fail(db, "could not store the plant", err);
    }
    return RC_OK;
}

static enum rc
write_stations(sqlite3 *db, const struct plant *plant, struct err *err)
{
    sqlite3_stmt *stmt;
    enum rc rc =
        sql_prepare(db, &stmt, "INSERT INTO stations VALUES(?,?,?,?,?,?,?,?,?,?,?,?)", err);
    for (uint32_t i = 0; rc == RC_OK && i < plant->n_stations; i++) {
        const struct station *s = &plant->stations[i];
        struct binder b = {.stmt = stmt, .next = 1};
        put_int(&b, i);
        put_text(&b, s->uid);
        put_text(&b, s->name);
        put_text(&b, s->short_name);
        put_text(&b, s->type);
        put_text(&b, s->area);
        put_double(&b, s->latitude);
        put_double(&b, s->longitude);
        put_int(&b, s->order);
        put_int(&b, s->silence_s);
        put_text(&b, clock_mode_name(s->clock));
        put_text(&b, s->guidance);
        rc = put_row(db, &b, err);
    }
    sqlite3_finalize(stmt);
    return rc;
}

/* The series number of a pair of names, a new one when it has none. */
static enum rc
series_of(sqlite3 *db, sqlite3_stmt *find, sqlite3_stmt *add, const char *uid, const char *id,
          uint32_t *ret, struct err *err)
{
    struct binder b = {.stmt = find, .next = 1};
    put_text(&b, uid);
    put_text(&b, id);
    int code = b.code == SQLITE_OK ? sqlite3_step(find) : b.code;
    if (code == SQLITE_ROW) {
        *ret = (uint32_t)sqlite3_column_int64(find, 0);
        sqlite3_reset(find);
        return RC_OK;
    }
    sqlite3_reset(find);
    if (code != SQLITE_DONE) {
        return sql_fail(db, "could not read the cache", err);
    }
    b = (struct binder){.stmt = add, .next = 1};
    put_text(&b, uid);
    put_text(&b, id);
    enum rc rc = put_row(db, &b, err);
    if (rc == RC_OK) {
        *ret = (uint32_t)sqlite3_last_insert_rowid(db);
    }
    return rc;
}

static enum rc
assign_series(sqlite3 *db, const struct plant *plant, uint32_t *series, struct err *err)
{
    sqlite3_stmt *find, *add = NULL;
    enum rc rc = sql_prepare(db, &find,
                             "SELECT id FROM series WHERE station = ? AND component = ?", err);
    if (rc == RC_OK) {
        rc = sql_prepare(db, &add, "INSERT INTO series(station, component) VALUES(?, ?)", err);
    }
    for (uint32_t i = 0; rc == RC_OK && i < plant->n_components; i++) {
        const struct component *c = &plant->components[i];
        rc = series_of(db, find, add, plant->stations[c->station].uid, c->id, &series[i], err);
    }
    sqlite3_finalize(find);
    sqlite3_finalize(add);
    return rc;
}

static char *
join_states(const struct component *c)
{
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i < c->n_states; i++) {
        char number[32];
        text_from_double(number, sizeof(number), c->states[i].value);
        g_string_append_printf(text, "%s%c%s%c", number, PLANT_STATE_VALUE, c->states[i].name,
                               PLANT_STATE_END);
    }
    return g_string_free(text, FALSE);
}

static void
put_component(struct binder *b, const struct component *c, uint32_t series, const char *states)
{
    put_int(b, series);
    put_int(b, c->station);
    put_text(b, c->id);
    put_text(b, c->name);
    put_text(b, c->short_name);
    put_text(b, kind_name(c->kind));
    put_text(b, c->unit);
    put_double(b, c->min);
    put_double(b, c->max);
    put_int(b, c->order);
    put_int(b, c->adjust.op);
    put_double(b, c->adjust.operand);
    put_text(b, decode_as_name(c->decode));
    put_text(b, states);
    put_text(b, c->guidance);
    put_text(b, derive_name(c->derive));
    put_text(b, c->source_id);
    put_int(b, c->derive_window_s);
}

static enum rc
write_components(sqlite3 *db, const struct plant *plant, const uint32_t *series,
                 struct err *err)
{
    sqlite3_stmt *stmt;
    enum rc rc = sql_prepare(
        db, &stmt, "INSERT INTO components VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", err);
    for (uint32_t i = 0; rc == RC_OK && i < plant->n_components; i++) {
        const struct component *c = &plant->components[i];
        struct binder b = {.stmt = stmt, .next = 1};
        char *states = c->n_states > 0 ? join_states(c) : NULL;
        put_component(&b, c, series[i], states == NULL ? "" : states);
        rc = put_row(db, &b, err);
        g_free(states);
    }
    sqlite3_finalize(stmt);
    return rc;
}

static void
put_rule(struct binder *b, const struct rule_def *r)
{
    put_text(b, r->component);
    put_text(b, r->rule);
    put_text(b, r->type);
    put_double(b, r->limit);
    put_double(b, r->deadband);
    put_double(b, r->on_delay_s);
    put_double(b, r->off_delay_s);
    put_int(b, r->count);
    put_double(b, r->window_s);
    put_text(b, r->priority);
    put_int(b, r->latch);
    put_text(b, r->name);
    put_text(b, r->guidance);
    put_double(b, r->re_alarm_s);
    put_int(b, r->ack_unneeded);
    put_text(b, r->group);
    put_text(b, r->parent);
}

static enum rc
write_rules(sqlite3 *db, const struct plant *plant, struct err *err)
{
    sqlite3_stmt *stmt;
    enum rc rc = sql_prepare(
        db, &stmt, "INSERT INTO rules VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", err);
    for (uint32_t i = 0; rc == RC_OK && i < plant->n_rules; i++) {
        struct binder b = {.stmt = stmt, .next = 1};
        put_int(&b, i);
        put_rule(&b, &plant->rules[i]);
        rc = put_row(db, &b, err);
    }
    sqlite3_finalize(stmt);
    return rc;
}

static enum rc
write_digest(sqlite3 *db, const char *digest, struct err *err)
{
    sqlite3_stmt *stmt;
    enum rc rc = sql_prepare(db, &stmt, "INSERT OR REPLACE INTO meta VALUES('digest', ?)", err);
    if (rc == RC_OK) {
        struct binder b = {.stmt = stmt, .next = 1};
        put_text(&b, digest);
        rc = put_row(db, &b, err);
    }
    sqlite3_finalize(stmt);
    return rc;
}

enum rc
plant_table_write(sqlite3 *db, const struct plant *plant, const char *digest, uint32_t *series,
                  struct err *err)
{
    enum rc rc =
        sql_exec(db, "DELETE FROM stations; DELETE FROM components; DELETE FROM rules", err);
    if (rc == RC_OK) {
        rc = write_stations(db, plant, err);
    }
    if (rc == RC_OK) {
        rc = assign_series(db, plant, series, err);
    }
    if (rc == RC_OK) {
        rc = write_components(db, plant, series, err);
    }
    if (rc == RC_OK) {
        rc = write_rules(db, plant, err);
    }
    if (rc == RC_OK && digest != NULL) {
        rc = write_digest(db, digest, err);
    }
    return rc;
}
