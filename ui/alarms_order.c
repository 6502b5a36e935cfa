/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/alarms.h"

static bool
unacked(const struct alarm_view *v)
{
    return alarm_state_unacked(v->state);
}

int
alarm_compare(const struct alarm_view *a, const struct alarm_view *b)
{
    if (unacked(a) != unacked(b)) {
        return unacked(a) ? -1 : 1;
    }
    if (a->priority != b->priority) {
        return (int)a->priority - (int)b->priority;
    }
    if (a->raised_at != b->raised_at) {
        return a->raised_at > b->raised_at ? -1 : 1;
    }
    return a < b ? -1 : 1; /* as on the board */
}

/* Out of service, suppressed, shelved: the strongest cover first; then as on the board. */
static int
compare_covered(const struct alarm_view *a, const struct alarm_view *b)
{
    if (a->overlays != b->overlays) {
        return a->overlays > b->overlays ? -1 : 1;
    }
    if (alarm_is_maintenance(a) != alarm_is_maintenance(b)) {
        return alarm_is_maintenance(a) ? -1 : 1;
    }
    return a < b ? -1 : 1;
}

/* ---- filter ---- */

static struct filter_text *
make_text(const struct alarm_list *l, const struct alarm_view *v)
{
    const struct station *station =
        v->station_index == STATION_NONE ? NULL : &l->plant->stations[v->station_index];
    const struct component *component =
        v->component_index == COMPONENT_NONE ? NULL : &l->plant->components[v->component_index];
    char *ids = g_strjoin("\n", v->station, v->component, v->rule, NULL);
    char *names = g_strjoin("\n", v->name, component == NULL ? "" : component->name,
                            station == NULL ? "" : station->name,
                            station == NULL ? "" : station->short_name, NULL);
    const char *const texts[FILTER_FIELDS] = {
        [FIELD_ID] = ids,
        [FIELD_NAME] = names,
        [FIELD_TYPE] = station == NULL ? "" : station->type,
        [FIELD_AREA] = station == NULL ? "" : station->area};
    struct filter_text *text = g_new0(struct filter_text, 1);
    filter_text_set(text, texts);
    g_free(ids);
    g_free(names);
    return text;
}

/* Folding is slow, and the texts stay the same with the plant. */
static const struct filter_text *
text_of(struct alarm_list *l, const struct alarm_view *v)
{
    char *key = g_strjoin("\037", v->station, v->component, v->rule, NULL);
    struct filter_text *text = g_hash_table_lookup(l->texts, key);
    if (text != NULL) {
        g_free(key);
        return text;
    }
    text = make_text(l, v);
    g_hash_table_insert(l->texts, key, text);
    return text;
}

bool
alarm_belongs(struct alarm_list *l, const struct alarm_view *v)
{
    if ((v->overlays != 0) != (l->mode == ALARMS_COVERED) ||
        (v->overlays == 0 && v->state == ALARM_NORMAL)) {
        return false;
    }
    if (filter_is_empty(l->filter)) {
        return true;
    }
    char words[128];
    alarm_filter_words(v, words, sizeof(words));
    return filter_match_state(l->filter, text_of(l, v), words);
}

/* ---- groups ---- */

/* An alarm on its way into the rows. */
struct place {
    const struct alarm_view *view;
    uint32_t index, block; /* block: its group, in the order of the groups */
};

static gint
by_importance(gconstpointer a, gconstpointer b)
{
    return alarm_compare(((const struct place *)a)->view, ((const struct place *)b)->view);
}

static gint
by_cover(gconstpointer a, gconstpointer b)
{
    return compare_covered(((const struct place *)a)->view, ((const struct place *)b)->view);
}

/* In a group the first-out at the head, the others as they came. */
static gint
by_block(gconstpointer a, gconstpointer b)
{
    const struct place *x = a, *y = b;
    if (x->block != y->block) {
        return x->block < y->block ? -1 : 1;
    }
    if (x->view->first_out != y->view->first_out) {
        return x->view->first_out ? -1 : 1;
    }
    if (x->view->raised_at != y->view->raised_at) {
        return x->view->raised_at < y->view->raised_at ? -1 : 1;
    }
    return x->view < y->view ? -1 : 1;
}

static guint
hash_group(gconstpointer data)
{
    const struct alarm_view *v = data;
    return g_str_hash(v->station) * 31 + g_str_hash(v->group);
}

static gboolean
same_group(gconstpointer a, gconstpointer b)
{
    const struct alarm_view *x = a, *y = b;
    return strcmp(x->group, y->group) == 0 && strcmp(x->station, y->station) == 0;
}

/* A group stands where its most important alarm does. */
static void
put_together(GArray *places)
{
    GHashTable *blocks = g_hash_table_new(hash_group, same_group);
    for (guint i = 0; i < places->len; i++) {
        struct place *p = &g_array_index(places, struct place, i);
        p->block = i;
        if (*p->view->group == '\0') {
            continue;
        }
        guint block = GPOINTER_TO_UINT(g_hash_table_lookup(blocks, p->view));
        if (block > 0) {
            p->block = block - 1;
        } else {
            gpointer key = (gpointer)(uintptr_t)p->view;
            g_hash_table_insert(blocks, key, GUINT_TO_POINTER(i + 1));
        }
    }
    g_hash_table_destroy(blocks);
    g_array_sort(places, by_block);
}

static enum alarm_branch
branch_of(const GArray *places, guint i)
{
    uint32_t block = g_array_index(places, struct place, i).block;
    bool first = i == 0 || g_array_index(places, struct place, i - 1).block != block;
    bool last =
        i + 1 == places->len || g_array_index(places, struct place, i + 1).block != block;
    return first && last ? BRANCH_NONE
           : first       ? BRANCH_FIRST
           : last        ? BRANCH_LAST
                         : BRANCH_MIDDLE;
}

static void
collect(struct alarm_list *l, GArray *places, const struct alarm_view *views, uint32_t n,
        uint32_t first)
{
    for (uint32_t i = 0; i < n; i++) {
        if (alarm_belongs(l, &views[i])) {
            struct place place = {&views[i], first + i, 0};
            g_array_append_val(places, place);
        }
    }
}

void
alarm_order(struct alarm_list *l)
{
    GArray *places = g_array_new(FALSE, FALSE, sizeof(struct place));
    if (l->board != NULL) {
        collect(l, places, l->board->alarms, l->board->n_alarms, 0);
        collect(l, places, (const struct alarm_view *)(const void *)l->maintenance->data,
                l->maintenance->len, l->board->n_alarms);
    }
    g_array_sort(places, l->mode == ALARMS_COVERED ? by_cover : by_importance);
    if (l->mode == ALARMS_GROUPED) {
        put_together(places);
    }
    g_array_set_size(l->rows, 0);
    for (guint i = 0; i < places->len; i++) {
        struct alarm_row row = {.index = g_array_index(places, struct place, i).index};
        if (l->mode == ALARMS_GROUPED) {
            row.branch = (uint8_t)branch_of(places, i);
        }
        g_array_append_val(l->rows, row);
    }
    g_array_free(places, TRUE);
}
