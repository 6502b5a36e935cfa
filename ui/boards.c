/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The view of boards: which one is shown, and where in it the user is. */
#include "ui/boards.h"

#include "src/core/i18n.h"
#include "src/core/log.h"
#include "ui/trends.h"
#include "ui/view.h"
#include "ui/views.h"

#define BUILTIN "plant"

struct board_slot *
boards_slot(const struct boards *b)
{
    return (guint)b->at < b->store.slots->len ? board_store_slot(&b->store, b->at) : NULL;
}

struct board *
boards_board(const struct boards *b)
{
    const struct board_slot *slot = boards_slot(b);
    return slot == NULL ? NULL : slot->board;
}

struct tile *
boards_tile(const struct boards *b)
{
    const struct board *board = boards_board(b);
    return board == NULL || (guint)b->selected >= board->tiles->len
               ? NULL
               : board_tile(board, b->selected);
}

static void
drop_live(struct screen *s)
{
    struct boards *b = s->boards;
    for (int i = 0; i < b->n_live; i++) {
        tile_live_fini(s, &b->live[i]);
    }
    g_clear_pointer(&b->live, g_free);
    b->n_live = 0;
}

void
boards_reload(struct screen *s)
{
    struct boards *b = s->boards;
    const struct board *board = boards_board(b);
    drop_live(s);
    b->n_live = board == NULL ? 0 : (int)board->tiles->len;
    b->live = g_new0(struct tile_live, MAX(b->n_live, 1));
    for (int i = 0; i < b->n_live; i++) {
        tile_live_init(&b->live[i], board_tile(board, i));
    }
    b->selected = CLAMP(b->selected, 0, MAX(b->n_live - 1, 0));
}

void
boards_show(struct screen *s, int slot)
{
    struct boards *b = s->boards;
    boards_save(s);
    b->at = CLAMP(slot, 0, MAX((int)b->store.slots->len - 1, 0));
    b->selected = b->home = 0;
    b->full = false;
    b->edit = b->edit && boards_board(b) != NULL;
    boards_reload(s);
    if (boards_slot(b) != NULL) {
        prefs_set(s->prefs, "boards", "shown", boards_slot(b)->name, s->now.mono);
    }
}

void
boards_select(struct screen *s, int tile)
{
    struct boards *b = s->boards;
    if (tile != b->selected) {
        b->rows = (struct list){.height = 1};
        *b->row = '\0';
    }
    b->selected = CLAMP(tile, 0, MAX(b->n_live - 1, 0));
    b->home = b->top;
}

/* ---- a ranking's rows ---- */

static void
row_name(const struct boards *b, uint32_t component, char *dst, size_t cap)
{
    const struct component *c = &b->plant->components[component];
    snprintf(dst, cap, "%s/%s", b->plant->stations[c->station].uid, c->id);
}

void
boards_row_moved(struct screen *s)
{
    struct boards *b = s->boards;
    const GArray *ranked = b->live[b->selected].ranked;
    *b->row = '\0';
    if (b->rows.pos < (int)ranked->len) {
        row_name(b, g_array_index(ranked, struct ranked, b->rows.pos).component, b->row,
                 sizeof(b->row));
    }
}

void
boards_ranked(struct screen *s, int tile)
{
    struct boards *b = s->boards;
    const GArray *ranked = b->live[tile].ranked;
    for (guint i = 0; tile == b->selected && *b->row != '\0' && i < ranked->len; i++) {
        char name[sizeof(b->row)];
        row_name(b, g_array_index(ranked, struct ranked, i).component, name, sizeof(name));
        if (strcmp(name, b->row) == 0) {
            b->rows.n = (int)ranked->len;
            list_follow(&b->rows, (int)i);
            return;
        }
    }
}

/* ---- opening ---- */

uint32_t
boards_component(const struct boards *b)
{
    const struct tile *t = boards_tile(b);
    if (t == NULL) {
        return COMPONENT_NONE;
    }
    const struct tile_live *l = &b->live[b->selected];
    if (t->kind != TILE_RANKING) {
        return t->components->len > 0 && l->ready ? l->components[0] : COMPONENT_NONE;
    }
    return b->rows.pos < (int)l->ranked->len
               ? g_array_index(l->ranked, struct ranked, b->rows.pos).component
               : COMPONENT_NONE;
}

void
boards_open_trend(struct screen *s)
{
    struct boards *b = s->boards;
    const struct tile_live *l = &b->live[b->selected];
    trends_visit(s, boards_component(b));
    for (int k = 1; boards_tile(b)->kind == TILE_TREND && k < TILE_SERIES_MAX; k++) {
        if (l->components[k] != COMPONENT_NONE) {
            (void)trends_add(s, l->components[k]);
        }
    }
}

void
boards_open(struct screen *s)
{
    struct boards *b = s->boards;
    const struct tile *t = boards_tile(b);
    uint32_t component = boards_component(b);
    if (!b->full) {
        b->full = true;
    } else if (t->kind == TILE_ALARMS) {
        screen_drill(s, VIEW_ALARMS);
    } else if (component != COMPONENT_NONE && t->kind == TILE_TREND) {
        boards_open_trend(s);
    } else if (component != COMPONENT_NONE) {
        const struct component *c = &b->plant->components[component];
        screen_drill_station(s, b->plant->stations[c->station].uid, c->id);
    } else if (t->kind == TILE_FLOW && b->live[b->selected].station != STATION_NONE) {
        screen_drill_station(s, t->station, "");
    } else {
        screen_notice(s, "%s", _("this tile has no station to open"));
    }
}

/* ---- the view ---- */

static void
tell_problems(const struct boards *b)
{
    for (guint i = 0; i < b->store.slots->len; i++) {
        const struct problems *p = &board_store_slot(&b->store, (int)i)->problems;
        for (size_t k = 0; k < p->n && k < PROBLEMS_MAX; k++) {
            log_warning("%s", p->list[k]);
        }
    }
}

static void
init(struct screen *s)
{
    struct boards *b = s->boards = g_new0(struct boards, 1);
    board_store_init(&b->store, s->config->config_dir, s->config->system_dir, s->writer);
    tell_problems(b);
    b->builtin = b->store.slots->len == 0;
    b->canvas = canvas_new();
    b->rows.height = 1;
    b->picker.found = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    int shown = board_store_find(&b->store, prefs_get(s->prefs, "boards", "shown", ""));
    boards_show(s, MAX(shown, 0));
}

static void
fini(struct screen *s)
{
    struct boards *b = s->boards;
    boards_save(s);
    drop_live(s);
    board_store_fini(&b->store);
    g_array_unref(b->picker.found);
    canvas_free(b->canvas);
    limit_set_free(b->limits);
    plant_unref(b->plant);
    g_free(b);
}

/* What is known of the old plant means nothing for the new one. */
static void
take_plant(struct screen *s)
{
    struct boards *b = s->boards;
    plant_unref(b->plant);
    b->plant = plant_ref(s->snap->plant);
    g_clear_pointer(&b->limits, limit_set_free);
    for (int i = 0; i < b->n_live; i++) {
        tile_live_reset(&b->live[i]);
    }
    b->picker.pick = PICK_NONE;
    if (b->builtin && b->store.slots->len == 0) {
        board_store_add(&b->store, BUILTIN, board_default(b->plant));
        boards_show(s, 0);
    }
}

static void
take(struct screen *s)
{
    struct boards *b = s->boards;
    if (b->plant != s->snap->plant) {
        take_plant(s);
    }
    for (int i = 0; i < b->n_live && s->view == VIEW_BOARDS; i++) {
        b->live[i].stale = true;
        tile_history_live(s, &b->live[i]);
    }
}

static void
tick(struct screen *s)
{
    tile_live_work(s);
    if (s->boards->save_at != 0 && s->now.mono >= s->boards->save_at) {
        boards_save(s);
    }
}

static mono_us
next_tick(const struct screen *s)
{
    mono_us work = tile_live_next(s), save = s->boards->save_at;
    return work == 0 ? save : save == 0 ? work : MIN(work, save);
}

static void
enter(struct screen *s)
{
    unsigned problems = 0;
    for (guint i = 0; i < s->boards->store.slots->len; i++) {
        problems += (unsigned)board_store_slot(&s->boards->store, (int)i)->problems.n;
    }
    if (problems > 0) {
        screen_notice(s,
                      ngettext("%u problem with the files of boards; :log tells",
                               "%u problems with the files of boards; :log tells", problems),
                      problems);
    }
    for (int i = 0; i < s->boards->n_live; i++) {
        s->boards->live[i].stale = true;
    }
}

static enum place
place(const struct screen *s)
{
    return s->boards->edit ? PLACE_BOARDS_EDIT : PLACE_BOARDS;
}

static bool
can_back(const struct screen *s)
{
    return s->boards->full || s->boards->edit;
}

static bool
back(struct screen *s)
{
    struct boards *b = s->boards;
    bool inside = can_back(s);
    if (b->full) {
        b->full = false;
    } else if (b->edit) {
        b->edit = false;
        boards_save(s);
    }
    return inside;
}

static void
click(struct screen *s, int y, int x)
{
    struct boards *b = s->boards;
    int line = y - b->area.y + b->top, column = x - b->area.x;
    for (int i = 0; i < b->n_live && !b->full && y >= b->area.y; i++) {
        const struct tile_rect *r = &b->rects[i];
        if (line >= r->y && line < r->y + r->height && column >= r->x &&
            column < r->x + r->width) {
            boards_select(s, i);
            return;
        }
    }
}

const struct view_type view_boards = {
    .name = N_("Boards"),
    .key = '6',
    .init = init,
    .fini = fini,
    .enter = enter,
    .take = take,
    .tick = tick,
    .next_tick = next_tick,
    .answer = tile_live_answer,
    .place = place,
    .key_taken = boards_pick_key,
    .back = back,
    .can_back = can_back,
    .click = click,
    .draw = boards_draw,
};
