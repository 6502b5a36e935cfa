/* SPDX-License-Identifier: GPL-3.0-or-later */
/* shelve, unshelve, reset, alarm-test: operator actions on an alarm, by the running instance.
 */
#include "src/app/act_client.h"
#include "src/app/commands.h"
#include "src/core/i18n.h"

struct args {
    struct act_names names;
    int64_t duration_us;
    bool once, end;
    char *reason;
};

#define OPTION_STATION                                                                         \
    {                                                                                          \
        .name = "station", .type = CLI_TEXT, .offset = offsetof(struct args, names.station),   \
        .arg = "UID", .help = N_("the alarm's station, when names have a \"/\" in them")       \
    }
#define OPTION_COMPONENT                                                                       \
    {                                                                                          \
        .name = "component", .type = CLI_TEXT,                                                 \
        .offset = offsetof(struct args, names.component), .arg = "ID",                         \
        .help = N_("its component; left out for an alarm of the station itself")               \
    }
#define OPTION_RULE                                                                            \
    {                                                                                          \
        .name = "rule", .type = CLI_TEXT, .offset = offsetof(struct args, names.rule),         \
        .arg = "RULE", .help = N_("its rule")                                                  \
    }
#define OPTION_REASON(what)                                                                    \
    {                                                                                          \
        .name = "reason", .type = CLI_TEXT, .offset = offsetof(struct args, reason),           \
        .arg = "TEXT", .help = what                                                            \
    }

static const struct cli_option shelve_options[] = {
    {.name = "for",
     .type = CLI_SPAN,
     .offset = offsetof(struct args, duration_us),
     .arg = "SPAN",
     .help = N_("for so long, such as 30m, 8h")},
    {.name = "once",
     .type = CLI_FLAG,
     .offset = offsetof(struct args, once),
     .help = N_("until the present occurrence, or the next one, has cleared")},
    OPTION_REASON(N_("why; colleagues will read it")),
    OPTION_STATION,
    OPTION_COMPONENT,
    OPTION_RULE,
    {.name = NULL},
};

static const struct cli_option plain_options[] = {
    OPTION_REASON(N_("why, for the journal")),
    OPTION_STATION,
    OPTION_COMPONENT,
    OPTION_RULE,
    {.name = NULL},
};

static const struct cli_option test_options[] = {
    {.name = "end",
     .type = CLI_FLAG,
     .offset = offsetof(struct args, end),
     .help = N_("let the test alarm go back to normal")},
    OPTION_REASON(N_("why; colleagues will read it")),
    OPTION_STATION,
    OPTION_COMPONENT,
    OPTION_RULE,
    {.name = NULL},
};

/* The alarms that words, or the options in their place, name. */
static bool
add_targets(GArray *targets, const struct alarm_action *like, const struct act_names *names,
            int argc, char **argv)
{
    bool named = names->station != NULL || names->component != NULL || names->rule != NULL;
    if (argc > 0 && named) {
        cli_error("%s", _("name alarms either by words or by --station, --component, --rule"));
        return false;
    }
    if (argc == 0 && !named) {
        cli_error("%s", _("no alarm is named; see --help"));
        return false;
    }
    if (argc == 0) {
        return act_add_names(targets, like, names);
    }
    bool good = true;
    for (int i = 0; i < argc; i++) {
        good = act_add_word(targets, like, argv[i]) && good;
    }
    return good;
}

/* Nothing is asked for unless the reason (which may be optional) and all words make sense. */
static int
act_on(const struct cli *cli, const struct args *args, struct alarm_action like, bool optional,
       int argc, char **argv)
{
    GArray *targets = act_targets_new();
    like.seen_at = WALL_NONE;
    bool good = act_set_text(&like, "reason", args->reason, optional) &&
                add_targets(targets, &like, &args->names, argc, argv);
    int status = good ? act_send_configured(cli, targets) : CLI_USAGE;
    g_array_unref(targets);
    return status;
}

static int
run_shelve(const struct cli *cli, void *given, int argc, char **argv)
{
    const struct args *args = given;
    const struct alarm_action like = {
        .kind = ACTION_SHELVE,
        .duration_us = args->duration_us,
        .one_shot = args->once,
    };
    if (args->once == (args->duration_us != 0)) {
        cli_error("%s", _("shelve needs either --for=SPAN or --once"));
        return CLI_USAGE;
    }
    return act_on(cli, args, like, false, argc, argv);
}

static int
run_unshelve(const struct cli *cli, void *given, int argc, char **argv)
{
    return act_on(cli, given, (struct alarm_action){.kind = ACTION_UNSHELVE}, true, argc, argv);
}

static int
run_reset(const struct cli *cli, void *given, int argc, char **argv)
{
    return act_on(cli, given, (struct alarm_action){.kind = ACTION_RESET}, true, argc, argv);
}

static int
run_test(const struct cli *cli, void *given, int argc, char **argv)
{
    const struct args *args = given;
    struct uuid id;
    if (argc > 0 && uuid_parse(&id, argv[0])) {
        cli_error("%s", _("an alarm is tested by its names, STATION/COMPONENT/RULE"));
        return CLI_USAGE;
    }
    const struct alarm_action like = {.kind = args->end ? ACTION_TEST_END : ACTION_TEST};
    return act_on(cli, args, like, false, argc, argv);
}

const struct cli_command command_shelve = {
    .name = "shelve",
    .arguments = "STATION/COMPONENT/RULE|OCCURRENCE…",
    .summary = N_("keep alarms out of the way for a time; they go on in the journal"),
    .options = shelve_options,
    .args_size = sizeof(struct args),
    .max_args = -1,
    .run = run_shelve,
};

const struct cli_command command_unshelve = {
    .name = "unshelve",
    .arguments = "STATION/COMPONENT/RULE|OCCURRENCE…",
    .summary = N_("take alarms back from the shelf before their time"),
    .options = plain_options,
    .args_size = sizeof(struct args),
    .max_args = -1,
    .run = run_unshelve,
};

const struct cli_command command_reset = {
    .name = "reset",
    .arguments = "STATION/COMPONENT/RULE|OCCURRENCE…",
    .summary = N_("release latched alarms whose cause is gone and that are acknowledged"),
    .options = plain_options,
    .args_size = sizeof(struct args),
    .max_args = -1,
    .run = run_reset,
};

const struct cli_command command_alarm_test = {
    .name = "alarm-test",
    .arguments = "STATION/COMPONENT/RULE",
    .summary = N_("raise a test of one alarm, through the whole chain"),
    .notes = N_("The test is an alarm of its own beside the real one, marked as a test "
                "everywhere, and not counted in the load figures. Only the instance's own user "
                "and root may do this."),
    .options = test_options,
    .args_size = sizeof(struct args),
    .max_args = 1,
    .run = run_test,
};
