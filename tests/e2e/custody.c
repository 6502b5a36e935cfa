/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Custody under blows: numbered messages of QoS 1 flow from a publisher through a real
 * mosquitto into two custodies, of which one is owner, and on into a real PostgreSQL.
 * Afterwards every number that the broker acknowledged must be in leitstand.readings exactly
 * once.
 *
 *     custody kill   TIMES DIR MOSQUITTO PG_TURN    kill -9 of the owner at random moments
 *     custody store  TIMES DIR MOSQUITTO PG_TURN    the same, and stop and start of PostgreSQL
 *     custody broker TIMES DIR MOSQUITTO PG_TURN    the same, and stop and start of the broker
 *     custody pause  TIMES DIR MOSQUITTO PG_TURN    the owner is frozen until another one is
 *     custody stall  TIMES DIR MOSQUITTO PG_TURN    PostgreSQL is frozen, the owner takes on
 *     custody mix    TIMES DIR MOSQUITTO PG_TURN    one of these, by chance
 *     custody peer NAME DIR                         one instance of it
 *
 * The publisher never sends a number twice: a connection that breaks is thrown away, and the
 * numbers under way on it may be there once or not at all.
 */
#include "tests/e2e/custody.h"

#include <fcntl.h>
#include <libpq-fe.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/core/clock.h"
#include "src/mqtt/publisher.h"
#include "storage/outbox.h"

#define PEERS       2
#define BURST       10
#define BURST_US    (5 * US_PER_MS) /* so 2,000 numbers a second, all the time */
#define KILL_MAX_US (3000 * US_PER_MS)
#define AWAY_MAX_US (4000 * US_PER_MS) /* PostgreSQL */
#define STALL_US    (8 * US_PER_S)     /* longer than an answer may take */
#define DEADLINE_US (90 * US_PER_S)    /* for everything that is waited for */
#define NUMBERS_MAX 2000000

enum fate { FATE_SENT = 1, FATE_ACKED = 2 };

struct storm {
    const char *dir, *self, *mosquitto, *pg_turn;
    char broker_socket[200];
    pid_t peers[PEERS], broker_pid;
    struct publisher *publisher;
    unsigned char *fates; /* enum fate by number */
    unsigned char *found; /* how often the store has it */
    uint64_t next;        /* number to publish */
    mono_us burst_at;
    uint64_t acked;
};

void
die(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fputs("custody: ", stderr);
    vfprintf(stderr, fmt, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

static const char *const peer_names[PEERS] = {"anton", "berta"};

static void
write_file(const struct storm *s, const char *name, const char *text)
{
    char *path = g_build_filename(s->dir, name, NULL);
    FILE *file = fopen(path, "we");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0) {
        die("could not write \"%s\"", path);
    }
    g_free(path);
}

static void
write_files(const struct storm *s)
{
    char *text = g_strdup_printf("%slistener 0 %s\nallow_anonymous true\n"
                                 "persistence true\npersistence_location %s/\n"
                                 "max_queued_messages 0\nlog_type error\n",
                                 geteuid() == 0 ? "user root\n" : "", s->broker_socket, s->dir);
    write_file(s, "mosquitto.conf", text);
    g_free(text);
    for (int i = 0; i < PEERS; i++) {
        const char *name = peer_names[i];
        text = g_strdup_printf("[instance]\nname = %s\n[mqtt]\nsocket = %s\n"
                               "[source:all]\nfilter = w/#\nprofile = scalar\nqos = 1\n"
                               "[cache]\npath = %s/%s.db\n[plant]\ndir = %s\n"
                               "[postgres]\nconninfo = \"user=instance connect_timeout=2\"\n",
                               name, s->broker_socket, s->dir, name, s->dir);
        char *file = g_strconcat(name, ".ini", NULL);
        write_file(s, file, text);
        g_free(file);
        g_free(text);
    }
    write_file(s, "stations.csv", "uid,name,silence_s\nS,Station,0\n");
    write_file(s, "rules.csv", "component,rule,type\n");
    GString *rows = g_string_new("id,station,name,kind\n");
    for (int i = 0; i < CUSTODY_COMPONENTS; i++) {
        g_string_append_printf(rows, "C%d,S,Component,sensor\n", i);
    }
    write_file(s, "components.csv", rows->str);
    g_string_free(rows, TRUE);
}

/* ---- processes ---- */

static pid_t
start(const struct storm *s, const char *log, const char *const *argv)
{
    char *path = g_build_filename(s->dir, log, NULL);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    g_free(path);
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves nobody behind */
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
start_peer(struct storm *s, int i)
{
    const char *argv[] = {s->self, "peer", peer_names[i], s->dir, NULL};
    char *log = g_strconcat(peer_names[i], ".log", NULL);
    s->peers[i] = start(s, log, argv);
    g_free(log);
}

static void
start_broker(struct storm *s)
{
    char *config = g_build_filename(s->dir, "mosquitto.conf", NULL);
    const char *argv[] = {s->mosquitto, "-c", config, NULL};
    s->broker_pid = start(s, "mosquitto.log", argv);
    g_free(config);
}

/* Its exit status; killed: -1. */
static int
await_end(pid_t pid, const char *what)
{
    int status = 0;
    mono_us deadline = clock_now().mono + DEADLINE_US;
    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (clock_now().mono > deadline) {
            die("%s does not end", what);
        }
        poll(NULL, 0, 1);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
end(pid_t pid, int signal, const char *what)
{
    kill(pid, signal);
    int status = await_end(pid, what);
    if (signal != SIGKILL && status != 0) {
        die("%s ended with status %d", what, status);
    }
}

static pid_t
turn_store(const struct storm *s, const char *how)
{
    const char *argv[] = {"/bin/sh", s->pg_turn, how, NULL};
    return start(s, "pg_turn.log", argv);
}

/* ---- publishing ---- */

static void
acked(void *user, uint64_t number)
{
    struct storm *s = user;
    s->fates[number] |= FATE_ACKED;
    s->acked++;
}

static void
connect_publisher(struct storm *s)
{
    struct publisher_config config = {
        .endpoint = {.socket = s->broker_socket, .keepalive_s = 60},
        .window = 200,
        .user = s,
        .on_ack = acked,
    };
    struct err err = {.text = ""};
    mono_us deadline = clock_now().mono + DEADLINE_US;
    while (publisher_open(&s->publisher, &config, 2000, &err) != RC_OK) {
        if (clock_now().mono > deadline) {
            die("%s", err.text);
        }
        poll(NULL, 0, 5);
    }
}

static bool
publish_burst(struct storm *s)
{
    for (int i = 0; i < BURST && s->next < NUMBERS_MAX; i++) {
        char topic[32], payload[32];
        uint64_t number = s->next++;
        snprintf(topic, sizeof(topic), "w/S/C%d", (int)(number % CUSTODY_COMPONENTS));
        int len = snprintf(payload, sizeof(payload), "%llu", (unsigned long long)number);
        s->fates[number] = FATE_SENT;
        if (publisher_publish(s->publisher, topic, payload, (size_t)len, 1, false, number,
                              NULL) != RC_OK) {
            return false;
        }
    }
    return true;
}

/* Publish until the time has come, over as many connections as it takes. */
static void
publish_until(struct storm *s, mono_us until)
{
    mono_us now = clock_now().mono;
    while (now < until) {
        bool well = true;
        if (now >= s->burst_at) {
            s->burst_at = MAX(s->burst_at + BURST_US, now - BURST_US);
            well = publish_burst(s);
        }
        well = well && publisher_turn(s->publisher, 0, NULL) == RC_OK;
        if (!well) {
            publisher_close(s->publisher);
            connect_publisher(s);
        }
        poll(NULL, 0, now < s->burst_at ? 1 : 0);
        now = clock_now().mono;
    }
}

static void
publish_for(struct storm *s, int64_t us)
{
    publish_until(s, clock_now().mono + us);
}

/* ---- the books ---- */

/* Cells of one column as text; NULL when the store is not there. */
static PGresult *
ask_store(const char *sql)
{
    PGconn *pg = PQconnectdb("user=postgres connect_timeout=5");
    PGresult *result = PQexec(pg, sql);
    if (PQresultStatus(result) != PGRES_TUPLES_OK) {
        fprintf(stderr, "# %s", PQerrorMessage(pg));
        PQclear(result);
        result = NULL;
    }
    PQfinish(pg);
    return result;
}

static bool
read_store(struct storm *s)
{
    PGresult *r = ask_store("select value::bigint from leitstand.readings");
    memset(s->found, 0, NUMBERS_MAX);
    for (int i = 0; r != NULL && i < PQntuples(r); i++) {
        uint64_t number = strtoull(PQgetvalue(r, i, 0), NULL, 10);
        if (number >= s->next) {
            die("the store has a value that was never sent");
        }
        s->found[number] = (unsigned char)MIN(s->found[number] + 1, 255);
    }
    bool well = r != NULL;
    PQclear(r);
    return well;
}

/* What the broker acknowledges before the session is there goes nowhere: publish until a first
 * number arrives, and begin the books after that. */
static void
wait_for_session(struct storm *s)
{
    mono_us deadline = clock_now().mono + DEADLINE_US;
    bool arrived = false;
    while (!arrived) {
        if (clock_now().mono > deadline) {
            die("no number arrives");
        }
        publish_for(s, 100 * US_PER_MS);
        arrived = read_store(s) && memchr(s->found, 1, s->next) != NULL;
    }
    if (publisher_drain(s->publisher, 10000, NULL) != RC_OK) {
        die("the broker does not acknowledge");
    }
    memset(s->fates, 0, s->next);
    s->acked = 0;
}

struct tally {
    uint64_t missing, doubled, unacked_found;
};

static struct tally
count_tally(const struct storm *s)
{
    struct tally t = {0};
    for (uint64_t i = 0; i < s->next; i++) {
        bool was_acked = (s->fates[i] & FATE_ACKED) != 0;
        t.missing += was_acked && s->found[i] == 0;
        t.doubled += s->found[i] > 1;
        t.unacked_found += s->fates[i] == FATE_SENT && s->found[i] == 1;
    }
    return t;
}

/* Until nothing is missing, or the time is over. */
static struct tally
settle(struct storm *s)
{
    mono_us deadline = clock_now().mono + DEADLINE_US;
    for (;;) {
        struct tally t = {.missing = UINT64_MAX};
        if (read_store(s)) {
            t = count_tally(s);
        }
        if (t.missing == 0 || t.doubled > 0 || clock_now().mono > deadline) {
            return t;
        }
        poll(NULL, 0, 200);
    }
}

/* ---- blows ---- */

/* The peer that is owner, or any. */
static int
find_owner(void)
{
    PGresult *r = ask_store("select holder from leitstand.lease where scope = 'site'");
    int owner = r != NULL && strcmp(PQgetvalue(r, 0, 0), peer_names[1]) == 0;
    PQclear(r);
    return owner;
}

static void
kill_peer(struct storm *s, int i)
{
    struct timespec moment = {.tv_nsec = random() % (2 * 1000 * 1000)};
    nanosleep(&moment, NULL); /* not in step with the bursts */
    end(s->peers[i], SIGKILL, "a peer");
    start_peer(s, i);
}

/* The store goes, and comes back after a while. */
static void
blow_store(struct storm *s)
{
    if (await_end(turn_store(s, "stop"), "pg_ctl stop") != 0) {
        die("PostgreSQL does not stop");
    }
    publish_for(s, random() % AWAY_MAX_US);
    if (random() % 2 == 0) {
        kill_peer(s, (int)(random() % PEERS)); /* nobody knows who is owner */
        publish_for(s, random() % AWAY_MAX_US);
    }
    if (await_end(turn_store(s, "start"), "pg_ctl start") != 0) {
        die("PostgreSQL does not start");
    }
}

/* Frozen until somebody else is owner, and then for a moment more. */
static void
blow_pause(struct storm *s)
{
    int i = find_owner();
    kill(s->peers[i], SIGSTOP);
    mono_us deadline = clock_now().mono + DEADLINE_US;
    while (find_owner() == i && clock_now().mono < deadline) {
        publish_for(s, 100 * US_PER_MS);
    }
    publish_for(s, random() % (500 * US_PER_MS));
    kill(s->peers[i], SIGCONT);
}

/* The server and all that it started. */
static void
signal_store(int signal)
{
    char *path = g_build_filename(g_getenv("PGHOST"), "data", "postmaster.pid", NULL);
    char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        die("could not read \"%s\"", path);
    }
    char *pid = g_strndup(text, strspn(text, "0123456789"));
    char *children_path = g_strdup_printf("/proc/%s/task/%s/children", pid, pid);
    char *children = NULL;
    kill((pid_t)strtol(pid, NULL, 10), signal);
    if (!g_file_get_contents(children_path, &children, NULL, NULL)) {
        die("could not read \"%s\"", children_path);
    }
    char *at = children;
    for (long child; (child = strtol(at, &at, 10)) > 0;) {
        kill((pid_t)child, signal);
    }
    g_free(children);
    g_free(children_path);
    g_free(pid);
    g_free(text);
    g_free(path);
}

/* Until the owner, whoever that is now, brings something into the store. */
static void
await_owner(struct storm *s)
{
    uint64_t first = s->next;
    mono_us deadline = clock_now().mono + DEADLINE_US;
    bool arrived = false;
    while (!arrived) {
        if (clock_now().mono > deadline) {
            die("nobody takes over");
        }
        publish_for(s, 100 * US_PER_MS);
        arrived = read_store(s) && memchr(s->found + first, 1, s->next - first) != NULL;
    }
}

/* What the owner takes while the store stands still is in its outbox. */
static void
blow_stall(struct storm *s)
{
    await_owner(s);
    char *path = g_strdup_printf("%s/%s.db.outbox", s->dir, peer_names[find_owner()]);
    signal_store(SIGSTOP);
    publish_for(s, STALL_US);
    struct outbox *outbox = NULL;
    struct outbox_stats stats;
    struct err err = {.text = ""};
    if (outbox_open_beside(&outbox, path, &err) != RC_OK) {
        die("%s", err.text);
    }
    outbox_stats(outbox, &stats);
    outbox_close(outbox);
    signal_store(SIGCONT);
    if (stats.pending < STALL_US / BURST_US * BURST / 4) {
        die("only %llu readings were taken while the store stood still",
            (unsigned long long)stats.pending);
    }
    g_free(path);
}

static void
blow(struct storm *s, const char *mode)
{
    static const char *const modes[] = {"kill", "store", "broker", "pause", "stall"};
    if (strcmp(mode, "mix") == 0) {
        mode = modes[(size_t)random() % G_N_ELEMENTS(modes)];
    }
    if (strcmp(mode, "store") == 0) {
        blow_store(s);
    } else if (strcmp(mode, "pause") == 0) {
        blow_pause(s);
    } else if (strcmp(mode, "stall") == 0) {
        blow_stall(s);
    } else {
        kill_peer(s, find_owner());
    }
    if (strcmp(mode, "broker") == 0) {
        publish_for(s, random() % US_PER_S);
        end(s->broker_pid, SIGTERM, "mosquitto");
        start_broker(s);
    }
}

static void
storm(struct storm *s, const char *mode, long times)
{
    write_files(s);
    start_broker(s);
    connect_publisher(s);
    for (int i = 0; i < PEERS; i++) {
        start_peer(s, i);
    }
    wait_for_session(s);
    for (long i = 0; i < times; i++) {
        publish_for(s, random() % KILL_MAX_US);
        blow(s, mode);
    }
    publish_for(s, US_PER_S);
    if (publisher_drain(s->publisher, 10000, NULL) != RC_OK) {
        die("the publisher could not finish");
    }
    publisher_close(s->publisher);
}

int
main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "peer") == 0) {
        return peer_main(argv[3], argv[2]);
    }
    if (argc != 6) {
        die("usage: custody kill|store|broker|pause|stall|mix TIMES DIR MOSQUITTO PG_TURN");
    }
    signal(SIGPIPE, SIG_IGN);
    struct storm s = {.dir = argv[3], .mosquitto = argv[4], .pg_turn = argv[5]};
    char *self = g_file_read_link("/proc/self/exe", NULL);
    s.self = self;
    snprintf(s.broker_socket, sizeof(s.broker_socket), "%s/broker.sock", s.dir);
    s.fates = g_new0(unsigned char, NUMBERS_MAX);
    s.found = g_new0(unsigned char, NUMBERS_MAX);
    struct now began = clock_now();
    unsigned seed = (unsigned)began.wall;
    printf("# seed %u\n", seed);
    srandom(seed);
    storm(&s, argv[1], strtol(argv[2], NULL, 10));
    struct tally t = settle(&s);
    for (int i = 0; i < PEERS; i++) {
        end(s.peers[i], SIGTERM, "a peer");
    }
    end(s.broker_pid, SIGTERM, "mosquitto");
    printf("# %llu sent, %llu acknowledged, %llu missing, %llu doubled, %llu stored without "
           "acknowledgement, %.1f s\n",
           (unsigned long long)s.next, (unsigned long long)s.acked,
           (unsigned long long)t.missing, (unsigned long long)t.doubled,
           (unsigned long long)t.unacked_found,
           (double)(clock_now().mono - began.mono) / (double)US_PER_S);
    g_free(s.fates);
    g_free(s.found);
    g_free(self);
    return t.missing == 0 && t.doubled == 0 && s.acked > 1000 ? 0 : 1;
}
