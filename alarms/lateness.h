/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Is a reading with a source time late? Told by how its delay compares with the delay usual for
 * its component, on the boot clock, so that neither our own wall clock's steps nor a source
 * clock that is off hide a live value. A reading older than the newest is late; one whose delay
 * is longer than usual by more than the limit is late.
 *
 * A source whose clock was set back looks late at first. Back-fill catches up, such a clock
 * does not: when the delay stays the same for LATENESS_SETTLE_US the source is believed anew.
 *
 * One whose delay is shorter than usual by more than LATENESS_SAME_US comes from a clock that
 * jumped ahead: it is live, but what follows is not measured by its time before that has stayed
 * for as long, or one wrong stamp would hide every alarm until the stamp is reached.
 *
 * Pure.
 */
#ifndef ALARMS_LATENESS_H
#define ALARMS_LATENESS_H

#include <stdbool.h>

#include "src/core/clock.h"

#define LATENESS_SETTLE_US (180 * US_PER_S)
#define LATENESS_SAME_US   (30 * US_PER_S)

struct lateness {
    wall_us newest;     /* source time; WALL_NONE at first */
    int64_t usual_us;   /* boot clock minus source time when it was on time */
    int64_t late_us;    /* the same of the late ones now coming */
    mono_us late_since; /* 0: none are */
};

void lateness_init(struct lateness *l);
/* before this run the component's newest source time was this */
void lateness_restore(struct lateness *l, wall_us newest);
bool lateness_check(struct lateness *l, wall_us source, struct now now, int64_t limit_us);

#endif
