/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/term_keys.h"

#include <poll.h>
#include <unistd.h>

#include <glib.h>

#define CODE_PASTE     (KEY_MAX + 1)
#define CODE_PASTE_END (KEY_MAX + 2)
#define CODE_ANSWER    (KEY_MAX + 3)

#define ANSWER "\033[0n"

/* Keys that the terminal's description does not tell of. */
static void
define_keys(void)
{
    /* As they come where the switch to application keys was lost, or does nothing. */
    static const struct {
        const char *bytes;
        int code;
    } keys[] = {
        {"\033[A", KEY_UP},        {"\033[B", KEY_DOWN},          {"\033[C", KEY_RIGHT},
        {"\033[D", KEY_LEFT},      {"\033[H", KEY_HOME},          {"\033[F", KEY_END},
        {"\033[200~", CODE_PASTE}, {"\033[201~", CODE_PASTE_END},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        define_key(keys[i].bytes, keys[i].code);
    }
}

WINDOW *
term_keys_open(bool xterm)
{
    WINDOW *pad = newpad(1, 1);
    keypad(pad, TRUE);
    nodelay(pad, TRUE);
    define_key(ANSWER, CODE_ANSWER);
    define_key("\033[3n", CODE_ANSWER); /* "not well", but there */
    if (xterm) {
        define_keys();
    }
    return pad;
}

/* Whether a key is there already; it stays there. */
static int
peek(WINDOW *pad)
{
    wint_t c;
    int kind = wget_wch(pad, &c);
    if (kind == ERR) {
        return KEY_NONE;
    }
    if (kind == OK) {
        unget_wch((wchar_t)c);
        return (int)c;
    }
    ungetch((int)c);
    return KEY_NONE;
}

/* After ESC: "[" or "O" begins a sequence that curses did not know; nobody types that so fast.
 */
static bool
swallow_sequence(WINDOW *pad)
{
    int c = peek(pad);
    if (c != '[' && c != 'O') {
        return false;
    }
    wint_t next;
    wget_wch(pad, &next);
    for (int i = 0; i < 64 && wget_wch(pad, &next) == OK; i++) {
        if (next >= 0x40 && next <= 0x7e) {
            break;
        }
    }
    return true;
}

int
term_keys_next(WINDOW *pad)
{
    wint_t c;
    for (;;) {
        int kind = wget_wch(pad, &c);
        if (kind == ERR) {
            return KEY_NONE;
        }
        if (kind == KEY_CODE_YES) {
            switch (c) {
            case CODE_PASTE:
                return KEY_PASTE;
            case CODE_PASTE_END:
                return KEY_PASTE_END;
            case CODE_ANSWER:
                return KEY_ANSWER;
            case KEY_RESIZE: /* curses' echo of terminal_resize() */
                continue;
            default:
                return TERMINAL_KEY | (int)c;
            }
        }
        if (c == 27 && swallow_sequence(pad)) {
            continue;
        }
        return (int)c;
    }
}

void
term_keys_drain(int fd, int answers, mono_us until)
{
    size_t matched = 0;
    while (answers > 0) {
        int64_t left = until - clock_now().mono;
        struct pollfd in = {.fd = fd, .events = POLLIN};
        char c;
        if (left <= 0 || poll(&in, 1, (int)(left / US_PER_MS) + 1) <= 0 ||
            read(fd, &c, 1) != 1) {
            return;
        }
        matched = c == ANSWER[matched] ? matched + 1 : c == ANSWER[0] ? 1 : 0;
        if (matched == sizeof(ANSWER) - 1) {
            matched = 0;
            answers--;
        }
    }
}
