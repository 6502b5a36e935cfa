/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What tiles ask the archive, and what it answers. */
#include "src/core/i18n.h"
#include "ui/boards.h"

#define AGAIN_US       (60 * US_PER_S)
#define AGAIN_LEAST_US (5 * US_PER_S)
#define CALENDAR_US    (10 * 60 * US_PER_S)
#define BUSY_US        US_PER_S
#define HOUR_US        (3600 * US_PER_S)
#define DAY_US         (24 * HOUR_US)

bool
tile_history_kept(enum tile_kind kind)
{
    return kind == TILE_NUMBER || kind == TILE_TREND || kind == TILE_CALENDAR;
}

void
tile_history_init(struct tile_history *h, const struct tile *t)
{
    *h = (struct tile_history){0};
    for (guint i = 0; tile_history_kept(t->kind) && i < t->components->len; i++) {
        const char *path = g_ptr_array_index(t->components, i);
        const char *slash = strchr(path, '/');
        char *uid = g_strndup(path, (gsize)(slash - path));
        trend_series_init(&h->series[h->n++], uid, slash + 1);
        g_free(uid);
    }
}

void
tile_history_fini(struct screen *s, struct tile_history *h)
{
    screen_cancel(s, h->id);
    for (int i = 0; i < h->n; i++) {
        trend_series_fini(&h->series[i]);
    }
    *h = (struct tile_history){0};
}

/* Whole local days, today the last one; weeks begin on a Monday. */
static struct trend_window
days_window(const struct screen *s, const struct tile *t)
{
    bool weeks = t->unit == TILE_BY_WEEKS;
    int64_t part = weeks ? DAY_US : HOUR_US;
    int64_t most = (int64_t)ARCHIVE_BUCKETS_MAX * part / DAY_US - 7;
    int64_t days = CLAMP((t->span_s * US_PER_S + DAY_US - 1) / DAY_US, 1, most);
    int64_t offset = format_offset_us(s->zone, s->now.wall);
    int hour;
    int64_t tomorrow = tile_local_day(s, s->now.wall, &hour) + 1; /* days since a Thursday */
    int64_t first = tomorrow - days;
    if (weeks) {
        first -= ((first + 3) % 7 + 7) % 7;
    }
    return (struct trend_window){.since = first * DAY_US - offset,
                                 .bucket_us = part,
                                 .n = (uint32_t)((tomorrow - first) * (DAY_US / part))};
}

static mono_us
again_us(const struct tile *t, const struct trend_window *w)
{
    return t->kind == TILE_CALENDAR ? CALENDAR_US
           : t->kind == TILE_NUMBER ? AGAIN_US
                                    : CLAMP(2 * w->bucket_us, AGAIN_LEAST_US, AGAIN_US);
}

static uint64_t
ask(struct screen *s, const struct tile_history *h)
{
    struct archive_request *r = g_new0(struct archive_request, 1);
    r->kind = ARCHIVE_TREND;
    r->since = h->window.since;
    r->until = trend_window_until(&h->window);
    r->n_buckets = h->window.n;
    for (int i = 0; i < h->n; i++) {
        r->series[r->n_series++] = h->series[i].name;
    }
    uint64_t id = screen_ask(s, r);
    g_free(r);
    return id;
}

void
tile_history_ask(struct screen *s, int i)
{
    const struct tile *t = board_tile(boards_board(s->boards), i);
    struct tile_history *h = &s->boards->live[i].history;
    struct trend_window w =
        t->kind == TILE_CALENDAR
            ? days_window(s, t)
            : trend_window_at(s->now.wall, t->span_s * US_PER_S, (int)h->wanted);
    for (int k = 0; k < h->n; k++) {
        trend_series_window(&h->series[k], &h->window, &w);
    }
    h->window = w;
    h->due = s->now.mono + again_us(t, &w);
    h->id = h->n == 0 ? 0 : ask(s, h);
    if (s->config->archive == NULL) {
        g_strlcpy(h->problem, _("this console has no archive"), sizeof(h->problem));
    } else if (h->id == 0 && h->n > 0) {
        h->due = s->now.mono + BUSY_US;
    }
}

bool
tile_history_answer(struct tile_history *h, const struct archive_answer *answer)
{
    if (h->id == 0 || h->id != answer->id) {
        return false;
    }
    for (int k = 0; k < h->n; k++) {
        trend_series_answer(&h->series[k], &h->window, answer, (uint32_t)k);
    }
    h->any = true;
    h->id = answer->last ? 0 : h->id;
    g_strlcpy(h->problem, answer->problem, sizeof(h->problem));
    return true;
}

void
tile_history_live(const struct screen *s, struct tile_live *l)
{
    struct tile_history *h = &l->history;
    for (int k = 0; l->ready && h->any && k < h->n; k++) {
        if (l->components[k] != COMPONENT_NONE) {
            trend_series_live(&h->series[k], &h->window,
                              &s->snap->components[l->components[k]]);
        }
    }
}
