/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The plant as three CSV files in a directory: stations.csv, components.csv, rules.csv
 * (leitstand.ini(5), "PLANT FILES"). RFC 4180, UTF-8, a header line.
 */
#ifndef SRC_CONFIG_PLANT_CSV_H
#define SRC_CONFIG_PLANT_CSV_H

#include "src/core/plant.h"
#include "src/core/setting.h"

/*
 * Read dir. rules.csv may be missing. RC_INVALID: problems has a line for everything wrong,
 * `FILE:LINE: column: "value" is not …`. RC_NOTFOUND: stations.csv or components.csv is
 * missing.
 */
MUST_USE enum rc plant_csv_read(struct plant **ret, const char *dir, struct problems *problems,
                                struct err *err);

/* The three files, in the order in which they are read. */
enum plant_file { PLANT_STATIONS, PLANT_COMPONENTS, PLANT_RULES };
#define PLANT_FILES (PLANT_RULES + 1)

/* The same from memory; dir only stands in problems. texts[PLANT_RULES] may be NULL. */
MUST_USE enum rc plant_csv_parse(struct plant **ret, const char *dir,
                                 GString *const texts[PLANT_FILES], struct problems *problems,
                                 struct err *err);

/* What the file holds for this plant; the caller frees it. */
GString *plant_csv_format(const struct plant *plant, enum plant_file file);

/* Write all three files, each whole or not at all; dir is made when missing. */
MUST_USE enum rc plant_csv_write(const struct plant *plant, const char *dir, struct err *err);

/* SHA-256 over the three files as hex, to see a change; free with g_free(). NULL: unreadable.
 */
char *plant_csv_digest(const char *dir);

/*
 * What import would change, a line each ("+ station PS-01", "- component PS-01/P1",
 * "~ component PS-01/P1: name "a" -> "b""); a NULL-terminated list for g_strfreev().
 * from may be NULL.
 */
char **plant_difference(const struct plant *from, const struct plant *to);

#endif
