/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/style.h"

#include <assert.h>
#include <curses.h>

enum pair { PAIR_DEFAULT, PAIR_FAULT, PAIR_WARN, PAIR_HIGH, PAIR_MEDIUM, PAIR_LOW };

/* 203, 172, 220 and 75 keep apart for every kind of colour vision; 196 and 208 do not. Eight
 * colours have no such four: there the shape tells high from medium. */
static const struct {
    int least; /* colours of the terminal */
    short fault, warn, high, medium, low;
} palettes[] = {
    {256, 203, 172, 172, 220, 75},
    {16, 9, 11, 3, 11, 12},
    {8, COLOR_RED, COLOR_YELLOW, COLOR_YELLOW, COLOR_YELLOW, COLOR_CYAN},
};

static const struct {
    attr_t attrs;
    short pair;
} looks[] = {
    [STYLE_NORMAL] = {A_NORMAL, PAIR_DEFAULT},
    [STYLE_DIM] = {A_DIM, PAIR_DEFAULT},
    [STYLE_STRONG] = {A_BOLD, PAIR_DEFAULT},
    [STYLE_FAULT] = {A_BOLD, PAIR_FAULT},
    [STYLE_BADGE] = {A_BOLD | A_REVERSE, PAIR_FAULT},
    [STYLE_WARN] = {A_BOLD, PAIR_WARN},
    [STYLE_CRITICAL] = {A_NORMAL, PAIR_FAULT},
    [STYLE_HIGH] = {A_NORMAL, PAIR_HIGH},
    [STYLE_MEDIUM] = {A_NORMAL, PAIR_MEDIUM},
    [STYLE_LOW] = {A_NORMAL, PAIR_LOW},
    [STYLE_CRITICAL_NEW] = {A_BOLD | A_REVERSE, PAIR_FAULT},
    [STYLE_HIGH_NEW] = {A_BOLD, PAIR_HIGH},
    [STYLE_MEDIUM_NEW] = {A_BOLD, PAIR_MEDIUM},
    [STYLE_LOW_NEW] = {A_BOLD, PAIR_LOW},
};
static_assert(G_N_ELEMENTS(looks) == STYLES, "a style has no look");

int
style_start(void)
{
    const char *no_color = getenv("NO_COLOR");
    if ((no_color != NULL && *no_color != '\0') || !has_colors() || start_color() != OK) {
        return 0;
    }
    short background = use_default_colors() == OK ? -1 : COLOR_BLACK;
    for (size_t i = 0; i < G_N_ELEMENTS(palettes); i++) {
        if (COLORS >= palettes[i].least) {
            init_pair(PAIR_FAULT, palettes[i].fault, background);
            init_pair(PAIR_WARN, palettes[i].warn, background);
            init_pair(PAIR_HIGH, palettes[i].high, background);
            init_pair(PAIR_MEDIUM, palettes[i].medium, background);
            init_pair(PAIR_LOW, palettes[i].low, background);
            return palettes[i].least;
        }
    }
    return 0;
}

void
style_set(unsigned style)
{
    attr_t attrs = looks[style & 0xffu].attrs;
    if ((style & STYLE_SELECTED) != 0) {
        /* Dim text on a reversed ground is hard to read; what is reversed anyhow gets a line.
         */
        attr_t mark = (attrs & A_REVERSE) != 0 ? A_UNDERLINE : A_REVERSE;
        attrs = (attrs & ~(attr_t)A_DIM) | mark;
    }
    attr_set(attrs, looks[style & 0xffu].pair, NULL);
}
