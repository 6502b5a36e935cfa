/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A world for elections: instances, a broker with one order, a lease, links that break and
 * clocks that jump, all simulated from one seed. It looks after each step whether what must
 * hold does, and at the end, when everything has healed, whether there is one owner.
 */
#ifndef TESTS_ELECTION_WORLD_H
#define TESTS_ELECTION_WORLD_H

#include <stdbool.h>
#include <stdint.h>

/* Planted flaws: each must be found. */
enum flaw {
    FLAW_NONE,
    FLAW_DEAF_TO_HIGHER, /* an owner ignores higher ranks */
    FLAW_KEEPS_OFFICE,   /* the loss of the connection is not noticed */
    FLAW_SAME_EPOCH,     /* an owner by the store ignores claims of its own epoch */
    FLAW_NO_FENCE,       /* the store takes whatever is written */
    FLAW_ROLLBACK,       /* a fail-over loses the last grant, and epochs are bare counters */
    FLAW_LAST_WINS,      /* of two claims of a rank both win */
    FLAW_NO_SETTLE,      /* a new owner acts at once */
    FLAW_TIMERS,         /* taking over is not slower than giving up */
};
#define FLAWS (FLAW_TIMERS + 1)

struct world_config {
    uint64_t seed;
    int instances; /* 1 to 3 */
    bool store;
    bool end_without_store; /* it stays away */
    int faults;
    enum flaw flaw;
    bool trace;
};

/* NULL when all held, otherwise what did not and when; allocated by GLib. */
char *world_run(const struct world_config *config);

#endif
