/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bytes on a long line: what is put in at one end comes out of the other one some time later.
 * Private to term.c.
 */
#ifndef TESTS_TERM_LINE_H
#define TESTS_TERM_LINE_H

#include <stddef.h>

#include "src/core/clock.h"

struct line;

struct line *line_new(int64_t delay_us);
void line_free(struct line *l); /* NULL is fine */

void line_put(struct line *l, const char *bytes, size_t len, mono_us now);
/* What has arrived by now, at most cap bytes; 0: nothing has. */
size_t line_take(struct line *l, char *bytes, size_t cap, mono_us now);
/* When the next byte arrives; 0: none is under way. */
mono_us line_due(const struct line *l);

#endif
