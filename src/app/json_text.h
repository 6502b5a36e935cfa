/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A text as JSON. Pure. */
#ifndef SRC_APP_JSON_TEXT_H
#define SRC_APP_JSON_TEXT_H

#include <string.h>

#include <glib.h>
#include <jansson.h>

#include "src/core/text.h"

/* Made harmless first: one that was cut to its place may end within a character, which JSON
 * would not have. A new reference. */
static inline json_t *
json_text(const char *text)
{
    char *clean = text_sanitize_dup(text, strlen(text));
    json_t *value = json_string(clean);
    g_free(clean);
    return value;
}

#endif
