/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The load of the harness: numbered messages of QoS 1 at a steady rate, and alarms that rise
 * and clear, while brokers and connections come and go. Everything is written down, so that
 * each message the broker accepted can be looked for afterwards.
 *
 *     load --socket=PATH --log=FILE [--rate=500] [--components=40] [--alarms=12]
 *          [--time=none|device|mixed] [--seed=N]
 *
 * A number is the value of one reading of LOAD/Lnn and is published once only: when a
 * connection breaks, the numbers under way on it are uncertain, there once or not at all. What
 * raises or clears an alarm, ALARMS/Ann, is published until the broker has accepted it, so the
 * state that was published last is certain; repeats carry the same value. A rise has the value
 * CYCLE, a clear -CYCLE, and cycles of a component count from 1.
 *
 * "end" on standard input: no more numbers; every alarm is brought to an end state, half of
 * them raised; everything is drained, "ended" is printed. FILE has a line for each event, times
 * on the boot clock in microseconds:
 *
 *     sent NUMBER US · acked NUMBER US
 *     try COMPONENT VALUE US (each publication) · done COMPONENT VALUE US (accepted)
 *     lost US, connected US (the connection)
 */
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "src/core/clock.h"
#include "src/core/timestamp.h"
#include "src/mqtt/publisher.h"

#define ALARMS_MAX   100
#define HOLD_MIN_US  (2500 * US_PER_MS)
#define HOLD_SPAN_US (6000 * US_PER_MS)
#define ALARM_TAG    (UINT64_C(1) << 40) /* tags from here on are alarms', by index */

enum time_mode { TIME_NONE, TIME_DEVICE, TIME_MIXED };

struct alarm_line {
    long cycle;      /* counts from 1 with the first rise */
    bool raised;     /* what was published last, or is being */
    bool under_way;  /* not accepted yet */
    bool final;      /* it stays so */
    bool want;       /* raised at the end */
    bool sent;       /* on the present connection */
    mono_us next_at; /* next change */
};

struct load {
    char *socket, *log_path, *time_text; /* allocated */
    int rate, components, alarms;
    gint64 seed;
    enum time_mode time_mode;
    FILE *log;
    struct publisher *publisher; /* NULL: not connected */
    mono_us retry_at;
    uint64_t next; /* number */
    mono_us began, number_at;
    wall_us stamp; /* of the last reading with device time: they rise strictly */
    struct alarm_line lines[ALARMS_MAX];
    bool ending;
};

__attribute__((noreturn)) static void
die(const char *what)
{
    fprintf(stderr, "load: %s\n", what);
    exit(1);
}

static void
on_ack(void *user, uint64_t tag)
{
    struct load *l = user;
    long long now = (long long)clock_now().mono;
    if (tag < ALARM_TAG) {
        fprintf(l->log, "acked %llu %lld\n", (unsigned long long)tag, now);
        return;
    }
    struct alarm_line *a = &l->lines[tag - ALARM_TAG];
    a->under_way = false;
    fprintf(l->log, "done A%02d %ld %lld\n", (int)(tag - ALARM_TAG),
            a->raised ? a->cycle : -a->cycle, now);
}

static void
disconnect(struct load *l, mono_us now)
{
    publisher_close(l->publisher);
    l->publisher = NULL;
    l->retry_at = now + 50 * US_PER_MS;
    fprintf(l->log, "lost %lld\n", (long long)now);
    for (int i = 0; i < l->alarms; i++) {
        l->lines[i].sent = false; /* what was not accepted goes again */
    }
}

static void
try_connect(struct load *l, mono_us now)
{
    if (now < l->retry_at) {
        return;
    }
    struct publisher_config config = {
        .endpoint = {.socket = (char *)(uintptr_t)l->socket, .keepalive_s = 5},
        .window = 400,
        .user = l,
        .on_ack = on_ack,
    };
    if (publisher_open(&l->publisher, &config, 2000, NULL) != RC_OK) {
        l->publisher = NULL;
        l->retry_at = now + 50 * US_PER_MS;
        return;
    }
    l->number_at = now; /* what should have been sent meanwhile is not made up for */
    fprintf(l->log, "connected %lld\n", (long long)now);
}

static bool
with_time(const struct load *l, uint64_t number)
{
    return l->time_mode == TIME_DEVICE || (l->time_mode == TIME_MIXED && number % 2 == 1);
}

static bool
publish_number(struct load *l, struct now now)
{
    char topic[64], payload[160];
    uint64_t number = l->next++;
    int component = (int)(number % (uint64_t)l->components), len;
    if (with_time(l, number)) {
        char stamp[TIMESTAMP_SIZE];
        l->stamp = MAX(l->stamp + US_PER_MS, now.wall);
        timestamp_format(stamp, l->stamp);
        snprintf(topic, sizeof(topic), "sensors/LOAD/telemetry");
        len = snprintf(payload, sizeof(payload), "{\"ts\":\"%s\",\"metrics\":{\"L%02d\":%llu}}",
                       stamp, component, (unsigned long long)number);
    } else {
        snprintf(topic, sizeof(topic), "w/LOAD/L%02d", component);
        len = snprintf(payload, sizeof(payload), "%llu", (unsigned long long)number);
    }
    fprintf(l->log, "sent %llu %lld\n", (unsigned long long)number, (long long)now.mono);
    return publisher_publish(l->publisher, topic, payload, (size_t)len, 1, false, number,
                             NULL) == RC_OK;
}

static bool
publish_alarm(struct load *l, int i, mono_us now)
{
    struct alarm_line *a = &l->lines[i];
    char topic[64], payload[32];
    long value = a->raised ? a->cycle : -a->cycle;
    snprintf(topic, sizeof(topic), "w/ALARMS/A%02d", i);
    int len = snprintf(payload, sizeof(payload), "%ld", value);
    a->sent = true;
    fprintf(l->log, "try A%02d %ld %lld\n", i, value, (long long)now);
    return publisher_publish(l->publisher, topic, payload, (size_t)len, 1, false,
                             (uint64_t)i + ALARM_TAG, NULL) == RC_OK;
}

/* The next change of an alarm whose last one was accepted. */
static void
move_alarm(struct load *l, struct alarm_line *a, mono_us now)
{
    bool due = now >= a->next_at;
    if (l->ending) {
        a->final = a->raised == a->want && a->cycle > 0;
        due = !a->final;
    }
    if (!due) {
        return;
    }
    a->raised = !a->raised;
    a->cycle += a->raised ? 1 : 0;
    a->under_way = true;
    a->sent = false;
    a->next_at = now + HOLD_MIN_US + random() % HOLD_SPAN_US;
}

static bool
turn_alarms(struct load *l, mono_us now)
{
    bool well = true;
    for (int i = 0; i < l->alarms && well; i++) {
        struct alarm_line *a = &l->lines[i];
        if (!a->under_way && !a->final) {
            move_alarm(l, a, now);
        }
        if (a->under_way && !a->sent) {
            well = publish_alarm(l, i, now);
        }
    }
    return well;
}

static bool
turn_numbers(struct load *l, struct now now)
{
    bool well = true;
    int64_t step = US_PER_S / l->rate;
    while (well && !l->ending && now.mono >= l->number_at) {
        l->number_at += step;
        well = publish_number(l, now);
    }
    return well;
}

static bool
all_final(const struct load *l)
{
    bool all = l->ending;
    for (int i = 0; i < l->alarms; i++) {
        all = all && l->lines[i].final;
    }
    return all;
}

static bool
told_to_end(void)
{
    struct pollfd fd = {.fd = STDIN_FILENO, .events = POLLIN};
    char text[64];
    if (poll(&fd, 1, 0) <= 0) {
        return false;
    }
    if (read(STDIN_FILENO, text, sizeof(text)) <= 0) {
        die("nobody is there any more who could end it");
    }
    return true;
}

static void
run(struct load *l)
{
    while (!all_final(l)) {
        struct now now = clock_now();
        l->ending = l->ending || told_to_end();
        if (l->publisher == NULL) {
            try_connect(l, now.mono);
        }
        bool well = l->publisher != NULL && turn_alarms(l, now.mono) && turn_numbers(l, now) &&
                    publisher_turn(l->publisher, 2, NULL) == RC_OK;
        if (l->publisher == NULL) {
            poll(NULL, 0, 5);
        } else if (!well) {
            disconnect(l, now.mono);
        }
    }
}

static void
read_options(struct load *l, int argc, char **argv)
{
    GOptionEntry entries[] = {
        {"socket", 0, 0, G_OPTION_ARG_STRING, &l->socket, "the broker's", "PATH"},
        {"log", 0, 0, G_OPTION_ARG_STRING, &l->log_path, "what happened", "FILE"},
        {"rate", 0, 0, G_OPTION_ARG_INT, &l->rate, "numbers a second", "N"},
        {"components", 0, 0, G_OPTION_ARG_INT, &l->components, "that have numbers", "N"},
        {"alarms", 0, 0, G_OPTION_ARG_INT, &l->alarms, "components that raise them", "N"},
        {"time", 0, 0, G_OPTION_ARG_STRING, &l->time_text, "none, device or mixed", "WHICH"},
        {"seed", 0, 0, G_OPTION_ARG_INT64, &l->seed, "of what is random", "N"},
        {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
    };
    GOptionContext *context = g_option_context_new(NULL);
    g_option_context_add_main_entries(context, entries, NULL);
    bool well = g_option_context_parse(context, &argc, &argv, NULL);
    g_option_context_free(context);
    if (l->time_text == NULL) {
        l->time_text = g_strdup("mixed");
    }
    if (!well || l->socket == NULL || l->log_path == NULL || l->rate < 1 || l->rate > 100000 ||
        l->components < 1 || l->components > 100 || l->alarms < 0 || l->alarms > ALARMS_MAX) {
        die("wrong usage");
    }
    if (strcmp(l->time_text, "mixed") == 0) {
        l->time_mode = TIME_MIXED;
    } else if (strcmp(l->time_text, "device") == 0) {
        l->time_mode = TIME_DEVICE;
    } else if (strcmp(l->time_text, "none") != 0) {
        die("--time is none, device or mixed");
    }
}

int
main(int argc, char **argv)
{
    struct load l = {.rate = 500, .components = 40, .alarms = 12, .next = 1};
    read_options(&l, argc, argv);
    signal(SIGPIPE, SIG_IGN);
    l.log = fopen(l.log_path, "we");
    if (l.log == NULL) {
        die("could not open the log");
    }
    setvbuf(l.log, NULL, _IOLBF, 0);
    srandom((unsigned)l.seed);
    l.began = clock_now().mono;
    for (int i = 0; i < l.alarms; i++) {
        l.lines[i].next_at = l.began + random() % HOLD_SPAN_US;
        l.lines[i].want = i % 2 == 0;
    }
    run(&l);
    if (publisher_drain(l.publisher, 20000, NULL) != RC_OK) {
        fprintf(l.log, "lost %lld\n", (long long)clock_now().mono);
    }
    publisher_close(l.publisher);
    fclose(l.log);
    g_free(l.socket);
    g_free(l.log_path);
    g_free(l.time_text);
    puts("ended");
    return 0;
}
