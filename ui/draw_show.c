/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames are handed over to curses: what differs from the frame before, and no more of it than
 * a slow line bears. */
#include "ui/draw_private.h"

#include <wchar.h>

#include <curses.h>

#include "src/core/text.h"

#define ROW_TEXT_MAX 1000 /* columns that are read back */

struct cells {
    wchar_t text[TEXT_MAX];
    size_t n;
    int columns;
};

static int
columns_of(wchar_t c)
{
    return c >= 0x20 && c < 0x7f ? 1 : wcwidth(c);
}

/* Append c if it fits; false when it does not. A character of unknown width becomes '?'. */
static bool
put(struct cells *cells, wchar_t c, int max)
{
    int columns = columns_of(c);
    if (columns < 0 || (columns == 0 && cells->n == 0)) {
        c = L'?';
        columns = 1;
    }
    if (cells->columns + columns > max || cells->n + 2 > TEXT_MAX) {
        return false;
    }
    cells->text[cells->n++] = c;
    cells->columns += columns;
    return true;
}

static bool
put_char(const struct draw *d, struct cells *cells, gunichar c, int max)
{
    if (d->glyphs != GLYPHS_ASCII) {
        return put(cells, (wchar_t)c, max);
    }
    if (g_unichar_iszerowidth(c)) {
        return true;
    }
    char one[2];
    for (const char *p = glyph_ascii(c, one); *p != '\0'; p++) {
        if (!put(cells, (wchar_t)*p, max)) {
            return false;
        }
    }
    return true;
}

/* Text that does not fit loses characters at its end, until the mark that says so has room. */
static void
mark_cut(const struct draw *d, struct cells *cells, int max)
{
    while (cells->n > 0 && cells->columns + 1 > max) {
        int columns = columns_of(cells->text[--cells->n]);
        cells->columns -= columns > 0 ? columns : 0;
    }
    put(cells, (wchar_t)g_utf8_get_char(glyph_text(d->glyphs, GLYPH_MORE)), max);
}

static void
cells_from_text(const struct draw *d, struct cells *cells, const char *text, int max)
{
    for (const char *p = text; *p != '\0'; p = text_next(p)) {
        if (!put_char(d, cells, g_utf8_get_char(p), max)) {
            mark_cut(d, cells, max);
            return;
        }
    }
}

static void
show(const struct draw *d, int y, const struct piece *piece, const uint8_t *bytes)
{
    struct cells cells = {.n = 0};
    char text[TEXT_MAX];
    style_set(d->theme, piece->style);
    if (piece->fill != 0) {
        const char *glyph = glyph_text(d->glyphs, (enum glyph)(piece->fill - 1));
        for (int i = 0; i < piece->width; i++) {
            put(&cells, (wchar_t)g_utf8_get_char(glyph), piece->width);
        }
    } else {
        text_sanitize(text, sizeof(text), bytes, piece->len);
        cells_from_text(d, &cells, text, piece->width);
    }
    int blank = piece->width - cells.columns;
    wmove(stdscr, y, piece->x);
    for (int i = 0; piece->right && i < blank; i++) {
        addch(' ');
    }
    addnwstr(cells.text, (int)cells.n);
    for (int i = 0; !piece->right && i < blank; i++) {
        addch(' ');
    }
}

static bool
same_place(const struct piece *a, const struct piece *b)
{
    return a->x == b->x && a->width == b->width;
}

static bool
same(const struct piece *a, const uint8_t *a_text, const struct piece *b, const uint8_t *b_text)
{
    return a->style == b->style && a->right == b->right && a->fill == b->fill &&
           a->len == b->len && memcmp(a_text + a->text, b_text + b->text, a->len) == 0;
}

static bool
row_same_places(const struct frame *new, const struct frame *old, int y)
{
    uint32_t i = new->first[y], j = old->first[y];
    while (i != NO_PIECE && j != NO_PIECE) {
        const struct piece *a = &g_array_index(new->pieces, struct piece, i);
        const struct piece *b = &g_array_index(old->pieces, struct piece, j);
        if (!same_place(a, b)) {
            return false;
        }
        i = a->next;
        j = b->next;
    }
    return i == j;
}

static bool
row_is_left(const struct draw *d, int y)
{
    return g_array_index(d->left, bool, y);
}

static bool
row_differs(const struct draw *d, int y)
{
    const struct frame *new = &d->frames[d->now], *old = &d->frames[1 - d->now];
    if (!row_same_places(new, old, y)) {
        return true;
    }
    uint32_t j = old->first[y];
    for (uint32_t i = new->first[y]; i != NO_PIECE;) {
        const struct piece *a = &g_array_index(new->pieces, struct piece, i);
        const struct piece *b = &g_array_index(old->pieces, struct piece, j);
        if (!same(a, new->text->data, b, old->text->data)) {
            return true;
        }
        i = a->next;
        j = b->next;
    }
    return false;
}

/* From the first changed piece on, pieces are shown again: a later one may lie on top. Returns
 * the cells that were written anew. */
static int
show_row(struct draw *d, int y)
{
    const struct frame *new = &d->frames[d->now], *old = &d->frames[1 - d->now];
    bool whole = d->whole || row_is_left(d, y) || !row_same_places(new, old, y);
    int cells = 0;
    if (whole) {
        style_set(d->theme, STYLE_NORMAL);
        wmove(stdscr, y, 0);
        clrtoeol();
    }
    uint32_t j = old->first[y];
    int right_edge = -1; /* of what was shown again */
    for (uint32_t i = new->first[y]; i != NO_PIECE;) {
        const struct piece *a = &g_array_index(new->pieces, struct piece, i);
        bool again = whole || a->x < right_edge;
        if (!whole) {
            const struct piece *b = &g_array_index(old->pieces, struct piece, j);
            again = again || !same(a, new->text->data, b, old->text->data);
            j = b->next;
        }
        if (again) {
            show(d, y, a, new->text->data + a->text);
            right_edge = MAX(right_edge, a->x + a->width);
            cells += a->width;
        }
        i = a->next;
    }
    return cells;
}

/* The rows that were left before, or the others, as long as limit lasts: what it does not
 * suffice for is left for a later frame, whole. again: only those that are in later. */
static int
show_rows(struct draw *d, bool left, bool again, int spent, int limit, bool *later)
{
    for (int y = 0; y < d->rows; y++) {
        if (row_is_left(d, y) != left || (again && !later[y])) {
            continue;
        }
        bool room = d->budget == 0 || spent < limit;
        later[y] = !room && (left || d->whole || row_differs(d, y));
        if (room) {
            spent += show_row(d, y);
        }
    }
    return spent;
}

void
draw_end(struct draw *d, int y, int x)
{
    bool *later = g_new0(bool, (gsize)d->rows);
    /* A share for what has waited already, so that it comes even in a storm. */
    int spent = show_rows(d, true, false, 0, d->budget / 3, later);
    spent = show_rows(d, false, false, spent, d->budget, later);
    show_rows(d, true, true, spent, d->budget, later);
    d->any_left = false;
    for (int row = 0; row < d->rows; row++) {
        g_array_index(d->left, bool, row) = later[row];
        d->any_left = d->any_left || later[row];
    }
    g_free(later);
    wmove(stdscr, CLAMP(y, 0, d->rows - 1), CLAMP(x, 0, d->columns - 1));
    wnoutrefresh(stdscr);
    d->whole = false;
    d->now = 1 - d->now;
}

void
draw_set_budget(struct draw *d, int cells)
{
    d->budget = cells;
}

bool
draw_left(const struct draw *d)
{
    return d->any_left;
}

const bool *
draw_rows_left(const struct draw *d, int y, int n)
{
    bool inside = y >= 0 && n > 0 && y + n <= d->rows;
    return d->any_left && inside ? &g_array_index(d->left, bool, y) : NULL;
}

void
draw_row_text(const struct draw *d, int y, int x, int width, char *dst, size_t cap)
{
    wchar_t wide[ROW_TEXT_MAX + 1] = {0};
    int n = MIN(MIN(width, d->columns - x), ROW_TEXT_MAX);
    *dst = '\0';
    if (n <= 0 || y < 0 || y >= d->rows || mvwinnwstr(stdscr, y, x, wide, n) == ERR) {
        return;
    }
    char *text = g_ucs4_to_utf8((const gunichar *)wide, -1, NULL, NULL, NULL);
    g_strlcpy(dst, g_strchomp(text), cap);
    g_free(text);
}
