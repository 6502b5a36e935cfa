/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What has changed since it was told last, in lines. */
#include "src/core/i18n.h"
#include "ui/alarm_words.h"
#include "ui/plain_private.h"

#define EVENTS_MAX 20 /* lines of alarms at one moment; who hears them cannot skip */

struct told_alarm {
    struct uuid occurrence;
    enum alarm_state state;
    unsigned overlays;
    bool here;  /* on the newest board */
    char *text; /* what it was, for when it is gone */
};

static void
free_told(gpointer data)
{
    struct told_alarm *told = data;
    g_free(told->text);
    g_free(told);
}

void
plain_tell_init(struct plain *p)
{
    p->told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_told);
    p->faults = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

void
plain_tell_fini(struct plain *p)
{
    g_hash_table_destroy(p->told);
    g_hash_table_destroy(p->faults);
}

void
plain_alarm_text(const struct plain *p, const struct alarm_view *v, char *dst, size_t cap)
{
    char line[512], since[FORMAT_SIZE], moment[FORMAT_SIZE * 2];
    alarm_line(&p->s, v, false, line, sizeof(line));
    if (v->raised_at == WALL_NONE) { /* shelved before it ever was */
        snprintf(since, sizeof(since), "%s", _("never raised"));
    } else {
        format_moment(moment, sizeof(moment), p->s.zone, v->raised_at, p->s.now.wall);
        snprintf(since, sizeof(since), _("since %s"), moment);
    }
    snprintf(dst, cap, "%s %s %s %s%s%s", alarm_state_word(v), alarm_priority_word(v->priority),
             line, since, v->acked_by == NULL ? "" : _(", acknowledged by "),
             v->acked_by == NULL ? "" : v->acked_by);
}

/* ---- alarms ---- */

static gint
by_importance(gconstpointer a, gconstpointer b)
{
    return alarm_compare(*(const struct alarm_view *const *)a,
                         *(const struct alarm_view *const *)b);
}

/* True: it is other than what was told of it. */
static bool
note_alarm(struct plain *p, const struct alarm_view *v)
{
    char *key = g_strjoin("\037", v->station, v->component, v->rule, NULL);
    struct told_alarm *told = g_hash_table_lookup(p->told, key);
    bool other = told == NULL || !uuid_equal(&told->occurrence, &v->occurrence) ||
                 told->state != v->state || told->overlays != v->overlays;
    if (told == NULL) {
        told = g_new0(struct told_alarm, 1);
        g_hash_table_insert(p->told, key, told);
    } else {
        g_free(key);
    }
    if (other) {
        char line[512];
        alarm_line(&p->s, v, false, line, sizeof(line));
        g_free(told->text);
        told->text = g_strdup(line);
    }
    told->occurrence = v->occurrence;
    told->state = v->state;
    told->overlays = v->overlays;
    told->here = true;
    return other;
}

/* Who is on the board no more is normal again. */
static void
tell_ended(struct plain *p, guint *n)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, p->told);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        struct told_alarm *told = value;
        if (told->here) {
            told->here = false;
            continue;
        }
        if ((*n)++ < EVENTS_MAX) {
            plain_event(p, _("NORMAL %s"), told->text);
        }
        g_hash_table_iter_remove(&iter);
    }
}

static void
tell_alarms(struct plain *p)
{
    const struct alarm_board *board = p->s.snap->alarms;
    GPtrArray *changed = g_ptr_array_new();
    for (uint32_t i = 0; board != NULL && i < board->n_alarms; i++) {
        if (note_alarm(p, &board->alarms[i])) {
            g_ptr_array_add(changed, &board->alarms[i]);
        }
    }
    g_ptr_array_sort(changed, by_importance);
    guint n = 0;
    for (; n < changed->len && n < EVENTS_MAX; n++) {
        char text[1024];
        plain_alarm_text(p, g_ptr_array_index(changed, n), text, sizeof(text));
        plain_event(p, "%s", text);
    }
    n = changed->len;
    tell_ended(p, &n);
    if (n > EVENTS_MAX) {
        plain_event(p,
                    ngettext("%u more change of alarms: \"alarms\" lists them",
                             "%u more changes of alarms: \"alarms\" lists them",
                             n - EVENTS_MAX),
                    n - EVENTS_MAX);
    }
    g_ptr_array_free(changed, TRUE);
}

/* ---- faults without an alarm ---- */

static void
tell_faults(struct plain *p)
{
    const struct plant *plant = p->s.snap->plant;
    GHashTable *now = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < p->s.roster.faults->len; i++) {
        uint32_t index = g_array_index(p->s.roster.faults, struct fault, i).component;
        const struct component *c = &plant->components[index];
        const struct station *station = &plant->stations[c->station];
        char *key = g_strjoin("\037", station->uid, c->id, NULL);
        if (!g_hash_table_contains(p->faults, key)) {
            plain_event(p, _("FAULT %s %s %s"), station->uid, station->name, c->name);
        }
        g_hash_table_add(now, key);
    }
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, p->faults);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        if (!g_hash_table_contains(now, key)) {
            char *name = g_strdelimit(g_strdup(key), "\037", ' ');
            plain_event(p, _("FAULT GONE or told as an alarm: %s"), name);
            g_free(name);
        }
    }
    g_hash_table_destroy(p->faults);
    p->faults = now;
}

/* ---- services ---- */

static void
tell_services(struct plain *p)
{
    struct status_part parts[STATUS_PARTS];
    status_parts(&p->s, parts);
    for (int i = 0; i < STATUS_PARTS; i++) {
        bool bad = parts[i].bad && *parts[i].text != '\0';
        if (bad != p->bad[i] && *parts[i].text != '\0') {
            plain_event(p, "%s%s%s", parts[i].text, *parts[i].why == '\0' ? "" : ": ",
                        parts[i].why);
        }
        p->bad[i] = bad;
    }
    const struct health *h = &p->s.snap->health;
    char owner[sizeof(p->owner)];
    snprintf(owner, sizeof(owner), "%s", h->owner.instance);
    if (p->begun && strcmp(owner, p->owner) != 0) {
        plain_event(p,
                    *owner == '\0' ? _("no owner of the alarms is known")
                                   : _("owner of the alarms: %s"),
                    owner);
    }
    g_strlcpy(p->owner, owner, sizeof(p->owner));
}

static void
tell_start(struct plain *p)
{
    const struct snapshot *snap = p->s.snap;
    const char *title = p->s.config->title == NULL ? "" : p->s.config->title;
    plain_event(p, _("leitstand %s: %u stations, %u silent; \"help\" lists the commands"),
                title, snap->plant->n_stations, snap->health.stations.silent);
    if (p->s.config->demo) {
        plain_line(p, "%s", _("simulated plant"));
    }
}

void
plain_tell(struct plain *p)
{
    if (!p->begun) {
        tell_start(p);
    }
    tell_alarms(p);
    tell_faults(p);
    tell_services(p);
    p->begun = true;
}
