/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `plant import` and `plant export`: the definition of the plant as three CSV files. */
#include <unistd.h>

#include "src/app/commands.h"
#include "src/app/control.h"
#include "src/app/load.h"
#include "src/app/stored.h"
#include "src/config/plant_csv.h"
#include "src/config/plant_texts.h"
#include "src/core/i18n.h"
#include "src/core/text.h"
#include "storage/pg_changes.h"

#define INSTANCE_TIMEOUT_MS 60000

struct args {
    bool dry_run;
};

static const struct cli_option import_options[] = {
    {.name = "dry-run",
     .type = CLI_FLAG,
     .offset = offsetof(struct args, dry_run),
     .help = N_("print the difference and change nothing")},
    {.name = NULL},
};

static void
say_size(const char *what, const struct plant *plant)
{
    cli_say(_("%s: %u stations, %u components, %u rules"), what, plant->n_stations,
            plant->n_components, plant->n_rules);
}

/* The lines are data, so they go to stdout. */
static void
print_difference(const struct plant *from, const struct plant *to)
{
    char **lines = plant_difference(from, to);
    for (char **line = lines; *line != NULL; line++) {
        char *clean = text_sanitize_dup(*line, strlen(*line));
        printf("%s\n", clean);
        g_free(clean);
    }
    if (*lines == NULL) {
        cli_say("%s", _("no difference"));
    }
    g_strfreev(lines);
}

/* The running instance has the cache, so it stores. Its own words when it refuses. */
static int
take_answer(const json_t *reply)
{
    if (json_is_true(json_object_get(reply, "ok"))) {
        return CLI_DONE;
    }
    size_t i;
    json_t *problem;
    json_array_foreach(json_object_get(reply, "problems"), i, problem)
    {
        cli_say("%s", json_is_string(problem) ? json_string_value(problem) : "");
    }
    const char *error = json_string_value(json_object_get(reply, "error"));
    cli_error(_("the running instance refused: %s"), error != NULL ? error : "");
    return CLI_FAILED;
}

/* RC_NOTFOUND: no instance runs. */
static enum rc
import_by_instance(const struct config *config, const char *dir, int *ret_status,
                   struct err *err)
{
    char *path = g_canonicalize_filename(dir, NULL);
    json_t *request = json_pack("{s:s, s:s}", "command", "import", "dir", path);
    json_t *reply = NULL;
    enum rc rc = RC_INVALID;
    if (request == NULL) {
        err_set(err, rc, "the path \"%s\" is not valid UTF-8", path);
    } else {
        rc = control_ask(config->instance.socket, request, INSTANCE_TIMEOUT_MS, &reply, err);
    }
    if (rc == RC_OK) {
        *ret_status = take_answer(reply);
    }
    json_decref(reply);
    json_decref(request);
    g_free(path);
    return rc;
}

static enum rc
import_directly(const struct config *config, const char *dir, struct err *err)
{
    const struct cache_config settings = {
        .path = config->cache.path,
        .retention_days = config->cache.retention_days,
        .max_bytes = config->cache.max_mb * 1000 * 1000,
        .full_sync = true,
    };
    struct cache_report report = {0};
    struct problems problems;
    struct cache *cache = NULL;
    struct plant *plant = NULL;
    problems_init(&problems);
    enum rc rc = cache_open(&cache, &settings, &report, err);
    if (*report.moved_aside != '\0') {
        cli_say(_("the cache was damaged; it is now \"%s\""), report.moved_aside);
    }
    if (rc == RC_OK) {
        rc = load_plant_from(&plant, config, dir, cache, &problems, err);
    }
    cli_problems(&problems);
    plant_unref(plant);
    cache_close(cache);
    problems_fini(&problems);
    return rc;
}

static void
take_version(void *version, const struct pg_plant *p)
{
    *(int64_t *)version = p->version;
}

static enum rc
store_centrally(struct pg *pg, const struct plant *plant, struct err *err)
{
    char user[ALARM_USER_MAX];
    struct plant_texts texts;
    enum pg_outcome outcome;
    int64_t version = 0;
    enum rc rc = pg_plant_other(pg, 0, take_version, &version, err);
    if (rc == RC_OK) {
        control_user_name(user, sizeof(user), geteuid());
        plant_texts_make(&texts, plant);
        const struct pg_plant row = {.version = version,
                                     .stations = texts.stations,
                                     .components = texts.components,
                                     .rules = texts.rules,
                                     .actor = user};
        rc = pg_plant_store(pg, &row, &version, &outcome, err);
        plant_texts_fini(&texts);
    }
    return rc;
}

/* With a central store the plant is everybody's; instances get it when they run. */
static enum rc
import_centrally(const struct config *config, const struct plant *plant, struct err *err)
{
    const struct pg_config settings = {.conninfo = config->postgres.conninfo,
                                       .purpose = "plant import",
                                       .wake_fd = -1,
                                       .connect_us = 10 * US_PER_S,
                                       .answer_us = 30 * US_PER_S};
    struct pg *pg = NULL;
    enum rc rc = pg_open(&pg, &settings, err);
    if (rc == RC_OK) {
        rc = store_centrally(pg, plant, err);
    }
    pg_close(pg);
    return rc == RC_OK ? rc : err_wrap(err, rc, "%s", _("central store"));
}

static int
store(const struct config *config, const char *dir, const struct plant *plant)
{
    struct err err = {0};
    int status = CLI_DONE;
    enum rc rc = import_by_instance(config, dir, &status, &err);
    if (rc == RC_NOTFOUND && *config->postgres.conninfo != '\0') {
        rc = import_centrally(config, plant, &err);
    } else if (rc == RC_NOTFOUND) {
        rc = import_directly(config, dir, &err);
    }
    if (rc != RC_OK) {
        cli_error("%s", err.text);
        return CLI_FAILED;
    }
    return status;
}

static int
run_import(const struct cli *cli, void *given, int argc, char **argv)
{
    (void)argc;
    const struct args *args = given;
    struct config *config = NULL;
    struct plant *plant = NULL;
    struct stored stored = {0};
    int status = cli_config(cli, &config);
    if (status == CLI_DONE) {
        status = stored_read_dir(&plant, argv[0]);
    }
    if (status == CLI_DONE) {
        status = stored_open(&stored, config, false);
    }
    if (status == CLI_DONE) {
        print_difference(stored.plant, plant);
        status = args->dry_run ? CLI_DONE : store(config, argv[0], plant);
    }
    if (status == CLI_DONE) {
        say_size(args->dry_run ? _("would import") : _("imported"), plant);
    }
    stored_close(&stored);
    plant_unref(plant);
    config_free(config);
    return status;
}

static int
run_export(const struct cli *cli, void *given, int argc, char **argv)
{
    (void)given;
    (void)argc;
    struct config *config = NULL;
    struct stored stored = {0};
    struct err err = {0};
    int status = cli_config(cli, &config);
    if (status == CLI_DONE) {
        status = stored_open(&stored, config, true);
    }
    if (status == CLI_DONE && stored.plant->n_stations == 0) {
        cli_error("%s", _("there is no plant yet: neither in the cache nor as [plant] dir"));
        status = CLI_FAILED;
    } else if (status == CLI_DONE && plant_csv_write(stored.plant, argv[0], &err) != RC_OK) {
        cli_error("%s", err.text);
        status = CLI_FAILED;
    } else if (status == CLI_DONE) {
        say_size(_("exported"), stored.plant);
    }
    stored_close(&stored);
    config_free(config);
    return status;
}

const struct cli_command command_plant_import = {
    .name = "plant import",
    .arguments = "DIR",
    .summary = N_("take over the plant from the CSV files in DIR"),
    .notes = N_("All of it or nothing. A running instance goes on with the new plant at once."),
    .options = import_options,
    .args_size = sizeof(struct args),
    .min_args = 1,
    .max_args = 1,
    .run = run_import,
};

const struct cli_command command_plant_export = {
    .name = "plant export",
    .arguments = "DIR",
    .summary = N_("write the plant as CSV files into DIR"),
    .min_args = 1,
    .max_args = 1,
    .run = run_export,
};
