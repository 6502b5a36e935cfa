/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What curses writes for an xterm, put better.
 *
 * - Nothing here is drawn in the alternate character set, but an xterm's description leaves
 *   that set with every change of attributes: a sixth of a full paint. Those switches go; one
 *   TERM_BYTES_ASCII at the start is enough.
 * - "Repeat the last character" goes wrong before the right margin in the terminals made with
 *   libvterm (of Neovim and Emacs). The characters themselves are written instead.
 * - Attributes are changed in several steps, the first of which the last one makes vain:
 *   "default colour", "all off and bold", "this colour" become one sequence;
 *   and after "all off" nothing is taken back once more.
 * - Blanks between two dim texts need not be plain.
 *
 * Pure.
 */
#ifndef UI_TERM_BYTES_H
#define UI_TERM_BYTES_H

#include <glib.h>

#define TERM_BYTES_ASCII "\033(B"

/* from is a whole piece of output: no sequence is cut in half at its ends. */
void term_bytes_tidy(GByteArray *to, const guint8 *from, gsize len);

#endif
