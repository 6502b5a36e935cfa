/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done to the tiles of the board shown. */
#include "src/core/i18n.h"
#include "ui/boards.h"
#include "ui/boards_commands.h"
#include "ui/complete.h"
#include "ui/trends.h"
#include "ui/views.h"

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

void
action_tile_up(struct screen *s, const char *argument)
{
    (void)argument;
    step(s, -1, 0);
}

void
action_tile_down(struct screen *s, const char *argument)
{
    (void)argument;
    step(s, 1, 0);
}

void
action_tile_left(struct screen *s, const char *argument)
{
    (void)argument;
    step(s, 0, -1);
}

void
action_tile_right(struct screen *s, const char *argument)
{
    (void)argument;
    step(s, 0, 1);
}

void
action_tile_next(struct screen *s, const char *argument)
{
    (void)argument;
    boards_select(s, (s->boards->selected + 1) % s->boards->n_live);
}

void
action_tile_previous(struct screen *s, const char *argument)
{
    (void)argument;
    boards_select(s, (s->boards->selected + s->boards->n_live - 1) % s->boards->n_live);
}

void
action_tile_first(struct screen *s, const char *argument)
{
    (void)argument;
    boards_select(s, 0);
}

void
action_tile_last(struct screen *s, const char *argument)
{
    (void)argument;
    boards_select(s, s->boards->n_live - 1);
}

void
action_tile_open(struct screen *s, const char *argument)
{
    (void)argument;
    boards_open(s);
}

void
action_tile_trend(struct screen *s, const char *argument)
{
    (void)argument;
    boards_open_trend(s);
}

void
action_board_edit(struct screen *s, const char *argument)
{
    (void)argument;
    s->boards->full = false;
    s->boards->edit = !s->boards->edit;
    boards_save(s);
}

/* ---- editing ---- */

void
action_tile_move_up(struct screen *s, const char *argument)
{
    (void)argument;
    boards_arrange(s, BOARDS_MOVE, -1, 0);
}

void
action_tile_move_down(struct screen *s, const char *argument)
{
    (void)argument;
    boards_arrange(s, BOARDS_MOVE, 1, 0);
}

void
action_tile_move_left(struct screen *s, const char *argument)
{
    (void)argument;
    boards_arrange(s, BOARDS_MOVE, 0, -1);
}

void
action_tile_move_right(struct screen *s, const char *argument)
{
    (void)argument;
    boards_arrange(s, BOARDS_MOVE, 0, 1);
}

void
action_tile_higher(struct screen *s, const char *argument)
{
    (void)argument;
    boards_arrange(s, BOARDS_RESIZE, 1, 0);
}

void
action_tile_lower(struct screen *s, const char *argument)
{
    (void)argument;
    boards_arrange(s, BOARDS_RESIZE, -1, 0);
}

void
action_tile_wider(struct screen *s, const char *argument)
{
    (void)argument;
    boards_arrange(s, BOARDS_RESIZE, 0, 1);
}

void
action_tile_narrower(struct screen *s, const char *argument)
{
    (void)argument;
    boards_arrange(s, BOARDS_RESIZE, 0, -1);
}

/* "KIND [STATION/ID …]"; the dialog where nothing is said. */
void
action_tile_add(struct screen *s, const char *argument)
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

void
action_tile_remove(struct screen *s, const char *argument)
{
    (void)argument;
    boards_remove_tile(s);
}

void
action_tile_copy(struct screen *s, const char *argument)
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

void
action_tile_title(struct screen *s, const char *argument)
{
    if (*argument == '\0') {
        ask_for(s, "tile-title", boards_tile(s->boards)->title);
    } else {
        boards_set(s, "title", argument);
    }
}

/* "KEY VALUE", as in the file. */
void
action_tile_set(struct screen *s, const char *argument)
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

/* ---- candidates ---- */

void
complete_boards(const struct screen *s, const char *typed, GPtrArray *out)
{
    const struct board_store *store = &s->boards->store;
    for (guint i = 0; i < store->slots->len; i++) {
        complete_add(out, typed, "", board_store_slot(store, (int)i)->name);
    }
}

void
complete_tile_add(const struct screen *s, const char *typed, GPtrArray *out)
{
    if (strchr(typed, ' ') != NULL) {
        trends_complete(s, typed, out);
        return;
    }
    for (int i = 0; i < TILE_KINDS; i++) {
        complete_add(out, typed, "", tile_kind_name((enum tile_kind)i));
    }
}

void
complete_tile_set(const struct screen *s, const char *typed, GPtrArray *out)
{
    static const char *const words[] = {
        "component ", "station ",    "select ",        "span ",      "count ",    "title ",
        "text ",      "order value", "order distance", "unit hours", "unit weeks"};
    if (g_str_has_prefix(typed, "component ")) {
        trends_complete(s, typed, out);
        return;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        complete_add(out, typed, "", words[i]);
    }
}
