/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `leitstand demo`: broker, simulated plant, engine and console in one. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "src/app/commands.h"
#include "src/app/demo.h"
#include "src/app/engine.h"
#include "src/app/sim.h"
#include "src/app/watch.h"
#include "src/core/i18n.h"
#include "src/core/log.h"

#define CHECK_MS 500 /* how late the death of a child may be noticed */

struct args {
    bool headless;
    int64_t stations, seed;
    double seconds;
    char *dir;
    struct watch_options watch;
};

static const struct cli_option options[] = {
    {.name = "headless",
     .type = CLI_FLAG,
     .offset = offsetof(struct args, headless),
     .help = N_("without a screen, for scripts")},
    {.name = "seconds",
     .type = CLI_REAL,
     .offset = offsetof(struct args, seconds),
     .min = 0,
     .max = 100000000,
     .fallback = "0",
     .arg = "N",
     .help = N_("end after N seconds; 0: when told to")},
    {.name = "stations",
     .type = CLI_INT,
     .offset = offsetof(struct args, stations),
     .min = 1,
     .max = SIM_STATIONS_MAX,
     .fallback = "40",
     .arg = "N",
     .help = N_("so many stations")},
    {.name = "seed",
     .type = CLI_INT,
     .offset = offsetof(struct args, seed),
     .min = 0,
     .max = INT64_MAX,
     .fallback = "1",
     .arg = "N",
     .help = N_("another seed is another course of events")},
    {.name = "dir",
     .type = CLI_TEXT,
     .offset = offsetof(struct args, dir),
     .arg = "DIR",
     .help = N_("keep the files in DIR; its leitstand.ini is for all other commands")},
    WATCH_OPTIONS(struct args),
    {.name = NULL},
};

static void
block_signals(sigset_t *ret)
{
    sigemptyset(ret);
    sigaddset(ret, SIGINT);
    sigaddset(ret, SIGTERM);
    sigaddset(ret, SIGHUP);
    sigaddset(ret, SIGWINCH);
    pthread_sigmask(SIG_BLOCK, ret, NULL);
}

/* The end comes as SIGTERM, which console and headless know already. */
static void
end_after(timer_t timer, double seconds)
{
    struct itimerspec when = {.it_value = {.tv_sec = (time_t)seconds}};
    when.it_value.tv_nsec = (long)((seconds - (double)when.it_value.tv_sec) * 1e9);
    timer_settime(timer, 0, &when, NULL);
}

/* The newest news, in *last. */
static void
take_news(struct exchange *exchange, struct snapshot **last)
{
    struct snapshot *s = exchange_take(exchange);
    if (s != NULL) {
        snapshot_unref(*last);
        *last = s;
    }
}

static enum rc
attend(struct demo *demo, struct exchange *exchange, struct snapshot **last,
       const sigset_t *signals, struct err *err)
{
    int fd = signalfd(-1, signals, SFD_CLOEXEC | SFD_NONBLOCK);
    enum rc rc = RC_OK;
    bool over = false;
    while (rc == RC_OK && !over) {
        struct pollfd fds[] = {{.fd = fd, .events = POLLIN},
                               {.fd = exchange_snapshot_fd(exchange), .events = POLLIN}};
        poll(fds, G_N_ELEMENTS(fds), CHECK_MS);
        take_news(exchange, last);
        struct signalfd_siginfo info;
        over = read(fd, &info, sizeof(info)) == sizeof(info) && info.ssi_signo != SIGWINCH;
        rc = demo_check(demo, err);
    }
    close(fd);
    return rc;
}

static void
say_summary(const struct snapshot *s, mono_us begun)
{
    if (s == NULL) {
        return;
    }
    const struct health *h = &s->health;
    cli_say(_("demo: %u stations, %llu messages, %llu readings, %llu rejected, %llu dropped "
              "in %.1f s"),
            s->plant->n_stations, (unsigned long long)h->mqtt.received,
            (unsigned long long)h->mqtt.readings, (unsigned long long)h->mqtt.rejected,
            (unsigned long long)h->mqtt.dropped,
            (double)(clock_now().mono - begun) / (double)US_PER_S);
}

static enum rc
run_headless(const struct config *config, struct demo *demo, const sigset_t *signals,
             struct problems *problems, struct err *err)
{
    struct exchange *exchange = exchange_new();
    struct engine *engine = NULL;
    struct snapshot *last = NULL;
    mono_us begun = clock_now().mono;
    enum rc rc = engine_start(&engine, config, exchange, false, problems, err);
    if (rc == RC_OK) {
        rc = attend(demo, exchange, &last, signals, err);
    }
    engine_stop(engine);
    say_summary(last, begun);
    snapshot_unref(last);
    exchange_free(exchange);
    return rc;
}

static enum rc
run_demo(const struct args *a, const sigset_t *signals, struct err *err)
{
    const struct demo_config wanted = {
        .dir = a->dir, .stations = (uint32_t)a->stations, .seed = (uint64_t)a->seed};
    struct demo *demo;
    enum rc rc = demo_open(&demo, &wanted, err);
    if (rc != RC_OK) {
        return rc;
    }
    struct problems problems;
    problems_init(&problems);
    struct config *config;
    rc = config_read(&config, demo_ini(demo), &problems, err);
    if (rc == RC_OK) {
        rc = a->headless ? run_headless(config, demo, signals, &problems, err)
                         : watch_plant(config, &a->watch, true, &problems, err);
        config_free(config);
    }
    cli_problems(&problems);
    problems_fini(&problems);
    demo_close(demo);
    return rc;
}

static int
run(const struct cli *cli, void *args, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    const struct args *a = args;
    if (cli->log_level == NULL) {
        log_set_level(LOG_WARNING); /* the summary is enough */
    }
    struct err err = {.text = ""};
    sigset_t signals;
    block_signals(&signals);
    timer_t timer;
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGTERM};
    if (timer_create(CLOCK_BOOTTIME, &event, &timer) != 0) {
        cli_error(_("could not make a timer: %s"), g_strerror(errno));
        return CLI_FAILED;
    }
    if (a->seconds > 0) {
        end_after(timer, a->seconds);
    }
    enum rc rc = run_demo(a, &signals, &err);
    timer_delete(timer);
    return cli_outcome(rc, &err);
}

const struct cli_command command_demo = {
    .name = "demo",
    .arguments = "",
    .summary = N_("a private broker, a simulated plant and the console"),
    .notes = N_("Needs mosquitto. Changes nothing outside its directory."),
    .options = options,
    .args_size = sizeof(struct args),
    .run = run,
};
