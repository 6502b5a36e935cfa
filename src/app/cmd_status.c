/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/commands.h"
#include "src/app/control.h"
#include "src/app/health.h"
#include "src/core/i18n.h"
#include "src/core/text.h"

#define ANSWER_MS 10000

struct args {
    char *format;
};

static const struct cli_option options[] = {
    {.name = "format",
     .type = CLI_CHOICE,
     .offset = offsetof(struct args, format),
     .choices = "table|json",
     .fallback = "table",
     .arg = "FORMAT",
     .help = N_("table or json")},
    {.name = NULL},
};

static const char *const verdict_names[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};

/* One row for each value, groups joined by a point: "mqtt.connected  true". */
static void
print_rows(const json_t *object, const char *prefix)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        char *name = g_strconcat(prefix, key, NULL);
        if (json_is_object(value)) {
            char *deeper = g_strconcat(name, ".", NULL);
            print_rows(value, deeper);
            g_free(deeper);
        } else {
            char *text = json_is_string(value) ? g_strdup(json_string_value(value)) : NULL;
            char *dump = text == NULL ? json_dumps(value, JSON_ENCODE_ANY) : NULL;
            char *clean = text != NULL ? text_sanitize_dup(text, strlen(text))
                                       : g_strdup(dump != NULL ? dump : "");
            printf("%-26s %s\n", name, clean);
            g_free(clean);
            free(dump);
            g_free(text);
        }
        g_free(name);
    }
}

static void
print_table(const json_t *status, enum health_verdict verdict, const char *reasons)
{
    char *clean = text_sanitize_dup(reasons, strlen(reasons));
    printf("%s%s%s\n", verdict_names[verdict], *clean != '\0' ? ": " : "", clean);
    print_rows(status, "");
    g_free(clean);
}

static void
print_json(const json_t *status)
{
    char *text = json_dumps(status, JSON_INDENT(2));
    if (text != NULL) {
        puts(text);
        free(text);
    }
}

static int
ask(const char *socket, const struct args *args)
{
    struct err err = {.text = ""};
    json_t *request = json_pack("{s:s}", "command", "status");
    json_t *status = NULL;
    enum rc rc = control_ask(socket, request, ANSWER_MS, &status, &err);
    json_decref(request);
    if (rc != RC_OK) {
        if (g_strcmp0(args->format, "json") != 0) {
            printf("%s: %s\n", verdict_names[HEALTH_UNKNOWN], err.text);
        }
        cli_error("%s", err.text);
        return HEALTH_UNKNOWN;
    }
    GString *reasons = g_string_new(NULL);
    enum health_verdict verdict = health_judge(status, reasons);
    if (g_strcmp0(args->format, "json") == 0) {
        print_json(status);
    } else {
        print_table(status, verdict, reasons->str);
    }
    g_string_free(reasons, TRUE);
    json_decref(status);
    return (int)verdict;
}

static int
run(const struct cli *cli, void *args, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct config *config = NULL;
    if (cli_config(cli, &config) != CLI_DONE) {
        return HEALTH_UNKNOWN;
    }
    int status = ask(config->instance.socket, args);
    config_free(config);
    return status;
}

const struct cli_command command_status = {
    .name = "status",
    .arguments = "",
    .summary = N_("health of this host's running instance"),
    .notes = N_("Exit status, as monitoring plug-ins have it: 0 OK; 1 WARNING, a station is "
                "silent, a message was dropped, the owner was not heard for some seconds, the "
                "central store is not connected or the broker decides in its place, readings "
                "are in quarantine, the store refused changes of alarms, or another instance's "
                "configuration does not fit ours; 2 CRITICAL, the broker is not connected, the "
                "cache has a problem, there is no owner for half a minute, or nobody could say "
                "who is owner; 3 UNKNOWN, no instance runs or it does not answer."),
    .options = options,
    .args_size = sizeof(struct args),
    .run = run,
};
