/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/prefs.h"

#include <glib.h>

#include "src/core/file.h"
#include "src/core/i18n.h"

#define BYTES_MAX ((size_t)1024 * 1024)
#define WRITE_US  (3 * US_PER_S) /* quiet that ends a burst of changes */

struct prefs {
    char *file; /* NULL: kept nowhere */
    struct writer *writer;
    GKeyFile *values;
    GString *last;    /* what prefs_get() gave */
    mono_us write_at; /* 0: all is written */
    char problem[256];
};

static void
load(struct prefs *p)
{
    GString *text = g_string_new(NULL);
    GError *error = NULL;
    struct err err;
    enum rc rc = file_read(text, p->file, BYTES_MAX, &err);
    if (rc != RC_OK && rc != RC_NOTFOUND) {
        g_strlcpy(p->problem, err.text, sizeof(p->problem));
    } else if (!g_key_file_load_from_data(p->values, text->str, text->len,
                                          G_KEY_FILE_KEEP_COMMENTS, &error)) {
        snprintf(p->problem, sizeof(p->problem), _("%s is not read: %s"), p->file,
                 error->message);
        g_error_free(error);
    }
    g_string_free(text, TRUE);
}

struct prefs *
prefs_new(const char *file, struct writer *writer)
{
    struct prefs *p = g_new0(struct prefs, 1);
    p->file = g_strdup(file);
    p->writer = writer;
    p->values = g_key_file_new();
    p->last = g_string_new(NULL);
    if (file != NULL) {
        load(p);
    }
    return p;
}

static void
write_now(struct prefs *p)
{
    p->write_at = 0;
    if (p->file == NULL) {
        return;
    }
    gsize len = 0;
    char *text = g_key_file_to_data(p->values, &len, NULL);
    writer_put(p->writer, &(struct writer_order){.how = WRITER_REPLACE,
                                                 .path = p->file,
                                                 .text = text,
                                                 .len = len,
                                                 .own = true,
                                                 .once = true});
    g_free(text);
}

void
prefs_free(struct prefs *p)
{
    if (p == NULL) {
        return;
    }
    if (p->write_at != 0) {
        write_now(p);
    }
    g_key_file_unref(p->values);
    g_string_free(p->last, TRUE);
    g_free(p->file);
    g_free(p);
}

const char *
prefs_get(struct prefs *p, const char *group, const char *key, const char *fallback)
{
    char *value = g_key_file_get_string(p->values, group, key, NULL);
    if (value == NULL) {
        return fallback;
    }
    g_string_assign(p->last, value);
    g_free(value);
    return p->last->str;
}

int
prefs_get_int(struct prefs *p, const char *group, const char *key, int fallback)
{
    const char *text = prefs_get(p, group, key, "");
    gint64 value = 0;
    bool good = g_ascii_string_to_signed(text, 10, INT_MIN, INT_MAX, &value, NULL);
    return good ? (int)value : fallback;
}

void
prefs_set(struct prefs *p, const char *group, const char *key, const char *value, mono_us now)
{
    const char *before = prefs_get(p, group, key, NULL);
    if (g_strcmp0(before, value) == 0) {
        return;
    }
    if (value != NULL) {
        g_key_file_set_string(p->values, group, key, value);
    } else {
        g_key_file_remove_key(p->values, group, key, NULL);
    }
    p->write_at = now + WRITE_US;
}

void
prefs_set_int(struct prefs *p, const char *group, const char *key, int value, mono_us now)
{
    char text[16];
    snprintf(text, sizeof(text), "%d", value);
    prefs_set(p, group, key, text, now);
}

mono_us
prefs_next(const struct prefs *p)
{
    return p->write_at;
}

void
prefs_tick(struct prefs *p, mono_us now)
{
    if (p->write_at != 0 && now >= p->write_at) {
        write_now(p);
    }
}

const char *
prefs_problem(const struct prefs *p)
{
    return p->problem;
}
