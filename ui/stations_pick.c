/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the user does with the list of stations: its columns and their order. */
#include "src/core/i18n.h"
#include "ui/keymap.h"
#include "ui/stations.h"
#include "ui/views.h"

#define IDS_MOST 40 /* of components that the picker offers, the most frequent */

/* ---- the picker ---- */

static void
add_pick(struct screen *s, const char *name)
{
    struct pick pick = {.chosen = false};
    GArray *picks = s->stations->picks;
    for (guint i = 0; i < picks->len; i++) {
        if (g_ascii_strcasecmp(g_array_index(picks, struct pick, i).column.name, name) == 0) {
            return;
        }
    }
    if (column_parse(&pick.column, name, s->snap->plant)) {
        g_array_append_val(picks, pick);
    }
}

struct frequent {
    const char *id;
    uint32_t n;
};

static gint
most_first(gconstpointer a, gconstpointer b)
{
    const struct frequent *x = a, *y = b;
    return x->n != y->n ? (x->n > y->n ? -1 : 1) : strcmp(x->id, y->id);
}

/* The ids that most stations have. */
static void
add_ids(struct screen *s)
{
    const struct plant *plant = s->snap->plant;
    GHashTable *seen = g_hash_table_new(g_str_hash, g_str_equal); /* id → index + 1 */
    GArray *ids = g_array_new(FALSE, FALSE, sizeof(struct frequent));
    for (uint32_t i = 0; i < plant->n_components; i++) {
        char *id = plant->components[i].id;
        uintptr_t index = (uintptr_t)g_hash_table_lookup(seen, id);
        if (plant->components[i].kind == KIND_DIVIDER) {
            continue;
        }
        if (index == 0) {
            struct frequent one = {id, 0};
            g_array_append_val(ids, one);
            index = ids->len;
            g_hash_table_insert(seen, id, (gpointer)index);
        }
        g_array_index(ids, struct frequent, index - 1).n++;
    }
    g_array_sort(ids, most_first);
    for (guint i = 0; i < ids->len && i < IDS_MOST; i++) {
        add_pick(s, g_array_index(ids, struct frequent, i).id);
    }
    g_array_free(ids, TRUE);
    g_hash_table_destroy(seen);
}

void
action_pick(struct screen *s, const char *argument)
{
    struct stations *v = s->stations;
    (void)argument;
    g_array_set_size(v->picks, 0);
    for (int i = 0; i < v->columns.n; i++) {
        struct pick pick = {v->columns.at[i], true};
        g_array_append_val(v->picks, pick);
    }
    for (int i = 0; i < COLUMN_FIXED; i++) {
        add_pick(s, column_fixed_name(i));
    }
    for (int i = 0; i < KINDS; i++) {
        add_pick(s, kind_name((enum kind)i));
    }
    add_ids(s);
    v->picking = true;
    v->pick_list = (struct list){.n = (int)v->picks->len, .height = 1};
    s->detail_focus = false;
}

/* What the picks say becomes what is shown, unless it is too much. */
static bool
apply_picks(struct screen *s)
{
    GString *text = g_string_new(NULL);
    struct stations *v = s->stations;
    bool many = false;
    for (guint i = 0; i < v->picks->len; i++) {
        const struct pick *pick = &g_array_index(v->picks, struct pick, i);
        if (pick->chosen) {
            g_string_append_printf(text, "%s ", pick->column.name);
        }
    }
    bool well = columns_parse(&v->columns, text->str, NULL, &many) == NULL;
    v->measured = NULL;
    if (well) {
        stations_columns_changed(s);
    } else {
        screen_notice(
            s, many ? _("at most %d columns, %d of them values") : _("one column must remain"),
            COLUMNS_MAX, COLUMN_VALUES_MAX);
    }
    g_string_free(text, TRUE);
    return well;
}

void
action_pick_toggle(struct screen *s, const char *argument)
{
    struct stations *v = s->stations;
    struct pick *pick = &g_array_index(v->picks, struct pick, v->pick_list.pos);
    (void)argument;
    pick->chosen = !pick->chosen;
    if (!apply_picks(s)) {
        pick->chosen = !pick->chosen;
    }
}

static void
move_pick(struct screen *s, int by)
{
    struct stations *v = s->stations;
    int from = v->pick_list.pos, to = from + by;
    if (to < 0 || to >= v->pick_list.n) {
        return;
    }
    struct pick *a = &g_array_index(v->picks, struct pick, from);
    struct pick *b = &g_array_index(v->picks, struct pick, to);
    struct pick kept = *a;
    *a = *b;
    *b = kept;
    list_to(&v->pick_list, to);
    (void)apply_picks(s);
}

void
action_pick_left(struct screen *s, const char *argument)
{
    (void)argument;
    move_pick(s, -1);
}

void
action_pick_right(struct screen *s, const char *argument)
{
    (void)argument;
    move_pick(s, 1);
}

void
stations_pick_draw(struct screen *s, struct rect area)
{
    struct stations *v = s->stations;
    struct list *l = &v->pick_list;
    draw_text(s->draw, area.y, area.x + 1, area.width - 2, STYLE_STRONG,
              _("Columns   Space: show or hide   < >: move   Esc: done"));
    list_fit(l, (int)v->picks->len, area.height - 1);
    for (int i = 0; i < l->height && l->top + i < l->n; i++) {
        int place = l->top + i, y = area.y + 1 + i;
        const struct pick *pick = &g_array_index(v->picks, struct pick, place);
        bool selected = place == l->pos;
        if (selected) {
            draw_glyph(s->draw, y, area.x, STYLE_NORMAL, GLYPH_CURSOR);
            s->cursor_y = y;
            s->cursor_x = area.x;
        }
        draw_format(s->draw, y, area.x + 2, MIN(area.width - 3, 30),
                    (pick->chosen ? STYLE_NORMAL : STYLE_DIM) | (selected ? STYLE_SELECTED : 0),
                    "[%c] %s", pick->chosen ? 'x' : ' ', pick->column.name);
    }
}

/* ---- columns and order ---- */

void
action_columns(struct screen *s, const char *argument)
{
    bool many = false;
    if (*argument == '\0') {
        action_pick(s, argument);
        return;
    }
    const char *text = strcmp(argument, "default") == 0 ? columns_default() : argument;
    const char *wrong = columns_parse(&s->stations->columns, text, s->snap->plant, &many);
    s->stations->measured = NULL;
    if (wrong == NULL) {
        stations_columns_changed(s);
    } else if (many) {
        screen_notice(s, _("at most %d columns, %d of them values"), COLUMNS_MAX,
                      COLUMN_VALUES_MAX);
    } else {
        screen_notice(s, _("there is no column or component \"%s\""), wrong);
    }
}

void
stations_remember(struct screen *s)
{
    const struct roster *r = &s->roster;
    prefs_set(s->prefs, "stations", "sort", r->sort.name, s->now.mono);
    prefs_set_int(s->prefs, "stations", "reverse", r->reverse, s->now.mono);
    prefs_set_int(s->prefs, "stations", "follow", r->follow, s->now.mono);
}

static bool
sort_by(struct screen *s, const char *column, bool reverse)
{
    bool known = roster_set_sort(&s->roster, column, reverse, s->snap);
    if (known) {
        stations_remember(s);
    }
    return known;
}

void
stations_sort_column(struct screen *s, const struct station_column *column)
{
    bool again = g_ascii_strcasecmp(s->roster.sort.name, column->name) == 0;
    sort_by(s, column->name, again && !s->roster.reverse);
}

/* By the next column that is shown. */
static void
sort_step(struct screen *s, int step)
{
    const struct stations *v = s->stations;
    int n = v->columns.n, at = columns_find(&v->columns, s->roster.sort.name);
    at = at < 0 ? (step > 0 ? -1 : n) : at;
    for (int i = 1; i <= n; i++) {
        int next = ((at + i * step) % n + n) % n;
        if (v->width[next] > 0) {
            sort_by(s, v->columns.at[next].name, false);
            return;
        }
    }
}

void
action_sort(struct screen *s, const char *argument)
{
    if (*argument == '\0') {
        sort_step(s, 1);
    } else if (!sort_by(s, argument, false)) {
        screen_notice(s, _("there is no column or component \"%s\""), argument);
    }
}

void
action_sort_back(struct screen *s, const char *argument)
{
    (void)argument;
    sort_step(s, -1);
}

void
action_reverse(struct screen *s, const char *argument)
{
    (void)argument;
    sort_by(s, s->roster.sort.name, !s->roster.reverse);
}

void
action_follow(struct screen *s, const char *argument)
{
    (void)argument;
    s->roster.follow = !s->roster.follow;
    stations_remember(s);
    screen_notice(s, "%s",
                  s->roster.follow ? _("the window follows the selected station")
                                   : _("the window stays where it is"));
}
