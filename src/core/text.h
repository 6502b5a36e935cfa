/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text from outside: made harmless before anybody sees it, measured in columns, read as
 * numbers. Everything from MQTT, files, databases and the environment goes through
 * text_sanitize() before it enters the model, a log line or a terminal.
 */
#ifndef SRC_CORE_TEXT_H
#define SRC_CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Copy len bytes to dst as valid UTF-8 that no terminal obeys: C0, DEL, C1, invalid sequences,
 * line and paragraph separators, bidi controls, zero-width characters, unassigned and private
 * code points become '?', and so does a combining mark that starts the text; no character is
 * cut in half; combining marks beyond four in a row go.
 * Always ends dst with NUL (cap > 0) and returns the bytes written before it. dst may be src.
 */
size_t text_sanitize(char *dst, size_t cap, const void *src, size_t len);

/* The same, allocated by GLib. */
char *text_sanitize_dup(const void *src, size_t len);

/* The character after the one at p; never beyond the end, even if a text that snprintf() has
 * cut ends in the middle of a character. */
const char *text_next(const char *p);

/* Columns that sanitised text takes in a terminal (wide 2, combining 0). */
int text_columns(const char *text);

/* Bytes of the longest prefix of sanitised text within max columns; *ret_columns is its width.
 */
size_t text_fit(const char *text, int max_columns, int *ret_columns);

/*
 * A number in all of text[0..len): optional sign, digits with point or, when comma is true, one
 * comma, optional exponent. No blanks, no hex, no NaN or infinity, no more than 63 bytes.
 * Independent of the locale.
 */
bool text_to_double(const char *text, size_t len, bool comma, double *ret);

/* A decimal integer in all of text, within min..max. */
bool text_to_int(const char *text, int64_t min, int64_t max, int64_t *ret);

/* The shortest decimal form that reads back as the same number; needs 32 bytes. */
void text_from_double(char *dst, size_t cap, double value);

#endif
