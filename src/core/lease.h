/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the election asks of the lease in the central store, and what it is told. */
#ifndef SRC_CORE_LEASE_H
#define SRC_CORE_LEASE_H

#include <stdbool.h>

#include "src/core/clock.h"
#include "src/core/uuid.h"

#define LEASE_NAME_SIZE 64

enum lease_ask { LEASE_NONE, LEASE_LOOK, LEASE_ACQUIRE, LEASE_RENEW, LEASE_RELEASE };

struct lease_request {
    enum lease_ask ask;
    bool infra;               /* ACQUIRE, RENEW: anybody who has a broker may take it */
    uint64_t epoch;           /* RENEW, RELEASE: of our grant; ACQUIRE: the highest ever seen */
    char grant[UUID_SIZE];    /* RENEW, RELEASE */
    char to[LEASE_NAME_SIZE]; /* RELEASE: who shall have it; "": anybody */
};

struct lease_answer {
    bool known;   /* the store answered; false: it could not be asked, nothing else is set */
    bool mine;    /* ACQUIRE, RENEW: the lease is ours */
    mono_us sent; /* when the request was about to leave */
    uint64_t epoch;
    char grant[UUID_SIZE]; /* "" unless mine */
    char holder[LEASE_NAME_SIZE];
    bool infra;      /* its holder has no broker */
    int64_t left_us; /* until we may acquire it */
    wall_us since;
};

/* An owner by the broker's word: what the store is told when it is there again. */
struct lease_tenure {
    uint64_t epoch, term;
    wall_us since;
};

#endif
