/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/draw.h"

#include <stdarg.h>
#include <stdint.h>
#include <wchar.h>

#include <curses.h>

#include "src/core/text.h"

#define TEXT_MAX     2048 /* bytes of a piece; wider screens than this are cut */
#define ROWS_MAX     2000
#define NO_PIECE     UINT32_MAX
#define ROW_TEXT_MAX 1000 /* columns that are read back */

struct piece {
    uint32_t next; /* in the same row */
    uint32_t text, len;
    int16_t x, width;
    uint16_t style;
    uint8_t right;
    uint8_t fill; /* enum glyph + 1 */
};

struct frame {
    GArray *pieces; /* struct piece */
    GByteArray *text;
    uint32_t *first, *last; /* rows */
};

struct draw {
    struct frame frames[2];
    int now; /* the frame being made; the other is on the screen */
    int rows, columns;
    bool whole; /* nothing is known of the screen */
    enum glyph_set glyphs;
    const struct theme *theme;
    bool flash_off, flashes;
};

static void
frame_start(struct frame *f, int rows)
{
    g_array_set_size(f->pieces, 0);
    g_byte_array_set_size(f->text, 0);
    for (int y = 0; y < rows; y++) {
        f->first[y] = f->last[y] = NO_PIECE;
    }
}

struct draw *
draw_new(void)
{
    struct draw *d = g_new0(struct draw, 1);
    for (int i = 0; i < 2; i++) {
        d->frames[i].pieces = g_array_new(FALSE, FALSE, sizeof(struct piece));
        d->frames[i].text = g_byte_array_new();
    }
    d->whole = true;
    d->theme = &themes[0];
    return d;
}

void
draw_free(struct draw *d)
{
    if (d == NULL) {
        return;
    }
    for (int i = 0; i < 2; i++) {
        g_array_free(d->frames[i].pieces, TRUE);
        g_byte_array_free(d->frames[i].text, TRUE);
        g_free(d->frames[i].first);
        g_free(d->frames[i].last);
    }
    g_free(d);
}

void
draw_set_glyphs(struct draw *d, enum glyph_set set)
{
    d->glyphs = set;
    d->whole = true;
}

enum glyph_set
draw_glyphs(const struct draw *d)
{
    return d->glyphs;
}

void
draw_set_theme(struct draw *d, const struct theme *theme)
{
    d->theme = theme;
    d->whole = true;
}

const struct theme *
draw_theme(const struct draw *d)
{
    return d->theme;
}

void
draw_set_flash(struct draw *d, bool on)
{
    d->flash_off = !on;
}

bool
draw_flashes(const struct draw *d)
{
    return d->flashes;
}

void
draw_invalidate(struct draw *d)
{
    d->whole = true;
}

void
draw_begin(struct draw *d, int rows, int columns)
{
    rows = CLAMP(rows, 1, ROWS_MAX);
    columns = CLAMP(columns, 1, INT16_MAX);
    if (rows != d->rows || columns != d->columns) {
        d->rows = rows;
        d->columns = columns;
        d->whole = true;
        for (int i = 0; i < 2; i++) {
            d->frames[i].first = g_renew(uint32_t, d->frames[i].first, (size_t)rows);
            d->frames[i].last = g_renew(uint32_t, d->frames[i].last, (size_t)rows);
            frame_start(&d->frames[i], rows);
        }
    }
    frame_start(&d->frames[d->now], rows);
    d->flashes = false;
}

static void
add(struct draw *d, int y, struct piece piece, const char *text)
{
    struct frame *f = &d->frames[d->now];
    if (y < 0 || y >= d->rows || piece.x < 0 || piece.x >= d->columns || piece.width <= 0) {
        return;
    }
    piece.width = (int16_t)MIN((int)piece.width, d->columns - piece.x);
    if ((piece.style & STYLE_FLASHING) != 0) {
        d->flashes = true;
        piece.style |= d->flash_off ? STYLE_FLASH_OFF : 0;
    }
    piece.next = NO_PIECE;
    piece.text = f->text->len;
    piece.len = text == NULL ? 0 : (uint32_t)strnlen(text, TEXT_MAX - 1);
    if (piece.len > 0) {
        g_byte_array_append(f->text, (const guint8 *)text, piece.len);
    }
    uint32_t index = f->pieces->len;
    g_array_append_val(f->pieces, piece);
    if (f->first[y] == NO_PIECE) {
        f->first[y] = index;
    } else {
        g_array_index(f->pieces, struct piece, f->last[y]).next = index;
    }
    f->last[y] = index;
}

static struct piece
piece_at(int x, int width, unsigned style)
{
    return (struct piece){.x = (int16_t)CLAMP(x, -1, INT16_MAX),
                          .width = (int16_t)CLAMP(width, 0, INT16_MAX),
                          .style = (uint16_t)style};
}

void
draw_text(struct draw *d, int y, int x, int width, unsigned style, const char *text)
{
    add(d, y, piece_at(x, width, style), text);
}

void
draw_right(struct draw *d, int y, int x, int width, unsigned style, const char *text)
{
    struct piece piece = piece_at(x, width, style);
    piece.right = 1;
    add(d, y, piece, text);
}

void
draw_format(struct draw *d, int y, int x, int width, unsigned style, const char *fmt, ...)
{
    char text[TEXT_MAX];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    draw_text(d, y, x, width, style, text);
}

void
draw_fill(struct draw *d, int y, int x, int width, unsigned style, enum glyph glyph)
{
    struct piece piece = piece_at(x, width, style);
    piece.fill = (uint8_t)(glyph + 1);
    add(d, y, piece, NULL);
}

void
draw_glyph(struct draw *d, int y, int x, unsigned style, enum glyph glyph)
{
    draw_fill(d, y, x, 1, style, glyph);
}

int
draw_columns(const struct draw *d, const char *text)
{
    if (d->glyphs != GLYPHS_ASCII) {
        return text_columns(text);
    }
    int columns = 0;
    for (const char *p = text; *p != '\0'; p = text_next(p)) {
        gunichar c = g_utf8_get_char(p);
        char one[2];
        columns += g_unichar_iszerowidth(c) ? 0 : (int)strlen(glyph_ascii(c, one));
    }
    return columns;
}

int
draw_flow(struct draw *d, int y, int x, int width, unsigned style, const char *text)
{
    int columns = MIN(draw_columns(d, text), width);
    draw_text(d, y, x, columns, style, text);
    return MAX(columns, 0);
}

/* ---- handing over to curses ---- */

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

/* From the first changed piece on, pieces are shown again: a later one may lie on top. */
static void
show_row(struct draw *d, int y)
{
    const struct frame *new = &d->frames[d->now], *old = &d->frames[1 - d->now];
    bool whole = d->whole || !row_same_places(new, old, y);
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
        }
        i = a->next;
    }
}

void
draw_end(struct draw *d, int y, int x)
{
    for (int row = 0; row < d->rows; row++) {
        show_row(d, row);
    }
    wmove(stdscr, CLAMP(y, 0, d->rows - 1), CLAMP(x, 0, d->columns - 1));
    wnoutrefresh(stdscr);
    d->whole = false;
    d->now = 1 - d->now;
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
