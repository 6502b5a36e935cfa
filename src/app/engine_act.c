/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What operators do to alarms: at the screen, through the control socket, and at other
 * instances. The owner does it; an instance that does not decide asks the owner.
 */
#include "src/app/act_json.h"
#include "src/app/alarm_json.h"
#include "src/app/engine_private.h"
#include "src/core/i18n.h"
#include "src/core/log.h"

#define TICKET_SCREEN 0 /* the others are of the control socket */
/* Nobody who asks for a hand-over means the owner there will be an hour later. Clocks differ.
 */
#define HANDOVER_OLD_US (120 * US_PER_S)

/* An action of another instance that was done, and waits for its commit. */
struct done {
    uint64_t batch;
    struct remote_answer answer;
};

/* ---- who waits for an answer ---- */

void
engine_answer_ticket(struct engine *e, uint64_t ticket, enum rc rc, const struct err *err)
{
    if (ticket != TICKET_SCREEN) {
        control_answer(e->control, ticket, act_answer(rc, err));
        return;
    }
    e->replies++;
    g_strlcpy(e->reply, err->text, sizeof(e->reply)); /* "": there is nothing to be said */
    e->news = true;
}

/* ---- asking the owner ---- */

static void
keep_open(struct engine *e, const char *id)
{
    const struct remote_action *a = actions_find(e->actions, id);
    char *body = a == NULL ? NULL : remote_action_format(a);
    if (body != NULL) {
        struct open_action open = {.at = a->at, .body = body};
        g_strlcpy(open.id, id, sizeof(open.id));
        g_array_append_val(ingest_batch(&e->ingest, e->now)->actions, open);
        ingest_put(&e->ingest);
    }
}

/* RC_OK: whoever holds the ticket is answered by and by. body is taken over. */
static enum rc
ask_owner(struct engine *e, json_t *body, const char *user, const char *origin, uint64_t ticket,
          struct err *err)
{
    char id[UUID_SIZE];
    if (body == NULL) {
        return err_set(err, RC_INVALID, "%s", _("a text in it is not valid UTF-8"));
    }
    enum rc rc = actions_ask(e->actions, body, user, origin, e->now, id, err);
    if (rc == RC_OK) {
        g_hash_table_replace(e->waiting, g_strdup(id), g_memdup2(&ticket, sizeof(ticket)));
        keep_open(e, id);
    }
    return rc;
}

void
engine_told(void *user, const char *id, enum actions_told how, const char *text)
{
    struct engine *e = user;
    struct err err = {.text = ""};
    const uint64_t *ticket = g_hash_table_lookup(e->waiting, id);
    err_set(&err, RC_OK, "%s",
            how == ACTIONS_SENT ? _("sent to the owner, which has not answered yet") : text);
    if (ticket != NULL) {
        engine_answer_ticket(e, *ticket, how == ACTIONS_REFUSED ? RC_INVALID : RC_OK, &err);
    } else if (how != ACTIONS_SENT) {
        log_info("an operator action of before was %s%s%s",
                 how == ACTIONS_DONE ? "done" : "refused", *text != '\0' ? ": " : "", text);
    }
    if (how != ACTIONS_SENT) {
        struct open_action answered = {.body = NULL};
        g_strlcpy(answered.id, id, sizeof(answered.id));
        g_array_append_val(ingest_batch(&e->ingest, e->now)->actions, answered);
        g_hash_table_remove(e->waiting, id);
    }
}

/* ---- at the owner: actions of other instances ---- */

static void
answer_later(struct engine *e, const char *id, enum rc rc, const char *text)
{
    struct done *d = g_new0(struct done, 1);
    g_strlcpy(d->answer.id, id, sizeof(d->answer.id));
    d->answer.ok = rc == RC_OK;
    g_strlcpy(d->answer.text, text, sizeof(d->answer.text));
    outgoing_handled(e->outgoing, &d->answer);
    ingest_put(&e->ingest);
    d->batch = e->ingest.put;
    g_queue_push_tail(&e->done, d);
}

void
engine_perform(void *user, const struct remote_action *a)
{
    struct engine *e = user;
    struct action_order order;
    struct err err = {.text = ""};
    if (!action_order_read(&order, a, &err)) {
        answer_later(e, a->id, RC_INVALID, err.text);
    } else if (order.handover) {
        log_info("%s asks this instance to hand over", a->instance);
        /* Nobody waits for the ticket: the answer must leave before ownership does. */
        enum rc rc = ABS(e->now.wall - a->at) > HANDOVER_OLD_US
                         ? err_set(&err, RC_INVALID, "%s", _("this was asked too long ago"))
                         : engine_hand_over(e, order.to, ++e->tickets, &err);
        answer_later(e, a->id, rc, err.text);
    } else {
        enum rc rc = evaluator_act(e->alarming.evaluator, &order.act, e->now, &err);
        answer_later(e, a->id, rc, err.text);
    }
}

void
engine_answer_done(struct engine *e)
{
    struct done *d;
    while ((d = g_queue_peek_head(&e->done)) != NULL &&
           (d->batch <= cache_committed(e->cache))) {
        g_queue_pop_head(&e->done);
        actions_done(e->actions, &d->answer);
        g_free(d);
    }
}

/* ---- here ---- */

static const char *
station_of(struct engine *e, const struct alarm_action *a)
{
    const struct alarm_board *board = alarming_board(&e->alarming);
    for (uint32_t i = 0; !uuid_is_nil(&a->occurrence) && i < board->n_alarms; i++) {
        if (uuid_equal(&board->alarms[i].occurrence, &a->occurrence)) {
            return board->alarms[i].station;
        }
    }
    return a->station;
}

/*
 * Whoever decides alone beside a store is cut off: somewhere an owner may go on. What operators
 * do to the plant's alarms is kept for it then, and done here only to leitstand's own.
 */
static bool
is_for_us(struct engine *e, const struct alarm_action *a)
{
    if (e->alarming.following) {
        return false;
    }
    return !e->alone || e->sync == NULL || strcmp(station_of(e, a), ALARM_SYSTEM) == 0;
}

enum rc
engine_act(struct engine *e, const struct alarm_action *a, struct err *err)
{
    struct alarm_action named = *a;
    char *id = g_uuid_string_random();
    (void)uuid_parse(&named.id, id); /* as of one that travels, see actions_ask() */
    g_free(id);
    enum rc rc = evaluator_act(e->alarming.evaluator, &named, e->now, err);
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
    bool decides = is_for_us(e, a);
    enum rc rc = decides
                     ? engine_act(e, &by, &err)
                     : ask_owner(e, act_to_json(&by), by.user, by.origin, TICKET_SCREEN, &err);
    if (decides || rc != RC_OK) {
        engine_answer_ticket(e, TICKET_SCREEN, rc, &err);
    }
}

static json_t *
defer(struct engine *e, uint64_t ticket)
{
    struct err late = {.text = ""};
    err_set(&late, RC_OK, "%s", _("sent to the owner, which has not answered yet"));
    control_defer(e->control, ticket, act_answer(RC_OK, &late));
    return json_object();
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
    if (!is_for_us(e, &action)) {
        uint64_t ticket = ++e->tickets;
        enum rc rc = ask_owner(e, act_to_json(&action), user, action.origin, ticket, &err);
        return rc == RC_OK ? defer(e, ticket) : act_answer(rc, &err);
    }
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
engine_answer_handover(struct engine *e, const json_t *request, const struct control_peer *peer)
{
    char user[ALARM_USER_MAX], origin[ALARM_USER_MAX];
    struct err err = {.text = ""};
    const char *to = json_string_value(json_object_get(request, "to"));
    uint64_t ticket = ++e->tickets;
    if (e->tenure.role == ROLE_OWNER) {
        enum rc rc = engine_hand_over(e, to != NULL ? to : "", ticket, &err);
        return rc == RC_OK ? defer(e, ticket) : act_answer(rc, &err);
    }
    control_user_name(user, sizeof(user), peer->uid);
    snprintf(origin, sizeof(origin), "cli %.48s", e->health.instance);
    json_t *body = json_pack("{s:s}", "command", "handover");
    if (to != NULL && *to != '\0') {
        json_object_set_new(body, "to", json_string(to));
    }
    enum rc rc = ask_owner(e, body, user, origin, ticket, &err);
    return rc == RC_OK ? defer(e, ticket) : act_answer(rc, &err);
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
