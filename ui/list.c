/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/list.h"

#include <glib.h>

void
list_fit(struct list *l, int n, int height)
{
    l->n = MAX(n, 0);
    l->height = MAX(height, 1);
    l->pos = CLAMP(l->pos, 0, MAX(l->n - 1, 0));
    l->top = CLAMP(l->home, l->pos - l->height + 1, l->pos);
    l->top = CLAMP(l->top, 0, MAX(l->n - l->height, 0));
}

void
list_to(struct list *l, int pos)
{
    l->home = l->top;
    l->pos = pos;
    list_fit(l, l->n, l->height);
    l->home = l->top;
}

void
list_scroll(struct list *l, int by)
{
    l->top += by;
    list_to(l, l->pos + by);
}

void
list_follow(struct list *l, int pos)
{
    int row = l->pos - l->top;
    if (l->top > 0 || pos >= l->height) {
        l->home = pos - row;
    }
    l->pos = pos;
    list_fit(l, l->n, l->height);
}
