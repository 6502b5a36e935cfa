/* SPDX-License-Identifier: GPL-3.0-or-later */
/* quarantine: readings that the central store has refused, kept in the outbox. */
#include "src/app/aside.h"
#include "src/app/commands.h"
#include "src/app/query_args.h"
#include "src/core/text.h"
#include "storage/outbox.h"

struct args {
    struct query_args query; /* first, see query_args.h */
    bool all;
};

static const struct cli_option list_options[] = {
    QUERY_STATION, QUERY_COMPONENT, QUERY_LIMIT, QUERY_FORMAT, {.name = NULL}};

static const struct cli_option change_options[] = {
    {.name = "all",
     .type = CLI_FLAG,
     .offset = offsetof(struct args, all),
     .help = N_("all that are there")},
    {.name = NULL},
};

/* The outbox beside the cache, which a running instance may have. */
struct place {
    struct config *config;
    struct outbox *outbox;
    GArray *rows; /* struct quarantined, oldest first */
};

static int
place_open(struct place *p, const struct cli *cli)
{
    *p = (struct place){.config = NULL};
    p->rows = g_array_new(FALSE, FALSE, sizeof(struct quarantined));
    g_array_set_clear_func(p->rows, quarantined_clear);
    int status = cli_config(cli, &p->config);
    if (status != CLI_DONE) {
        return status;
    }
    struct err err = {.text = ""};
    char *path = g_strconcat(p->config->cache.path, ".outbox", NULL);
    enum rc rc = outbox_open_beside(&p->outbox, path, &err);
    if (rc == RC_OK) {
        rc = outbox_quarantine(p->outbox, p->rows, &err);
    }
    g_free(path);
    return rc == RC_OK ? CLI_DONE : (cli_outcome(rc, &err), CLI_FAILED);
}

static void
place_close(struct place *p)
{
    outbox_close(p->outbox);
    config_free(p->config);
    g_array_unref(p->rows);
}

/* ---- list ---- */

static bool
is_wanted(const struct query_args *args, const struct quarantined *q)
{
    return (args->station == NULL || strcmp(args->station, q->station) == 0) &&
           (args->component == NULL || strcmp(args->component, q->component) == 0);
}

static bool
print_row(struct rows *rows, const struct quarantined *q)
{
    rows_int(rows, q->id);
    rows_text(rows, q->station);
    rows_text(rows, q->component);
    rows_time(rows, q->record.ts);
    rows_time(rows, q->record.received);
    if (q->record.text != NULL) {
        rows_text(rows, q->record.text);
    } else {
        rows_number(rows, q->record.num);
    }
    rows_text(rows, ts_source_name((enum ts_source)q->record.source));
    rows_flags(rows, q->record.quality, quality_name);
    rows_time(rows, q->at);
    rows_text(rows, q->reason);
    return rows_end(rows);
}

/* Changes are not in the outbox, and no command sends them again: where they are is told. */
static void
tell_changes(const char *cache_path)
{
    struct aside aside;
    struct err err;
    uint64_t n = 0;
    aside_init(&aside, cache_path);
    if (aside_count(&aside, &n, &err) != RC_OK) {
        cli_error("%s", err.text);
    } else if (n > 0) {
        cli_say(ngettext("%llu change of alarms refused by the central store is in \"%s\"",
                         "%llu changes of alarms refused by the central store are in \"%s\"",
                         (unsigned long)n),
                (unsigned long long)n, aside.path);
    }
    aside_fini(&aside);
}

static int
run_list(const struct cli *cli, void *given, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    static const char *const columns[] = {"id",         "station", "component", "ts",
                                          "received",   "value",   "ts_source", "quality",
                                          "refused_at", "reason",  NULL};
    const struct query_args *args = &((const struct args *)given)->query;
    struct place p;
    int status = place_open(&p, cli);
    if (status == CLI_DONE) {
        struct rows *rows = rows_new(columns, args->format);
        int64_t n = 0;
        bool more = true;
        for (unsigned i = p.rows->len; more && i > 0; i--) {
            const struct quarantined *q = &g_array_index(p.rows, struct quarantined, i - 1);
            if (is_wanted(args, q)) {
                more = print_row(rows, q) && ++n != args->limit;
            }
        }
        rows_finish(rows);
    }
    if (p.config != NULL) {
        tell_changes(p.config->cache.path);
    }
    place_close(&p);
    return status;
}

/* ---- retry, drop ---- */

/* Which are meant, appended to ids. */
static int
choose(const struct args *args, int argc, char **argv, GArray *ids)
{
    int status = CLI_DONE;
    if (args->all == (argc > 0)) {
        cli_error("%s", _("name readings by their numbers, or all of them by --all"));
        return CLI_USAGE;
    }
    for (int i = 0; i < argc; i++) {
        int64_t id;
        if (text_to_int(argv[i], 1, INT64_MAX, &id)) {
            g_array_append_val(ids, id);
        } else {
            cli_error(_("\"%s\" is no number of a reading in quarantine"), argv[i]);
            status = CLI_USAGE;
        }
    }
    return status;
}

static void
choose_all(const struct place *p, GArray *ids)
{
    for (unsigned i = 0; i < p->rows->len; i++) {
        g_array_append_val(ids, g_array_index(p->rows, struct quarantined, i).id);
    }
}

/* All of them or none. */
static enum rc
change_them(const struct place *p, const GArray *ids, bool retry, wall_us now, struct err *err)
{
    const int64_t *first = (const int64_t *)(const void *)ids->data;
    return ids->len == 0 ? RC_OK
           : retry
               ? outbox_retry(p->outbox, first, ids->len, p->config->instance.name, now, err)
               : outbox_drop(p->outbox, first, ids->len, err);
}

static int
change(const struct cli *cli, const struct args *args, int argc, char **argv, bool retry)
{
    GArray *ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    struct place p = {.config = NULL};
    struct err err = {.text = ""};
    int status = choose(args, argc, argv, ids);
    if (status != CLI_DONE) {
        g_array_unref(ids);
        return status;
    }
    status = place_open(&p, cli);
    if (status == CLI_DONE) {
        if (args->all) {
            choose_all(&p, ids);
        }
        enum rc rc = change_them(&p, ids, retry, cli->started.wall, &err);
        status = rc == RC_OK ? CLI_DONE : (cli_outcome(rc, &err), CLI_FAILED);
    }
    if (status == CLI_DONE) {
        cli_say(retry ? _("readings to be sent again: %u") : _("readings dropped: %u"),
                ids->len);
    }
    place_close(&p);
    g_array_unref(ids);
    return status;
}

static int
run_retry(const struct cli *cli, void *args, int argc, char **argv)
{
    return change(cli, args, argc, argv, true);
}

static int
run_drop(const struct cli *cli, void *args, int argc, char **argv)
{
    return change(cli, args, argc, argv, false);
}

const struct cli_command command_quarantine_list = {
    .name = "quarantine list",
    .arguments = "",
    .summary = N_("list readings that the central store has refused, newest first"),
    .notes = N_("They wait in the outbox of this instance, whether it runs or not. Changes of "
                "alarms that the store refused are told on standard error, with the file that "
                "has them."),
    .options = list_options,
    .args_size = sizeof(struct args),
    .run = run_list,
};

const struct cli_command command_quarantine_retry = {
    .name = "quarantine retry",
    .arguments = "[ID...]",
    .summary = N_("send readings that were refused once more"),
    .options = change_options,
    .args_size = sizeof(struct args),
    .max_args = -1,
    .run = run_retry,
};

const struct cli_command command_quarantine_drop = {
    .name = "quarantine drop",
    .arguments = "[ID...]",
    .summary = N_("drop readings that were refused; the local cache keeps them"),
    .options = change_options,
    .args_size = sizeof(struct args),
    .max_args = -1,
    .run = run_drop,
};
