/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/term/term.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <vterm.h>

#include "src/core/clock.h"
#include "src/core/error.h"
#include "tests/term/line.h"

#define MARK       "\033]7777;frame\007"
#define MARK_BYTES (sizeof(MARK) - 1)

struct term {
    VTerm *vt;
    VTermScreen *screen;
    int fd;
    pid_t pid;
    int status;
    bool ended, stopped, no_reply;
    bool alternate;
    VTermPos cursor;
    unsigned frames;
    GByteArray *raw;
    /* A slow line; NULL: there is none. */
    struct line *down, *up; /* to the terminal, to the program */
    int bytes_per_s;
    double credit; /* bytes that may be read now */
    mono_us credit_at;
    bool closed; /* the program's side */
};

#define CREDIT_MOST_US (20 * US_PER_MS)

static int
on_property(VTermProp property, VTermValue *value, void *data)
{
    struct term *t = data;
    if (property == VTERM_PROP_ALTSCREEN) {
        t->alternate = value->boolean != 0;
    }
    return 1;
}

static int
on_cursor(VTermPos to, VTermPos from, int visible, void *data)
{
    (void)from;
    (void)visible;
    ((struct term *)data)->cursor = to;
    return 1;
}

static void
on_output(const char *bytes, size_t len, void *data)
{
    struct term *t = data;
    if (!t->no_reply) {
        term_send_bytes(t, bytes, len);
    }
}

static const VTermScreenCallbacks screen_calls = {.settermprop = on_property,
                                                  .movecursor = on_cursor};

static void
run_child(const struct term_options *o)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setenv("TERM", "xterm-256color", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("LEITSTAND_TEST_MARK", "1", 1);
    setenv("NCURSES_GPM_TERMS", "none", 1); /* libgpm, loaded for TERM=linux, leaks */
    unsetenv("NO_COLOR");
    unsetenv("SSH_CONNECTION");
    for (const char *const *p = o->env; p != NULL && *p != NULL; p++) {
        char *equals = strchr(*p, '=');
        if (equals == NULL) {
            unsetenv(*p);
        } else {
            char *name = g_strndup(*p, (gsize)(equals - *p));
            setenv(name, equals + 1, 1);
            g_free(name);
        }
    }
    if (o->keep_fd > 0) {
        fcntl(o->keep_fd, F_SETFD, 0);
    }
    char **argv = g_strdupv((gchar **)(uintptr_t)o->argv);
    execvp(argv[0], argv);
    _exit(127);
}

struct term *
term_start(const struct term_options *o)
{
    struct term *t = g_new0(struct term, 1);
    struct winsize size = {.ws_row = (unsigned short)o->rows,
                           .ws_col = (unsigned short)o->columns};
    t->no_reply = o->no_reply;
    t->raw = g_byte_array_new();
    t->vt = vterm_new(o->rows, o->columns);
    vterm_set_utf8(t->vt, !o->no_utf8);
    t->screen = vterm_obtain_screen(t->vt);
    vterm_screen_enable_altscreen(t->screen, 1);
    vterm_screen_set_callbacks(t->screen, &screen_calls, t);
    vterm_screen_reset(t->screen, 1);
    vterm_output_set_callback(t->vt, on_output, t);
    t->pid = forkpty(&t->fd, NULL, NULL, &size);
    if (t->pid == 0) {
        run_child(o);
    }
    if (t->pid < 0) {
        g_error("forkpty: %s", g_strerror(errno));
    }
    fcntl(t->fd, F_SETFL, O_NONBLOCK);
    fcntl(t->fd, F_SETFD, FD_CLOEXEC);
    return t;
}

static void
reap(struct term *t, int flags)
{
    if (!t->ended && waitpid(t->pid, &t->status, flags) == t->pid) {
        t->ended = true;
    }
}

void
term_free(struct term *t)
{
    if (t == NULL) {
        return;
    }
    reap(t, WNOHANG);
    if (!t->ended) {
        kill(t->pid, SIGKILL);
        reap(t, 0);
    }
    close(t->fd);
    vterm_free(t->vt);
    line_free(t->down);
    line_free(t->up);
    g_byte_array_free(t->raw, TRUE);
    g_free(t);
}

int
term_pid(const struct term *t)
{
    return t->pid;
}

/* Marks that end behind byte from: one may have come in two pieces, and libvterm hands over
 * such a command in pieces, too. */
static void
count_marks(struct term *t, size_t from)
{
    const uint8_t *at = t->raw->data + (from < MARK_BYTES ? 0 : from - MARK_BYTES + 1);
    const uint8_t *end = t->raw->data + t->raw->len;
    while ((at = memmem(at, (size_t)(end - at), MARK, MARK_BYTES)) != NULL) {
        at += MARK_BYTES;
        t->frames++;
    }
}

static void
show(struct term *t, const char *bytes, size_t len)
{
    size_t before = t->raw->len;
    g_byte_array_append(t->raw, (const guint8 *)bytes, (guint)len);
    vterm_input_write(t->vt, bytes, len);
    count_marks(t, before);
}

static void
send_now(struct term *t, const char *bytes, size_t len)
{
    mono_us deadline = clock_now().mono + TERM_LIMIT_MS * US_PER_MS;
    while (len > 0 && clock_now().mono < deadline) {
        ssize_t n = write(t->fd, bytes, len);
        if (n > 0) {
            bytes += n;
            len -= (size_t)n;
            continue;
        }
        struct pollfd fd = {.fd = t->fd, .events = POLLOUT};
        poll(&fd, 1, 100);
    }
}

/* As much as the line has carried since the last call goes in, what has arrived comes out. */
static void
pump_line(struct term *t)
{
    char buffer[4096];
    mono_us now = clock_now().mono;
    int64_t passed = MIN(now - t->credit_at, CREDIT_MOST_US);
    t->credit_at = now;
    t->credit += (double)passed * t->bytes_per_s / (double)US_PER_S;
    t->credit = MIN(t->credit, (double)sizeof(buffer));
    if (t->credit >= 1 && !t->closed && !t->stopped) {
        ssize_t n = read(t->fd, buffer, (size_t)t->credit);
        t->closed = n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
        if (n > 0) {
            t->credit -= (double)n;
            line_put(t->down, buffer, (size_t)n, now);
        } else {
            t->credit = MIN(t->credit, 1); /* a line that carries nothing saves nothing */
        }
    }
    size_t n;
    while ((n = line_take(t->up, buffer, sizeof(buffer), now)) > 0) {
        send_now(t, buffer, n);
    }
    while (!t->stopped && (n = line_take(t->down, buffer, sizeof(buffer), now)) > 0) {
        show(t, buffer, n);
    }
}

/* What can be read now; false when the other side is closed. */
static bool
pump(struct term *t)
{
    char buffer[4096];
    for (;;) {
        ssize_t n = read(t->fd, buffer, sizeof(buffer));
        if (n <= 0) {
            return n < 0 && errno == EAGAIN;
        }
        show(t, buffer, (size_t)n);
    }
}

void
term_send_bytes(struct term *t, const char *bytes, size_t len)
{
    if (t->up != NULL) {
        line_put(t->up, bytes, len, clock_now().mono);
    } else {
        send_now(t, bytes, len);
    }
}

void
term_send(struct term *t, const char *bytes)
{
    term_send_bytes(t, bytes, strlen(bytes));
}

void
term_resize(struct term *t, int columns, int rows)
{
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
    if (t->down == NULL) {
        pump(t);
    }
    vterm_set_size(t->vt, rows, columns);
    ioctl(t->fd, TIOCSWINSZ, &size);
}

void
term_stop_reading(struct term *t, bool stop)
{
    t->stopped = stop;
}

void
term_throttle(struct term *t, int bytes_per_s, int round_trip_ms)
{
    t->bytes_per_s = bytes_per_s;
    t->down = line_new(round_trip_ms * US_PER_MS / 2);
    t->up = line_new(round_trip_ms * US_PER_MS / 2);
    t->credit_at = clock_now().mono;
}

unsigned
term_frames(const struct term *t)
{
    return t->frames;
}

size_t
term_bytes(const struct term *t)
{
    return t->raw->len - t->frames * MARK_BYTES;
}

const uint8_t *
term_raw(const struct term *t, size_t *ret_len)
{
    *ret_len = t->raw->len;
    return t->raw->data;
}

/* The same over a slow line. */
static bool
step_line(struct term *t, mono_us deadline)
{
    size_t before = t->raw->len;
    do {
        pump_line(t);
        if (t->raw->len > before) {
            return true;
        }
        if (t->closed && line_due(t->down) == 0) {
            return false;
        }
        poll(NULL, 0, 1);
    } while (clock_now().mono < deadline);
    return false;
}

/* Wait for bytes and take them in; false when the time is over or nothing more will come. */
static bool
step(struct term *t, mono_us deadline)
{
    if (t->down != NULL) {
        return step_line(t, deadline);
    }
    int64_t left = deadline - clock_now().mono;
    struct pollfd fd = {.fd = t->stopped ? -1 : t->fd, .events = POLLIN};
    if (left <= 0 || poll(&fd, 1, (int)(left / US_PER_MS) + 1) <= 0) {
        return false;
    }
    return pump(t);
}

static mono_us
limit(void)
{
    return clock_now().mono + TERM_LIMIT_MS * US_PER_MS;
}

bool
term_wait_frame(struct term *t, unsigned more_than)
{
    mono_us deadline = limit();
    while (t->frames <= more_than) {
        if (!step(t, deadline) && t->frames <= more_than) {
            return false;
        }
    }
    return true;
}

/* Half a frame has been read: the rest is on its way. */
static bool
within_frame(const struct term *t)
{
    return t->alternate && t->frames > 0 &&
           (t->raw->len < MARK_BYTES ||
            memcmp(t->raw->data + t->raw->len - MARK_BYTES, MARK, MARK_BYTES) != 0);
}

static bool
wait_for_text(struct term *t, const char *text, bool present)
{
    mono_us deadline = limit();
    while (within_frame(t) || (term_find(t, text) >= 0) != present) {
        if (!step(t, deadline)) {
            return (term_find(t, text) >= 0) == present;
        }
    }
    return true;
}

bool
term_wait_text(struct term *t, const char *text)
{
    return wait_for_text(t, text, true);
}

bool
term_wait_no_text(struct term *t, const char *text)
{
    return wait_for_text(t, text, false);
}

void
term_wait_quiet(struct term *t, int ms)
{
    while (step(t, clock_now().mono + ms * US_PER_MS)) {
        /* every byte starts the time anew */
    }
}

void
term_read_for(struct term *t, int ms)
{
    mono_us deadline = clock_now().mono + ms * US_PER_MS;
    while (clock_now().mono < deadline) {
        step(t, deadline);
    }
}

bool
term_wait_exit(struct term *t, int *ret_status)
{
    mono_us deadline = limit();
    while (step(t, deadline)) {
        /* until the other side closes */
    }
    while (!t->ended && clock_now().mono < deadline) {
        reap(t, WNOHANG);
        poll(NULL, 0, 5);
    }
    *ret_status = t->status;
    return t->ended;
}

static int
colour_index(const VTermColor *colour)
{
    if (VTERM_COLOR_IS_DEFAULT_FG(colour) || VTERM_COLOR_IS_DEFAULT_BG(colour)) {
        return -1;
    }
    return VTERM_COLOR_IS_INDEXED(colour) ? colour->indexed.idx : -2;
}

struct term_cell
term_cell(const struct term *t, int y, int x)
{
    struct term_cell cell = {.foreground = -1, .background = -1};
    VTermScreenCell from = {0};
    VTermPos at = {y, x};
    if (!vterm_screen_get_cell(t->screen, at, &from)) {
        return cell;
    }
    char *p = cell.text;
    for (int i = 0; i < 4 && from.chars[i] != 0 && from.chars[i] != UINT32_MAX; i++) {
        p += g_unichar_to_utf8(from.chars[i], p);
    }
    *p = '\0';
    cell.bold = from.attrs.bold;
    cell.reverse = from.attrs.reverse;
    cell.underline = from.attrs.underline != 0;
    cell.foreground = colour_index(&from.fg);
    cell.background = colour_index(&from.bg);
    cell.coloured = cell.foreground != -1 || cell.background != -1;
    return cell;
}

static void
append_row(const struct term *t, int y, GString *to)
{
    int rows, columns;
    vterm_get_size(t->vt, &rows, &columns);
    gsize start = to->len;
    for (int x = 0; x < columns; x++) {
        VTermScreenCell from = {0};
        VTermPos at = {y, x};
        vterm_screen_get_cell(t->screen, at, &from);
        if (from.chars[0] == UINT32_MAX) { /* second half of a wide one */
            continue;
        }
        struct term_cell cell = term_cell(t, y, x);
        g_string_append(to, *cell.text == '\0' ? " " : cell.text);
    }
    while (to->len > start && to->str[to->len - 1] == ' ') {
        g_string_truncate(to, to->len - 1);
    }
}

char *
term_row(const struct term *t, int y)
{
    GString *row = g_string_new(NULL);
    append_row(t, y, row);
    return g_string_free(row, FALSE);
}

char *
term_dump(const struct term *t)
{
    int rows, columns;
    vterm_get_size(t->vt, &rows, &columns);
    GString *all = g_string_new(NULL);
    for (int y = 0; y < rows; y++) {
        append_row(t, y, all);
        g_string_append_c(all, '\n');
    }
    return g_string_free(all, FALSE);
}

int
term_find(const struct term *t, const char *text)
{
    int rows, columns;
    vterm_get_size(t->vt, &rows, &columns);
    GString *row = g_string_new(NULL);
    int found = -1;
    for (int y = 0; y < rows && found < 0; y++) {
        g_string_truncate(row, 0);
        append_row(t, y, row);
        if (strstr(row->str, text) != NULL) {
            found = y;
        }
    }
    g_string_free(row, TRUE);
    return found;
}

void
term_cursor(const struct term *t, int *ret_y, int *ret_x)
{
    *ret_y = t->cursor.row;
    *ret_x = t->cursor.col;
}

bool
term_alternate(const struct term *t)
{
    return t->alternate;
}

/* Whether number is among the parameters, as "1006;1000". */
static bool
has_number(const char *parameters, size_t len, const char *number)
{
    char *text = g_strndup(parameters, len);
    char **list = g_strsplit(text, ";", -1);
    bool found = g_strv_contains((const gchar *const *)list, number);
    g_strfreev(list);
    g_free(text);
    return found;
}

/* libvterm 0.1 looks at the first parameter only, so the bytes are asked. */
int
term_mode(const struct term *t, const char *number)
{
    static const char begin[] = "\033[?";
    const char *at = (const char *)t->raw->data, *end = at + t->raw->len;
    int last = 0;
    while ((at = memmem(at, (size_t)(end - at), begin, strlen(begin))) != NULL) {
        at += strlen(begin);
        const char *final = at;
        while (final < end && (g_ascii_isdigit(*final) || *final == ';')) {
            final++;
        }
        if (final < end && has_number(at, (size_t)(final - at), number)) {
            last = *final;
        }
    }
    return last;
}

bool
term_mouse(const struct term *t)
{
    return term_mode(t, "1000") == 'h';
}

bool
term_sane(const struct term *t)
{
    struct termios modes;
    return tcgetattr(t->fd, &modes) == 0 && (modes.c_lflag & ICANON) != 0 &&
           (modes.c_lflag & ECHO) != 0 && (modes.c_lflag & ISIG) != 0 &&
           (modes.c_oflag & OPOST) != 0 && (modes.c_iflag & ICRNL) != 0;
}

static bool
same_cell(const struct term_cell *a, const struct term_cell *b)
{
    const char *x = *a->text == '\0' ? " " : a->text, *y = *b->text == '\0' ? " " : b->text;
    return strcmp(x, y) == 0 && a->bold == b->bold && a->reverse == b->reverse &&
           a->underline == b->underline && a->foreground == b->foreground &&
           a->background == b->background;
}

/* Read until the screen was cleared after so many bytes, and the frame is complete. */
static bool
wait_clear(struct term *t, size_t since)
{
    mono_us deadline = limit();
    for (;;) {
        /* "ESC [ H ESC [ J" or "… 2 J" */
        const uint8_t *p = memmem(t->raw->data + since, t->raw->len - since, "\033[H\033[", 5);
        if (p != NULL && !within_frame(t)) {
            return true;
        }
        if (!step(t, deadline)) {
            return false;
        }
    }
}

static void
compare(const struct term *t, const struct term_cell *before, int columns, int n,
        char *difference, size_t cap)
{
    *difference = '\0';
    for (int i = 0; *difference == '\0' && i < n; i++) {
        struct term_cell now = term_cell(t, i / columns, i % columns);
        if (!same_cell(&before[i], &now)) {
            snprintf(difference, cap, "row %d column %d: \"%s\" was \"%s\"", i / columns,
                     i % columns, now.text, before[i].text);
        }
    }
}

bool
term_equals_full_paint(struct term *t, char *difference, size_t cap)
{
    int rows, columns;
    vterm_get_size(t->vt, &rows, &columns);
    int n = rows * columns;
    struct term_cell *before = g_new(struct term_cell, n);
    /* A frame of other cause may come between: then try again. */
    for (int tries = 0; tries < 10; tries++) {
        unsigned frames = t->frames;
        size_t since = t->raw->len;
        for (int i = 0; i < n; i++) {
            before[i] = term_cell(t, i / columns, i % columns);
        }
        term_send(t, "\f");
        if (!wait_clear(t, since)) {
            snprintf(difference, cap, "the screen was not painted");
            break;
        }
        compare(t, before, columns, n, difference, cap);
        /* Where a clock is shown, its minute may just have turned. */
        bool turns = *difference != '\0' && clock_now().wall % (60 * US_PER_S) < US_PER_S;
        if (t->frames == frames + 1 && !turns) {
            break;
        }
    }
    g_free(before);
    return *difference == '\0';
}
