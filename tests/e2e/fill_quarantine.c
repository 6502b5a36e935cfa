/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An outbox with three readings that the store has refused; quarantine.sh asks for them. With
 * "hold" it stays open, as a running instance has it, until standard input ends; at the end it
 * prints how many readings wait for the store.
 *
 *     fill_quarantine fill|hold OUTBOX
 */
#include <stdio.h>

#include "storage/outbox.h"

#define NOON INT64_C(1767960000000000) /* 2026-01-09T12:00:00Z */

static void
check(enum rc rc, const struct err *err)
{
    if (rc != RC_OK) {
        fprintf(stderr, "fill_quarantine: %s\n", err->text);
        exit(1);
    }
}

static void
fill(struct outbox *o)
{
    struct err err;
    uint32_t level, pump;
    check(outbox_number(o, "PS-01", "L1", &level, &err), &err);
    check(outbox_number(o, "PS-02", "P1", &pump, &err), &err);
    struct record rows[] = {
        {.series = level,
         .ts = NOON,
         .received = NOON + US_PER_S,
         .num = 4.5,
         .source = TS_DEVICE},
        {.series = pump, .ts = NOON, .received = NOON, .text = g_ref_string_new("l\x1b[1m")},
        {.series = level, .ts = NOON, .received = NOON, .num = 5, .quality = QUALITY_CLOCK},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        check(outbox_refuse(o, &rows[i], NOON + 2 * US_PER_S, "no such day", &err), &err);
    }
    g_ref_string_release(rows[1].text);
}

int
main(int argc, char **argv)
{
    if (argc != 3) {
        return 2;
    }
    struct outbox *o = NULL;
    struct err err;
    check(outbox_open(&o, argv[2], &err), &err);
    if (strcmp(argv[1], "fill") == 0) {
        fill(o);
    } else {
        puts("open");
        fflush(stdout);
        while (getchar() != EOF) {
        }
    }
    struct outbox_stats stats;
    outbox_stats(o, &stats);
    printf("%u\n", (unsigned)stats.pending);
    outbox_close(o);
    return 0;
}
