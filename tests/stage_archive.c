/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/stage_archive.h"

#include <inttypes.h>
#include <math.h>
#include <unistd.h>

#include "tests/stage_clock.h"

#define STEP_US (60 * US_PER_S)
#define DAY_US  (24 * 3600 * US_PER_S)

enum mode { MODE_WHOLE, MODE_NONE, MODE_SLOW, MODE_CENTRAL, MODE_PROBLEM };

/* A question that is not answered to the end yet. */
struct job {
    uint64_t id;
    struct archive_request request;
    bool cache_said;
};

/* What commands did to one component: a reading, or a stretch of none or of bad ones. */
enum mark_kind { MARK_READING, MARK_GAP, MARK_BAD };
struct mark {
    char station[PLANT_ID_MAX + 1], component[PLANT_ID_MAX + 1];
    enum mark_kind kind;
    wall_us from, to; /* of a reading: from */
    double value;
};

struct stage_archive {
    struct archive *archive;
    int fd;
    enum mode mode;
    char problem[160];
    int64_t cached_us;
    wall_us opened;  /* of the stage, whole minutes */
    GQueue jobs;     /* struct job * */
    GArray *marks;   /* struct mark */
    GArray *journal; /* struct journal_record, newest first */
    GString *asked;
};

struct stage_archive *
stage_archive_new(struct archive *archive, int fd)
{
    struct stage_archive *a = g_new0(struct stage_archive, 1);
    a->archive = archive;
    a->fd = fd;
    a->cached_us = 3600 * US_PER_S;
    a->opened = stage_now().wall / STEP_US * STEP_US;
    g_queue_init(&a->jobs);
    a->marks = g_array_new(FALSE, TRUE, sizeof(struct mark));
    a->journal = g_array_new(FALSE, TRUE, sizeof(struct journal_record));
    g_array_set_clear_func(a->journal, journal_record_clear);
    a->asked = g_string_new(NULL);
    return a;
}

void
stage_archive_free(struct stage_archive *a)
{
    g_queue_clear_full(&a->jobs, g_free);
    g_array_free(a->marks, TRUE);
    g_array_free(a->journal, TRUE);
    g_string_free(a->asked, TRUE);
    g_free(a);
}

/* ---- the series ---- */

/* Stations differ in their phase, but all end at what the stage shows first. */
static double
wave(const char *station, wall_us ago)
{
    double cycles = 1 + g_str_hash(station) % 3 / 2.0;
    return sin(2 * G_PI * cycles * (double)ago / (double)DAY_US);
}

static double
value_at(const struct stage_archive *a, const struct archive_series *series, wall_us at)
{
    const char *id = series->component;
    wall_us ago = a->opened - at;
    int64_t minutes = ago / STEP_US;
    if (strcmp(id, "LEVEL") == 0) {
        return 1.7 + 0.5 * wave(series->station, ago);
    }
    if (strcmp(id, "FLOW") == 0) {
        return 188 - 70 * wave(series->station, ago);
    }
    if (*id == 'H' || *id == 'N') {
        return (*id == 'H' ? 12411.4 : 9902) - (double)minutes / 60;
    }
    bool odd = minutes / 40 % 2 == 1;
    return *id == 'F' || strcmp(id, "P2") == 0 ? odd : !odd;
}

static bool
concerns(const struct mark *m, const struct archive_series *series)
{
    return strcmp(m->station, series->station) == 0 &&
           strcmp(m->component, series->component) == 0;
}

/* Whether at lies in a stretch of this kind. */
static bool
marked(const struct stage_archive *a, const struct archive_series *series, int kind, wall_us at)
{
    for (guint i = 0; i < a->marks->len; i++) {
        const struct mark *m = &g_array_index(a->marks, struct mark, i);
        if ((int)m->kind == kind && concerns(m, series) && at >= m->from && at < m->to) {
            return true;
        }
    }
    return false;
}

static void
put_reading(const struct stage_archive *a, struct archive_answer *answer, uint32_t row,
            const struct archive_series *series, wall_us at, double value)
{
    if (at < answer->reach || at >= answer->until || marked(a, series, MARK_GAP, at)) {
        return;
    }
    if (at < answer->since) {
        if (!marked(a, series, MARK_BAD, at)) {
            answer->before[row] = (struct archive_bucket){0};
            archive_bucket_add(&answer->before[row], value, at);
        }
        return;
    }
    double part = (double)(at - answer->since) / (double)(answer->until - answer->since);
    uint32_t column = MIN((uint32_t)(part * answer->n_buckets), answer->n_buckets - 1);
    struct archive_bucket *b = &answer->buckets[(gsize)row * answer->n_buckets + column];
    if (marked(a, series, MARK_BAD, at)) {
        b->bad++;
    } else {
        archive_bucket_add(b, value, at);
    }
}

static void
put_series(const struct stage_archive *a, struct archive_answer *answer, uint32_t row,
           const struct archive_series *series)
{
    int64_t bucket = (answer->until - answer->since) / answer->n_buckets;
    wall_us step = MAX(bucket / 32 / STEP_US, 1) * STEP_US; /* a year has half a million */
    wall_us at = MAX(answer->since - DAY_US, answer->reach) / step * step;
    for (; at < answer->until && at <= a->opened; at += step) {
        put_reading(a, answer, row, series, at, value_at(a, series, at));
    }
    for (guint i = 0; i < a->marks->len; i++) {
        const struct mark *m = &g_array_index(a->marks, struct mark, i);
        if (m->kind == MARK_READING && concerns(m, series)) {
            put_reading(a, answer, row, series, m->from, m->value);
        }
    }
}

/* ---- the journal ---- */

static bool
wanted(const struct archive_request *r, const struct journal_record *line)
{
    return (r->since == WALL_NONE || line->at >= r->since) &&
           (r->until == WALL_NONE || line->at <= r->until) &&
           (*r->station == '\0' || g_strcmp0(line->station, r->station) == 0) &&
           (*r->component == '\0' || g_strcmp0(line->component, r->component) == 0);
}

static void
put_journal(const struct stage_archive *a, struct archive_answer *answer,
            const struct archive_request *r)
{
    for (guint i = 0; i < a->journal->len; i++) {
        struct journal_record line = g_array_index(a->journal, struct journal_record, i);
        if (!wanted(r, &line) || line.at < answer->reach) {
            continue;
        }
        if (answer->journal->len >= r->limit) {
            answer->more = true;
            return;
        }
        line.instance = g_strdup(line.instance);
        line.station = g_strdup(line.station);
        line.component = g_strdup(line.component);
        line.rule = g_strdup(line.rule);
        line.actor = g_strdup(line.actor);
        line.origin = g_strdup(line.origin);
        line.detail = g_strdup(line.detail);
        g_array_append_val(answer->journal, line);
    }
}

static gint
newest_first(gconstpointer a, gconstpointer b)
{
    const struct journal_record *x = a, *y = b;
    return (x->at < y->at) - (x->at > y->at);
}

static char *
word(const char *w)
{
    return strcmp(w, "-") == 0 ? NULL : g_strdup(w);
}

static void
add_line(struct stage_archive *a, char **w)
{
    struct journal_record line = {.at = stage_now().wall -
                                        g_ascii_strtoll(w[1], NULL, 10) * US_PER_S,
                                  .epoch = 7,
                                  .instance = g_strdup("desk"),
                                  .station = word(w[3]),
                                  .component = word(w[4]),
                                  .rule = word(w[5]),
                                  .priority = ALARM_HIGH,
                                  .to = ALARM_UNACKED,
                                  .annunciated = true,
                                  .value = NAN,
                                  .origin = g_strdup("reading"),
                                  .detail = word(w[6])};
    if (!alarm_event_from_name(w[2], &line.event)) {
        g_error("no event %s", w[2]);
    }
    if (line.event == EVENT_ACKED) {
        line.actor = g_strdup("nadja");
        line.to = ALARM_ACKED;
    }
    g_array_append_val(a->journal, line);
    g_array_sort(a->journal, newest_first);
}

static void
add_lines(struct stage_archive *a, int count)
{
    static const enum alarm_event events[] = {EVENT_RAISED, EVENT_ACKED, EVENT_RETURNED,
                                              EVENT_SHELVED};
    for (int i = 0; i < count; i++) {
        char ago[32], station[32];
        snprintf(ago, sizeof(ago), "%d", i * 7 * 60);
        snprintf(station, sizeof(station), "PW-%04d", i % 5 + 1);
        char *words[] = {
            NULL,    ago,     (char *)(uintptr_t)alarm_event_name(events[(size_t)i % 4]),
            station, "LEVEL", "hi",
            "-",     NULL};
        add_line(a, words);
    }
}

/* ---- answers ---- */

static void
note_asked(struct stage_archive *a, const struct archive_request *r)
{
    if (r->kind == ARCHIVE_JOURNAL) {
        g_string_append_printf(a->asked, "journal %s %s %u\n", r->station, r->component,
                               r->limit);
        return;
    }
    g_string_append(a->asked, "trend");
    for (uint32_t i = 0; i < r->n_series; i++) {
        g_string_append_printf(a->asked, " %s/%s", r->series[i].station,
                               r->series[i].component);
    }
    g_string_append_printf(a->asked, " %" PRId64 " %u\n", (r->until - r->since) / US_PER_S,
                           r->n_buckets);
}

static void
answer(const struct stage_archive *a, const struct job *job, enum archive_from from, bool last)
{
    const struct archive_request *r = &job->request;
    bool whole = a->mode == MODE_WHOLE || from == ARCHIVE_CENTRAL;
    struct archive_answer *made = archive_answer_new(r, job->id);
    wall_us cached = stage_now().wall - a->cached_us;
    made->from = from;
    made->last = last;
    made->reach = whole || (r->since != WALL_NONE && r->since > cached) ? r->since : cached;
    if (last && a->mode == MODE_PROBLEM) {
        g_strlcpy(made->problem, a->problem, sizeof(made->problem));
    }
    if (r->kind == ARCHIVE_JOURNAL) {
        put_journal(a, made, r);
    }
    for (uint32_t i = 0; r->kind == ARCHIVE_TREND && i < r->n_series; i++) {
        wall_us reach = made->reach;
        made->reach = whole ? WALL_NONE : reach; /* the reading before is known, too */
        put_series(a, made, i, &r->series[i]);
        made->reach = reach;
    }
    (void)archive_put(a->archive, made); /* wanted no more: so be it */
}

/* True: the question is answered to the end. */
static bool
work_on(struct stage_archive *a, struct job *job)
{
    if (archive_cancelled(a->archive, job->id)) {
        return true;
    }
    if (a->mode == MODE_NONE) {
        return false;
    }
    if (a->mode == MODE_WHOLE) {
        answer(a, job, job->cache_said ? ARCHIVE_CENTRAL : ARCHIVE_CACHE, true);
        return true;
    }
    if (!job->cache_said) {
        job->cache_said = true;
        answer(a, job, ARCHIVE_CACHE, false);
        return false;
    }
    if (a->mode == MODE_SLOW) {
        return false;
    }
    answer(a, job, a->mode == MODE_CENTRAL ? ARCHIVE_CENTRAL : ARCHIVE_CACHE, true);
    return true;
}

void
stage_archive_work(struct stage_archive *a)
{
    struct archive_request request;
    uint64_t id;
    while (archive_next(a->archive, &request, &id)) {
        struct job *job = g_new0(struct job, 1);
        job->id = id;
        job->request = request;
        note_asked(a, &request);
        g_queue_push_tail(&a->jobs, job);
    }
    for (int pass = 0; pass < 2; pass++) { /* the cache to all before the store to any */
        for (GList *l = a->jobs.head, *next; l != NULL; l = next) {
            next = l->next;
            if (archive_has_room(a->archive) && work_on(a, l->data)) {
                g_free(l->data);
                g_queue_delete_link(&a->jobs, l);
            }
        }
    }
}

/* ---- commands ---- */

static void
set_mode(struct stage_archive *a, char **w)
{
    static const char *const names[] = {"whole", "none", "slow", "central", "problem"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        a->mode = strcmp(w[1], names[i]) == 0 ? (enum mode)i : a->mode;
    }
    char *problem = g_strjoinv(" ", w + 2);
    g_strlcpy(a->problem, problem, sizeof(a->problem));
    g_free(problem);
}

static void
add_mark(struct stage_archive *a, char **w, enum mark_kind kind)
{
    wall_us now = stage_now().wall;
    struct mark m = {.kind = kind};
    g_strlcpy(m.station, w[1], sizeof(m.station));
    g_strlcpy(m.component, w[2], sizeof(m.component));
    m.value = g_ascii_strtod(w[3], NULL);
    m.to = now - g_ascii_strtoll(w[4], NULL, 10) * US_PER_S;
    m.from = kind == MARK_READING ? m.to : now - g_ascii_strtoll(w[3], NULL, 10) * US_PER_S;
    g_array_append_val(a->marks, m);
}

void
stage_archive_value(struct stage_archive *a, const char *station, const char *id, double value,
                    wall_us at)
{
    struct mark m = {.kind = MARK_READING, .from = at, .value = value};
    g_strlcpy(m.station, station, sizeof(m.station));
    g_strlcpy(m.component, id, sizeof(m.component));
    g_array_append_val(a->marks, m);
}

static void
tell_asked(struct stage_archive *a)
{
    ssize_t written = write(a->fd, a->asked->str, a->asked->len);
    (void)written; /* a test that is gone */
    g_string_truncate(a->asked, 0);
}

bool
stage_archive_obey(struct stage_archive *a, const char *line)
{
    char **w = g_strsplit(line, " ", -1);
    guint n = g_strv_length(w);
    bool ours = true;
    if (strcmp(w[0], "history") == 0 && n >= 2) {
        set_mode(a, w);
    } else if (strcmp(w[0], "cached") == 0 && n == 2) {
        a->cached_us = g_ascii_strtoll(w[1], NULL, 10) * US_PER_S;
    } else if (strcmp(w[0], "spike") == 0 && n == 5) {
        add_mark(a, w, MARK_READING);
    } else if (strcmp(w[0], "gap") == 0 && n == 5) {
        add_mark(a, w, MARK_GAP);
    } else if (strcmp(w[0], "bad") == 0 && n == 5) {
        add_mark(a, w, MARK_BAD);
    } else if (strcmp(w[0], "journaled") == 0 && n == 7) {
        add_line(a, w);
    } else if (strcmp(w[0], "journaled") == 0 && n == 2) {
        add_lines(a, (int)g_ascii_strtoll(w[1], NULL, 10));
    } else if (strcmp(w[0], "asked") == 0) {
        tell_asked(a);
    } else {
        ours = false;
    }
    g_strfreev(w);
    if (ours) {
        stage_archive_work(a);
    }
    return ours;
}
