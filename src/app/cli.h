/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command line: commands and their options are tables; parsing, --help and the test that
 * compares them with leitstand(1) all read the same rows.
 *
 * A command lives in a file of its own, src/app/cmd_NAME.c, which defines
 *
 *     const struct cli_command command_NAME = {...};
 *
 * commands.h declares it and commands.c lists it. Its options are rows of struct cli_option
 * that point into a struct of its own by offset:
 *
 *     struct args { int64_t seconds; char *dir; bool headless; };
 *     static const struct cli_option options[] = {
 *         {.name = "seconds", .type = CLI_INT, .offset = offsetof(struct args, seconds),
 *          .min = 1, .max = 86400, .fallback = "60", .arg = "N", .help = N_("run for N s")},
 *         ...
 *         {.name = NULL},
 *     };
 *
 * Output: stdout carries data only; everything said to people goes to stderr by cli_error() and
 * cli_say(). Exit status: 0 done, 1 could not be done, 2 wrong usage, config or input file.
 */
#ifndef SRC_APP_CLI_H
#define SRC_APP_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/config/config.h"
#include "src/core/clock.h"
#include "src/core/error.h"
#include "src/core/setting.h"

enum cli_exit { CLI_DONE = 0, CLI_FAILED = 1, CLI_USAGE = 2 };

enum cli_type {
    CLI_FLAG,   /* bool, no value */
    CLI_TEXT,   /* char *, NULL when not given; bytes as they came */
    CLI_INT,    /* int64_t within min..max */
    CLI_REAL,   /* double within min..max */
    CLI_CHOICE, /* char *, one of choices ("a|b|c"), NULL when not given */
    CLI_SPAN,   /* int64_t, us, from 1 s on: 90s, 15m, 2h, 7d; 0 when not given */
    CLI_TIME,   /* wall_us: RFC 3339 or a span before now; WALL_NONE when not given */
};

struct cli_option {
    const char *name; /* without dashes; NULL ends the table */
    char letter;      /* 0: none */
    enum cli_type type;
    size_t offset; /* into the command's struct of arguments */
    int64_t min, max;
    const char *choices;
    const char *fallback; /* value when not given, as it would be written; NULL: zero */
    const char *arg;      /* placeholder in --help; NULL for CLI_FLAG */
    const char *help;     /* N_() */
};

/* What the global options said. */
struct cli {
    char *config;    /* --config, or NULL */
    char *log_level; /* --log-level, or NULL */
    bool version, help, paths;
    struct now started;
};

struct cli_command {
    const char *name;                 /* "status", "plant import" */
    const char *arguments;            /* "DIR" in --help; "" when it takes none */
    const char *summary;              /* N_(), one line */
    const char *notes;                /* N_(), more for its own --help; NULL: none */
    const struct cli_option *options; /* NULL: none */
    size_t args_size;
    int min_args, max_args; /* positional; max_args -1: any number */
    /* Returns the exit status. args: the command's struct, filled; argv: the positional. */
    int (*run)(const struct cli *cli, void *args, int argc, char **argv);
    void (*more_help)(void); /* printed after the options; NULL: nothing */
};

/* The options before or after every command. */
const struct cli_option *cli_global_options(void);

/* Parse and run. Returns the exit status; stdout is flushed and its errors are told. */
int cli_main(int argc, char **argv);

/* `leitstand: …` on stderr, sanitised as a whole. */
void cli_error(const char *fmt, ...) PRINTF_LIKE(1, 2);
/* A line on stderr without the name in front. */
void cli_say(const char *fmt, ...) PRINTF_LIKE(1, 2);
/* The exit status that goes with rc; unless all went well, err is told, line by line. */
int cli_outcome(enum rc rc, const struct err *err);
/* Every problem, a line each. */
void cli_problems(const struct problems *problems);

/*
 * The configuration that applies; all defaults when there is no file. CLI_DONE: *ret belongs to
 * the caller, who ends it with config_free(). Otherwise everything has been said.
 */
int cli_config(const struct cli *cli, struct config **ret);

#endif
