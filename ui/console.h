/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The console: the full screen. Reads snapshots, posts commands; owns the terminal from
 * console_run() until it returns, and gives it back whatever happens.
 *
 * Threads: main only. SIGINT, SIGTERM, SIGHUP and SIGWINCH must be blocked before; they are
 *          read from a signalfd here.
 */
#ifndef UI_CONSOLE_H
#define UI_CONSOLE_H

#include "src/core/archive.h"
#include "src/core/error.h"
#include "src/core/setting.h"
#include "src/core/snapshot.h"

struct console_config {
    struct exchange *exchange;
    struct archive *archive; /* history; NULL: there is none */
    const char *config_dir;  /* of the user: keys, boards, overlays; NULL: none */
    const char *state_dir;   /* of the user: what was chosen on the screen; NULL: not kept */
    const char *system_dir;  /* the admin's defaults, "/etc/leitstand"; NULL: none */
    const char *data_dir;    /* what came with the program: the map; NULL: none */
    bool read_only;          /* nothing that acts can be done */
    const struct settings *keys[2]; /* keys.ini of the user and of the admin; NULL: none */
    size_t n_key_problems;          /* that reading these had; the log tells them */
    const char *timezone;           /* IANA name, NULL or "": the system's */
    const char *title;              /* instance name */
    bool demo;                      /* says so in the header */
    unsigned bell_priorities;       /* bit n: alarms of priority n ring the bell; 0: never */
    int bell_repeat_s;              /* until they are acknowledged; 0: only once */
    /* What was told on the command line; NULL or 0: as kept, else as the terminal is. */
    const char *theme;         /* the name of one */
    const char *color;         /* auto, always, never, 16 */
    const char *glyphs;        /* auto, braille, block, vt, ascii */
    const char *language;      /* de, en */
    int max_fps;               /* frames a second at most; 0: ten, or four when slow */
    bool slow;                 /* few frames, nothing that is not asked for */
    bool no_flash;             /* nothing flashes */
    struct now (*clock)(void); /* what the screen takes for the time; NULL: clock_now() */
};

/* RC_OK: the user left. RC_IO: no terminal, err says the reason and the remedy. */
MUST_USE enum rc console_run(const struct console_config *config, struct err *err);

#endif
