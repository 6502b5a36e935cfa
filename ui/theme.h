/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Themes: what the roles of text look like. A role has its attributes and one of a few hues; a
 * theme says which colours the hues are. So in every theme, and without any colour, the same
 * roles are bold or reversed.
 *
 * The priorities' colours stay apart for every kind of colour vision and can be read on their
 * ground; tests/test_theme.c computes it anew for each theme.
 *
 * Pure: knows nothing of curses.
 */
#ifndef UI_THEME_H
#define UI_THEME_H

#include <stdbool.h>

#include "ui/style.h"

enum look_attr {
    LOOK_BOLD = 1u << 0,
    LOOK_DIM = 1u << 1,
    LOOK_REVERSE = 1u << 2,
    LOOK_UNDERLINE = 1u << 3,
};

enum hue {
    HUE_TEXT,
    HUE_DIM,
    HUE_CRITICAL, /* the priorities of alarms, in their order */
    HUE_HIGH,
    HUE_MEDIUM,
    HUE_LOW,
};
#define HUES (HUE_LOW + 1)

struct theme {
    const char *name;
    bool light;      /* its ground is */
    bool own_ground; /* paints text and ground; else the terminal's own are kept */
    short ground;    /* of 256 colours; what is reckoned with, where the terminal's is kept */
    short hues[HUES];
    unsigned dim;    /* enum look_attr of what is dim: none where it has a colour */
    double contrast; /* of text and priorities to the ground, at least */
    bool colourless; /* attributes only */
};

extern const struct theme themes[];
extern const int n_themes;

/* NULL: there is none of that name. */
const struct theme *theme_by_name(const char *name);

struct role_look {
    unsigned attrs; /* enum look_attr, or-ed */
    enum hue hue;
};

/* style: as for style_set(). */
struct role_look theme_look(const struct theme *t, unsigned style);

#endif
