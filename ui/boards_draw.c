/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A board on the screen: its head, the frames of its tiles, and what is in them. */
#include <assert.h>

#include "src/core/i18n.h"
#include "src/core/text.h"
#include "ui/boards.h"
#include "ui/views.h"
#include "ui/wrap.h"

#define NARROW BOARD_FLOW_WIDTH /* below this a tile has a line above it, and no frame */

static void (*const draws[])(const struct tile_view *v) = {
    [TILE_GAUGE] = tile_draw_gauge,     [TILE_NUMBER] = tile_draw_number,
    [TILE_STATE] = tile_draw_state,     [TILE_TREND] = tile_draw_trend,
    [TILE_ALARMS] = tile_draw_alarms,   [TILE_FLOW] = tile_draw_flow,
    [TILE_RANKING] = tile_draw_ranking, [TILE_CALENDAR] = tile_draw_calendar,
    [TILE_TEXT] = tile_draw_text,
};
static_assert(G_N_ELEMENTS(draws) == TILE_KINDS, "a kind of tile is not drawn");

/* ---- titles ---- */

static void
names_title(const struct screen *s, const struct tile *t, const struct tile_live *l, char *dst,
            size_t cap)
{
    if (l->ready && l->components[0] != COMPONENT_NONE) {
        tile_component_name(s, l->components[0], dst, cap);
    } else {
        snprintf(dst, cap, "%s", (const char *)g_ptr_array_index(t->components, 0));
    }
    size_t len = strlen(dst);
    if (t->components->len > 1) {
        snprintf(dst + len, cap - len, " +%u", t->components->len - 1);
    }
}

static void
flow_title(const struct screen *s, const struct tile *t, const struct tile_live *l, char *dst,
           size_t cap)
{
    const char *name = "";
    if (l->ready && l->station != STATION_NONE) {
        name = s->snap->plant->stations[l->station].name;
    }
    snprintf(dst, cap, *name != '\0' ? "%s %s" : "%s%s", t->station, name);
}

void
tile_title(const struct screen *s, const struct tile *t, const struct tile_live *l, char *dst,
           size_t cap)
{
    static const char *const others[] = {[TILE_ALARMS] = N_("Alarms"),
                                         [TILE_RANKING] = N_("Ranking"),
                                         [TILE_TEXT] = N_("Notes")};
    bool far = t->kind == TILE_RANKING && t->order == TILE_BY_DISTANCE;
    if (*t->title != '\0') {
        snprintf(dst, cap, "%s", t->title);
    } else if (t->components->len > 0) {
        names_title(s, t, l, dst, cap);
    } else if (*t->station != '\0') {
        flow_title(s, t, l, dst, cap);
    } else if (*t->select != '\0') {
        snprintf(dst, cap, "%s: %s", far ? _("Furthest from normal") : _(others[t->kind]),
                 t->select);
    } else if (far) {
        snprintf(dst, cap, "%s", _("Furthest from normal"));
    } else {
        const char *name = t->kind < TILE_KINDS ? others[t->kind] : NULL;
        snprintf(dst, cap, "%s", name == NULL ? tile_kind_name(t->kind) : _(name));
    }
}

/* ---- frames ---- */

enum corner { TOP_LEFT, TOP_RIGHT, BOTTOM_LEFT, BOTTOM_RIGHT };

static void
draw_corner(struct screen *s, int y, int x, unsigned style, enum corner corner)
{
    static const char *const corners[] = {"┌", "┐", "└", "┘"};
    draw_text(s->draw, y, x, 1, style,
              draw_glyphs(s->draw) == GLYPHS_ASCII ? "+" : corners[corner]);
}

static void
draw_title(struct screen *s, int y, int x, int width, unsigned style, const char *title)
{
    char text[600];
    snprintf(text, sizeof(text), " %s ", title);
    draw_flow(s->draw, y, x, width, style, text);
}

/* Returns the inside. */
static struct rect
draw_frame(struct screen *s, struct rect r, unsigned selected, const char *title)
{
    bool narrow = r.width < NARROW && s->boards->area.width < NARROW;
    unsigned line = STYLE_DIM | selected;
    draw_fill(s->draw, r.y, r.x, r.width, line, GLYPH_LINE);
    draw_title(s, r.y, r.x + 2, r.width - 4, STYLE_NORMAL | selected, title);
    if (narrow || r.height < 3) {
        return (struct rect){r.y + 1, r.x, r.height - 1, r.width};
    }
    int bottom = r.y + r.height - 1, right = r.x + r.width - 1;
    draw_fill(s->draw, bottom, r.x, r.width, line, GLYPH_LINE);
    draw_corner(s, r.y, r.x, line, TOP_LEFT);
    draw_corner(s, r.y, right, line, TOP_RIGHT);
    draw_corner(s, bottom, r.x, line, BOTTOM_LEFT);
    draw_corner(s, bottom, right, line, BOTTOM_RIGHT);
    for (int y = r.y + 1; y < bottom; y++) {
        draw_glyph(s->draw, y, r.x, line, GLYPH_WALL);
        draw_glyph(s->draw, y, right, line, GLYPH_WALL);
    }
    return (struct rect){r.y + 1, r.x + 2, r.height - 2, r.width - 4};
}

static void
draw_tile(struct screen *s, int i, struct rect r, bool alone)
{
    struct boards *b = s->boards;
    struct tile_view v = {
        .s = s, .tile = board_tile(boards_board(b), i), .live = &b->live[i], .alone = alone};
    char title[512];
    unsigned selected = i == b->selected && !alone ? STYLE_SELECTED : 0;
    tile_title(s, v.tile, v.live, title, sizeof(title));
    if (i == b->selected) {
        s->cursor_y = r.y;
        s->cursor_x = r.x;
    }
    v.in = draw_frame(s, r, selected, title);
    v.live->shown = true;
    if (v.in.height > 0 && v.in.width > 0) {
        draws[v.tile->kind](&v);
    }
}

/* ---- the head ---- */

static const char *
kept_where(const struct boards *b, const struct board_slot *slot)
{
    return slot->own         ? ""
           : slot->system    ? _(" (default)")
           : b->save_at != 0 ? ""
           : b->builtin      ? _(" (made of the plant)")
                             : "";
}

static void
draw_head(struct screen *s, struct rect row)
{
    struct boards *b = s->boards;
    const struct board_slot *slot = boards_slot(b);
    int x = row.x, end = row.x + row.width;
    char text[600];
    snprintf(text, sizeof(text), "%s%s", board_slot_title(slot), kept_where(b, slot));
    x += draw_flow(s->draw, row.y, x, end - x, STYLE_STRONG, text) + 2;
    snprintf(text, sizeof(text), _("%d of %u"), b->at + 1, b->store.slots->len);
    x += draw_flow(s->draw, row.y, x, end - x, STYLE_DIM, text) + 2;
    if (b->edit) {
        x += draw_flow(s->draw, row.y, x, end - x, STYLE_STRONG, _("EDIT")) + 2;
    }
    int below = b->lines - b->top - b->area.height;
    if (!b->full && (b->top > 0 || below > 0)) {
        snprintf(text, sizeof(text), _("tile %d of %d"), b->selected + 1, b->n_live);
        int width = draw_columns(s->draw, text);
        if (x + width < end) {
            draw_text(s->draw, row.y, end - width - 1, width, STYLE_DIM, text);
        }
    }
}

/* ---- the whole ---- */

/* What a damaged file has that no board can be. */
static void
draw_damage(struct screen *s, struct rect area, const struct board_slot *slot)
{
    GPtrArray *rows = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; i < slot->problems.n && i < PROBLEMS_MAX; i++) {
        wrap_text(rows, slot->problems.list[i], area.width - 2, 2);
    }
    draw_text(s->draw, area.y, area.x + 1, area.width - 1, STYLE_WARN,
              _("the file of this board is damaged; it is left as it is"));
    for (int i = 0; i < (int)rows->len && i + 1 < area.height; i++) {
        draw_text(s->draw, area.y + 1 + i, area.x + 1, area.width - 1, STYLE_NORMAL,
                  g_ptr_array_index(rows, (guint)i));
    }
    g_ptr_array_unref(rows);
}

/* A tile that reaches out of the area is drawn as high as it can be seen. */
static void
draw_visible(struct screen *s, int i)
{
    struct boards *b = s->boards;
    const struct tile_rect *r = &b->rects[i];
    int first = MAX(r->y - b->top, 0);
    int end = MIN(r->y + r->height - b->top, b->area.height);
    if (first < end) {
        draw_tile(s, i,
                  (struct rect){b->area.y + first, b->area.x + r->x, end - first, r->width},
                  false);
    }
}

static void
draw_tiles(struct screen *s)
{
    struct boards *b = s->boards;
    struct tile_place places[BOARD_TILES_MAX];
    int n = board_places(boards_board(b), places);
    b->lines = board_layout_fit(places, n, b->area.height, b->area.width, b->rects);
    b->top =
        n == 0 ? 0
               : board_layout_scroll(&b->rects[b->selected], b->home, b->area.height, b->lines);
    if (n == 0) {
        draw_text(s->draw, b->area.y, b->area.x + 1, b->area.width - 1, STYLE_NORMAL,
                  _("this board is empty: e edits it, then a adds a tile"));
    }
    for (int i = 0; i < n; i++) {
        draw_visible(s, i);
    }
}

void
boards_draw(struct screen *s, struct rect area)
{
    struct boards *b = s->boards;
    const struct board_slot *slot = boards_slot(b);
    for (int i = 0; i < b->n_live; i++) {
        b->live[i].shown = false;
    }
    if (s->snap == NULL || slot == NULL) {
        return;
    }
    b->area = (struct rect){area.y + 1, area.x, area.height - 1, area.width};
    if (b->picker.pick != PICK_NONE) {
        boards_pick_draw(s, area);
    } else if (slot->board == NULL) {
        draw_damage(s, b->area, slot);
    } else if (b->full && boards_tile(b) != NULL) {
        draw_tile(s, b->selected, b->area, true);
    } else {
        draw_tiles(s);
    }
    if (b->picker.pick == PICK_NONE) {
        draw_head(s, (struct rect){area.y, area.x + 1, 1, area.width - 1});
    }
}
