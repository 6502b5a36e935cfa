/* SPDX-License-Identifier: GPL-3.0-or-later */
/* readings: history from the cache, or from the central store. */
#include "src/app/central.h"
#include "src/app/commands.h"
#include "src/app/query_args.h"
#include "src/core/quality.h"

static const struct cli_option reading_options[] = {
    QUERY_STATION, QUERY_COMPONENT, QUERY_SINCE,  QUERY_UNTIL,
    QUERY_LIMIT,   QUERY_CENTRAL,   QUERY_FORMAT, {.name = NULL},
};

struct history {
    const struct plant *plant;
    GHashTable *series;
    struct rows *rows;
};

static bool
put_reading(struct rows *rows, const char *station, const char *component,
            const struct record *r)
{
    rows_text(rows, station);
    rows_text(rows, component);
    rows_time(rows, r->ts);
    rows_time(rows, r->received);
    query_put_value(rows, r);
    rows_text(rows, ts_source_name((enum ts_source)r->source));
    rows_flags(rows, r->quality, quality_name);
    return rows_end(rows);
}

static bool
print_reading(const struct record *r, void *user)
{
    struct history *h = user;
    guint place = GPOINTER_TO_UINT(g_hash_table_lookup(h->series, GUINT_TO_POINTER(r->series)));
    if (place == 0) {
        return true; /* asked for by series of the plant only */
    }
    const struct component *c = &h->plant->components[place - 1];
    return put_reading(h->rows, h->plant->stations[c->station].uid, c->id, r);
}

static bool
print_central(const void *row, void *user)
{
    const struct central_reading *r = row;
    return put_reading(user, r->station, r->component, &r->record);
}

/* The series of what is wanted; everything in the plant unless a filter says less. */
static GArray *
wanted_series(const struct query_args *args, const struct plant *plant)
{
    GArray *series = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    for (uint32_t i = 0; i < plant->n_components; i++) {
        const struct component *c = &plant->components[i];
        if (c->series != 0 && query_wants(args, plant, c)) {
            g_array_append_val(series, c->series);
        }
    }
    return series;
}

static enum rc
print_history(const struct asking *a, struct rows *rows, struct err *err)
{
    const struct plant *plant = a->stored.plant;
    GArray *series = wanted_series(a->args, plant);
    enum rc rc = RC_OK;
    if (a->stored.query != NULL && series->len > 0) {
        struct history h = {plant, stored_series(&a->stored), rows};
        struct query_range range = {
            .series = (const uint32_t *)(const void *)series->data,
            .n_series = series->len,
            .since = a->args->since,
            .until = a->args->until,
            .limit = a->args->limit,
        };
        rc = query_readings(a->stored.query, &range, print_reading, &h, err);
        g_hash_table_unref(h.series);
    }
    g_array_unref(series);
    return rc;
}

static enum rc
print_all(const struct asking *a, struct rows *rows, struct err *err)
{
    if (!a->args->central) {
        central_hint(a, HISTORY_READINGS);
        return print_history(a, rows, err);
    }
    const struct component_name name = {a->args->station, a->args->component};
    const struct history_request ask = {.kind = HISTORY_READINGS,
                                        .names = &name,
                                        .n_names = 1,
                                        .since = a->args->since,
                                        .until = a->args->until,
                                        .limit = a->args->limit};
    return central_fetch(a->config, &ask, print_central, rows, err);
}

static int
run_readings(const struct cli *cli, void *given, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    static const char *const columns[] = {"station", "component", "ts",      "received",
                                          "value",   "ts_source", "quality", NULL};
    const struct query_args *args = given;
    struct asking a;
    int status = asking_open(&a, cli, args);
    if (status == CLI_DONE) {
        struct err err = {.text = ""};
        struct rows *rows = rows_new(columns, args->format);
        enum rc rc = print_all(&a, rows, &err);
        size_t n = rows_finish(rows);
        if (rc != RC_OK) {
            cli_error("%s", err.text);
            status = CLI_FAILED;
        } else {
            status = asking_conclude(&a, n);
        }
    }
    asking_close(&a);
    return status;
}

const struct cli_command command_readings = {
    .name = "readings",
    .arguments = "",
    .summary = N_("list stored readings, newest first"),
    .options = reading_options,
    .args_size = sizeof(struct query_args),
    .run = run_readings,
};
