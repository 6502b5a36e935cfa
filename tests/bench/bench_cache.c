/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the cache costs: records a second in large and in small transactions, and how quickly a
 * file with history opens and answers. Prints one line a case; measures, judges nothing.
 *
 * usage: bench_cache [RECORDS [SERIES]]
 */
#include <sys/resource.h>

#include "src/core/text.h"
#include "storage/cache.h"
#include "storage/query.h"

#include <poll.h>
#include <unistd.h>

static double
seconds(void)
{
    return (double)clock_now().mono / 1e6;
}

static double
cpu_seconds(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void
check(enum rc rc, const struct err *err)
{
    if (rc != RC_OK) {
        fprintf(stderr, "bench_cache: %s\n", err->text);
        exit(1);
    }
}

static struct cache *
open_cache(const char *path, bool full)
{
    struct cache *c = NULL;
    struct cache_report report;
    struct err err;
    check(
        cache_open(&c, &(struct cache_config){.path = path, .full_sync = full}, &report, &err),
        &err);
    return c;
}

static void
wait_for(struct cache *c, uint64_t number)
{
    struct pollfd p = {.fd = cache_fd(c), .events = POLLIN};
    while (cache_committed(c) < number) {
        poll(&p, 1, -1);
    }
}

static void
wait_room(struct cache *c)
{
    struct pollfd p = {.fd = cache_fd(c), .events = POLLIN};
    while (!cache_has_room(c)) {
        poll(&p, 1, -1);
        cache_committed(c);
    }
}

/* wait: one transaction after the other, as with QoS 1; else as fast as there is room. */
static void
load(struct cache *c, const char *name, int64_t records, uint32_t series, int each, bool wait)
{
    static int64_t n;
    double wall = seconds(), cpu = cpu_seconds(), worst = 0;
    wall_us now = clock_now().wall;
    uint64_t number = 0;
    for (int64_t i = 0; i < records; i += each) {
        struct batch *b = cache_new_batch(c);
        for (int k = 0; k < each; k++, n++) {
            struct record r = {.series = 1 + (uint32_t)(n * 7919 % series),
                               .ts = now + n * 10,
                               .received = now + n * 10 + 1234,
                               .num = (double)(n % 1000) / 10};
            g_array_append_val(b->records, r);
            struct message_id m = {(uint16_t)n, (uint64_t)n * 0x9e3779b97f4a7c15u};
            g_array_append_val(b->messages, m);
        }
        double from = seconds();
        number = cache_put(c, b);
        if (wait) {
            wait_for(c, number);
        } else {
            wait_room(c);
        }
        worst = MAX(worst, seconds() - from);
    }
    wait_for(c, number);
    wall = seconds() - wall;
    cpu = cpu_seconds() - cpu;
    printf(
        "%-28s %9.0f records/s  %6.2f us CPU/record  %7.1f us CPU/transaction  worst %.1f ms\n",
        name, (double)records / wall, cpu / (double)records * 1e6,
        cpu / (double)records * each * 1e6, worst * 1e3);
}

static bool
count(const struct record *r, void *user)
{
    (void)r;
    ++*(int64_t *)user;
    return true;
}

static void
ask(const char *path, const char *name, const struct query_range *range)
{
    struct query *q = NULL;
    struct err err;
    int64_t rows = 0;
    double from = seconds();
    check(query_open(&q, path, &err), &err);
    check(range == NULL ? query_latest(q, count, &rows, &err)
                        : query_readings(q, range, count, &rows, &err),
          &err);
    query_close(q);
    printf("%-28s %9.1f ms  %" G_GINT64_FORMAT " rows\n", name, (seconds() - from) * 1e3, rows);
}

static void
store_plant(struct cache *c, uint32_t components)
{
    struct plant_builder b;
    struct plant *plant = NULL;
    struct err err;
    plant_builder_init(&b);
    for (uint32_t i = 0; i < components; i++) {
        if (i % 10 == 0) {
            struct station s = {.uid = g_strdup_printf("S%u", i / 10),
                                .name = g_strdup("name")};
            plant_builder_station(&b, &s);
        }
        struct component k = {.station = i / 10,
                              .id = g_strdup_printf("C%u", i % 10),
                              .name = g_strdup("component"),
                              .unit = g_strdup("m")};
        plant_builder_component(&b, &k);
    }
    check(plant_builder_finish(&b, &plant, &err), &err);
    plant_builder_fini(&b);
    double from = seconds();
    check(cache_store_plant(c, plant, "", &err), &err);
    printf("%-28s %9.1f ms  %u components\n", "plant stored", (seconds() - from) * 1e3,
           components);
    plant_unref(plant);
}

static void
read_plant(const char *path)
{
    struct query *q = NULL;
    struct plant *plant = NULL;
    struct err err;
    double from = seconds();
    check(query_open(&q, path, &err), &err);
    check(query_plant(q, &plant, NULL, &err), &err);
    query_close(q);
    printf("%-28s %9.1f ms\n", "plant read", (seconds() - from) * 1e3);
    plant_unref(plant);
}

int
main(int argc, char **argv)
{
    int64_t records = 2000000, series = 10000;
    if ((argc > 1 && !text_to_int(argv[1], 1000, 1000000000, &records)) ||
        (argc > 2 && !text_to_int(argv[2], 10, 1000000, &series))) {
        fprintf(stderr, "usage: bench_cache [RECORDS [SERIES]]\n");
        return 2;
    }
    char dir[] = "/tmp/bench-cache-XXXXXX";
    if (mkdtemp(dir) == NULL) {
        perror("bench_cache");
        return 1;
    }
    char *path = g_strconcat(dir, "/cache.db", NULL);
    struct cache *c = open_cache(path, true);
    store_plant(c, (uint32_t)series);
    load(c, "1,000 a put, FULL", records, (uint32_t)series, 1000, false);
    load(c, "1,000 a put, waiting, FULL", records / 4, (uint32_t)series, 1000, true);
    load(c, "20 a put, waiting, FULL", records / 20, (uint32_t)series, 20, true);
    cache_close(c);
    c = open_cache(path, false);
    load(c, "1,000 a put, NORMAL", records / 4, (uint32_t)series, 1000, false);
    load(c, "20 a put, waiting, NORMAL", records / 10, (uint32_t)series, 20, true);
    cache_close(c);
    double from = seconds();
    c = open_cache(path, true);
    printf("%-28s %9.1f ms\n", "open", (seconds() - from) * 1e3);
    read_plant(path);
    ask(path, "latest", NULL);
    uint32_t one = 7;
    ask(path, "newest 100 of all",
        &(struct query_range){.since = WALL_NONE, .until = WALL_NONE, .limit = 100});
    ask(path, "newest 100 of one",
        &(struct query_range){.series = &one,
                              .n_series = 1,
                              .since = WALL_NONE,
                              .until = WALL_NONE,
                              .limit = 100});
    ask(path, "all of one",
        &(struct query_range){
            .series = &one, .n_series = 1, .since = WALL_NONE, .until = WALL_NONE});
    ask(path, "everything", &(struct query_range){.since = WALL_NONE, .until = WALL_NONE});
    struct cache_stats stats;
    cache_stats(c, &stats);
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    printf("%.1f bytes a record, %ld MB resident at most\n",
           (double)stats.bytes / (double)stats.stored, u.ru_maxrss / 1024);
    cache_close(c);
    static const char *const parts[] = {"", ".lock", "-wal", "-shm"};
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        char *name = g_strconcat(path, parts[i], NULL);
        unlink(name);
        g_free(name);
    }
    rmdir(dir);
    g_free(path);
    return 0;
}
