/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/demo.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "src/app/child.h"
#include "src/app/demo_files.h"
#include "src/app/sim_setup.h"
#include "src/core/i18n.h"

#define CYCLE_S        2.0  /* each station sends so often, */
#define RATE_MAX       2000 /* unless that made more messages a second */
#define SILENCE_S      20   /* at least; a story cannot wait five minutes */
#define BROKER_WAIT_US (10 * US_PER_S)

struct demo {
    struct demo_files files;
    struct child broker, simulator;
};

/* Debian puts it where only root looks. */
static char *
find_broker(void)
{
    static const char *const elsewhere[] = {"/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto"};
    char *path = g_find_program_in_path("mosquitto");
    for (size_t i = 0; path == NULL && i < G_N_ELEMENTS(elsewhere); i++) {
        path = g_find_program_in_path(elsewhere[i]);
    }
    return path;
}

static bool
broker_answers(const struct demo *d)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_strlcpy(address.sun_path, d->files.broker_socket, sizeof(address.sun_path));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool answers = fd >= 0 && connect(fd, (const struct sockaddr *)&address,
                                      (socklen_t)sizeof(address)) == 0;
    if (fd >= 0) {
        close(fd);
    }
    return answers;
}

static enum rc
ended(const char *name, const char *log, struct err *err)
{
    char *words = demo_files_last_words(log);
    err_set(err, RC_IO, "the %s has ended%s%s", name, *words != '\0' ? ": " : "", words);
    g_free(words);
    return RC_IO;
}

static enum rc
start_broker(struct demo *d, struct err *err)
{
    char *program = find_broker();
    if (program == NULL) {
        return err_set(err, RC_NOTFOUND, "%s",
                       _("the demo needs the MQTT broker mosquitto, which is not installed; "
                         "on Debian: apt-get install mosquitto"));
    }
    char *argv[] = {program, (char[]){"-c"}, d->files.broker_conf, NULL};
    unlink(d->files.broker_socket);
    enum rc rc = child_start(&d->broker, program, argv, d->files.broker_log, err);
    g_free(program);
    mono_us deadline = clock_now().mono + BROKER_WAIT_US;
    while (rc == RC_OK && !broker_answers(d)) {
        if (!child_running(&d->broker)) {
            rc = ended("broker", d->files.broker_log, err);
        } else if (clock_now().mono > deadline) {
            rc = err_set(err, RC_IO, "the broker does not listen on \"%s\"",
                         d->files.broker_socket);
        } else {
            poll(NULL, 0, 5);
        }
    }
    return rc;
}

/* A process of its own, by way of the very command a user would type. */
static enum rc
start_simulator(struct demo *d, const struct demo_config *config, double rate, struct err *err)
{
    char *argv[] = {
        g_strdup("leitstand"),
        g_strdup_printf("--config=%s", d->files.ini),
        g_strdup("simulate"),
        g_strdup_printf("--stations=%u", config->stations),
        g_strdup_printf("--seed=%" G_GUINT64_FORMAT, config->seed),
        g_strdup_printf("--rate=%.3f", rate),
        g_strdup("--qos=1"),
        NULL,
    };
    enum rc rc = child_start(&d->simulator, "/proc/self/exe", argv, d->files.sim_log, err);
    for (char **arg = argv; *arg != NULL; arg++) {
        g_free(*arg);
    }
    return rc;
}

/* Once to learn how much there is to send, and to write the plant. */
static enum rc
make_sim(struct sim **ret, const struct demo_config *config, double cycle_s, struct err *err)
{
    const struct sim_config wanted = {
        .stations = config->stations,
        .seed = config->seed,
        .profile = "mixed",
        .speed = 1,
        .start = clock_now().wall,
        .silence_s = MAX(SILENCE_S, (int)(10 * cycle_s)),
    };
    return sim_setup(ret, &wanted, err);
}

static enum rc
start(struct demo *d, const struct demo_config *config, struct err *err)
{
    struct sim *sim;
    double rate = 0;
    enum rc rc = make_sim(&sim, config, CYCLE_S, err);
    if (rc == RC_OK) {
        rate = MIN(sim_round(sim) / CYCLE_S, RATE_MAX);
        double cycle_s = sim_round(sim) / rate;
        if (cycle_s > CYCLE_S) {
            sim_free(sim);
            rc = make_sim(&sim, config, cycle_s, err);
        }
    }
    if (rc == RC_OK) {
        rc = demo_files_write(&d->files, sim, err);
        sim_free(sim);
    }
    if (rc == RC_OK) {
        rc = start_broker(d, err);
    }
    return rc == RC_OK ? start_simulator(d, config, rate, err) : rc;
}

enum rc
demo_open(struct demo **ret, const struct demo_config *config, struct err *err)
{
    struct demo *d = g_new0(struct demo, 1);
    d->broker.name = "the broker";
    d->simulator.name = "the simulator";
    enum rc rc = demo_files_open(&d->files, config->dir, err);
    if (rc == RC_OK) {
        rc = start(d, config, err);
    }
    if (rc != RC_OK) {
        demo_close(d);
        return rc;
    }
    *ret = d;
    return RC_OK;
}

void
demo_close(struct demo *d)
{
    if (d == NULL) {
        return;
    }
    child_end(&d->simulator);
    child_end(&d->broker);
    if (d->files.broker_socket != NULL) {
        unlink(d->files.broker_socket);
    }
    demo_files_close(&d->files);
    g_free(d);
}

const char *
demo_ini(const struct demo *d)
{
    return d->files.ini;
}

enum rc
demo_check(struct demo *d, struct err *err)
{
    if (!child_running(&d->broker)) {
        return ended("broker", d->files.broker_log, err);
    }
    if (!child_running(&d->simulator)) {
        return ended("simulator", d->files.sim_log, err);
    }
    return RC_OK;
}
