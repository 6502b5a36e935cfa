/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The action table: everything the user can do, once. Keys, the command line, the help and the
 * hint line all come from it. Every action has a name, so each can be reached by ":" and no
 * function hangs on an F-key alone.
 */
#ifndef UI_KEYMAP_H
#define UI_KEYMAP_H

#include "ui/screen.h"

#define ACTION_KEYS 4

struct action {
    const char *name;      /* as typed after ":"; not translated */
    const char *text;      /* N_(): a line of the help */
    const char *hint;      /* N_(): a word for the hint line; NULL: not hinted at */
    int keys[ACTION_KEYS]; /* 0 ends; the first is the one shown */
    unsigned places;       /* enum place, or-ed */
    /* NULL, or N_() why it cannot be done now; may be NULL itself: it always can. */
    const char *(*why_not)(const struct screen *s);
    /* argument: what follows the name on the command line, "" otherwise. */
    void (*run)(struct screen *s, const char *argument);
    const char *argument; /* N_() what argument it takes, for the help; NULL: none */
};

/* A group belongs to a view, or, the last one, to all of them; of two actions with the same key
 * the first of the first group is taken that is for the place. */
struct action_group {
    const struct action *actions;
    int n;
};
extern const struct action_group *const action_groups[];
extern const int n_action_groups;
extern const struct action_group general_actions, alarm_group, list_group, look_group;

/* All of them, one after the other. */
int action_count(void);
const struct action *action_at(int index); /* never NULL for one of them */

/* The first action that this key has at this place; NULL: none. */
const struct action *keymap_find(int key, enum place place);
/* By its name, or by a beginning that only one name has. */
const struct action *keymap_by_name(const char *name);

/* "Ctrl-L", "Enter", "j"; needs 16 bytes. */
void keymap_key_name(char *dst, size_t cap, int key);

/* Run it, or say why not. */
void keymap_run(struct screen *s, const struct action *action, const char *argument);

#endif
