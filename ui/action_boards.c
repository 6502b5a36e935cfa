/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/core/i18n.h"
#include "ui/actions.h"
#include "ui/boards.h"
#include "ui/boards_commands.h"
#include "ui/keymap.h"
#include "ui/keys.h"
#include "ui/views.h"

#define ANY_BOARDS (PLACE_BOARDS | PLACE_BOARDS_EDIT)

/* ---- moving ---- */

/* In a ranking that is shown alone: to another row. */
static bool
move_row(struct screen *s, int by)
{
    struct boards *b = s->boards;
    const struct tile *t = boards_tile(b);
    if (!b->full || t->kind != TILE_RANKING) {
        return false;
    }
    list_to(&b->rows, b->rows.pos + by);
    boards_row_moved(s);
    return true;
}

static void
step(struct screen *s, int down, int right)
{
    struct boards *b = s->boards;
    if (!b->full) {
        boards_select(s, board_layout_step(b->rects, b->n_live, b->selected, down, right));
    } else if (down == 0 || !move_row(s, down)) {
        boards_select(s, b->selected + down + right);
    }
}

static void
up(struct screen *s, const char *argument)
{
    (void)argument;
    step(s, -1, 0);
}

static void
down(struct screen *s, const char *argument)
{
    (void)argument;
    step(s, 1, 0);
}

static void
left(struct screen *s, const char *argument)
{
    (void)argument;
    step(s, 0, -1);
}

static void
right(struct screen *s, const char *argument)
{
    (void)argument;
    step(s, 0, 1);
}

static void
next(struct screen *s, const char *argument)
{
    (void)argument;
    boards_select(s, (s->boards->selected + 1) % s->boards->n_live);
}

static void
previous(struct screen *s, const char *argument)
{
    (void)argument;
    boards_select(s, (s->boards->selected + s->boards->n_live - 1) % s->boards->n_live);
}

static void
first(struct screen *s, const char *argument)
{
    (void)argument;
    boards_select(s, 0);
}

static void
last(struct screen *s, const char *argument)
{
    (void)argument;
    boards_select(s, s->boards->n_live - 1);
}

static void
open_tile(struct screen *s, const char *argument)
{
    (void)argument;
    boards_open(s);
}

static void
edit(struct screen *s, const char *argument)
{
    (void)argument;
    s->boards->full = false;
    s->boards->edit = !s->boards->edit;
    boards_save(s);
}

/* ---- editing ---- */

static void
move_up(struct screen *s, const char *argument)
{
    (void)argument;
    boards_arrange(s, BOARDS_MOVE, -1, 0);
}

static void
move_down(struct screen *s, const char *argument)
{
    (void)argument;
    boards_arrange(s, BOARDS_MOVE, 1, 0);
}

static void
move_left(struct screen *s, const char *argument)
{
    (void)argument;
    boards_arrange(s, BOARDS_MOVE, 0, -1);
}

static void
move_right(struct screen *s, const char *argument)
{
    (void)argument;
    boards_arrange(s, BOARDS_MOVE, 0, 1);
}

static void
higher(struct screen *s, const char *argument)
{
    (void)argument;
    boards_arrange(s, BOARDS_RESIZE, 1, 0);
}

static void
lower(struct screen *s, const char *argument)
{
    (void)argument;
    boards_arrange(s, BOARDS_RESIZE, -1, 0);
}

static void
wider(struct screen *s, const char *argument)
{
    (void)argument;
    boards_arrange(s, BOARDS_RESIZE, 0, 1);
}

static void
narrower(struct screen *s, const char *argument)
{
    (void)argument;
    boards_arrange(s, BOARDS_RESIZE, 0, -1);
}

/* "KIND [STATION/ID …]"; the dialog where nothing is said. */
static void
add(struct screen *s, const char *argument)
{
    enum tile_kind kind;
    char **words = g_strsplit(argument, " ", 2);
    if (*argument == '\0') {
        boards_pick(s, PICK_KIND);
    } else if (!tile_kind_from_name(words[0], &kind)) {
        screen_notice(s, _("there is no kind of tile \"%s\""), words[0]);
    } else {
        const char *key = tile_components_max(kind) > 0 ? "component" : "station";
        struct tile *t = tile_new(kind);
        const char *wrong = words[1] == NULL ? NULL : tile_set_key(t, key, words[1]);
        if (wrong == NULL) {
            boards_add_tile(s, t);
        } else {
            screen_notice(s, "\"%s\" %s", words[1], _(wrong));
            tile_free(t);
        }
    }
    g_strfreev(words);
}

static void
remove_tile(struct screen *s, const char *argument)
{
    (void)argument;
    boards_remove_tile(s);
}

static void
duplicate(struct screen *s, const char *argument)
{
    (void)argument;
    boards_add_tile(s, tile_copy(boards_tile(s->boards)));
}

/* Without an argument: let it be typed, with what there is now. */
static void
ask_for(struct screen *s, const char *command, const char *now)
{
    struct prompt *p = &s->prompt;
    prompt_open(s, PROMPT_COMMAND);
    snprintf(p->text, sizeof(p->text), "%s %s", command, now);
    p->caret = strlen(p->text);
}

static void
title(struct screen *s, const char *argument)
{
    if (*argument == '\0') {
        ask_for(s, "tile-title", boards_tile(s->boards)->title);
    } else {
        boards_set(s, "title", argument);
    }
}

/* "KEY VALUE", as in the file. */
static void
set(struct screen *s, const char *argument)
{
    const char *value = strchr(argument, ' ');
    if (*argument == '\0') {
        ask_for(s, "tile-set", "");
        return;
    }
    char *key =
        value == NULL ? g_strdup(argument) : g_strndup(argument, (gsize)(value - argument));
    boards_set(s, key, value == NULL ? "" : value + strspn(value, " "));
    g_free(key);
}

static const struct action actions[] = {
    {.name = "edit",
     .text = N_("arrange the tiles of this board, or end that"),
     .hint = N_("edit"),
     .keys = {'e'},
     .places = ANY_BOARDS,
     .why_not = why_no_board,
     .run = edit},
    {.name = "tile-open",
     .text = N_("show the tile alone; once more: its station, its alarms"),
     .hint = N_("open"),
     .keys = {ENTER, K(KEY_ENTER), '\n'},
     .places = ANY_BOARDS,
     .why_not = why_no_tile,
     .run = open_tile},
    {.name = "board-previous",
     .text = N_("the board before"),
     .keys = {'['},
     .places = ANY_BOARDS,
     .why_not = why_no_snapshot,
     .run = action_board_previous},
    {.name = "board-next",
     .text = N_("the next board"),
     .hint = N_("next board"),
     .keys = {']'},
     .places = ANY_BOARDS,
     .why_not = why_no_snapshot,
     .run = action_board_next},
    {.name = "tile-add",
     .text = N_("add a tile"),
     .hint = N_("add"),
     .keys = {'a'},
     .places = PLACE_BOARDS_EDIT,
     .why_not = why_no_board,
     .run = add,
     .argument = N_("KIND [STATION/ID …]")},
    {.name = "tile-move-left",
     .text = N_("move the tile to the left"),
     .hint = N_("move, also J K L"),
     .keys = {'H', K(KEY_SLEFT)},
     .places = PLACE_BOARDS_EDIT,
     .why_not = why_no_tile,
     .run = move_left},
    {.name = "tile-move-down",
     .text = N_("move the tile down"),
     .keys = {'J', K(KEY_SF)},
     .places = PLACE_BOARDS_EDIT,
     .why_not = why_no_tile,
     .run = move_down},
    {.name = "tile-move-up",
     .text = N_("move the tile up"),
     .keys = {'K', K(KEY_SR)},
     .places = PLACE_BOARDS_EDIT,
     .why_not = why_no_tile,
     .run = move_up},
    {.name = "tile-move-right",
     .text = N_("move the tile to the right"),
     .keys = {'L', K(KEY_SRIGHT)},
     .places = PLACE_BOARDS_EDIT,
     .why_not = why_no_tile,
     .run = move_right},
    {.name = "tile-wider",
     .text = N_("make the tile wider"),
     .hint = N_("size, also < + -"),
     .keys = {'>'},
     .places = PLACE_BOARDS_EDIT,
     .why_not = why_no_tile,
     .run = wider},
    {.name = "tile-narrower",
     .text = N_("make the tile narrower"),
     .keys = {'<'},
     .places = PLACE_BOARDS_EDIT,
     .why_not = why_no_tile,
     .run = narrower},
    {.name = "tile-higher",
     .text = N_("make the tile higher"),
     .keys = {'+'},
     .places = PLACE_BOARDS_EDIT,
     .why_not = why_no_tile,
     .run = higher},
    {.name = "tile-lower",
     .text = N_("make the tile lower"),
     .keys = {'-'},
     .places = PLACE_BOARDS_EDIT,
     .why_not = why_no_tile,
     .run = lower},
    {.name = "tile-remove",
     .text = N_("remove the tile"),
     .hint = N_("remove"),
     .keys = {'x', K(KEY_DC)},
     .places = PLACE_BOARDS_EDIT,
     .why_not = why_no_tile,
     .run = remove_tile},
    {.name = "board-undo",
     .text = N_("undo the last change of a board"),
     .hint = N_("undo"),
     .keys = {'u'},
     .places = PLACE_BOARDS_EDIT,
     .why_not = why_nothing_to_undo,
     .run = action_board_undo},
    {.name = "tile-title",
     .text = N_("give the tile another title"),
     .hint = N_("title"),
     .keys = {'r'},
     .places = PLACE_BOARDS_EDIT,
     .why_not = why_no_tile,
     .run = title,
     .argument = N_("TEXT")},
    {.name = "tile-copy",
     .text = N_("the same tile once more"),
     .keys = {'d'},
     .places = PLACE_BOARDS_EDIT,
     .why_not = why_no_tile,
     .run = duplicate},
    {.name = "tile-set",
     .text = N_("set component, station, select, span, count, order, unit or text"),
     .hint = N_("set"),
     .keys = {'='},
     .places = PLACE_BOARDS_EDIT,
     .why_not = why_no_tile,
     .run = set,
     .argument = N_("KEY VALUE")},
    {.name = "tile-up",
     .text = N_("to the tile above"),
     .keys = {K(KEY_UP), 'k'},
     .places = ANY_BOARDS,
     .why_not = why_no_tile,
     .run = up},
    {.name = "tile-down",
     .text = N_("to the tile below"),
     .keys = {K(KEY_DOWN), 'j'},
     .places = ANY_BOARDS,
     .why_not = why_no_tile,
     .run = down},
    {.name = "tile-left",
     .text = N_("to the tile at the left"),
     .keys = {K(KEY_LEFT), 'h'},
     .places = ANY_BOARDS,
     .why_not = why_no_tile,
     .run = left},
    {.name = "tile-right",
     .text = N_("to the tile at the right"),
     .keys = {K(KEY_RIGHT), 'l'},
     .places = ANY_BOARDS,
     .why_not = why_no_tile,
     .run = right},
    {.name = "tile-next",
     .text = N_("to the next tile"),
     .keys = {TAB, '}', K(KEY_NPAGE)},
     .places = ANY_BOARDS,
     .why_not = why_no_tile,
     .run = next},
    {.name = "tile-previous",
     .text = N_("to the tile before"),
     .keys = {K(KEY_BTAB), '{', K(KEY_PPAGE)},
     .places = ANY_BOARDS,
     .why_not = why_no_tile,
     .run = previous},
    {.name = "tile-first",
     .text = N_("to the first tile"),
     .keys = {'g', K(KEY_HOME)},
     .places = ANY_BOARDS,
     .why_not = why_no_tile,
     .run = first},
    {.name = "tile-last",
     .text = N_("to the last tile"),
     .keys = {'G', K(KEY_END)},
     .places = ANY_BOARDS,
     .why_not = why_no_tile,
     .run = last},
    {.name = "board",
     .text = N_("view: boards; or the one of that name"),
     .keys = {'6'},
     .places = PLACE_ANY,
     .run = action_board,
     .argument = N_("NAME")},
    {.name = "board-new",
     .text = N_("a new board"),
     .places = PLACE_ANY,
     .why_not = why_no_snapshot,
     .run = action_board_new,
     .argument = N_("NAME")},
    {.name = "board-rename",
     .text = N_("give this board's file another name"),
     .places = ANY_BOARDS,
     .why_not = why_no_board,
     .run = action_board_rename,
     .argument = N_("NAME")},
    {.name = "board-title",
     .text = N_("give this board another title"),
     .places = ANY_BOARDS,
     .why_not = why_no_board,
     .run = action_board_title,
     .argument = N_("TEXT")},
    {.name = "board-delete",
     .text = N_("delete this board"),
     .places = ANY_BOARDS,
     .why_not = why_not_own,
     .run = action_board_delete},
    {.name = "board-reset",
     .text = N_("back to the admin's board of this name"),
     .places = ANY_BOARDS,
     .why_not = why_no_default,
     .run = action_board_reset},
    {.name = "board-export",
     .text = N_("write this board into a new file"),
     .places = ANY_BOARDS,
     .why_not = why_no_board,
     .run = action_board_export,
     .argument = N_("FILE")},
    {.name = "board-import",
     .text = N_("take a board in out of a file"),
     .places = PLACE_ANY,
     .why_not = why_no_snapshot,
     .run = action_board_import,
     .argument = N_("FILE [as NAME]")},
};
const struct action_group board_group = {actions, (int)G_N_ELEMENTS(actions)};
