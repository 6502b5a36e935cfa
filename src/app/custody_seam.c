/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The gap of topics of QoS 0: what this instance heard over its own session between the last
 * reading of the owner before and the first one over the shared session. It is filled once a
 * take-over, a moment after the session was opened, when that one's own first readings are
 * known as well.
 */
#include <inttypes.h>

#include "src/app/align.h"
#include "src/app/custody_private.h"
#include "src/core/log.h"
#include "storage/pg_tail.h"
#include "storage/query.h"

#define WAIT_US  (2 * US_PER_S) /* the cache's last commit, and some first readings */
#define RETRY_US (5 * US_PER_S)
#define ROWS_MAX 1000000 /* of the cache */

/* One series: what is known of it from three sides. */
struct side {
    uint32_t series;
    const struct series_name *name;
    GArray *live, *tail, *own; /* struct record */
    bool seamed;
};

struct seam {
    mono_us due;
    wall_us live_at;   /* when the session was opened */
    GHashTable *sides; /* series → struct side * */
};

static void
clear_record(void *record)
{
    struct record *r = record;
    g_clear_pointer(&r->text, g_ref_string_release);
}

static GArray *
new_records(void)
{
    GArray *records = g_array_new(FALSE, FALSE, sizeof(struct record));
    g_array_set_clear_func(records, clear_record);
    return records;
}

static void
add_copy(GArray *records, const struct record *r)
{
    struct record copy = *r;
    if (copy.text != NULL) {
        g_ref_string_acquire(copy.text);
    }
    g_array_append_val(records, copy);
}

static void
free_side(void *user)
{
    struct side *s = user;
    g_array_unref(s->live);
    g_array_unref(s->tail);
    g_array_unref(s->own);
    g_free(s);
}

static struct side *
new_side(uint32_t series, const struct series_name *name)
{
    struct side *s = g_new0(struct side, 1);
    *s = (struct side){.series = series,
                       .name = name,
                       .live = new_records(),
                       .tail = new_records(),
                       .own = new_records()};
    return s;
}

void
custody_seam_begin(struct custody *c)
{
    custody_seam_end(c);
    struct seam *seam = g_new0(struct seam, 1);
    seam->due = c->now.mono + WAIT_US;
    seam->live_at = c->now.wall;
    seam->sides = g_hash_table_new_full(NULL, NULL, NULL, free_side);
    GHashTableIter i;
    void *series;
    pthread_mutex_lock(&c->lock);
    g_hash_table_iter_init(&i, c->asked.heard);
    while (g_hash_table_iter_next(&i, &series, NULL)) {
        const struct series_name *name = g_hash_table_lookup(c->names, series);
        if (name != NULL) {
            g_hash_table_insert(seam->sides, series, new_side(GPOINTER_TO_UINT(series), name));
        }
    }
    pthread_mutex_unlock(&c->lock);
    c->seam = seam;
    if (g_hash_table_size(seam->sides) == 0) {
        custody_seam_end(c);
    }
}

void
custody_seam_end(struct custody *c)
{
    if (c->seam != NULL) {
        g_hash_table_unref(c->seam->sides);
        g_free(g_steal_pointer(&c->seam));
    }
}

void
custody_seam_live(struct custody *c, const struct record *r)
{
    if (c->seam != NULL) {
        struct side *s = g_hash_table_lookup(c->seam->sides, GUINT_TO_POINTER(r->series));
        if (s != NULL && s->live->len < ALIGN_TAIL) {
            add_copy(s->live, r);
        }
    }
}

/* ---- both sides ---- */

static enum rc
ask_store(struct custody *c, GPtrArray *sides, wall_us *ret_since, struct err *err)
{
    struct pg_tail_names *names = g_new0(struct pg_tail_names, sides->len);
    for (guint i = 0; i < sides->len; i++) {
        const struct side *s = sides->pdata[i];
        names[i] = (struct pg_tail_names){s->name->station, s->name->component};
    }
    GArray *rows = new_records();
    enum rc rc = pg_tail(c->pg, names, sides->len, &c->segment.id, rows, ret_since, err);
    for (guint i = 0; rc == RC_OK && i < rows->len; i++) {
        const struct record *r = &g_array_index(rows, struct record, i);
        if (r->series < sides->len) {
            struct side *s = sides->pdata[r->series];
            add_copy(s->tail, r);
        }
    }
    g_array_unref(rows);
    g_free(names);
    return rc;
}

static bool
take_own(const struct record *r, void *user)
{
    GHashTable *sides = user;
    struct side *s = g_hash_table_lookup(sides, GUINT_TO_POINTER(r->series));
    if (s != NULL) {
        add_copy(s->own, r);
    }
    return true;
}

static enum rc
ask_cache(struct custody *c, GPtrArray *sides, wall_us since, struct err *err)
{
    uint32_t *series = g_new(uint32_t, sides->len);
    for (guint i = 0; i < sides->len; i++) {
        series[i] = ((const struct side *)sides->pdata[i])->series;
    }
    struct query_range range = {.series = series,
                                .n_series = sides->len,
                                .since = since - ALIGN_SKEW_US,
                                .until = c->seam->live_at + WAIT_US,
                                .limit = ROWS_MAX,
                                .oldest_first = true};
    struct query *query = NULL;
    enum rc rc = query_open(&query, c->config->cache.path, err);
    if (rc == RC_OK) {
        rc = query_readings(query, &range, take_own, c->seam->sides, err);
    }
    query_close(query);
    g_free(series);
    return rc;
}

/* ---- one series ---- */

/*
 * Readings with a time of receipt only, as samples; places (may be NULL) tells which records
 * they are. With report by exception the store lacks what repeats, so that counts for nothing.
 */
static GArray *
samples_of(const struct custody *c, const GArray *records, GArray *places)
{
    GArray *samples = g_array_new(FALSE, FALSE, sizeof(struct align_sample));
    for (guint i = 0; i < records->len; i++) {
        const struct record *r = &g_array_index(records, struct record, i);
        struct align_sample s = {.value = align_value(r->num, r->text), .at = r->received};
        bool repeats =
            samples->len > 0 &&
            s.value == g_array_index(samples, struct align_sample, samples->len - 1).value;
        if (r->source == TS_DEVICE || (repeats && c->report != NULL)) {
            continue;
        }
        g_array_append_val(samples, s);
        if (places != NULL) {
            g_array_append_val(places, i);
        }
    }
    return samples;
}

static uint64_t
add_missing(struct custody *c, const struct record *r)
{
    custody_add(c, r);
    return 1;
}

static uint64_t
fill_by_order(struct custody *c, struct side *s, wall_us since)
{
    GArray *places = g_array_new(FALSE, FALSE, sizeof(guint));
    GArray *tail = samples_of(c, s->tail, NULL), *live = samples_of(c, s->live, NULL);
    GArray *own = samples_of(c, s->own, places);
    struct align_gap gap = align_find((const struct align_sample *)(void *)tail->data,
                                      tail->len, (const struct align_sample *)(void *)own->data,
                                      own->len, (const struct align_sample *)(void *)live->data,
                                      live->len, c->seam->live_at);
    uint64_t n = 0;
    for (size_t i = gap.first; i < gap.end; i++) {
        const struct record *r =
            &g_array_index(s->own, struct record, g_array_index(places, guint, i));
        /* Before since nobody knows what the store has. */
        if (tail->len > 0 || r->received >= since + ALIGN_SKEW_US) {
            n += add_missing(c, r);
        }
    }
    s->seamed = gap.seam && own->len > 0;
    g_array_unref(tail);
    g_array_unref(live);
    g_array_unref(own);
    g_array_unref(places);
    return n;
}

static bool
has_time(const GArray *records, wall_us ts)
{
    for (guint i = 0; i < records->len; i++) {
        const struct record *r = &g_array_index(records, struct record, i);
        if (r->source == TS_DEVICE && r->ts == ts) {
            return true;
        }
    }
    return false;
}

/* With a time of the device a reading is known by it. */
static uint64_t
fill_by_time(struct custody *c, const struct side *s, wall_us since)
{
    wall_us from = since;
    for (guint i = 0; s->tail->len >= ALIGN_TAIL && i < s->tail->len; i++) {
        wall_us ts = g_array_index(s->tail, struct record, i).ts;
        from = i == 0 ? ts : MIN(from, ts); /* older ones the store has, too */
    }
    uint64_t n = 0;
    for (guint i = 0; i < s->own->len; i++) {
        const struct record *r = &g_array_index(s->own, struct record, i);
        if (r->source == TS_DEVICE && r->ts >= from && r->received < c->seam->live_at &&
            !has_time(s->tail, r->ts) && !has_time(s->live, r->ts)) {
            n += add_missing(c, r);
        }
    }
    return n;
}

static void
fill(struct custody *c, GPtrArray *sides, wall_us since)
{
    uint64_t n = 0, seams = 0;
    for (guint i = 0; i < sides->len; i++) {
        struct side *s = sides->pdata[i];
        n += fill_by_order(c, s, since) + fill_by_time(c, s, since);
        seams += s->seamed;
    }
    if (n > 0 || seams > 0) {
        log_info("custody: %" PRIu64 " readings that came at QoS 0 before the shared session "
                 "was opened are added; of %" PRIu64 " components the place of the seam is a "
                 "guess",
                 n, seams);
    }
}

void
custody_seam_turn(struct custody *c)
{
    if (c->seam == NULL || c->readings == NULL || c->now.mono < c->seam->due) {
        return;
    }
    struct err err = {.text = ""};
    wall_us since = c->seam->live_at;
    GPtrArray *sides = g_ptr_array_new();
    GHashTableIter i;
    void *side;
    g_hash_table_iter_init(&i, c->seam->sides);
    while (g_hash_table_iter_next(&i, NULL, &side)) {
        g_ptr_array_add(sides, side);
    }
    enum rc rc = ask_store(c, sides, &since, &err);
    if (rc == RC_OK) {
        rc = ask_cache(c, sides, since, &err);
    }
    if (rc == RC_OK) {
        fill(c, sides, since);
    } else if (rc != RC_IO || pg_is_open(c->pg)) {
        log_warning("custody: readings that came at QoS 0 before the shared session was opened "
                    "are not added: %s",
                    err.text);
    }
    g_ptr_array_unref(sides);
    if (!pg_is_open(c->pg)) {
        custody_drop_store(c);
        c->seam->due = c->now.mono + RETRY_US;
    } else {
        custody_seam_end(c);
    }
}
