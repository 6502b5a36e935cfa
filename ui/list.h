/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Place and window of a cursor in a list of n rows, height of which are shown. Pure. */
#ifndef UI_LIST_H
#define UI_LIST_H

struct list {
    int n, height;
    int pos; /* of the cursor, 0..n-1; 0 when empty */
    int top; /* first row shown */
};

/* n or height has changed: the cursor stays in the list, and in sight. */
void list_fit(struct list *l, int n, int height);
void list_to(struct list *l, int pos);

/*
 * The row under the cursor now is row pos: a re-sorted list. It keeps its place on the screen;
 * a window at the list's start stays there as long as the cursor is in sight.
 */
void list_follow(struct list *l, int pos);

#endif
