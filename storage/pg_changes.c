/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/pg_changes.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <glib.h>

#include "src/core/text.h"
#include "storage/pg_array.h"

#define CLOSED_MAX "20000" /* occurrences that are over; as many as an evaluator wants */
#define PAGE_MAX   "500"
#define PAGE_BYTES "1000000"
#define ACTION_MAX "1000"

/* Values of a statement, from left to right. */
#define VALUES_MAX 8
struct values {
    const char *list[VALUES_MAX];
    char numbers[VALUES_MAX][24];
    size_t n;
};

static void
add_text(struct values *v, const char *text)
{
    v->list[v->n++] = text;
}

static void
add_number(struct values *v, int64_t number)
{
    snprintf(v->numbers[v->n], sizeof(v->numbers[0]), "%" PRId64, number);
    v->list[v->n] = v->numbers[v->n];
    v->n++;
}

static const char *
text_at(const PGresult *rows, int row, int column)
{
    return PQgetisnull(rows, row, column) != 0 ? NULL : PQgetvalue(rows, row, column);
}

static int64_t
number_at(const PGresult *rows, int row, int column)
{
    int64_t value = 0; /* of a bigint's text: it can be read, or is null */
    return text_to_int(PQgetvalue(rows, row, column), INT64_MIN, INT64_MAX, &value) ? value : 0;
}

static bool
bool_at(const PGresult *rows, int row, int column)
{
    return *PQgetvalue(rows, row, column) == 't';
}

/* What was sent is at fault, and not the server's or the schema's state. */
static bool
is_content(const struct pg *pg)
{
    return pg_blames_data(pg) || strcmp(pg_state(pg), "LS002") == 0 ||
           strcmp(pg_state(pg), "LS003") == 0;
}

/* RC_OK, then *ret has a row at least when one is a must. */
static enum rc
ask(struct pg *pg, enum pg_statement which, const struct values *v, bool must, PGresult **ret,
    enum pg_outcome *ret_outcome, struct err *err)
{
    PGresult *rows = NULL;
    enum pg_outcome outcome = PG_STORED;
    enum rc rc = pg_query(pg, which, v->n, v->list, &rows, err);
    if (rc == RC_INVALID && strcmp(pg_state(pg), "LS001") == 0) {
        outcome = PG_FENCED;
    } else if (rc == RC_INVALID && ret_outcome != NULL && is_content(pg)) {
        outcome = PG_REFUSED;
    } else if (rc == RC_INVALID) {
        rc = RC_IO;
    } else if (rc == RC_OK && must && PQntuples(rows) < 1) {
        rc = err_set(err, RC_IO, "the store does not answer what it was asked");
    }
    if (ret_outcome != NULL) {
        *ret_outcome = outcome;
    }
    if (rc != RC_OK) {
        PQclear(rows);
        return rc;
    }
    *ret = rows;
    return RC_OK;
}

/* The same for what answers nothing of interest. */
static enum rc
tell(struct pg *pg, enum pg_statement which, const struct values *v, enum pg_outcome *ret,
     struct err *err)
{
    PGresult *rows = NULL;
    enum rc rc = ask(pg, which, v, false, &rows, ret, err);
    PQclear(rows);
    return rc;
}

/* ---- changes ---- */

enum rc
pg_changes_write(struct pg *pg, const struct pg_change *list, size_t n, const char *grant,
                 enum pg_outcome *ret, struct err *err)
{
    GString *numbers = g_string_new(""), *epochs = g_string_new(""), *terms = g_string_new("");
    GString *bodies = g_string_new("");
    for (size_t i = 0; i < n; i++) {
        pg_array_int(numbers, (int64_t)list[i].number);
        pg_array_int(epochs, (int64_t)list[i].rank.epoch);
        pg_array_int(terms, (int64_t)list[i].rank.term);
        pg_array_text(bodies, list[i].body);
    }
    struct values v = {.n = 0};
    add_text(&v, list[0].writer);
    add_text(&v, list[0].instance);
    GString *const arrays[] = {numbers, epochs, terms, bodies};
    for (size_t i = 0; i < G_N_ELEMENTS(arrays); i++) {
        pg_array_end(arrays[i]);
        add_text(&v, arrays[i]->str);
    }
    bool fenced = *grant != '\0';
    if (fenced) {
        add_text(&v, grant);
    }
    enum rc rc = tell(pg, fenced ? PG_CHANGES_WRITE : PG_CHANGES_APPEND, &v, ret, err);
    for (size_t i = 0; i < G_N_ELEMENTS(arrays); i++) {
        g_string_free(arrays[i], TRUE);
    }
    return rc;
}

enum rc
pg_change_write(struct pg *pg, const struct pg_change *c, const char *grant,
                enum pg_outcome *ret, struct err *err)
{
    return pg_changes_write(pg, c, 1, grant, ret, err);
}

static enum rc
ask_changes(struct pg *pg, enum pg_statement which, const struct values *v, pg_change_row *row,
            void *user, struct err *err)
{
    PGresult *rows = NULL;
    enum rc rc = ask(pg, which, v, false, &rows, NULL, err);
    for (int i = 0; rc == RC_OK && i < PQntuples(rows); i++) {
        const struct pg_change c = {
            .id = number_at(rows, i, 0),
            .writer = text_at(rows, i, 1),
            .number = (uint64_t)number_at(rows, i, 2),
            .instance = text_at(rows, i, 3),
            .rank = {(uint64_t)number_at(rows, i, 4), (uint64_t)number_at(rows, i, 5)},
            .body = text_at(rows, i, 6),
        };
        row(user, &c);
    }
    PQclear(rows);
    return rc;
}

enum rc
pg_look(struct pg *pg, const char *own, int64_t after, const char *ids, struct pg_look *ret,
        struct err *err)
{
    struct values v = {.n = 0};
    PGresult *rows = NULL;
    add_text(&v, own);
    add_number(&v, after);
    add_text(&v, ids);
    enum rc rc = ask(pg, PG_LOOK, &v, true, &rows, NULL, err);
    if (rc == RC_OK) {
        *ret = (struct pg_look){
            .log_first = number_at(rows, 0, 0),
            .log_last = number_at(rows, 0, 1),
            .behind = (uint64_t)number_at(rows, 0, 2),
            .own_number = (uint64_t)number_at(rows, 0, 3),
            .plant = number_at(rows, 0, 4),
            .pending = bool_at(rows, 0, 5),
            .answered = number_at(rows, 0, 6) > 0,
        };
    }
    PQclear(rows);
    return rc;
}

enum rc
pg_changes_after(struct pg *pg, int64_t after, const char *own, pg_change_row *row, void *user,
                 struct err *err)
{
    struct values v = {.n = 0};
    add_number(&v, after);
    add_text(&v, PAGE_MAX);
    add_text(&v, PAGE_BYTES);
    add_text(&v, own);
    return ask_changes(pg, PG_CHANGES_AFTER, &v, row, user, err);
}

enum rc
pg_snapshot(struct pg *pg, pg_change_row *row, void *user, struct err *err)
{
    struct values v = {.n = 0};
    add_text(&v, CLOSED_MAX);
    return ask_changes(pg, PG_SNAPSHOT, &v, row, user, err);
}

enum rc
pg_journal_extent(struct pg *pg, struct pg_extent *extent, struct err *err)
{
    struct values v = {.n = 0};
    PGresult *rows = NULL;
    add_number(&v, extent->since);
    add_number(&v, extent->last);
    enum rc rc = ask(pg, PG_JOURNAL_EXTENT, &v, true, &rows, NULL, err);
    if (rc == RC_OK) {
        extent->first = number_at(rows, 0, 0);
        extent->changes = (uint64_t)number_at(rows, 0, 1);
    }
    PQclear(rows);
    return rc;
}

enum rc
pg_journal_after(struct pg *pg, const struct pg_extent *extent, int64_t after,
                 pg_change_row *row, void *user, struct err *err)
{
    struct values v = {.n = 0};
    add_number(&v, after);
    add_number(&v, extent->last);
    add_number(&v, extent->since);
    add_text(&v, PAGE_MAX);
    return ask_changes(pg, PG_JOURNAL_AFTER, &v, row, user, err);
}

enum rc
pg_log_prune(struct pg *pg, uint64_t epoch, const char *grant, int days, int64_t *ret_gone,
             enum pg_outcome *ret, struct err *err)
{
    struct values v = {.n = 0};
    PGresult *rows = NULL;
    add_number(&v, (int64_t)epoch);
    add_text(&v, grant);
    add_number(&v, days);
    enum rc rc = ask(pg, PG_LOG_PRUNE, &v, true, &rows, ret, err);
    if (rc == RC_OK) {
        *ret_gone = number_at(rows, 0, 0);
    }
    PQclear(rows);
    return rc;
}

/* ---- actions ---- */

enum rc
pg_action_submit(struct pg *pg, const struct pg_action *a, enum pg_outcome *ret,
                 struct err *err)
{
    struct values v = {.n = 0};
    add_text(&v, a->id);
    add_number(&v, a->at);
    add_text(&v, a->instance);
    add_text(&v, a->user);
    add_text(&v, a->origin);
    add_text(&v, a->body);
    return tell(pg, PG_ACTION_SUBMIT, &v, ret, err);
}

enum rc
pg_actions_pending(struct pg *pg, pg_action_row *row, void *user, struct err *err)
{
    struct values v = {.n = 0};
    PGresult *rows = NULL;
    add_text(&v, ACTION_MAX);
    enum rc rc = ask(pg, PG_ACTIONS_PENDING, &v, false, &rows, NULL, err);
    for (int i = 0; rc == RC_OK && i < PQntuples(rows); i++) {
        const struct pg_action a = {
            .id = text_at(rows, i, 0),
            .at = number_at(rows, i, 1),
            .instance = text_at(rows, i, 2),
            .user = text_at(rows, i, 3),
            .origin = text_at(rows, i, 4),
            .body = text_at(rows, i, 5),
        };
        row(user, &a);
    }
    PQclear(rows);
    return rc;
}

enum rc
pg_action_finish(struct pg *pg, uint64_t epoch, const char *grant, const struct pg_answer *a,
                 enum pg_outcome *ret, struct err *err)
{
    struct values v = {.n = 0};
    add_number(&v, (int64_t)epoch);
    add_text(&v, grant);
    add_text(&v, a->id);
    add_text(&v, a->ok ? "t" : "f");
    add_text(&v, a->message);
    return tell(pg, PG_ACTION_FINISH, &v, ret, err);
}

enum rc
pg_action_answers(struct pg *pg, const char *ids, pg_answer_row *row, void *user,
                  struct err *err)
{
    struct values v = {.n = 0};
    PGresult *rows = NULL;
    add_text(&v, ids);
    enum rc rc = ask(pg, PG_ACTION_ANSWERS, &v, false, &rows, NULL, err);
    for (int i = 0; rc == RC_OK && i < PQntuples(rows); i++) {
        const struct pg_answer a = {
            .id = text_at(rows, i, 0),
            .ok = bool_at(rows, i, 1),
            .message = text_at(rows, i, 2),
        };
        row(user, &a);
    }
    PQclear(rows);
    return rc;
}

/* ---- the plant ---- */

enum rc
pg_plant_store(struct pg *pg, const struct pg_plant *p, int64_t *ret_version,
               enum pg_outcome *ret, struct err *err)
{
    struct values v = {.n = 0};
    PGresult *rows = NULL;
    add_number(&v, p->version);
    add_text(&v, p->stations);
    add_text(&v, p->components);
    add_text(&v, p->rules);
    add_text(&v, p->actor);
    enum rc rc = ask(pg, PG_PLANT_STORE, &v, true, &rows, ret, err);
    if (rc == RC_OK) {
        *ret_version = number_at(rows, 0, 0);
    }
    PQclear(rows);
    return rc;
}

enum rc
pg_plant_other(struct pg *pg, int64_t version, pg_plant_row *row, void *user, struct err *err)
{
    struct values v = {.n = 0};
    PGresult *rows = NULL;
    add_number(&v, version);
    enum rc rc = ask(pg, PG_PLANT_OTHER, &v, false, &rows, NULL, err);
    if (rc == RC_OK && PQntuples(rows) > 0) {
        const struct pg_plant p = {
            .version = number_at(rows, 0, 0),
            .stations = text_at(rows, 0, 1),
            .components = text_at(rows, 0, 2),
            .rules = text_at(rows, 0, 3),
            .actor = text_at(rows, 0, 4),
        };
        row(user, &p);
    }
    PQclear(rows);
    return rc;
}
