/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/journal_book.h"

struct journal_line {
    struct journal_record record; /* first */
    bool folded;                  /* text is made */
    struct filter_text text;
};

static const char *const places[FILTER_FIELDS] = {[FIELD_ID] = "station",
                                                  [FIELD_NAME] = "event",
                                                  [FIELD_TYPE] = "who",
                                                  [FIELD_AREA] = "priority"};

static void
line_free(gpointer data)
{
    struct journal_line *line = data;
    journal_record_clear(line);
    filter_text_fini(&line->text);
    g_free(line);
}

void
journal_book_init(struct journal_book *b)
{
    *b = (struct journal_book){.lines = g_ptr_array_new_with_free_func(line_free),
                               .fresh = g_ptr_array_new_with_free_func(line_free),
                               .shown = g_ptr_array_new(),
                               .list = {.height = 1},
                               .filter = filter_new_named("", places)};
}

void
journal_book_fini(struct journal_book *b)
{
    g_ptr_array_unref(b->shown);
    g_ptr_array_unref(b->fresh);
    g_ptr_array_unref(b->lines);
    filter_free(b->filter);
}

void
journal_book_clear(struct journal_book *b)
{
    b->selected = NULL;
    g_ptr_array_set_size(b->shown, 0);
    g_ptr_array_set_size(b->fresh, 0);
    g_ptr_array_set_size(b->lines, 0);
    list_to(&b->list, 0);
    list_fit(&b->list, 0, b->list.height);
}

/* ---- matching ---- */

static void
fold(struct journal_line *line)
{
    const struct journal_record *r = &line->record;
    const char *event = alarm_event_name(r->event), *word = journal_event_word(r->event);
    char *events =
        strcmp(event, word) == 0 ? g_strdup(event) : g_strjoin("\n", event, word, NULL);
    char *other = g_strjoin("\n", r->component == NULL ? "" : r->component,
                            r->rule == NULL ? "" : r->rule, r->detail == NULL ? "" : r->detail,
                            r->origin == NULL ? "" : r->origin, NULL);
    const char *const texts[FILTER_FIELDS] = {
        [FIELD_ID] = r->station,
        [FIELD_NAME] = events,
        [FIELD_TYPE] = r->actor,
        [FIELD_AREA] = r->rule == NULL ? NULL : alarm_priority_name(r->priority),
        [FIELD_OTHER] = other};
    filter_text_set(&line->text, texts);
    line->folded = true;
    g_free(events);
    g_free(other);
}

static bool
matches(const struct journal_book *b, struct journal_line *line)
{
    if (filter_is_empty(b->filter)) {
        return true;
    }
    if (!line->folded) {
        fold(line);
    }
    return filter_match_state(b->filter, &line->text, "");
}

/* The cursor stays on its line. */
static void
rebuild(struct journal_book *b)
{
    int pos = -1;
    g_ptr_array_set_size(b->shown, 0);
    for (guint i = 0; i < b->lines->len; i++) {
        struct journal_line *line = g_ptr_array_index(b->lines, i);
        if (matches(b, line)) {
            pos = line == b->selected ? (int)b->shown->len : pos;
            g_ptr_array_add(b->shown, line);
        }
    }
    list_fit(&b->list, (int)b->shown->len, b->list.height);
    if (pos >= 0) {
        list_follow(&b->list, pos);
    } else {
        list_to(&b->list, 0);
        journal_book_moved(b);
    }
}

/* ---- lines ---- */

static struct journal_line *
line_at(const GPtrArray *lines, guint i)
{
    return g_ptr_array_index(lines, i);
}

/* The first place whose line is not newer than that. */
static guint
place_of(const GPtrArray *lines, wall_us at)
{
    guint from = 0, to = lines->len;
    while (from < to) {
        guint middle = from + (to - from) / 2;
        if (line_at(lines, middle)->record.at > at) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return from;
}

static guint
end_of(const GPtrArray *lines, guint from, wall_us at)
{
    while (from < lines->len && line_at(lines, from)->record.at == at) {
        from++;
    }
    return from;
}

/* Two instances may tell the same; then it is two lines. */
static bool
is_same(const struct journal_record *a, const struct journal_record *b)
{
    return a->at == b->at && a->event == b->event && a->step == b->step &&
           a->epoch == b->epoch && a->term == b->term &&
           uuid_equal(&a->occurrence, &b->occurrence) &&
           g_strcmp0(a->instance, b->instance) == 0 && g_strcmp0(a->station, b->station) == 0 &&
           g_strcmp0(a->component, b->component) == 0 && g_strcmp0(a->rule, b->rule) == 0 &&
           g_strcmp0(a->actor, b->actor) == 0 && g_strcmp0(a->detail, b->detail) == 0;
}

static bool
has(const GPtrArray *lines, const struct journal_record *r)
{
    for (guint i = place_of(lines, r->at);
         i < lines->len && line_at(lines, i)->record.at == r->at; i++) {
        if (is_same(&line_at(lines, i)->record, r)) {
            return true;
        }
    }
    return false;
}

/* Records come newest first, so one of a time that is there already belongs behind it. */
static void
insert(GPtrArray *lines, struct journal_line *line)
{
    guint place = place_of(lines, line->record.at);
    g_ptr_array_insert(lines, (int)end_of(lines, place, line->record.at), line);
}

void
journal_book_add(struct journal_book *b, const GArray *records, bool fresh)
{
    bool added = false;
    for (guint i = 0; i < records->len; i++) {
        const struct journal_record *r = &g_array_index(records, struct journal_record, i);
        if (has(b->lines, r) || has(b->fresh, r)) {
            continue;
        }
        struct journal_line *line = g_new0(struct journal_line, 1);
        line->record = journal_record_copy(r);
        insert(fresh ? b->fresh : b->lines, line);
        added = !fresh;
    }
    if (added) {
        rebuild(b);
    }
}

void
journal_book_take(struct journal_book *b)
{
    /* The newest last: of equal times it belongs before what was there. */
    for (guint i = b->fresh->len; i > 0; i--) {
        struct journal_line *line = line_at(b->fresh, i - 1);
        g_ptr_array_insert(b->lines, (int)place_of(b->lines, line->record.at), line);
    }
    bool any = b->fresh->len > 0;
    g_ptr_array_set_free_func(b->fresh, NULL);
    g_ptr_array_set_size(b->fresh, 0);
    g_ptr_array_set_free_func(b->fresh, line_free);
    if (any) {
        rebuild(b);
    }
}

guint
journal_book_waiting(const struct journal_book *b)
{
    guint n = 0;
    for (guint i = 0; i < b->fresh->len; i++) {
        n += matches(b, line_at(b->fresh, i)) ? 1 : 0;
    }
    return n;
}

const struct journal_record *
journal_book_newest(const struct journal_book *b)
{
    const GPtrArray *lines = b->fresh->len > 0 ? b->fresh : b->lines;
    return lines->len == 0 ? NULL : &line_at(lines, 0)->record;
}

const struct journal_record *
journal_book_oldest(const struct journal_book *b)
{
    return b->lines->len == 0 ? NULL : &line_at(b->lines, b->lines->len - 1)->record;
}

guint
journal_book_count_at(const struct journal_book *b, wall_us at)
{
    guint from = place_of(b->lines, at);
    return end_of(b->lines, from, at) - from;
}

/* ---- rows ---- */

const struct journal_record *
journal_book_row(const struct journal_book *b, int pos)
{
    return pos < 0 || pos >= (int)b->shown->len ? NULL : &line_at(b->shown, (guint)pos)->record;
}

const struct journal_record *
journal_book_selected(const struct journal_book *b)
{
    return b->selected == NULL ? NULL : &b->selected->record;
}

void
journal_book_moved(struct journal_book *b)
{
    b->selected = b->shown->len == 0 ? NULL : line_at(b->shown, (guint)b->list.pos);
}

void
journal_book_set_filter(struct journal_book *b, const char *text)
{
    g_strlcpy(b->filter_text, text, sizeof(b->filter_text));
    filter_free(b->filter);
    b->filter = filter_new_named(b->filter_text, places);
    rebuild(b);
}
