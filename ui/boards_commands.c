/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done to boards as a whole, by name. */
#include "ui/boards_commands.h"

#include "src/core/i18n.h"
#include "src/core/log.h"
#include "ui/boards.h"
#include "ui/export.h"
#include "ui/view.h"
#include "ui/views.h"

/* True: the name will do for a new board. */
static bool
name_is_free(struct screen *s, const char *name)
{
    const char *wrong = board_name_wrong(name);
    if (wrong != NULL) {
        screen_notice(s, "\"%s\" %s", name, _(wrong));
        return false;
    }
    if (board_store_find(&s->boards->store, name) >= 0) {
        screen_notice(s, _("there is a board \"%s\" already"), name);
        return false;
    }
    return true;
}

void
action_board(struct screen *s, const char *argument)
{
    struct boards *b = s->boards;
    int slot = board_store_find(&b->store, argument);
    if (*argument != '\0' && slot < 0) {
        screen_notice(s, _("there is no board \"%s\""), argument);
        return;
    }
    if (slot >= 0 && slot != b->at) {
        boards_show(s, slot);
    }
    screen_set_view(s, VIEW_BOARDS);
}

static void
switch_by(struct screen *s, int by)
{
    struct boards *b = s->boards;
    int n = (int)b->store.slots->len;
    if (n < 2) {
        screen_notice(s, "%s", _("there is no other board; :board-new NAME makes one"));
        return;
    }
    boards_show(s, (b->at + by + n) % n);
}

void
action_board_next(struct screen *s, const char *argument)
{
    (void)argument;
    switch_by(s, 1);
}

void
action_board_previous(struct screen *s, const char *argument)
{
    (void)argument;
    switch_by(s, -1);
}

/* Shown from now on, and undone by its end. */
static void
take_in(struct screen *s, const char *name, struct board *board)
{
    struct boards *b = s->boards;
    struct board_slot none = {.name = (char *)(uintptr_t)name};
    boards_save(s);
    boards_remember(s, &none, _("a new board"));
    boards_show(s, board_store_add(&b->store, name, board));
    boards_changed(s);
}

void
action_board_new(struct screen *s, const char *argument)
{
    if (name_is_free(s, argument)) {
        take_in(s, argument, board_new(""));
        s->boards->edit = true;
        screen_set_view(s, VIEW_BOARDS);
    }
}

void
action_board_rename(struct screen *s, const char *argument)
{
    struct boards *b = s->boards;
    struct err err = {""};
    if (!name_is_free(s, argument)) {
        return;
    }
    b->save_at = 0; /* written under its new name */
    if (board_store_rename(&b->store, b->at, argument, &err) != RC_OK) {
        boards_failed(s, &err);
    }
    int slot = board_store_find(&b->store, argument);
    if (slot >= 0) {
        b->at = slot;
        boards_reload(s);
    }
}

void
action_board_title(struct screen *s, const char *argument)
{
    boards_begin(s);
    tile_set(&boards_board(s->boards)->title, argument);
    boards_changed(s);
}

static void
drop(struct screen *s, const char *done)
{
    struct boards *b = s->boards;
    struct err err = {""};
    boards_remember(s, boards_slot(b), _("the end of a board"));
    b->save_at = 0;
    if (board_store_drop(&b->store, b->at, &err) != RC_OK) {
        boards_failed(s, &err);
        return;
    }
    boards_show(s, b->at);
    screen_notice(s, "%s", done);
}

void
action_board_delete(struct screen *s, const char *argument)
{
    (void)argument;
    drop(s, _("deleted; :undo brings it back"));
}

void
action_board_reset(struct screen *s, const char *argument)
{
    (void)argument;
    drop(s, _("this is the admin's board again; :undo brings yours back"));
}

/* "~/x" is in the user's home. */
static char *
path_of(const char *argument)
{
    return g_str_has_prefix(argument, "~/")
               ? g_build_filename(g_get_home_dir(), argument + 2, NULL)
               : g_strdup(argument);
}

static void
export_to(struct screen *s, const char *file)
{
    char *text = board_text(boards_slot(s->boards)->board);
    char *done = g_strdup_printf(_("written: %s"), file);
    char *exists = g_strdup_printf(_("\"%s\" is there already, and is not overwritten"), file);
    export_order(s, &(struct writer_order){.how = WRITER_NEW,
                                           .path = file,
                                           .text = text,
                                           .len = strlen(text),
                                           .done = done,
                                           .exists = exists});
    g_free(exists);
    g_free(done);
    g_free(text);
}

void
action_board_export(struct screen *s, const char *argument)
{
    char *file = path_of(argument);
    if (*file == '\0') {
        screen_notice(s, "%s", _("into which file?"));
    } else {
        export_to(s, file);
    }
    g_free(file);
}

void
boards_imported(struct screen *s, const struct writer_answer *file)
{
    struct problems errors, warnings;
    problems_init(&errors);
    problems_init(&warnings);
    struct board *board =
        board_parse(file->path, file->read->str, file->read->len, &errors, &warnings);
    if (board == NULL) {
        struct err err;
        err_set(&err, RC_INVALID, "%s", errors.list[0]);
        boards_failed(s, &err);
    } else if (!name_is_free(s, file->name)) { /* any more */
        board_free(board);
    } else {
        take_in(s, file->name, board);
        screen_notice(s, _("board \"%s\" was taken in"), file->name);
    }
    for (size_t i = 0; i < warnings.n && i < PROBLEMS_MAX; i++) {
        log_warning("%s", warnings.list[i]);
        screen_notice(s, "%s", warnings.list[i]);
    }
    problems_fini(&errors);
    problems_fini(&warnings);
}

/* "FILE", or "FILE as NAME": a board that is there is never replaced. */
void
action_board_import(struct screen *s, const char *argument)
{
    const char *as = g_strrstr(argument, " as ");
    char *typed = as == NULL ? g_strdup(argument) : g_strndup(argument, (gsize)(as - argument));
    char *file = path_of(typed);
    char *name = as == NULL ? g_path_get_basename(file) : g_strdup(as + 4);
    if (as == NULL && g_str_has_suffix(name, BOARD_SUFFIX)) {
        name[strlen(name) - strlen(BOARD_SUFFIX)] = '\0';
    }
    if (*file == '\0') {
        screen_notice(s, "%s", _("out of which file?"));
    } else if (name_is_free(s, name)) {
        screen_set_view(s, VIEW_BOARDS);
        screen_notice(s, _("reading \"%s\""), file);
        writer_put(s->writer,
                   &(struct writer_order){
                       .how = WRITER_READ, .path = file, .len = BOARD_BYTES_MAX, .name = name});
    }
    g_free(name);
    g_free(file);
    g_free(typed);
}

/* ---- why not ---- */

const char *
why_no_board(const struct screen *s)
{
    return s->snap == NULL                  ? N_("the engine has not answered yet")
           : boards_slot(s->boards) == NULL ? N_("there is no board; :board-new NAME makes one")
           : boards_board(s->boards) == NULL ? N_("the file of this board is damaged")
                                             : NULL;
}

const char *
why_no_tile(const struct screen *s)
{
    const char *why = why_no_board(s);
    return why == NULL && boards_tile(s->boards) == NULL ? N_("this board has no tile") : why;
}

const char *
why_tile_has_no_trend(const struct screen *s)
{
    const char *why = why_no_tile(s);
    return why == NULL && boards_component(s->boards) == COMPONENT_NONE
               ? N_("the tile is about no component")
               : why;
}

const char *
why_not_own(const struct screen *s)
{
    const char *why = why_no_board(s);
    const struct board_slot *slot = boards_slot(s->boards);
    bool changed = s->boards->save_at != 0;
    return why != NULL ? why
           : slot->system && !slot->own && !changed
               ? N_("it is the admin's; yours begins with its first change")
               : NULL;
}

const char *
why_no_default(const struct screen *s)
{
    const char *why = why_not_own(s);
    return why == NULL && !boards_slot(s->boards)->system ? N_("the admin has no such board")
                                                          : why;
}
