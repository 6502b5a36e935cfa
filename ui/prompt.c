/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/views.h"

#include <curses.h>

#include "src/core/i18n.h"
#include "src/core/text.h"
#include "ui/alarm_actions.h"
#include "ui/view.h"

void
prompt_init(struct prompt *p)
{
    *p = (struct prompt){.history = g_ptr_array_new_with_free_func(g_free), .completion = -1};
}

void
prompt_fini(struct prompt *p)
{
    g_ptr_array_free(p->history, TRUE);
}

void
prompt_set_text(struct prompt *p, const char *text)
{
    p->caret = text_sanitize(p->text, sizeof(p->text), text, strlen(text));
}

static void
remember_selected(struct screen *s)
{
    g_strlcpy(s->prompt.selected_before, s->roster.selected, sizeof(s->prompt.selected_before));
    s->prompt.alarm_before = s->alarms.selected;
}

void
prompt_open(struct screen *s, enum prompt_kind kind)
{
    struct prompt *p = &s->prompt;
    p->kind = kind;
    p->completion = -1;
    p->complaint = NULL;
    p->history_at = p->history->len;
    p->filter = view_of(s)->filter;
    p->alarms = s->view == VIEW_ALARMS;
    const char *filter = p->filter != NULL ? p->filter->text(s)
                         : p->alarms       ? s->alarms.filter_text
                                           : s->roster.filter_text;
    prompt_set_text(p, kind == PROMPT_FILTER ? filter : "");
    g_strlcpy(p->filter_before, filter, sizeof(p->filter_before));
    remember_selected(s);
    p->top_before = p->alarms ? s->alarms.list.home : s->roster.list.home;
}

void
prompt_open_with(struct screen *s, enum prompt_kind kind, const char *text)
{
    prompt_open(s, kind);
    prompt_set_text(&s->prompt, text);
}

void
prompt_cancel(struct screen *s)
{
    struct prompt *p = &s->prompt;
    if (p->kind == PROMPT_FILTER && p->filter != NULL) {
        p->filter->set(s, p->filter_before);
    } else if (p->kind == PROMPT_FILTER && p->alarms) {
        alarm_list_set_filter(&s->alarms, p->filter_before);
        alarm_list_select(&s->alarms, &p->alarm_before);
        s->alarms.list.home = p->top_before;
        alarm_list_set_height(&s->alarms, s->alarms.list.height);
    } else if (p->kind == PROMPT_FILTER && s->snap != NULL) {
        roster_set_filter(&s->roster, p->filter_before, s->snap);
        roster_select(&s->roster, p->selected_before);
        s->roster.list.home = p->top_before;
        list_fit(&s->roster.list, s->roster.n, s->roster.list.height);
    }
    p->kind = PROMPT_NONE;
}

/* As you type; the selected row stays selected while it matches, else the first one is. */
static void
apply_filter(struct screen *s)
{
    if (s->prompt.kind != PROMPT_FILTER || s->snap == NULL) {
        return;
    }
    if (s->prompt.filter != NULL) {
        s->prompt.filter->set(s, s->prompt.text);
        return;
    }
    if (s->prompt.alarms) {
        alarm_list_set_filter(&s->alarms, s->prompt.text);
        if (!alarm_list_select(&s->alarms, &s->prompt.alarm_before)) {
            list_to(&s->alarms.list, 0);
            alarm_list_moved(&s->alarms, s->now.mono);
        }
        return;
    }
    roster_set_filter(&s->roster, s->prompt.text, s->snap);
    const char *problem = s->roster.filter_problem;
    s->prompt.complaint = *problem == '\0' ? NULL : problem;
    if (!roster_select(&s->roster, s->prompt.selected_before)) {
        roster_move_to(&s->roster, 0, s->now.mono);
    }
    s->detail.follow_at = s->now.mono;
}

/* ---- editing ---- */

static void
insert(struct prompt *p, int key)
{
    char bytes[8];
    size_t len = strlen(p->text);
    size_t n = (size_t)g_unichar_to_utf8((gunichar)key, bytes);
    if (len + n > PROMPT_MAX) {
        return;
    }
    char clean[8];
    text_sanitize(clean, sizeof(clean), bytes, n);
    n = strlen(clean);
    memmove(p->text + p->caret + n, p->text + p->caret, len - p->caret + 1);
    memcpy(p->text + p->caret, clean, n);
    p->caret += n;
}

static size_t
before_caret(const struct prompt *p)
{
    const char *previous = g_utf8_find_prev_char(p->text, p->text + p->caret);
    return previous == NULL ? 0 : (size_t)(previous - p->text);
}

static size_t
after_caret(const struct prompt *p)
{
    return p->text[p->caret] == '\0'
               ? p->caret
               : p->caret + (size_t)g_utf8_skip[(unsigned char)p->text[p->caret]];
}

static void
cut(struct prompt *p, size_t from, size_t to)
{
    memmove(p->text + from, p->text + to, strlen(p->text + to) + 1);
    p->caret = from;
}

static size_t
word_start(const struct prompt *p)
{
    size_t at = p->caret;
    while (at > 0 && p->text[at - 1] == ' ') {
        at--;
    }
    while (at > 0 && p->text[at - 1] != ' ') {
        at--;
    }
    return at;
}

/* Up and down: in commands the history, in a filter the rows that match. */
static void
vertical(struct screen *s, int step)
{
    if (s->prompt.kind == PROMPT_COMMAND) {
        prompt_recall(&s->prompt, step);
    } else if (s->prompt.kind == PROMPT_FILTER) {
        struct list *list = s->prompt.filter != NULL ? screen_list(s)
                            : s->prompt.alarms       ? &s->alarms.list
                                                     : &s->roster.list;
        list_to(list, list->pos + step);
        screen_moved(s, step);
        remember_selected(s);
    }
}

static bool
is_character(int key)
{
    return key >= ' ' && key != 0x7f && key < TERMINAL_KEY;
}

static void
edit(struct screen *s, int key)
{
    struct prompt *p = &s->prompt;
    char before[PROMPT_MAX + 1];
    g_strlcpy(before, p->text, sizeof(before));
    switch (key) {
    case TERMINAL_KEY | KEY_BACKSPACE:
    case 0x7f:
    case 8:
        cut(p, before_caret(p), p->caret);
        break;
    case TERMINAL_KEY | KEY_DC:
        cut(p, p->caret, after_caret(p));
        break;
    case 'U' & 0x1f:
        cut(p, 0, p->caret);
        break;
    case 'W' & 0x1f:
        cut(p, word_start(p), p->caret);
        break;
    case TERMINAL_KEY | KEY_LEFT:
        p->caret = before_caret(p);
        break;
    case TERMINAL_KEY | KEY_RIGHT:
        p->caret = after_caret(p);
        break;
    case TERMINAL_KEY | KEY_HOME:
        p->caret = 0;
        break;
    case TERMINAL_KEY | KEY_END:
        p->caret = strlen(p->text);
        break;
    default:
        if (is_character(key)) {
            insert(p, key);
        }
    }
    p->completion = -1;
    p->complaint = NULL;
    if (strcmp(before, p->text) != 0) { /* else the order would be made anew for nothing */
        apply_filter(s);
    }
}

void
prompt_choose(struct screen *s, const char *label, void (*choose)(struct screen *s, int key))
{
    g_strlcpy(s->choice.label, label, sizeof(s->choice.label));
    s->choice.choose = choose;
    prompt_open(s, PROMPT_CHOICE);
}

void
prompt_key(struct screen *s, int key)
{
    struct prompt *p = &s->prompt;
    if (p->kind == PROMPT_CHOICE) {
        p->kind = PROMPT_NONE;
        s->choice.choose(s, key);
        return;
    }
    switch (key) {
    case 27:
        prompt_cancel(s);
        return;
    case '\r':
    case '\n':
    case TERMINAL_KEY | KEY_ENTER:
        if (s->pasting) {
            edit(s, ' ');
        } else if (p->kind == PROMPT_COMMAND) {
            prompt_run(s);
        } else if (p->kind == PROMPT_ASK) {
            p->complaint = alarm_answer(s, p->text);
            p->kind = p->complaint == NULL ? PROMPT_NONE : PROMPT_ASK;
        } else {
            p->kind = PROMPT_NONE;
        }
        return;
    case '\t':
    case TERMINAL_KEY | KEY_BTAB:
        if (s->pasting) {
            edit(s, ' ');
        } else if (p->kind == PROMPT_COMMAND) {
            prompt_complete(s, key == '\t' ? 1 : -1);
        }
        return;
    case TERMINAL_KEY | KEY_UP:
        vertical(s, -1);
        return;
    case TERMINAL_KEY | KEY_DOWN:
        vertical(s, 1);
        return;
    default:
        edit(s, key);
    }
}

/* What stands at the right end: how many match, or what is wrong with an answer. */
static void
side_text(const struct screen *s, char *dst, size_t cap)
{
    const struct prompt *p = &s->prompt;
    *dst = '\0';
    if (p->complaint != NULL) {
        snprintf(dst, cap, "%s", p->complaint);
    } else if (p->kind == PROMPT_FILTER && p->filter != NULL) {
        int n;
        unsigned of;
        p->filter->count(s, &n, &of);
        snprintf(dst, cap, _("%d of %u"), n, of);
    } else if (p->kind == PROMPT_FILTER && p->alarms) {
        snprintf(dst, cap, _("%d of %u"), s->alarms.list.n, alarm_list_of_mode(&s->alarms));
    } else if (p->kind == PROMPT_FILTER && s->snap != NULL) {
        snprintf(dst, cap, _("%d of %u"), s->roster.n, s->snap->plant->n_stations);
    }
}

int
prompt_draw(struct screen *s, int y)
{
    struct prompt *p = &s->prompt;
    char before[PROMPT_MAX + 1], side[FORMAT_SIZE * 2];
    const char *label = p->kind == PROMPT_FILTER   ? "/"
                        : p->kind == PROMPT_ASK    ? s->ask.label
                        : p->kind == PROMPT_CHOICE ? s->choice.label
                                                   : ":";
    side_text(s, side, sizeof(side));
    int right = MIN(draw_columns(s->draw, side), s->columns / 2);
    /* Where nothing is typed, the question has it all. */
    int room = s->columns - right, most = p->kind == PROMPT_CHOICE ? room - 2 : room * 3 / 4;
    int left = MIN(draw_columns(s->draw, label), MAX(most, 0));
    int width = MAX(s->columns - left - (right > 0 ? right + 2 : 0), 2);
    draw_text(s->draw, y, 0, left, STYLE_STRONG, label);
    draw_right(s->draw, y, s->columns - right - 1, right,
               p->complaint != NULL ? STYLE_STRONG : STYLE_DIM, side);
    /* A long line shows the part that ends at the caret. */
    g_strlcpy(before, p->text, p->caret + 1);
    const char *from = p->text;
    int columns = draw_columns(s->draw, before);
    while (columns >= width && *from != '\0') {
        from = g_utf8_find_next_char(from, NULL);
        columns = draw_columns(s->draw, before + (from - p->text));
    }
    draw_text(s->draw, y, left, width, STYLE_NORMAL, from);
    return left + columns;
}
