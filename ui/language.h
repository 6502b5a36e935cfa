/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The language of the screen, changed while it runs. Only what people read follows it: files,
 * commands, JSON and CSV do not.
 *
 * Threads: ui only; texts made by other threads follow with their next one.
 */
#ifndef UI_LANGUAGE_H
#define UI_LANGUAGE_H

#include <stdbool.h>

/* As typed and kept: "en", "de". NULL ends. */
extern const char *const languages[];

/* False: there is no such language, nothing has changed. */
bool language_set(const char *code);
/* Of the texts shown now. */
const char *language_now(void);

#endif
