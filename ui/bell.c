/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/bell.h"

/* The next moment it may ring, or must again; 0: there is no reason to. */
static mono_us
due_at(const struct bell *b)
{
    if (b->pending) {
        return b->rung ? b->rung_at + BELL_GAP_US : 1;
    }
    if (b->standing && b->repeat_s > 0) {
        return b->rung ? b->rung_at + MAX(b->repeat_s * US_PER_S, BELL_GAP_US) : 1;
    }
    return 0;
}

static void
listen(struct bell *b, const struct alarm_board *board)
{
    b->standing = false;
    for (int i = 0; i < ALARM_PRIORITIES; i++) {
        bool rings = (b->priorities & (1u << i)) != 0;
        b->standing = b->standing || (rings && board->unacked[i] > 0);
        b->pending =
            b->pending || (rings && b->heard_any && board->annunciated[i] > b->heard[i]);
        b->heard[i] = board->annunciated[i];
    }
    b->pending = b->pending || (!b->heard_any && b->standing);
    b->heard_any = true;
    b->pending = b->pending && b->standing; /* acknowledged already, or gone */
}

bool
bell_update(struct bell *b, const struct alarm_board *board, mono_us now)
{
    if (board != NULL) {
        listen(b, board);
    }
    if (b->silent_until != 0 && now >= b->silent_until) {
        b->silent_until = 0;
    }
    if (b->off || b->silent_until != 0) {
        b->pending = false;
        return false;
    }
    mono_us due = due_at(b);
    if (due == 0 || now < due) {
        return false;
    }
    b->pending = false;
    b->rung = true;
    b->rung_at = now;
    return true;
}

mono_us
bell_next(const struct bell *b)
{
    return b->off ? 0 : b->silent_until != 0 ? b->silent_until : due_at(b);
}

void
bell_silence(struct bell *b, mono_us now)
{
    b->silent_until = now + BELL_SILENCE_US;
}

void
bell_switch(struct bell *b, bool on)
{
    b->off = !on;
    b->silent_until = 0;
}
