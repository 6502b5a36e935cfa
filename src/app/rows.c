/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/rows.h"

#include <assert.h>
#include <math.h>
#include <unistd.h>

#include "src/core/csv.h"
#include "src/core/text.h"
#include "src/core/timestamp.h"

#define COLUMNS_MAX 32
#define LOOK_AHEAD  500 /* rows of a table that tell its widths; later ones may stick out */

struct rows {
    const char *const *columns;
    size_t n_columns;
    enum rows_format format;
    size_t n;  /* rows ended */
    size_t at; /* next cell */
    GString *line;

    GPtrArray *kept; /* table: cells of the first rows, char * */
    int width[COLUMNS_MAX];
    bool right[COLUMNS_MAX]; /* holds numbers */
};

static enum rows_format
choose_format(const char *name)
{
    static const char *const names[] = {"table", "json", "jsonl", "csv"};
    for (size_t i = 0; name != NULL && i < G_N_ELEMENTS(names); i++) {
        if (strcmp(names[i], name) == 0) {
            return (enum rows_format)i;
        }
    }
    return isatty(STDOUT_FILENO) ? ROWS_TABLE : ROWS_JSON;
}

struct rows *
rows_new(const char *const *columns, const char *format)
{
    struct rows *r = g_new0(struct rows, 1);
    r->columns = columns;
    r->n_columns = g_strv_length((char **)(void *)(uintptr_t)columns);
    assert(r->n_columns <= COLUMNS_MAX);
    r->format = choose_format(format);
    r->line = g_string_new(NULL);
    r->kept = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; i < r->n_columns; i++) {
        r->width[i] = (int)strlen(columns[i]);
        if (r->format == ROWS_CSV) {
            csv_cell_append(r->line, columns[i], i == 0);
        }
    }
    if (r->format == ROWS_CSV) {
        g_string_append(r->line, "\r\n");
        fputs(r->line->str, stdout);
        g_string_truncate(r->line, 0);
    }
    return r;
}

/* A JSON string; text is sanitised, so there are no controls in it. */
static void
append_string(GString *to, const char *text)
{
    g_string_append_c(to, '"');
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '"' || *p == '\\') {
            g_string_append_c(to, '\\');
        }
        g_string_append_c(to, *p);
    }
    g_string_append_c(to, '"');
}

static void
append_key(struct rows *r)
{
    g_string_append_c(r->line, r->at == 0 ? '{' : ',');
    append_string(r->line, r->columns[r->at]);
    g_string_append_c(r->line, ':');
}

/* What a cell is decides how it is written, not what it says. */
enum cell { CELL_NULL, CELL_TEXT, CELL_BARE };

/* raw: as JSON writes it, where that differs from text. */
static void
put(struct rows *r, enum cell cell, const char *text, const char *raw)
{
    assert(r->at < r->n_columns);
    switch (r->format) {
    case ROWS_TABLE:
        g_ptr_array_add(r->kept, g_strdup(cell == CELL_NULL ? "-" : text));
        r->right[r->at] |= cell == CELL_BARE && raw == NULL;
        break;
    case ROWS_CSV:
        if (cell == CELL_TEXT) {
            csv_text_append(r->line, text, r->at == 0);
        } else {
            csv_cell_append(r->line, text, r->at == 0);
        }
        break;
    case ROWS_JSON:
    case ROWS_JSONL:
        append_key(r);
        if (cell == CELL_TEXT) {
            append_string(r->line, text);
        } else {
            g_string_append(r->line, raw != NULL ? raw : text);
        }
        break;
    }
    r->at++;
}

void
rows_null(struct rows *r)
{
    put(r, CELL_NULL, "", "null");
}

void
rows_text(struct rows *r, const char *text)
{
    if (text == NULL) {
        rows_null(r);
        return;
    }
    char *clean = text_sanitize_dup(text, strlen(text));
    put(r, CELL_TEXT, clean, NULL);
    g_free(clean);
}

void
rows_number(struct rows *r, double value)
{
    char text[32];
    if (!isfinite(value)) {
        rows_null(r);
        return;
    }
    text_from_double(text, sizeof(text), value);
    put(r, CELL_BARE, text, NULL);
}

void
rows_int(struct rows *r, int64_t value)
{
    char text[32];
    snprintf(text, sizeof(text), "%lld", (long long)value);
    put(r, CELL_BARE, text, NULL);
}

void
rows_time(struct rows *r, wall_us at)
{
    char text[TIMESTAMP_SIZE];
    if (at == WALL_NONE) {
        rows_null(r);
        return;
    }
    timestamp_format(text, at);
    put(r, CELL_TEXT, text, NULL);
}

void
rows_bool(struct rows *r, bool value)
{
    const char *text = value ? "true" : "false";
    put(r, CELL_BARE, text, text);
}

void
rows_flags(struct rows *r, unsigned flags, const char *(*name)(unsigned flag))
{
    GString *json = g_string_new("["), *plain = g_string_new(NULL);
    for (unsigned flag = 1; flag != 0; flag <<= 1) {
        const char *text = (flags & flag) != 0 ? name(flag) : NULL;
        if (text != NULL) {
            g_string_append_printf(json, "%s\"%s\"", json->len > 1 ? "," : "", text);
            g_string_append_printf(plain, "%s%s", plain->len > 0 ? ";" : "", text);
        }
    }
    g_string_append_c(json, ']');
    put(r, CELL_BARE, plain->str, json->str);
    g_string_free(json, TRUE);
    g_string_free(plain, TRUE);
}

void
rows_json(struct rows *r, const char *plain, const char *json)
{
    put(r, CELL_BARE, plain, json);
}

bool
rows_nest(const char *format)
{
    enum rows_format chosen = choose_format(format);
    return chosen == ROWS_JSON || chosen == ROWS_JSONL;
}

/* One line of a table; the last cell is not filled up. */
static void
print_cells(const struct rows *r, const char *const *cells)
{
    for (size_t i = 0; i < r->n_columns; i++) {
        int fill = MAX(r->width[i] - text_columns(cells[i]), 0);
        const char *gap = i + 1 < r->n_columns ? "  " : "";
        if (r->right[i]) {
            printf("%*s%s%s", fill, "", cells[i], gap);
        } else {
            printf("%s%*s%s", cells[i], *gap != '\0' ? fill : 0, "", gap);
        }
    }
    putchar('\n');
}

static void
print_kept(struct rows *r)
{
    for (guint i = 0; i < r->kept->len; i++) {
        int columns = text_columns(g_ptr_array_index(r->kept, i));
        r->width[i % r->n_columns] = MAX(r->width[i % r->n_columns], columns);
    }
    if (r->n <= LOOK_AHEAD && r->n > 0) {
        print_cells(r, r->columns);
    }
    for (guint i = 0; i < r->kept->len; i += (guint)r->n_columns) {
        print_cells(r, (const char *const *)&r->kept->pdata[i]);
    }
    g_ptr_array_set_size(r->kept, 0);
}

bool
rows_end(struct rows *r)
{
    assert(r->at == r->n_columns);
    r->at = 0;
    r->n++;
    switch (r->format) {
    case ROWS_TABLE:
        if (r->n >= LOOK_AHEAD) {
            print_kept(r);
        }
        break;
    case ROWS_CSV:
        printf("%s\r\n", r->line->str);
        break;
    case ROWS_JSON:
        printf("%s%s}", r->n == 1 ? "[" : ",\n ", r->line->str);
        break;
    case ROWS_JSONL:
        printf("%s}\n", r->line->str);
        break;
    }
    g_string_truncate(r->line, 0);
    return !ferror(stdout);
}

size_t
rows_finish(struct rows *r)
{
    size_t n = r->n;
    if (r->format == ROWS_TABLE && n < LOOK_AHEAD) {
        print_kept(r);
    }
    if (r->format == ROWS_JSON) {
        fputs(n == 0 ? "[]\n" : "]\n", stdout);
    }
    g_ptr_array_unref(r->kept);
    g_string_free(r->line, TRUE);
    g_free(r);
    return n;
}
