/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/pg_tail.h"

#include <math.h>
#include <stdlib.h>

enum { COLUMN_PLACE, COLUMN_TS, COLUMN_RECEIVED, COLUMN_VALUE, COLUMN_STATE, COLUMN_DEVICE };

/* An element of an array as text. */
static void
append_element(GString *array, const char *text)
{
    g_string_append(array, array->len > 1 ? ",\"" : "\"");
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') {
            g_string_append_c(array, '\\');
        }
        g_string_append_c(array, *text);
    }
    g_string_append_c(array, '"');
}

static int64_t
cell_integer(const PGresult *result, int row, int column)
{
    return strtoll(PQgetvalue(result, row, column), NULL, 10);
}

static struct record
take_row(const PGresult *result, int row)
{
    bool device = *PQgetvalue(result, row, COLUMN_DEVICE) == 't';
    bool none = PQgetisnull(result, row, COLUMN_VALUE) != 0;
    struct record r = {.series = (uint32_t)(cell_integer(result, row, COLUMN_PLACE) - 1),
                       .source = device ? TS_DEVICE : TS_RECEIPT,
                       .ts = cell_integer(result, row, COLUMN_TS),
                       .received = cell_integer(result, row, COLUMN_RECEIVED)};
    if (PQgetisnull(result, row, COLUMN_STATE) == 0) {
        r.text = g_ref_string_new(PQgetvalue(result, row, COLUMN_STATE));
    } else {
        r.num = none ? (double)NAN : strtod(PQgetvalue(result, row, COLUMN_VALUE), NULL);
    }
    return r;
}

enum rc
pg_tail(struct pg *pg, const struct pg_tail_names *names, size_t n, const struct uuid *besides,
        GArray *out, wall_us *ret_since, struct err *err)
{
    GString *stations = g_string_new("{"), *components = g_string_new("{");
    for (size_t i = 0; i < n; i++) {
        append_element(stations, names[i].station);
        append_element(components, names[i].component);
    }
    g_string_append_c(stations, '}');
    g_string_append_c(components, '}');
    char id[UUID_SIZE];
    uuid_format(id, besides);
    const char *const values[] = {stations->str, components->str, id};
    PGresult *result = NULL;
    enum rc rc = pg_query(pg, PG_TAIL, G_N_ELEMENTS(values), values, &result, err);
    for (int i = 0; rc == RC_OK && i < PQntuples(result); i++) {
        if (cell_integer(result, i, COLUMN_PLACE) == 0) {
            *ret_since = cell_integer(result, i, COLUMN_TS);
        } else {
            struct record r = take_row(result, i);
            g_array_append_val(out, r);
        }
    }
    PQclear(result);
    g_string_free(stations, TRUE);
    g_string_free(components, TRUE);
    return rc;
}
