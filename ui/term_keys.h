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

#include "src/core/clock.h"
#include "ui/terminal.h"

/* After curses has started. A pad: reading keys from it never draws. Ended with delwin(). */
WINDOW *term_keys_open(bool xterm);

/* As terminal_key(), but the answer to FLOW_ASK is one, too. */
#define KEY_ANSWER (TERMINAL_KEY | 0x10003)
int term_keys_next(WINDOW *pad);

/* Read from fd, and drop what comes, until so many answers came or the time is over: so that
 * none lands in the shell. Echo must be off. */
void term_keys_drain(int fd, int answers, mono_us until);

#endif
