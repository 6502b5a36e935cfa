/* SPDX-License-Identifier: GPL-3.0-or-later */
/* maintenance: take stations and components out of service and back, or list what is. */
#include "src/app/act_client.h"
#include "src/app/commands.h"
#include "src/app/query_args.h"

struct args {
    struct query_args query; /* first, see query_args.h */
    char *reason;
};

static const struct cli_option options[] = {
    {.name = "reason",
     .type = CLI_TEXT,
     .offset = offsetof(struct args, reason),
     .arg = "TEXT",
     .help = N_("why; needed with on and off")},
    QUERY_STATION,
    QUERY_COMPONENT,
    QUERY_FORMAT,
    {.name = NULL},
};

/* ---- on, off ---- */

/* word: NULL when options name what is meant. */
static int
change(const struct cli *cli, const struct args *args, enum alarm_action_kind kind,
       const char *word)
{
    struct alarm_action like = {.kind = kind, .seen_at = WALL_NONE};
    const struct act_names names = {
        .station = args->query.station,
        .component = args->query.component,
    };
    GArray *targets = act_targets_new();
    int status = CLI_USAGE;
    if (args->query.format != NULL) {
        cli_error("%s", _("--format goes with the list only"));
    } else if (word != NULL && (names.station != NULL || names.component != NULL)) {
        cli_error("%s", _("name it either by a word or by --station and --component"));
    } else if (act_set_text(&like, "reason", args->reason, false) &&
               (word != NULL ? act_add_word(targets, &like, word)
                             : act_add_names(targets, &like, &names))) {
        status = act_send_configured(cli, targets);
    }
    g_array_unref(targets);
    return status;
}

/* ---- the list ---- */

/* Oldest last, as in the other lists. */
static int
newest_first(const void *a, const void *b)
{
    const struct maintenance_record *x = a, *y = b;
    return x->since > y->since ? -1 : x->since < y->since;
}

static bool
is_wanted(const struct query_args *args, const struct maintenance_record *r)
{
    return (args->station == NULL || strcmp(args->station, r->station) == 0) &&
           (args->component == NULL || strcmp(args->component, r->component) == 0);
}

static void
print_all(GArray *maintenance, const struct query_args *args, struct rows *rows)
{
    g_array_sort(maintenance, newest_first);
    for (guint i = 0; i < maintenance->len; i++) {
        const struct maintenance_record *r =
            &g_array_index(maintenance, struct maintenance_record, i);
        if (is_wanted(args, r)) {
            rows_text(rows, r->station);
            rows_text(rows, r->component);
            rows_time(rows, r->since);
            rows_text(rows, r->actor);
            rows_text(rows, r->reason);
            rows_time(rows, r->remind_at);
            rows_end(rows);
        }
    }
}

/* Nothing out of service is the good case, unless a certain thing was asked for. */
static int
list(const struct cli *cli, const struct query_args *args)
{
    static const char *const columns[] = {"station", "component", "since", "actor",
                                          "reason",  "remind_at", NULL};
    struct asking a;
    int status = asking_open(&a, cli, args);
    if (status == CLI_DONE) {
        struct err err = {.text = ""};
        struct alarm_changes state;
        alarm_changes_init(&state);
        if (a.stored.query != NULL) {
            status = cli_outcome(query_alarm_state(a.stored.query, &state, &err), &err);
        }
        struct rows *rows = rows_new(columns, args->format);
        print_all(state.maintenance, args, rows);
        size_t n = rows_finish(rows);
        if (status == CLI_DONE && !asking_has_cache(&a)) {
            status = CLI_FAILED;
        } else if (status == CLI_DONE && (args->station != NULL || args->component != NULL)) {
            status = asking_conclude(&a, n);
        }
        alarm_changes_fini(&state);
    }
    asking_close(&a);
    return status;
}

static int
list_some(const struct cli *cli, const struct args *args, const char *word)
{
    const struct alarm_action like = {.kind = ACTION_MAINTENANCE};
    struct query_args query = args->query;
    GArray *targets = act_targets_new();
    int status = CLI_USAGE;
    if (args->reason != NULL) {
        cli_error("%s", _("--reason goes with on and off"));
    } else if (word == NULL) {
        status = list(cli, &query);
    } else if (query.station != NULL || query.component != NULL) {
        cli_error("%s", _("name it either by a word or by --station and --component"));
    } else if (act_add_word(targets, &like, word)) {
        struct act_target *t = &g_array_index(targets, struct act_target, 0);
        query.station = t->action.station;
        query.component = *t->action.component != '\0' ? t->action.component : NULL;
        status = list(cli, &query);
    }
    g_array_unref(targets);
    return status;
}

static int
run(const struct cli *cli, void *given, int argc, char **argv)
{
    const struct args *args = given;
    const char *last = argc > 0 ? argv[argc - 1] : "";
    bool on = strcmp(last, "on") == 0, off = strcmp(last, "off") == 0;
    const char *word = argc == 2 || (argc == 1 && !on && !off) ? argv[0] : NULL;
    if (argc == 2 && !on && !off) {
        cli_error(_("\"%s\" is neither on nor off"), last);
        return CLI_USAGE;
    }
    return on || off ? change(cli, args, on ? ACTION_MAINTENANCE : ACTION_RETURN, word)
                     : list_some(cli, args, word);
}

const struct cli_command command_maintenance = {
    .name = "maintenance",
    .arguments = "[STATION[/COMPONENT]] [on|off]",
    .summary = N_("take something out of service or back; else list what is out of service"),
    .options = options,
    .args_size = sizeof(struct args),
    .max_args = 2,
    .run = run,
};
