/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/actions.h"

#include <string.h>

#include "src/core/i18n.h"
#include "src/core/log.h"
#include "src/core/text.h"

struct waiting {
    struct remote_action action;
    mono_us again, tell; /* tell: INT64_MAX when that was done */
};

struct actions {
    struct actions_config config;
    char *instance, *action_topic, *answer_topic;
    char owner[64];
    bool mine;
    GHashTable *waiting; /* id → struct waiting */
    GHashTable *doing;   /* id → name of the instance that asked */
    GHashTable *handled; /* id → struct remote_answer */
    GQueue order;        /* of handled: ids, the oldest first, owned by the table */
};

static void
free_waiting(void *waiting)
{
    remote_action_clear(&((struct waiting *)waiting)->action);
    g_free(waiting);
}

static char *
topic_of(const char *prefix, const char *instance)
{
    GString *topic = g_string_new(prefix);
    own_topic_append(topic, instance);
    return g_string_free(topic, FALSE);
}

struct actions *
actions_new(const struct actions_config *config)
{
    struct actions *a = g_new0(struct actions, 1);
    a->config = *config;
    a->instance = g_strdup(config->instance);
    a->action_topic = topic_of(OWN_ACTIONS, a->instance);
    a->answer_topic = topic_of(OWN_ANSWERS, a->instance);
    a->waiting = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_waiting);
    a->doing = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    a->handled = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    g_queue_init(&a->order);
    return a;
}

void
actions_free(struct actions *a)
{
    if (a != NULL) {
        g_hash_table_unref(a->waiting);
        g_hash_table_unref(a->doing);
        g_queue_clear(&a->order);
        g_hash_table_unref(a->handled);
        g_free(a->instance);
        g_free(a->action_topic);
        g_free(a->answer_topic);
        g_free(a);
    }
}

const char *
actions_answer_topic(const struct actions *a)
{
    return a->answer_topic;
}

size_t
actions_waiting(const struct actions *a)
{
    return g_hash_table_size(a->waiting);
}

const struct remote_action *
actions_find(const struct actions *a, const char *id)
{
    const struct waiting *w = g_hash_table_lookup(a->waiting, id);
    return w == NULL ? NULL : &w->action;
}

/* ---- at the owner ---- */

static void
remember(struct actions *a, const struct remote_answer *answer)
{
    if (g_hash_table_contains(a->handled, answer->id)) {
        return;
    }
    if (a->order.length >= ACTIONS_HANDLED) {
        g_hash_table_remove(a->handled, g_queue_pop_head(&a->order));
    }
    struct remote_answer *copy = g_memdup2(answer, sizeof(*answer));
    g_hash_table_insert(a->handled, copy->id, copy);
    g_queue_push_tail(&a->order, copy->id);
}

/* To whom it may concern: the instance that asked, and the store. */
static void
say(struct actions *a, const char *instance, const struct remote_answer *answer)
{
    char *topic = topic_of(OWN_ANSWERS, instance);
    char *text = remote_answer_format(answer);
    if (text != NULL && strcmp(instance, a->instance) != 0) {
        (void)a->config.publish(a->config.user, topic, text, strlen(text));
    }
    if (a->config.answer != NULL) {
        a->config.answer(a->config.user, answer);
    }
    g_free(text);
    g_free(topic);
}

void
actions_offer(struct actions *a, const struct remote_action *action)
{
    const struct remote_answer *known = g_hash_table_lookup(a->handled, action->id);
    struct action_order order;
    struct err err = {.text = ""};
    if (!a->mine) {
        return;
    }
    if (known != NULL) {
        say(a, action->instance, known);
        actions_answer(a, known);
        return;
    }
    if (g_hash_table_contains(a->doing, action->id)) {
        return;
    }
    g_hash_table_insert(a->doing, g_strdup(action->id), g_strdup(action->instance));
    if (action_order_read(&order, action, &err)) {
        a->config.perform(a->config.user, action);
        return;
    }
    struct remote_answer answer = {.ok = false};
    g_strlcpy(answer.id, action->id, sizeof(answer.id));
    text_sanitize(answer.text, sizeof(answer.text), err.text, strlen(err.text));
    actions_done(a, &answer);
}

void
actions_done(struct actions *a, const struct remote_answer *answer)
{
    char *instance = NULL, *id = NULL;
    if (!g_hash_table_steal_extended(a->doing, answer->id, (void **)&id, (void **)&instance)) {
        return; /* not the owner any more, who will do it again */
    }
    remember(a, answer);
    say(a, instance, answer);
    actions_answer(a, answer);
    g_free(id);
    g_free(instance);
}

void
actions_handled(struct actions *a, const struct remote_answer *answer)
{
    remember(a, answer);
    actions_answer(a, answer);
}

/* ---- where it was made ---- */

void
actions_answer(struct actions *a, const struct remote_answer *answer)
{
    struct waiting *w = g_hash_table_lookup(a->waiting, answer->id);
    if (w == NULL) {
        return; /* of another instance, or told already */
    }
    g_hash_table_steal(a->waiting, answer->id);
    if (a->config.forget != NULL) {
        a->config.forget(a->config.user, answer->id);
    }
    a->config.told(a->config.user, answer->id, answer->ok ? ACTIONS_DONE : ACTIONS_REFUSED,
                   answer->text);
    free_waiting(w);
}

/* May be answered, and gone, when it returns. */
static void
send_it(struct actions *a, struct waiting *w, mono_us now)
{
    w->again = now + ACTIONS_AGAIN_US;
    if (a->mine) {
        actions_offer(a, &w->action);
        return;
    }
    char *text = remote_action_format(&w->action);
    if (text != NULL) {
        (void)a->config.publish(a->config.user, a->action_topic, text, strlen(text));
    }
    g_free(text);
}

static void
wait_for(struct actions *a, const struct remote_action *action, mono_us now)
{
    struct waiting *w = g_new0(struct waiting, 1);
    w->action = *action;
    w->tell = now + ACTIONS_TELL_US;
    g_hash_table_replace(a->waiting, w->action.id, w);
    if (a->config.submit != NULL && !a->mine) {
        a->config.submit(a->config.user, action);
    }
    send_it(a, w, now);
}

void
actions_keep(struct actions *a, const struct remote_action *action, mono_us now)
{
    struct remote_action copy = *action;
    json_incref(copy.body);
    wait_for(a, &copy, now);
}

enum rc
actions_ask(struct actions *a, json_t *body, const char *user, const char *origin,
            struct now now, char ret_id[UUID_SIZE], struct err *err)
{
    struct remote_action action = {.at = now.wall};
    if (g_hash_table_size(a->waiting) >= ACTIONS_MAX) {
        return err_set(err, RC_FULL, "%s", _("too many actions wait for the owner's answer"));
    }
    char *id = g_uuid_string_random();
    g_strlcpy(action.id, id, sizeof(action.id));
    g_free(id);
    g_strlcpy(action.instance, a->instance, sizeof(action.instance));
    text_sanitize(action.user, sizeof(action.user), user, strlen(user));
    text_sanitize(action.origin, sizeof(action.origin), origin, strlen(origin));
    action.body = body;
    struct action_order order;
    if (!action_order_read(&order, &action, err)) {
        return RC_INVALID;
    }
    if (ret_id != NULL) {
        g_strlcpy(ret_id, action.id, UUID_SIZE);
    }
    json_incref(body);
    wait_for(a, &action, now.mono);
    return RC_OK;
}

/* ---- time, owners, messages ---- */

mono_us
actions_turn(struct actions *a, mono_us now)
{
    mono_us next = INT64_MAX;
    guint n = 0;
    if (g_hash_table_size(a->waiting) == 0) {
        return next;
    }
    /* The table changes when one is answered from within. */
    void **ids = g_hash_table_get_keys_as_array(a->waiting, &n);
    char(*names)[UUID_SIZE] = g_malloc0_n(n + 1, sizeof(*names));
    for (guint i = 0; i < n; i++) {
        g_strlcpy(names[i], ids[i], sizeof(names[i]));
    }
    for (guint i = 0; i < n; i++) {
        struct waiting *w = g_hash_table_lookup(a->waiting, names[i]);
        if (w != NULL && now >= w->tell) {
            w->tell = INT64_MAX;
            a->config.told(a->config.user, names[i], ACTIONS_SENT,
                           _("sent to the owner, not confirmed yet"));
            w = g_hash_table_lookup(a->waiting, names[i]);
        }
        if (w != NULL && now >= w->again) {
            send_it(a, w, now);
            w = g_hash_table_lookup(a->waiting, names[i]);
        }
        next = w != NULL ? MIN(next, MIN(w->again, w->tell)) : next;
    }
    g_free(names);
    g_free(ids);
    return next;
}

void
actions_set_owner(struct actions *a, const char *owner, bool mine, mono_us now)
{
    bool same = mine == a->mine && strcmp(owner, a->owner) == 0;
    if (same) {
        return;
    }
    g_strlcpy(a->owner, owner, sizeof(a->owner));
    a->mine = mine;
    if (!mine) {
        g_hash_table_remove_all(a->doing);
    }
    GHashTableIter i;
    void *waiting;
    g_hash_table_iter_init(&i, a->waiting);
    while (g_hash_table_iter_next(&i, NULL, &waiting)) {
        ((struct waiting *)waiting)->again = now;
        if (a->config.submit != NULL && !mine) {
            a->config.submit(a->config.user, &((struct waiting *)waiting)->action);
        }
    }
    (void)actions_turn(a, now);
}

static void
take_action(struct actions *a, const char *topic, const char *payload, size_t len)
{
    struct remote_action action;
    struct err err = {.text = ""};
    if (!a->mine) {
        return;
    }
    if (!remote_action_parse(&action, payload, len, &err)) {
        log_debug("MQTT topic \"%s\": %s", topic, err.text);
        return;
    }
    char *expected = topic_of(OWN_ACTIONS, action.instance);
    if (strcmp(expected, topic) == 0) {
        actions_offer(a, &action);
    } else {
        log_debug("MQTT topic \"%s\": instance \"%s\" speaks for another", topic,
                  action.instance);
    }
    g_free(expected);
    remote_action_clear(&action);
}

bool
actions_message(struct actions *a, const char *topic, const char *payload, size_t len,
                bool retained)
{
    struct remote_answer answer;
    struct err err = {.text = ""};
    bool action = g_str_has_prefix(topic, OWN_ACTIONS);
    if (!action && !g_str_has_prefix(topic, OWN_ANSWERS)) {
        return false;
    }
    if (retained) {
        return true; /* nobody of us leaves one there */
    }
    if (action) {
        take_action(a, topic, payload, len);
    } else if (strcmp(topic, a->answer_topic) == 0) {
        if (remote_answer_parse(&answer, payload, len, &err)) {
            actions_answer(a, &answer);
        } else {
            log_debug("MQTT topic \"%s\": %s", topic, err.text);
        }
    }
    return true;
}
