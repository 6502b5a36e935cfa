/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/pg_history.h"

#include <math.h>
#include <stdlib.h>

#include "src/core/text.h"
#include "storage/pg_array.h"

#define NUMBER_SIZE 24
#define WORST       (1u << 6) /* above the highest quality bit */

/* ---- what is sent ---- */

struct bounds {
    char since[NUMBER_SIZE], until[NUMBER_SIZE], skip[NUMBER_SIZE], at_most[NUMBER_SIZE];
    const char *values[4]; /* in the order of the functions' last parameters */
};

static const char *
time_text(char dst[NUMBER_SIZE], wall_us at)
{
    snprintf(dst, NUMBER_SIZE, "%lld", (long long)at);
    return at == WALL_NONE ? NULL : dst;
}

static void
set_bounds(struct bounds *b, const struct pg_history_range *range)
{
    b->values[0] = time_text(b->since, range->since);
    b->values[1] = time_text(b->until, range->until);
    snprintf(b->skip, sizeof(b->skip), "%u", range->skip);
    snprintf(b->at_most, sizeof(b->at_most), "%u", range->at_most);
    b->values[2] = b->skip;
    b->values[3] = b->at_most;
}

/* ---- what is answered ---- */

/* Columns of one row, from left to right. */
struct taker {
    const PGresult *result;
    int row, next;
};

static const char *
see(struct taker *t) /* NULL: null */
{
    int column = t->next++;
    return PQgetisnull(t->result, t->row, column) != 0 ? NULL
                                                       : PQgetvalue(t->result, t->row, column);
}

/* Texts were sanitised before they were stored, but not everybody writes through us. */
static char *
take_text(struct taker *t)
{
    const char *text = see(t);
    return text == NULL ? NULL : text_sanitize_dup(text, strlen(text));
}

static int64_t
take_int(struct taker *t)
{
    const char *text = see(t);
    return text == NULL ? 0 : g_ascii_strtoll(text, NULL, 10);
}

static wall_us
take_time(struct taker *t)
{
    const char *text = see(t);
    return text == NULL ? WALL_NONE : g_ascii_strtoll(text, NULL, 10);
}

static double
take_number(struct taker *t)
{
    const char *text = see(t);
    return text == NULL ? NAN : g_ascii_strtod(text, NULL);
}

static bool
take_bool(struct taker *t)
{
    const char *text = see(t);
    return text != NULL && *text == 't';
}

static struct uuid
take_uuid(struct taker *t)
{
    struct uuid id = {0};
    const char *text = see(t);
    if (text != NULL && !uuid_parse(&id, text)) {
        id = (struct uuid){0};
    }
    return id;
}

/* "shelved,suppressed" */
static unsigned
take_overlays(struct taker *t)
{
    const char *text = see(t);
    unsigned overlays = 0;
    char **names = g_strsplit(text != NULL ? text : "", ",", -1);
    for (unsigned i = 0; i < OVERLAY_COUNT; i++) {
        if (g_strv_contains((const char *const *)names, alarm_overlay_name(1u << i))) {
            overlays |= 1u << i;
        }
    }
    g_strfreev(names);
    return overlays;
}

static enum alarm_priority
take_priority(struct taker *t)
{
    const char *name = see(t);
    enum alarm_priority priority = ALARM_LOW;
    return name != NULL && alarm_priority_from_name(name, &priority) ? priority : ALARM_LOW;
}

static enum alarm_state
take_state(struct taker *t)
{
    const char *name = see(t);
    enum alarm_state state = ALARM_NORMAL;
    return name != NULL && alarm_state_from_name(name, &state) ? state : ALARM_NORMAL;
}

/* ---- readings ---- */

void
central_reading_clear(void *reading)
{
    struct central_reading *r = reading;
    g_free(r->station);
    g_free(r->component);
    if (r->record.text != NULL) {
        g_ref_string_release(r->record.text);
    }
}

static void
append_reading(struct taker *t, GArray *out)
{
    struct central_reading r = {.station = take_text(t), .component = take_text(t)};
    r.record.ts = take_time(t);
    r.record.received = take_time(t);
    r.record.num = take_number(t);
    char *text = take_text(t);
    if (text != NULL) {
        r.record.text = g_ref_string_new(text);
        g_free(text);
    }
    int64_t flags = take_int(t);
    r.record.quality = (uint16_t)((flags >> 1) & (WORST - 1));
    r.record.source = (flags & 1) != 0 ? TS_DEVICE : TS_RECEIPT;
    g_array_append_val(out, r);
}

static void
append_line(struct taker *t, GArray *out)
{
    struct journal_record r = {.at = take_time(t)};
    r.epoch = (uint64_t)take_int(t);
    r.term = (uint64_t)take_int(t);
    r.instance = take_text(t);
    const char *event = see(t);
    bool known = event != NULL && alarm_event_from_name(event, &r.event);
    r.occurrence = take_uuid(t);
    r.station = take_text(t);
    r.component = take_text(t);
    r.rule = take_text(t);
    r.actor = take_text(t);
    r.origin = take_text(t);
    r.detail = take_text(t);
    r.step = (uint32_t)take_int(t);
    r.from = take_state(t);
    r.to = take_state(t);
    r.overlays = take_overlays(t);
    r.annunciated = take_bool(t);
    r.test = take_bool(t);
    r.priority = take_priority(t);
    r.value = take_number(t);
    if (known) {
        g_array_append_val(out, r);
    } else { /* of a later version than ours */
        journal_record_clear(&r);
    }
}

static void
append_occurrence(struct taker *t, GArray *out)
{
    struct occurrence_record r = {.occurrence = take_uuid(t)};
    r.station = take_text(t);
    r.component = take_text(t);
    r.rule = take_text(t);
    const char *type = see(t);
    bool known = type != NULL && alarm_type_from_name(type, &r.type);
    r.priority = take_priority(t);
    r.state = take_state(t);
    r.overlays = take_overlays(t);
    r.raised_at = take_time(t);
    r.returned_at = take_time(t);
    r.acked_at = take_time(t);
    r.value = take_number(t);
    r.acked_by = take_text(t);
    r.comment = take_text(t);
    r.count = (uint32_t)take_int(t);
    r.step = (uint32_t)take_int(t);
    r.test = take_bool(t);
    if (known) {
        g_array_append_val(out, r);
    } else {
        occurrence_record_clear(&r);
    }
}

/* ---- asking ---- */

/* What is asked, and what becomes of a row of the answer. */
struct question {
    enum pg_statement which;
    int time; /* the column that it is in order of */
    void (*append)(struct taker *t, GArray *out);
};

static wall_us
time_at(PGresult *result, int row, int column)
{
    struct taker t = {.result = result, .row = row, .next = column};
    return take_time(&t);
}

/* Behind these rows. */
static void
move_on(struct pg_history_range *range, PGresult *result, int column)
{
    int n = PQntuples(result), same = 1;
    range->more = n > 0 && (uint32_t)n >= range->at_most;
    if (n == 0) {
        return;
    }
    wall_us last = time_at(result, n - 1, column);
    while (same < n && time_at(result, n - 1 - same, column) == last) {
        same++;
    }
    range->skip = (uint32_t)same + (same == n && last == range->until ? range->skip : 0);
    range->until = last;
}

static enum rc
ask(struct pg *pg, const struct question *q, size_t n, const char *const *values,
    struct pg_history_range *range, GArray *out, struct err *err)
{
    PGresult *result = NULL;
    enum rc rc = pg_query(pg, q->which, n, values, &result, err);
    if (rc == RC_OK) {
        struct taker t = {.result = result};
        for (; t.row < PQntuples(result); t.row++) {
            t.next = 0;
            q->append(&t, out);
        }
        move_on(range, result, q->time);
    }
    PQclear(result);
    return rc;
}

enum rc
pg_history_readings(struct pg *pg, const struct component_name *names, size_t n,
                    struct pg_history_range *range, GArray *out, struct err *err)
{
    static const struct question question = {PG_HISTORY_READINGS, 2, append_reading};
    struct bounds b;
    GString *stations = g_string_new(""), *components = g_string_new("");
    for (size_t i = 0; i < n; i++) {
        pg_array_text(stations, names[i].station);
        pg_array_text(components, names[i].component);
    }
    pg_array_end(stations);
    pg_array_end(components);
    set_bounds(&b, range);
    const char *const values[] = {n > 0 ? stations->str : NULL,
                                  n > 0 ? components->str : NULL,
                                  b.values[0],
                                  b.values[1],
                                  b.values[2],
                                  b.values[3]};
    enum rc rc = ask(pg, &question, G_N_ELEMENTS(values), values, range, out, err);
    g_string_free(stations, TRUE);
    g_string_free(components, TRUE);
    return rc;
}

enum rc
pg_history_journal(struct pg *pg, const struct component_name *name, const char *event,
                   struct pg_history_range *range, GArray *out, struct err *err)
{
    static const struct question question = {PG_HISTORY_JOURNAL, 0, append_line};
    struct bounds b;
    set_bounds(&b, range);
    const char *const values[] = {name->station, name->component, event,      b.values[0],
                                  b.values[1],   b.values[2],     b.values[3]};
    return ask(pg, &question, G_N_ELEMENTS(values), values, range, out, err);
}

enum rc
pg_history_alarms(struct pg *pg, const struct component_name *name, bool open_only,
                  struct pg_history_range *range, GArray *out, struct err *err)
{
    static const struct question question = {PG_HISTORY_ALARMS, 8, append_occurrence};
    struct bounds b;
    set_bounds(&b, range);
    const char *const values[] = {name->station, name->component, open_only ? "t" : "f",
                                  b.values[0],   b.values[1],     b.values[2],
                                  b.values[3]};
    return ask(pg, &question, G_N_ELEMENTS(values), values, range, out, err);
}

/* ---- trends ---- */

/* False: no row that the request can have. */
static bool
take_part(struct taker *t, const struct archive_request *r, struct archive_answer *out)
{
    int64_t place = take_int(t) - 1, part = take_int(t);
    if (place < 0 || place >= r->n_series || part < -1 || part >= r->n_buckets) {
        return false;
    }
    struct archive_bucket b = {.n = (uint32_t)take_int(t)};
    b.bad = (uint32_t)take_int(t);
    b.first_at = take_int(t);
    b.first = take_number(t);
    b.last_at = take_int(t);
    b.last = take_number(t);
    b.min = take_number(t);
    b.max = take_number(t);
    b.sum = take_number(t);
    if (b.n == 0) {
        b = (struct archive_bucket){.bad = b.bad};
    }
    *(part < 0 ? &out->before[place] : &out->buckets[place * r->n_buckets + part]) = b;
    return true;
}

enum rc
pg_history_trend(struct pg *pg, const struct archive_request *r,
                 const struct pg_history_range *range, struct archive_answer *out,
                 struct err *err)
{
    GString *stations = g_string_new(""), *components = g_string_new("");
    for (uint32_t i = 0; i < r->n_series; i++) {
        pg_array_text(stations, r->series[i].station);
        pg_array_text(components, r->series[i].component);
    }
    pg_array_end(stations);
    pg_array_end(components);
    char since[NUMBER_SIZE], until[NUMBER_SIZE], parts[NUMBER_SIZE];
    char from[NUMBER_SIZE], upto[NUMBER_SIZE];
    snprintf(parts, sizeof(parts), "%u", r->n_buckets);
    const char *const values[] = {stations->str,
                                  components->str,
                                  time_text(since, r->since),
                                  time_text(until, r->until),
                                  parts,
                                  time_text(from, range->since),
                                  time_text(upto, range->until)};
    PGresult *result = NULL;
    enum rc rc = pg_query(pg, PG_TREND, G_N_ELEMENTS(values), values, &result, err);
    struct taker t = {.result = result};
    for (; rc == RC_OK && t.row < PQntuples(result); t.row++) {
        t.next = 0;
        if (!take_part(&t, r, out)) {
            rc = err_set(err, RC_INVALID, "the central store answered what was not asked");
        }
    }
    PQclear(result);
    g_string_free(stations, TRUE);
    g_string_free(components, TRUE);
    return rc;
}
