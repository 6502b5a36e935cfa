/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Settings: what an INI file says, with the place where it stands. src/config reads files into
 * a list of these; whoever knows what they mean (options, payload profiles) takes them from
 * there. And problems: everything wrong with an input, so that all is reported, not only the
 * first.
 */
#ifndef SRC_CORE_SETTING_H
#define SRC_CORE_SETTING_H

#include "src/core/error.h"

struct setting {
    char *file, *section, *key, *value; /* never NULL; key "" opens a section */
    int line;
};

struct settings {
    struct setting *list;
    size_t n, cap;
};

void settings_init(struct settings *s);
void settings_fini(struct settings *s);
/* The strings are copied. */
void settings_add(struct settings *s, const char *file, int line, const char *section,
                  const char *key, const char *value);

#define PROBLEMS_MAX 1000 /* kept; n goes on counting */

/* Lines such as `FILE:LINE: [section] key: "value" is not …`, in the order found. */
struct problems {
    char **list;
    size_t n, cap;
};

void problems_init(struct problems *p);
void problems_fini(struct problems *p);
/* Formatted, then sanitised as a whole. At most PROBLEMS_MAX are kept; the count goes on. */
void problems_add(struct problems *p, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* `FILE:LINE: [section] key: "value" ` and then fmt. */
void problems_add_setting(struct problems *p, const struct setting *s, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

#endif
