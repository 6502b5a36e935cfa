/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Chaos: numbered messages of QoS 1 flow from a publisher through a real mosquitto into a real
 * `leitstand run`, while one of them is killed or stopped again and again. Afterwards every
 * number that the broker acknowledged must be in the cache exactly once, and no number twice.
 *
 *     chaos kill   TIMES DIR LEITSTAND MOSQUITTO    kill -9 of leitstand at random moments
 *     chaos broker TIMES DIR LEITSTAND MOSQUITTO    orderly stop and start of the broker
 *
 * The publisher never sends a number twice: a connection that breaks is thrown away, and the
 * numbers under way on it may be there once or not at all.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/core/clock.h"
#include "src/mqtt/publisher.h"
#include "storage/query.h"

#define COMPONENTS  20
#define BURST       25                 /* numbers published at once */
#define BURST_US    US_PER_MS          /* so about 25,000 numbers a second, all the time */
#define KILL_MAX_US (350 * US_PER_MS)  /* between two blows */
#define STOP_MAX_US (3000 * US_PER_MS) /* long enough for most reconnects */
#define DEADLINE_US (60 * US_PER_S)    /* for everything that is waited for */
#define NUMBERS_MAX 20000000

enum fate { FATE_SENT = 1, FATE_ACKED = 2 };

struct chaos {
    const char *dir, *leitstand, *mosquitto;
    char broker_socket[200];
    pid_t leitstand_pid, broker_pid;
    struct publisher *publisher;
    unsigned char *fates; /* enum fate by number */
    unsigned char *found; /* how often the cache has it */
    uint64_t next;        /* number to publish */
    mono_us burst_at;
    uint64_t acked;
};

__attribute__((noreturn)) static void die(const char *fmt, ...) PRINTF_LIKE(1, 2);

static void
die(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fputs("chaos: ", stderr);
    vfprintf(stderr, fmt, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

static char *
path_in(const struct chaos *c, const char *name)
{
    return g_build_filename(c->dir, name, NULL);
}

static void
write_file(const struct chaos *c, const char *name, const char *text)
{
    char *path = path_in(c, name);
    FILE *file = fopen(path, "we");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0) {
        die("could not write \"%s\"", path);
    }
    g_free(path);
}

static void
write_files(const struct chaos *c)
{
    char *text = g_strdup_printf("%slistener 0 %s\nallow_anonymous true\n"
                                 "persistence true\npersistence_location %s/\n"
                                 "max_queued_messages 0\nlog_type error\n",
                                 geteuid() == 0 ? "user root\n" : "", c->broker_socket, c->dir);
    write_file(c, "mosquitto.conf", text);
    g_free(text);
    text = g_strdup_printf("[instance]\nname = chaos\nsocket = %s/control.sock\n"
                           "[mqtt]\nsocket = %s\n[source:all]\nfilter = w/#\n"
                           "profile = scalar\nqos = 1\n[cache]\npath = %s/cache.db\n"
                           "[plant]\ndir = %s\n",
                           c->dir, c->broker_socket, c->dir, c->dir);
    write_file(c, "leitstand.ini", text);
    g_free(text);
    write_file(c, "stations.csv", "uid,name,silence_s\nS,Station,0\n");
    GString *rows = g_string_new("id,station,name,kind\n");
    for (int i = 0; i < COMPONENTS; i++) {
        g_string_append_printf(rows, "C%d,S,Component,sensor\n", i);
    }
    write_file(c, "components.csv", rows->str);
    g_string_free(rows, TRUE);
}

/* ---- processes ---- */

static pid_t
start(const struct chaos *c, const char *log, const char *const *argv)
{
    char *path = path_in(c, log);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    g_free(path);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(fd, STDOUT_FILENO);
        dup2(fd, STDERR_FILENO);
        execv(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    if (pid < 0 || fd < 0) {
        die("could not start \"%s\"", argv[0]);
    }
    close(fd);
    return pid;
}

static void
start_leitstand(struct chaos *c)
{
    char *config = g_strdup_printf("--config=%s/leitstand.ini", c->dir);
    const char *argv[] = {c->leitstand, config, "--log-level=debug", "run", NULL};
    c->leitstand_pid = start(c, "leitstand.log", argv);
    g_free(config);
}

static void
start_broker(struct chaos *c)
{
    char *config = path_in(c, "mosquitto.conf");
    const char *argv[] = {c->mosquitto, "-c", config, NULL};
    c->broker_pid = start(c, "mosquitto.log", argv);
    g_free(config);
}

/* Wait for its end; an orderly one must leave status 0. */
static void
end(pid_t pid, int signal, const char *what)
{
    kill(pid, signal);
    int status = 0;
    mono_us deadline = clock_now().mono + DEADLINE_US;
    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (clock_now().mono > deadline) {
            die("%s does not end", what);
        }
        poll(NULL, 0, 1);
    }
    if (signal != SIGKILL && (!WIFEXITED(status) || WEXITSTATUS(status) != 0)) {
        die("%s ended with status %d", what, status);
    }
}

/* ---- publishing ---- */

static void
acked(void *user, uint64_t number)
{
    struct chaos *c = user;
    c->fates[number] |= FATE_ACKED;
    c->acked++;
}

static void
connect_publisher(struct chaos *c)
{
    struct publisher_config config = {
        .endpoint = {.socket = c->broker_socket, .keepalive_s = 60},
        .window = 200,
        .user = c,
        .on_ack = acked,
    };
    struct err err = {.text = ""};
    mono_us deadline = clock_now().mono + DEADLINE_US;
    while (publisher_open(&c->publisher, &config, 2000, &err) != RC_OK) {
        if (clock_now().mono > deadline) {
            die("%s", err.text);
        }
        poll(NULL, 0, 5);
    }
}

static bool
publish_burst(struct chaos *c)
{
    for (int i = 0; i < BURST && c->next < NUMBERS_MAX; i++) {
        char topic[32], payload[32];
        uint64_t number = c->next++;
        snprintf(topic, sizeof(topic), "w/S/C%d", (int)(number % COMPONENTS));
        int len = snprintf(payload, sizeof(payload), "%llu", (unsigned long long)number);
        c->fates[number] = FATE_SENT;
        if (publisher_publish(c->publisher, topic, payload, (size_t)len, 1, false, number,
                              NULL) != RC_OK) {
            return false;
        }
    }
    return true;
}

/* Publish until the time has come, over as many connections as it takes. */
static void
publish_until(struct chaos *c, mono_us until)
{
    mono_us now = clock_now().mono;
    while (now < until) {
        bool well = true;
        if (now >= c->burst_at) {
            c->burst_at = MAX(c->burst_at + BURST_US, now - BURST_US);
            well = publish_burst(c);
        }
        well = well && publisher_turn(c->publisher, 0, NULL) == RC_OK;
        if (!well) {
            publisher_close(c->publisher);
            connect_publisher(c);
        }
        poll(NULL, 0, now < c->burst_at ? 1 : 0);
        now = clock_now().mono;
    }
}

/* ---- the books ---- */

static bool
count_row(const struct record *r, void *user)
{
    struct chaos *c = user;
    if (r->text != NULL || r->num < 0 || r->num >= (double)c->next) {
        die("the cache has a value that was never sent");
    }
    c->found[(uint64_t)r->num]++;
    return true;
}

/* False: there is nothing to read yet. */
static bool
read_cache(struct chaos *c, struct err *err)
{
    char *path = path_in(c, "cache.db");
    struct query *query = NULL;
    struct query_range range = {.since = WALL_NONE, .until = WALL_NONE, .oldest_first = true};
    memset(c->found, 0, NUMBERS_MAX);
    bool well = query_open(&query, path, err) == RC_OK &&
                query_readings(query, &range, count_row, c, err) == RC_OK;
    query_close(query);
    g_free(path);
    return well;
}

/* What the broker acknowledges before it knows of our subscription goes nowhere: publish until
 * a first number arrives, and begin the books after that. */
static void
wait_for_subscription(struct chaos *c)
{
    mono_us deadline = clock_now().mono + DEADLINE_US;
    bool arrived = false;
    while (!arrived) {
        if (clock_now().mono > deadline) {
            die("no number arrives");
        }
        publish_until(c, clock_now().mono + BURST_US);
        arrived = read_cache(c, NULL) && memchr(c->found, 1, c->next) != NULL;
    }
    if (publisher_drain(c->publisher, 10000, NULL) != RC_OK) {
        die("the broker does not acknowledge");
    }
    memset(c->fates, 0, c->next);
    c->acked = 0;
}

struct tally {
    uint64_t missing, doubled, unacked_found;
};

static struct tally
count_tally(const struct chaos *c)
{
    struct tally t = {0};
    for (uint64_t i = 0; i < c->next; i++) {
        bool was_acked = (c->fates[i] & FATE_ACKED) != 0;
        t.missing += was_acked && c->found[i] == 0;
        t.doubled += c->found[i] > 1;
        t.unacked_found += c->fates[i] == FATE_SENT && c->found[i] == 1;
    }
    return t;
}

/* Until nothing is missing, or the time is over. */
static struct tally
settle(struct chaos *c)
{
    mono_us deadline = clock_now().mono + DEADLINE_US;
    for (;;) {
        struct err err = {.text = ""};
        if (!read_cache(c, &err)) {
            die("%s", err.text);
        }
        struct tally t = count_tally(c);
        if (t.missing == 0 || t.doubled > 0 || clock_now().mono > deadline) {
            return t;
        }
        poll(NULL, 0, 100);
    }
}

/* ---- blows ---- */

static void
blow(struct chaos *c, bool broker)
{
    /* Not in step with the bursts. */
    struct timespec moment = {.tv_nsec = random() % (2 * 1000 * 1000)};
    nanosleep(&moment, NULL);
    if (broker) {
        end(c->broker_pid, SIGTERM, "mosquitto");
        start_broker(c);
    } else {
        end(c->leitstand_pid, SIGKILL, "leitstand");
        start_leitstand(c);
    }
}

/* The log of a run without faults says nothing of damage. */
static void
check_log(const struct chaos *c)
{
    char *path = path_in(c, "leitstand.log"), *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        die("could not read \"%s\"", path);
    }
    if (strstr(text, "damaged") != NULL || strstr(text, " error: ") != NULL) {
        fputs(text, stderr);
        die("leitstand tells of an error");
    }
    g_free(text);
    g_free(path);
}

int
main(int argc, char **argv)
{
    if (argc != 6) {
        die("usage: chaos kill|broker TIMES DIR LEITSTAND MOSQUITTO");
    }
    signal(SIGPIPE, SIG_IGN);
    bool broker = strcmp(argv[1], "broker") == 0;
    long times = strtol(argv[2], NULL, 10);
    struct chaos c = {.dir = argv[3], .leitstand = argv[4], .mosquitto = argv[5]};
    snprintf(c.broker_socket, sizeof(c.broker_socket), "%s/broker.sock", c.dir);
    c.fates = g_new0(unsigned char, NUMBERS_MAX);
    c.found = g_new0(unsigned char, NUMBERS_MAX);
    write_files(&c);
    start_broker(&c);
    start_leitstand(&c);
    connect_publisher(&c);
    struct now began = clock_now();
    unsigned seed = (unsigned)began.wall;
    printf("# seed %u\n", seed);
    srandom(seed);
    wait_for_subscription(&c);
    for (long i = 0; i < times; i++) {
        publish_until(&c, clock_now().mono + random() % (broker ? STOP_MAX_US : KILL_MAX_US));
        blow(&c, broker);
    }
    publish_until(&c, clock_now().mono + US_PER_S);
    if (publisher_drain(c.publisher, 10000, NULL) != RC_OK) {
        die("the publisher could not finish");
    }
    publisher_close(c.publisher);
    struct tally t = settle(&c);
    end(c.leitstand_pid, SIGTERM, "leitstand");
    end(c.broker_pid, SIGTERM, "mosquitto");
    check_log(&c);
    printf("# %llu sent, %llu acknowledged, %llu missing, %llu doubled, %llu stored without "
           "acknowledgement, %.1f s\n",
           (unsigned long long)c.next, (unsigned long long)c.acked,
           (unsigned long long)t.missing, (unsigned long long)t.doubled,
           (unsigned long long)t.unacked_found,
           (double)(clock_now().mono - began.mono) / (double)US_PER_S);
    g_free(c.fates);
    g_free(c.found);
    return t.missing == 0 && t.doubled == 0 && c.acked > 1000 ? 0 : 1;
}
