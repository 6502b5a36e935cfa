/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bell: when the terminal has to sound.
 *
 * It rings when an alarm of a chosen priority is announced, and again every repeat_s as long as
 * one of these is unacknowledged; never twice within BELL_GAP_US, however many come. Silence
 * lasts BELL_SILENCE_US whatever comes meanwhile, be it of a higher priority: what was silenced
 * on purpose stays so, and the strip says so. Off is until it is switched on again.
 *
 * Pure: no clock, no terminal.
 */
#ifndef UI_BELL_H
#define UI_BELL_H

#include "src/core/alarm.h"

#define BELL_GAP_US     (5 * US_PER_S)
#define BELL_SILENCE_US (300 * US_PER_S)

struct bell {
    unsigned priorities; /* bit n: enum alarm_priority n rings */
    int repeat_s;        /* 0: once is enough */
    bool off;
    mono_us silent_until; /* 0: not silenced */
    /* private: */
    bool heard_any;                   /* heard is of a board */
    uint64_t heard[ALARM_PRIORITIES]; /* announced so far */
    bool pending;                     /* one was announced and not rung for */
    bool standing;                    /* one is unacknowledged */
    bool rung;
    mono_us rung_at;
};

/* A board came (NULL: none), or time has passed. True: ring now. */
bool bell_update(struct bell *b, const struct alarm_board *board, mono_us now);
/* When to call again, if nothing comes; 0: no need. */
mono_us bell_next(const struct bell *b);

void bell_silence(struct bell *b, mono_us now);
/* On also ends a silence. */
void bell_switch(struct bell *b, bool on);

#endif
