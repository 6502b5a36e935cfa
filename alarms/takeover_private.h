/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A take-over while it happens. */
#ifndef ALARMS_TAKEOVER_PRIVATE_H
#define ALARMS_TAKEOVER_PRIVATE_H

#include "alarms/evaluator_private.h"

struct succession {
    struct evaluator *e, *shadow;
    struct now now;   /* of the take-over */
    mono_us heard;    /* the owner, last */
    mono_us sure;     /* its word lacks nothing that came OWNER_LAG_US before that */
    wall_us *decided; /* each alarm: the owner's newest rise or return, by the source's time;
                         WALL_NONE: none is known */
    wall_us *seen;    /* each alarm: until then, by the owner's clock, it had seen everything */
    mono_us *again;   /* each alarm: its first rise that happens again; INT64_MAX: none does */
};

/* What the owner has not told, as far as is known. */
bool is_news(const struct succession *s, const struct shadow_event *event);

/* takeover_inherit.c */

void inherit_senses(struct succession *s);
/* When the broker's or the link's alarm ended, the owner began to wait for the stations. */
void inherit_hearing(struct succession *s);
/* The load of the last minutes; what is to happen again is not counted twice. */
void inherit_load(struct succession *s);
void inherit_moments(struct succession *s);

#endif
