/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ack: acknowledge occurrences, by the running instance. */
#include <jansson.h>

#include "src/app/act_client.h"
#include "src/app/commands.h"
#include "src/app/control.h"
#include "src/app/query_args.h"

struct args {
    struct query_args filter; /* first, see query_args.h; station and component only */
    bool all;
    int64_t step;
    char *comment, *priority;
};

static const struct cli_option options[] = {
    {.name = "comment",
     .type = CLI_TEXT,
     .offset = offsetof(struct args, comment),
     .arg = "TEXT",
     .help = N_("what is being done about it; needed")},
    {.name = "step",
     .type = CLI_INT,
     .offset = offsetof(struct args, step),
     .min = 1,
     .max = UINT32_MAX,
     .arg = "N",
     .help = N_("only up to this step, as \"alarms\" lists it; else the newest")},
    {.name = "all",
     .type = CLI_FLAG,
     .offset = offsetof(struct args, all),
     .help = N_("everything that the instance shows as unacknowledged now")},
    QUERY_STATION,
    QUERY_COMPONENT,
    {.name = "priority",
     .type = CLI_CHOICE,
     .offset = offsetof(struct args, priority),
     .choices = QUERY_PRIORITIES,
     .help = N_("only of this priority")},
    {.name = NULL},
};

static const char *
text_of(const json_t *row, const char *name)
{
    const char *text = json_string_value(json_object_get(row, name));
    return text != NULL ? text : "";
}

static bool
fits(const char *wanted, const char *text)
{
    return wanted == NULL || strcmp(wanted, text) == 0;
}

/* Shown, and waiting for somebody: what an overlay hides nobody has seen. */
static bool
is_wanted(const struct args *args, const json_t *row)
{
    enum alarm_state state;
    return alarm_state_from_name(text_of(row, "state"), &state) && alarm_state_unacked(state) &&
           json_array_size(json_object_get(row, "overlays")) == 0 &&
           fits(args->filter.station, text_of(row, "station")) &&
           fits(args->filter.component, text_of(row, "component")) &&
           fits(args->priority, text_of(row, "priority"));
}

/* The occurrence and step that were shown; what comes after is not acknowledged. */
static void
add_row(GArray *targets, const struct alarm_action *like, const json_t *row)
{
    struct act_target t = {.action = *like};
    if (uuid_parse(&t.action.occurrence, text_of(row, "occurrence"))) {
        t.action.with_older = true; /* its row counts them */
        t.action.step = (uint32_t)json_integer_value(json_object_get(row, "step"));
        t.word = g_strjoin("/", text_of(row, "station"), text_of(row, "component"),
                           text_of(row, "rule"), NULL);
        g_array_append_val(targets, t);
    }
}

static int
add_shown(GArray *targets, const struct args *args, const struct alarm_action *like,
          const char *socket)
{
    struct err err = {.text = ""};
    json_t *request = json_pack("{s:s}", "command", "alarms"), *reply = NULL;
    enum rc rc = control_ask(socket, request, ACT_ANSWER_MS, &reply, &err);
    const json_t *rows = json_object_get(reply, "alarms");
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row)
    {
        if (is_wanted(args, row)) {
            add_row(targets, like, row);
        }
    }
    int status = CLI_FAILED;
    if (rc != RC_OK) {
        cli_error("%s", err.text);
    } else if (!json_is_array(rows)) {
        cli_error(_("the running instance refused: %s"), text_of(reply, "error"));
    } else if (targets->len == 0) {
        cli_error("%s", _("there is nothing to acknowledge"));
    } else {
        status = CLI_DONE;
    }
    json_decref(reply);
    json_decref(request);
    return status;
}

/* What is wrong with the combination of words and options has been said when it is false. */
static bool
check(const struct args *args, int argc)
{
    bool filtered = args->filter.station != NULL || args->filter.component != NULL ||
                    args->priority != NULL;
    if (args->all && (argc > 0 || args->step != 0)) {
        cli_error("%s", _("--all takes neither occurrences nor --step"));
    } else if (!args->all && argc == 0) {
        cli_error("%s", _("ack needs OCCURRENCE… or --all"));
    } else if (!args->all && filtered) {
        cli_error("%s", _("--station, --component and --priority go with --all"));
    } else {
        return true;
    }
    return false;
}

static int
acknowledge(const struct args *args, const struct alarm_action *like, const char *socket,
            int argc, char **argv)
{
    GArray *targets = act_targets_new();
    int status = CLI_DONE;
    guint done = 0;
    for (int i = 0; i < argc; i++) {
        status = act_add_word(targets, like, argv[i]) ? status : CLI_USAGE;
    }
    if (args->all) {
        status = add_shown(targets, args, like, socket);
    }
    if (status == CLI_DONE) {
        status = act_send(socket, targets, &done);
    }
    if (status == CLI_DONE && args->all && (done > 0 || targets->len == 0)) {
        cli_say(ngettext("acknowledged %u", "acknowledged %u", done), done);
    }
    g_array_unref(targets);
    return status;
}

static int
run(const struct cli *cli, void *given, int argc, char **argv)
{
    const struct args *args = given;
    struct alarm_action like = {
        .kind = ACTION_ACK,
        .step = (uint32_t)args->step,
        .seen_at = cli->started.wall,
    };
    struct config *config = NULL;
    if (!check(args, argc) || !act_set_text(&like, "comment", args->comment, false)) {
        return CLI_USAGE;
    }
    int status = cli_config(cli, &config);
    if (status == CLI_DONE) {
        status = acknowledge(args, &like, config->instance.socket, argc, argv);
    }
    config_free(config);
    return status;
}

const struct cli_command command_ack = {
    .name = "ack",
    .arguments = "OCCURRENCE…",
    .summary = N_("acknowledge alarms"),
    .notes = N_("An acknowledgement is of one occurrence, as \"alarms\" lists them, not of "
                "whatever the alarm does next."),
    .options = options,
    .args_size = sizeof(struct args),
    .max_args = -1,
    .run = run,
};
