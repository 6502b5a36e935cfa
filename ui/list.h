/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Place and window of a cursor in a list of n rows, height of which are shown. Pure.
 *
 * home is where the user has the window. A smaller screen may force it elsewhere; when there is
 * room again it goes back.
 */
#ifndef UI_LIST_H
#define UI_LIST_H

/* The height of a list before it is drawn first: so its window stays at the start, where the
 * worst is, whatever the list becomes until then. */
#define LIST_UNSEEN (1 << 20)

struct list {
    int n, height;
    int pos;  /* of the cursor, 0..n-1; 0 when empty */
    int top;  /* first row shown */
    int home; /* first row that the user wants shown */
};

/* n or height has changed: the cursor stays in the list, and in sight. */
void list_fit(struct list *l, int n, int height);
/* By the user's hand; the window moves as little as it must. */
void list_to(struct list *l, int pos);
/* The same, and the window with it. */
void list_scroll(struct list *l, int by);

/*
 * The row under the cursor now is row pos: a re-sorted list. It keeps its place on the screen;
 * a window at the list's start stays there as long as the cursor is in sight.
 */
void list_follow(struct list *l, int pos);

#endif
