/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The console in a terminal of the test's own, with a clock beside it. Tells JSON.
 *
 *   screen_probe start PROGRAM INI        from fork to the first frame with stations
 *   screen_probe latency PROGRAM INI PORT message to screen, at 10,000 messages a second
 *   screen_probe memory PROGRAM INI       the peak of it, with every view and a day of trends
 *   screen_probe keys PROGRAM INI SECONDS a key to its answer, while something else floods
 *   screen_probe draw UI_STAGE            CPU and bytes of a frame with 20 changed values
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/core/text.h"
#include "tests/bench/mqtt_raw.h"
#include "tests/term/term.h"

#define COLUMNS 120
#define ROWS    40

/* The latency plant deals its components out over 1,000 stations, so the first station has
 * C00000, C01000 … C09000; the publisher goes round the first 4,370, and what a station shows
 * changes at five different moments of 437 ms, which drift against ten frames a second. */
#define TOPICS  4370
#define RATE    10000
#define SECONDS 30
#define EIGHT_TRENDS                                                                           \
    ":trend S0000/C00000 S0001/C00005 S0002/C00010 S0003/C00015 S0004/C00020 S0005/C00025 "    \
    "S0006/C00030 S0007/C00035\r"
#define SHOWN 5

static struct term *
start_console(const char *program, const char *ini)
{
    char *config = g_strconcat("--config=", ini, NULL);
    const char *const argv[] = {program, config, "console", NULL};
    /* What the user has chosen is neither read nor written. */
    char *dir = g_path_get_dirname(ini), *state = g_strconcat("XDG_STATE_HOME=", dir, NULL),
         *own = g_strconcat("XDG_CONFIG_HOME=", dir, NULL);
    const char *const env[] = {
        "TERM=xterm-256color", "LC_ALL=C.UTF-8", "LANGUAGE", state, own, NULL};
    const struct term_options options = {
        .argv = argv, .env = env, .columns = COLUMNS, .rows = ROWS};
    struct term *t = term_start(&options);
    g_free(config);
    g_free(dir);
    g_free(state);
    g_free(own);
    return t;
}

/* Whatever is open; an owner would ask on "q". */
static int
end_console(struct term *t)
{
    int status = -1;
    term_send(t, "\033\033:quit\r");
    bool ended = term_wait_exit(t, &status);
    term_free(t);
    return ended && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static int
compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int
tell(GArray *ms)
{
    if (ms->len == 0) {
        fprintf(stderr, "screen_probe: nothing was seen\n");
        return 1;
    }
    qsort(ms->data, ms->len, sizeof(double), compare);
    const double *sorted = (const double *)(const void *)ms->data;
    printf("{\"n\":%u,\"p50_ms\":%.2f,\"p99_ms\":%.2f,\"max_ms\":%.2f}\n", ms->len,
           sorted[ms->len / 2], sorted[(ms->len - 1) * 99 / 100], sorted[ms->len - 1]);
    fflush(stdout);
    return 0;
}

static int
probe_start(const char *program, const char *ini)
{
    int64_t begin = bench_clock_us();
    struct term *t = start_console(program, ini);
    bool shown = term_wait_text(t, "ALL "); /* the areas, of the overview */
    int64_t end = bench_clock_us();
    int status = end_console(t);
    if (!shown || status != 0) {
        fprintf(stderr, "screen_probe: no station was shown, or exit status %d\n", status);
        return 1;
    }
    printf("{\"ms\":%.2f}\n", (double)(end - begin) / 1e3);
    return 0;
}

/* The publisher is a process of its own and keeps to the time given. */
static pid_t
start_publisher(int port, int64_t begin_us)
{
    pid_t pid = fork();
    if (pid != 0) {
        return pid;
    }
    struct err err = {""};
    struct raw *r = NULL;
    const struct raw_config config = {"127.0.0.1", port, TOPICS, 0, 1};
    enum rc rc = raw_open(&r, &config, &err);
    rc = rc == RC_OK ? raw_pace(r, begin_us, (uint64_t)RATE * SECONDS, RATE, &err) : rc;
    raw_close(r);
    _exit(rc == RC_OK ? 0 : 1);
}

/* How often component number had been sent when its row was drawn; -1: no value there. */
static int64_t
shown_round(const struct term *t, int number)
{
    char name[16], digits[8];
    snprintf(name, sizeof(name), "Flow %05d", number);
    int y = term_find(t, name);
    char *row = y < 0 ? g_strdup("") : term_row(t, y);
    const char *at = strstr(row, name);
    size_t n = 0;
    for (const char *p = at == NULL ? "" : at + strlen(name); *p != '\0' && n < 5; p++) {
        if (g_ascii_isdigit(*p)) {
            digits[n++] = *p; /* whatever groups them */
        }
    }
    digits[n] = '\0';
    g_free(row);
    int64_t value;
    return n == 5 && text_to_int(digits, 10000, 99999, &value) ? value - 10000 : -1;
}

static int
probe_latency(const char *program, const char *ini, int port)
{
    struct term *t = start_console(program, ini);
    GArray *ms = g_array_new(FALSE, FALSE, sizeof(double));
    int64_t last[SHOWN] = {-1, -1, -1, -1, -1};
    term_send(t, "2");
    bool shown = term_wait_text(t, "S0003");
    term_send(t, "\r"); /* open the first station */
    shown = shown && term_wait_text(t, "Flow 01000");
    int64_t begin = bench_clock_us() + 1500000;
    pid_t publisher = start_publisher(port, begin);
    while (shown && bench_clock_us() < begin + SECONDS * INT64_C(1000000)) {
        if (!term_wait_frame(t, term_frames(t))) {
            break;
        }
        int64_t now = bench_clock_us();
        for (int i = 0; i < SHOWN; i++) {
            int64_t round = shown_round(t, i * 1000);
            if (round < 0 || round == last[i]) {
                continue;
            }
            /* So it is message number round * TOPICS + …, which was due at a known time. */
            int64_t due = begin + (round * TOPICS + i * 1000) * 1000000 / RATE;
            double latency = (double)(now - due) / 1e3;
            if (last[i] >= 0) {
                g_array_append_val(ms, latency);
            }
            last[i] = round;
        }
    }
    int published = -1;
    waitpid(publisher, &published, 0);
    term_send(t, "\033");
    int status = end_console(t);
    int told = tell(ms);
    g_array_unref(ms);
    return told != 0 || status != 0 || published != 0;
}

static int
probe_keys(const char *program, const char *ini, int seconds)
{
    struct term *t = start_console(program, ini);
    GArray *ms = g_array_new(FALSE, FALSE, sizeof(double));
    term_send(t, "2");
    bool answered = term_wait_text(t, "S0003");
    printf("{\"pid\":%d}\n", term_pid(t));
    fflush(stdout);
    int64_t end = bench_clock_us() + seconds * INT64_C(1000000);
    while (answered && bench_clock_us() < end) {
        int64_t pressed = bench_clock_us();
        term_send(t, "?");
        answered = term_wait_text(t, "type to search");
        double latency = (double)(bench_clock_us() - pressed) / 1e3;
        g_array_append_val(ms, latency);
        term_send(t, "\033");
        answered = answered && term_wait_no_text(t, "type to search");
        term_wait_quiet(t, 100);
    }
    int told = tell(ms);
    g_array_unref(ms);
    /* The caller looks at the process before it ends. */
    (void)getchar();
    int status = end_console(t);
    if (!answered || status != 0) {
        fprintf(stderr, "screen_probe: a key had no answer, or exit status %d\n", status);
        return 1;
    }
    return told;
}

/* kB of a line of /proc/PID/status; 0: it cannot be read. */
static long
status_kb(const struct term *t, const char *name)
{
    char path[64], line[256];
    long kb = 0;
    snprintf(path, sizeof(path), "/proc/%d/status", term_pid(t));
    FILE *f = fopen(path, "r");
    while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
        if (g_str_has_prefix(line, name)) {
            kb = (long)g_ascii_strtoll(line + strlen(name), NULL, 10);
        }
    }
    if (f != NULL) {
        fclose(f);
    }
    return kb;
}

/* Every view, in the end the trends of eight components over a day, beside the day before. */
static int
probe_memory(const char *program, const char *ini)
{
    static const char *const keys[] = {"1", "3", "4", "6",          "7",           "8",
                                       "9", "u", "2", EIGHT_TRENDS, ":span 24h\r", "="};
    struct term *t = start_console(program, ini);
    term_send(t, "2");
    bool shown = term_wait_text(t, "S0003");
    printf("{\"pid\":%d}\n", term_pid(t));
    fflush(stdout);
    (void)getchar(); /* the caller has sent values to all components */
    for (size_t i = 0; shown && i < G_N_ELEMENTS(keys); i++) {
        term_send(t, keys[i]);
        term_read_for(t, 500);
    }
    shown = shown && term_wait_text(t, "24 h  mean  live") && term_wait_text(t, "= day before");
    printf("{\"peak_mb\":%.1f,\"mb\":%.1f}\n", (double)status_kb(t, "VmHWM:") / 1024,
           (double)status_kb(t, "VmRSS:") / 1024);
    fflush(stdout);
    term_send(t, ":quit\r");
    int status = -1;
    bool ended = term_wait_exit(t, &status);
    term_free(t);
    if (!shown || !ended || status != 0) {
        fprintf(stderr, "screen_probe: no trends were shown, or exit status %d\n", status);
        return 1;
    }
    return 0;
}

/* CPU of the main thread, which draws. */
static double
screen_cpu_ms(const struct term *t)
{
    char path[64], text[64] = "";
    snprintf(path, sizeof(path), "/proc/%d/task/%d/schedstat", term_pid(t), term_pid(t));
    FILE *f = fopen(path, "r");
    if (f == NULL || fgets(text, sizeof(text), f) == NULL) {
        fprintf(stderr, "screen_probe: no CPU time of the console\n");
    }
    if (f != NULL) {
        fclose(f);
    }
    return (double)g_ascii_strtoull(text, NULL, 10) / 1e6;
}

/* Twenty values of the list change, and one snapshot brings them all. */
static bool
change_twenty(struct term *t, int stage, int step)
{
    GString *commands = g_string_new(NULL);
    for (int i = 1; i <= 20; i++) {
        g_string_append_printf(commands, "value PW-%04d LEVEL %d.%02d\n", i, 1 + step % 2,
                               (step * 37 + i * 11) % 100);
    }
    g_string_append(commands, "publish\n");
    unsigned frames = term_frames(t);
    bool shown = write(stage, commands->str, commands->len) == (ssize_t)commands->len &&
                 term_wait_frame(t, frames);
    g_string_free(commands, TRUE);
    return shown;
}

#define WARM_UP 5
#define FRAMES  50

static int
probe_draw(const char *program)
{
    int stage[2];
    char fd[16];
    if (pipe2(stage, O_CLOEXEC) != 0) {
        return 1;
    }
    snprintf(fd, sizeof(fd), "%d", stage[0]);
    const char *const argv[] = {program, fd, "40", NULL};
    const char *const env[] = {"TERM=xterm-256color", "LC_ALL=C.UTF-8", "LANGUAGE", NULL};
    struct term *t = term_start(&(struct term_options){
        .argv = argv, .env = env, .columns = 200, .rows = 60, .keep_fd = stage[0]});
    term_send(t, "2");
    bool well = term_wait_text(t, "PW-0020");
    double cpu_ms = 0;
    size_t bytes = 0;
    for (int i = 0; well && i < WARM_UP + FRAMES; i++) {
        if (i == WARM_UP) {
            cpu_ms = screen_cpu_ms(t);
            bytes = term_bytes(t);
        }
        well = change_twenty(t, stage[1], i);
    }
    term_wait_quiet(t, 200);
    cpu_ms = (screen_cpu_ms(t) - cpu_ms) / FRAMES;
    bytes = term_bytes(t) - bytes;
    size_t before = term_bytes(t);
    term_wait_quiet(t, 3000); /* a minute's turn within it would be seen as the clock's bytes */
    size_t idle = term_bytes(t) - before;
    if (end_console(t) != 0 || !well) {
        fprintf(stderr, "screen_probe: the stage did not answer\n");
        return 1;
    }
    printf("{\"cpu_ms\":%.4f,\"bytes\":%zu,\"idle_bytes\":%zu}\n", cpu_ms, bytes / FRAMES,
           idle);
    return 0;
}

int
main(int argc, char **argv)
{
    int64_t number = 0;
    if (argc == 3 && strcmp(argv[1], "draw") == 0) {
        return probe_draw(argv[2]);
    }
    if (argc == 4 && strcmp(argv[1], "start") == 0) {
        return probe_start(argv[2], argv[3]);
    }
    if (argc == 4 && strcmp(argv[1], "memory") == 0) {
        return probe_memory(argv[2], argv[3]);
    }
    if (argc == 5 && text_to_int(argv[4], 1, 65535, &number)) {
        if (strcmp(argv[1], "latency") == 0) {
            return probe_latency(argv[2], argv[3], (int)number);
        }
        if (strcmp(argv[1], "keys") == 0) {
            return probe_keys(argv[2], argv[3], (int)number);
        }
    }
    fprintf(stderr, "screen_probe: wrong arguments\n");
    return 2;
}
