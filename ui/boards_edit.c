/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes of boards: each is remembered before, as the board's text, and written some time
 * after. */
#include "src/core/i18n.h"
#include "src/core/log.h"
#include "ui/boards.h"
#include "ui/undo.h"

#define SAVE_US (2 * US_PER_S)

/* How a board was before a change. */
struct before {
    char name[BOARD_NAME_MAX + 1];
    int selected;
    bool none; /* there was no such board */
    char text[];
};

static void go_back(struct screen *s, void *data);

void
boards_remember(struct screen *s, const struct board_slot *slot, const char *what)
{
    char *text = slot->board == NULL ? g_strdup("") : board_text(slot->board);
    size_t size = strlen(text) + 1;
    struct before *before = g_malloc(sizeof(*before) + size);
    g_strlcpy(before->name, slot->name, sizeof(before->name));
    before->selected = s->boards->selected;
    before->none = slot->board == NULL;
    memcpy(before->text, text, size);
    g_free(text);
    undo_push(s, go_back, before, what);
}

bool
boards_begin(struct screen *s)
{
    if (boards_board(s->boards) == NULL) {
        return false;
    }
    boards_remember(s, boards_slot(s->boards), _("a change of a board"));
    return true;
}

void
boards_changed(struct screen *s)
{
    s->boards->save_at = s->now.mono + SAVE_US;
}

void
boards_failed(struct screen *s, const struct err *err)
{
    log_warning("%s", err->text);
    screen_notice(s, "%s", err->text);
}

void
boards_save(struct screen *s)
{
    struct boards *b = s->boards;
    struct board_slot *slot = boards_slot(b);
    struct err err = {""};
    if (b->save_at == 0 || slot == NULL || slot->board == NULL) {
        return;
    }
    b->save_at = 0;
    if (board_store_save(&b->store, slot, &err) != RC_OK) {
        boards_failed(s, &err);
    }
}

/* ---- tiles ---- */

void
boards_add_tile(struct screen *s, struct tile *tile)
{
    struct boards *b = s->boards;
    struct board *board = boards_board(b);
    struct tile_place places[BOARD_TILES_MAX];
    if (board == NULL || board->tiles->len >= BOARD_TILES_MAX || !boards_begin(s)) {
        screen_notice(s, _("a board has at most %d tiles"), BOARD_TILES_MAX);
        tile_free(tile);
        return;
    }
    int n = board_places(board, places);
    tile->place = board_layout_room(places, n, tile->place.rows, tile->place.columns);
    g_ptr_array_add(board->tiles, tile);
    boards_reload(s);
    boards_select(s, n);
    boards_changed(s);
}

void
boards_remove_tile(struct screen *s)
{
    struct boards *b = s->boards;
    struct board *board = boards_board(b);
    struct tile_place places[BOARD_TILES_MAX];
    boards_begin(s);
    g_ptr_array_remove_index(board->tiles, (guint)b->selected);
    int n = board_places(board, places);
    board_layout_settle(places, n, -1);
    board_set_places(board, places);
    b->full = false;
    boards_reload(s);
    boards_changed(s);
    screen_notice(s, "%s", _("removed; u brings it back"));
}

void
boards_arrange(struct screen *s, enum boards_arrange how, int down, int right)
{
    struct boards *b = s->boards;
    struct board *board = boards_board(b);
    struct tile_place places[BOARD_TILES_MAX];
    int n = board_places(board, places);
    bool done = how == BOARDS_MOVE ? board_layout_move(places, n, b->selected, down, right)
                                   : board_layout_resize(places, n, b->selected, down, right);
    if (done) {
        boards_begin(s);
        board_set_places(board, places);
        boards_changed(s);
    } else {
        screen_notice(s, "%s", _("there is nowhere to go"));
    }
}

void
boards_set(struct screen *s, const char *key, const char *value)
{
    struct boards *b = s->boards;
    struct board *board = boards_board(b);
    struct tile *changed = tile_copy(boards_tile(b));
    const char *wrong = tile_set_key(changed, key, value);
    if (wrong != NULL) {
        screen_notice(s, "%s: \"%s\" %s", key, value, _(wrong));
        tile_free(changed);
        return;
    }
    boards_begin(s);
    tile_free(board_tile(board, b->selected));
    board->tiles->pdata[b->selected] = changed;
    boards_reload(s);
    boards_changed(s);
}

/* ---- back ---- */

/* As it was before there was such a board. */
static void
take_away(struct screen *s, int slot)
{
    struct boards *b = s->boards;
    struct err err = {""};
    if (slot >= 0 && board_store_drop(&b->store, slot, &err) != RC_OK) {
        boards_failed(s, &err);
    }
    boards_show(s, b->at);
}

static void
put_back(struct screen *s, int slot, const struct before *before)
{
    struct boards *b = s->boards;
    struct problems errors;
    problems_init(&errors);
    struct board *board =
        board_parse(before->name, before->text, strlen(before->text), &errors, &errors);
    if (board != NULL && slot >= 0) {
        board_free(board_store_slot(&b->store, slot)->board);
        board_store_slot(&b->store, slot)->board = board;
    } else if (board != NULL) {
        slot = board_store_add(&b->store, before->name, board);
    }
    problems_fini(&errors);
    if (slot != b->at) {
        boards_show(s, slot);
    }
    boards_reload(s);
    boards_select(s, before->selected);
    boards_changed(s);
}

static void
go_back(struct screen *s, void *data)
{
    const struct before *before = data;
    struct boards *b = s->boards;
    boards_save(s);
    int slot = board_store_find(&b->store, before->name);
    b->full = false;
    if (before->none) {
        take_away(s, slot);
    } else {
        put_back(s, slot, before);
    }
}
