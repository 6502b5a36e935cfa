/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/draw_private.h"

#include <stdarg.h>

#include "src/core/text.h"

#define ROWS_MAX 2000

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
    d->left = g_array_new(FALSE, TRUE, sizeof(bool));
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
    g_array_free(d->left, TRUE);
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
        g_array_set_size(d->left, 0);
        g_array_set_size(d->left, (guint)rows); /* zeroed */
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
