/* SPDX-License-Identifier: GPL-3.0-or-later */
/* alarms, journal: answers from the cache, whether an instance runs or not. */
#include "src/app/commands.h"

#include "alarms/rules.h"
#include "src/app/central.h"
#include "src/app/query_args.h"
#include "src/core/alarm.h"

struct alarms_args {
    struct query_args query; /* first, see query_args.h */
    bool all;
    char *priority, *state;
};

struct journal_args {
    struct query_args query; /* first, see query_args.h */
    char *event;
};

static const struct cli_option alarms_options[] = {
    {.name = "all",
     .type = CLI_FLAG,
     .offset = offsetof(struct alarms_args, all),
     .help = N_("those that are over as well")},
    QUERY_STATION,
    QUERY_COMPONENT,
    {.name = "priority",
     .type = CLI_CHOICE,
     .offset = offsetof(struct alarms_args, priority),
     .choices = QUERY_PRIORITIES,
     .help = N_("only of this priority")},
    {.name = "state",
     .type = CLI_CHOICE,
     .offset = offsetof(struct alarms_args, state),
     .choices = "unacked|acked|returned_unacked|latched_unacked|latched_acked|normal",
     .help = N_("only in this state; normal: over, which implies --all")},
    QUERY_SINCE,
    QUERY_UNTIL,
    QUERY_LIMIT,
    QUERY_CENTRAL,
    QUERY_FORMAT,
    {.name = NULL},
};

static const struct cli_option journal_options[] = {
    QUERY_STATION,
    QUERY_COMPONENT,
    {.name = "event",
     .type = CLI_TEXT,
     .offset = offsetof(struct journal_args, event),
     .arg = "NAME",
     .help = N_("only lines of this kind, such as raised, acked, shelved")},
    QUERY_SINCE,
    QUERY_UNTIL,
    QUERY_LIMIT,
    QUERY_CENTRAL,
    QUERY_FORMAT,
    {.name = NULL},
};

static void
put_uuid(struct rows *rows, const struct uuid *id)
{
    char text[UUID_SIZE];
    uuid_format(text, id);
    rows_text(rows, uuid_is_nil(id) ? NULL : text);
}

/* ---- alarms ---- */

struct alarm_list {
    const struct alarms_args *args;
    struct plant *plant;
    struct ruleset *rules; /* made for the first row */
    struct rows *rows;
    int64_t n;
};

static bool
alarm_is_wanted(const struct alarms_args *args, const struct occurrence_record *r)
{
    return (args->priority == NULL ||
            strcmp(args->priority, alarm_priority_name(r->priority)) == 0) &&
           (args->state == NULL || strcmp(args->state, alarm_state_name(r->state)) == 0);
}

/* What the plant calls the alarm now; NULL when its rule is not there, or has no name. */
static const char *
name_of_rule(struct alarm_list *list, const struct occurrence_record *r)
{
    uint32_t c = plant_find_component(list->plant, r->station, r->component);
    if (list->rules == NULL) {
        list->rules = ruleset_new(list->plant, NULL);
    }
    const struct ruleset *s = list->rules;
    const char *plain = r->test && g_str_has_prefix(r->rule, ALARM_TEST_PREFIX)
                            ? r->rule + strlen(ALARM_TEST_PREFIX)
                            : r->rule;
    for (uint32_t i = c == COMPONENT_NONE ? 0 : s->first[c];
         c != COMPONENT_NONE && i < s->first[c + 1]; i++) {
        const struct rule_def *def = s->rules[s->places[i].rule].def;
        if (strcmp(def->rule, plain) == 0) {
            return *def->name != '\0' ? def->name : NULL;
        }
    }
    return NULL;
}

static bool
print_alarm(const struct occurrence_record *r, void *user)
{
    struct alarm_list *list = user;
    struct rows *rows = list->rows;
    if (!alarm_is_wanted(list->args, r)) {
        return true;
    }
    put_uuid(rows, &r->occurrence);
    rows_text(rows, r->station);
    rows_text(rows, r->component);
    rows_text(rows, r->rule);
    rows_text(rows, alarm_type_name(r->type));
    rows_text(rows, alarm_priority_name(r->priority));
    rows_text(rows, alarm_state_name(r->state));
    rows_flags(rows, r->overlays, alarm_overlay_name);
    rows_time(rows, r->raised_at);
    rows_time(rows, r->returned_at);
    rows_number(rows, r->value);
    rows_time(rows, r->acked_at);
    rows_text(rows, r->acked_by);
    rows_text(rows, r->comment);
    rows_int(rows, r->count);
    rows_bool(rows, r->test);
    rows_int(rows, r->step);
    rows_text(rows, name_of_rule(list, r));
    list->n++;
    return rows_end(rows) && list->n != list->args->query.limit;
}

/*
 * No alarm is the good case, and success, as long as nobody asked for a certain one; but a host
 * on which no instance ever ran has nothing to say about alarms.
 */
static int
conclude_alarms(const struct asking *a, const struct alarms_args *args, size_t n)
{
    const struct query_args *q = &args->query;
    bool filtered = q->station != NULL || q->component != NULL || args->priority != NULL ||
                    args->state != NULL || q->since != WALL_NONE || q->until != WALL_NONE;
    if (!q->central && !asking_has_cache(a)) {
        return CLI_FAILED;
    }
    return filtered ? asking_conclude(a, n) : CLI_DONE;
}

static bool
print_central_alarm(const void *row, void *user)
{
    return print_alarm(row, user);
}

static enum rc
fetch_alarms(const struct asking *a, bool all, struct alarm_list *list, struct err *err)
{
    const struct component_name name = {a->args->station, a->args->component};
    const struct history_request ask = {.kind = HISTORY_ALARMS,
                                        .names = &name,
                                        .n_names = 1,
                                        .open_only = !all,
                                        .since = a->args->since,
                                        .until = a->args->until};
    return central_fetch(a->config, &ask, print_central_alarm, list, err);
}

static enum rc
list_alarms(const struct asking *a, const struct alarms_args *args, struct rows *rows,
            struct err *err)
{
    bool over = args->state != NULL && strcmp(args->state, alarm_state_name(ALARM_NORMAL)) == 0;
    const struct query_occurrence_range range = {
        .station = args->query.station,
        .component = args->query.component,
        .since = args->query.since,
        .until = args->query.until,
        .all = args->all || over,
    };
    struct alarm_list list = {.args = args, .plant = a->stored.plant, .rows = rows};
    enum rc rc = RC_OK;
    if (a->args->central) {
        rc = fetch_alarms(a, range.all, &list, err);
    } else if (a->stored.query != NULL) {
        if (range.all) {
            central_hint(a, HISTORY_ALARMS);
        }
        rc = query_occurrences(a->stored.query, &range, print_alarm, &list, err);
    }
    ruleset_free(list.rules);
    return rc;
}

static int
run_alarms(const struct cli *cli, void *given, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    static const char *const columns[] = {
        "occurrence", "station",   "component",   "rule",  "type",     "priority", "state",
        "overlays",   "raised_at", "returned_at", "value", "acked_at", "acked_by", "comment",
        "count",      "test",      "step",        "name",  NULL};
    const struct alarms_args *args = given;
    struct asking a;
    int status = asking_open(&a, cli, &args->query);
    if (status == CLI_DONE) {
        struct err err = {.text = ""};
        struct rows *rows = rows_new(columns, args->query.format);
        status = cli_outcome(list_alarms(&a, args, rows, &err), &err);
        size_t n = rows_finish(rows);
        status = status == CLI_DONE ? conclude_alarms(&a, args, n) : status;
    }
    asking_close(&a);
    return status;
}

/* ---- journal ---- */

struct journal_list {
    bool filtered;
    enum alarm_event event;
    int64_t limit, n;
    struct rows *rows;
};

static bool
print_line(const struct journal_record *r, void *user)
{
    struct journal_list *list = user;
    struct rows *rows = list->rows;
    if (list->filtered && r->event != list->event) {
        return true;
    }
    bool of_occurrence = !uuid_is_nil(&r->occurrence);
    rows_time(rows, r->at);
    rows_int(rows, (int64_t)r->epoch);
    rows_int(rows, (int64_t)r->term);
    rows_text(rows, r->instance);
    rows_text(rows, alarm_event_name(r->event));
    put_uuid(rows, &r->occurrence);
    rows_text(rows, r->station);
    rows_text(rows, r->component);
    rows_text(rows, r->rule);
    rows_text(rows, r->actor);
    rows_text(rows, r->origin);
    rows_text(rows, r->detail);
    if (of_occurrence) {
        rows_int(rows, r->step);
    } else {
        rows_null(rows);
    }
    rows_text(rows, r->rule != NULL ? alarm_state_name(r->from) : NULL);
    rows_text(rows, r->rule != NULL ? alarm_state_name(r->to) : NULL);
    rows_flags(rows, r->overlays, alarm_overlay_name);
    rows_bool(rows, r->annunciated);
    rows_bool(rows, r->test);
    rows_number(rows, r->value);
    list->n++;
    return rows_end(rows) && list->n != list->limit;
}

static bool
print_central_line(const void *row, void *user)
{
    return print_line(row, user);
}

static enum rc
fetch_journal(const struct asking *a, struct journal_list *list, struct err *err)
{
    const struct component_name name = {a->args->station, a->args->component};
    const struct history_request ask = {.kind = HISTORY_JOURNAL,
                                        .names = &name,
                                        .n_names = 1,
                                        .event = list->filtered ? alarm_event_name(list->event)
                                                                : NULL,
                                        .since = a->args->since,
                                        .until = a->args->until,
                                        .limit = list->limit};
    return central_fetch(a->config, &ask, print_central_line, list, err);
}

static enum rc
list_journal(const struct asking *a, struct journal_list *list, struct err *err)
{
    const struct query_journal_range range = {
        .station = a->args->station,
        .component = a->args->component,
        .since = a->args->since,
        .until = a->args->until,
    };
    if (a->args->central) {
        return fetch_journal(a, list, err);
    }
    central_hint(a, HISTORY_JOURNAL);
    return a->stored.query == NULL
               ? RC_OK
               : query_journal(a->stored.query, &range, print_line, list, err);
}

static int
run_journal(const struct cli *cli, void *given, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    static const char *const columns[] = {
        "at",        "epoch",    "term",        "instance", "event",  "occurrence", "station",
        "component", "rule",     "actor",       "origin",   "detail", "step",       "old_state",
        "new_state", "overlays", "annunciated", "test",     "value",  NULL};
    const struct journal_args *args = given;
    struct journal_list list = {.filtered = args->event != NULL, .limit = args->query.limit};
    if (list.filtered && !alarm_event_from_name(args->event, &list.event)) {
        cli_error(_("--event: \"%s\" is no event of the journal; leitstand(1) lists them"),
                  args->event);
        return CLI_USAGE;
    }
    struct asking a;
    int status = asking_open(&a, cli, &args->query);
    if (status == CLI_DONE) {
        struct err err = {.text = ""};
        list.rows = rows_new(columns, args->query.format);
        status = cli_outcome(list_journal(&a, &list, &err), &err);
        size_t n = rows_finish(list.rows);
        status = status == CLI_DONE ? asking_conclude(&a, n) : status;
    }
    asking_close(&a);
    return status;
}

const struct cli_command command_alarms = {
    .name = "alarms",
    .arguments = "",
    .summary = N_("list alarms that are not normal, newest first"),
    .notes =
        N_("Reads the cache, so it answers while no instance runs, too; whether one does "
           "is told by \"status\". Without a filter, no alarm is success: an empty list and "
           "exit status 0."),
    .options = alarms_options,
    .args_size = sizeof(struct alarms_args),
    .run = run_alarms,
};

const struct cli_command command_journal = {
    .name = "journal",
    .arguments = "",
    .summary = N_("list what happened to alarms and who did what, newest first"),
    .options = journal_options,
    .args_size = sizeof(struct journal_args),
    .run = run_journal,
};
