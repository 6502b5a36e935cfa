/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/hold.h"

void
hold_begin(struct hold *h, mono_us now)
{
    h->until = now + HOLD_US;
}

bool
hold_on(const struct hold *h, mono_us now)
{
    return h->until != 0 && now < h->until;
}

bool
hold_end(struct hold *h, mono_us now)
{
    if (h->until == 0 || hold_on(h, now)) {
        return false;
    }
    h->until = 0;
    return h->due;
}
