/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Option tables to values, and to --help. */
#ifndef SRC_APP_CLI_PARSE_H
#define SRC_APP_CLI_PARSE_H

#include "src/app/cli.h"

/* A table of options and the struct they fill. */
struct cli_set {
    const struct cli_option *options; /* NULL: none */
    void *values;
};

/*
 * Take the options of both sets out of argv (argv[0] is skipped). stop: at the first word that
 * is none. Positional words are left in *argv (NULL-terminated; free with g_strfreev()), *argc
 * counts them without argv[0]. False: it was said what is wrong.
 */
bool cli_parse(const struct cli_set sets[2], bool stop, int *argc, char ***argv, wall_us now);

/* Values as when no option was given. */
void cli_values_init(const struct cli_set *set);
void cli_values_fini(const struct cli_set *set);

/* Rows such as `  -c, --config=FILE   what it does` to stdout, sorted as the table is. */
void cli_print_options(const struct cli_option *options);

/* `  left   right`, right wrapped to 80 columns; used for every table of --help. */
void cli_print_row(const char *left, const char *right);

/* Text on lines of its own, wrapped to 80 columns. */
void cli_print_text(const char *text);

#endif
