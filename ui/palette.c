/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/palette.h"

#include "src/core/i18n.h"
#include "ui/complete.h"
#include "ui/keymap.h"

#define ROWS_MAX   10
#define KEYS_WIDTH 12

enum { SCORE_LETTERS = 1, SCORE_TEXT, SCORE_WORD, SCORE_INSIDE, SCORE_BEGIN, SCORE_NAME };

/* The letters of text stand in name, in their order. */
static bool
has_letters(const char *name, const char *text)
{
    for (; *text != '\0' && name != NULL; text++) {
        name = strchr(name, *text);
        name = name == NULL ? NULL : name + 1;
    }
    return name != NULL;
}

int
palette_score(const char *name, const char *translated_text, const char *text)
{
    char *wanted = g_utf8_casefold(text, -1), *words = g_utf8_casefold(translated_text, -1);
    const char *at = strstr(words, wanted);
    int score = strcmp(name, wanted) == 0        ? SCORE_NAME
                : g_str_has_prefix(name, wanted) ? SCORE_BEGIN
                : strstr(name, wanted) != NULL   ? SCORE_INSIDE
                : at == words                    ? SCORE_WORD
                : at != NULL && at[-1] == ' '    ? SCORE_WORD
                : at != NULL                     ? SCORE_TEXT
                : has_letters(name, wanted)      ? SCORE_LETTERS
                                                 : 0;
    g_free(wanted);
    g_free(words);
    return score;
}

static bool
is_here(const struct screen *s, const struct action *a)
{
    return (a->places & (unsigned)screen_place(s)) != 0;
}

struct hit {
    int rank; /* more comes first */
    int index;
};

static gint
compare_hits(gconstpointer a, gconstpointer b)
{
    const struct hit *x = a, *y = b;
    return x->rank != y->rank ? y->rank - x->rank : x->index - y->index;
}

static void
add_actions(const struct screen *s, const char *text, GPtrArray *lines)
{
    GArray *hits = g_array_new(FALSE, FALSE, sizeof(struct hit));
    for (int i = 0; i < action_count(); i++) {
        const struct action *a = action_at(i);
        int score = palette_score(a->name, _(a->text), text);
        const struct hit hit = {.rank = 2 * score + is_here(s, a), .index = i};
        if (score > 0) {
            g_array_append_val(hits, hit);
        }
    }
    g_array_sort(hits, compare_hits);
    for (guint i = 0; i < hits->len; i++) {
        const struct hit *hit = &g_array_index(hits, struct hit, i);
        g_ptr_array_add(lines, g_strdup(action_at(hit->index)->name));
    }
    g_array_free(hits, TRUE);
}

static void
add_aliases(const struct screen *s, const char *text, GPtrArray *lines)
{
    GHashTableIter iter;
    gpointer name;
    g_hash_table_iter_init(&iter, s->keymap->aliases);
    while (g_hash_table_iter_next(&iter, &name, NULL)) {
        if (g_str_has_prefix(name, text)) {
            g_ptr_array_add(lines, g_strdup(name));
        }
    }
}

GPtrArray *
palette_lines(const struct screen *s, const char *text)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    const char *blank = strchr(text, ' ');
    char *name = g_strndup(text, strcspn(text, " "));
    const struct action *a = blank == NULL ? NULL : keymap_by_name(name);
    if (a == NULL) {
        add_actions(s, text, lines);
        add_aliases(s, text, lines);
    } else {
        complete_argument(s, a, blank + 1, lines);
        for (guint i = 0; i < lines->len; i++) {
            char *argument = lines->pdata[i];
            lines->pdata[i] = g_strconcat(a->name, " ", argument, NULL);
            g_free(argument);
        }
    }
    g_free(name);
    return lines;
}

/* An action tells its keys, and what it does or why it cannot. */
static void
draw_line(struct screen *s, int y, const char *line, bool selected)
{
    const struct action *a = strchr(line, ' ') == NULL ? keymap_by_name(line) : NULL;
    const char *alias = keymap_alias(s->keymap, line);
    bool named = a != NULL && strcmp(a->name, line) == 0;
    const char *why = !named ? NULL : !is_here(s, a) ? _("not here") : keymap_why_not(s, a);
    unsigned style = why == NULL ? STYLE_NORMAL : STYLE_DIM;
    draw_text(s->draw, y, 0, s->columns, STYLE_NORMAL, "");
    if (selected) {
        draw_glyph(s->draw, y, 0, STYLE_NORMAL, GLYPH_CURSOR);
    }
    int name_width = s->columns < 80 ? 14 : 20;
    int width = named || alias != NULL ? name_width : s->columns - 1;
    draw_text(s->draw, y, 1, width, style | (selected ? STYLE_SELECTED : 0), line);
    int x = 1 + name_width + 1;
    if (named) {
        char keys[64], text[512];
        keymap_keys_text(s->keymap, a, PLACE_ANY, keys, sizeof(keys));
        int keys_width = s->columns < 60 ? KEYS_WIDTH / 2 : KEYS_WIDTH;
        draw_text(s->draw, y, x, keys_width, style == STYLE_DIM ? style : STYLE_STRONG, keys);
        x += keys_width + 1;
        snprintf(text, sizeof(text), "%s%s%s%s", why == NULL ? "" : "(",
                 why == NULL ? "" : _(why), why == NULL ? "" : ") ", _(a->text));
        draw_text(s->draw, y, x, s->columns - x, style, text);
    } else if (alias != NULL) {
        draw_text(s->draw, y, x, s->columns - x, STYLE_DIM, alias);
    }
}

void
palette_draw(struct screen *s, struct rect area)
{
    const struct prompt *p = &s->prompt;
    bool cycling = p->completion >= 0;
    const char *text = cycling ? p->completed : p->text;
    if (*p->text == '\0') {
        return;
    }
    GPtrArray *lines = palette_lines(s, text);
    int n = (int)lines->len, rows = MIN(MIN(n, ROWS_MAX), area.height / 2);
    int first = CLAMP(p->completion - rows + 1, 0, MAX(n - rows, 0));
    int y = area.y + area.height - rows;
    if (rows > 0 && y > area.y) {
        draw_fill(s->draw, y - 1, 0, s->columns, STYLE_DIM, GLYPH_LINE);
        char count[FORMAT_SIZE];
        snprintf(count, sizeof(count), _(" %d–%d of %d "), first + 1, first + rows, n);
        int width = draw_columns(s->draw, count);
        draw_flow(s->draw, y - 1, s->columns - width - 1, width, STYLE_DIM, count);
    }
    if (rows > 0) { /* the rows of the list under it are not seen */
        s->list_rows.height =
            CLAMP(MAX(y - 1, area.y) - s->list_rows.y, 0, s->list_rows.height);
    }
    for (int i = 0; i < rows; i++) {
        draw_line(s, y + i, lines->pdata[first + i], first + i == p->completion);
    }
    g_ptr_array_free(lines, TRUE);
}
