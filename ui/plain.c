/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/plain.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/core/i18n.h"
#include "src/core/text.h"
#include "ui/alarm_actions.h"
#include "ui/alarm_tags.h"
#include "ui/language.h"
#include "ui/plain_private.h"
#include "ui/undo.h"

#define SPACING_US   (500 * US_PER_MS) /* snapshots: what changes faster is told once */
#define LINE_MAX_LEN 1024

/* ---- lines ---- */

/* What nobody may read, or not for now, without a change to what others share: a terminal or a
 * pipe opened once more. */
static int
open_again(int fd)
{
    struct stat about;
    char path[32];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    bool may_block =
        fstat(fd, &about) == 0 && (S_ISCHR(about.st_mode) || S_ISFIFO(about.st_mode));
    int own = may_block ? open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) : -1;
    return own >= 0 ? own : fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

/* Until more can be written, or a signal ends it. */
static void
wait_for_room(struct plain *p)
{
    struct pollfd fds[] = {{.fd = p->out_fd, .events = POLLOUT},
                           {.fd = p->signal_fd, .events = POLLIN}};
    (void)poll(fds, G_N_ELEMENTS(fds), -1);
    p->stopped = fds[1].revents != 0;
}

static void
write_all(struct plain *p, const char *text, size_t len)
{
    while (len > 0 && !p->failed && !p->stopped) {
        ssize_t n = write(p->out_fd, text, len);
        if (n > 0) {
            text += n;
            len -= (size_t)n;
        } else if (n < 0 && errno == EAGAIN) {
            wait_for_room(p);
        } else if (n == 0 || errno != EINTR) {
            p->failed = true;
        }
    }
}

static void
put_line(struct plain *p, const char *line)
{
    char clean[LINE_MAX_LEN];
    text_sanitize(clean, sizeof(clean), line, strlen(line));
    GString *out = g_string_new(NULL);
    for (const char *c = clean; *c != '\0'; c = text_next(c)) {
        char one[2];
        if (p->utf8) {
            g_string_append_len(out, c, text_next(c) - c);
        } else {
            g_string_append(out, glyph_ascii(g_utf8_get_char(c), one));
        }
    }
    g_string_append_c(out, '\n');
    write_all(p, out->str, out->len);
    g_string_free(out, TRUE);
}

void
plain_line(struct plain *p, const char *fmt, ...)
{
    char line[LINE_MAX_LEN];
    va_list args;
    va_start(args, fmt);
    vsnprintf(line, sizeof(line), fmt, args);
    va_end(args);
    put_line(p, line);
}

/* Another day gets a line of its own, so that a time in front of each line is enough. */
static void
tell_day(struct plain *p)
{
    char date[FORMAT_SIZE];
    format_date(date, sizeof(date), p->s.zone, p->s.now.wall);
    int day = (int)g_str_hash(date);
    if (day != p->day) {
        p->day = day;
        put_line(p, date);
    }
}

void
plain_event(struct plain *p, const char *fmt, ...)
{
    char line[LINE_MAX_LEN], time[FORMAT_SIZE];
    va_list args;
    tell_day(p);
    format_second(time, sizeof(time), p->s.zone, p->s.now.wall);
    size_t used = (size_t)snprintf(line, sizeof(line), "%s ", time);
    va_start(args, fmt);
    vsnprintf(line + used, sizeof(line) - used, fmt, args);
    va_end(args);
    put_line(p, line);
}

/* ---- what comes ---- */

static void
take_snapshot(struct plain *p)
{
    struct snapshot *newest = exchange_take(p->s.config->exchange);
    if (newest == NULL) {
        return;
    }
    struct screen *s = &p->s;
    struct snapshot *old = s->snap;
    s->snap = newest;
    alarm_list_update(&s->alarms, newest->alarms, s->now.mono);
    roster_update(&s->roster, newest, s->now.mono);
    alarm_tell_reply(s);
    snapshot_unref(old);
    plain_tell(p);
}

/* What an action had to say, and the engine's answer to it. */
static void
tell_notice(struct plain *p)
{
    if (*p->s.notice != '\0') {
        plain_line(p, "%s", p->s.notice);
        *p->s.notice = '\0';
    }
}

/* Whole lines out of what was typed; what is too long for one is cut. False: no more comes. */
static bool
take_input(struct plain *p, int fd, GString *typed)
{
    char bytes[512];
    ssize_t n = read(fd, bytes, sizeof(bytes));
    if (n <= 0) {
        return n < 0 && (errno == EINTR || errno == EAGAIN);
    }
    for (ssize_t i = 0; i < n && !p->s.quit; i++) {
        if (bytes[i] == '\n') {
            plain_command(p, typed->str);
            g_string_truncate(typed, 0);
        } else if (typed->len < PROMPT_MAX && bytes[i] != '\0') {
            g_string_append_c(typed, bytes[i]);
        }
    }
    return true;
}

/* ---- the loop ---- */

static void
init(struct plain *p, const struct console_config *config, int out_fd)
{
    struct screen *s = &p->s;
    *s = (struct screen){.config = config,
                         .draw = draw_new(),
                         .zone = zone_new(config->timezone),
                         .now = clock_now(),
                         .columns = LINE_MAX_LEN,
                         .view = VIEW_ALARMS};
    s->minute = format_minute(s->now);
    s->ask.actions = g_array_new(FALSE, FALSE, sizeof(struct alarm_action));
    s->alarm_tags = alarm_tags_new();
    s->undo = undo_new();
    alarm_list_init(&s->alarms);
    roster_init(&s->roster);
    p->out_fd = open_again(out_fd);
    p->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    p->listed = g_array_new(FALSE, FALSE, sizeof(struct listed));
    plain_tell_init(p);
}

static void
fini(struct plain *p)
{
    struct screen *s = &p->s;
    plain_tell_fini(p);
    close(p->out_fd);
    g_array_free(p->listed, TRUE);
    snapshot_unref(s->snap);
    g_array_free(s->ask.actions, TRUE);
    alarm_tags_free(s->alarm_tags);
    undo_free(s->undo);
    alarm_list_fini(&s->alarms);
    roster_fini(&s->roster);
    zone_free(s->zone);
    draw_free(s->draw);
}

enum wake { WAKE_INPUT, WAKE_SNAPSHOT, WAKE_SIGNAL };
#define WAKES (WAKE_SIGNAL + 1)

static void
turn(struct plain *p, struct pollfd fds[WAKES], GString *typed, mono_us *next)
{
    bool early = p->s.now.mono < *next;
    fds[WAKE_SNAPSHOT].fd = early ? -1 : exchange_snapshot_fd(p->s.config->exchange);
    int wait = early ? (int)((*next - p->s.now.mono) / US_PER_MS) + 1 : -1;
    if (poll(fds, WAKES, wait) < 0) {
        return;
    }
    p->s.now = clock_now();
    p->s.minute = format_minute(p->s.now);
    if (fds[WAKE_SIGNAL].revents != 0) {
        p->s.quit = true;
    }
    if (fds[WAKE_INPUT].revents != 0 && !take_input(p, fds[WAKE_INPUT].fd, typed)) {
        fds[WAKE_INPUT].fd = -1;
    }
    if (fds[WAKE_SNAPSHOT].fd >= 0 && fds[WAKE_SNAPSHOT].revents != 0) {
        take_snapshot(p);
        *next = p->s.now.mono + SPACING_US;
    }
    tell_notice(p);
}

enum rc
plain_run(const struct console_config *config, int in_fd, int out_fd, struct err *err)
{
    struct plain p = {.failed = false};
    sigset_t set, before;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &set, &before);
    int signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals < 0) {
        return err_set(err, RC_IO, _("could not start the screen: %s"), g_strerror(errno));
    }
    if (config->language != NULL) {
        language_set(config->language);
    }
    p.signal_fd = signals;
    init(&p, config, out_fd);
    GString *typed = g_string_new(NULL);
    mono_us next = 0;
    struct pollfd fds[WAKES] = {[WAKE_INPUT] = {.fd = in_fd, .events = POLLIN},
                                [WAKE_SNAPSHOT] = {.events = POLLIN},
                                [WAKE_SIGNAL] = {.fd = signals, .events = POLLIN}};
    while (!p.s.quit && !p.failed && !p.stopped) {
        turn(&p, fds, typed, &next);
    }
    bool failed = p.failed;
    g_string_free(typed, TRUE);
    fini(&p);
    close(signals);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed ? err_set(err, RC_IO, "%s", _("the lines could not be written")) : RC_OK;
}
