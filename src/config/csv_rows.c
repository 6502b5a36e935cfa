/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/config/csv_rows.h"

#include <assert.h>
#include <csv.h>

#include "src/config/config.h"

#define CELL_MAX_BYTES 8192

struct reader {
    const char *path;
    const struct csv_layout *layout;
    struct problems *problems;
    csv_row *row;
    void *user;

    struct csv_parser parser;
    int line;     /* of the file, the first is 1 */
    int row_line; /* where the present row begins */
    bool in_row;  /* a quoted cell goes on in the next line */
    bool too_long;
    GPtrArray *cells; /* of the present row; char * */

    bool has_header, stop;
    size_t width;                  /* cells in the header */
    size_t place[CSV_COLUMNS_MAX]; /* column of the layout → cell + 1; 0: not in the file */
};

static void
on_cell(void *bytes, size_t len, void *user)
{
    struct reader *r = user;
    r->too_long |= len > CELL_MAX_BYTES;
    g_ptr_array_add(r->cells, g_strndup(bytes != NULL ? bytes : "", len));
}

/* The layout's column of that name; n when there is none. */
static size_t
find_column(const struct csv_layout *layout, const char *name)
{
    size_t i = 0;
    while (i < layout->n && strcmp(layout->names[i], name) != 0) {
        i++;
    }
    return i;
}

static void
say_unknown_column(struct reader *r, const char *name)
{
    const char *names[CSV_COLUMNS_MAX + 1];
    memcpy(names, r->layout->names, r->layout->n * sizeof(*names));
    names[r->layout->n] = NULL;
    const char *near = nearest_name(name, names);
    if (near != NULL) {
        problems_add(r->problems,
                     "%s:%d: \"%.100s\" is not a known column; did you mean \"%s\"?", r->path,
                     r->row_line, name, near);
    } else {
        problems_add(r->problems, "%s:%d: \"%.100s\" is not a known column", r->path,
                     r->row_line, name);
    }
}

static void
read_header(struct reader *r)
{
    r->has_header = true;
    r->width = r->cells->len;
    for (size_t i = 0; i < r->cells->len; i++) {
        const char *name = g_ptr_array_index(r->cells, i);
        size_t column = find_column(r->layout, name);
        if (column == r->layout->n) {
            say_unknown_column(r, name);
        } else if (r->place[column] != 0) {
            problems_add(r->problems, "%s:%d: column \"%s\" stands twice", r->path, r->row_line,
                         name);
        } else {
            r->place[column] = i + 1;
        }
    }
    for (size_t i = 0; i < r->layout->n_required; i++) {
        if (r->place[i] == 0) {
            problems_add(r->problems, "%s:%d: column \"%s\" is missing", r->path, r->row_line,
                         r->layout->names[i]);
            r->stop = true; /* every row would be wrong */
        }
    }
}

static void
pass_row(struct reader *r)
{
    const char *cells[CSV_COLUMNS_MAX];
    for (size_t i = 0; i < r->layout->n; i++) {
        cells[i] = r->place[i] == 0 ? "" : g_ptr_array_index(r->cells, r->place[i] - 1);
    }
    r->row(r->user, r->row_line, cells);
}

static void
on_row(int terminator, void *user)
{
    (void)terminator;
    struct reader *r = user;
    if (r->stop) {
        /* the header is useless, and that was said */
    } else if (r->too_long) {
        problems_add(r->problems, "%s:%d: a cell is longer than %d bytes", r->path, r->row_line,
                     CELL_MAX_BYTES);
    } else if (!r->has_header) {
        read_header(r);
    } else if (r->cells->len != r->width) {
        problems_add(r->problems, "%s:%d: the row has %u cells, the header line %zu", r->path,
                     r->row_line, r->cells->len, r->width);
    } else {
        pass_row(r);
    }
    g_ptr_array_set_size(r->cells, 0);
    r->too_long = false;
    r->in_row = false;
}

/* libcsv would cut blanks off; in RFC 4180 they belong to the cell. */
static int
never_blank(unsigned char c)
{
    (void)c;
    return 0;
}

static void
start_parser(struct reader *r)
{
    int failed = csv_init(&r->parser, CSV_STRICT | CSV_STRICT_FINI);
    assert(failed == 0); /* it allocates nothing */
    csv_set_space_func(&r->parser, never_blank);
    g_ptr_array_set_size(r->cells, 0);
    r->in_row = false;
    r->too_long = false;
}

/* Give the row up and begin anew behind it. */
static void
skip_row(struct reader *r, const char *why)
{
    problems_add(r->problems, "%s:%d: %s", r->path, r->line, why);
    csv_free(&r->parser);
    start_parser(r);
    if (!r->has_header) {
        r->stop = true;
    }
}

/* What libcsv would not notice: bytes that are no text. line is without its LF. */
static const char *
find_fault(const char *line, size_t len)
{
    size_t text = len > 0 && line[len - 1] == '\r' ? len - 1 : len;
    if (memchr(line, '\0', text) != NULL) {
        return "the line contains a NUL byte";
    }
    if (memchr(line, '\r', text) != NULL) {
        return "the line contains a carriage return that ends no line";
    }
    if (!g_utf8_validate(line, (gssize)text, NULL)) {
        return "the line is not valid UTF-8";
    }
    return NULL;
}

static void
read_line(struct reader *r, const char *line, size_t len)
{
    size_t text = len > 0 && line[len - 1] == '\n' ? len - 1 : len;
    const char *fault = find_fault(line, text);
    r->line++;
    if (fault != NULL) {
        skip_row(r, fault);
        return;
    }
    if (!r->in_row) {
        r->row_line = r->line;
        r->in_row = true; /* on_row() takes it back */
    }
    if (csv_parse(&r->parser, line, len, on_cell, on_row, r) != len) {
        skip_row(r, "a quote stands where none may be: a cell with quotes begins and ends with "
                    "one, and doubles those inside");
    }
    bool empty = text == 0 || (text == 1 && line[0] == '\r');
    if (empty && r->row_line == r->line) {
        r->in_row = false; /* an empty line is no row */
    }
}

void
csv_rows_parse(const char *path, const char *bytes, size_t len, const struct csv_layout *layout,
               struct problems *problems, csv_row *row, void *user)
{
    assert(layout->n <= CSV_COLUMNS_MAX);
    struct reader r = {.path = path,
                       .layout = layout,
                       .problems = problems,
                       .row = row,
                       .user = user,
                       .cells = g_ptr_array_new_with_free_func(g_free)};
    const char *p = bytes, *end = bytes + len;
    if (len >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
        p += 3;
    }
    start_parser(&r);
    while (p < end && !r.stop) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        stop = stop != NULL ? stop + 1 : end;
        read_line(&r, p, (size_t)(stop - p));
        p = stop;
    }
    if (!r.stop && csv_fini(&r.parser, on_cell, on_row, &r) != 0) {
        problems_add(problems, "%s:%d: the quote is not closed", path, r.row_line);
    } else if (!r.stop && !r.has_header) {
        problems_add(problems, "%s:1: the header line is missing", path);
    }
    csv_free(&r.parser);
    g_ptr_array_unref(r.cells);
}
