/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The status line's parts: what each service and the ownership is like, in words. Plain when
 * all is normal, bad when somebody has to look after it. Private to the files
 * of the status line and of the line mode.
 */
#ifndef UI_STATUS_H
#define UI_STATUS_H

#include "ui/screen.h"

struct status_part {
    char text[256]; /* "": there is nothing to say */
    char brief[2 *
               FORMAT_SIZE]; /* the same where room is scarce; "": there is no shorter form */
    char why[160];           /* the server's words, in what room is left beside all parts */
    int columns;             /* cut to so many; 0: as there is room */
    bool bad;
    int worth; /* of parts that are not bad, the one with the least goes first */
};

/* All of them, in the order of the line; those without text, too. s->snap must be there. */
#define STATUS_PARTS 10
void status_parts(struct screen *s, struct status_part parts[STATUS_PARTS]);

/* The central store; the changes of others that are not here yet; refused readings. */
struct status_part status_postgres(struct screen *s);
struct status_part status_behind(const struct screen *s);
struct status_part status_quarantine(const struct screen *s);
/* Role, owner, rank, arbiter, age of the owner's last sign. */
struct status_part status_owner(struct screen *s);

/* How long something has lasted: "3:12" for ten minutes, then "14 min". Has the screen drawn
 * again when the seconds will have changed. */
void status_age(struct screen *s, char dst[FORMAT_SIZE], mono_us since);

#endif
