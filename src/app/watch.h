/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Engine and console together, as `console` and `demo` show them. */
#ifndef SRC_APP_WATCH_H
#define SRC_APP_WATCH_H

#include "src/app/cli.h"
#include "src/config/config.h"
#include "src/core/i18n.h"

/* How the screen shall be: what the command line says of it, for both commands. */
struct watch_options {
    char *theme, *color, *glyphs, *bell, *language; /* NULL: not told */
    int64_t max_fps;
    bool read_only, slow, no_flash, plain;
};

#define WATCH_FLAG(args, field, option, text)                                                  \
    {                                                                                          \
        .name = option, .type = CLI_FLAG, .offset = offsetof(args, watch.field), .help = text  \
    }
#define WATCH_CHOICE(args, field, option, words, text)                                         \
    {                                                                                          \
        .name = option, .type = CLI_CHOICE, .offset = offsetof(args, watch.field),             \
        .choices = words, .help = text                                                         \
    }

/* Rows of the table of options of a command whose args have a struct watch_options watch. */
/* clang-format off */
#define WATCH_OPTIONS(args) \
    WATCH_FLAG(args, read_only, "read-only", \
               N_("show everything, refuse every action")), \
    WATCH_CHOICE(args, theme, "theme", "dark|light|mono|high-contrast|isa", \
                 N_("colours of the screen")), \
    WATCH_CHOICE(args, color, "color", "auto|always|never|16", \
                 N_("whether there are colours, and how many")), \
    WATCH_CHOICE(args, glyphs, "glyphs", "auto|braille|block|vt|ascii", \
                 N_("which marks and lines the terminal's font has")), \
    WATCH_CHOICE(args, language, "lang", "de|en", \
                 N_("language of the screen")), \
    WATCH_CHOICE(args, bell, "bell", "off|p1|p1p2", \
                 N_("which alarms ring the bell")), \
    WATCH_FLAG(args, no_flash, "no-flash", \
               N_("nothing flashes; new alarms are told in words")), \
    WATCH_FLAG(args, slow, "slow", \
               N_("for slow connections: at most four frames a second")), \
    {.name = "max-fps", .type = CLI_INT, .offset = offsetof(args, watch.max_fps), .min = 1, \
     .max = 60, .arg = "N", .help = N_("at most N frames a second")}, \
    WATCH_FLAG(args, plain, "plain", \
               N_("lines in place of the full screen, for screen readers"))
/* clang-format on */

/*
 * Start the engine, show the console until the user leaves, stop the engine. Log lines are held
 * meanwhile. RC_INVALID: problems tells what is wrong. demo: the header says so.
 */
MUST_USE enum rc watch_plant(const struct config *config, const struct watch_options *options,
                             bool demo, struct problems *problems, struct err *err);

#endif
