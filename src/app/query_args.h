/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the queries share: options, what is opened for them, and what is said when nothing
 * matched. A query's own struct of arguments begins with struct query_args.
 */
#ifndef SRC_APP_QUERY_ARGS_H
#define SRC_APP_QUERY_ARGS_H

#include "src/app/cli.h"
#include "src/app/rows.h"
#include "src/app/stored.h"
#include "src/core/i18n.h"

struct query_args {
    char *station, *component, *format;
    wall_us since, until;
    int64_t limit;
    bool central; /* ask the central store, not the cache */
};

/* Rows for tables of struct cli_option. */
#define QUERY_STATION                                                                          \
    {                                                                                          \
        .name = "station", .type = CLI_TEXT, .offset = offsetof(struct query_args, station),   \
        .arg = "UID", .help = N_("only of this station")                                       \
    }
#define QUERY_COMPONENT                                                                        \
    {                                                                                          \
        .name = "component", .type = CLI_TEXT,                                                 \
        .offset = offsetof(struct query_args, component), .arg = "ID",                         \
        .help = N_("only components of this id")                                               \
    }
#define QUERY_SINCE                                                                            \
    {                                                                                          \
        .name = "since", .type = CLI_TIME, .offset = offsetof(struct query_args, since),       \
        .arg = "TIME", .help = N_("not older than this: RFC 3339, or a span such as 2h, 7d")   \
    }
#define QUERY_UNTIL                                                                            \
    {                                                                                          \
        .name = "until", .type = CLI_TIME, .offset = offsetof(struct query_args, until),       \
        .arg = "TIME", .help = N_("not newer than this")                                       \
    }
#define QUERY_LIMIT                                                                            \
    {                                                                                          \
        .name = "limit", .type = CLI_INT, .offset = offsetof(struct query_args, limit),        \
        .min = 1, .max = INT64_C(1000000000), .arg = "N", .help = N_("at most so many rows")   \
    }
#define QUERY_FORMAT                                                                           \
    {                                                                                          \
        .name = "format", .type = CLI_CHOICE, .offset = offsetof(struct query_args, format),   \
        .choices = ROWS_FORMATS,                                                               \
        .help = N_("form of the output: a table on a terminal, else json")                     \
    }

#define QUERY_CENTRAL                                                                          \
    {                                                                                          \
        .name = "central", .type = CLI_FLAG, .offset = offsetof(struct query_args, central),   \
        .help = N_("ask the central store in place of the cache")                              \
    }

#define QUERY_PRIORITIES "critical|high|medium|low" /* choices of --priority */

/* What a query works on. */
struct asking {
    const struct query_args *args;
    struct config *config;
    struct stored stored;
    wall_us now;
};

/* Returns the exit status; what went wrong has been said. asking_close() in any case. */
int asking_open(struct asking *a, const struct cli *cli, const struct query_args *args);
void asking_close(struct asking *a);

/* Whether there is a cache; if not, it was said. */
bool asking_has_cache(const struct asking *a);

/* The exit status after n rows; says why there is nothing, if there is nothing. */
int asking_conclude(const struct asking *a, size_t n);

/* Whether the filters for station and component let c through. */
bool query_wants(const struct query_args *args, const struct plant *plant,
                 const struct component *c);
/* A cell with its value: a number or a text. */
void query_put_value(struct rows *rows, const struct record *r);

#endif
