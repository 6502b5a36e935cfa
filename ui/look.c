/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/look.h"

#include "src/core/i18n.h"
#include "ui/complete.h"
#include "ui/keymap.h"

#define FLASH_US US_PER_S /* on, and as long off */

/* What suits the terminal. */
static enum glyph_set
best_glyphs(const struct screen *s)
{
    return !terminal_utf8(s->terminal)          ? GLYPHS_ASCII
           : terminal_console_font(s->terminal) ? GLYPHS_VT
                                                : GLYPHS_UTF8;
}

/* "auto" is one, too. False: there is no such set. A terminal that cannot show it gets ASCII.
 */
static bool
set_glyphs(struct screen *s, const char *name)
{
    enum glyph_set set = best_glyphs(s);
    if (strcmp(name, "auto") != 0 && !glyph_set_by_name(&set, name)) {
        return false;
    }
    draw_set_glyphs(s->draw, terminal_utf8(s->terminal) ? set : GLYPHS_ASCII);
    return true;
}

static void
use_theme(struct screen *s, const struct theme *theme)
{
    theme = s->colours == 0 ? theme_by_name("mono") : theme;
    style_use(theme, s->colours);
    draw_set_theme(s->draw, theme);
}

void
look_start(struct screen *s)
{
    const struct console_config *config = s->config;
    s->colours = style_start(config->color);
    const char *name =
        config->theme != NULL ? config->theme : prefs_get(s->prefs, "console", "theme", "dark");
    const struct theme *theme = theme_by_name(name);
    if (theme == NULL) {
        screen_notice(s, _("there is no theme \"%s\""), name);
    }
    use_theme(s, theme == NULL ? &themes[0] : theme);
    name = config->glyphs != NULL ? config->glyphs
                                  : prefs_get(s->prefs, "console", "glyphs", "auto");
    if (!set_glyphs(s, name)) {
        set_glyphs(s, "auto");
        screen_notice(s, _("there is no set of glyphs \"%s\""), name);
    }
}

struct look_choice
look_chosen(const struct screen *s)
{
    struct look_choice c = {.theme = draw_theme(s->draw), .glyphs = draw_glyphs(s->draw)};
    g_strlcpy(c.theme_kept, prefs_get(s->prefs, "console", "theme", ""), sizeof(c.theme_kept));
    g_strlcpy(c.glyphs_kept, prefs_get(s->prefs, "console", "glyphs", ""),
              sizeof(c.glyphs_kept));
    return c;
}

static void
keep_again(struct screen *s, const char *key, const char *value)
{
    prefs_set(s->prefs, "console", key, *value == '\0' ? NULL : value, s->now.mono);
}

void
look_choose(struct screen *s, const struct look_choice *choice)
{
    use_theme(s, choice->theme);
    draw_set_glyphs(s->draw, choice->glyphs);
    s->repaint = true;
    keep_again(s, "theme", choice->theme_kept);
    keep_again(s, "glyphs", choice->glyphs_kept);
}

bool
look_same(const struct look_choice *a, const struct look_choice *b)
{
    return a->theme == b->theme && a->glyphs == b->glyphs &&
           strcmp(a->theme_kept, b->theme_kept) == 0 &&
           strcmp(a->glyphs_kept, b->glyphs_kept) == 0;
}

void
look_drawn(struct screen *s)
{
    bool flash = draw_flashes(s->draw) && !s->config->no_flash && !s->config->slow;
    if (!flash) {
        s->flash_at = 0;
        s->flash_off = false;
        draw_set_flash(s->draw, true);
    } else if (s->flash_at == 0) {
        s->flash_at = s->now.mono + FLASH_US;
    }
}

void
look_tick(struct screen *s)
{
    if (s->flash_at != 0 && s->now.mono >= s->flash_at) {
        s->flash_at = s->now.mono + FLASH_US;
        s->flash_off = !s->flash_off;
        draw_set_flash(s->draw, !s->flash_off);
    }
}

/* ---- actions ---- */

static void
action_glyphs(struct screen *s, const char *argument)
{
    int next = ((int)draw_glyphs(s->draw) + 1) % GLYPH_SETS;
    const char *name = *argument == '\0' ? glyph_set_name((enum glyph_set)next) : argument;
    if (!set_glyphs(s, name)) {
        screen_notice(s, _("there is no set of glyphs \"%s\""), name);
        return;
    }
    prefs_set(s->prefs, "console", "glyphs", name, s->now.mono);
    screen_notice(s, _("glyphs: %s"), glyph_set_name(draw_glyphs(s->draw)));
}

/* The next one when none is named. */
static void
action_theme(struct screen *s, const char *argument)
{
    int now = (int)(draw_theme(s->draw) - themes);
    const struct theme *theme =
        *argument == '\0' ? &themes[(now + 1) % n_themes] : theme_by_name(argument);
    if (theme == NULL) {
        screen_notice(s, _("there is no theme \"%s\""), argument);
        return;
    }
    use_theme(s, theme);
    s->repaint = true;
    prefs_set(s->prefs, "console", "theme", theme->name, s->now.mono);
    if (s->colours == 0) {
        screen_notice(s, "%s",
                      _("there are no colours here: NO_COLOR, --color or the terminal"));
    } else {
        screen_notice(s, _("theme: %s"), theme->name);
    }
}

static const struct action look_actions[] = {
    {"glyphs",
     N_("other marks and lines: auto, braille, block, vt, ascii"),
     NULL,
     {'b'},
     PLACE_ANY,
     NULL,
     action_glyphs,
     N_("SET"),
     .complete = complete_glyphs},
    {"theme",
     N_("other colours: dark, light, mono, high-contrast, isa"),
     NULL,
     {0},
     PLACE_ANY,
     NULL,
     action_theme,
     N_("THEME"),
     .complete = complete_themes},
};
const struct action_group look_group = {look_actions, (int)G_N_ELEMENTS(look_actions)};
