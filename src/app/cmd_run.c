/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "src/app/commands.h"
#include "src/app/engine.h"
#include "src/core/i18n.h"
#include "src/core/log.h"

/* The engine turns at least once a second; one that has not for this long hangs. */
#define FRESH_US (10 * US_PER_S)

/* Signals become readable at the descriptor returned, here and in no other thread. */
static int
watch_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* False: it is time to end. */
static bool
take_signal(int fd, struct exchange *exchange)
{
    struct signalfd_siginfo info;
    if (read(fd, &info, sizeof(info)) != sizeof(info)) {
        return true;
    }
    if (info.ssi_signo == SIGHUP) {
        log_info("SIGHUP: reading the plant again");
        const struct command reload = {.type = COMMAND_RELOAD};
        if (!exchange_post(exchange, &reload)) {
            log_warning("the engine is busy, the plant is not read again");
        }
        return true;
    }
    log_info("ending after signal %u", info.ssi_signo);
    return false;
}

/* Until a signal ends it; systemd's watchdog hears of us only while the engine turns. */
static void
attend(const struct engine *engine, struct exchange *exchange, int signals)
{
    uint64_t watchdog_us = 0;
    int watched = sd_watchdog_enabled(0, &watchdog_us);
    int timeout_ms = watched > 0 ? (int)CLAMP(watchdog_us / 3 / 1000, 10, 10000) : -1;
    for (;;) {
        struct pollfd fd = {.fd = signals, .events = POLLIN};
        if (poll(&fd, 1, timeout_ms) > 0 && !take_signal(signals, exchange)) {
            return;
        }
        if (watched > 0 && clock_now().mono - engine_last_turn(engine) < FRESH_US) {
            sd_notify(0, "WATCHDOG=1");
        }
    }
}

static int
run_engine(const struct config *config, int signals)
{
    struct exchange *exchange = exchange_new();
    struct engine *engine = NULL;
    struct problems problems;
    struct err err = {.text = ""};
    problems_init(&problems);
    enum rc rc = engine_start(&engine, config, exchange, false, &problems, &err);
    if (rc == RC_OK) {
        sd_notify(0, "READY=1");
        log_info("running");
        attend(engine, exchange, signals);
        sd_notify(0, "STOPPING=1");
        engine_stop(engine);
    }
    cli_problems(&problems);
    problems_fini(&problems);
    exchange_free(exchange);
    return cli_outcome(rc, &err);
}

static int
run(const struct cli *cli, void *args, int argc, char **argv)
{
    (void)args;
    (void)argc;
    (void)argv;
    struct config *config = NULL;
    int status = cli_config(cli, &config);
    if (status != CLI_DONE) {
        return status;
    }
    int signals = watch_signals();
    status = run_engine(config, signals);
    close(signals);
    config_free(config);
    return status;
}

const struct cli_command command_run = {
    .name = "run",
    .arguments = "",
    .summary = N_("collect and store without a screen, for systemd"),
    .notes = N_("Logs to stderr. SIGTERM or SIGINT ends it in order, SIGHUP reads the plant "
                "again. Under systemd (Type=notify) it says when it is ready and answers the "
                "watchdog."),
    .run = run,
};
