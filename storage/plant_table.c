/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/plant_table.h"

#include <math.h>

#include "src/core/text.h"
#include "storage/sql.h"

/* Between the states of a component, and between number and name: no name has them. */
#define STATE_END   '\036'
#define STATE_VALUE '\037'

/* Binds parameters from left to right and keeps the first error. */
struct binder {
    sqlite3_stmt *stmt;
    int next;
    int code;
};

static void
put_text(struct binder *b, const char *text)
{
    b->code |= sqlite3_bind_text(b->stmt, b->next++, text, -1, SQLITE_STATIC);
}

static void
put_int(struct binder *b, int64_t value)
{
    b->code |= sqlite3_bind_int64(b->stmt, b->next++, value);
}

static void
put_double(struct binder *b, double value)
{
    b->code |= sqlite3_bind_double(b->stmt, b->next++, value); /* NaN becomes NULL */
}

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
        g_string_append_printf(text, "%s%c%s%c", number, STATE_VALUE, c->states[i].name,
                               STATE_END);
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

static enum rc
write_rules(sqlite3 *db, const struct plant *plant, struct err *err)
{
    sqlite3_stmt *stmt;
    enum rc rc =
        sql_prepare(db, &stmt, "INSERT INTO rules VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)", err);
    for (uint32_t i = 0; rc == RC_OK && i < plant->n_rules; i++) {
        const struct rule_def *r = &plant->rules[i];
        struct binder b = {.stmt = stmt, .next = 1};
        put_int(&b, i);
        put_text(&b, r->component);
        put_text(&b, r->rule);
        put_text(&b, r->type);
        put_double(&b, r->limit);
        put_double(&b, r->deadband);
        put_double(&b, r->on_delay_s);
        put_double(&b, r->off_delay_s);
        put_int(&b, r->count);
        put_double(&b, r->window_s);
        put_text(&b, r->priority);
        put_int(&b, r->latch);
        put_text(&b, r->name);
        put_text(&b, r->guidance);
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

/* Reads columns from left to right. */
struct taker {
    sqlite3_stmt *stmt;
    int next;
};

static const char *
see_text(struct taker *t)
{
    const char *text = (const char *)sqlite3_column_text(t->stmt, t->next++);
    return text == NULL ? "" : text;
}

static char *
take_text(struct taker *t)
{
    return g_strdup(see_text(t));
}

static int64_t
take_int(struct taker *t)
{
    return sqlite3_column_int64(t->stmt, t->next++);
}

static double
take_double(struct taker *t)
{
    int column = t->next++;
    return sqlite3_column_type(t->stmt, column) == SQLITE_NULL
               ? NAN
               : sqlite3_column_double(t->stmt, column);
}

static enum rc
take_station(struct taker *t, struct plant_builder *b, struct err *err)
{
    struct station s = {.uid = take_text(t)};
    s.name = take_text(t);
    s.short_name = take_text(t);
    s.type = take_text(t);
    s.area = take_text(t);
    s.latitude = take_double(t);
    s.longitude = take_double(t);
    s.order = (int)take_int(t);
    s.silence_s = (int)take_int(t);
    bool known = clock_mode_from_name(see_text(t), &s.clock);
    s.guidance = take_text(t);
    plant_builder_station(b, &s);
    return known ? RC_OK : err_set(err, RC_IO, "the cache's stations are not readable");
}

static void
split_states(const char *text, struct component *c)
{
    GArray *states = g_array_new(FALSE, FALSE, sizeof(struct state_name));
    const char *mark, *end;
    while ((mark = strchr(text, STATE_VALUE)) != NULL &&
           (end = strchr(mark, STATE_END)) != NULL) {
        struct state_name state;
        if (text_to_double(text, (size_t)(mark - text), false, &state.value)) {
            state.name = g_strndup(mark + 1, (size_t)(end - mark - 1));
            g_array_append_val(states, state);
        }
        text = end + 1;
    }
    c->n_states = states->len;
    c->states = (struct state_name *)(void *)g_array_free(states, FALSE);
}

static enum rc
take_component(struct taker *t, struct plant_builder *b, struct err *err)
{
    struct component c = {.series = (uint32_t)take_int(t)};
    int64_t station = take_int(t);
    c.station = (uint32_t)station;
    c.id = take_text(t);
    c.name = take_text(t);
    c.short_name = take_text(t);
    bool known = kind_from_name(see_text(t), &c.kind);
    c.unit = take_text(t);
    c.min = take_double(t);
    c.max = take_double(t);
    c.order = (int)take_int(t);
    int64_t op = take_int(t);
    c.adjust.op = op < ADJUST_NONE || op > ADJUST_DIVIDE ? ADJUST_NONE : (enum adjust_op)op;
    c.adjust.operand = take_double(t);
    known = decode_as_from_name(see_text(t), &c.decode) && known;
    const char *states = see_text(t);
    if (*states != '\0') {
        split_states(states, &c);
    }
    c.guidance = take_text(t);
    known = derive_from_name(see_text(t), &c.derive) && known;
    c.source_id = c.derive == DERIVE_NONE ? NULL : g_strdup(see_text(t));
    t->next += c.derive == DERIVE_NONE ? 1 : 0;
    c.derive_window_s = (int)take_int(t);
    known = known && station >= 0 && station < b->stations->len;
    if (!known) {
        c.station = 0; /* the builder is thrown away, whole */
    }
    plant_builder_component(b, &c);
    return known ? RC_OK : err_set(err, RC_IO, "the cache's components are not readable");
}

static enum rc
take_rule(struct taker *t, struct plant_builder *b, struct err *err)
{
    (void)err;
    struct rule_def r = {.component = take_text(t)};
    r.rule = take_text(t);
    r.type = take_text(t);
    r.limit = take_double(t);
    r.deadband = take_double(t);
    r.on_delay_s = take_double(t);
    r.off_delay_s = take_double(t);
    r.count = (int)take_int(t);
    r.window_s = take_double(t);
    r.priority = take_text(t);
    r.latch = take_int(t) != 0;
    r.name = take_text(t);
    r.guidance = take_text(t);
    plant_builder_rule(b, &r);
    return RC_OK;
}

typedef enum rc take_row(struct taker *t, struct plant_builder *b, struct err *err);

static enum rc
take_rows(sqlite3 *db, const char *text, int first, take_row *row, struct plant_builder *b,
          struct err *err)
{
    sqlite3_stmt *stmt;
    enum rc rc = sql_prepare(db, &stmt, text, err);
    int code = SQLITE_DONE;
    while (rc == RC_OK && (code = sqlite3_step(stmt)) == SQLITE_ROW) {
        struct taker t = {.stmt = stmt, .next = first};
        rc = row(&t, b, err);
    }
    if (rc == RC_OK && code != SQLITE_DONE) {
        rc = sql_fail(db, "could not read the plant from the cache", err);
    }
    sqlite3_finalize(stmt);
    return rc;
}

static enum rc
read_digest(sqlite3 *db, char **ret, struct err *err)
{
    sqlite3_stmt *stmt;
    enum rc rc = sql_prepare(db, &stmt, "SELECT value FROM meta WHERE name = 'digest'", err);
    if (rc == RC_OK) {
        int code = sqlite3_step(stmt);
        struct taker t = {.stmt = stmt};
        if (code == SQLITE_ROW || code == SQLITE_DONE) {
            *ret = code == SQLITE_ROW ? take_text(&t) : g_strdup("");
        } else {
            rc = sql_fail(db, "could not read the plant from the cache", err);
        }
    }
    sqlite3_finalize(stmt);
    return rc;
}

enum rc
plant_table_read(sqlite3 *db, struct plant **ret, char **ret_digest, struct err *err)
{
    struct plant_builder b;
    plant_builder_init(&b);
    char *digest = NULL;
    enum rc rc = take_rows(db, "SELECT * FROM stations ORDER BY id", 1, take_station, &b, err);
    if (rc == RC_OK) {
        rc = take_rows(db, "SELECT * FROM components", 0, take_component, &b, err);
    }
    if (rc == RC_OK) {
        rc = take_rows(db, "SELECT * FROM rules ORDER BY id", 1, take_rule, &b, err);
    }
    if (rc == RC_OK && ret_digest != NULL) {
        rc = read_digest(db, &digest, err);
    }
    if (rc == RC_OK) {
        rc = plant_builder_finish(&b, ret, err);
    }
    if (rc == RC_OK && ret_digest != NULL) {
        *ret_digest = g_steal_pointer(&digest);
    }
    g_free(digest);
    plant_builder_fini(&b);
    return rc;
}
