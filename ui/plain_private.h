/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the line mode share. */
#ifndef UI_PLAIN_PRIVATE_H
#define UI_PLAIN_PRIVATE_H

#include "ui/plain.h"
#include "ui/status.h"

struct plain {
    /* As much of a screen as texts and actions need: lists, zone, clock; no terminal. */
    struct screen s;
    int out_fd, signal_fd; /* the first one is its own, and never blocks where it could */
    bool stopped;          /* by a signal, while out_fd took nothing */
    bool utf8;             /* the locale takes it */
    bool failed;           /* out_fd takes nothing any more */
    bool begun;            /* the state at the start was told */
    GHashTable *told;      /* "station\037component\037rule" → struct told_alarm * */
    GHashTable *faults;    /* "station\037component": told */
    bool bad[STATUS_PARTS];
    char owner[2 * FORMAT_SIZE];
    int day;        /* that the last line's time belongs to */
    GArray *listed; /* struct listed: the rows that have numbers */
};

/* A row as it was told. */
struct listed {
    struct alarm_key key;
    struct uuid occurrence;
    uint32_t step;
    enum alarm_state state;
};

/* plain.c: one line; with the time in front. */
void plain_line(struct plain *p, const char *fmt, ...) PRINTF_LIKE(2, 3);
void plain_event(struct plain *p, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* plain_tell.c: what is other than what was told. */
void plain_tell_init(struct plain *p);
void plain_tell_fini(struct plain *p);
void plain_tell(struct plain *p);
/* "NEW critical PW-0417 Veddel level HH 3.42 m since 23:53:58" */
void plain_alarm_text(const struct plain *p, const struct alarm_view *v, char *dst, size_t cap);

/* plain_command.c: what the user typed. */
void plain_command(struct plain *p, char *line);

#endif
