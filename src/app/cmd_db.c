/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `db init`, `db migrate`, `db status`: the schema of the central store. */
#include <jansson.h>

#include "src/app/commands.h"
#include "src/app/paths.h"
#include "src/core/i18n.h"
#include "src/core/timestamp.h"
#include "storage/pg_schema.h"

#define CONNECT_US (10 * US_PER_S)
#define ANSWER_US  (10 * US_PER_S)
/* A migration may have to rewrite all that was ever stored. */
#define MIGRATE_US (24 * 3600 * US_PER_S)

struct args {
    char *format;
};

static const struct cli_option status_options[] = {
    {.name = "format",
     .type = CLI_CHOICE,
     .offset = offsetof(struct args, format),
     .choices = "table|json",
     .fallback = "table",
     .arg = "FORMAT",
     .help = N_("table or json")},
    {.name = NULL},
};

/* What every one of these commands begins with. */
struct store {
    struct config *config;
    struct pg_schema *schema;
    struct pg *pg;
};

static void
close_store(struct store *s)
{
    pg_close(s->pg);
    pg_schema_free(s->schema);
    config_free(s->config);
}

static int
open_store(struct store *ret, const struct cli *cli, int64_t answer_us)
{
    struct err err = {0};
    int status = cli_config(cli, &ret->config);
    if (status != CLI_DONE) {
        return status;
    }
    if (*ret->config->postgres.conninfo == '\0') {
        cli_error("%s", _("there is no central store: [postgres] conninfo is empty"));
        return CLI_USAGE;
    }
    char *dir = paths_data("sql/pg");
    const struct pg_config config = {.conninfo = ret->config->postgres.conninfo,
                                     .purpose = "db",
                                     .wake_fd = -1,
                                     .connect_us = CONNECT_US,
                                     .answer_us = answer_us};
    enum rc rc = pg_schema_load(&ret->schema, dir, &err);
    if (rc == RC_OK) {
        rc = pg_open(&ret->pg, &config, &err);
    }
    g_free(dir);
    if (rc != RC_OK) {
        cli_error("%s", err.text);
        return CLI_FAILED;
    }
    return CLI_DONE;
}

static void
say_applied(int number, const char *name)
{
    cli_say(_("applied %03d-%s"), number, name);
}

static int
bring_up(const struct cli *cli, bool create)
{
    struct store s = {0};
    struct err err = {0};
    int status = open_store(&s, cli, MIGRATE_US);
    if (status == CLI_DONE &&
        pg_schema_migrate(s.pg, s.schema, create, say_applied, &err) != RC_OK) {
        cli_error("%s", err.text);
        status = CLI_FAILED;
    } else if (status == CLI_DONE) {
        cli_say(_("the central store has version %d"), pg_schema_newest(s.schema));
    }
    close_store(&s);
    return status;
}

static int
run_init(const struct cli *cli, void *args, int argc, char **argv)
{
    (void)args;
    (void)argc;
    (void)argv;
    return bring_up(cli, true);
}

static int
run_migrate(const struct cli *cli, void *args, int argc, char **argv)
{
    (void)args;
    (void)argc;
    (void)argv;
    return bring_up(cli, false);
}

/* ---- db status ---- */

static const char *
found_name(enum pg_schema_found found)
{
    switch (found) {
    case PG_SCHEMA_MISSING:
        return "missing";
    case PG_SCHEMA_FOREIGN:
        return "foreign";
    case PG_SCHEMA_OLDER:
        return "older";
    case PG_SCHEMA_CURRENT:
        return "current";
    case PG_SCHEMA_NEWER:
        return "newer";
    }
    return "";
}

static void
print_json(const struct pg_schema *schema, const struct pg_schema_state *state)
{
    json_t *list = json_array();
    for (guint i = 0; i < state->applied->len; i++) {
        const struct pg_applied *a = &g_array_index(state->applied, struct pg_applied, i);
        char at[TIMESTAMP_SIZE];
        timestamp_format(at, a->at);
        json_array_append_new(list, json_pack("{s:i,s:s,s:s}", "number", a->number, "name",
                                              a->name, "applied_at", at));
    }
    json_t *object = json_pack(
        "{s:s,s:i,s:i,s:s,s:s,s:s,s:s?,s:I,s:I,s:o}", "schema", found_name(state->found),
        "version", state->version, "program_version", pg_schema_newest(schema), "server",
        state->server, "database", state->database, "role", state->role, "timescaledb",
        *state->timescaledb != '\0' ? state->timescaledb : NULL, "partitions",
        (json_int_t)state->partitions, "bytes", (json_int_t)state->bytes, "migrations", list);
    char *text = json_dumps(object, JSON_INDENT(2));
    if (text != NULL) {
        puts(text);
        free(text);
    }
    json_decref(object);
}

static void
print_table(const struct pg_schema *schema, const struct pg_schema_state *state)
{
    const char *timescaledb = *state->timescaledb != '\0' ? state->timescaledb : "-";
    printf("%-26s %s\n", "schema", found_name(state->found));
    printf("%-26s %d\n", "version", state->version);
    printf("%-26s %d\n", "program_version", pg_schema_newest(schema));
    printf("%-26s %s\n", "server", state->server);
    printf("%-26s %s\n", "database", state->database);
    printf("%-26s %s\n", "role", state->role);
    printf("%-26s %s\n", "timescaledb", timescaledb);
    printf("%-26s %lld\n", "partitions", (long long)state->partitions);
    printf("%-26s %lld\n", "bytes", (long long)state->bytes);
    for (guint i = 0; i < state->applied->len; i++) {
        const struct pg_applied *a = &g_array_index(state->applied, struct pg_applied, i);
        char at[TIMESTAMP_SIZE], name[48];
        timestamp_format(at, a->at);
        snprintf(name, sizeof(name), "migration.%03d-%s", a->number, a->name);
        printf("%-26s %s\n", name, at);
    }
}

static int
run_status(const struct cli *cli, void *given, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    const struct args *args = given;
    struct store s = {0};
    struct pg_schema_state state = {0};
    struct err err = {0};
    int status = open_store(&s, cli, ANSWER_US);
    enum rc rc = RC_INVALID;
    if (status == CLI_DONE) {
        rc = pg_schema_look(s.pg, s.schema, &state, &err);
    }
    if (rc == RC_OK) {
        (strcmp(args->format, "json") == 0 ? print_json : print_table)(s.schema, &state);
        rc = pg_schema_judge(s.schema, &state, &err);
    }
    if (status == CLI_DONE && rc != RC_OK) {
        cli_error("%s", err.text);
        status = CLI_FAILED;
    }
    pg_schema_state_fini(&state);
    close_store(&s);
    return status;
}

const struct cli_command command_db_init = {
    .name = "db init",
    .arguments = "",
    .summary = N_("make the schema of the central store, or what is missing of it"),
    .notes = N_("Needs a role that may create in the database and make roles; an instance "
                "itself needs no more than the role leitstand_instance."),
    .run = run_init,
};

const struct cli_command command_db_migrate = {
    .name = "db migrate",
    .arguments = "",
    .summary = N_("bring the schema of the central store to this program's version"),
    .notes = N_("Needs the role that owns the schema."),
    .run = run_migrate,
};

const struct cli_command command_db_status = {
    .name = "db status",
    .arguments = "",
    .summary = N_("what the central store has"),
    .notes = N_("The exit status is 1 as well when its version is not that of the program."),
    .options = status_options,
    .args_size = sizeof(struct args),
    .run = run_status,
};
