/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What tiles know besides the snapshot, made piece by piece. */
#include "src/core/rule.h"
#include "ui/boards.h"

#define RANK_US US_PER_S

static struct tile_live *
live_of(const struct screen *s, int i)
{
    return &s->boards->live[i];
}

void
tile_live_init(struct tile_live *l, const struct tile *t)
{
    *l = (struct tile_live){.marks = g_array_new(FALSE, FALSE, sizeof(struct limit_mark)),
                            .points = g_array_new(FALSE, FALSE, sizeof(struct rank_point)),
                            .ranked = g_array_new(FALSE, FALSE, sizeof(struct ranked))};
    tile_history_init(&l->history, t);
}

void
tile_live_fini(struct screen *s, struct tile_live *l)
{
    tile_history_fini(s, &l->history);
    g_array_unref(l->marks);
    g_array_unref(l->points);
    g_array_unref(l->ranked);
}

void
tile_live_reset(struct tile_live *l)
{
    l->ready = false;
    l->looked = 0;
    l->tally_version = 0;
    g_array_set_size(l->marks, 0);
    g_array_set_size(l->points, 0);
    g_array_set_size(l->ranked, 0);
}

/* ---- names to indices ---- */

static uint32_t
find_component(const struct plant *plant, const char *path)
{
    const char *slash = strchr(path, '/');
    char *uid = g_strndup(path, (gsize)(slash - path));
    uint32_t found = plant_find_component(plant, uid, slash + 1);
    g_free(uid);
    return found;
}

static void
resolve(struct screen *s, int i)
{
    struct boards *b = s->boards;
    struct tile_live *l = live_of(s, i);
    const struct tile *t = board_tile(boards_board(b), i);
    for (guint k = 0; k < TILE_SERIES_MAX; k++) {
        l->components[k] = COMPONENT_NONE;
        if (k < t->components->len) {
            l->components[k] = find_component(b->plant, g_ptr_array_index(t->components, k));
        }
    }
    for (int k = 0; k < TILE_SERIES_MAX; k++) {
        if (l->components[k] != COMPONENT_NONE) {
            limit_set_of(b->limits, l->components[k], l->marks);
        }
    }
    l->station = *t->station == '\0' ? STATION_NONE : plant_find_station(b->plant, t->station);
    l->ready = t->kind != TILE_RANKING || tile_rank_look(s, i);
    l->stale = true;
    l->rank_at = 0;
}

/* ---- alarms ---- */

static void
count_alarm(struct alarm_tally *tally, const struct alarm_view *v)
{
    if (v->overlays != 0) {
        tally->covered++;
        return;
    }
    tally->active[v->priority] += alarm_state_active(v->state);
    if (alarm_state_unacked(v->state)) {
        tally->unacked[v->priority]++;
        if (tally->oldest == WALL_NONE || v->raised_at < tally->oldest) {
            tally->oldest = v->raised_at;
        }
    }
}

/* A template that names a component fits no alarm of a whole station. */
static bool
fits(const struct rule_template *t, const struct plant *plant, const struct alarm_view *v)
{
    if (v->station_index == STATION_NONE ||
        !rule_template_fits_station(t, &plant->stations[v->station_index])) {
        return false;
    }
    return v->component_index == COMPONENT_NONE
               ? !t->has_kind && t->id == NULL && t->unit == NULL
               : rule_template_fits_component(t, &plant->components[v->component_index]);
}

static void
tally(struct screen *s, int i)
{
    const struct alarm_board *board = s->snap->alarms;
    struct tile_live *l = live_of(s, i);
    const struct tile *t = board_tile(boards_board(s->boards), i);
    struct rule_template template = {0};
    bool all = *t->select == '\0' || !rule_template_parse(&template, t->select, NULL);
    l->tally = (struct alarm_tally){.oldest = WALL_NONE};
    l->tally_version = board->version + 1;
    for (uint32_t k = 0; k < board->n_alarms; k++) {
        if (all || fits(&template, board->plant, &board->alarms[k])) {
            count_alarm(&l->tally, &board->alarms[k]);
        }
    }
    rule_template_fini(&template);
}

/* ---- work ---- */

static bool
tally_waits(const struct screen *s, int i)
{
    const struct tile *t = board_tile(boards_board(s->boards), i);
    return t->kind == TILE_ALARMS && s->snap->alarms != NULL &&
           live_of(s, i)->tally_version != s->snap->alarms->version + 1;
}

static bool
rank_waits(const struct screen *s, int i)
{
    const struct tile *t = board_tile(boards_board(s->boards), i);
    return t->kind == TILE_RANKING && live_of(s, i)->stale;
}

/* When tile i wants to ask; -1: not at all. */
static mono_us
ask_at(const struct screen *s, int i)
{
    const struct tile_history *h = &live_of(s, i)->history;
    return h->n > 0 && h->id == 0 && h->wanted > 0 ? h->due : -1;
}

static bool
work_on(struct screen *s, int i)
{
    struct tile_live *l = live_of(s, i);
    if (!l->ready) {
        if (s->boards->limits == NULL) {
            s->boards->limits = limit_set_new(s->boards->plant);
        } else if (l->looked == 0) {
            resolve(s, i);
        } else {
            l->ready = tile_rank_look(s, i);
        }
        return true;
    }
    if (rank_waits(s, i) && s->now.mono >= l->rank_at) {
        tile_rank(s, i);
        boards_ranked(s, i);
        l->stale = false;
        l->rank_at = s->now.mono + RANK_US;
        return true;
    }
    if (tally_waits(s, i)) {
        tally(s, i);
        return true;
    }
    mono_us at = ask_at(s, i);
    if (at >= 0 && s->now.mono >= at) {
        tile_history_ask(s, i);
        return true;
    }
    return false;
}

/* Nobody looks: what is on its way need not come. */
static bool
forget(struct screen *s, int i)
{
    struct tile_history *h = &live_of(s, i)->history;
    if (h->id == 0) {
        return false;
    }
    screen_cancel(s, h->id);
    h->id = 0;
    h->due = 0;
    return true;
}

bool
tile_live_work(struct screen *s)
{
    struct boards *b = s->boards;
    bool looking = s->view == VIEW_BOARDS && s->snap != NULL && boards_board(b) != NULL;
    for (int i = 0; i < b->n_live; i++) {
        if (looking && b->live[i].shown ? work_on(s, i) : forget(s, i)) {
            return true;
        }
    }
    return false;
}

mono_us
tile_live_next(const struct screen *s)
{
    const struct boards *b = s->boards;
    mono_us when = 0;
    if (s->view != VIEW_BOARDS || s->snap == NULL || boards_board(b) == NULL) {
        return 0;
    }
    for (int i = 0; i < b->n_live; i++) {
        const struct tile_live *l = &b->live[i];
        mono_us at = 0;
        if (!l->shown) {
            continue;
        }
        if (!l->ready || tally_waits(s, i) || ask_at(s, i) == 0) {
            return s->now.mono;
        }
        at = MAX(ask_at(s, i), 0);
        if (rank_waits(s, i) && (at == 0 || l->rank_at < at)) {
            at = MAX(l->rank_at, 1);
        }
        when = at != 0 && (when == 0 || at < when) ? at : when;
    }
    return when;
}

bool
tile_live_answer(struct screen *s, const struct archive_answer *answer)
{
    for (int i = 0; i < s->boards->n_live; i++) {
        if (tile_history_answer(&s->boards->live[i].history, answer)) {
            return true;
        }
    }
    return false;
}
