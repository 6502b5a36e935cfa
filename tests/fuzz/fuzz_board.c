/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a board: what is taken is clean and has no overlap, and its text is the same
 * board again. */
#include <assert.h>
#include <string.h>

#include "ui/board.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_clean(const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        assert((unsigned char)*p >= 0x20 && *p != 0x7f);
    }
    assert(g_utf8_validate(text, -1, NULL));
}

static void
check_tiles(const struct board *b)
{
    assert(b->tiles->len <= BOARD_TILES_MAX);
    for (guint i = 0; i < b->tiles->len; i++) {
        const struct tile *t = board_tile(b, (int)i);
        check_clean(t->title);
        check_clean(t->station);
        check_clean(t->select);
        assert(tile_place_valid(&t->place));
        for (guint k = 0; k < t->text->len; k++) {
            check_clean(g_ptr_array_index(t->text, k));
        }
        for (guint k = 0; k < t->components->len; k++) {
            check_clean(g_ptr_array_index(t->components, k));
        }
        for (guint k = 0; k < i; k++) {
            assert(!tile_place_meet(&t->place, &board_tile(b, (int)k)->place));
        }
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct problems errors, warnings;
    problems_init(&errors);
    problems_init(&warnings);
    struct board *b = board_parse("f", (const char *)data, size, &errors, &warnings);
    assert((b == NULL) == (errors.n > 0));
    if (b != NULL) {
        check_clean(b->title);
        check_tiles(b);
        char *text = board_text(b);
        struct board *again = board_parse("f", text, strlen(text), &errors, &warnings);
        assert(again != NULL && errors.n == 0);
        char *same = board_text(again);
        assert(strcmp(text, same) == 0);
        g_free(same);
        g_free(text);
        board_free(again);
        board_free(b);
    }
    problems_fini(&errors);
    problems_fini(&warnings);
    return 0;
}
