/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/pg_schema_private.h"

#include <errno.h>

#define NUMBER_DIGITS 3
#define SUFFIX        ".sql"

static void
free_file(void *data)
{
    struct pg_schema_file *f = data;
    g_free(f->name);
    g_free(f->path);
    g_free(f->text);
    g_free(f);
}

/* "002-ownership.sql" → 2, "ownership"; false: not of this form. */
static bool
parse_name(const char *entry, int *ret_number, char **ret_name)
{
    size_t len = strlen(entry), least = NUMBER_DIGITS + 1 + strlen(SUFFIX);
    int number = 0;
    for (size_t i = 0; i < NUMBER_DIGITS && i < len; i++) {
        if (!g_ascii_isdigit(entry[i])) {
            return false;
        }
        number = number * 10 + (entry[i] - '0');
    }
    if (len <= least || entry[NUMBER_DIGITS] != '-') {
        return false;
    }
    *ret_number = number;
    *ret_name = g_strndup(entry + NUMBER_DIGITS + 1, len - least);
    return true;
}

static enum rc
read_text(struct pg_schema_file *f, struct err *err)
{
    gsize len;
    errno = 0;
    if (!g_file_get_contents(f->path, &f->text, &len, NULL)) {
        return err_set(err, RC_IO, "could not read \"%s\": %s", f->path, g_strerror(errno));
    }
    if (strlen(f->text) != len) {
        return err_set(err, RC_INVALID, "\"%s\" is no text", f->path);
    }
    return RC_OK;
}

static int
by_number(const void *a, const void *b)
{
    const struct pg_schema_file *const *x = a, *const *y = b;
    return (*x)->number - (*y)->number;
}

static enum rc
add_file(struct pg_schema *s, const char *entry, struct err *err)
{
    int number;
    char *name;
    if (!g_str_has_suffix(entry, SUFFIX)) {
        return RC_OK;
    }
    if (!parse_name(entry, &number, &name)) {
        return err_set(err, RC_INVALID, "\"%s/%s\" is not named like 001-name.sql", s->dir,
                       entry);
    }
    struct pg_schema_file *f = g_new0(struct pg_schema_file, 1);
    f->number = number;
    f->name = name;
    f->path = g_build_filename(s->dir, entry, NULL);
    g_ptr_array_add(s->files, f);
    return read_text(f, err);
}

static enum rc
check_numbers(const struct pg_schema *s, struct err *err)
{
    if (s->files->len == 0) {
        return err_set(err, RC_INVALID, "there are no migrations in \"%s\"", s->dir);
    }
    for (guint i = 0; i < s->files->len; i++) {
        const struct pg_schema_file *f = g_ptr_array_index(s->files, i);
        if (f->number != (int)i + 1) {
            return err_set(err, RC_INVALID, "\"%s\" stands where migration %03u should",
                           f->path, i + 1);
        }
    }
    return RC_OK;
}

enum rc
pg_schema_load(struct pg_schema **ret, const char *dir, struct err *err)
{
    errno = 0;
    GDir *entries = g_dir_open(dir, 0, NULL);
    if (entries == NULL) {
        return err_set(err, RC_IO, "could not open the directory \"%s\": %s", dir,
                       g_strerror(errno));
    }
    struct pg_schema *s = g_new0(struct pg_schema, 1);
    s->dir = g_strdup(dir);
    s->files = g_ptr_array_new_with_free_func(free_file);
    enum rc rc = RC_OK;
    const char *entry;
    while (rc == RC_OK && (entry = g_dir_read_name(entries)) != NULL) {
        rc = add_file(s, entry, err);
    }
    g_dir_close(entries);
    g_ptr_array_sort(s->files, by_number);
    if (rc == RC_OK) {
        rc = check_numbers(s, err);
    }
    if (rc != RC_OK) {
        pg_schema_free(s);
        return rc;
    }
    *ret = s;
    return RC_OK;
}

void
pg_schema_free(struct pg_schema *s)
{
    if (s != NULL) {
        g_ptr_array_unref(s->files);
        g_free(s->dir);
        g_free(s);
    }
}

int
pg_schema_newest(const struct pg_schema *s)
{
    return (int)s->files->len;
}
