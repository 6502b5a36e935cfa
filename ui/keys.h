/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How keys are written in tables; for .c files only: it brings curses with it. */
#ifndef UI_KEYS_H
#define UI_KEYS_H

#include <curses.h>

#include "ui/terminal.h"

#define K(code)    (TERMINAL_KEY | (code))
#define CTRL(char) ((char)&0x1f)
#define TAB        CTRL('I')
#define ENTER      CTRL('M')
#define ESCAPE     27

#endif
