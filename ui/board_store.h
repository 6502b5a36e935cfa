/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where boards are kept: a file NAME.board each, the user's in CONFIG_DIR/boards, an admin's
 * defaults for everybody in SYSTEM_DIR/boards. Of one name the user's counts. A file that is
 * damaged is named, shown as such, and never written or removed.
 *
 * All are read once, at the start; later only the writer comes near the disk: files are written
 * whole and atomically, and it tells the user what went wrong.
 *
 * Threads: ui only.
 */
#ifndef UI_BOARD_STORE_H
#define UI_BOARD_STORE_H

#include "src/core/error.h"
#include "ui/board.h"
#include "ui/writer.h"

#define BOARD_NAME_MAX 60 /* bytes */
#define BOARD_SUFFIX   ".board"

struct board_slot {
    char *name;
    struct board *board;      /* NULL: the file is damaged, problems tell why */
    bool own, system;         /* there is a file of the user, of the admin */
    char *given;              /* what the admin's says; NULL: there is none, or it is damaged */
    struct problems problems; /* else: what was kept unread or put right */
};

struct board_store {
    char *own_dir, *system_dir; /* NULL: there is none */
    GPtrArray *slots;           /* struct board_slot *, by name */
    struct writer *writer;
};

/* Either directory may be NULL. writer outlives the store. */
void board_store_init(struct board_store *store, const char *config_dir, const char *system_dir,
                      struct writer *writer);
void board_store_fini(struct board_store *store);

static inline struct board_slot *
board_store_slot(const struct board_store *store, int index)
{
    return (struct board_slot *)g_ptr_array_index(store->slots, index);
}
int board_store_find(const struct board_store *store, const char *name); /* -1: none */
/* What a file may be called; NULL, or why not: a constant that begins with "is not". */
const char *board_name_wrong(const char *name);
/* What a person calls it. */
const char *board_slot_title(const struct board_slot *slot);

/* A new one; board is taken over. Returns its index. Not yet written. */
int board_store_add(struct board_store *store, const char *name, struct board *board);
/* Write the user's file. */
MUST_USE enum rc board_store_save(struct board_store *store, struct board_slot *slot,
                                  struct err *err);
/* Remove the user's file; what the admin gave stands there again, else the slot is gone. */
MUST_USE enum rc board_store_drop(struct board_store *store, int index, struct err *err);
/* Under another name. */
MUST_USE enum rc board_store_rename(struct board_store *store, int index, const char *name,
                                    struct err *err);

#endif
