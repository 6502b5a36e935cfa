/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `leitstand console`: the full screen, engine included. */
#include "src/app/commands.h"
#include "src/app/watch.h"
#include "src/core/i18n.h"

struct args {
    struct watch_options watch;
};

static const struct cli_option options[] = {
    WATCH_OPTIONS(struct args),
    {.name = NULL},
};

static int
run(const struct cli *cli, void *args, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    const struct args *a = args;
    struct config *config = NULL;
    int status = cli_config(cli, &config);
    if (status != CLI_DONE) {
        return status;
    }
    struct problems problems;
    struct err err = {.text = ""};
    problems_init(&problems);
    enum rc rc = watch_plant(config, &a->watch, false, &problems, &err);
    cli_problems(&problems);
    status = cli_outcome(rc, &err);
    problems_fini(&problems);
    config_free(config);
    return status;
}

const struct cli_command command_console = {
    .name = "console",
    .arguments = "",
    .summary = N_("show the plant on the full screen, collect and store"),
    .options = options,
    .args_size = sizeof(struct args),
    .run = run,
};
