/* SPDX-License-Identifier: GPL-3.0-or-later */
/* handover: the owner gives alarms and readings to another instance. */
#include "src/app/commands.h"
#include "src/app/control.h"
#include "src/core/i18n.h"

#define ANSWER_MS 15000

struct args {
    char *to;
};

static const struct cli_option options[] = {
    {.name = "to",
     .type = CLI_TEXT,
     .offset = offsetof(struct args, to),
     .arg = "NAME",
     .help = N_("instance that shall be owner; default: whichever takes it")},
    {.name = NULL},
};

static int
take_answer(const json_t *reply)
{
    if (!json_is_true(json_object_get(reply, "ok"))) {
        const char *error = json_string_value(json_object_get(reply, "error"));
        cli_error("%s", error != NULL ? error : _("refused"));
        return CLI_FAILED;
    }
    const char *message = json_string_value(json_object_get(reply, "message"));
    if (message != NULL && *message != '\0') {
        cli_say("%s", message);
    }
    return CLI_DONE;
}

static int
ask(const char *socket, const char *to)
{
    struct err err = {.text = ""};
    json_t *reply = NULL;
    json_t *request = json_pack("{s:s,s:s}", "command", "handover", "to", to);
    enum rc rc = request != NULL ? control_ask(socket, request, ANSWER_MS, &reply, &err)
                                 : err_set(&err, RC_INVALID, "%s", _("not valid UTF-8"));
    int status = CLI_FAILED;
    if (rc == RC_OK) {
        status = take_answer(reply);
    } else {
        cli_error("%s", err.text);
    }
    json_decref(reply);
    json_decref(request);
    return status;
}

static int
run(const struct cli *cli, void *given, int argc, char **argv)
{
    const struct args *args = given;
    struct config *config = NULL;
    (void)argc;
    (void)argv;
    int status = cli_config(cli, &config);
    if (status == CLI_DONE) {
        status = ask(config->instance.socket, args->to != NULL ? args->to : "");
    }
    config_free(config);
    return status;
}

const struct cli_command command_handover = {
    .name = "handover",
    .arguments = "",
    .summary = N_("let another instance be owner of alarms and readings"),
    .notes = N_("May be asked of any instance; it is the owner that does it. Only the "
                "instance's own user and root may do this."),
    .options = options,
    .args_size = sizeof(struct args),
    .run = run,
};
