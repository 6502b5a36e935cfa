/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The kinds of views: what the frame around them (screen.c, layout.c, header.c) calls, once for
 * each. A view is one row of view_types and its own files; it keeps what it knows in a struct
 * of its own, which hangs in struct screen.
 *
 * Threads: ui only. Every function may be NULL where a default is told.
 */
#ifndef UI_VIEW_H
#define UI_VIEW_H

#include "ui/screen.h"

/* What "/" filters as it is typed. */
struct view_filter {
    const char *(*text)(const struct screen *s);
    void (*set)(struct screen *s, const char *text);
    void (*count)(const struct screen *s, int *ret_n, unsigned *ret_of); /* "n of N" */
};

struct view_type {
    const char *name; /* N_() */
    char key;         /* the digit or letter that opens it, also shown before its name */

    void (*init)(struct screen *s); /* once; NULL: nothing to make */
    void (*fini)(struct screen *s);
    void (*enter)(struct screen *s); /* it becomes the one shown */
    /* A snapshot came (s->snap), shown or not: cheap while another view is shown. */
    void (*take)(struct screen *s);
    /* Time has passed (s->now); and when that is next of interest, 0: never. Shown or not. */
    void (*tick)(struct screen *s);
    mono_us (*next_tick)(const struct screen *s);
    /* An answer to one of its questions to the archive; true: it was its. */
    bool (*answer)(struct screen *s, const struct archive_answer *answer);

    enum place (*place)(const struct screen *s); /* where the keys go now */
    /* What the cursor keys move in; NULL (or its answer): it has cursor keys of its own. */
    struct list *(*list)(struct screen *s);
    void (*moved)(struct screen *s, int by); /* they did */
    /* A dialog of its own is open, and the key was for that; NULL: it has none. */
    bool (*key_taken)(struct screen *s, int key);
    /* Esc: close or undo the innermost thing; false: there is nothing to go back from here. */
    bool (*back)(struct screen *s);
    bool (*can_back)(const struct screen *s);      /* whether back() would; NULL: never */
    void (*click)(struct screen *s, int y, int x); /* NULL: a click selects a row of list */
    const struct view_filter *filter;              /* NULL: "/" filters stations or alarms */

    void (*draw)(struct screen *s, struct rect area);       /* s->snap may be NULL */
    void (*draw_small)(struct screen *s, struct rect area); /* below 60x14, s->snap is there;
                                                               NULL: draw */
    int (*wall)(const struct screen *s); /* column of the line between two panes, 0: none */
};

/* NULL: there is no such view in this program. */
extern const struct view_type *const view_types[VIEWS];

const struct view_type *view_of(const struct screen *s); /* the one shown */

/* Its rows, each in the files of its view. */
extern const struct view_type view_overview, view_stations, view_map, view_alarms, view_trends,
    view_boards, view_journal, view_health, view_unknown, view_log;

#endif
