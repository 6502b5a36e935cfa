/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/board_store.h"
#include "ui/collate.h"

#include <string.h>

#include "src/core/file.h"
#include "src/core/i18n.h"
#include "src/core/text.h"

static void
free_slot(gpointer data)
{
    struct board_slot *slot = data;
    board_free(slot->board);
    problems_fini(&slot->problems);
    g_free(slot->name);
    g_free(slot->given);
    g_free(slot);
}

static gint
by_name(gconstpointer a, gconstpointer b)
{
    const struct board_slot *x = *(struct board_slot *const *)a,
                            *y = *(struct board_slot *const *)b;
    return collate_compare(x->name, y->name);
}

const char *
board_name_wrong(const char *name)
{
    char clean[BOARD_NAME_MAX + 2];
    text_sanitize(clean, sizeof(clean), name, strlen(name));
    return *name == '\0' || *name == '.' || *name == ' ' || strchr(name, '/') != NULL
               ? N_("is not a name: no slash, and no point or blank at the start")
           : strlen(name) > BOARD_NAME_MAX ? N_("is not short enough")
           : strcmp(name, clean) != 0      ? N_("is not made of letters")
                                           : NULL;
}

const char *
board_slot_title(const struct board_slot *slot)
{
    return slot->board != NULL && *slot->board->title != '\0' ? slot->board->title : slot->name;
}

int
board_store_find(const struct board_store *store, const char *name)
{
    for (guint i = 0; i < store->slots->len; i++) {
        if (strcmp(board_store_slot(store, (int)i)->name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

static char *
path_of(const char *dir, const char *name)
{
    char *file = g_strconcat(name, BOARD_SUFFIX, NULL);
    char *path = g_build_filename(dir, file, NULL);
    g_free(file);
    return path;
}

/* ---- reading ---- */

static struct board *
read_file(const char *path, struct problems *errors, struct problems *warnings)
{
    GString *text = g_string_new(NULL);
    struct board *board = NULL;
    struct err err;
    if (file_read(text, path, BOARD_BYTES_MAX, &err) != RC_OK) {
        problems_add(errors, "%s", err.text);
    } else {
        board = board_parse(path, text->str, text->len, errors, warnings);
    }
    g_string_free(text, TRUE);
    return board;
}

static void
read_slot(struct board_slot *slot, const char *dir)
{
    struct problems warnings;
    char *path = path_of(dir, slot->name);
    board_free(slot->board);
    problems_fini(&slot->problems);
    problems_init(&warnings);
    slot->board = read_file(path, &slot->problems, &warnings);
    if (slot->board != NULL) {
        problems_fini(&slot->problems);
        slot->problems = warnings;
    } else {
        problems_fini(&warnings);
    }
    g_free(path);
}

/* The admin's board instead of the user's. */
static void
show_given(struct board_store *store, struct board_slot *slot)
{
    if (slot->given == NULL) {
        read_slot(slot, store->system_dir); /* to tell what is wrong with it */
        return;
    }
    char *path = path_of(store->system_dir, slot->name);
    board_free(slot->board);
    problems_fini(&slot->problems);
    problems_init(&slot->problems);
    slot->board =
        board_parse(path, slot->given, strlen(slot->given), &slot->problems, &slot->problems);
    g_free(path);
}

static struct board_slot *
new_slot(struct board_store *store, const char *name)
{
    struct board_slot *slot = g_new0(struct board_slot, 1);
    slot->name = g_strdup(name);
    problems_init(&slot->problems);
    g_ptr_array_add(store->slots, slot);
    return slot;
}

static void
read_dir(struct board_store *store, const char *path, bool own)
{
    GDir *dir = path == NULL ? NULL : g_dir_open(path, 0, NULL);
    const char *file;
    while (dir != NULL && (file = g_dir_read_name(dir)) != NULL) {
        char *name = g_strdup(file);
        char *suffix = g_str_has_suffix(name, BOARD_SUFFIX) ? strrchr(name, '.') : NULL;
        if (suffix != NULL) {
            *suffix = '\0';
            if (board_name_wrong(name) == NULL) {
                int index = board_store_find(store, name);
                struct board_slot *slot =
                    index < 0 ? new_slot(store, name) : board_store_slot(store, index);
                slot->own = slot->own || own;
                slot->system = slot->system || !own;
                read_slot(slot, path);
                if (!own && slot->board != NULL) {
                    slot->given = board_text(slot->board);
                }
            }
        }
        g_free(name);
    }
    if (dir != NULL) {
        g_dir_close(dir);
    }
}

void
board_store_init(struct board_store *store, const char *config_dir, const char *system_dir,
                 struct writer *writer)
{
    *store = (struct board_store){
        .writer = writer,
        .own_dir = config_dir == NULL ? NULL : g_build_filename(config_dir, "boards", NULL),
        .system_dir = system_dir == NULL ? NULL : g_build_filename(system_dir, "boards", NULL),
        .slots = g_ptr_array_new_with_free_func(free_slot)};
    read_dir(store, store->system_dir, false);
    read_dir(store, store->own_dir, true);
    g_ptr_array_sort(store->slots, by_name);
}

void
board_store_fini(struct board_store *store)
{
    g_ptr_array_unref(store->slots);
    g_free(store->own_dir);
    g_free(store->system_dir);
}

/* ---- changing ---- */

int
board_store_add(struct board_store *store, const char *name, struct board *board)
{
    new_slot(store, name)->board = board;
    g_ptr_array_sort(store->slots, by_name);
    return board_store_find(store, name);
}

static enum rc
no_dir(const struct board_slot *slot, struct err *err)
{
    return err_set(err, RC_IO, _("there is no directory to keep board \"%s\" in"), slot->name);
}

/* instead_of: the board's name before; NULL. */
static void
write_slot(struct board_store *store, struct board_slot *slot, const char *instead_of)
{
    char *path = path_of(store->own_dir, slot->name), *text = board_text(slot->board);
    char *before = instead_of == NULL ? NULL : path_of(store->own_dir, instead_of);
    writer_put(store->writer, &(struct writer_order){.how = WRITER_REPLACE,
                                                     .path = path,
                                                     .text = text,
                                                     .len = strlen(text),
                                                     .instead_of = before,
                                                     .own = true});
    slot->own = true;
    g_free(before);
    g_free(text);
    g_free(path);
}

enum rc
board_store_save(struct board_store *store, struct board_slot *slot, struct err *err)
{
    if (store->own_dir == NULL) {
        return no_dir(slot, err);
    }
    write_slot(store, slot, NULL);
    return RC_OK;
}

enum rc
board_store_drop(struct board_store *store, int index, struct err *err)
{
    struct board_slot *slot = board_store_slot(store, index);
    if (slot->board == NULL) {
        return err_set(err, RC_INVALID,
                       _("the file of board \"%s\" is damaged: mend it, or "
                         "remove it by hand"),
                       slot->name);
    }
    if (slot->own) {
        char *path = path_of(store->own_dir, slot->name);
        writer_put(store->writer,
                   &(struct writer_order){.how = WRITER_REMOVE, .path = path, .own = true});
        g_free(path);
    }
    slot->own = false;
    if (slot->system) {
        show_given(store, slot);
    } else {
        g_ptr_array_remove_index(store->slots, (guint)index);
    }
    return RC_OK;
}

enum rc
board_store_rename(struct board_store *store, int index, const char *name, struct err *err)
{
    struct board_slot *slot = board_store_slot(store, index);
    if (store->own_dir == NULL) {
        return no_dir(slot, err);
    }
    char *before = slot->name;
    slot->name = g_strdup(name);
    write_slot(store, slot, before);
    if (slot->system) { /* the admin's stays under its name */
        slot->system = false;
        struct board_slot *left = new_slot(store, before);
        left->system = true;
        left->given = g_steal_pointer(&slot->given);
        show_given(store, left);
    }
    g_free(before);
    g_ptr_array_sort(store->slots, by_name);
    return RC_OK;
}
