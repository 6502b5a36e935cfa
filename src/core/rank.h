/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rank of an owner: (epoch, term), in this order. The central store gives epochs; within
 * one, claims at the broker give terms. A higher rank always dismisses a lower one.
 */
#ifndef SRC_CORE_RANK_H
#define SRC_CORE_RANK_H

#include <stdbool.h>
#include <stdint.h>

struct rank {
    uint64_t epoch, term;
};

/* Below 0, 0, above 0. */
int rank_compare(struct rank a, struct rank b);

/* Who made somebody owner. SELF: nobody could be asked. */
enum arbiter { ARBITER_SELF, ARBITER_BROKER, ARBITER_POSTGRES };
#define ARBITERS (ARBITER_POSTGRES + 1)
const char *arbiter_name(enum arbiter arbiter); /* as in the contract, section 5 */
bool arbiter_from_name(const char *name, enum arbiter *ret);

#endif
