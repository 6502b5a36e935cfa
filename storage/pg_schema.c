/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "src/core/text.h"
#include "storage/pg_schema_private.h"

#define UNDEFINED_COLUMN "42703"
#define NO_RIGHT         "42501"

static const struct pg_schema_file *
file_of(const struct pg_schema *s, int number)
{
    return g_ptr_array_index(s->files, (guint)(number - 1));
}

/* ---- what is there ---- */

static void
clear_applied(void *data)
{
    g_free(((struct pg_applied *)data)->name);
}

static void
new_applied(struct pg_schema_state *state)
{
    state->applied = g_array_new(FALSE, TRUE, sizeof(struct pg_applied));
    g_array_set_clear_func(state->applied, clear_applied);
}

void
pg_schema_state_fini(struct pg_schema_state *state)
{
    if (state->applied != NULL) {
        g_array_unref(g_steal_pointer(&state->applied));
    }
}

static void
take_text(char *dst, size_t cap, const PGresult *row, int column)
{
    const char *text = PQgetvalue(row, 0, column);
    text_sanitize(dst, cap, text, strlen(text));
}

static bool
is_true(const PGresult *row, int column)
{
    return *PQgetvalue(row, 0, column) == 't';
}

static int64_t
number_at(const PGresult *result, int row, int column)
{
    int64_t value = 0;
    return text_to_int(PQgetvalue(result, row, column), INT64_MIN, INT64_MAX, &value) ? value
                                                                                      : 0;
}

/* What came first must be what this program would have made, one after the other. */
static enum pg_schema_found
compare(const struct pg_schema *s, const GArray *applied)
{
    for (guint i = 0; i < applied->len; i++) {
        const struct pg_applied *a = &g_array_index(applied, struct pg_applied, i);
        bool known = i < s->files->len;
        if (a->number != (int)i + 1 ||
            (known && strcmp(a->name, file_of(s, a->number)->name) != 0)) {
            return PG_SCHEMA_FOREIGN;
        }
    }
    if (applied->len == 0) {
        return PG_SCHEMA_FOREIGN;
    }
    return applied->len < s->files->len   ? PG_SCHEMA_OLDER
           : applied->len > s->files->len ? PG_SCHEMA_NEWER
                                          : PG_SCHEMA_CURRENT;
}

static enum rc
refuse_look(const struct pg_schema_state *state, struct err *err)
{
    return err_set(err, RC_INVALID,
                   "the role \"%s\" may not look into the schema \"leitstand\": it must be "
                   "granted the role leitstand_instance, and inherit its rights",
                   state->role);
}

static enum rc
look_at_applied(struct pg *pg, const struct pg_schema *s, struct pg_schema_state *state,
                struct err *err)
{
    PGresult *rows = NULL;
    enum rc rc = pg_query(pg, PG_SCHEMA_APPLIED, 0, NULL, &rows, err);
    if (rc == RC_INVALID && strcmp(pg_state(pg), UNDEFINED_COLUMN) == 0) {
        state->found = PG_SCHEMA_FOREIGN;
        return RC_OK;
    }
    if (rc == RC_INVALID && strcmp(pg_state(pg), NO_RIGHT) == 0) {
        return refuse_look(state, err);
    }
    if (rc != RC_OK) {
        return err_wrap(err, rc, "could not read the table \"leitstand.migration\"");
    }
    for (int i = 0; i < PQntuples(rows); i++) {
        const char *name = PQgetvalue(rows, i, 1);
        struct pg_applied a = {.number = (int)number_at(rows, i, 0),
                               .name = text_sanitize_dup(name, strlen(name)),
                               .at = number_at(rows, i, 2)};
        g_array_append_val(state->applied, a);
        state->version = a.number;
    }
    PQclear(rows);
    state->found = compare(s, state->applied);
    return RC_OK;
}

enum rc
pg_schema_look(struct pg *pg, const struct pg_schema *s, struct pg_schema_state *ret,
               struct err *err)
{
    PGresult *row = NULL;
    enum rc rc = pg_query(pg, PG_SCHEMA_LOOK, 0, NULL, &row, err);
    if (rc != RC_OK) {
        return rc;
    }
    struct pg_schema_state state = {.found = PG_SCHEMA_MISSING};
    take_text(state.server, sizeof(state.server), row, 0);
    take_text(state.database, sizeof(state.database), row, 1);
    take_text(state.role, sizeof(state.role), row, 2);
    bool exists = is_true(row, 3), filled = is_true(row, 4), ours = is_true(row, 5);
    take_text(state.timescaledb, sizeof(state.timescaledb), row, 6);
    state.partitions = number_at(row, 0, 7);
    state.bytes = number_at(row, 0, 8);
    state.may_change = is_true(row, 9);
    state.may_make_roles = is_true(row, 10);
    state.may_be_instance = is_true(row, 11);
    bool may_look = is_true(row, 12);
    PQclear(row);
    new_applied(&state);
    if (exists && filled && !ours) {
        state.found = PG_SCHEMA_FOREIGN;
    } else if (ours && !may_look) {
        rc = refuse_look(&state, err);
    } else if (ours) {
        rc = look_at_applied(pg, s, &state, err);
    }
    if (rc != RC_OK) {
        pg_schema_state_fini(&state);
        return rc;
    }
    *ret = state;
    return RC_OK;
}

/* ---- what is wrong with it ---- */

enum rc
pg_schema_judge(const struct pg_schema *s, const struct pg_schema_state *state, struct err *err)
{
    switch (state->found) {
    case PG_SCHEMA_MISSING:
        return err_set(
            err, RC_INVALID,
            "there is no schema \"leitstand\" in database \"%s\": run \"leitstand db "
            "init\"",
            state->database);
    case PG_SCHEMA_FOREIGN:
        return err_set(
            err, RC_INVALID,
            "the schema \"leitstand\" in database \"%s\" is not one that this program "
            "has made",
            state->database);
    case PG_SCHEMA_OLDER:
        return err_set(
            err, RC_INVALID,
            "the schema in database \"%s\" has version %d, this program needs %d: run "
            "\"leitstand db migrate\"",
            state->database, state->version, pg_schema_newest(s));
    case PG_SCHEMA_NEWER:
        return err_set(err, RC_INVALID,
                       "the schema in database \"%s\" has version %d, this program knows only "
                       "%d: it needs a newer leitstand",
                       state->database, state->version, pg_schema_newest(s));
    case PG_SCHEMA_CURRENT:
        break;
    }
    return RC_OK;
}

enum rc
pg_schema_judge_role(const struct pg_schema_state *state, struct err *err)
{
    return state->may_be_instance
               ? RC_OK
               : err_set(err, RC_INVALID,
                         "the role \"%s\" may not do what an instance does: it must be granted "
                         "the role leitstand_instance, and inherit its rights",
                         state->role);
}

enum rc
pg_schema_check(struct pg *pg, const struct pg_schema *s, struct err *err)
{
    struct pg_schema_state state = {.found = PG_SCHEMA_MISSING};
    new_applied(&state);
    enum rc rc = look_at_applied(pg, s, &state, err);
    bool current = rc == RC_OK && state.found == PG_SCHEMA_CURRENT;
    pg_schema_state_fini(&state);
    if (current || rc == RC_IO) {
        return rc;
    }
    rc = pg_schema_look(pg, s, &state, err);
    if (rc == RC_OK) {
        rc = pg_schema_judge(s, &state, err);
        pg_schema_state_fini(&state);
    }
    return rc;
}

static enum rc
judge_rights(const struct pg_schema_state *state, struct err *err)
{
    if (!state->may_change && state->version == 0) {
        return err_set(err, RC_INVALID,
                       "the role \"%s\" may not make the schema \"leitstand\": it needs the "
                       "right to create in database \"%s\", or an empty schema of its own",
                       state->role, state->database);
    }
    if (!state->may_change) {
        return err_set(
            err, RC_INVALID,
            "the role \"%s\" may not change the schema \"leitstand\": only its owner "
            "may",
            state->role);
    }
    if (!state->may_make_roles) {
        return err_set(
            err, RC_INVALID,
            "the role \"%s\" may not make the roles leitstand_instance and "
            "leitstand_reader: it needs CREATEROLE, or somebody else makes them first",
            state->role);
    }
    return RC_OK;
}

/* ---- bringing it up to date ---- */

/* What may be changed, and by whom; RC_OK for a schema that is current, too. */
static enum rc
judge_start(const struct pg_schema *s, const struct pg_schema_state *state, bool create,
            struct err *err)
{
    bool missing = state->found == PG_SCHEMA_MISSING && create;
    if (!missing && state->found != PG_SCHEMA_OLDER) {
        return pg_schema_judge(s, state, err);
    }
    return judge_rights(state, err);
}

static enum rc
apply(struct pg *pg, const struct pg_schema_file *f, struct err *err)
{
    char number[16];
    snprintf(number, sizeof(number), "%d", f->number);
    const char *const values[] = {number, f->name};
    enum rc rc = pg_query(pg, PG_SCHEMA_HURRY, 0, NULL, NULL, err);
    if (rc == RC_OK) {
        rc = pg_exec(pg, f->text, err);
    }
    if (rc == RC_OK) {
        rc = pg_query(pg, PG_SCHEMA_NOTE, 2, values, NULL, err);
    }
    return rc == RC_OK ? rc : err_wrap(err, rc, "could not apply \"%s\"", f->path);
}

/* Within a transaction. *ret NULL: nothing was left to do. */
static enum rc
apply_next(struct pg *pg, const struct pg_schema *s, bool create,
           const struct pg_schema_file **ret, struct err *err)
{
    struct pg_schema_state state = {0};
    enum rc rc = pg_query(pg, PG_SCHEMA_LOCK, 0, NULL, NULL, err);
    if (rc == RC_OK) {
        rc = pg_schema_look(pg, s, &state, err);
    }
    if (rc == RC_OK) {
        rc = judge_start(s, &state, create, err);
    }
    if (rc == RC_OK && state.found != PG_SCHEMA_CURRENT) {
        *ret = file_of(s, state.version + 1);
        rc = apply(pg, *ret, err);
    }
    pg_schema_state_fini(&state);
    return rc;
}

enum rc
pg_schema_migrate(struct pg *pg, const struct pg_schema *s, bool create,
                  void (*told)(int number, const char *name), struct err *err)
{
    const struct pg_schema_file *f;
    do {
        f = NULL;
        enum rc rc = pg_query(pg, PG_BEGIN, 0, NULL, NULL, err);
        if (rc != RC_OK) {
            return rc;
        }
        rc = apply_next(pg, s, create, &f, err);
        if (rc == RC_OK) {
            rc = pg_query(pg, PG_COMMIT, 0, NULL, NULL, err);
        } else if (pg_is_open(pg) && pg_query(pg, PG_ROLLBACK, 0, NULL, NULL, NULL) != RC_OK) {
            rc = RC_IO; /* the server ends it with the connection */
        }
        if (rc != RC_OK) {
            return rc;
        }
        if (f != NULL && told != NULL) {
            told(f->number, f->name);
        }
    } while (f != NULL);
    return RC_OK;
}
