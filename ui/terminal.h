/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The terminal: its modes, its keys, and the bytes on their way to it.
 *
 * curses writes into memory, and terminal_flush() hands the bytes on without ever blocking: a
 * terminal that stops reading holds up nothing, and gets the current state when it reads again,
 * because no new frame is made while one is under way.
 *
 * Threads: the one that opened it. One at a time.
 * Whatever ends the program but SIGKILL, the terminal gets its modes and its screen back.
 */
#ifndef UI_TERMINAL_H
#define UI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#include "src/core/clock.h"
#include "src/core/error.h"

struct terminal;

/* RC_IO: there is none, or it cannot do what a screen needs; err has three lines. */
MUST_USE enum rc terminal_open(struct terminal **ret, struct err *err);
void terminal_close(struct terminal *t); /* NULL is fine */

bool terminal_utf8(const struct terminal *t);
bool terminal_console_font(const struct terminal *t);  /* TERM=linux: few glyphs */
const char *terminal_notice(const struct terminal *t); /* what the user should know, or "" */

int terminal_job_fd(const struct terminal *t);    /* readable: call terminal_job() */
int terminal_output_fd(const struct terminal *t); /* poll for POLLOUT while bytes wait */
bool terminal_waiting(const struct terminal *t);  /* bytes of the last frame wait */

/* Give the frame that curses was told of to the terminal, as far as it takes it now; and ask
 * for an answer to it, see flow.h. */
void terminal_show(struct terminal *t);
/* From when on the next frame may be made, for a key or only for new values; 0: at any time. */
mono_us terminal_free_at(const struct terminal *t, bool key);
/* The least time between frames that it bears; 0: any. */
int64_t terminal_spacing_us(const struct terminal *t);
/* What it takes to show a frame and say so; 0: unknown, or too little to matter. */
int terminal_link_ms(const struct terminal *t);
/* Go on with that. False: the terminal is gone. */
bool terminal_flush(struct terminal *t);
/* Sound the bell, behind what is under way. */
void terminal_bell(struct terminal *t);
/* Put text into the clipboard of the terminal's user. False: this one takes none. */
bool terminal_copy(struct terminal *t, const char *text);
/* The next frame paints every cell. */
void terminal_repaint(struct terminal *t);

/* Adopt the terminal's present size. False: it did not change. */
bool terminal_resize(struct terminal *t);
void terminal_size(const struct terminal *t, int *ret_rows, int *ret_columns);

void terminal_set_mouse(struct terminal *t, bool on);
bool terminal_mouse(const struct terminal *t);

/* Ctrl-Z: give the terminal back, stop, take it again. */
void terminal_suspend(struct terminal *t);
/* job_fd was readable: does what a stop or continue from outside asks for. */
void terminal_job(struct terminal *t);

/*
 * The next key, or KEY_NONE. A character is its code point; others are curses' KEY_ numbers,
 * with TERMINAL_KEY or-ed. Unknown sequences are swallowed whole, none of their letters acts.
 */
#define TERMINAL_KEY  0x1000000
#define KEY_NONE      (-1)
#define KEY_PASTE     (TERMINAL_KEY | 0x10001) /* what follows up to KEY_PASTE_END was pasted */
#define KEY_PASTE_END (TERMINAL_KEY | 0x10002)
int terminal_key(struct terminal *t);

#endif
