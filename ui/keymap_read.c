/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys of the user's own: out of keys.ini, or set on the screen. */
#include "src/core/i18n.h"
#include "ui/keymap.h"
#include "ui/keys.h"

/* The sections that are for one view. */
static const struct {
    const char *name;
    unsigned places;
} places[] = {
    {"keys", PLACE_ANY},
    {"overview", PLACE_OVERVIEW},
    {"stations", PLACE_STATIONS},
    {"map", PLACE_MAP},
    {"alarms", PLACE_ALARMS},
    {"trends", PLACE_TRENDS},
    {"boards", PLACE_BOARDS | PLACE_BOARDS_EDIT},
    {"journal", PLACE_JOURNAL},
    {"health", PLACE_HEALTH},
    {"unknown", PLACE_UNKNOWN},
    {"log", PLACE_LOG},
};

/* What the line, screen, tmux or the window takes never arrives, or only sometimes. */
const char *
keymap_reserved(int key)
{
    switch (key) {
    case CTRL('A'):
    case CTRL('B'):
        return N_("belongs to screen and tmux");
    case CTRL('S'):
    case CTRL('Q'):
        return N_("stops and continues the terminal");
    case CTRL('C'):
    case CTRL('Z'):
    case CTRL('L'):
    case ESCAPE:
        return N_("has its meaning everywhere");
    case K(KEY_F(11)):
        return N_("belongs to the window");
    default:
        return NULL;
    }
}

static unsigned
places_of(const char *section)
{
    for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
        if (strcmp(places[i].name, section) == 0) {
            return places[i].places;
        }
    }
    return 0;
}

static void
read_alias(struct keymap *m, const struct setting *s, struct problems *problems)
{
    char *line = g_strdup(s->value);
    line[strcspn(line, " ")] = '\0';
    if (keymap_by_name(line) == NULL) {
        problems_add_setting(problems, s, "%s", _("does not begin with a command"));
    } else if (!g_hash_table_contains(m->aliases, s->key)) {
        g_hash_table_insert(m->aliases, g_strdup(s->key), g_strdup(s->value));
    }
    g_free(line);
}

static const struct action *
action_named(const char *name)
{
    const struct action *a = keymap_by_name(name);
    return a != NULL && strcmp(a->name, name) == 0 ? a : NULL;
}

/* The keys that a value names, into keys; at most cap. */
static size_t
read_names(const struct setting *s, int *keys, size_t cap, struct problems *problems)
{
    char **names = g_strsplit_set(s->value, ", \t", -1);
    size_t n = 0;
    for (char **name = names; *name != NULL; name++) {
        if (**name == '\0') {
            continue;
        }
        int key = keymap_key_parse(*name);
        const char *why = key == 0 ? N_("is not the name of a key") : keymap_reserved(key);
        if (why != NULL) {
            problems_add_setting(problems, s, "\"%s\" %s", *name, _(why));
        } else if (n == cap) {
            problems_add_setting(problems, s, _("has more than %zu keys"), cap);
            break;
        } else {
            keys[n++] = key;
        }
    }
    g_strfreev(names);
    return n;
}

static bool
is_function_key(int key)
{
    return key >= K(KEY_F(1)) && key <= K(KEY_F(12));
}

static void
warn_of_function_keys(const struct setting *s, const int *keys, size_t n,
                      struct problems *problems)
{
    bool all = n > 0;
    for (size_t i = 0; i < n; i++) {
        all = all && is_function_key(keys[i]);
    }
    if (all) {
        problems_add_setting(problems, s, "%s",
                             _("is on F-keys alone, which many terminals and phones lack"));
    }
}

/* The action keeps its default keys only outside of places. */
static void
drop_defaults(struct keymap *m, const struct action *action, unsigned where)
{
    for (guint i = 0; i < m->defaults->len; i++) {
        struct binding *b = &g_array_index(m->defaults, struct binding, i);
        if (b->action == action) {
            b->places &= ~where;
        }
    }
}

static void
add_own(struct keymap *m, const struct binding *b, struct problems *problems)
{
    const struct action *other = keymap_owner(m->own, b->key, b->places, b->action);
    char name[KEY_NAME];
    keymap_key_name(name, sizeof(name), b->key);
    if (other != NULL) {
        problems_add_setting(problems, b->from, _("%s is already the key of \"%s\""), name,
                             other->name);
    } else {
        g_array_append_val(m->own, *b);
    }
}

static void
read_keys(struct keymap *m, const struct setting *s, struct problems *problems)
{
    const struct action *action = action_named(s->key);
    unsigned where = places_of(s->section);
    int keys[ACTION_KEYS];
    char *what = g_strdup_printf("%s/%s", s->section, s->key);
    if (!g_hash_table_add(m->assigned, what)) {
        return; /* a file that was read before has it; one file has no key twice */
    }
    if (action == NULL) {
        problems_add_setting(problems, s, "%s", _("is for no action: :keys lists them"));
        return;
    }
    where &= action->places;
    if (where == 0) {
        problems_add_setting(problems, s, _("\"%s\" does not apply in this view"), s->key);
        return;
    }
    size_t before = problems->n, n = read_names(s, keys, ACTION_KEYS, problems);
    if (n == 0 && (problems->n > before || strcmp(action->name, "command") == 0)) {
        if (problems->n == before) {
            problems_add_setting(problems, s, "%s", _("would leave no key for commands"));
        }
        return;
    }
    warn_of_function_keys(s, keys, n, problems);
    drop_defaults(m, action, where);
    for (size_t i = 0; i < n; i++) {
        const struct binding b = {.key = keys[i], .places = where, .action = action, .from = s};
        add_own(m, &b, problems);
    }
}

/* The actions that a key of the user's own takes this key from, "next", "map-next"; free with
 * g_free(); NULL: none. */
static char *
losers(const struct keymap *m, const struct binding *own)
{
    GString *names = g_string_new(NULL);
    for (guint i = 0; i < m->defaults->len; i++) {
        const struct binding *b = &g_array_index(m->defaults, struct binding, i);
        if (b->key == own->key && (b->places & own->places) != 0 && b->action != own->action) {
            g_string_append_printf(names, "%s\"%s\"", names->len > 0 ? ", " : "",
                                   b->action->name);
        }
    }
    return g_string_free(names, names->len == 0);
}

static void
tell_losses(const struct keymap *m, const struct settings *settings, struct problems *problems)
{
    for (guint i = 0; i < m->own->len; i++) {
        const struct binding *b = &g_array_index(m->own, struct binding, i);
        bool here = b->from >= settings->list && b->from < settings->list + settings->n;
        char *names = here ? losers(m, b) : NULL, key[KEY_NAME];
        if (names != NULL) {
            keymap_key_name(key, sizeof(key), b->key);
            problems_add_setting(problems, b->from, _("takes %s from %s"), key, names);
        }
        g_free(names);
    }
}

void
keymap_read(struct keymap *m, const struct settings *settings, struct problems *problems)
{
    for (size_t i = 0; i < settings->n; i++) {
        const struct setting *s = &settings->list[i];
        bool alias = strcmp(s->section, "aliases") == 0;
        if (*s->key == '\0' && !alias && places_of(s->section) == 0) {
            problems_add(problems,
                         _("%s:%d: [%s] is no view: keys, aliases, overview, "
                           "stations, map, alarms, trends, boards, journal, health, "
                           "unknown, log"),
                         s->file, s->line, s->section);
        } else if (*s->key != '\0' && alias) {
            read_alias(m, s, problems);
        } else if (*s->key != '\0' && places_of(s->section) != 0) {
            read_keys(m, s, problems);
        }
    }
    tell_losses(m, settings, problems);
}

const char *
keymap_bind(struct keymap *m, const struct action *action, int key,
            const struct action **ret_lost)
{
    const char *why = keymap_reserved(key);
    if (why != NULL) {
        return _(why);
    }
    *ret_lost = keymap_owner(m->own, key, action->places, action);
    for (guint i = m->own->len; i-- > 0;) {
        struct binding *b = &g_array_index(m->own, struct binding, i);
        if (b->key == key) {
            b->places &= ~action->places;
        }
    }
    if (*ret_lost == NULL) {
        *ret_lost = keymap_owner(m->defaults, key, action->places, action);
    }
    const struct binding b = {.key = key, .places = action->places, .action = action};
    g_array_prepend_val(m->own, b);
    return NULL;
}
