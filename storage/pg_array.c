/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/pg_array.h"

static void
begin_value(GString *array)
{
    g_string_append_c(array, array->len == 0 ? '{' : ',');
}

void
pg_array_text(GString *array, const char *text)
{
    begin_value(array);
    if (text == NULL) {
        g_string_append(array, "NULL");
        return;
    }
    g_string_append_c(array, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') {
            g_string_append_c(array, '\\');
        }
        g_string_append_c(array, *text);
    }
    g_string_append_c(array, '"');
}

void
pg_array_int(GString *array, int64_t value)
{
    begin_value(array);
    g_string_append_printf(array, "%" G_GINT64_FORMAT, value);
}

void
pg_array_end(GString *array)
{
    g_string_append(array, array->len == 0 ? "{}" : "}");
}
