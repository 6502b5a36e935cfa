/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/undo.h"

#include "src/core/i18n.h"
#include "ui/look.h"
#include "ui/stations.h"

/* What is watched. */
struct look {
    char filter[256], alarm_filter[256];
    char sort[sizeof(((struct station_column *)NULL)->name)];
    char columns[COLUMNS_TEXT];
    bool reverse, hints, one_pane;
    enum alarm_mode mode;
    struct look_choice choice;
};

struct step {
    char *text;
    void (*back)(struct screen *s, void *data);
    void *data;
};

struct undo {
    GQueue *steps; /* struct step *, the last one at the head */
    struct look now;
    bool watching; /* now is known */
};

static void
free_step(gpointer data)
{
    struct step *step = data;
    g_free(step->text);
    g_free(step->data);
    g_free(step);
}

struct undo *
undo_new(void)
{
    struct undo *u = g_new0(struct undo, 1);
    u->steps = g_queue_new();
    return u;
}

void
undo_free(struct undo *u)
{
    if (u != NULL) {
        g_queue_free_full(u->steps, free_step);
        g_free(u);
    }
}

bool
undo_empty(const struct undo *u)
{
    return g_queue_is_empty(u->steps);
}

void
undo_push(struct screen *s, void (*back)(struct screen *s, void *data), void *data,
          const char *text)
{
    struct step *step = g_new0(struct step, 1);
    *step = (struct step){.text = g_strdup(text), .back = back, .data = data};
    g_queue_push_head(s->undo->steps, step);
    if (g_queue_get_length(s->undo->steps) > UNDO_MAX) {
        free_step(g_queue_pop_tail(s->undo->steps));
    }
}

static struct look
look_of(const struct screen *s)
{
    struct look look = {.reverse = s->roster.reverse,
                        .hints = s->hints,
                        .one_pane = s->one_pane,
                        .mode = s->alarms.mode,
                        .choice = look_chosen(s)};
    memcpy(look.sort, s->roster.sort.name, sizeof(look.sort));
    columns_text(&s->stations->columns, look.columns, sizeof(look.columns));
    g_strlcpy(look.filter, s->roster.filter_text, sizeof(look.filter));
    g_strlcpy(look.alarm_filter, s->alarms.filter_text, sizeof(look.alarm_filter));
    return look;
}

void
undo_step(struct screen *s)
{
    struct step *step = g_queue_pop_head(s->undo->steps);
    if (step == NULL) {
        return;
    }
    if (step->back == NULL) {
        screen_notice(s, "%s", step->text);
    } else {
        screen_notice(s, _("taken back: %s"), step->text);
        step->back(s, step->data);
    }
    s->undo->now = look_of(s); /* not a change to take back in its turn */
    free_step(step);
}

/* ---- the look ---- */

/* Before and after: only what differs is put back. */
struct change {
    struct look before, after;
};

static void
put_back(struct screen *s, void *data)
{
    const struct change *c = data;
    const struct look *b = &c->before, *a = &c->after;
    if (strcmp(a->filter, b->filter) != 0 && s->snap != NULL) {
        roster_set_filter(&s->roster, b->filter, s->snap);
    }
    if (strcmp(a->alarm_filter, b->alarm_filter) != 0) {
        alarm_list_set_filter(&s->alarms, b->alarm_filter);
    }
    if ((strcmp(a->sort, b->sort) != 0 || a->reverse != b->reverse) && s->snap != NULL) {
        (void)roster_set_sort(&s->roster, b->sort, b->reverse, s->snap);
        stations_remember(s);
    }
    if (strcmp(a->columns, b->columns) != 0) {
        bool many;
        (void)columns_parse(&s->stations->columns, b->columns, NULL, &many);
        stations_columns_changed(s);
    }
    if (a->mode != b->mode) {
        alarm_list_set_mode(&s->alarms, b->mode);
    }
    if (!look_same(&a->choice, &b->choice)) {
        look_choose(s, &b->choice);
    }
    s->hints = a->hints != b->hints ? b->hints : s->hints;
    s->one_pane = a->one_pane != b->one_pane ? b->one_pane : s->one_pane;
}

/* What the change was, in words. */
static void
name_change(const struct change *c, char *dst, size_t cap)
{
    const struct look *b = &c->before, *a = &c->after;
    if (strcmp(a->filter, b->filter) != 0) {
        snprintf(dst, cap, _("filter \"%s\""), a->filter);
    } else if (strcmp(a->alarm_filter, b->alarm_filter) != 0) {
        snprintf(dst, cap, _("filter of the alarms \"%s\""), a->alarm_filter);
    } else if (strcmp(a->sort, b->sort) != 0) {
        snprintf(dst, cap, _("sort by %s"), a->sort);
    } else if (strcmp(a->columns, b->columns) != 0) {
        snprintf(dst, cap, "%s", _("other columns"));
    } else if (a->reverse != b->reverse) {
        snprintf(dst, cap, "%s", _("order turned round"));
    } else if (a->mode != b->mode) {
        snprintf(dst, cap, "%s", _("other list of alarms"));
    } else if (a->choice.glyphs != b->choice.glyphs ||
               strcmp(a->choice.glyphs_kept, b->choice.glyphs_kept) != 0) {
        snprintf(dst, cap, _("glyphs: %s"), glyph_set_name(a->choice.glyphs));
    } else if (!look_same(&a->choice, &b->choice)) {
        snprintf(dst, cap, _("theme: %s"), a->choice.theme->name);
    } else if (a->hints != b->hints) {
        snprintf(dst, cap, "%s", _("line of keys"));
    } else {
        snprintf(dst, cap, "%s", _("layout of the panes"));
    }
}

static bool
same_look(const struct look *a, const struct look *b)
{
    return strcmp(a->filter, b->filter) == 0 && strcmp(a->alarm_filter, b->alarm_filter) == 0 &&
           strcmp(a->sort, b->sort) == 0 && strcmp(a->columns, b->columns) == 0 &&
           a->reverse == b->reverse && a->mode == b->mode && a->hints == b->hints &&
           a->one_pane == b->one_pane && look_same(&a->choice, &b->choice);
}

void
undo_watch(struct screen *s)
{
    struct undo *u = s->undo;
    if (s->prompt.kind != PROMPT_NONE) {
        return; /* a filter that is typed is one change */
    }
    struct change change = {.before = u->now, .after = look_of(s)};
    if (u->watching && !same_look(&change.before, &change.after)) {
        char text[300];
        name_change(&change, text, sizeof(text));
        undo_push(s, put_back, g_memdup2(&change, sizeof(change)), text);
    }
    u->now = change.after;
    u->watching = true;
}
