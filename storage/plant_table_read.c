/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/core/text.h"
#include "storage/plant_table.h"
#include "storage/row.h"
#include "storage/sql.h"

static char *
take_text(struct taker *t)
{
    return g_strdup(see_text(t));
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
    while ((mark = strchr(text, PLANT_STATE_VALUE)) != NULL &&
           (end = strchr(mark, PLANT_STATE_END)) != NULL) {
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
    r.re_alarm_s = sqlite3_column_double(t->stmt, t->next++); /* of an older plant: NULL, 0 */
    r.ack_unneeded = take_int(t) != 0;
    r.group = take_text(t);
    r.parent = take_text(t);
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
