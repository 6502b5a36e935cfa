/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which terminal this is and whether it takes UTF-8; asked before curses starts. */
#ifndef UI_TERM_PICK_H
#define UI_TERM_PICK_H

#include <stdbool.h>

#include "src/core/error.h"

/*
 * The terminal type to use: $TERM, or a stand-in when the terminfo database does not know it;
 * then notice says so, else it is "". RC_IO: there is no terminal, or none that can place the
 * cursor; err has three lines: what, why, remedy.
 */
MUST_USE enum rc term_pick(char *name, size_t name_size, char *notice, size_t notice_size,
                           struct err *err);

/*
 * Whether to write UTF-8. A UTF-8 locale says yes, a C locale that was asked for says no. When
 * nothing was asked for (or the locale is not installed), the terminal is asked where the
 * cursor stands after one three-byte character; if one column further, LC_CTYPE becomes
 * C.UTF-8.
 */
bool term_pick_utf8(int tty_fd);

#endif
