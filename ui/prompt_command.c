/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The line behind ":": what it could become, what it was before, and what it does. */
#include "src/core/i18n.h"
#include "src/core/text.h"
#include "ui/keymap.h"
#include "ui/palette.h"
#include "ui/views.h"

#define HISTORY_MAX 50

/* ---- completion ---- */

void
prompt_complete(struct screen *s, int step)
{
    struct prompt *p = &s->prompt;
    if (p->completion < 0) {
        g_strlcpy(p->completed, p->text, sizeof(p->completed));
    }
    GPtrArray *lines = palette_lines(s, p->completed);
    int n = (int)lines->len;
    if (n > 0) {
        int first = step > 0 ? 0 : n - 1;
        p->completion = p->completion < 0 ? first : (p->completion + step + n) % n;
        prompt_set_text(p, g_ptr_array_index(lines, (guint)p->completion));
    }
    g_ptr_array_free(lines, TRUE);
}

/* ---- history ---- */

void
prompt_load_history(struct screen *s)
{
    char **lines = g_strsplit(prefs_get(s->prefs, "console", "history", ""), "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        if (**line != '\0' && s->prompt.history->len < HISTORY_MAX) {
            char *clean = g_malloc(PROMPT_MAX + 1);
            text_sanitize(clean, PROMPT_MAX + 1, *line, strlen(*line));
            g_ptr_array_add(s->prompt.history, clean);
        }
    }
    g_strfreev(lines);
}

static void
remember(struct screen *s, const char *text)
{
    GPtrArray *history = s->prompt.history;
    for (guint i = 0; i < history->len; i++) {
        if (strcmp(history->pdata[i], text) == 0) {
            g_ptr_array_remove_index(history, i); /* it moves to the end */
            break;
        }
    }
    if (history->len >= HISTORY_MAX) {
        g_ptr_array_remove_index(history, 0);
    }
    g_ptr_array_add(history, g_strdup(text));
    GString *all = g_string_new(NULL);
    for (guint i = 0; i < history->len; i++) {
        g_string_append_printf(all, "%s\n", (const char *)history->pdata[i]);
    }
    prefs_set(s->prefs, "console", "history", all->str, s->now.mono);
    g_string_free(all, TRUE);
}

void
prompt_recall(struct prompt *p, int step)
{
    int64_t at = (int64_t)p->history_at + step;
    if (at < 0 || at > (int64_t)p->history->len) {
        return;
    }
    p->history_at = (guint)at;
    prompt_set_text(p, p->history_at == p->history->len
                           ? ""
                           : g_ptr_array_index(p->history, p->history_at));
}

/* ---- running ---- */

/* "big" → "filter area=Nord", when that is what the user wants it to be; free with g_free(). */
static char *
resolve(const struct screen *s, const char *text)
{
    size_t len = strcspn(text, " ");
    char *word = g_strndup(text, len);
    const char *alias = keymap_alias(s->keymap, word);
    char *line = alias == NULL ? g_strdup(text) : g_strconcat(alias, text + len, NULL);
    g_free(word);
    return line;
}

/* No such command: what comes nearest is put into the line, and waits for another Enter. False:
 * nothing comes near. */
static bool
offer(struct screen *s, const char *text)
{
    struct prompt *p = &s->prompt;
    GPtrArray *lines = palette_lines(s, text);
    bool any = lines->len > 0;
    if (any) {
        prompt_set_text(p, lines->pdata[0]);
        p->kind = PROMPT_COMMAND;
        p->completion = -1;
        p->complaint = _("Enter runs this");
    }
    g_ptr_array_free(lines, TRUE);
    return any;
}

static void
run_line(struct screen *s, const char *line)
{
    size_t len = strcspn(line, " ");
    char *name = g_strndup(line, len);
    const char *argument = line + len + strspn(line + len, " ");
    const struct action *action = keymap_by_name(name);
    if (action == NULL && !offer(s, line)) {
        screen_notice(s, _("there is no command \"%s\"; ? lists them"), name);
    } else if (action != NULL && (action->places & (unsigned)screen_place(s)) == 0) {
        screen_notice(s, _("\"%s\" does not apply here"), action->name);
    } else if (action != NULL) {
        s->typed = true;
        keymap_run(s, action, argument);
        s->typed = false;
    }
    g_free(name);
}

void
prompt_run(struct screen *s)
{
    struct prompt *p = &s->prompt;
    char *text = g_strstrip(g_strdup(p->text));
    p->kind = PROMPT_NONE;
    if (*text != '\0') {
        remember(s, text);
        char *line = resolve(s, text);
        run_line(s, line);
        g_free(line);
    }
    g_free(text);
}
