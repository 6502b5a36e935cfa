/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What operators do to alarms: from the screen, and through the control socket. */
#include "src/app/act_json.h"
#include "src/app/alarm_json.h"
#include "src/app/engine_private.h"
#include "src/core/i18n.h"

enum rc
engine_act(struct engine *e, const struct alarm_action *a, struct err *err)
{
    enum rc rc = evaluator_act(e->alarming.evaluator, a, e->now, err);
    ingest_put(&e->ingest); /* to disk at once: a refusal is a line of the journal, too */
    return rc;
}

void
engine_act_on_screen(struct engine *e, const struct alarm_action *a)
{
    struct alarm_action by = *a;
    struct err err = {.text = ""};
    g_strlcpy(by.user, e->user, sizeof(by.user));
    snprintf(by.origin, sizeof(by.origin), "console %.48s", e->health.instance);
    (void)engine_act(e, &by, &err);
    e->replies++;
    g_strlcpy(e->reply, err.text, sizeof(e->reply)); /* "": there is nothing to be said */
    e->news = true;
}

json_t *
engine_answer_act(struct engine *e, const json_t *request, const struct control_peer *peer)
{
    char user[ALARM_USER_MAX];
    struct alarm_action action;
    struct err err = {.text = ""};
    control_user_name(user, sizeof(user), peer->uid);
    if (!act_from_json(&action, request, user, &err)) {
        return act_answer(RC_INVALID, &err);
    }
    snprintf(action.origin, sizeof(action.origin), "cli %.48s", e->health.instance);
    enum rc rc = engine_act(e, &action, &err);
    if (rc == RC_OK) {
        /* Whoever is told that it is done may rely on it, whatever happens to us next. */
        struct err late = {.text = ""};
        err_set(&late, RC_OK, "%s", _("done, but not on disk yet: a crash would undo it"));
        control_wait(e->control, e->ingest.put, act_answer(rc, &late));
    }
    return act_answer(rc, &err);
}

json_t *
engine_answer_alarms(struct engine *e)
{
    const struct alarm_board *board = alarming_board(&e->alarming);
    json_t *rows = json_array();
    for (uint32_t i = 0; i < board->n_alarms; i++) {
        if (board->alarms[i].state != ALARM_NORMAL) {
            json_array_append_new(rows, alarm_view_to_json(&board->alarms[i]));
        }
    }
    return json_pack("{s:b,s:o}", "ok", 1, "alarms", rows);
}
