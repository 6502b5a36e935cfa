/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values: what of JSON counts as a value, and how the bits of a number are read.
 *
 * Pure. Reasons are fixed English words, never translated.
 */
#ifndef SRC_DECODE_VALUE_H
#define SRC_DECODE_VALUE_H

#include "src/core/plant.h"
#include "src/decode/jdoc.h"

struct value {
    double num;       /* when text is NULL */
    const char *text; /* raw, not yet sanitised */
    size_t len;
    const char *reason; /* not NULL: there is no value, and why */
};

/*
 * Numbers; text that is one, with a point or one comma; true, false, on, off as 1 and 0; other
 * text as a state in words. null, objects, arrays and what is not finite have a reason.
 */
struct value value_read(const struct jnode *node);
struct value value_number(double num);

/* Read the number's bits as the component says; a reason when it cannot be such a number. */
struct value value_decode(struct value v, enum decode_as as);

/* A word of 16 bits, printed unsigned, as the signed number it stands for. */
struct value value_int16(struct value v);

#endif
