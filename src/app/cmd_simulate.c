/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `leitstand simulate`: a simulated plant on the configured broker. */
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "src/app/commands.h"
#include "src/app/load.h"
#include "src/app/sim_publish.h"
#include "src/app/sim_setup.h"
#include "src/core/i18n.h"

struct args {
    int64_t stations, seed, qos, count;
    double rate, seconds, speed;
    char *profile, *plant;
    bool dry_run;
};

static const struct cli_option options[] = {
    {.name = "stations",
     .type = CLI_INT,
     .offset = offsetof(struct args, stations),
     .min = 1,
     .max = SIM_STATIONS_MAX,
     .fallback = "40",
     .arg = "N",
     .help = N_("so many stations")},
    {.name = "rate",
     .type = CLI_REAL,
     .offset = offsetof(struct args, rate),
     .min = 0,
     .max = 10000000,
     .fallback = "100",
     .arg = "MESSAGES_PER_S",
     .help = N_("so many messages a second; 0: as fast as the broker takes them")},
    {.name = "seconds",
     .type = CLI_REAL,
     .offset = offsetof(struct args, seconds),
     .min = 0,
     .max = 100000000,
     .fallback = "0",
     .arg = "N",
     .help = N_("end after N seconds; 0: when interrupted")},
    {.name = "count",
     .type = CLI_INT,
     .offset = offsetof(struct args, count),
     .min = 0,
     .max = INT64_MAX,
     .fallback = "0",
     .arg = "N",
     .help = N_("end after N messages; 0: no such limit")},
    {.name = "seed",
     .type = CLI_INT,
     .offset = offsetof(struct args, seed),
     .min = 0,
     .max = INT64_MAX,
     .fallback = "1",
     .arg = "N",
     .help = N_("another seed is another course of events")},
    {.name = "profile",
     .type = CLI_CHOICE,
     .offset = offsetof(struct args, profile),
     .choices = SIM_PROFILES,
     .fallback = "mixed",
     .arg = "NAME",
     .help = N_("payloads of this profile only")},
    {.name = "speed",
     .type = CLI_REAL,
     .offset = offsetof(struct args, speed),
     .min = 0,
     .max = 3600,
     .fallback = "30",
     .arg = "N",
     .help = N_("water flows N times as fast as in the world")},
    {.name = "qos",
     .type = CLI_INT,
     .offset = offsetof(struct args, qos),
     .min = 0,
     .max = 1,
     .fallback = "0",
     .arg = "N",
     .help = N_("quality of service, 0 or 1")},
    {.name = "plant",
     .type = CLI_TEXT,
     .offset = offsetof(struct args, plant),
     .arg = "DIR",
     .help = N_("first write the matching plant definition to DIR")},
    {.name = "dry-run",
     .type = CLI_FLAG,
     .offset = offsetof(struct args, dry_run),
     .help = N_("publish nothing")},
    {.name = NULL},
};

/* Readable when it is time to stop. */
static int
open_stop_fd(void)
{
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGINT);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &stop, NULL);
    return signalfd(-1, &stop, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int
publish(const struct config *config, const struct args *a, struct sim *sim)
{
    struct err err;
    char *password = NULL;
    struct sim_fed fed = {0};
    enum rc rc = config_read_password(config, &password, &err);
    struct sim_feed feed = {
        .sim = sim,
        .publisher = {.endpoint = load_endpoint(config, password)},
        .rate = a->rate,
        .seconds = a->seconds,
        .count = (uint64_t)a->count,
        .qos = (int)a->qos,
        .stop_fd = open_stop_fd(),
    };
    if (rc == RC_OK) {
        rc = sim_publish(&feed, &fed, &err);
    }
    close(feed.stop_fd);
    g_free(password);
    if (rc != RC_OK) {
        cli_error("%s", err.text);
        return CLI_FAILED;
    }
    cli_say(_("simulate: %llu messages in %.1f s, %.0f messages/s, broker lost %u times"),
            (unsigned long long)fed.messages, fed.seconds,
            fed.seconds > 0 ? (double)fed.messages / fed.seconds : 0, fed.lost);
    return CLI_DONE;
}

static int
run(const struct cli *cli, void *args, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    const struct args *a = args;
    struct config *config;
    int status = cli_config(cli, &config);
    if (status != CLI_DONE) {
        return status;
    }
    const struct sim_config wanted = {
        .stations = (uint32_t)a->stations,
        .seed = (uint64_t)a->seed,
        .profile = a->profile,
        .speed = a->speed,
        .timezone = config->instance.timezone,
        .start = clock_now().wall,
    };
    struct err err;
    struct sim *sim = NULL;
    enum rc rc = sim_setup(&sim, &wanted, &err);
    if (rc == RC_OK && a->plant != NULL) {
        rc = sim_write_plant(sim, a->plant, &err);
    }
    if (rc != RC_OK) {
        cli_error("%s", err.text);
        status = CLI_FAILED;
    } else if (!a->dry_run) {
        status = publish(config, a, sim);
    }
    sim_free(sim);
    config_free(config);
    return status;
}

const struct cli_command command_simulate = {
    .name = "simulate",
    .arguments = "",
    .summary = N_("publish a simulated plant to the configured broker"),
    .options = options,
    .args_size = sizeof(struct args),
    .run = run,
};
