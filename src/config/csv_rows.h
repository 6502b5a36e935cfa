/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A CSV file with a header line, as rows of known columns: RFC 4180 taken strictly (by libcsv),
 * UTF-8, LF or CRLF, a byte order mark tolerated.
 *
 * What is wrong with the file is told with its line, and reading goes on with the next line.
 */
#ifndef SRC_CONFIG_CSV_ROWS_H
#define SRC_CONFIG_CSV_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "src/core/setting.h"

#define CSV_COLUMNS_MAX 32

struct csv_layout {
    const char *const *names; /* the columns there may be */
    size_t n;                 /* at most CSV_COLUMNS_MAX */
    size_t n_required;        /* the first so many must be there */
};

/* cells[i] belongs to names[i], "" when the file has no such column; valid during the call. */
typedef void csv_row(void *user, int line, const char *const *cells);

void csv_rows_parse(const char *path, const char *bytes, size_t len,
                    const struct csv_layout *layout, struct problems *problems, csv_row *row,
                    void *user);

#endif
