/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/theme.h"

#include <assert.h>
#include <string.h>

#include <glib.h>

/*
 * Dark: 203, 172, 220 and 75 keep apart for every kind of colour vision; 196 and 208 do not.
 * On a light ground no orange and no yellow can be read: there purple and teal stand for them.
 */
const struct theme themes[] = {
    {.name = "dark",
     .ground = 235,
     .hues = {250, 250, 203, 172, 220, 75},
     .dim = LOOK_DIM,
     .contrast = 5},
    {.name = "light",
     .light = true,
     .ground = 231,
     .hues = {16, 241, 124, 127, 23, 21},
     .contrast = 5},
    {.name = "mono", .ground = 16, .hues = {250, 250}, .dim = LOOK_DIM, .colourless = true},
    {.name = "high-contrast",
     .own_ground = true,
     .ground = 16,
     .hues = {231, 250, 203, 172, 220, 81},
     .contrast = 7},
    {.name = "isa",
     .light = true,
     .own_ground = true,
     .ground = 254,
     .hues = {16, 240, 124, 91, 23, 21},
     .contrast = 5},
};
const int n_themes = (int)G_N_ELEMENTS(themes);

static const struct role_look looks[] = {
    [STYLE_NORMAL] = {0, HUE_TEXT},
    [STYLE_DIM] = {LOOK_DIM, HUE_DIM},
    [STYLE_STRONG] = {LOOK_BOLD, HUE_TEXT},
    [STYLE_FAULT] = {LOOK_BOLD, HUE_CRITICAL},
    [STYLE_BADGE] = {LOOK_BOLD | LOOK_REVERSE, HUE_CRITICAL},
    [STYLE_WARN] = {LOOK_BOLD, HUE_HIGH},
    [STYLE_CRITICAL] = {0, HUE_CRITICAL},
    [STYLE_HIGH] = {0, HUE_HIGH},
    [STYLE_MEDIUM] = {0, HUE_MEDIUM},
    [STYLE_LOW] = {0, HUE_LOW},
    [STYLE_CRITICAL_NEW] = {LOOK_BOLD | LOOK_REVERSE, HUE_CRITICAL},
    [STYLE_HIGH_NEW] = {LOOK_BOLD, HUE_HIGH},
    [STYLE_MEDIUM_NEW] = {LOOK_BOLD, HUE_MEDIUM},
    [STYLE_LOW_NEW] = {LOOK_BOLD, HUE_LOW},
    [STYLE_LAND] = {LOOK_DIM, HUE_DIM},
    [STYLE_WATER] = {LOOK_DIM, HUE_DIM},
    [STYLE_TAGGED] = {LOOK_BOLD | LOOK_UNDERLINE, HUE_TEXT},
    [STYLE_FROZEN] = {LOOK_BOLD | LOOK_REVERSE, HUE_HIGH},
};
static_assert(G_N_ELEMENTS(looks) == STYLES, "a style has no look");

const struct theme *
theme_by_name(const char *name)
{
    for (int i = 0; i < n_themes; i++) {
        if (strcmp(themes[i].name, name) == 0) {
            return &themes[i];
        }
    }
    return NULL;
}

struct role_look
theme_look(const struct theme *t, unsigned style)
{
    struct role_look look = looks[style & 0xffu];
    if ((look.attrs & LOOK_DIM) != 0) {
        look.attrs = (look.attrs & ~(unsigned)LOOK_DIM) | t->dim;
    }
    if ((style & STYLE_FLASH_OFF) != 0) {
        look.attrs &= ~(unsigned)LOOK_REVERSE;
    }
    if ((style & STYLE_SELECTED) != 0) {
        /* Dim text on a reversed ground is hard to read; what is reversed anyhow gets a line.
         */
        unsigned mark = (look.attrs & LOOK_REVERSE) != 0 ? LOOK_UNDERLINE : LOOK_REVERSE;
        look.attrs = (look.attrs & ~(unsigned)LOOK_DIM) | mark;
        look.hue = look.hue == HUE_DIM ? HUE_TEXT : look.hue;
    }
    look.hue = t->colourless ? HUE_TEXT : look.hue;
    return look;
}
