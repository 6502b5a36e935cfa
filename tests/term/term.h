/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A terminal to test programs in: forkpty, and libvterm as the screen. The program is run with
 * LEITSTAND_TEST_MARK=1 and marks the end of every frame, so a test waits for frames and never
 * for time.
 *
 * Every wait has a limit of TERM_LIMIT_MS; when it is over, the functions that wait say false.
 * Threads: one.
 */
#ifndef TESTS_TERM_TERM_H
#define TESTS_TERM_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TERM_LIMIT_MS 10000

struct term;

struct term_options {
    const char *const *argv;
    const char *const *env; /* "NAME=value" sets, "NAME" unsets; NULL ends; may be NULL */
    int columns, rows;
    bool no_utf8;  /* a terminal that takes bytes for characters */
    int keep_fd;   /* an open file the program inherits; 0: none */
    bool no_reply; /* does not answer questions about the cursor */
};

struct term *term_start(const struct term_options *options);
void term_free(struct term *t); /* also ends the program, if it runs; NULL is fine */

int term_pid(const struct term *t);
void term_send(struct term *t, const char *bytes);
void term_send_bytes(struct term *t, const char *bytes, size_t len);
void term_resize(struct term *t, int columns, int rows);

/* Stop or go on reading what the program writes. While stopped, nothing below waits. */
void term_stop_reading(struct term *t, bool stop);

/* From now on as over a slow line: so many bytes a second from the program, and half of the
 * round trip each way for what the program writes, what is typed, and the terminal's answers.
 * Once. */
void term_throttle(struct term *t, int bytes_per_s, int round_trip_ms);

/* Frames marked so far, and bytes written without the marks. */
unsigned term_frames(const struct term *t);
size_t term_bytes(const struct term *t);
/* All bytes written, marks and all; valid until the next wait. */
const uint8_t *term_raw(const struct term *t, size_t *ret_len);

/* Read until there were more than this many frames. */
bool term_wait_frame(struct term *t, unsigned more_than);
/* Read until the text stands in some row, and the frame that brought it is complete. */
bool term_wait_text(struct term *t, const char *text);
bool term_wait_no_text(struct term *t, const char *text);
/* Read until nothing came for this long; for what must not happen. */
void term_wait_quiet(struct term *t, int ms);
/* Read for so long, whatever comes. */
void term_read_for(struct term *t, int ms);
/* Read until the program has ended; its wait status goes to *ret_status. */
bool term_wait_exit(struct term *t, int *ret_status);

struct term_cell {
    char text[28]; /* UTF-8; "" for the second half of a wide character and for an empty cell */
    bool bold, reverse, underline;
    bool coloured;              /* foreground or background is not the terminal's own */
    int foreground, background; /* index, -1: the terminal's own, -2: RGB */
};
struct term_cell term_cell(const struct term *t, int y, int x);
/* Without blanks at the end; free with g_free(). */
char *term_row(const struct term *t, int y);
char *term_dump(const struct term *t); /* all rows */
/* The first row that has the text, -1: none. */
int term_find(const struct term *t, const char *text);
void term_cursor(const struct term *t, int *ret_y, int *ret_x);

bool term_alternate(const struct term *t); /* the alternate screen is shown */
bool term_mouse(const struct term *t);     /* mouse reports are on */
/* How a private mode ("2004") was switched last: 'h', 'l', or 0: never. */
int term_mode(const struct term *t, const char *number);
/* Line mode and echo are on, as a shell wants them. */
bool term_sane(const struct term *t);

/* Press Ctrl-L, and compare every cell with what was there; tells the first difference. */
bool term_equals_full_paint(struct term *t, char *difference, size_t cap);

#endif
