/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/style.h"

#include <curses.h>

#include "ui/theme.h"

/* On a dark ground and on a light one, of eight and of sixteen colours. Eight have no four that
 * keep apart for every eye and can be read: there the shape tells the priorities, too. */
static const short few[2][2][HUES] = {
    {{COLOR_WHITE, COLOR_WHITE, COLOR_RED, COLOR_YELLOW, COLOR_YELLOW, COLOR_CYAN},
     {15, 7, 9, 3, 11, 14}},
    {{COLOR_BLACK, COLOR_BLACK, COLOR_RED, COLOR_MAGENTA, COLOR_BLUE, COLOR_BLUE},
     {0, 0, 1, 5, 4, 4}},
};
static const short few_grounds[2][2] = {{COLOR_BLACK, 0}, {COLOR_WHITE, 15}};

int
style_start(const char *wanted)
{
    const char *no_color = getenv("NO_COLOR");
    bool never = g_strcmp0(wanted, "never") == 0;
    if (wanted == NULL || strcmp(wanted, "auto") == 0) {
        never = no_color != NULL && *no_color != '\0';
    }
    if (never || !has_colors() || start_color() != OK) {
        return 0;
    }
    int most = g_strcmp0(wanted, "16") == 0 ? 16 : 256;
    static const int steps[] = {256, 16, 8};
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        if (steps[i] <= MIN(COLORS, most)) {
            return steps[i];
        }
    }
    return 0;
}

void
style_use(const struct theme *theme, int colours)
{
    if (colours == 0) {
        return;
    }
    bool many = colours >= 256, own = theme->own_ground;
    const short *hues = many ? theme->hues : few[theme->light][colours >= 16];
    short painted = many ? theme->ground : few_grounds[theme->light][colours >= 16];
    bool kept = assume_default_colors(own ? hues[HUE_TEXT] : -1, own ? painted : -1) == OK;
    short ground = own ? painted : kept ? -1 : COLOR_BLACK;
    for (int hue = HUE_TEXT; hue < HUES; hue++) {
        bool plain = hue == HUE_TEXT || (hue == HUE_DIM && (theme->dim != 0 || !many));
        init_pair((short)(hue + 1), plain && !own ? -1 : hues[hue], ground);
    }
}

void
style_set(const struct theme *theme, unsigned style)
{
    static const struct {
        unsigned look;
        attr_t attr;
    } attrs[] = {{LOOK_BOLD, A_BOLD},
                 {LOOK_DIM, A_DIM},
                 {LOOK_REVERSE, A_REVERSE},
                 {LOOK_UNDERLINE, A_UNDERLINE}};
    struct role_look look = theme_look(theme, style);
    attr_t all = A_NORMAL;
    for (size_t i = 0; i < G_N_ELEMENTS(attrs); i++) {
        all |= (look.attrs & attrs[i].look) != 0 ? attrs[i].attr : 0;
    }
    /* Pair 0 is plain text, in every theme. */
    bool plain = look.hue == HUE_TEXT || (look.hue == HUE_DIM && theme->dim != 0);
    attr_set(all, plain ? 0 : (short)(look.hue + 1), NULL);
}
