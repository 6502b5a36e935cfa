/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The action table: everything the user can do, once. Keys, the command line, the help and the
 * hint line all come from it. Every action has a name, so each can be reached by ":" and no
 * function hangs on an F-key alone.
 *
 * And the keymap: which keys the actions have for this user. The table has the keys they have
 * by default; the files keys.ini of the user and of the admin give others:
 *
 *     [keys]                   everywhere an action applies, and in place of its default keys
 *     sort = >, F6
 *     [alarms]                 only in this view; names as in `places` of keymap_read.c
 *     ack = x
 *     [aliases]                what may be typed after ":" besides the names of actions
 *     big = filter area=Nord
 *
 * A key of the user's own comes before every default one.
 */
#ifndef UI_KEYMAP_H
#define UI_KEYMAP_H

#include "src/core/setting.h"
#include "ui/screen.h"

/* Most rows of the tables end before the rare fields. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

#define ACTION_KEYS 4
#define KEY_NAME    16 /* bytes of the longest name of a key */

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
    bool acts; /* on the plant, its alarms or the engine: not on a read-only screen */
    /* What argument it could take, as far as typed goes, by complete_add(); NULL: no idea. */
    void (*complete)(const struct screen *s, const char *typed, GPtrArray *out);
};

/* A group belongs to a view, or, the last one, to all of them; of two actions with the same key
 * the first of the first group is taken that is for the place. */
struct action_group {
    const struct action *actions;
    int n;
};
extern const struct action_group *const action_groups[];
extern const int n_action_groups;
extern const struct action_group general_actions, board_group, health_group, journal_group,
    list_group, look_group, map_group, overview_group, screen_group, trend_group, alarm_group;

/* All of them, one after the other. */
int action_count(void);
const struct action *action_at(int index); /* never NULL for one of them */

/* By its name, or by a beginning that only one name has. */
const struct action *keymap_by_name(const char *name);
int keymap_index(const struct action *action); /* action_at() of it is the action */

/* "Ctrl-L", "Enter", "j"; needs KEY_NAME bytes. */
void keymap_key_name(char *dst, size_t cap, int key);
/* The other way round, in any case where the name is longer than a letter; 0: no key. */
int keymap_key_parse(const char *name);

/* N_() why it cannot be done now; NULL: it can. Not: whether it is for this place. */
const char *keymap_why_not(const struct screen *s, const struct action *action);
/* Run it, or say why not. */
void keymap_run(struct screen *s, const struct action *action, const char *argument);

/* ---- the keys in force ---- */

struct binding {
    int key;
    unsigned places; /* a part of those of the action */
    const struct action *action;
    const struct setting *from; /* of the user's own; NULL: set on the screen, or a default */
};

struct keymap {
    GArray *own, *defaults; /* struct binding, in the order in which they are tried */
    GHashTable *assigned;   /* "SECTION/ACTION" that a file has set already */
    GHashTable *aliases;    /* name → command line */
};

/* With the default keys. */
struct keymap *keymap_new(void);
void keymap_free(struct keymap *m); /* NULL is fine */

/* Take the keys of a file; what another file has set before stays. settings must outlive the
 * keymap. What is wrong is told in problems and left out. */
void keymap_read(struct keymap *m, const struct settings *settings, struct problems *problems);
/* Give the action this key besides those it has ("ack", "x"). Returns what is wrong,
 * translated, NULL: nothing; or, when it took the key from another action, that one's name in
 * *ret_lost, else NULL. */
const char *keymap_bind(struct keymap *m, const struct action *action, int key,
                        const struct action **ret_lost);

/* The first action that this key has at this place; NULL: none. */
const struct action *keymap_find(const struct keymap *m, int key, enum place place);
/* The keys it has at some of these places, the one to be shown first; how many, at most cap. */
size_t keymap_keys(const struct keymap *m, const struct action *action, unsigned places,
                   int *ret, size_t cap);
/* The same as text, "Down j"; "" when there are none. */
void keymap_keys_text(const struct keymap *m, const struct action *action, unsigned places,
                      char *dst, size_t cap);
bool keymap_has_own(const struct keymap *m, const struct action *action);
/* The line that an alias stands for; NULL: there is no such alias. */
const char *keymap_alias(const struct keymap *m, const char *name);
/* For the files of the keymap. N_() why no action may have this key; NULL: it may. */
const char *keymap_reserved(int key);
/* The action that has this key somewhere in places already; NULL: none but action itself. */
const struct action *keymap_owner(const GArray *bindings, int key, unsigned places,
                                  const struct action *action);

#endif
