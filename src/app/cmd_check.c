/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `leitstand check`: a line for each thing that was looked at, and for each thing that is
 * wrong. What is wrong in a file makes the exit status 2, what could not be reached 1.
 */
#include <errno.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/app/check_limits.h"
#include "src/app/cli_parse.h"
#include "src/app/commands.h"
#include "src/app/key_files.h"
#include "src/app/load.h"
#include "src/app/paths.h"
#include "src/app/profile_files.h"
#include "src/core/i18n.h"
#include "src/core/text.h"
#include "src/mqtt/publisher.h"
#include "storage/pg_probe.h"
#include "storage/pg_schema.h"
#include "storage/query.h"
#include "ui/keymap.h"

#define BROKER_TIMEOUT_MS 5000
#define STORE_TIMEOUT_US  (5 * US_PER_S)

struct args {
    bool offline;
};

static const struct cli_option options[] = {
    {.name = "offline",
     .type = CLI_FLAG,
     .offset = offsetof(struct args, offline),
     .help = N_("look at the files only, try no service")},
    {.name = NULL},
};

struct checking {
    struct config *c;         /* what is good of the file, even when not all is */
    bool valid;               /* all of it is: then the services may be tried */
    struct problems problems; /* of the files, in the order found */
    size_t told;              /* so many of them were printed */
    bool unreachable;
};

/* Findings are what this command is asked for: they go to stdout. */
static void PRINTF_LIKE(2, 3) tell(const char *mark, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char *text = g_strdup_vprintf(fmt, args);
    va_end(args);
    char *clean = text_sanitize_dup(text, strlen(text));
    printf("%s: %s\n", mark, clean);
    g_free(clean);
    g_free(text);
}

/* Print the problems that came since; true when there were none. */
static bool
tell_problems(struct checking *k)
{
    bool none = k->problems.n == k->told;
    for (; k->told < MIN(k->problems.n, PROBLEMS_MAX); k->told++) {
        printf("%s\n", k->problems.list[k->told]);
    }
    if (k->problems.n > k->told) {
        printf(_("… and %zu more\n"), k->problems.n - k->told);
        k->told = k->problems.n;
    }
    return none;
}

static void
check_config(struct checking *k, const struct cli *cli)
{
    struct err err = {0};
    char *path = config_find(cli->config);
    if (path == NULL) {
        tell(_("note"), "%s", _("there is no configuration file: the defaults apply"));
        k->c = config_defaults();
        k->valid = true;
        return;
    }
    enum rc rc = config_inspect(&k->c, path, &k->problems, &err);
    if (rc != RC_OK && k->problems.n == 0) {
        problems_add(&k->problems, "%s", err.text);
    }
    k->valid = tell_problems(k);
    if (k->valid) {
        tell(_("ok"), _("configuration %s"), path);
    }
    g_free(path);
}

/* A file that an option names must be readable by whoever runs this. */
static void
check_file(struct checking *k, const struct settings *settings, const char *key,
           const char *path)
{
    if (*path == '\0' || access(path, R_OK) == 0) {
        return;
    }
    int why = errno;
    for (size_t i = 0; i < settings->n; i++) {
        const struct setting *s = &settings->list[i];
        if (strcmp(s->section, "mqtt") == 0 && strcmp(s->key, key) == 0) {
            problems_add_setting(&k->problems, s, "is not readable: %s", g_strerror(why));
        }
    }
}

static void
check_files(struct checking *k)
{
    struct settings settings;
    struct problems told; /* when the file was read first */
    settings_init(&settings);
    problems_init(&told);
    if (ini_read(&settings, k->c->file, &told, NULL) == RC_OK || told.n > 0) {
        check_file(k, &settings, "password_file", k->c->mqtt.password_file);
        check_file(k, &settings, "cafile", k->c->mqtt.cafile);
        check_file(k, &settings, "certfile", k->c->mqtt.certfile);
        check_file(k, &settings, "keyfile", k->c->mqtt.keyfile);
    }
    problems_fini(&told);
    settings_fini(&settings);
    struct stat info;
    const char *secrets[] = {k->c->mqtt.password_file, k->c->mqtt.keyfile};
    for (size_t i = 0; i < G_N_ELEMENTS(secrets); i++) {
        if (*secrets[i] != '\0' && stat(secrets[i], &info) == 0 &&
            (info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
            tell(_("note"), _("\"%s\" is a secret, but others than its owner may open it"),
                 secrets[i]);
        }
    }
    tell_problems(k);
}

static void
check_profiles(struct checking *k)
{
    struct profiles *profiles = profile_files_load(k->c->plant.profiles, &k->problems);
    if (tell_problems(k)) {
        tell(_("ok"), "%s", _("payload profiles"));
    }
    load_check_sources(k->c, profiles, &k->problems);
    profiles_free(profiles);
    tell_problems(k);
    if (k->c->n_sources == 0) {
        tell(_("note"), "%s", _("there is no [source:NAME]: no reading will ever come"));
    }
}

/* A message without a station reaches only ids that stand once in the plant. */
static void
note_ambiguous(const struct plant *plant)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < plant->n_components; i++) {
        n += plant_find_component(plant, NULL, plant->components[i].id) == COMPONENT_NONE;
    }
    if (n > 0) {
        tell(
            _("note"),
            _("%u components share their id with one of another station: messages that name no "
              "station do not reach them"),
            n);
    }
}

static void
check_plant(struct checking *k)
{
    struct plant *plant = NULL;
    struct err err = {0};
    size_t before = k->problems.n;
    if (*k->c->plant.dir == '\0') {
        return;
    }
    enum rc rc = load_plant_dir(&plant, k->c->plant.dir, &k->problems, &err);
    if (rc != RC_OK && k->problems.n == before) {
        problems_add(&k->problems, "%s", err.text);
    }
    if (tell_problems(k)) {
        tell(_("ok"), _("plant %s: %u stations, %u components, %u rules"), k->c->plant.dir,
             plant->n_stations, plant->n_components, plant->n_rules);
        note_ambiguous(plant);
    }
    plant_unref(plant);
}

static void
check_conninfo(struct checking *k)
{
    struct err err;
    bool has_password;
    if (*k->c->postgres.conninfo == '\0') {
        return;
    }
    if (pg_probe_conninfo(k->c->postgres.conninfo, &has_password, &err) != RC_OK) {
        /* Not the value: it may hold a password. */
        problems_add(&k->problems, "%s: [postgres] conninfo: %s", k->c->file, err.text);
    } else if (has_password) {
        tell(_("note"), "%s",
             _("[postgres] conninfo holds a password: it belongs into PGPASSFILE or a service "
               "file"));
    }
    tell_problems(k);
}

static void
tell_service(struct checking *k, enum rc rc, const char *what, const char *place,
             const char *problem)
{
    if (rc == RC_OK) {
        tell(_("ok"), "%s %s", what, place);
    } else {
        tell(_("failed"), "%s: %s", what, problem);
        k->unreachable = true;
    }
}

static void
check_broker(struct checking *k)
{
    struct err err = {0};
    char *password = NULL;
    const struct config *c = k->c;
    struct publisher *p = NULL;
    enum rc rc = config_read_password(c, &password, &err);
    const struct publisher_config config = {
        .endpoint = load_endpoint(c, password),
    };
    if (rc == RC_OK) {
        rc = publisher_open(&p, &config, BROKER_TIMEOUT_MS, &err);
    }
    publisher_close(p);
    char *place = *c->mqtt.socket != '\0'
                      ? g_strdup(c->mqtt.socket)
                      : g_strdup_printf("%s:%d", c->mqtt.host, c->mqtt.port);
    tell_service(k, rc, _("broker"), place, err.text);
    if (rc == RC_OK) {
        check_limits(c, password, tell);
    }
    g_free(place);
    g_free(password);
}

/* The nearest directory upwards that exists: there the missing ones would be made. */
static char *
existing_parent(const char *path)
{
    char *dir = g_path_get_dirname(path);
    while (!g_file_test(dir, G_FILE_TEST_EXISTS)) {
        char *up = g_path_get_dirname(dir);
        g_free(dir);
        dir = up;
    }
    return dir;
}

/* Nothing is written: a running instance owns the file. */
static void
check_cache(struct checking *k)
{
    const char *path = k->c->cache.path;
    struct err err = {0};
    struct query *query = NULL;
    char *dir = existing_parent(path);
    enum rc rc = RC_OK;
    if (access(dir, W_OK | X_OK) != 0) {
        rc = err_set(&err, RC_IO, "could not write in \"%s\": %s", dir, g_strerror(errno));
    } else if (access(path, F_OK) == 0) {
        rc = access(path, W_OK) == 0
                 ? query_open(&query, path, &err)
                 : err_set(&err, RC_IO, "could not write \"%s\": %s", path, g_strerror(errno));
    }
    query_close(query);
    g_free(dir);
    tell_service(k, rc, _("cache"), path, err.text);
}

/* What it has, and what an instance may do there. */
static void
check_schema(struct checking *k, struct pg *pg)
{
    struct err err = {0};
    struct pg_schema *schema = NULL;
    struct pg_schema_state state = {0};
    char *dir = paths_data("sql/pg");
    enum rc rc = pg_schema_load(&schema, dir, &err);
    if (rc == RC_OK) {
        rc = pg_schema_look(pg, schema, &state, &err);
    }
    if (rc == RC_OK) {
        rc = pg_schema_judge(schema, &state, &err);
    }
    tell_service(k, rc, _("central store"), _("schema"), err.text);
    if (rc == RC_OK) {
        rc = pg_schema_judge_role(&state, &err);
        tell_service(k, rc, _("central store"), state.role, err.text);
        if (state.may_change) {
            tell(
                _("note"),
                _("the role \"%s\" owns the schema: an instance should have a role that may do "
                  "no more than leitstand_instance"),
                state.role);
        }
    }
    pg_schema_state_fini(&state);
    pg_schema_free(schema);
    g_free(dir);
}

static void
check_postgres(struct checking *k)
{
    struct err err = {0};
    struct pg *pg = NULL;
    const struct pg_config config = {.conninfo = k->c->postgres.conninfo,
                                     .purpose = "check",
                                     .wake_fd = -1,
                                     .connect_us = STORE_TIMEOUT_US,
                                     .answer_us = STORE_TIMEOUT_US};
    if (*k->c->postgres.conninfo == '\0') {
        return;
    }
    enum rc rc = pg_open(&pg, &config, &err);
    tell_service(k, rc, _("central store"), "PostgreSQL", err.text);
    if (rc == RC_OK) {
        check_schema(k, pg);
    }
    pg_close(pg);
}

/* The keys of the screen. */
static void
check_keys(struct checking *k)
{
    struct key_files files;
    struct keymap *keymap = keymap_new();
    key_files_read(&files, &k->problems);
    for (size_t i = 0; i < G_N_ELEMENTS(files.path); i++) {
        keymap_read(keymap, &files.settings[i], &k->problems);
        if (tell_problems(k) && files.found[i]) {
            tell(_("ok"), _("keys %s"), files.path[i]);
        }
    }
    keymap_free(keymap);
    key_files_fini(&files);
}

static int
run(const struct cli *cli, void *given, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    const struct args *args = given;
    struct checking k = {0};
    problems_init(&k.problems);
    check_config(&k, cli);
    if (k.c != NULL) {
        check_files(&k);
        check_profiles(&k);
        check_plant(&k);
        check_conninfo(&k);
        check_together(k.c, tell);
    }
    check_keys(&k);
    if (k.valid && !args->offline) {
        check_broker(&k);
        check_cache(&k);
        if (k.problems.n == 0) {
            check_postgres(&k);
        }
    }
    int status = k.problems.n > 0 ? CLI_USAGE : k.unreachable ? CLI_FAILED : CLI_DONE;
    config_free(k.c);
    problems_fini(&k.problems);
    return status;
}

/* "keepalive = 5..65535 s" */
static char *
describe_values(const struct option *o)
{
    switch (o->type) {
    case OPTION_TEXT:
    case OPTION_PATH:
        break;
    case OPTION_INT:
        return g_strchomp(g_strdup_printf("%s = %lld..%lld %s", o->key, (long long)o->min,
                                          (long long)o->max, o->unit));
    case OPTION_BOOL:
        return g_strdup_printf("%s = yes|no", o->key);
    case OPTION_CHOICE:
        return g_strdup_printf("%s = %s", o->key, o->choices);
    case OPTION_PRIORITIES:
        return g_strdup_printf("%s = critical,high,medium,low|none", o->key);
    case OPTION_TIMES:
        return g_strdup_printf("%s = HH:MM,…|none", o->key);
    }
    return g_strdup(o->key);
}

/* All that may stand in leitstand.ini, from the table that its reader uses. */
static void
print_config_options(void)
{
    size_t n;
    const struct option *o = config_options(&n);
    printf("\n%s\n", _("Options of the configuration file, see leitstand.ini(5):"));
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || strcmp(o[i].section, o[i - 1].section) != 0) {
            printf("\n[%s]\n",
                   strcmp(o[i].section, "source") == 0 ? "source:NAME" : o[i].section);
        }
        GString *right = g_string_new(_(o[i].help));
        const char *fallback = o[i].computed != NULL ? _(o[i].computed) : o[i].fallback;
        if (*fallback != '\0') {
            g_string_append_printf(right, _(" (default %s)"), fallback);
        }
        char *left = describe_values(&o[i]);
        cli_print_row(left, right->str);
        g_free(left);
        g_string_free(right, TRUE);
    }
}

const struct cli_command command_check = {
    .name = "check",
    .arguments = "",
    .summary = N_("check configuration, plant and profiles, then try each service"),
    .options = options,
    .args_size = sizeof(struct args),
    .run = run,
    .more_help = print_config_options,
};
