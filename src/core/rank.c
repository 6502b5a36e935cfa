/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/core/rank.h"

#include <glib.h>

int
rank_compare(struct rank a, struct rank b)
{
    if (a.epoch != b.epoch) {
        return a.epoch < b.epoch ? -1 : 1;
    }
    return a.term == b.term ? 0 : a.term < b.term ? -1 : 1;
}

static const char *const names[] = {
    [ARBITER_SELF] = "self", [ARBITER_BROKER] = "broker", [ARBITER_POSTGRES] = "postgres"};

const char *
arbiter_name(enum arbiter arbiter)
{
    return names[arbiter];
}

bool
arbiter_from_name(const char *name, enum arbiter *ret)
{
    for (int i = 0; i < ARBITERS; i++) {
        if (g_strcmp0(names[i], name) == 0) {
            *ret = (enum arbiter)i;
            return true;
        }
    }
    return false;
}
