/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reader of a board's text. */
#include <string.h>

#include "src/core/i18n.h"
#include "src/core/text.h"
#include "ui/board_private.h"

#define LINE_BYTES_MAX 1000

enum section { SECTION_NONE, SECTION_BOARD, SECTION_TILE, SECTION_UNKNOWN };

struct reader {
    const char *file;
    int line;
    struct board *board;
    enum section section;
    int section_line;
    GPtrArray *pending; /* char *: comments that belong to what follows */
    GPtrArray *kept;    /* where lines of the section go */
    GArray *pairs;      /* struct setting, of the section */
    bool any_board;
    struct problems *errors, *warnings;
};

static const char *
section_name(const struct reader *r)
{
    return r->section == SECTION_TILE ? "tile" : "board";
}

static void
move_lines(GPtrArray *to, GPtrArray *from)
{
    for (guint i = 0; i < from->len; i++) {
        g_ptr_array_add(to, g_strdup(g_ptr_array_index(from, i)));
    }
    g_ptr_array_set_size(from, 0);
}

/* ---- sections ---- */

static const struct setting *
find_pair(const struct reader *r, const char *key)
{
    for (guint i = 0; i < r->pairs->len; i++) {
        const struct setting *pair = &g_array_index(r->pairs, struct setting, i);
        if (strcmp(pair->key, key) == 0) {
            return pair;
        }
    }
    return NULL;
}

static void
keep_unknown(struct reader *r, const struct setting *pair)
{
    problems_add(r->warnings, _("%s:%d: [%s] %s: this key is not known; it is kept"), r->file,
                 pair->line, section_name(r), pair->key);
    g_ptr_array_add(r->kept, g_strdup_printf("%s = %s", pair->key, pair->value));
}

static void
apply(struct reader *r, struct board_target *t, unsigned where)
{
    for (guint i = 0; i < r->pairs->len; i++) {
        const struct setting *pair = &g_array_index(r->pairs, struct setting, i);
        const struct board_key *key = board_key_find(pair->key, where);
        if (key == NULL) {
            keep_unknown(r, pair);
        } else if (!key->many && find_pair(r, pair->key) != pair) {
            problems_add_setting(r->errors, pair, "%s", _("stands in this section twice"));
        } else if (!key->read(t, pair->value)) {
            problems_add_setting(r->errors, pair, "%s", _(key->not ));
        }
    }
}

static void
end_board(struct reader *r)
{
    struct board_target target = {.board = r->board};
    apply(r, &target, BOARD_KEY_BOARD);
    if (find_pair(r, "version") == NULL) {
        problems_add(r->errors, _("%s:%d: [board] has no version"), r->file, r->section_line);
    }
}

static void
place_tile(struct reader *r, struct tile *tile, bool placed)
{
    struct tile_place places[BOARD_TILES_MAX];
    int n = board_places(r->board, places);
    if (!placed) {
        tile->place = board_layout_room(places, n, tile->place.rows, tile->place.columns);
    }
    if (!tile_place_valid(&tile->place)) {
        problems_add(r->errors, _("%s:%d: [tile] column %d and %d columns: beyond column %d"),
                     r->file, r->section_line, tile->place.column, tile->place.columns,
                     GRID_COLUMNS);
    }
    for (int i = 0; i < n; i++) {
        if (tile_place_meet(&tile->place, &places[i])) {
            problems_add(r->warnings, _("%s:%d: [tile] overlaps another tile and was moved"),
                         r->file, r->section_line);
            return;
        }
    }
}

static void
end_tile(struct reader *r, struct tile *tile)
{
    const struct setting *pair = find_pair(r, "kind");
    struct board_target target = {.board = r->board, .tile = tile};
    if (pair == NULL) {
        problems_add(r->errors, _("%s:%d: [tile] has no kind"), r->file, r->section_line);
    } else if (tile_kind_from_name(pair->value, &tile->kind)) {
        struct tile *usual = tile_new(tile->kind);
        tile->place = usual->place;
        tile->span_s = usual->span_s;
        tile_free(usual);
    }
    apply(r, &target, BOARD_KEY_OF(tile->kind));
    place_tile(r, tile, target.placed);
}

static void
clear_pair(gpointer data)
{
    struct setting *pair = data;
    g_free(pair->key);
    g_free(pair->value);
}

static void
end_section(struct reader *r)
{
    guint n = r->board->tiles->len;
    if (r->section == SECTION_BOARD) {
        end_board(r);
    } else if (r->section == SECTION_TILE) {
        /* Not one of the board's yet: its place is compared with theirs. */
        struct tile *tile = g_ptr_array_steal_index(r->board->tiles, n - 1);
        end_tile(r, tile);
        g_ptr_array_add(r->board->tiles, tile);
    }
    g_array_set_size(r->pairs, 0);
}

static void
begin_tile(struct reader *r)
{
    if (r->board->tiles->len >= BOARD_TILES_MAX) {
        problems_add(r->errors,
                     _("%s:%d: [tile] is one more than the %d that a board may have"), r->file,
                     r->line, BOARD_TILES_MAX);
        r->section = SECTION_UNKNOWN;
        r->kept = r->board->below;
        return;
    }
    struct tile *tile = tile_new(TILE_TEXT);
    g_ptr_array_add(r->board->tiles, tile);
    move_lines(tile->above, r->pending);
    r->section = SECTION_TILE;
    r->kept = tile->kept;
}

static void
begin_section(struct reader *r, const char *header)
{
    end_section(r);
    r->section_line = r->line;
    if (strcmp(header, "[tile]") == 0) {
        begin_tile(r);
    } else if (strcmp(header, "[board]") == 0) {
        if (r->any_board) {
            problems_add(r->errors, _("%s:%d: [board] stands twice"), r->file, r->line);
        }
        r->any_board = true;
        r->section = SECTION_BOARD;
        r->kept = r->board->kept;
        move_lines(r->board->above, r->pending);
    } else {
        problems_add(r->warnings, _("%s:%d: \"%.60s\": this section is not known; it is kept"),
                     r->file, r->line, header);
        r->section = SECTION_UNKNOWN;
        r->kept = r->board->below;
        move_lines(r->kept, r->pending);
        g_ptr_array_add(r->kept, g_strdup(header));
    }
}

/* ---- lines ---- */

static void
read_pair(struct reader *r, char *line)
{
    char *equals = strchr(line, '=');
    if (equals == NULL || equals == line) {
        problems_add(r->errors, _("%s:%d: \"%.60s\" is not of the form key = value"), r->file,
                     r->line, line);
        return;
    }
    *equals = '\0';
    char *value = text_sanitize_dup(equals + 1, strlen(equals + 1));
    struct setting pair = {.file = (char *)(uintptr_t)r->file,
                           .section = (char *)(uintptr_t)section_name(r),
                           .key = text_sanitize_dup(line, strlen(line)),
                           .value = value,
                           .line = r->line};
    g_strstrip(pair.key);
    g_strstrip(pair.value);
    move_lines(r->kept, r->pending);
    g_array_append_val(r->pairs, pair);
}

static void
read_line(struct reader *r, char *line)
{
    if (strlen(line) > LINE_BYTES_MAX) {
        problems_add(r->errors, _("%s:%d: a line of more than %d bytes"), r->file, r->line,
                     LINE_BYTES_MAX);
        return;
    }
    g_strstrip(line);
    if (*line == '\0') {
        return;
    }
    if (*line == '#' || *line == ';') {
        g_ptr_array_add(r->pending, g_strdup(line));
    } else if (*line == '[') {
        begin_section(r, line);
    } else if (r->section == SECTION_NONE) {
        problems_add(r->errors, _("%s:%d: \"%.60s\" stands before [board]"), r->file, r->line,
                     line);
    } else if (r->section == SECTION_UNKNOWN) {
        move_lines(r->kept, r->pending);
        g_ptr_array_add(r->kept, g_strdup(line));
    } else {
        read_pair(r, line);
    }
}

static void
read_lines(struct reader *r, const char *text, size_t len)
{
    if (len > BOARD_BYTES_MAX) {
        problems_add(r->errors, _("%s: more than %d KiB"), r->file, BOARD_BYTES_MAX / 1024);
        return;
    }
    if (memchr(text, '\0', len) != NULL) {
        problems_add(r->errors, _("%s: not a text: it has a NUL byte"), r->file);
        return;
    }
    const char *end = text + len;
    while (text < end) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        stop = stop == NULL ? end : stop;
        char *line = g_strndup(text, (size_t)(stop - text));
        r->line++;
        read_line(r, line);
        g_free(line);
        text = stop + 1;
    }
    end_section(r);
    if (!r->any_board) {
        problems_add(r->errors, _("%s: has no [board]"), r->file);
    }
}

struct board *
board_parse(const char *file, const char *text, size_t len, struct problems *errors,
            struct problems *warnings)
{
    size_t before = errors->n;
    struct reader r = {.file = file,
                       .board = board_new(""),
                       .pending = g_ptr_array_new_with_free_func(g_free),
                       .pairs = g_array_new(FALSE, FALSE, sizeof(struct setting)),
                       .errors = errors,
                       .warnings = warnings};
    g_array_set_clear_func(r.pairs, clear_pair);
    read_lines(&r, text, len);
    move_lines(r.board->below, r.pending);
    g_ptr_array_unref(r.pending);
    g_array_unref(r.pairs);
    if (errors->n > before) {
        board_free(r.board);
        return NULL;
    }
    struct tile_place places[BOARD_TILES_MAX];
    int n = board_places(r.board, places);
    board_layout_settle(places, n, -1);
    board_set_places(r.board, places);
    return r.board;
}
