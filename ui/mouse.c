/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/mouse.h"

#include <curses.h>

#include "src/core/i18n.h"
#include "ui/keymap.h"
#include "ui/view.h"
#include "ui/views.h"

#define WHEEL_ROWS 3

static void
scroll_rows(struct screen *s, int by)
{
    struct list *list = screen_list(s);
    if (list == NULL) {
        return;
    }
    int before = list->pos;
    list_to(list, list->pos + by);
    screen_moved(s, list->pos - before);
}

void
mouse_select_row(struct screen *s, int y, int x)
{
    const struct rect *rows = &s->list_rows;
    bool inside =
        y >= rows->y && y < rows->y + rows->height && x >= rows->x && x < rows->x + rows->width;
    if (!inside) {
        return;
    }
    s->detail_focus = false;
    struct list *list = screen_list(s);
    int place = list->top + y - rows->y;
    if (place >= list->n) {
        return;
    }
    list_to(list, place);
    screen_moved(s, 0);
    if (s->view == VIEW_STATIONS) {
        detail_follow(s);
    }
}

/* A tab, or a hint. A click never acts on the plant: that wants a key. */
static bool
click_spot(struct screen *s, int y, int x)
{
    for (int i = 0; i < s->n_spots; i++) {
        const struct spot *spot = &s->spots[i];
        if (y != spot->y || x < spot->x || x >= spot->x + spot->width) {
            continue;
        }
        if (spot->action == NULL) {
            screen_set_view(s, spot->view);
        } else if ((spot->action->places & screen_place(s)) == 0) {
            return true; /* the hint is older than the view */
        } else if (!spot->action->acts) {
            keymap_run(s, spot->action, "");
        } else {
            screen_notice(s, "%s", _("a click acts on nothing: press the key"));
        }
        return true;
    }
    return false;
}

static void
click(struct screen *s, int y, int x)
{
    if (click_spot(s, y, x)) {
        return;
    }
    if (view_of(s)->click != NULL) {
        view_of(s)->click(s, y, x);
    } else {
        mouse_select_row(s, y, x);
    }
}

void
mouse_event(struct screen *s)
{
    MEVENT event;
    if (getmouse(&event) != OK || s->help.open || s->prompt.kind != PROMPT_NONE) {
        return;
    }
    if ((event.bstate & BUTTON4_PRESSED) != 0) {
        scroll_rows(s, -WHEEL_ROWS);
    } else if ((event.bstate & BUTTON5_PRESSED) != 0) {
        scroll_rows(s, WHEEL_ROWS);
    } else if ((event.bstate & BUTTON1_PRESSED) != 0) {
        click(s, event.y, event.x);
    }
}
