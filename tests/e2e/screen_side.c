/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The engine as a screen sees it: snapshots out, commands in. Run by engine.sh, which brings
 * the broker and the configuration.
 *
 *     screen_side CONFIG BROKER_SOCKET
 */
#include <poll.h>
#include <signal.h>

#include "src/app/engine.h"
#include "src/mqtt/publisher.h"
#include "storage/query.h"

#define DEADLINE_US (20 * US_PER_S)

static struct config *config;
static struct exchange *exchange;
static struct engine *engine;
static struct publisher *publisher;
static struct snapshot *last;
static int number, failed;

__attribute__((noreturn)) static void
give_up(const char *why)
{
    printf("Bail out! %s\n", why);
    exit(1);
}

static void
report(bool well, const char *what)
{
    failed += !well;
    printf("%s %d - %s\n", well ? "ok" : "not ok", ++number, what);
}

static void
start(void)
{
    struct problems problems;
    struct err err = {.text = ""};
    problems_init(&problems);
    exchange = exchange_new();
    if (engine_start(&engine, config, exchange, false, &problems, &err) != RC_OK) {
        give_up(err.text);
    }
    problems_fini(&problems);
}

static void
stop(void)
{
    engine_stop(engine);
    exchange_free(exchange);
    snapshot_unref(last);
    last = NULL;
}

/* The next snapshots, until one pleases. */
static bool
see(bool (*pleases)(const struct snapshot *s))
{
    mono_us deadline = clock_now().mono + DEADLINE_US;
    while (clock_now().mono < deadline) {
        struct pollfd fd = {.fd = exchange_snapshot_fd(exchange), .events = POLLIN};
        poll(&fd, 1, 100);
        struct snapshot *s = exchange_take(exchange);
        if (s != NULL) {
            snapshot_unref(last);
            last = s;
            if (pleases(s)) {
                return true;
            }
        }
    }
    return false;
}

static void
publish(const char *topic, const char *payload)
{
    struct err err = {.text = ""};
    if (publisher_publish(publisher, topic, payload, strlen(payload), 1, false, 0, &err) !=
            RC_OK ||
        publisher_drain(publisher, 5000, &err) != RC_OK) {
        give_up(err.text);
    }
}

static double
value_of(const struct snapshot *s, const char *uid, const char *id)
{
    uint32_t i = plant_find_component(s->plant, uid, id);
    return i == COMPONENT_NONE || s->components[i].ts == WALL_NONE ? -1 : s->components[i].num;
}

static bool
is_connected(const struct snapshot *s)
{
    return s->health.mqtt.connected;
}

static bool
has_unknown(const struct snapshot *s)
{
    return s->n_unknown == 2;
}

static bool
has_no_unknown(const struct snapshot *s)
{
    return s->n_unknown == 0;
}

static bool
has_adopted(const struct snapshot *s)
{
    return value_of(s, "PS-09", "X") == 6 && value_of(s, "adopted", "Y") == 8;
}

static bool
has_rejected(const struct snapshot *s)
{
    return s->n_rejected == 1;
}

static bool
has_pump(const struct snapshot *s)
{
    return value_of(s, "PS-01", "P1") == 3;
}

static void
post(const char *station, const char *id)
{
    struct command c = {.type = COMMAND_ADOPT};
    g_strlcpy(c.station, station, sizeof(c.station));
    g_strlcpy(c.id, id, sizeof(c.id));
    if (!exchange_post(exchange, &c)) {
        give_up("no room for a command");
    }
}

static void
test_adoption(void)
{
    publish("w/PS-09/X", "5");
    publish("j/any", "{\"Hid\":\"Y\",\"Value\":7}");
    report(see(has_unknown), "ids that no plant knows are listed");
    report(strcmp(last->unknown[0].station, "PS-09") == 0 &&
               strcmp(last->unknown[0].value, "5") == 0 &&
               last->unknown[1].station[0] == '\0' && strcmp(last->unknown[1].id, "Y") == 0,
           "... with station and last value");
    post("PS-09", "X");
    post("", "Y");
    post("PS-09", "never-heard-of");
    report(see(has_no_unknown), "adopted ones leave the list");
    publish("w/PS-09/X", "6");
    publish("j/any", "{\"Hid\":\"Y\",\"Value\":8}");
    report(see(has_adopted), "... and become components");
}

static void
test_rejection(void)
{
    publish("j/any", "{\"Hid\":\x01 no \033[2J");
    report(see(has_rejected), "the last unusable payload of a topic is kept");
    report(strcmp(last->rejected[0].topic, "j/any") == 0 &&
               strchr(last->rejected[0].payload, '\033') == NULL &&
               last->rejected[0].reason[0] != '\0',
           "... sanitised, with the reason");
    publish("w/PS-01/P1", "3");
    report(see(has_pump), "... and the engine goes on");
}

/* A second of changes that come faster than anybody can look; more where the machine is slow.
 */
static void
test_pace(void)
{
    snapshot_unref(exchange_take(exchange)); /* of before */
    int seen = 0;
    mono_us begin = clock_now().mono, took = 0;
    for (int i = 0; took < US_PER_S || (seen < 5 && took < DEADLINE_US); i++) {
        char payload[16];
        snprintf(payload, sizeof(payload), "%d", i);
        publish("w/PS-01/L1", payload);
        struct snapshot *s = exchange_take(exchange);
        seen += s != NULL;
        snapshot_unref(s);
        took = clock_now().mono - begin;
    }
    printf("# %d snapshots in %.1f s\n", seen, (double)took / US_PER_S);
    report(seen >= 5 && seen <= took / (100 * US_PER_MS) + 1, "at most ten snapshots a second");
}

static wall_us down; /* the engine is restarted */

static void
test_restart(void)
{
    stop();
    down = clock_now().wall;
    start();
    struct snapshot *s = exchange_take(exchange);
    report(s != NULL && value_of(s, "PS-09", "X") == 6 && value_of(s, "adopted", "Y") == 8 &&
               s->components[plant_find_component(s->plant, "PS-09", "X")].heard == 0,
           "after a restart the first snapshot has plant and values, before any broker");
    snapshot_unref(s);
}

static bool
has_gap(struct query *q, struct query_gap *gap)
{
    struct err err = {.text = ""};
    if (query_readings_gap(q, 0, clock_now().wall, gap, &err) != RC_OK) {
        give_up(err.text);
    }
    return gap->since < gap->until;
}

static void
test_listening(void)
{
    struct err err = {.text = ""};
    struct query *q = NULL;
    struct query_gap gap, rest;
    bool found = false;
    mono_us deadline = clock_now().mono + DEADLINE_US;
    if (query_open(&q, config->cache.path, &err) != RC_OK) {
        give_up(err.text);
    }
    while (!found && clock_now().mono < deadline) {
        poll(NULL, 0, 20);
        gap = rest = (struct query_gap){down, clock_now().wall};
        found = has_gap(q, &gap) && gap.until < rest.until;
    }
    report(found && gap.since == down, "the cache knows when nobody listened");
    rest = (struct query_gap){gap.until, clock_now().wall};
    report(!has_gap(q, &rest), "... and that somebody does now");
    query_close(q);
}

int
main(int argc, char **argv)
{
    struct problems problems;
    struct err err = {.text = ""};
    signal(SIGPIPE, SIG_IGN);
    problems_init(&problems);
    if (argc != 3 || config_read(&config, argv[1], &problems, &err) != RC_OK) {
        give_up("usage: screen_side CONFIG BROKER_SOCKET");
    }
    problems_fini(&problems);
    struct publisher_config c = {.endpoint = {.socket = argv[2], .keepalive_s = 60}};
    if (publisher_open(&publisher, &c, 5000, &err) != RC_OK) {
        give_up(err.text);
    }
    start();
    last = exchange_take(exchange);
    report(last != NULL && last->plant->n_components == 2 && !last->health.mqtt.connected,
           "the first snapshot is there when the engine is");
    report(see(is_connected), "the engine connects");
    test_adoption();
    test_rejection();
    test_pace();
    test_restart();
    test_listening();
    stop();
    publisher_close(publisher);
    config_free(config);
    printf("1..%d\n", number);
    return failed > 0;
}
