/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Quality of a reading: the descriptor flags of IEC 60870-5-101 (7.2.6.3), and one of ours for
 * a source whose clock could not be trusted. A reading without a flag is good.
 */
#ifndef SRC_CORE_QUALITY_H
#define SRC_CORE_QUALITY_H

#include <stddef.h>

enum quality {
    QUALITY_INVALID = 1u << 0,     /* IV: the value is not to be used */
    QUALITY_NOT_TOPICAL = 1u << 1, /* NT: retained, or not renewed in time */
    QUALITY_BLOCKED = 1u << 2,     /* BL */
    QUALITY_SUBSTITUTED = 1u << 3, /* SB: entered by a person or computed in place of it */
    QUALITY_OVERFLOW = 1u << 4,    /* OV: outside the range the source can express */
    QUALITY_CLOCK = 1u << 5,       /* the source's time was refused, receipt time stands in */
};
#define QUALITY_COUNT 6
/* Not to be relied on: substituted and clock say where a value comes from, not that it is
 * wrong. */
#define QUALITY_BAD (QUALITY_INVALID | QUALITY_NOT_TOPICAL | QUALITY_BLOCKED | QUALITY_OVERFLOW)

/* The flag's name in JSON and SQL, or NULL for a bit that is no flag. Never translated. */
const char *quality_name(unsigned flag);

/* The flag of that name, 0 when there is none. */
unsigned quality_from_name(const char *name);

enum ts_source {
    TS_RECEIPT, /* no usable time came with it: ts is the time of receipt */
    TS_DEVICE,  /* the source's own time, believed */
};
#define TS_SOURCES (TS_DEVICE + 1)

/* "receipt", "device": JSON and SQL. */
const char *ts_source_name(enum ts_source source);

#endif
