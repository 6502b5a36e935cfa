/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When the journal asks the archive for what, and what becomes of the answers. */
#include "src/core/i18n.h"
#include "ui/journal.h"
#include "ui/view.h"
#include "ui/views.h"

#define LIVE_US   US_PER_S         /* new lines at most so often */
#define QUIET_US  (10 * US_PER_S)  /* and so often when nothing was announced */
#define SETTLE_US (3 * US_PER_S)   /* a line may be announced before it is on the disk */
#define LATE_US   (120 * US_PER_S) /* what other instances tell may come so late */
#define RETRY_US  (5 * US_PER_S)
#define MEND_US   (60 * US_PER_S) /* what is missing is asked for again by itself */

/* ---- asking ---- */

static void
ask_live(struct screen *s)
{
    struct journal_view *v = s->journal;
    const struct journal_record *newest = journal_book_newest(&v->book);
    struct archive_request r = {
        .kind = ARCHIVE_JOURNAL,
        .since = newest == NULL ? WALL_NONE : MIN(newest->at, s->now.wall) - LATE_US,
        .until = WALL_NONE,
        .limit = newest == NULL ? JOURNAL_PAGE : JOURNAL_LINES_MAX};
    g_strlcpy(r.station, v->only, sizeof(r.station));
    v->live = screen_ask(s, &r);
    v->live_at = s->now.mono + (s->now.mono < v->settle_until ? LIVE_US : QUIET_US);
}

/* Of the time of the oldest line there may be more, so that time is asked for again. */
static void
ask_older(struct screen *s)
{
    struct journal_view *v = s->journal;
    const struct journal_record *oldest = journal_book_oldest(&v->book);
    wall_us until = oldest == NULL ? WALL_NONE : oldest->at;
    guint again = oldest == NULL ? 0 : journal_book_count_at(&v->book, oldest->at);
    struct archive_request r = {.kind = ARCHIVE_JOURNAL,
                                .since = WALL_NONE,
                                .until = until,
                                .limit = JOURNAL_PAGE + again};
    g_strlcpy(r.station, v->only, sizeof(r.station));
    v->older = screen_ask(s, &r);
    v->asked_at = s->now.mono;
    v->retry_at = s->now.mono + (v->older == 0 ? LIVE_US : 0);
}

static bool
near_end(const struct list *l)
{
    return l->n - (l->top + l->height) < l->height;
}

static bool
wants_older(const struct journal_view *v)
{
    return v->end == JOURNAL_MORE && v->older == 0 && v->book.lines->len < JOURNAL_LINES_MAX &&
           near_end(&v->book.list);
}

/* The central store is back, or may be, without anything having told so. */
static bool
may_mend(const struct screen *s)
{
    const struct journal_view *v = s->journal;
    bool back = s->snap != NULL && s->snap->health.postgres.connected &&
                s->snap->health.postgres.since > v->asked_at;
    return v->end == JOURNAL_MISSING && (back || s->now.mono >= v->asked_at + MEND_US);
}

void
journal_step(struct screen *s)
{
    struct journal_view *v = s->journal;
    if (may_mend(s)) {
        v->end = JOURNAL_MORE;
        v->retry_at = 0;
    }
    if (s->view != VIEW_JOURNAL || s->config->archive == NULL) {
        return;
    }
    if (wants_older(v) && s->now.mono >= v->retry_at) {
        ask_older(s);
    }
    if (v->begun && v->live == 0 && s->now.mono >= v->live_at) {
        ask_live(s);
    }
}

/* Begin anew, with another choice. */
static void
begin(struct screen *s)
{
    struct journal_view *v = s->journal;
    screen_cancel(s, v->live);
    screen_cancel(s, v->older);
    v->live = v->older = 0;
    v->open = v->begun = false;
    v->end = JOURNAL_MORE;
    v->retry_at = 0;
    journal_book_clear(&v->book);
    journal_step(s);
}

void
journal_set_only(struct screen *s, const char *station)
{
    g_strlcpy(s->journal->only, station, sizeof(s->journal->only));
    begin(s);
}

/* ---- answers ---- */

static bool
at_top(const struct journal_view *v)
{
    return v->book.list.pos == 0 && !v->open;
}

static void
take_fresh(struct journal_view *v)
{
    journal_book_take(&v->book);
    list_to(&v->book.list, 0);
    journal_book_moved(&v->book);
}

static void
take_live(struct screen *s, const struct archive_answer *answer)
{
    struct journal_view *v = s->journal;
    v->live = answer->last ? 0 : v->live;
    if (answer->more) { /* so much happened that there would be a gap */
        begin(s);
        return;
    }
    journal_book_add(&v->book, answer->journal, true);
    if (at_top(v)) {
        take_fresh(v);
    }
}

static void
take_older(struct screen *s, const struct archive_answer *answer)
{
    struct journal_view *v = s->journal;
    journal_book_add(&v->book, answer->journal, false);
    v->live_at = v->begun ? v->live_at : s->now.mono + QUIET_US;
    v->begun = true;
    if (!answer->last) {
        return;
    }
    v->older = 0;
    v->end = answer->more               ? JOURNAL_MORE
             : *answer->problem != '\0' ? JOURNAL_MISSING
                                        : JOURNAL_ALL;
    g_strlcpy(v->problem, answer->problem, sizeof(v->problem));
    v->retry_at = s->now.mono + (v->end == JOURNAL_MISSING ? RETRY_US : 0);
}

static bool
take_answer(struct screen *s, const struct archive_answer *answer)
{
    struct journal_view *v = s->journal;
    if (answer->kind != ARCHIVE_JOURNAL) {
        return false;
    }
    if (answer->id == v->live) {
        take_live(s, answer);
    } else if (answer->id == v->older) {
        take_older(s, answer);
    } else {
        return false;
    }
    journal_step(s);
    return true;
}

/* ---- the view ---- */

static void
init(struct screen *s)
{
    s->journal = g_new0(struct journal_view, 1);
    journal_book_init(&s->journal->book);
    s->journal->rows = g_ptr_array_new_with_free_func(g_free);
    s->journal->list.height = 1;
}

static void
fini(struct screen *s)
{
    journal_book_fini(&s->journal->book);
    g_ptr_array_unref(s->journal->rows);
    g_free(s->journal);
}

static void
enter(struct screen *s)
{
    s->journal->live_at = s->now.mono;
    journal_step(s);
}

/* Something happened to alarms: their lines are, or will soon be, in the journal. */
static void
take(struct screen *s)
{
    struct journal_view *v = s->journal;
    uint64_t version = s->snap->alarms == NULL ? 0 : s->snap->alarms->version;
    if (version != v->board) {
        v->board = version;
        v->settle_until = s->now.mono + SETTLE_US;
        v->live_at = MIN(v->live_at, s->now.mono + LIVE_US);
    }
    journal_step(s);
}

static mono_us
next_tick(const struct screen *s)
{
    const struct journal_view *v = s->journal;
    if (s->view != VIEW_JOURNAL || s->config->archive == NULL) {
        return 0;
    }
    mono_us live = v->begun && v->live == 0 ? v->live_at : 0;
    if (wants_older(v)) {
        mono_us older = MAX(v->retry_at, 1);
        return live == 0 ? older : MIN(live, older);
    }
    return live;
}

static enum place
place(const struct screen *s)
{
    (void)s;
    return PLACE_JOURNAL;
}

static struct list *
list(struct screen *s)
{
    return s->journal->open ? &s->journal->list : &s->journal->book.list;
}

/* At the top what waits comes in; at the end what was missing may be there by now. */
static void
moved(struct screen *s, int by)
{
    struct journal_view *v = s->journal;
    (void)by;
    if (v->open) {
        return;
    }
    journal_book_moved(&v->book);
    if (at_top(v)) {
        take_fresh(v);
    }
    if (v->end == JOURNAL_MISSING && v->book.list.pos + 1 >= v->book.list.n &&
        s->now.mono >= v->retry_at) {
        v->end = JOURNAL_MORE;
    }
    journal_step(s);
}

static bool
can_back(const struct screen *s)
{
    const struct journal_view *v = s->journal;
    return v->open || *v->book.filter_text != '\0' || *v->only != '\0';
}

static bool
back(struct screen *s)
{
    struct journal_view *v = s->journal;
    if (v->open) {
        v->open = false;
        moved(s, 0);
    } else if (*v->book.filter_text != '\0') {
        journal_book_set_filter(&v->book, "");
    } else if (*v->only != '\0') {
        journal_set_only(s, "");
    } else {
        return false;
    }
    journal_step(s);
    return true;
}

/* ---- "/" ---- */

static const char *
filter_text(const struct screen *s)
{
    return s->journal->book.filter_text;
}

static void
set_filter(struct screen *s, const char *text)
{
    s->journal->open = false;
    journal_book_set_filter(&s->journal->book, text);
    journal_step(s);
}

static void
count(const struct screen *s, int *ret_n, unsigned *ret_of)
{
    *ret_n = s->journal->book.list.n;
    *ret_of = s->journal->book.lines->len;
}

static const struct view_filter filter = {filter_text, set_filter, count};

const struct view_type view_journal = {
    .name = N_("Journal"),
    .key = '7',
    .init = init,
    .fini = fini,
    .enter = enter,
    .take = take,
    .tick = journal_step,
    .next_tick = next_tick,
    .answer = take_answer,
    .place = place,
    .list = list,
    .moved = moved,
    .back = back,
    .can_back = can_back,
    .filter = &filter,
    .draw = journal_draw,
    .draw_small = journal_draw_small,
};
