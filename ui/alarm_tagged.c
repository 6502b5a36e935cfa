/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done to all tagged alarms at once; and what of it can be taken back. */
#include "src/core/i18n.h"
#include "ui/alarm_actions_private.h"
#include "ui/alarm_tags.h"
#include "ui/undo.h"

/* ---- tags ---- */

static bool
is_for(enum alarm_action_kind kind, const struct alarm_view *v)
{
    return kind == ACTION_ACK ? alarm_state_unacked(v->state) && v->overlays == 0
                              : (v->overlays & OVERLAY_SHELVED) == 0;
}

/* The tagged ones that this can be done to; an acknowledgement only if they were seen. */
static void
collect_tagged(struct screen *s, enum alarm_action_kind kind)
{
    const struct alarm_list *l = &s->alarms;
    g_array_set_size(s->ask.actions, 0);
    s->ask.shown_at = 0; /* a tag says whether its row was seen */
    for (uint32_t i = 0; l->board != NULL && i < l->board->n_alarms; i++) {
        const struct alarm_view *v = &l->board->alarms[i];
        bool good = kind == ACTION_ACK ? alarm_tags_seen(s->alarm_tags, v)
                                       : alarm_tags_unchanged(s->alarm_tags, v);
        if (good && is_for(kind, v)) {
            struct alarm_action action = alarm_action_on(s, kind, v);
            g_array_append_val(s->ask.actions, action);
        }
    }
}

bool
alarm_act_on_tagged(struct screen *s, enum alarm_action_kind kind, const char *argument)
{
    unsigned tagged = alarm_tags_count(s->alarm_tags);
    if (tagged == 0) {
        return false;
    }
    collect_tagged(s, kind);
    guint n = s->ask.actions->len;
    char label[200];
    if (n == 0) {
        screen_notice(s, "%s",
                      _("none of those tagged is as it was then, or it was not "
                        "looked at for a second"));
    } else if (*argument != '\0') {
        const char *wrong = alarm_answer(s, argument);
        if (wrong != NULL) {
            screen_notice(s, "%s", wrong);
        }
    } else {
        snprintf(label, sizeof(label),
                 kind == ACTION_ACK ? _("acknowledge %u of %u tagged, comment: ")
                                    : _("shelve %u of %u tagged, 1h REASON: "),
                 n, tagged);
        alarm_ask(s, label);
    }
    return true;
}

void
action_tag(struct screen *s, const char *argument)
{
    (void)argument;
    struct alarm_list *l = &s->alarms;
    alarm_tags_turn(s->alarm_tags, alarm_list_selected(l),
                    alarm_list_seen(l, l->list.pos, s->now.mono));
    list_to(&l->list, l->list.pos + 1);
    alarm_list_moved(l, s->now.mono);
}

void
action_untag(struct screen *s, const char *argument)
{
    (void)argument;
    alarm_tags_clear(s->alarm_tags);
}

/* ---- taking back ---- */

/* What was put on the shelf by one action. */
struct shelved {
    guint n;
    struct uuid ids[];
};

/* Down from the shelf with those that are on it, as they are now. */
static void
unshelve_again(struct screen *s, void *data)
{
    const struct shelved *shelved = data;
    for (guint i = 0; i < shelved->n; i++) {
        const struct alarm_view *v = alarm_list_occurrence(&s->alarms, &shelved->ids[i]);
        if (v != NULL && (v->overlays & OVERLAY_SHELVED) != 0) {
            struct alarm_action action = alarm_action_on(s, ACTION_UNSHELVE, v);
            alarm_post(s, &action, 1);
        }
    }
}

/* Of an acknowledgement it is only told that it cannot be undone. */
void
alarm_push_undo(struct screen *s)
{
    const GArray *actions = s->ask.actions;
    const struct alarm_action *first = &g_array_index(actions, struct alarm_action, 0);
    if (first->kind == ACTION_ACK) {
        undo_push(s, NULL, NULL,
                  _("an acknowledgement cannot be taken back: the journal has who and when"));
    } else if (first->kind == ACTION_SHELVE) {
        struct shelved *shelved =
            g_malloc0(sizeof(*shelved) + actions->len * sizeof(shelved->ids[0]));
        shelved->n = actions->len;
        for (guint i = 0; i < actions->len; i++) {
            shelved->ids[i] = g_array_index(actions, struct alarm_action, i).occurrence;
        }
        undo_push(s, unshelve_again, shelved, _("shelving"));
    }
}
