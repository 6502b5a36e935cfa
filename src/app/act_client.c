/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/act_client.h"

#include "src/app/act_json.h"
#include "src/app/control.h"
#include "src/core/i18n.h"
#include "src/core/text.h"

static void
clear_target(void *target)
{
    g_free(((struct act_target *)target)->word);
}

GArray *
act_targets_new(void)
{
    GArray *targets = g_array_new(FALSE, FALSE, sizeof(struct act_target));
    g_array_set_clear_func(targets, clear_target);
    return targets;
}

static void
add(GArray *targets, const char *word, const struct alarm_action *a)
{
    struct act_target target = {.word = g_strdup(word), .action = *a};
    g_array_append_val(targets, target);
}

/* NULL counts as "". */
static bool
set_name(char *to, size_t size, const char *what, const char *name)
{
    if (name != NULL && g_strlcpy(to, name, size) >= size) {
        cli_error(_("%s \"%s\": the name is too long"), what, name);
        return false;
    }
    return true;
}

static bool
is_of_station(enum alarm_action_kind kind)
{
    return kind == ACTION_MAINTENANCE || kind == ACTION_RETURN;
}

static void
say_form(enum alarm_action_kind kind, const char *word)
{
    if (kind == ACTION_ACK) {
        cli_error(_("\"%s\" is not an occurrence, a UUID as \"alarms\" lists them"), word);
    } else if (is_of_station(kind)) {
        cli_error(_("\"%s\" is not of the form STATION or STATION/COMPONENT; for names with a "
                    "\"/\" use --station and --component"),
                  word);
    } else {
        cli_error(
            _("\"%s\" is neither an occurrence nor of the form STATION/COMPONENT/RULE; for "
              "names with a \"/\" use --station, --component and --rule"),
            word);
    }
}

bool
act_add_names(GArray *targets, const struct alarm_action *like, const struct act_names *names)
{
    struct alarm_action a = *like;
    bool of_alarm = !is_of_station(a.kind);
    if (names->station == NULL || *names->station == '\0' ||
        (of_alarm && (names->rule == NULL || *names->rule == '\0'))) {
        cli_error("%s", of_alarm ? _("--station and --rule are needed to name an alarm")
                                 : _("--station is needed"));
        return false;
    }
    bool good = set_name(a.station, sizeof(a.station), "station", names->station) &&
                set_name(a.component, sizeof(a.component), "component", names->component) &&
                set_name(a.rule, sizeof(a.rule), "rule", names->rule);
    if (good) {
        const char *component = names->component != NULL ? names->component : "";
        char *word = of_alarm ? g_strjoin("/", names->station, component, names->rule, NULL)
                     : *component != '\0' ? g_strjoin("/", names->station, component, NULL)
                                          : g_strdup(names->station);
        add(targets, word, &a);
        g_free(word);
    }
    return good;
}

bool
act_add_word(GArray *targets, const struct alarm_action *like, const char *word)
{
    struct alarm_action a = *like;
    if (!is_of_station(a.kind) && uuid_parse(&a.occurrence, word)) {
        add(targets, word, &a);
        return true;
    }
    char **parts = g_strsplit(word, "/", -1);
    guint n = g_strv_length(parts);
    bool good = is_of_station(a.kind) ? n == 1 || n == 2 : a.kind != ACTION_ACK && n == 3;
    if (good && *parts[0] != '\0' && (n < 3 || *parts[2] != '\0')) {
        const struct act_names names = {
            .station = parts[0],
            .component = n > 1 ? parts[1] : NULL,
            .rule = n > 2 ? parts[2] : NULL,
        };
        good = act_add_names(targets, like, &names);
    } else {
        say_form(a.kind, word);
        good = false;
    }
    g_strfreev(parts);
    return good;
}

bool
act_set_text(struct alarm_action *a, const char *option, const char *value, bool optional)
{
    if (value == NULL && optional) {
        return true;
    }
    char *text = value != NULL ? g_strstrip(text_sanitize_dup(value, strlen(value))) : NULL;
    bool good = text != NULL && *text != '\0';
    if (!good) {
        cli_error(_("--%s=TEXT is needed: it is what colleagues will read"), option);
    } else if (g_strlcpy(a->text, text, sizeof(a->text)) >= sizeof(a->text)) {
        cli_error(_("--%s: longer than %zu bytes"), option, sizeof(a->text) - 1);
        good = false;
    }
    g_free(text);
    return good;
}

/* RC_INVALID: it was refused. */
static enum rc
ask(const char *socket, const struct alarm_action *a, char **ret_said, struct err *err)
{
    json_t *request = act_to_json(a), *reply = NULL;
    if (request == NULL) {
        return err_set(err, RC_INVALID, "%s", _("not valid UTF-8"));
    }
    enum rc rc = control_ask(socket, request, ACT_ANSWER_MS, &reply, err);
    if (rc == RC_OK && json_is_true(json_object_get(reply, "ok"))) {
        *ret_said = g_strdup(json_string_value(json_object_get(reply, "message")));
    } else if (rc == RC_OK) {
        const char *error = json_string_value(json_object_get(reply, "error"));
        rc = err_set(err, RC_INVALID, "%s", error != NULL ? error : _("refused"));
    }
    json_decref(reply);
    json_decref(request);
    return rc;
}

int
act_send(const char *socket, const GArray *targets, guint *ret_done)
{
    int status = CLI_DONE;
    enum rc rc = RC_OK;
    guint done = 0;
    /* Without an instance the others would fail in the same way. */
    for (guint i = 0; i < targets->len && (rc == RC_OK || rc == RC_INVALID); i++) {
        const struct act_target *t = &g_array_index(targets, struct act_target, i);
        struct err err = {.text = ""};
        char *said = NULL;
        rc = ask(socket, &t->action, &said, &err);
        if (rc != RC_OK) {
            cli_error("%s: %s", t->word, err.text);
            status = CLI_FAILED;
        } else if (said != NULL && *said != '\0') {
            cli_say("%s: %s", t->word, said);
        } else {
            done++;
        }
        g_free(said);
    }
    if (ret_done != NULL) {
        *ret_done = done;
    }
    return status;
}

int
act_send_configured(const struct cli *cli, const GArray *targets)
{
    struct config *config = NULL;
    int status = cli_config(cli, &config);
    if (status == CLI_DONE) {
        status = act_send(config->instance.socket, targets, NULL);
    }
    config_free(config);
    return status;
}
