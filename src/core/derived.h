/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A derived component: operating hours, counters and windows, computed from the readings of
 * another component. The model's workshop; nobody else needs it.
 *
 * All of them reckon with raw values, before "adjust", and on the boot clock.
 *
 * Operating hours count the time from one reading of the source to the next while the earlier
 * one was exactly 1 (any other value is "off"). When the next reading does not come within
 * DERIVED_GAP_US nobody knows whether it ran: nothing of that gap counts, and the total is
 * marked not_topical, and stored so once, until readings follow each other again. Between two
 * readings what is shown runs ahead by the clock; what is stored never does, so a stored total
 * never falls. A restart counts like any other gap, measured on the wall clock.
 */
#ifndef SRC_CORE_DERIVED_H
#define SRC_CORE_DERIVED_H

#include "src/core/plant.h"
#include "src/core/window.h"

#define DERIVED_GAP_US (300 * US_PER_S)

struct derived {
    uint32_t component, source; /* indices into the plant */
    uint32_t next;              /* the next one of the same source, or COMPONENT_NONE */
    enum derive how;
    double range;      /* DERIVE_TOTAL: where the counter wraps */
    int64_t window_us; /* DERIVE_SUM, DERIVE_MEAN */

    bool valued; /* it has a value to show */
    bool stale;  /* windows: what is shown is from before this run */
    bool known;  /* prev is known */
    bool gap;    /* DERIVE_HOURS: the last interval was not counted */
    double prev; /* the source's last good value, */
    mono_us prev_at;
    double total;      /* DERIVE_PULSES, DERIVE_TOTAL */
    int64_t run_us;    /* DERIVE_HOURS */
    int64_t stored_us; /* DERIVE_HOURS: as of the last record */
    int64_t ahead_us;  /* DERIVE_HOURS: shown, but not yet confirmed by a reading */
    struct window window;
};

/* What a call has changed. Whatever is to be stored is also to be shown. */
enum derived_news { DERIVED_NOTHING, DERIVED_SHOW, DERIVED_STORE };

void derived_init(struct derived *d, uint32_t component, const struct plant *plant);
void derived_fini(struct derived *d);

/* Go on from a value that was stored. A window cannot: the next tick tells what is in it now.
 */
void derived_restore(struct derived *d, double value);

/* The source's value before this run, so long ago that prev_at says so. Only when !known. */
void derived_resume(struct derived *d, double prev, mono_us prev_at);

/*
 * A good number of the source. at: when it was measured or heard, whichever orders windows;
 * newest: no later value of the source is known.
 */
enum derived_news derived_feed(struct derived *d, double value, mono_us at, bool newest,
                               mono_us now);

/* Time passes. */
enum derived_news derived_tick(struct derived *d, mono_us now);

/* Always finite; *ret_quality is that of the value. */
double derived_value(const struct derived *d, mono_us now, unsigned *ret_quality);

#endif
