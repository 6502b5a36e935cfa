/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How quickly an outbox gets to the central store, beside nothing but a COPY of the same rows.
 *
 * usage: store_rate fill OUTBOX ROWS        an outbox of so many rows, 10,000 series
 *        store_rate send OUTBOX CONNINFO    as leitstand does: marks, names, partitions
 *        store_rate bare OUTBOX CONNINFO    the rows alone, ready made, in one COPY
 *
 * The last line tells rows and seconds as JSON.
 */
#include "src/core/text.h"
#include "storage/outbox_drain.h"
#include "storage/copy_rows.h"
#include "storage/pg_readings.h"

#include <sys/resource.h>

#define SERIES   10000u
#define EACH     12u    /* rows of a batch: PUBACKs wait for 20 ms, at 500 messages a second */
#define RATE_US  2000   /* from one message to the next */
#define DELAY_US 312345 /* from the device's time to receipt */

static void
check(enum rc rc, const struct err *err)
{
    if (rc != RC_OK) {
        fprintf(stderr, "store_rate: %s\n", err->text);
        exit(1);
    }
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
tell(uint64_t rows, mono_us from, double cpu)
{
    printf("{\"rows\":%" G_GUINT64_FORMAT ",\"seconds\":%.3f,\"cpu_s\":%.3f}\n", rows,
           (double)(clock_now().mono - from) / 1e6, cpu_seconds() - cpu);
}

static struct outbox *
open_outbox(const char *path)
{
    struct outbox *o = NULL;
    struct err err;
    check(outbox_open(&o, path, &err), &err);
    return o;
}

/* ---- fill ---- */

static void
make_series(struct outbox *o)
{
    struct err err;
    for (uint32_t i = 0; i < SERIES; i++) {
        char station[16], component[16];
        uint32_t number;
        snprintf(station, sizeof(station), "S%04u", i / 10);
        snprintf(component, sizeof(component), "C%u", i % 10);
        check(outbox_number(o, station, component, &number, &err), &err);
    }
}

static void
fill_batch(struct outbox_batch *b, wall_us now, uint64_t at, uint64_t end)
{
    g_array_set_size(b->messages, 0);
    g_array_set_size(b->spans, 0);
    g_array_set_size(b->records, 0);
    for (; at < end; at++) {
        uint32_t first = b->records->len;
        struct record r = {.series = 1 + (uint32_t)(at * 7919 % SERIES),
                           .ts = now + (wall_us)at * RATE_US,
                           .received = now + (wall_us)at * RATE_US + DELAY_US,
                           .source = TS_DEVICE,
                           .num = (double)(at * 31 % 100000) / 10};
        g_array_append_val(b->records, r);
        struct message_id id = {.mid = (uint16_t)at, .hash = at * UINT64_C(0x9e3779b97f4a7c15)};
        outbox_batch_message(b, id, first);
    }
}

static void
fill(const char *path, uint64_t rows)
{
    struct outbox *o = open_outbox(path);
    struct outbox_batch b;
    struct err err;
    mono_us from = clock_now().mono;
    double cpu = cpu_seconds();
    wall_us now = clock_now().wall - (wall_us)rows * RATE_US;
    outbox_batch_init(&b);
    b.segment = (struct segment){.id = uuid_of(path, strlen(path)),
                                 .instance = "bench",
                                 .rank = {.epoch = 1},
                                 .arbiter = ARBITER_BROKER,
                                 .begun = now};
    make_series(o);
    for (uint64_t at = 0; at < rows; at += EACH) {
        b.number++;
        fill_batch(&b, now, at, MIN(at + EACH, rows));
        check(outbox_add(o, &b, &err), &err);
    }
    outbox_batch_fini(&b);
    outbox_close(o);
    tell(rows, from, cpu);
}

/* ---- send ---- */

static struct pg *
open_pg(const char *conninfo)
{
    struct pg_config config = {.conninfo = conninfo,
                               .purpose = "bench",
                               .wake_fd = -1,
                               .connect_us = 10 * US_PER_S,
                               .answer_us = 300 * US_PER_S};
    struct pg *pg = NULL;
    struct err err;
    check(pg_open(&pg, &config, &err), &err);
    return pg;
}

static uint64_t
count_rows(const GPtrArray *batches)
{
    uint64_t n = 0;
    for (unsigned i = 0; i < batches->len; i++) {
        const struct outbox_batch *b = g_ptr_array_index(batches, i);
        n += b->records->len;
    }
    return n;
}

struct way {
    struct outbox_drain drain;
    struct pg_readings *readings;
};

static void
meanwhile(void *user, bool ending)
{
    struct way *w = user;
    drain_meanwhile(&w->drain, ending);
    if (ending) {
        pg_readings_foresee(w->readings, w->drain.ahead);
    }
}

/* One slice; how many rows it had. */
static uint64_t
send_slice(struct way *w, size_t *max_rows)
{
    GPtrArray *batches = g_ptr_array_new_with_free_func(outbox_batch_free);
    mono_us begun = clock_now().mono;
    enum pg_outcome outcome;
    struct err err;
    check(drain_take(&w->drain, *max_rows, batches, &err), &err);
    uint64_t rows = count_rows(batches);
    if (rows > 0) {
        check(pg_readings_store(w->readings, batches, "", &outcome, &err), &err);
        drain_sent(&w->drain, batches);
        *max_rows = drain_fit(*max_rows, rows, clock_now().mono - begun);
    }
    g_ptr_array_unref(batches);
    return rows;
}

/* Told when the store has all; that it leaves the disk afterwards is not on the way. */
static void
send(const char *path, const char *conninfo)
{
    struct outbox *o = open_outbox(path);
    struct pg *pg = open_pg(conninfo);
    struct way w = {.readings = NULL};
    struct err err;
    mono_us from = clock_now().mono;
    double cpu = cpu_seconds();
    uint64_t rows = 0, more;
    size_t max_rows = drain_fit(0, 0, 0);
    check(pg_readings_new(&w.readings, pg, o, &err), &err);
    drain_init(&w.drain, o);
    pg_readings_meanwhile(w.readings, meanwhile, &w);
    while ((more = send_slice(&w, &max_rows)) > 0) {
        rows += more;
    }
    tell(rows, from, cpu);
    drain_fini(&w.drain);
    pg_readings_free(w.readings);
    pg_close(pg);
    outbox_close(o);
}

/* ---- bare ---- */

static void
must(PGconn *connection, bool good)
{
    if (!good) {
        fprintf(stderr, "store_rate: %s", PQerrorMessage(connection));
        exit(1);
    }
}

/* All rows in one piece, as COPY wants them. */
static GByteArray *
ready_made(const char *path, uint64_t *ret_rows)
{
    struct outbox *o = open_outbox(path);
    GPtrArray *batches = g_ptr_array_new_with_free_func(outbox_batch_free);
    GByteArray *bytes = g_byte_array_new();
    struct err err;
    unsigned n;
    do { /* no more than OUTBOX_BATCHES at once */
        n = batches->len;
        const struct outbox_batch *last = n > 0 ? g_ptr_array_index(batches, n - 1) : NULL;
        check(outbox_next(o, last != NULL ? last->place : 0, SIZE_MAX, batches, &err), &err);
    } while (batches->len > n);
    *ret_rows = count_rows(batches);
    copy_rows_header(bytes);
    for (unsigned i = 0; i < batches->len; i++) {
        const struct outbox_batch *b = g_ptr_array_index(batches, i);
        for (unsigned k = 0; k < b->records->len; k++) {
            const struct record *r = &g_array_index(b->records, struct record, k);
            copy_rows_append(bytes, r, (int32_t)r->series, 1);
        }
    }
    copy_rows_trailer(bytes);
    g_ptr_array_unref(batches);
    outbox_close(o);
    return bytes;
}

static void
bare(const char *path, const char *conninfo)
{
    uint64_t rows;
    GByteArray *bytes = ready_made(path, &rows);
    PGconn *connection = PQconnectdb(conninfo);
    must(connection, PQstatus(connection) == CONNECTION_OK);
    mono_us from = clock_now().mono;
    double cpu = cpu_seconds();
    PGresult *result = PQexec(connection, pg_sql(PG_COPY_READINGS));
    must(connection, PQresultStatus(result) == PGRES_COPY_IN);
    PQclear(result);
    const char *at = (const char *)bytes->data, *end = at + bytes->len;
    while (at < end) {
        int len = (int)MIN(end - at, 65536);
        must(connection, PQputCopyData(connection, at, len) == 1);
        at += len;
    }
    must(connection, PQputCopyEnd(connection, NULL) == 1);
    result = PQgetResult(connection);
    must(connection, PQresultStatus(result) == PGRES_COMMAND_OK);
    PQclear(result);
    tell(rows, from, cpu);
    PQfinish(connection);
    g_byte_array_unref(bytes);
}

int
main(int argc, char **argv)
{
    int64_t rows;
    if (argc == 4 && strcmp(argv[1], "fill") == 0 &&
        text_to_int(argv[3], 1, INT64_C(1000000000), &rows)) {
        fill(argv[2], (uint64_t)rows);
    } else if (argc == 4 && strcmp(argv[1], "send") == 0) {
        send(argv[2], argv[3]);
    } else if (argc == 4 && strcmp(argv[1], "bare") == 0) {
        bare(argv[2], argv[3]);
    } else {
        fprintf(stderr, "usage: store_rate fill OUTBOX ROWS | send OUTBOX CONNINFO |"
                        " bare OUTBOX CONNINFO\n");
        return 2;
    }
    return 0;
}
