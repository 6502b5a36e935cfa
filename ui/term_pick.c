/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/term_pick.h"

#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <curses.h>
#include <term.h>

#include "src/core/clock.h"
#include "src/core/i18n.h"
#include "src/core/text.h"

#define ANSWER_US (200 * US_PER_MS)

static enum rc
refuse(struct err *err, const char *why)
{
    return err_set(err, RC_IO, "%s\n%s\n%s", _("the console needs a terminal"), why,
                   _("run it in a terminal or over ssh -t; without one, use --plain, or the "
                     "commands run, stations, alarms"));
}

static bool
known(const char *name)
{
    int status = 0;
    if (setupterm(name, STDOUT_FILENO, &status) != 0) { /* OK is 0 */
        return false;
    }
    return true;
}

static bool
usable(void)
{
    const char *move = tigetstr("cup"); /* NULL or -1 when there is none */
    bool can = move != NULL && (intptr_t)move != -1;
    del_curterm(cur_term);
    return can;
}

enum rc
term_pick(char *name, size_t name_size, char *notice, size_t notice_size, struct err *err)
{
    static const char *const stand_ins[] = {"xterm-256color", "xterm", "vt100", "ansi"};

    *notice = '\0';
    if (!isatty(STDIN_FILENO)) {
        return refuse(err, _("standard input is not a terminal"));
    }
    if (!isatty(STDOUT_FILENO)) {
        return refuse(err, _("standard output is not a terminal"));
    }
    char asked[64];
    const char *term = getenv("TERM");
    text_sanitize(asked, sizeof(asked), term == NULL ? "" : term,
                  term == NULL ? 0 : strlen(term));
    if (*asked != '\0' && known(asked)) {
        if (!usable()) {
            return refuse(err, _("this kind of terminal (TERM) cannot place the cursor"));
        }
        snprintf(name, name_size, "%s", asked);
        return RC_OK;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(stand_ins); i++) {
        if (known(stand_ins[i]) && usable()) {
            snprintf(name, name_size, "%s", stand_ins[i]);
            snprintf(notice, notice_size, _("TERM \"%s\" is not known here, using %s"), asked,
                     stand_ins[i]);
            return RC_OK;
        }
    }
    return refuse(err, _("no terminal description was found (package ncurses-base)"));
}

/* Reads until the report "ESC [ row ; column R" is complete; 0 when none came in time. */
static int
read_column(int fd)
{
    char answer[32];
    size_t used = 0;
    mono_us deadline = clock_now().mono + ANSWER_US;
    while (used + 1 < sizeof(answer)) {
        int64_t left = deadline - clock_now().mono;
        struct pollfd in = {.fd = fd, .events = POLLIN};
        if (left <= 0 || poll(&in, 1, (int)(left / US_PER_MS) + 1) <= 0 ||
            read(fd, answer + used, 1) != 1) {
            return 0;
        }
        if (answer[used++] == 'R') {
            break;
        }
    }
    answer[used] = '\0';
    const char *semicolon = strrchr(answer, ';');
    return semicolon == NULL ? 0 : (int)g_ascii_strtoll(semicolon + 1, NULL, 10);
}

static bool
terminal_takes_utf8(int tty_fd)
{
    /* "ä": neither byte is a control code to a terminal that takes them for two letters. */
    static const char ask[] = "\r\xc3\xa4\033[6n";
    static const char tidy[] = "\r\033[K";
    struct termios before, raw;
    if (tcgetattr(tty_fd, &before) != 0) {
        return false;
    }
    raw = before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    tcsetattr(tty_fd, TCSANOW, &raw);
    int column = 0;
    if (write(tty_fd, ask, sizeof(ask) - 1) == (ssize_t)sizeof(ask) - 1) {
        column = read_column(STDIN_FILENO);
    }
    ssize_t n = write(tty_fd, tidy, sizeof(tidy) - 1);
    (void)n;
    tcsetattr(tty_fd, TCSANOW, &before);
    return column == 2;
}

/* The C locale, by name, not merely because nothing was said. */
static bool
plain_was_asked(void)
{
    const char *said = getenv("LC_ALL");
    if (said == NULL || *said == '\0') {
        said = getenv("LC_CTYPE");
    }
    return said != NULL && (strcmp(said, "C") == 0 || strcmp(said, "POSIX") == 0);
}

bool
term_pick_utf8(int tty_fd)
{
    if (strcmp(nl_langinfo(CODESET), "UTF-8") == 0) {
        return true;
    }
    if (plain_was_asked() || !terminal_takes_utf8(tty_fd)) {
        return false;
    }
    return setlocale(LC_CTYPE, "C.UTF-8") != NULL;
}
