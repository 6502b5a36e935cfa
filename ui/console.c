/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/console.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "src/core/i18n.h"
#include "ui/export.h"
#include "ui/screen.h"

#define DATA_FRAME_US (100 * US_PER_MS) /* new values: at most ten frames a second */
#define SLOW_FRAME_US (250 * US_PER_MS) /* all frames where few were asked for */
#define KEY_FRAME_US  (15 * US_PER_MS)  /* a key is answered sooner */
#define KEY_CELLS     900               /* of a frame on a slow line */
#define DATA_CELLS    600
#define RESIZE_US     (50 * US_PER_MS) /* quiet that ends a burst of new sizes */

enum wake {
    WAKE_KEYS,
    WAKE_SNAPSHOT,
    WAKE_SIGNAL,
    WAKE_MINUTE,
    WAKE_JOB,
    WAKE_OUTPUT,
    WAKE_ARCHIVE,
    WAKE_WRITER
};
#define WAKES (WAKE_WRITER + 1)

struct console {
    struct screen screen;
    struct terminal *terminal;
    struct exchange *exchange;
    int signal_fd, minute_fd;
    sigset_t signals_before;
    mono_us now;       /* of this turn, by the boot clock, as is what follows */
    mono_us frame_at;  /* of the last frame */
    mono_us resize_at; /* 0: the size is settled */
    mono_us taken_at;  /* when the last snapshot was looked into */
    /* A snapshot waits to be looked into; there is something to show; at once. */
    bool snapshot_waits, data_waits, key_waits;
};

static void
set_mask(struct console *c)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGWINCH);
    pthread_sigmask(SIG_BLOCK, &set, &c->signals_before);
    c->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* The next full minute by the wall clock; also wakes when somebody sets that clock. A clock of
 * the configuration is asked with every turn. */
static void
arm_minute(struct console *c)
{
    if (c->screen.config->clock != NULL) {
        return;
    }
    struct itimerspec next = {.it_value.tv_sec =
                                  (time_t)(c->screen.minute.wall / US_PER_S + 60)};
    timerfd_settime(c->minute_fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &next, NULL);
}

static enum rc
start(struct console *c, const struct console_config *config, struct err *err)
{
    set_mask(c);
    c->minute_fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    if (c->signal_fd < 0 || c->minute_fd < 0) {
        return err_set(err, RC_IO, _("could not start the screen: %s"), g_strerror(errno));
    }
    enum rc rc = terminal_open(&c->terminal, err);
    if (rc != RC_OK) {
        return rc;
    }
    screen_init(&c->screen, config, c->terminal);
    /* Over ssh a mouse report costs a round trip, and takes marking of text away. */
    terminal_set_mouse(c->terminal, getenv("SSH_CONNECTION") == NULL);
    arm_minute(c);
    c->snapshot_waits = c->data_waits = true;
    return RC_OK;
}

static void
stop(struct console *c)
{
    if (c->terminal != NULL) {
        terminal_close(c->terminal);
        screen_fini(&c->screen);
    }
    if (c->minute_fd >= 0) {
        close(c->minute_fd);
    }
    if (c->signal_fd >= 0) {
        close(c->signal_fd);
    }
    pthread_sigmask(SIG_SETMASK, &c->signals_before, NULL);
}

/* ---- one turn ---- */

/* Of alarms: nobody reads more than four screens of them a second. */
static bool
in_a_flood(const struct console *c)
{
    const struct snapshot *snap = c->screen.snap;
    return snap != NULL && snap->alarms != NULL && snap->alarms->flood.on;
}

/* The least time between two frames. */
static int64_t
frame_spacing(const struct console *c)
{
    const struct console_config *config = c->screen.config;
    int64_t asked = config->max_fps > 0 ? US_PER_S / config->max_fps
                    : config->slow      ? SLOW_FRAME_US
                                        : 0;
    int64_t usual = asked > 0       ? asked
                    : c->key_waits  ? KEY_FRAME_US
                    : in_a_flood(c) ? SLOW_FRAME_US
                                    : DATA_FRAME_US;
    return MAX(usual, terminal_spacing_us(c->terminal));
}

/* When the next frame may be made, if the terminal takes bytes and the size is settled. */
static mono_us
frame_due(const struct console *c)
{
    return MAX(c->frame_at + frame_spacing(c), terminal_free_at(c->terminal, c->key_waits));
}

static bool
frame_wanted(const struct console *c)
{
    return (c->data_waits || c->key_waits) && c->resize_at == 0 &&
           !terminal_waiting(c->terminal);
}

/* Milliseconds until something is due, -1: nothing is. */
static int
timeout_ms(const struct console *c)
{
    mono_us now = c->now, due = screen_next_tick(&c->screen);
    due = due == 0 ? 0 : due - c->screen.now.mono + now;
    if (c->resize_at != 0 && (due == 0 || c->resize_at < due)) {
        due = c->resize_at;
    }
    if (frame_wanted(c)) {
        mono_us frame = frame_due(c);
        due = due == 0 || frame < due ? frame : due;
    }
    if (c->snapshot_waits) {
        mono_us take = c->taken_at + DATA_FRAME_US;
        due = due == 0 || take < due ? take : due;
    }
    if (due == 0) {
        return -1;
    }
    return due <= now ? 0 : (int)MIN((due - now + US_PER_MS - 1) / US_PER_MS, 60000);
}

static void
wait(struct console *c, struct pollfd fds[WAKES])
{
    /* A snapshot is left where it is until it can be shown: so the engine makes no more. */
    int snapshot = c->snapshot_waits ? -1 : exchange_snapshot_fd(c->exchange);
    int output = terminal_waiting(c->terminal) ? terminal_output_fd(c->terminal) : -1;
    int archive =
        c->screen.config->archive == NULL ? -1 : archive_fd(c->screen.config->archive);
    const struct pollfd all[WAKES] = {
        [WAKE_KEYS] = {.fd = STDIN_FILENO, .events = POLLIN},
        [WAKE_SNAPSHOT] = {.fd = snapshot, .events = POLLIN},
        [WAKE_SIGNAL] = {.fd = c->signal_fd, .events = POLLIN},
        [WAKE_MINUTE] = {.fd = c->minute_fd, .events = POLLIN},
        [WAKE_JOB] = {.fd = terminal_job_fd(c->terminal), .events = POLLIN},
        [WAKE_OUTPUT] = {.fd = output, .events = POLLOUT},
        [WAKE_ARCHIVE] = {.fd = archive, .events = POLLIN},
        [WAKE_WRITER] = {.fd = writer_fd(c->screen.writer), .events = POLLIN},
    };
    memcpy(fds, all, sizeof(all));
    if (poll(fds, WAKES, timeout_ms(c)) < 0) {
        memset(fds, 0, sizeof(all));
    }
}

static void
take_signals(struct console *c)
{
    struct signalfd_siginfo info;
    while (read(c->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        switch (info.ssi_signo) {
        case SIGWINCH:
            c->resize_at = c->now + RESIZE_US;
            break;
        case SIGINT:
            screen_interrupt(&c->screen);
            c->key_waits = true;
            break;
        default: /* TERM, HUP */
            c->screen.quit = true;
        }
    }
}

static void
take_keys(struct console *c)
{
    int key;
    while (!c->screen.quit && (key = terminal_key(c->terminal)) != KEY_NONE) {
        screen_key(&c->screen, key);
        c->key_waits = true;
    }
}

static void
turn_minute(struct console *c)
{
    c->screen.minute = format_minute(c->screen.now);
    c->data_waits = true;
}

static void
take_minute(struct console *c)
{
    uint64_t count;
    ssize_t n = read(c->minute_fd, &count, sizeof(count));
    (void)n; /* ECANCELED: the clock was set */
    turn_minute(c);
    arm_minute(c);
}

static void
take_requests(struct console *c)
{
    if (c->screen.suspend) {
        c->screen.suspend = false;
        terminal_suspend(c->terminal);
        c->screen.repaint = true;
    }
    if (c->screen.repaint) {
        c->screen.repaint = c->screen.print.shown = false;
        draw_invalidate(c->screen.draw);
        terminal_repaint(c->terminal);
        c->key_waits = true;
    }
}

static void
take_ticks(struct console *c)
{
    mono_us due = screen_next_tick(&c->screen);
    if (due != 0 && due <= c->screen.now.mono) {
        screen_tick(&c->screen);
        c->key_waits = true;
    }
    if (c->resize_at != 0 && c->resize_at <= c->now) {
        c->resize_at = 0;
        if (!terminal_resize(c->terminal)) {
            terminal_repaint(c->terminal); /* there and back: what was cut off is gone */
        }
        c->screen.print.shown = false;
        c->key_waits = true;
    }
}

static void
drain(struct console *c, const struct pollfd fds[WAKES])
{
    if (fds[WAKE_SIGNAL].revents != 0) {
        take_signals(c);
    }
    if ((fds[WAKE_KEYS].revents & POLLIN) != 0) {
        take_keys(c);
    }
    if ((fds[WAKE_KEYS].revents & ~POLLIN) != 0) { /* hung up; then it is readable, too */
        c->screen.quit = true;
    }
    if (fds[WAKE_MINUTE].revents != 0) {
        take_minute(c);
    }
    if (fds[WAKE_JOB].revents != 0) {
        terminal_job(c->terminal);
        c->screen.repaint = true;
    }
    if (fds[WAKE_SNAPSHOT].revents != 0) {
        c->snapshot_waits = true;
    }
    if (fds[WAKE_OUTPUT].revents != 0 && !terminal_flush(c->terminal)) {
        c->screen.quit = true;
    }
    if (fds[WAKE_ARCHIVE].revents != 0) {
        screen_answers(&c->screen);
        c->data_waits = true;
    }
    if (fds[WAKE_WRITER].revents != 0) {
        export_answers(&c->screen);
        c->key_waits = true;
    }
    take_ticks(c);
    take_requests(c);
}

/* While the terminal takes nothing it waits: ringing late is better than twice. */
static void
ring(struct console *c)
{
    if (c->screen.ring && !terminal_waiting(c->terminal)) {
        c->screen.ring = false;
        terminal_bell(c->terminal);
    }
}

static uint64_t
critical_alarms(const struct console *c)
{
    const struct snapshot *snap = c->screen.snap;
    return snap == NULL || snap->alarms == NULL ? 0 : snap->alarms->annunciated[ALARM_CRITICAL];
}

/* A new critical alarm is as urgent as a key. */
static void
take_snapshot(struct console *c)
{
    uint64_t before = critical_alarms(c);
    struct snapshot *newest = exchange_take(c->exchange);
    c->snapshot_waits = false;
    c->taken_at = c->now;
    if (newest != NULL) {
        screen_take(&c->screen, newest);
        c->data_waits = true;
        c->key_waits = c->key_waits || critical_alarms(c) > before;
    }
}

static void
draw(struct console *c)
{
    take_snapshot(c);
    /* On a line that can be felt a key is answered within a second: by 4 kB/s that is a frame
     * under way, its own, and the way there. */
    bool slow = terminal_link_ms(c->terminal) > 0;
    draw_set_budget(c->screen.draw, !slow || c->screen.print.on ? 0
                                    : c->key_waits              ? KEY_CELLS
                                                                : DATA_CELLS);
    if (!c->screen.print.shown) {
        screen_draw(&c->screen);
        terminal_show(c->terminal);
    }
    c->frame_at = c->now;
    c->data_waits = draw_left(c->screen.draw);
    c->key_waits = false;
}

static void
take_time(struct console *c)
{
    bool own = c->screen.config->clock == NULL;
    c->screen.now = screen_clock(c->screen.config);
    c->now = own ? c->screen.now.mono : clock_now().mono;
    if (!own && format_minute(c->screen.now).wall != c->screen.minute.wall) {
        turn_minute(c);
    }
}

enum rc
console_run(const struct console_config *config, struct err *err)
{
    struct console c = {.exchange = config->exchange, .signal_fd = -1, .minute_fd = -1};
    enum rc rc = start(&c, config, err);
    while (rc == RC_OK && !c.screen.quit) {
        take_time(&c);
        if (c.snapshot_waits && c.taken_at + DATA_FRAME_US <= c.now) {
            take_snapshot(&c);
        }
        if (frame_wanted(&c) && frame_due(&c) <= c.now) {
            draw(&c);
            take_time(&c);
        }
        ring(&c);
        struct pollfd fds[WAKES];
        wait(&c, fds);
        take_time(&c);
        drain(&c, fds);
    }
    stop(&c);
    return rc;
}
