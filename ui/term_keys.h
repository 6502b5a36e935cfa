/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keys out of the bytes that a terminal sends. Part of terminal.c, which alone uses it.
 *
 * Threads: the terminal's.
 */
#ifndef UI_TERM_KEYS_H
#define UI_TERM_KEYS_H

#include <stdbool.h>

#include <curses.h>

/* After curses has started. A pad: reading keys from it never draws. Ended with delwin(). */
WINDOW *term_keys_open(bool xterm);

/* As terminal_key(). */
int term_keys_next(WINDOW *pad);

#endif
