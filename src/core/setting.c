/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/core/setting.h"

#include <stdarg.h>

#include "src/core/text.h"

void
settings_init(struct settings *s)
{
    *s = (struct settings){0};
}

void
settings_fini(struct settings *s)
{
    for (size_t i = 0; i < s->n; i++) {
        g_free(s->list[i].file);
        g_free(s->list[i].section);
        g_free(s->list[i].key);
        g_free(s->list[i].value);
    }
    g_free(s->list);
    settings_init(s);
}

void
settings_add(struct settings *s, const char *file, int line, const char *section,
             const char *key, const char *value)
{
    if (s->n == s->cap) {
        s->cap = s->cap == 0 ? 32 : 2 * s->cap;
        s->list = g_renew(struct setting, s->list, s->cap);
    }
    s->list[s->n++] = (struct setting){
        .file = g_strdup(file),
        .line = line,
        .section = g_strdup(section),
        .key = g_strdup(key),
        .value = g_strdup(value),
    };
}

void
problems_init(struct problems *p)
{
    *p = (struct problems){0};
}

void
problems_fini(struct problems *p)
{
    for (size_t i = 0; i < p->n && i < PROBLEMS_MAX; i++) {
        g_free(p->list[i]);
    }
    g_free(p->list);
    problems_init(p);
}

/* Takes the line over. */
static void
keep(struct problems *p, char *line)
{
    if (p->n < PROBLEMS_MAX) {
        if (p->n == p->cap) {
            p->cap = p->cap == 0 ? 16 : 2 * p->cap;
            p->list = g_renew(char *, p->list, p->cap);
        }
        p->list[p->n] = text_sanitize_dup(line, strlen(line));
    }
    p->n++;
    g_free(line);
}

void
problems_add(struct problems *p, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    keep(p, g_strdup_vprintf(fmt, args));
    va_end(args);
}

void
problems_add_setting(struct problems *p, const struct setting *s, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char *what = g_strdup_vprintf(fmt, args);
    va_end(args);
    keep(p, g_strdup_printf("%s:%d: [%s] %s: \"%s\" %s", s->file, s->line, s->section, s->key,
                            s->value, what));
    g_free(what);
}
