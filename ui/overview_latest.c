/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The latest events, as the boards tell them: what left the board is remembered here. */
#include "src/core/text.h"
#include "ui/alarm_words.h"
#include "ui/overview.h"

static bool
same_event(const struct latest *a, const struct latest *b)
{
    return a->kind == b->kind && a->at == b->at && uuid_equal(&a->occurrence, &b->occurrence);
}

/* By time; at one time the order in which it happens. */
static gint
newest_first(gconstpointer a, gconstpointer b)
{
    const struct latest *x = a, *y = b;
    if (x->at != y->at) {
        return x->at > y->at ? -1 : 1;
    }
    if (x->kind != y->kind) {
        return x->kind > y->kind ? -1 : 1;
    }
    int result = strcmp(x->station, y->station);
    return result != 0 ? result : strcmp(x->component, y->component);
}

static void
put(GArray *events, const struct latest *event)
{
    guint at = events->len;
    while (at > 0) {
        const struct latest *before = &g_array_index(events, struct latest, at - 1);
        if (same_event(before, event)) {
            return;
        }
        if (newest_first(before, event) <= 0) {
            break;
        }
        at--;
    }
    if (at < OVERVIEW_ROWS) {
        g_array_insert_val(events, at, *event);
        g_array_set_size(events, MIN(events->len, OVERVIEW_ROWS));
    }
}

static void
add_event(struct overview *o, const struct screen *s, const struct alarm_view *v,
          enum latest_kind kind, wall_us at, const char *by)
{
    if (at == WALL_NONE) {
        return;
    }
    guint n = o->latest->len;
    if (n == OVERVIEW_ROWS && at < g_array_index(o->latest, struct latest, n - 1).at) {
        return; /* before any work is done for it */
    }
    struct latest event = {
        .at = at, .kind = kind, .priority = v->priority, .occurrence = v->occurrence};
    struct alarm_key key = alarm_key_of(v);
    char name[512], line[640];
    memcpy(event.station, key.station, sizeof(event.station));
    memcpy(event.component, key.component, sizeof(event.component));
    alarm_name_text(s, v, name, sizeof(name));
    snprintf(line, sizeof(line), "%s %s", v->station, name);
    text_sanitize(event.text, sizeof(event.text), line, strlen(line));
    g_strlcpy(event.by, by == NULL ? "" : by, sizeof(event.by));
    put(o->latest, &event);
}

void
overview_latest_update(struct overview *o, const struct screen *s)
{
    const struct alarm_board *board = s->snap->alarms;
    uint64_t version = board == NULL ? 0 : board->version + 1;
    if (version == o->board_version) {
        return;
    }
    o->board_version = version;
    o->far_due = true;
    for (uint32_t i = 0; board != NULL && i < board->n_alarms; i++) {
        const struct alarm_view *v = &board->alarms[i];
        if (uuid_is_nil(&v->occurrence)) {
            continue; /* only covered, it never rose */
        }
        add_event(o, s, v, LATEST_RAISED, v->raised_at, NULL);
        add_event(o, s, v, LATEST_RETURNED, v->returned_at, NULL);
        add_event(o, s, v, LATEST_ACKED, v->acked_at, v->acked_by);
    }
    struct list *l = &o->latest_list;
    l->n = (int)o->latest->len;
    for (guint i = 0; o->latest_chosen && i < o->latest->len; i++) {
        if (same_event(&g_array_index(o->latest, struct latest, i), &o->latest_at)) {
            list_follow(l, (int)i);
            return;
        }
    }
    l->pos = l->home = 0;
    list_fit(l, l->n, l->height);
    o->latest_chosen = false;
}

/* At the top the newest is followed. */
void
overview_latest_moved(struct overview *o)
{
    o->latest_chosen = o->latest_list.pos > 0;
    if (o->latest_chosen) {
        o->latest_at = g_array_index(o->latest, struct latest, o->latest_list.pos);
    }
}
