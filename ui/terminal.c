/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#include <curses.h>
#include <term.h>

#include "src/core/clock.h"
#include "src/core/i18n.h"
#include "ui/flow.h"
#include "ui/guard.h"
#include "ui/signals.h"
#include "ui/term_bytes.h"
#include "ui/term_keys.h"
#include "ui/term_pick.h"

#define ESCAPE_MS     25
#define FAREWELL_US   (500 * US_PER_MS) /* how long the end waits for a slow terminal */
#define FRAME_MARK    "\033]7777;frame\007"
#define CHARSET_ASCII "\033(B"
#define PASTE_ON      "\033[?2004h"
#define PASTE_OFF     "\033[?2004l"
#define START         TERM_BYTES_ASCII PASTE_ON
#define MOUSE_OFF     "\033[?1006l\033[?1000l"

struct terminal {
    SCREEN *screen;
    FILE *in;     /* what curses reads from, non-blocking */
    FILE *out;    /* what curses writes to: the terminal at first, then memory */
    int out_fd;   /* of out */
    int tty_fd;   /* ours to write to, non-blocking */
    int job_fd;   /* eventfd */
    WINDOW *keys; /* a pad: reading keys from it never draws */
    struct termios shell, raw;
    struct guard guard;
    GByteArray *bytes;   /* under way to the terminal */
    GByteArray *scratch; /* as curses wrote them */
    size_t sent;
    struct flow flow;
    bool utf8, xterm, mouse, mark, gone;
    char name[64], notice[160];
};

static void
append(struct terminal *t, const char *bytes)
{
    g_byte_array_append(t->bytes, (const guint8 *)bytes, (guint)strlen(bytes));
}

/* Our own open file: O_NONBLOCK on the one shared with the shell would outlive us. */
static int
open_tty(void)
{
    const char *name = ttyname(STDOUT_FILENO);
    int fd = name == NULL ? -1 : open(name, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) {
        fd = open("/dev/tty", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    }
    return fd >= 0 ? fd : fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
}

/* Behind a mouse report that is not asked for, a release say, curses reads on for one that is,
 * whether there is anything or not: it must not wait there. */
static FILE *
open_keys(void)
{
    const char *name = ttyname(STDIN_FILENO);
    int fd = name == NULL ? -1 : open(name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) {
        fd = open("/dev/tty", O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    }
    return fd < 0 ? NULL : fdopen(fd, "r");
}

static bool
has_prefix(const char *name, const char *const *prefixes)
{
    for (; *prefixes != NULL; prefixes++) {
        if (g_str_has_prefix(name, *prefixes)) {
            return true;
        }
    }
    return false;
}

static void
append_capability(GString *to, const char *name)
{
    const char *text = tigetstr(name);
    if (text == NULL || (intptr_t)text == -1) {
        return;
    }
    for (const char *p = text; *p != '\0'; p++) {
        if (p[0] == '$' && p[1] == '<' && strchr(p, '>') != NULL) { /* padding */
            p = strchr(p, '>');
            continue;
        }
        g_string_append_c(to, *p);
    }
}

static void
arm(struct terminal *t)
{
    GString *restore = g_string_new(t->xterm ? MOUSE_OFF PASTE_OFF : "");
    append_capability(restore, "cnorm");
    append_capability(restore, "sgr0");
    append_capability(restore, "rmkx");
    append_capability(restore, "rmcup");
    g_string_append(restore, "\r\n");
    guard_start(&t->guard, t->tty_fd, &t->shell, restore->str, restore->len);
    signals_arm(t->tty_fd, &t->shell, restore->str, restore->len, t->job_fd, &t->guard);
    g_string_free(restore, TRUE);
}

/* From here on curses writes to memory. */
static bool
divert(struct terminal *t)
{
    int fd = memfd_create("leitstand-frame", MFD_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    bool done = dup2(fd, t->out_fd) >= 0;
    close(fd);
    return done;
}

static void
configure(struct terminal *t)
{
    if (getenv("ESCDELAY") == NULL) {
        set_escdelay(ESCAPE_MS);
    }
    raw();
    noecho();
    nonl();
    typeahead(-1); /* do not cut a frame short because a key came */
    leaveok(stdscr, FALSE);
    tcgetattr(STDIN_FILENO, &t->raw);
    idlok(stdscr, COLS < 100); /* beside another pane a list cannot scroll by the terminal */
    static const char *const xterms[] = {"xterm", "tmux", "screen", "rxvt", NULL};
    t->xterm = has_prefix(t->name, xterms);
    t->keys = term_keys_open(t->xterm);
    def_shell_mode(); /* endwin() leaves the modes alone, leave() gives them back itself */
}

enum rc
terminal_open(struct terminal **ret, struct err *err)
{
    struct terminal *t = g_new0(struct terminal, 1);
    t->out_fd = t->tty_fd = t->job_fd = -1;
    t->guard.pid = -1;
    t->bytes = g_byte_array_new();
    t->scratch = g_byte_array_new();
    t->mark = g_strcmp0(getenv("LEITSTAND_TEST_MARK"), "1") == 0;

    enum rc rc = term_pick(t->name, sizeof(t->name), t->notice, sizeof(t->notice), err);
    if (rc != RC_OK) {
        terminal_close(t);
        return rc;
    }
    rc = RC_IO;
    tcgetattr(STDIN_FILENO, &t->shell);
    t->utf8 = term_pick_utf8(STDOUT_FILENO);
    t->out_fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    t->out = t->out_fd < 0 ? NULL : fdopen(t->out_fd, "w");
    t->in = open_keys();
    t->screen = t->out == NULL ? NULL : newterm(t->name, t->out, t->in != NULL ? t->in : stdin);
    if (t->screen == NULL) {
        err_set(err, rc, _("could not start the screen on terminal \"%s\""), t->name);
        terminal_close(t);
        return rc;
    }
    configure(t);
    t->tty_fd = open_tty();
    t->job_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (t->tty_fd < 0 || t->job_fd < 0 || !divert(t)) {
        err_set(err, rc, _("could not start the screen: %s"), g_strerror(errno));
        terminal_close(t);
        return rc;
    }
    arm(t);
    if (t->xterm) {
        append(t, START);
    }
    *ret = t;
    return RC_OK;
}

/* What curses wrote since the last call is now under way. */
static void
collect(struct terminal *t)
{
    off_t size = lseek(t->out_fd, 0, SEEK_END);
    if (size <= 0) {
        return;
    }
    GByteArray *bytes = t->xterm ? t->scratch : t->bytes;
    guint old = bytes->len;
    g_byte_array_set_size(bytes, old + (guint)size);
    ssize_t n = pread(t->out_fd, bytes->data + old, (size_t)size, 0);
    g_byte_array_set_size(bytes, old + (guint)MAX(n, 0));
    if (t->xterm) {
        term_bytes_tidy(t->bytes, bytes->data, bytes->len);
        g_byte_array_set_size(bytes, 0);
    }
    if (ftruncate(t->out_fd, 0) == 0) {
        lseek(t->out_fd, 0, SEEK_SET);
    }
}

bool
terminal_flush(struct terminal *t)
{
    while (t->sent < t->bytes->len && !t->gone) {
        ssize_t n = write(t->tty_fd, t->bytes->data + t->sent, t->bytes->len - t->sent);
        if (n > 0) {
            t->sent += (size_t)n;
        } else if (n < 0 && errno == EAGAIN) {
            return true;
        } else if (n < 0 && errno != EINTR) {
            t->gone = true;
        }
    }
    g_byte_array_set_size(t->bytes, 0);
    t->sent = 0;
    return !t->gone;
}

/* The same, but wait for a terminal that is merely slow. */
static void
flush_patiently(struct terminal *t)
{
    mono_us deadline = clock_now().mono + FAREWELL_US;
    while (terminal_flush(t) && terminal_waiting(t)) {
        int64_t left = deadline - clock_now().mono;
        struct pollfd out = {.fd = t->tty_fd, .events = POLLOUT};
        if (left <= 0 || poll(&out, 1, (int)(left / US_PER_MS) + 1) <= 0) {
            return;
        }
    }
}

static void
leave(struct terminal *t)
{
    bool mouse = t->mouse;
    terminal_set_mouse(t, false);
    t->mouse = mouse;
    if (t->xterm) {
        append(t, PASTE_OFF);
    }
    endwin();
    collect(t);
    flush_patiently(t);
    if (t->flow.answers && t->flow.asked > 0 && !t->gone) {
        term_keys_drain(STDIN_FILENO, t->flow.asked,
                        t->flow.asked_at[t->flow.asked - 1] + FLOW_PATIENCE_US);
        t->flow.asked = 0;
    }
    tcsetattr(STDIN_FILENO, TCSANOW, &t->shell);
    guard_tell(&t->guard, GUARD_OFF);
}

static void
enter(struct terminal *t)
{
    guard_tell(&t->guard, GUARD_ON);
    tcsetattr(STDIN_FILENO, TCSANOW, &t->raw);
    if (t->xterm) {
        append(t, START);
    }
    terminal_set_mouse(t, t->mouse);
    terminal_resize(t);
    clearok(curscr, TRUE);
}

void
terminal_close(struct terminal *t)
{
    if (t == NULL) {
        return;
    }
    if (t->screen != NULL) {
        leave(t);
        signals_disarm();
        guard_end(&t->guard);
        if (t->keys != NULL) {
            delwin(t->keys);
        }
        delscreen(t->screen);
    }
    if (t->in != NULL) {
        fclose(t->in);
    }
    if (t->out != NULL) {
        fclose(t->out);
    } else if (t->out_fd >= 0) {
        close(t->out_fd);
    }
    if (t->tty_fd >= 0) {
        close(t->tty_fd);
    }
    if (t->job_fd >= 0) {
        close(t->job_fd);
    }
    g_byte_array_free(t->bytes, TRUE);
    g_byte_array_free(t->scratch, TRUE);
    g_free(t);
}

bool
terminal_utf8(const struct terminal *t)
{
    return t->utf8;
}

bool
terminal_console_font(const struct terminal *t)
{
    static const char *const plain[] = {"linux", "vt", "ansi", NULL};
    return has_prefix(t->name, plain);
}

const char *
terminal_notice(const struct terminal *t)
{
    return t->notice;
}

int
terminal_job_fd(const struct terminal *t)
{
    return t->job_fd;
}

int
terminal_output_fd(const struct terminal *t)
{
    return t->tty_fd;
}

bool
terminal_waiting(const struct terminal *t)
{
    return t->sent < t->bytes->len;
}

void
terminal_show(struct terminal *t)
{
    guint before = t->bytes->len;
    doupdate();
    collect(t);
    if (t->bytes->len > before && flow_ask(&t->flow, clock_now().mono)) {
        append(t, FLOW_ASK);
    }
    if (t->mark) {
        append(t, FRAME_MARK);
    }
    terminal_flush(t);
}

mono_us
terminal_free_at(const struct terminal *t, bool key)
{
    return flow_free_at(&t->flow, key);
}

int64_t
terminal_spacing_us(const struct terminal *t)
{
    return flow_spacing_us(&t->flow);
}

int
terminal_link_ms(const struct terminal *t)
{
    return flow_ms(&t->flow);
}

void
terminal_bell(struct terminal *t)
{
    append(t, "\a");
    terminal_flush(t);
}

bool
terminal_copy(struct terminal *t, const char *text)
{
    if (!t->xterm) {
        return false;
    }
    char *coded = g_base64_encode((const guchar *)text, strlen(text));
    char *sequence = g_strconcat("\033]52;c;", coded, "\a", NULL);
    g_byte_array_append(t->bytes, (const guint8 *)sequence, (guint)strlen(sequence));
    g_free(sequence);
    g_free(coded);
    terminal_flush(t);
    return true;
}

void
terminal_repaint(struct terminal *t)
{
    (void)t;
    clearok(curscr, TRUE);
}

bool
terminal_resize(struct terminal *t)
{
    struct winsize size = {0};
    if (ioctl(t->tty_fd, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0 ||
        (size.ws_row == LINES && size.ws_col == COLS)) {
        return false;
    }
    resizeterm(size.ws_row, size.ws_col);
    idlok(stdscr, COLS < 100);
    clearok(curscr, TRUE);
    return true;
}

void
terminal_size(const struct terminal *t, int *ret_rows, int *ret_columns)
{
    (void)t;
    *ret_rows = LINES;
    *ret_columns = COLS;
}

void
terminal_set_mouse(struct terminal *t, bool on)
{
    if (on) {
        mouseinterval(0); /* a press is enough; waiting for a click costs 166 ms */
    }
    mousemask(on ? BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED : 0, NULL);
    t->mouse = on;
}

bool
terminal_mouse(const struct terminal *t)
{
    return t->mouse;
}

void
terminal_suspend(struct terminal *t)
{
    leave(t);
    signals_stop_job();
    enter(t);
}

void
terminal_job(struct terminal *t)
{
    uint64_t count;
    ssize_t n = read(t->job_fd, &count, sizeof(count));
    (void)n;
    struct signals_seen seen = signals_take();
    if (seen.stop) {
        terminal_suspend(t);
    } else if (seen.resume) { /* stopped by SIGSTOP: who knows what the screen shows now */
        enter(t);
    }
}

int
terminal_key(struct terminal *t)
{
    int key;
    while ((key = term_keys_next(t->keys)) == KEY_ANSWER) {
        flow_answer(&t->flow, clock_now().mono);
    }
    return key;
}
