/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The columns of the three plant files: one table each, that reads a cell into a row's struct,
 * writes it back, and gives the names. Both ways through one table keep export followed by
 * import the identity.
 */
#ifndef SRC_CONFIG_PLANT_COLUMNS_H
#define SRC_CONFIG_PLANT_COLUMNS_H

#include "src/config/csv_rows.h"
#include "src/core/plant.h"

enum column_type {
    COLUMN_NAME, /* text of at most max bytes, never empty */
    COLUMN_TEXT, /* text of at most max bytes */
    COLUMN_LONG, /* the same; may have line ends */
    COLUMN_INT,  /* int within min..max; empty: fallback */
    COLUMN_REAL, /* double within min..max; empty: fallback, which may be NAN */
    COLUMN_OWN,  /* read and write by the functions of the row */
};

struct column {
    const char *name;
    enum column_type type;
    size_t offset; /* of the field; 0 for COLUMN_OWN */
    double min, max, fallback;
    /* NULL when it was taken, else what text is not, beginning with "is not". */
    const char *(*read)(void *item, const char *text);
    void (*write)(GString *to, const void *item);
};

struct table {
    const char *file; /* "stations.csv" */
    const struct column *columns;
    size_t n, n_required;
    size_t n_optional; /* the last ones, written only when some row uses one of them */
    bool (*uses_optional)(const void *item); /* NULL: there are none */
};

extern const struct table table_stations;   /* of struct station */
extern const struct table table_components; /* of struct component_row */
extern const struct table table_rules;      /* of struct rule_def */

/* A component as the file has it: the station by name. */
struct component_row {
    struct component c;
    char *station;
};

/*
 * Read all cells into item, which was zeroed. Everything wrong goes to problems; what could be
 * read is in item. True: nothing was wrong.
 */
bool table_read(const struct table *t, void *item, const char *path, int line,
                const char *const *cells, struct problems *problems);

/* One cell as text. */
char *table_write(const struct table *t, size_t column, const void *item);

#endif
