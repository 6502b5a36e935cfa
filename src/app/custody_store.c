/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From batches to the store, or to the outbox.
 *
 * The batches of one segment have to arrive in their order. So when one of them had to go to
 * the outbox, those that follow queue behind it there until the store has them all: a new
 * segment within one connection would be sooner there, but could not be told from a hand-over,
 * after which equal messages with equal packet ids count as repetitions. The outbox is drained
 * many times faster than messages come, and when the store was away for long, ownership by
 * another arbiter, and with it another segment, began in between anyhow.
 */
#include <inttypes.h>
#include <malloc.h>

#include "src/app/custody_private.h"
#include "src/core/log.h"

#define DIAL_FIRST_US (1 * US_PER_S)
#define DIAL_LAST_US  (2 * US_PER_S)
#define STALL_LAST_US (30 * US_PER_S) /* it can be reached, and then does not answer */
#define RETRY_US      (1 * US_PER_S)
#define TROUBLE_US    (5 * US_PER_S)
#define UPKEEP_US     (3600 * US_PER_S)
#define UPKEEP_FAILED (60 * US_PER_S)
#define LONG_BACKLOG  50000u
#define BUSY_ROWS     1000u /* of the backlog, while there is more to take from the session */

/* ---- the connection ---- */

void
custody_drop_store(struct custody *c)
{
    pg_readings_free(g_steal_pointer(&c->readings));
    pg_close(g_steal_pointer(&c->pg));
    drain_again(&c->drain); /* what was read ahead would only take room */
    c->dial_at = c->now.mono + c->dial_delay;
    c->dial_delay = MIN(c->dial_delay * 2, STALL_LAST_US);
    c->told.connected = false;
}

static void
meanwhile(void *custody, bool ending)
{
    struct custody *c = custody;
    drain_meanwhile(&c->drain, ending);
    if (ending) {
        pg_readings_foresee(c->readings, c->drain.ahead);
    }
}

static void
take_connection(struct custody *c)
{
    struct err err = {.text = ""};
    struct pg *pg = NULL;
    enum rc rc = dialer_take(c->dialer, &pg, &err);
    if (rc == RC_BUSY) {
        return;
    }
    if (rc == RC_OK) {
        c->pg = pg;
        rc = pg_readings_new(&c->readings, pg, c->outbox, &err);
    }
    if (rc != RC_OK) {
        bool reached = c->pg != NULL;
        custody_drop_store(c);
        c->dial_delay = reached ? c->dial_delay : MIN(c->dial_delay, DIAL_LAST_US);
        custody_tell(c, CUSTODY_STORE, &err);
        return;
    }
    pg_readings_meanwhile(c->readings, meanwhile, c);
    c->slice = c->slice == 0 ? drain_fit(0, 0, 0) : c->slice;
    log_info("custody: connected to the central store");
    c->told.connected = true;
    custody_tell(c, CUSTODY_STORE, NULL);
    c->backlog = true;
    c->backlog_at = c->now.mono;
}

static void
turn_upkeep(struct custody *c)
{
    struct keeper_result result;
    if (keeper_take(c->keeper, &result) && result.rc != RC_OK &&
        result.epoch == c->term.rank.epoch && c->stage == CUSTODY_OPEN) {
        log_warning("custody: upkeep of the central store: %s", result.err.text);
        c->upkeep_at = c->now.mono + UPKEEP_FAILED;
    }
    if (c->stage == CUSTODY_OPEN && c->pg != NULL && c->term.grant[0] != '\0' &&
        c->now.mono >= c->upkeep_at) {
        keeper_work(c->keeper, c->term.rank.epoch, c->term.grant);
        c->upkeep_at = c->now.mono + UPKEEP_US;
    }
}

void
custody_turn_store(struct custody *c)
{
    take_connection(c);
    if (c->pg == NULL && c->now.mono >= c->dial_at) {
        c->dial_delay = MAX(c->dial_delay, DIAL_FIRST_US);
        dialer_dial(c->dialer);
    }
    turn_upkeep(c);
}

void
custody_hear_store(struct custody *c)
{
    struct err err = {.text = ""};
    bool news;
    if (pg_notified(c->pg, &news, &err) != RC_OK) {
        custody_tell(c, CUSTODY_STORE, &err);
        custody_drop_store(c);
    }
}

bool
custody_read_ring(struct custody *c)
{
    struct err err = {.text = ""};
    GArray *ring = g_array_new(FALSE, FALSE, sizeof(struct message_id));
    enum rc rc = pg_readings_ring(c->readings, ring, &err);
    for (guint i = 0; rc == RC_OK && i < ring->len; i++) {
        redelivery_load(&c->redelivery, g_array_index(ring, struct message_id, i));
    }
    if (rc != RC_OK) {
        custody_tell(c, CUSTODY_STORE, &err);
        if (!pg_is_open(c->pg)) {
            custody_drop_store(c);
        }
    }
    g_array_unref(ring);
    return rc == RC_OK;
}

/* ---- live ---- */

/* The outbox's numbers in place of those of the plant; RC_OK once all of them are there. */
static enum rc
number_records(struct custody *c, struct outbox_batch *b, struct err *err)
{
    for (guint i = 0; i < b->records->len; i++) {
        const struct record *r = &g_array_index(b->records, struct record, i);
        struct series_name *name = g_hash_table_lookup(c->names, GUINT_TO_POINTER(r->series));
        g_assert(name != NULL); /* whatever the model tells is of a plant that we had */
        if (name->number == 0) {
            enum rc rc =
                outbox_number(c->outbox, name->station, name->component, &name->number, err);
            if (rc != RC_OK) {
                return rc;
            }
        }
    }
    for (guint i = 0; i < b->records->len; i++) {
        struct record *r = &g_array_index(b->records, struct record, i);
        struct series_name *name = g_hash_table_lookup(c->names, GUINT_TO_POINTER(r->series));
        r->series = name->number;
    }
    return RC_OK;
}

static uint64_t
count_records(const GPtrArray *batches)
{
    uint64_t n = 0;
    for (guint i = 0; i < batches->len; i++) {
        n += ((const struct outbox_batch *)batches->pdata[i])->records->len;
    }
    return n;
}

/* What became of an attempt to store batches. */
static enum rc
take_outcome(struct custody *c, const GPtrArray *batches, enum rc rc, enum pg_outcome outcome,
             const struct err *err)
{
    if (rc == RC_OK) {
        c->told.synced += count_records(batches);
        custody_tell(c, CUSTODY_STORE, NULL);
        c->dial_delay = DIAL_FIRST_US;
        return rc;
    }
    if (rc == RC_IO || outcome == PG_TROUBLE) {
        custody_tell(c, CUSTODY_STORE, err);
    }
    if (!pg_is_open(c->pg)) {
        custody_drop_store(c);
    }
    return rc;
}

/* RC_OK: the store has them. */
static enum rc
store(struct custody *c, GPtrArray *batches, const char *grant, enum pg_outcome *ret,
      struct err *err)
{
    *ret = PG_STORED;
    enum rc rc = pg_readings_store(c->readings, batches, grant, ret, err);
    return take_outcome(c, batches, rc, *ret, err);
}

static bool
may_store(const struct custody *c, const struct outbox_batch *b)
{
    return c->readings != NULL && c->term.grant[0] != '\0' && c->queued == 0 &&
           uuid_equal(&b->segment.id, &c->segment.id) &&
           rank_compare(b->segment.rank, c->term.rank) == 0;
}

static void
give_way(struct custody *c, const struct err *err)
{
    log_warning("custody: the central store has another owner (%s); the shared session is "
                "left alone",
                err->text);
    custody_end(c);
    c->stage = CUSTODY_OVER;
    c->problems[CUSTODY_SESSION] = *err;
}

enum kept { KEPT, STUCK, GIVEN_UP };

static enum kept
keep_batch(struct custody *c, struct outbox_batch *b)
{
    struct err err = {.text = ""};
    enum rc rc = RC_OK;
    if (!c->numbered) {
        rc = number_records(c, b, &err);
        c->numbered = rc == RC_OK;
    }
    if (rc == RC_OK && may_store(c, b)) {
        enum pg_outcome outcome;
        GPtrArray *one = g_ptr_array_new();
        g_ptr_array_add(one, b);
        rc = store(c, one, c->term.grant, &outcome, &err);
        g_ptr_array_unref(one);
        if (rc == RC_OK) {
            return KEPT;
        }
        if (rc == RC_INVALID && outcome == PG_FENCED) {
            give_way(c, &err);
            return GIVEN_UP;
        }
        /* Whether it has arrived or not, or has a row at fault: that is found out when it comes
         * from the outbox. */
        rc = RC_OK;
    }
    if (rc == RC_OK) {
        rc = outbox_add(c->outbox, b, &err);
    }
    for (bool more = true; rc == RC_FULL && more;) { /* what was sent can make room */
        more = drain_tidy(&c->drain, &more, NULL) == RC_OK && more;
        rc = more ? outbox_add(c->outbox, b, &err) : rc;
    }
    if (rc != RC_OK) {
        custody_tell(c, CUSTODY_OUTBOX, &err);
        return STUCK;
    }
    custody_tell(c, CUSTODY_OUTBOX, NULL);
    if (uuid_equal(&b->segment.id, &c->segment.id)) {
        c->queued = b->number;
    }
    c->backlog = true;
    return KEPT;
}

void
custody_keep(struct custody *c)
{
    custody_close_batch(c);
    while (!g_queue_is_empty(&c->ready)) {
        switch (keep_batch(c, g_queue_peek_head(&c->ready))) {
        case KEPT:
            outbox_batch_free(g_queue_pop_head(&c->ready));
            c->numbered = false;
            break;
        case STUCK:
            c->retry_keep = c->now.mono + RETRY_US;
            return;
        case GIVEN_UP:
            return;
        }
    }
    c->retry_keep = 0;
    if (c->client != NULL) {
        client_write(c->client);
    }
}

/* ---- backlog ---- */

static void
batches_sent(struct custody *c, GPtrArray *batches)
{
    const struct outbox_batch *last = batches->pdata[batches->len - 1];
    if (uuid_equal(&last->segment.id, &c->segment.id) && last->number >= c->queued) {
        c->queued = 0;
    }
    c->drained += count_records(batches);
    drain_sent(&c->drain, batches);
}

/* What the store takes of them, and the rest into the quarantine. */
static enum rc
isolate(struct custody *c, GPtrArray *batches, enum pg_outcome *outcome, struct err *err)
{
    size_t refused = 0;
    enum rc rc = pg_readings_isolate(c->readings, c->outbox, batches, "", c->now.wall, &refused,
                                     outcome, err);
    if (refused > 0) {
        log_error("custody: the central store refuses %zu readings, which are kept in the "
                  "quarantine now",
                  refused);
    }
    return take_outcome(c, batches, rc, *outcome, err);
}

/* The store has lost what it had confirmed; what came after it need not be lost as well. */
static enum rc
skip(struct custody *c, const struct outbox_batch *first, struct err *err)
{
    log_error("custody: the central store has lost readings that it had confirmed before batch "
              "%" PRIu64,
              first->number);
    enum rc rc = pg_readings_skip(c->readings, &first->segment, first->number, err);
    if (!pg_is_open(c->pg)) {
        custody_drop_store(c);
    }
    return rc;
}

static void
send_batches(struct custody *c, GPtrArray *batches)
{
    struct err err = {.text = ""};
    enum pg_outcome outcome;
    uint64_t rows = count_records(batches);
    mono_us begun = clock_now().mono;
    enum rc rc = store(c, batches, "", &outcome, &err);
    if (rc == RC_OK || rc == RC_IO) {
        int64_t took = rc == RC_OK ? clock_now().mono - begun : INT64_MAX;
        c->slice = drain_fit(c->slice, rows, took);
    } else if (outcome == PG_REFUSED && c->readings != NULL) {
        rc = isolate(c, batches, &outcome, &err);
    }
    if (rc == RC_OK) {
        batches_sent(c, batches);
        return;
    }
    drain_again(&c->drain);
    if (rc != RC_INVALID || outcome != PG_GAP || skip(c, batches->pdata[0], &err) != RC_OK) {
        c->backlog_at = c->now.mono + TROUBLE_US; /* after a gap: at once, without it */
    }
}

/* If it has ended: what a long one took of the memory goes back to the system. */
static void
end_backlog(struct custody *c)
{
    if (!c->backlog && c->drained >= LONG_BACKLOG) {
        malloc_trim(0);
    }
    c->drained = c->backlog ? c->drained : 0;
}

void
custody_send_backlog(struct custody *c)
{
    struct err err = {.text = ""};
    GPtrArray *batches = g_ptr_array_new_with_free_func(outbox_batch_free);
    enum rc rc = drain_take(&c->drain, c->more ? BUSY_ROWS : c->slice, batches, &err);
    if (rc == RC_OK && batches->len > 0) {
        send_batches(c, batches);
    } else if (rc == RC_OK) {
        rc = drain_tidy(&c->drain, &c->backlog, &err);
        end_backlog(c);
    } else {
        custody_tidy(c); /* the disk may be full */
    }
    if (rc != RC_OK) {
        custody_tell(c, CUSTODY_OUTBOX, &err);
        c->backlog_at = c->now.mono + RETRY_US;
    }
    g_ptr_array_unref(batches);
}

void
custody_tidy(struct custody *c)
{
    bool more;
    (void)!drain_tidy(&c->drain, &more, NULL); /* what fails is told when something is kept */
}
