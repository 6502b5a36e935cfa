/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keys of a board's text, for its reader. Pure. */
#ifndef UI_BOARD_PRIVATE_H
#define UI_BOARD_PRIVATE_H

#include "ui/board.h"

/* What is being read into. */
struct board_target {
    struct board *board;
    struct tile *tile; /* NULL: the board itself */
    bool placed;       /* a row or column was given */
};

#define BOARD_KEY_OF(kind) (1u << (kind))
#define BOARD_KEY_BOARD    (1u << TILE_KINDS)

struct board_key {
    const char *name;
    unsigned where;                                          /* kinds of tiles, or the board */
    bool many;                                               /* may stand more than once */
    bool (*read)(struct board_target *t, const char *value); /* false: it is not … */
    const char * not ;                                       /* N_() */
};

/* NULL: it has no such key there. */
const struct board_key *board_key_find(const char *name, unsigned where);

#endif
