/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/pg_readings.h"

#include "storage/pg_readings_private.h"

#define ATTEMPTS 20 /* while others store beside us, or what we knew is not true any more */

enum rc
pg_readings_new(struct pg_readings **ret, struct pg *pg, const struct outbox *outbox,
                struct err *err)
{
    if (!pg_is_open(pg)) {
        return err_set(err, RC_IO, "there is no connection");
    }
    struct pg_readings *r = g_new0(struct pg_readings, 1);
    r->pg = pg;
    r->outbox = outbox;
    r->series = g_array_new(FALSE, TRUE, sizeof(int32_t));
    r->days = g_array_new(FALSE, FALSE, sizeof(int32_t));
    g_array_set_size(r->series, 1);
    r->bytes = g_byte_array_new();
    pg_neighbours_init(&r->neighbours);
    load_forget_foreseen(r);
    *ret = r;
    return RC_OK;
}

void
pg_readings_free(struct pg_readings *r)
{
    if (r == NULL) {
        return;
    }
    pg_neighbours_fini(&r->neighbours);
    g_byte_array_unref(r->bytes);
    g_array_unref(r->series);
    g_array_unref(r->days);
    g_free(r);
}

void
pg_readings_meanwhile(struct pg_readings *r, pg_meanwhile *call, void *user)
{
    r->meanwhile = call;
    r->meanwhile_user = user;
}

static bool
state_is(const struct pg_readings *r, const char *state)
{
    return strcmp(pg_state(r->pg), state) == 0;
}

enum pg_outcome
load_outcome(const struct pg_readings *r, bool copied)
{
    const char *state = pg_state(r->pg);
    if (state_is(r, "LS001")) {
        return PG_FENCED;
    }
    /* Data exception, integrity violation, and what a trigger of the site's own raises for a
     * row: ours have states of their own. */
    bool at_row = g_str_has_prefix(state, "22") || g_str_has_prefix(state, "23") ||
                  (copied && state_is(r, "P0001"));
    return at_row ? PG_REFUSED : PG_TROUBLE;
}

/* ---- the segment ---- */

static enum rc
open_segment(struct pg_readings *r, const struct segment *s, struct err *err)
{
    if (r->segment.known && uuid_equal(&r->segment.uuid, &s->id)) {
        return RC_OK;
    }
    char id[UUID_SIZE], epoch[24], term[24], begun[24];
    uuid_format(id, &s->id);
    snprintf(epoch, sizeof(epoch), "%" G_GUINT64_FORMAT, s->rank.epoch);
    snprintf(term, sizeof(term), "%" G_GUINT64_FORMAT, s->rank.term);
    snprintf(begun, sizeof(begun), "%" G_GINT64_FORMAT, s->begun);
    const char *values[] = {
        id, s->instance, epoch, term, arbiter_name(s->arbiter), s->fresh ? "t" : "f", begun};
    PGresult *result = NULL;
    r->segment.known = false;
    pg_neighbours_forget(&r->neighbours);
    enum rc rc = pg_query(r->pg, PG_SEGMENT_OPEN, G_N_ELEMENTS(values), values, &result, err);
    if (rc == RC_OK && PQntuples(result) != 1) {
        rc = err_set(err, RC_INVALID, "the store does not answer as it should");
    }
    if (rc == RC_OK) {
        r->segment.uuid = s->id;
        r->segment.id = (int32_t)g_ascii_strtoll(PQgetvalue(result, 0, 0), NULL, 10);
        r->segment.last = g_ascii_strtoull(PQgetvalue(result, 0, 1), NULL, 10);
        r->segment.messages = g_ascii_strtoull(PQgetvalue(result, 0, 2), NULL, 10);
        r->segment.known = true;
    }
    PQclear(result);
    return rc;
}

enum rc
load_place(struct pg_readings *r, struct load *l, enum pg_outcome *ret, struct err *err)
{
    const struct outbox_batch *b = g_ptr_array_index(l->batches, 0);
    enum rc rc = open_segment(r, &b->segment, err);
    *ret = PG_TROUBLE;
    uint64_t next = r->segment.last + 1;
    for (l->from = 0; rc == RC_OK && l->from < l->batches->len; l->from++) {
        b = g_ptr_array_index(l->batches, l->from);
        if (b->number >= next) {
            break;
        }
    }
    for (unsigned i = l->from; rc == RC_OK && i < l->batches->len; i++, next++) {
        b = g_ptr_array_index(l->batches, i);
        if (b->number != next) {
            *ret = PG_GAP;
            rc = err_set(err, RC_INVALID,
                         "the store lacks batches %" G_GUINT64_FORMAT
                         " and on, this is %" G_GUINT64_FORMAT,
                         next, b->number);
        }
    }
    return rc;
}

/* ---- messages ---- */

static uint64_t
count_messages(const struct load *l)
{
    uint64_t n = 0;
    for (unsigned i = l->from; i < l->batches->len; i++) {
        const struct outbox_batch *b = g_ptr_array_index(l->batches, i);
        n += b->messages->len;
    }
    return n;
}

/* The identities of messages [from, end) of all of l->from and on, in hex. */
static void
append_messages(GString *out, const struct load *l, uint64_t from, uint64_t end)
{
    uint64_t at = 0; /* of the batch's first */
    for (unsigned i = l->from; i < l->batches->len && at < end; i++) {
        const struct outbox_batch *b = g_ptr_array_index(l->batches, i);
        uint64_t next = at + b->messages->len;
        uint64_t first = MAX(from, at), last = MIN(end, next);
        if (first < last) {
            pg_messages_to_hex(out, &g_array_index(b->messages, struct message_id, first - at),
                               last - first);
        }
        at = next;
    }
}

/* Whether the message is at the beginning or at the end of its segment, and stands there in a
 * neighbour as well. after: so many messages follow it. */
static bool
is_repeated(struct pg_readings *r, struct message_id id, uint64_t before, uint64_t after)
{
    return (before < PG_MESSAGE_WINDOW && pg_neighbours_take_earlier(&r->neighbours, id)) ||
           (after < PG_MESSAGE_WINDOW && pg_neighbours_take_later(&r->neighbours, id));
}

/* Leave out what a neighbour has. *ret_after: messages that follow all of these. */
static enum rc
compare(struct pg_readings *r, struct load *l, uint64_t messages, uint64_t *ret_after,
        struct err *err)
{
    const struct outbox_batch *b = g_ptr_array_index(l->batches, l->batches->len - 1);
    uint64_t after =
        outbox_messages_after(r->outbox, &b->segment.id, b->number, PG_MESSAGE_WINDOW);
    *ret_after = after;
    if (messages == 0 ||
        (r->segment.messages >= PG_MESSAGE_WINDOW && after >= PG_MESSAGE_WINDOW)) {
        return RC_OK;
    }
    enum rc rc = r->neighbours.loaded
                     ? RC_OK
                     : pg_neighbours_load(&r->neighbours, r->pg, r->segment.id, err);
    if (rc != RC_OK || r->neighbours.earlier->len + r->neighbours.later->len == 0) {
        return rc;
    }
    uint64_t before = r->segment.messages;
    size_t row = 0;
    for (unsigned i = 0; i < l->batches->len; row += b->records->len, i++) {
        b = g_ptr_array_index(l->batches, i);
        for (unsigned k = 0; i >= l->from && k < b->messages->len; k++, before++, messages--) {
            const struct outbox_span *span = &g_array_index(b->spans, struct outbox_span, k);
            if (is_repeated(r, g_array_index(b->messages, struct message_id, k), before,
                            after + messages - 1)) {
                load_skip(l, row + span->first, span->count, SKIP_REPEATED);
            }
        }
    }
    return RC_OK;
}

/* What was left out for the neighbours' sake comes back; they are asked again. */
static void
forget_comparison(struct pg_readings *r, struct load *l)
{
    pg_neighbours_forget(&r->neighbours);
    for (size_t i = 0; l->skip != NULL && i < l->rows; i++) {
        l->skip[i] &= (uint8_t)~SKIP_REPEATED;
    }
}

static void
append_seen(GString *text, const char *key, const char *seen, bool needed)
{
    g_string_append_printf(text, needed ? ",\"%s\":\"%s\"" : ",\"%s\":null", key,
                           needed ? seen : "");
}

/* Tell the store about the batch; see the head of 003-readings.sql. */
static enum rc
describe(struct pg_readings *r, const struct load *l, uint64_t n, uint64_t after,
         struct err *err)
{
    const struct outbox_batch *first = g_ptr_array_index(l->batches, l->from);
    const struct outbox_batch *last = g_ptr_array_index(l->batches, l->batches->len - 1);
    uint64_t stored = r->segment.messages;
    uint64_t head = stored >= PG_MESSAGE_WINDOW ? 0 : MIN(n, PG_MESSAGE_WINDOW - stored);
    /* The end of a backlog of which more waits is not the segment's. */
    uint64_t rest = after >= PG_MESSAGE_WINDOW ? 0 : MIN(n - head, PG_MESSAGE_WINDOW);
    GString *batch = g_string_new(""), *hex = g_string_new("");
    g_string_printf(
        batch,
        "{\"segment\":%d,\"first\":%" G_GUINT64_FORMAT ",\"last\":%" G_GUINT64_FORMAT
        ",\"grant\":\"%s\",\"messages\":%" G_GUINT64_FORMAT ",\"head\":%" G_GUINT64_FORMAT,
        (int)r->segment.id, first->number, last->number, l->grant, n, head);
    append_seen(batch, "earlier", r->neighbours.seen_earlier,
                n > 0 && r->neighbours.loaded && stored < PG_MESSAGE_WINDOW);
    append_seen(batch, "later", r->neighbours.seen_later,
                n > 0 && r->neighbours.loaded && after < PG_MESSAGE_WINDOW);
    g_string_append_c(batch, '}');
    append_messages(hex, l, 0, head);
    append_messages(hex, l, n - rest, n);
    enum rc rc = load_describe(r, batch->str, hex->str, err);
    g_string_free(batch, TRUE);
    g_string_free(hex, TRUE);
    return rc;
}

/* ---- storing ---- */

static enum rc
check_days(struct pg_readings *r, const struct load *l, size_t first, enum pg_outcome *ret,
           struct err *err)
{
    struct load_cursor c = load_rows(l, first, l->rows);
    const struct record *row;
    size_t n;
    while ((row = load_next(&c, &n)) != NULL) {
        if (!load_has_day(r, row->ts)) {
            *ret = PG_REFUSED;
            return load_no_day(row->ts, err);
        }
    }
    return RC_OK;
}

size_t
load_first(const struct load *l)
{
    size_t n = 0;
    for (unsigned i = 0; i < l->from; i++) {
        const struct outbox_batch *b = g_ptr_array_index(l->batches, i);
        n += b->records->len;
    }
    return n;
}

/* What load_place() has found missing. */
static enum rc
send(struct pg_readings *r, struct load *l, enum pg_outcome *ret, struct err *err)
{
    size_t first = load_first(l), refused = 0;
    uint64_t messages = count_messages(l), after = 0;
    enum rc rc = compare(r, l, messages, &after, err);
    if (rc == RC_OK) {
        rc = load_ask(r, l, first, l->rows, &refused, err);
    }
    *ret = rc == RC_INVALID ? load_outcome(r, false) : PG_TROUBLE;
    if (rc == RC_OK && refused > 0) {
        rc = check_days(r, l, first, ret, err);
    }
    if (rc == RC_OK) {
        rc = describe(r, l, messages, after, err);
        if (rc == RC_OK) {
            rc = load_copy(r, l, first, l->rows, err);
        }
        *ret = rc == RC_INVALID ? load_outcome(r, true) : *ret;
    }
    if (rc == RC_OK) {
        const struct outbox_batch *b = g_ptr_array_index(l->batches, l->batches->len - 1);
        r->segment.last = b->number;
        r->segment.messages += messages;
        *ret = PG_STORED;
    }
    return rc;
}

/* Whether the refusal only says that what we knew is not true any more. */
static bool
is_worth_another_try(struct pg_readings *r, bool *days_forgotten)
{
    if (state_is(r, "LS003") || state_is(r, "LS002")) {
        r->segment.known = false;
        return true;
    }
    if (state_is(r, "23514") && !*days_forgotten) { /* no partition: dropped meanwhile */
        g_array_set_size(r->days, 0);
        load_forget_foreseen(r);
        *days_forgotten = true;
        return true;
    }
    return false;
}

enum rc
load_store(struct pg_readings *r, struct load *l, enum pg_outcome *ret, struct err *err)
{
    bool days_forgotten = false;
    enum rc rc = RC_OK;
    for (int i = 0; i < ATTEMPTS; i++) {
        rc = load_place(r, l, ret, err);
        if (rc != RC_OK) {
            break;
        }
        if (l->from == l->batches->len) {
            *ret = PG_STORED;
            break;
        }
        rc = send(r, l, ret, err);
        if (rc != RC_OK) {
            forget_comparison(r, l);
        }
        if (rc != RC_INVALID || !is_worth_another_try(r, &days_forgotten)) {
            break;
        }
    }
    if (rc == RC_IO) {
        r->segment.known = false;
    }
    return rc;
}

enum rc
pg_readings_store(struct pg_readings *r, GPtrArray *batches, const char *grant,
                  enum pg_outcome *ret, struct err *err)
{
    struct err own;
    struct load l;
    if (batches->len == 0) {
        *ret = PG_STORED;
        return RC_OK;
    }
    load_init(&l, batches, grant);
    enum rc rc = load_store(r, &l, ret, err != NULL ? err : &own);
    load_fini(&l);
    return rc;
}

enum rc
pg_readings_skip(struct pg_readings *r, const struct segment *segment, uint64_t next,
                 struct err *err)
{
    enum rc rc = open_segment(r, segment, err);
    if (rc != RC_OK) {
        return rc;
    }
    char id[16], number[24];
    snprintf(id, sizeof(id), "%d", (int)r->segment.id);
    snprintf(number, sizeof(number), "%" G_GUINT64_FORMAT, next);
    const char *values[] = {id, number};
    r->segment.known = false;
    return pg_query(r->pg, PG_SEGMENT_SKIP, G_N_ELEMENTS(values), values, NULL, err);
}

enum rc
pg_readings_ring(struct pg_readings *r, GArray *out, struct err *err)
{
    PGresult *result = NULL;
    enum rc rc = pg_query(r->pg, PG_MESSAGE_RING, 0, NULL, &result, err);
    if (rc == RC_OK && PQntuples(result) == 1) {
        pg_messages_from_hex(out, PQgetvalue(result, 0, 0));
    }
    PQclear(result);
    return rc;
}

enum rc
pg_readings_maintain(struct pg_readings *r, uint64_t epoch, const char *grant,
                     int retention_days, enum pg_outcome *ret, struct err *err)
{
    char number[24], days[16];
    snprintf(number, sizeof(number), "%" G_GUINT64_FORMAT, epoch);
    snprintf(days, sizeof(days), "%d", retention_days);
    const char *values[] = {number, grant, days};
    enum rc rc = pg_query(r->pg, PG_MAINTAIN_READINGS, G_N_ELEMENTS(values), values, NULL, err);
    *ret = rc == RC_OK ? PG_STORED : PG_TROUBLE;
    if (rc == RC_INVALID && state_is(r, "LS001")) {
        *ret = PG_FENCED;
    }
    return rc;
}

enum rc
pg_readings_index(struct pg *pg, bool *ret_more, struct err *err)
{
    PGresult *result = NULL;
    enum rc rc = pg_query(pg, PG_INDEX_DAY, 0, NULL, &result, err);
    if (rc == RC_OK) {
        *ret_more = PQntuples(result) == 1 && strcmp(PQgetvalue(result, 0, 0), "t") == 0;
    }
    PQclear(result);
    return rc;
}
