/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Load figures of an alarm system (alarm-model.md 3.5; targets of ISA-18.2/IEC 62682 and EEMUA
 * 191 as secondary sources restate them, as settings), reckoned from journal lines in the order
 * of time.
 *
 * Pure. Feed journal lines in the order of time, also those from before the period; then ask.
 * A line costs a look-up or two; memory grows with alarms and open occurrences, not with lines.
 *
 * What is counted, all within the period but for "standing":
 * - annunciated: lines with .annunciated and without .test, whatever their event.
 * - slots of window_us and hours, aligned to the beginning of the period; the last one may be
 *   cut short and counts as one.
 * - worst: the most in a sliding window; worst_at is the first annunciation in it.
 * - floods, reckoned from the annunciations as flood.h does it, so they are there even if the
 *   journal has no flood lines. A flood begins with the annunciation that is too many and lasts
 *   to the moment the window holds too few, or the period ends.
 * - chattering: alarms that rose chatter_count times within chatter_us at least once, announced
 *   or not; of an offender: how often that began.
 * - fleeting: occurrences that returned within fleeting_us of their (last) rise.
 * - standing: alarms active longer than standing_us at the end of the period and not under an
 *   overlay. One whose rise no line tells counts from the first line that shows it active.
 * - median_ack_us: from the moment people were told of an occurrence (raised, or re-entered
 * when its cover went) to its first acknowledgement.
 * - unacked_returned: occurrences that people were told of and that returned before that.
 * - worst ten: by annunciations, then by name.
 */
#ifndef ALARMS_KPI_H
#define ALARMS_KPI_H

#include "src/core/alarm.h"

#define KPI_WORST 10

struct kpi_settings {
    uint32_t flood_begin_above, flood_end_below; /* in a window */
    int64_t window_us;                           /* 10 minutes */
    unsigned chatter_count;
    int64_t chatter_us;  /* this many rises in so long: chattering */
    int64_t fleeting_us; /* raised and returned within: fleeting */
    int64_t standing_us; /* active longer: standing ("stale" of ISA-18.2) */
};
struct kpi_settings kpi_defaults(void);

struct kpi_offender {
    char *station, *component, *rule;
    enum alarm_priority priority;
    uint32_t annunciated, chattering, fleeting;
    double share; /* of all annunciated, 0 to 1 */
};

struct kpi_result {
    wall_us from, to;
    uint32_t annunciated, by_priority[ALARM_PRIORITIES], tests; /* tests are not counted else */
    double per_day, per_hour, per_10min;                        /* means */
    uint32_t worst_10min;
    wall_us worst_at;
    uint32_t hours, hours_above_30, slots, slots_above_10;
    uint32_t floods;
    int64_t flood_us, longest_flood_us;
    uint32_t flood_peak, flood_total;
    double flood_share;                      /* of the time, 0 to 1 */
    uint32_t chattering, fleeting, standing; /* alarms, occurrences, alarms at the end */
    int64_t median_ack_us;                   /* -1: none was acknowledged */
    uint32_t unacked_returned;               /* came and went before anybody acknowledged */
    struct kpi_offender worst[KPI_WORST];
    uint32_t n_worst;
    double worst_share; /* of the worst ten together */
};

struct kpi;
/* A period [from, to). What was active before counts for standing only. */
struct kpi *kpi_new(const struct kpi_settings *set, wall_us from, wall_us to);
void kpi_add(struct kpi *k, const struct journal_record *r); /* in the order of time, also from
                                                                before "from" */
struct kpi_result *kpi_finish(struct kpi *k);                /* frees k */
void kpi_result_free(struct kpi_result *r);

/* How a figure stands to its target: at most the target, at most the limit, beyond (without a
 * limit: beyond the target). */
enum kpi_grade { KPI_GOOD, KPI_WATCH, KPI_BAD };
struct kpi_line {
    const char *key;             /* "per_day", fixed: JSON */
    const char *title;           /* N_() */
    const char *unit;            /* "", "%", "s" */
    double value, target, limit; /* limit NAN: none */
    enum kpi_grade grade;
};
/* All figures that have a target and can be reckoned here, in the order of the model's table;
 * shares in %. The caller g_frees the array; its strings are constant. */
struct kpi_line *kpi_lines(const struct kpi_result *r, uint32_t *ret_n);

#endif
