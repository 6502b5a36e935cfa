/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/glyph.h"

#include <assert.h>
#include <string.h>

static const char *const set_names[] = {[GLYPHS_UTF8] = "braille",
                                        [GLYPHS_BLOCK] = "block",
                                        [GLYPHS_VT] = "vt",
                                        [GLYPHS_ASCII] = "ascii"};
static_assert(G_N_ELEMENTS(set_names) == GLYPH_SETS, "a set has no name");

static const char *const glyphs[][GLYPH_SETS] = {
    [GLYPH_FAULT] = {"■", "■", "■", "!"},       [GLYPH_UNSURE] = {"?", "?", "?", "?"},
    [GLYPH_CURSOR] = {"►", "►", ">", ">"},      [GLYPH_ON] = {"●", "●", "●", "*"},
    [GLYPH_OFF] = {"○", "○", "·", "o"},         [GLYPH_BAR_FULL] = {"█", "█", "█", "#"},
    [GLYPH_BAR_EMPTY] = {"░", "░", "░", "."},   [GLYPH_LINE] = {"─", "─", "─", "-"},
    [GLYPH_WALL] = {"│", "│", "│", "|"},        [GLYPH_TEE_DOWN] = {"┬", "┬", "┬", "+"},
    [GLYPH_TEE_UP] = {"┴", "┴", "┴", "+"},      [GLYPH_END_LEFT] = {"├", "├", "├", "["},
    [GLYPH_END_RIGHT] = {"┤", "┤", "┤", "]"},   [GLYPH_DOWNWARD] = {"▼", "▼", "▼", "v"},
    [GLYPH_UPWARD] = {"▲", "▲", "▲", "^"},      [GLYPH_MORE] = {"…", "…", "~", "~"},
    [GLYPH_DOT] = {"·", "·", "·", "-"},         [GLYPH_CRITICAL] = {"■", "■", "■", "1"},
    [GLYPH_HIGH] = {"▲", "▲", "▲", "2"},        [GLYPH_MEDIUM] = {"◆", "◆", "▼", "3"},
    [GLYPH_LOW] = {"·", "·", "·", "4"},         [GLYPH_BRANCH] = {"├", "├", "├", "|"},
    [GLYPH_BRANCH_LAST] = {"└", "└", "└", "`"}, [GLYPH_STATION] = {"·", "·", "·", "+"},
    [GLYPH_TOWN] = {"•", "•", "o", "o"},
};
static_assert(G_N_ELEMENTS(glyphs) == GLYPHS, "a glyph is missing");

/* The console's fonts have but three shades. */
static const char *const bars[][GLYPH_BARS + 1] = {
    [GLYPHS_UTF8] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"},
    [GLYPHS_BLOCK] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"},
    [GLYPHS_VT] = {" ", "░", "░", "░", "▒", "▒", "▒", "█", "█"},
    [GLYPHS_ASCII] = {" ", ".", ".", ":", ":", "+", "+", "#", "#"},
};
static_assert(G_N_ELEMENTS(bars) == GLYPH_SETS, "a set has no bars");

/* What decomposition does not give. Sorted by code point. */
static const struct {
    gunichar c;
    const char *ascii;
} letters[] = {
    {0x00a0, " "},    {0x00a7, "par."}, {0x00ab, "<<"},  {0x00b0, "deg"}, {0x00b1, "+-"},
    {0x00b2, "2"},    {0x00b3, "3"},    {0x00b5, "u"},   {0x00b7, "-"},   {0x00bb, ">>"},
    {0x00c4, "Ae"},   {0x00c5, "Aa"},   {0x00c6, "Ae"},  {0x00d6, "Oe"},  {0x00d7, "x"},
    {0x00d8, "Oe"},   {0x00dc, "Ue"},   {0x00df, "ss"},  {0x00e4, "ae"},  {0x00e5, "aa"},
    {0x00e6, "ae"},   {0x00f0, "d"},    {0x00f6, "oe"},  {0x00f7, "/"},   {0x00f8, "oe"},
    {0x00fc, "ue"},   {0x00fe, "th"},   {0x0131, "i"},   {0x0141, "L"},   {0x0142, "l"},
    {0x0152, "Oe"},   {0x0153, "oe"},   {0x0394, "D"},   {0x03a9, "Ohm"}, {0x03bc, "u"},
    {0x1e9e, "SS"},   {0x2010, "-"},    {0x2011, "-"},   {0x2012, "-"},   {0x2013, "-"},
    {0x2014, "-"},    {0x2018, "'"},    {0x2019, "'"},   {0x201a, "'"},   {0x201c, "\""},
    {0x201d, "\""},   {0x201e, "\""},   {0x2022, "*"},   {0x2026, "..."}, {0x202f, " "},
    {0x2030, "0/00"}, {0x20ac, "EUR"},  {0x2126, "Ohm"}, {0x2190, "<-"},  {0x2192, "->"},
    {0x2212, "-"},    {0x2264, "<="},   {0x2265, ">="},
};

const char *
glyph_text(enum glyph_set set, enum glyph glyph)
{
    return glyphs[glyph][set];
}

const char *
glyph_bar(enum glyph_set set, int height)
{
    return bars[set][CLAMP(height, 0, GLYPH_BARS)];
}

const char *
glyph_set_name(enum glyph_set set)
{
    return set_names[set];
}

bool
glyph_set_by_name(enum glyph_set *ret, const char *name)
{
    for (int i = 0; i < GLYPH_SETS; i++) {
        if (strcmp(name, set_names[i]) == 0) {
            *ret = (enum glyph_set)i;
            return true;
        }
    }
    if (strcmp(name, "utf8") == 0) {
        *ret = GLYPHS_UTF8;
        return true;
    }
    return false;
}

static const char *
plain(char one[2], gunichar c)
{
    one[0] = (char)c;
    one[1] = '\0';
    return one;
}

const char *
glyph_ascii(gunichar c, char one[2])
{
    if (c >= 0x20 && c < 0x7f) {
        return plain(one, c);
    }
    for (size_t low = 0, high = G_N_ELEMENTS(letters); low < high;) {
        size_t middle = (low + high) / 2;
        if (letters[middle].c == c) {
            return letters[middle].ascii;
        }
        if (letters[middle].c < c) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    gunichar parts[4]; /* G_UNICHAR_MAX_DECOMPOSITION_LENGTH is for both forms together */
    gsize n = g_unichar_fully_decompose(c, TRUE, parts, G_N_ELEMENTS(parts));
    if (n > 0 && parts[0] >= 0x20 && parts[0] < 0x7f) {
        return plain(one, parts[0]);
    }
    return "?";
}
