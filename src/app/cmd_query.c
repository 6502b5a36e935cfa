/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stations, components: answers from the cache, whether an instance runs or not. */
#include <math.h>

#include "src/app/commands.h"
#include "src/app/query_args.h"
#include "src/core/quality.h"

static const struct cli_option station_options[] = {
    QUERY_STATION, QUERY_SINCE, QUERY_UNTIL, QUERY_LIMIT, QUERY_FORMAT, {.name = NULL},
};
static const struct cli_option value_options[] = {
    QUERY_STATION, QUERY_COMPONENT, QUERY_SINCE,    QUERY_UNTIL,
    QUERY_LIMIT,   QUERY_FORMAT,    {.name = NULL},
};

static bool
in_time(const struct query_args *args, wall_us at)
{
    bool open = args->since == WALL_NONE && args->until == WALL_NONE;
    return open || (at != WALL_NONE && (args->since == WALL_NONE || at >= args->since) &&
                    (args->until == WALL_NONE || at <= args->until));
}

/* An item to be listed, by its time; ties keep the plant's order. */
struct entry {
    uint32_t index;
    wall_us at; /* WALL_NONE, the least of all times, comes last */
};

static int
newest_first(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    if (x->at != y->at) {
        return x->at > y->at ? -1 : 1;
    }
    return x->index < y->index ? -1 : x->index > y->index;
}

static void
sort_and_cut(GArray *entries, const struct query_args *args)
{
    g_array_sort(entries, newest_first);
    if (args->limit > 0 && entries->len > args->limit) {
        g_array_set_size(entries, (guint)args->limit);
    }
}

/* What is asked of the newest values. */
struct newest {
    struct asking asking;
    struct record *latest; /* by index of the plant */
};

static int
newest_open(struct newest *q, const struct cli *cli, const struct query_args *args)
{
    struct err err;
    *q = (struct newest){.latest = NULL};
    int status = asking_open(&q->asking, cli, args);
    if (status == CLI_DONE && stored_latest(&q->asking.stored, &q->latest, &err) != RC_OK) {
        cli_error("%s", err.text);
        status = CLI_FAILED;
    }
    return status;
}

static void
newest_close(struct newest *q)
{
    if (q->latest != NULL) {
        stored_free_latest(&q->asking.stored, q->latest);
    }
    asking_close(&q->asking);
}

static bool
has_value(const struct record *r)
{
    return r->series != 0;
}

/* Newest life sign that the cache knows. */
static wall_us
last_of_station(const struct newest *q, const struct station *s)
{
    wall_us last = WALL_NONE;
    for (uint32_t i = s->first; i < s->first + s->count; i++) {
        if (has_value(&q->latest[i]) &&
            q->asking.stored.plant->components[i].derive == DERIVE_NONE) {
            last = MAX(last, q->latest[i].received);
        }
    }
    return last;
}

static int64_t
faults_of_station(const struct newest *q, const struct station *s)
{
    int64_t faults = 0;
    for (uint32_t i = s->first; i < s->first + s->count; i++) {
        const struct record *r = &q->latest[i];
        faults += q->asking.stored.plant->components[i].kind == KIND_FAULT && has_value(r) &&
                  r->text == NULL && fpclassify(r->num) != FP_ZERO &&
                  (r->quality & QUALITY_INVALID) == 0;
    }
    return faults;
}

static const char *
state_of_station(const struct newest *q, const struct station *s, wall_us last)
{
    if (last == WALL_NONE) {
        return "never_seen";
    }
    return s->silence_s > 0 && q->asking.now - last > s->silence_s * US_PER_S ? "silent" : "ok";
}

static bool
print_station(const struct newest *q, struct rows *rows, const struct entry *e)
{
    const struct station *s = &q->asking.stored.plant->stations[e->index];
    rows_text(rows, s->uid);
    rows_text(rows, s->name);
    rows_text(rows, s->short_name);
    rows_text(rows, s->type);
    rows_text(rows, s->area);
    rows_number(rows, s->latitude);
    rows_number(rows, s->longitude);
    rows_int(rows, s->silence_s);
    rows_text(rows, clock_mode_name(s->clock));
    rows_time(rows, e->at);
    if (e->at == WALL_NONE) {
        rows_null(rows);
    } else {
        rows_int(rows, (q->asking.now - e->at) / US_PER_S);
    }
    rows_text(rows, state_of_station(q, s, e->at));
    rows_int(rows, faults_of_station(q, s));
    return rows_end(rows);
}

static int
run_stations(const struct cli *cli, void *given, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    static const char *const columns[] = {
        "uid",       "name",  "short_name", "type",  "area",  "latitude", "longitude",
        "silence_s", "clock", "last",       "age_s", "state", "faults",   NULL};
    const struct query_args *args = given;
    struct newest q;
    int status = newest_open(&q, cli, args);
    if (status == CLI_DONE) {
        GArray *entries = g_array_new(FALSE, FALSE, sizeof(struct entry));
        for (uint32_t i = 0; i < q.asking.stored.plant->n_stations; i++) {
            const struct station *s = &q.asking.stored.plant->stations[i];
            struct entry e = {i, last_of_station(&q, s)};
            if ((args->station == NULL || strcmp(args->station, s->uid) == 0) &&
                in_time(args, e.at)) {
                g_array_append_val(entries, e);
            }
        }
        sort_and_cut(entries, args);
        struct rows *rows = rows_new(columns, args->format);
        for (guint i = 0; i < entries->len; i++) {
            if (!print_station(&q, rows, &g_array_index(entries, struct entry, i))) {
                break;
            }
        }
        status = asking_conclude(&q.asking, rows_finish(rows));
        g_array_unref(entries);
    }
    newest_close(&q);
    return status;
}

/* As the screen has it: a state by its name, else the number corrected by adjust. */
static void
put_shown(struct rows *rows, const struct component *c, const struct record *r)
{
    const char *state = r->text == NULL ? component_state_name(c, r->num) : r->text;
    if (state != NULL) {
        rows_text(rows, state);
    } else {
        /* 435 * 0.01 is 4.3500000000000005: twelve digits are more than anybody measures. */
        char text[G_ASCII_DTOSTR_BUF_SIZE];
        double value = adjust_apply(c->adjust, r->num);
        g_ascii_formatd(text, sizeof(text), "%.12g", value);
        rows_number(rows, c->adjust.op == ADJUST_NONE ? value : g_ascii_strtod(text, NULL));
    }
}

static bool
print_component(const struct newest *q, struct rows *rows, const struct entry *e)
{
    const struct component *c = &q->asking.stored.plant->components[e->index];
    const struct record *r = &q->latest[e->index];
    rows_text(rows, q->asking.stored.plant->stations[c->station].uid);
    rows_text(rows, c->id);
    rows_text(rows, c->name);
    rows_text(rows, c->short_name);
    rows_text(rows, kind_name(c->kind));
    rows_text(rows, c->unit);
    if (has_value(r)) {
        query_put_value(rows, r);
        put_shown(rows, c, r);
        rows_time(rows, r->ts);
        rows_time(rows, r->received);
        rows_text(rows, ts_source_name((enum ts_source)r->source));
        rows_flags(rows, r->quality, quality_name);
    } else {
        for (int i = 0; i < 5; i++) {
            rows_null(rows);
        }
        rows_flags(rows, 0, quality_name);
    }
    return rows_end(rows);
}

static int
run_components(const struct cli *cli, void *given, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    static const char *const columns[] = {
        "station", "id", "name",     "short_name", "kind",    "unit", "value",
        "shown",   "ts", "received", "ts_source",  "quality", NULL};
    const struct query_args *args = given;
    struct newest q;
    int status = newest_open(&q, cli, args);
    if (status == CLI_DONE) {
        GArray *entries = g_array_new(FALSE, FALSE, sizeof(struct entry));
        for (uint32_t i = 0; i < q.asking.stored.plant->n_components; i++) {
            const struct component *c = &q.asking.stored.plant->components[i];
            struct entry e = {i, has_value(&q.latest[i]) ? q.latest[i].ts : WALL_NONE};
            if (query_wants(args, q.asking.stored.plant, c) && in_time(args, e.at)) {
                g_array_append_val(entries, e);
            }
        }
        sort_and_cut(entries, args);
        struct rows *rows = rows_new(columns, args->format);
        for (guint i = 0; i < entries->len; i++) {
            if (!print_component(&q, rows, &g_array_index(entries, struct entry, i))) {
                break;
            }
        }
        status = asking_conclude(&q.asking, rows_finish(rows));
        g_array_unref(entries);
    }
    newest_close(&q);
    return status;
}

const struct cli_command command_stations = {
    .name = "stations",
    .arguments = "",
    .summary = N_("list stations with their state, newest first"),
    .options = station_options,
    .args_size = sizeof(struct query_args),
    .run = run_stations,
};

const struct cli_command command_components = {
    .name = "components",
    .arguments = "",
    .summary = N_("list components with their newest value, newest first"),
    .options = value_options,
    .args_size = sizeof(struct query_args),
    .run = run_components,
};
