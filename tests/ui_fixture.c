/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/ui_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/run_delay.h"

#define US_PER_MIN (60 * US_PER_S)
#define ID_LENGTH  7 /* PW-0001 */

const char *play_stage;

struct play *
play_open(const struct play_options *o)
{
    static const struct play_options defaults = {0};
    o = o == NULL ? &defaults : o;
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    char fd[16], stations[16];
    snprintf(fd, sizeof(fd), "%d", ends[1]);
    snprintf(stations, sizeof(stations), "%d", o->stations > 0 ? o->stations : 40);
    const char *const argv[] = {play_stage, fd, stations, "Europe/Berlin", NULL};
    static const char *const plain_env[] = {"STAGE_PLAIN=1", NULL};
    struct term_options options = {.argv = argv,
                                   .env = o->plain ? plain_env : o->env,
                                   .columns = o->columns > 0 ? o->columns : 80,
                                   .rows = o->rows > 0 ? o->rows : 24,
                                   .no_utf8 = o->no_utf8,
                                   .no_reply = o->no_reply,
                                   .keep_fd = ends[1]};
    struct play *p = g_new0(struct play, 1);
    p->fd = ends[0];
    p->said = g_string_new(NULL);
    p->t = term_start(&options);
    close(ends[1]);
    if (o->plain ? !term_wait_text(p->t, "leitstand stage") : !term_wait_frame(p->t, 0)) {
        char *screen = term_dump(p->t);
        fputs(screen, stderr);
        g_free(screen);
        fail_msg("no first frame");
    }
    if (!o->overview && !o->plain) {
        play_press(p, "2");
    }
    return p;
}

void
play_drop(struct play *p)
{
    close(p->fd);
    term_free(p->t);
    g_string_free(p->said, TRUE);
    g_free(p);
}

void
play_close(struct play *p)
{
    /* Twice: of a prompt, and of the help below it. The time between them is theirs. */
    play_press(p, "\033");
    play_press(p, "\033");
    term_send(p->t, ":quit\r");
    int status = -1;
    assert_true(term_wait_exit(p->t, &status));
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        char *screen = term_dump(p->t);
        fputs(screen, stderr);
        g_free(screen);
        fail_msg("wait status %d", status);
    }
    assert_false(term_alternate(p->t));
    assert_true(term_sane(p->t));
    play_drop(p);
}

void
play_tell_bytes(struct play *p, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = send(p->fd, bytes, len, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        assert_true(n > 0);
        bytes += n;
        len -= (size_t)n;
    }
}

void
play_tell(struct play *p, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char *text = g_strdup_vprintf(fmt, args);
    va_end(args);
    play_tell_bytes(p, text, strlen(text));
    play_tell_bytes(p, "\n", 1);
    g_free(text);
}

void
play_done(struct play *p)
{
    struct timeval limit = {.tv_sec = TERM_LIMIT_MS / 1000};
    setsockopt(p->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    play_tell(p, "echo");
    for (char c = '\0', before = '\n'; c != '\n' || before != '\n';) {
        before = c == '\0' ? '\n' : c;
        assert_int_equal(recv(p->fd, &c, 1, 0), 1);
        g_string_append_c(p->said, c);
    }
    g_string_truncate(p->said, p->said->len - 1);
}

static void
fail_with_screen(const struct play *p, const char *what, const char *text)
{
    char *screen = term_dump(p->t);
    fputs(screen, stderr);
    g_free(screen);
    fail_msg("%s \"%s\"", what, text);
}

/* What a sanitizer has to say stands on the screen. */
static void
wait_frame(struct play *p, unsigned more_than, const char *after)
{
    if (!term_wait_frame(p->t, more_than)) {
        fail_with_screen(p, "no frame after", after);
    }
}

void
play_publish(struct play *p)
{
    play_tell(p, "publish");
    play_done(p);
    term_wait_quiet(p->t, 1); /* take in the frames of before */
    /* The first may have been under way already, the second one was not. */
    for (int i = 0; i < 2; i++) {
        unsigned frames = term_frames(p->t);
        play_tell(p, "publish");
        wait_frame(p, frames, "publish");
    }
}

void
play_press(struct play *p, const char *keys)
{
    term_wait_quiet(p->t, 1); /* take in the frames of before */
    unsigned frames = term_frames(p->t);
    term_send(p->t, keys);
    wait_frame(p, frames, keys);
}

void
play_see(struct play *p, const char *text)
{
    if (!term_wait_text(p->t, text)) {
        fail_with_screen(p, "never seen:", text);
    }
}

void
play_see_no(struct play *p, const char *text)
{
    if (!term_wait_no_text(p->t, text)) {
        fail_with_screen(p, "still there:", text);
    }
}

bool
play_shows(const struct play *p, const char *text)
{
    return term_find(p->t, text) >= 0;
}

static const char *
station_in(const char *row)
{
    static char uid[ID_LENGTH + 1];
    const char *at = strstr(row, "PW-");
    g_strlcpy(uid, at == NULL ? "" : at, sizeof(uid));
    return uid;
}

const char *
play_selected(const struct play *p)
{
    int y, x;
    term_cursor(p->t, &y, &x);
    char *row = term_row(p->t, y);
    const char *uid = station_in(row);
    g_free(row);
    return uid;
}

void
play_acted(struct play *p, const char *text)
{
    mono_us deadline = clock_now().mono + TERM_LIMIT_MS * US_PER_MS;
    while (strstr(p->said->str, text) == NULL) {
        if (clock_now().mono > deadline) {
            fputs(p->said->str, stderr);
            fail_with_screen(p, "never done:", text);
        }
        term_wait_quiet(p->t, 5);
        play_done(p);
    }
}

void
play_wait_selected(struct play *p, const char *uid)
{
    mono_us deadline = clock_now().mono + TERM_LIMIT_MS * US_PER_MS;
    while (strcmp(play_selected(p), uid) != 0) {
        if (clock_now().mono > deadline) {
            fail_with_screen(p, "never selected:", uid);
        }
        term_wait_quiet(p->t, 5);
    }
}

const char *
play_first_station(const struct play *p, int y)
{
    char *all = term_dump(p->t), *from = all;
    for (; y > 0 && from != NULL; y--) {
        from = strchr(from, '\n');
        from = from == NULL ? NULL : from + 1;
    }
    const char *uid = station_in(from == NULL ? "" : from);
    g_free(all);
    return uid;
}

int
play_column(const struct play *p, int y, const char *text)
{
    for (int x = 0; x < 500; x++) {
        const char *rest = text;
        for (int i = x; *rest != '\0' && i < 500; i++) {
            struct term_cell cell = term_cell(p->t, y, i);
            const char *shown = *cell.text == '\0' ? " " : cell.text;
            if (!g_str_has_prefix(rest, shown)) {
                break;
            }
            rest += strlen(shown);
        }
        if (*rest == '\0') {
            return x;
        }
    }
    return -1;
}

size_t
play_cost(struct play *p, void (*what)(struct play *p))
{
    for (;;) {
        term_wait_quiet(p->t, 30);
        wall_us minute = clock_now().wall / US_PER_MIN;
        size_t bytes = term_bytes(p->t);
        what(p);
        term_wait_quiet(p->t, 30);
        bytes = term_bytes(p->t) - bytes;
        if (clock_now().wall / US_PER_MIN == minute) {
            return bytes;
        }
    }
}

int64_t
play_cpu_us(const struct play *p)
{
    clockid_t clock;
    struct timespec used = {0};
    assert_int_equal(clock_getcpuclockid(term_pid(p->t), &clock), 0);
    assert_int_equal(clock_gettime(clock, &used), 0);
    return used.tv_sec * US_PER_S + used.tv_nsec / 1000;
}

mono_us
play_clock(const struct play *p)
{
    return clock_now().mono - run_delay_us(term_pid(p->t)) - run_delay_us(getpid());
}

#if defined(__has_feature)
#define HAS_ASAN __has_feature(address_sanitizer)
#elif defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#else
#define HAS_ASAN 0
#endif

long
play_memory(const struct play *p)
{
#if HAS_ASAN
    (void)p;
    return 0;
#else
    char *name = g_strdup_printf("/proc/%d/statm", term_pid(p->t)), *text = NULL;
    assert_true(g_file_get_contents(name, &text, NULL, NULL));
    const char *resident = strchr(text, ' ');
    long pages = (long)g_ascii_strtoll(resident == NULL ? "" : resident, NULL, 10);
    g_free(text);
    g_free(name);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
#endif
}

void
play_equals_full_paint(struct play *p)
{
    char difference[128];
    if (!term_equals_full_paint(p->t, difference, sizeof(difference))) {
        fail_with_screen(p, "differs from a full paint:", difference);
    }
}
