/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/core/i18n.h"
#include "ui/freeze.h"
#include "ui/status.h"
#include "ui/view.h"
#include "ui/views.h"

/* The time at the right end; returns the column where it begins. */
static int
draw_clock(struct screen *s, int y, bool date)
{
    char time[FORMAT_SIZE], day[FORMAT_SIZE], both[2 * FORMAT_SIZE + 4];
    format_time(time, sizeof(time), s->zone, s->minute.wall);
    format_date(day, sizeof(day), s->zone, s->minute.wall);
    snprintf(both, sizeof(both), "%s  %s", day, time);
    const char *text = date ? both : time;
    int x = s->columns - 1 - draw_columns(s->draw, text);
    draw_flow(s->draw, y, x, s->columns - x, STYLE_NORMAL, text);
    return x;
}

/* How much of the views that are not shown is told. */
enum tabs {
    TABS_ALL,  /* every one with a digit */
    TABS_MAIN, /* the first few */
    TABS_BRIEF /* of those only the key */
};

static void
tab_text(const struct screen *s, enum view view, enum tabs tabs, char *dst, size_t cap)
{
    bool current = s->view == view, brief = tabs == TABS_BRIEF;
    *dst = '\0';
    if (view_types[view] == NULL) {
        return;
    }
    char key = view_types[view]->key;
    if (!current && view >= VIEW_TABS && (tabs != TABS_ALL || !g_ascii_isdigit(key))) {
        return;
    }
    if (current) {
        snprintf(dst, cap, "[%c %s]", key, view_name(view));
    } else {
        snprintf(dst, cap, " %c %s%s", key, brief ? "" : view_name(view), brief ? "" : " ");
    }
}

static int
draw_tab(struct screen *s, int x, int end, enum view view, enum tabs tabs)
{
    char text[FORMAT_SIZE];
    tab_text(s, view, tabs, text, sizeof(text));
    int width =
        draw_flow(s->draw, 0, x, end - x, s->view == view ? STYLE_STRONG : STYLE_NORMAL, text);
    screen_add_spot(s, (struct spot){.y = 0, .x = x, .width = width, .view = view});
    return x + width;
}

static int
tabs_columns(const struct screen *s, enum tabs tabs)
{
    int columns = 0;
    for (int i = 0; i < VIEWS; i++) {
        char text[FORMAT_SIZE];
        tab_text(s, (enum view)i, tabs, text, sizeof(text));
        columns += draw_columns(s->draw, text);
    }
    return columns;
}

/* In so many columns; the plant's title is worth more than the tabs at the end. */
static enum tabs
tabs_for(const struct screen *s, int columns)
{
    const char *title = s->config->title == NULL ? "" : s->config->title;
    int rest = draw_columns(s->draw, s->config->demo ? _("demo") : title) + 2;
    return tabs_columns(s, TABS_ALL) + rest <= columns ? TABS_ALL
           : tabs_columns(s, TABS_MAIN) <= columns     ? TABS_MAIN
                                                       : TABS_BRIEF;
}

/* Whose plant this is, at the right end; nobody must take the demo's for a real one. */
static void
draw_title(struct screen *s, int x, int end)
{
    const char *title = s->config->title == NULL ? "" : s->config->title;
    if (s->config->demo) {
        title = _("simulated plant");
        title = draw_columns(s->draw, title) <= end - x ? title : _("demo");
    }
    int width = draw_columns(s->draw, title);
    if (width > 0 && width <= end - x) {
        draw_text(s->draw, 0, end - width, width, STYLE_NORMAL, title);
    }
}

/* Who owns the alarms is told at the top only when that is not as it should be. */
static bool
owner_bad(struct screen *s)
{
    return s->snap != NULL && status_owner(s).bad;
}

/* Returns where it begins. */
static int
draw_owner(struct screen *s, int x, int end)
{
    if (!owner_bad(s)) {
        return end;
    }
    const struct status_part owner = status_owner(s);
    const char *text = *owner.brief != '\0' ? owner.brief : owner.text;
    int width = draw_columns(s->draw, text);
    if (x + width >= end) {
        return end;
    }
    draw_text(s->draw, 0, end - 1 - width, width, STYLE_WARN, text);
    return end - width - 2;
}

/* That the values stand still must not be overlooked. Returns where it begins. */
static int
draw_frozen(struct screen *s, int x, int end)
{
    char text[FORMAT_SIZE];
    if (!freeze_on(s)) {
        return end;
    }
    freeze_text(s, text, sizeof(text));
    int width = MIN(draw_columns(s->draw, text), end - 1 - x);
    draw_text(s->draw, 0, end - 1 - width, width, STYLE_STRONG | STYLE_SELECTED, text);
    return end - width - 2;
}

void
header_draw(struct screen *s)
{
    bool narrow = s->columns < (owner_bad(s) ? 120 : 100);
    int end = draw_clock(s, 0, !narrow) - 1;
    int x = 1;
    end = draw_frozen(s, x, end);
    end = draw_owner(s, x, end);
    /* Nobody must take the demo's plant for a real one. */
    const char *name = s->config->demo && narrow ? _("demo") : "leitstand";
    x += draw_flow(s->draw, 0, x, end - x, STYLE_STRONG, name) + 1;
    enum tabs tabs = tabs_for(s, end - x);
    for (int i = 0; i < VIEWS && x < end; i++) {
        x = draw_tab(s, x, end, (enum view)i, tabs);
    }
    if (!s->config->demo || !narrow) {
        draw_title(s, x + 1, end - 1);
    }
}

void
header_draw_small(struct screen *s)
{
    int end = draw_clock(s, 0, false) - 1;
    end = draw_frozen(s, 0, end);
    int x = strip_draw_counts(s, 0, 0, end);
    x += x > 0 ? 2 : 0;
    char text[FORMAT_SIZE];
    snprintf(text, sizeof(text), "%c %s", view_of(s)->key, view_name(s->view));
    if (x + draw_columns(s->draw, text) < end) {
        x += draw_flow(s->draw, 0, x, end - x, STYLE_STRONG, text) + 2;
    }
    end = draw_owner(s, x, end);
    int demo = s->config->demo ? draw_columns(s->draw, _("demo")) : 0;
    if (demo > 0 && x + demo < end) {
        draw_text(s->draw, 0, end - 1 - demo, demo, STYLE_NORMAL, _("demo"));
    }
}
