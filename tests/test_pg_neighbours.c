/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * At a hand-over the broker delivers to the new owner again what the old one had stored, but
 * not acknowledged. In whatever order the two get it into the store, it is there once.
 */
#include "storage/pg_neighbours.h"

#include <pthread.h>

#include "tests/pg_line.h"
#include "tests/unit.h"

#define NO 0 /* this step does nothing */

/* A batch: which segment (by its letter), its messages. */
struct step {
    char segment;
    unsigned first, last;
};

struct scenario {
    const char *why;
    struct step steps[8];
    const char *fresh; /* letters of segments whose session was new */
    unsigned rows;
};

/* A ends with message 20, of which 11 to 20 come again; C begins after B; Z is of no session.
 */
static const struct scenario scenarios[] = {
    {"the old one first", {{'A', 1, 20}, {'B', 11, 30}}, "", 30},
    {"the new one first", {{'B', 11, 30}, {'A', 1, 20}}, "", 30},
    {"the old one in pieces, around",
     {{'A', 1, 5}, {'B', 11, 30}, {'A', 6, 15}, {'A', 16, 20}},
     "",
     30},
    {"the new one in pieces, around",
     {{'B', 11, 13}, {'A', 1, 15}, {'B', 14, 18}, {'A', 16, 20}, {'B', 19, 30}},
     "",
     30},
    {"nothing comes again", {{'A', 1, 20}, {'B', 21, 30}}, "", 30},
    {"a new session repeats nothing", {{'A', 1, 20}, {'B', 11, 30}}, "B", 40},
    {"nor in the other order", {{'B', 11, 30}, {'A', 1, 20}}, "B", 40},
    {"the old one's session was new", {{'A', 1, 20}, {'B', 11, 30}}, "A", 30},
    {"nor in the other order", {{'B', 11, 30}, {'A', 1, 20}}, "A", 30},
    {"three in order", {{'A', 1, 20}, {'B', 11, 14}, {'C', 11, 30}}, "", 30},
    {"three backwards", {{'C', 11, 30}, {'B', 11, 14}, {'A', 1, 20}}, "", 30},
    {"the middle one last", {{'A', 1, 20}, {'C', 11, 30}, {'B', 11, 14}}, "", 30},
    {"the first one in the middle", {{'B', 11, 14}, {'A', 1, 20}, {'C', 11, 30}}, "", 30},
    {"the last one in the middle", {{'B', 11, 14}, {'C', 11, 30}, {'A', 1, 20}}, "", 30},
    {"the last two, then the first", {{'C', 11, 30}, {'A', 1, 20}, {'B', 11, 14}}, "", 30},
    {"a new session between", {{'A', 1, 20}, {'B', 41, 50}, {'C', 11, 20}}, "B", 40},
    {"nor in the other order", {{'C', 11, 20}, {'B', 41, 50}, {'A', 1, 20}}, "B", 40},
    {"a new session after", {{'A', 1, 20}, {'B', 11, 20}, {'C', 11, 30}}, "C", 40},
};

static struct segment
segment_of(char letter, const char *fresh)
{
    return outbox_support_segment((unsigned)letter, (uint64_t)letter,
                                  strchr(fresh, letter) != NULL);
}

/* Every batch over a connection of its own, or over one per run of the same. */
static void
play(void **state, const struct scenario *s, bool reconnect)
{
    struct line l = line_open(state);
    uint64_t numbers[128] = {0};
    for (const struct step *step = s->steps; step->segment != NO; step++) {
        struct segment segment = segment_of(step->segment, s->fresh);
        line_store_away(&l, line_batch(&l, &segment, ++numbers[(int)step->segment], step->first,
                                       step->last));
        if (reconnect) {
            line_cut(&l);
            line_connect(&l);
        }
    }
    int64_t rows = store_count(l.store, "select count(*) from leitstand.reading");
    int64_t values =
        store_count(l.store, "select count(distinct value) from leitstand.reading");
    if (rows != s->rows || (*s->fresh == '\0' && values != rows)) {
        fail_msg("%s: %d rows, %d values", s->why, (int)rows, (int)values);
    }
    store_do(l.store, "delete from leitstand.message; delete from leitstand.segment;"
                      "delete from leitstand.reading");
    line_close(&l);
}

static void
test_all_orders(void **state)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(scenarios); i++) {
        play(state, &scenarios[i], false);
        play(state, &scenarios[i], true);
    }
}

#define FAR (PG_MESSAGE_WINDOW + 1000)

/* Only what stands close to the border can come again: a packet id is used again sooner or
 * later, and what then has the same content is another message. */
static void
test_only_near_the_border(void **state)
{
    struct line l = line_open(state);
    struct segment a = segment_of('A', ""), b = segment_of('B', "");
    line_store_away(&l, line_batch(&l, &b, 1, 1, 10));
    /* The same ten, and then as many as are looked at. */
    line_store_away(&l, line_batch(&l, &a, 1, 1, 10 + PG_MESSAGE_WINDOW));
    line_assert_rows(&l, 20 + PG_MESSAGE_WINDOW);
    /* The end of A once more, far from the beginning of B; what ended the comparison is
     * forgotten by then. */
    line_store_away(&l, line_batch(&l, &b, 2, FAR + 1, FAR + PG_MESSAGE_WINDOW - 15));
    line_cut(&l);
    line_connect(&l);
    line_store_away(&l, line_batch(&l, &b, 3, 2 * FAR + 1, 2 * FAR + 5));
    line_store_away(&l, line_batch(&l, &b, 4, PG_MESSAGE_WINDOW + 1, PG_MESSAGE_WINDOW + 10));
    line_assert_rows(&l, 20 + PG_MESSAGE_WINDOW + PG_MESSAGE_WINDOW - 15 + 5 + 10);
    line_close(&l);
}

/* What comes once more comes first: packet ids that come round are those of new messages. */
static void
test_new_ones_end_what_comes_again(void **state)
{
    struct line l = line_open(state);
    struct segment a = segment_of('A', ""), b = segment_of('B', "");
    const unsigned few = PG_MESSAGE_SETTLED - 1;
    line_store_away(&l, line_batch(&l, &a, 1, 1, 100));
    line_store_away(&l, line_batch(&l, &b, 1, 81, 90));
    line_store_away(&l, line_batch(&l, &b, 2, 201, 200 + few)); /* A had no readings of these */
    line_store_away(&l, line_batch(&l, &b, 3, 91, 100));
    line_assert_rows(&l, 100 + few);
    line_store_away(&l, line_batch(&l, &b, 4, 301, 300 + few + 1));
    line_store_away(&l, line_batch(&l, &b, 5, 1, 10));
    line_assert_rows(&l, 100 + few + few + 1 + 10);
    line_close(&l);
}

/* A backlog whose end still waits in the outbox: its beginning is not its end. */
static void
test_backlog_in_pieces(void **state)
{
    struct line l = line_open(state);
    struct segment a = segment_of('A', ""), b = segment_of('B', "");
    GPtrArray *parts[] = {line_batch(&l, &a, 1, 1, 10),
                          line_batch(&l, &a, 2, 11, 10 + PG_MESSAGE_WINDOW),
                          line_batch(&l, &a, 3, FAR + 1, FAR + 10)};
    for (unsigned i = 0; i < G_N_ELEMENTS(parts); i++) {
        assert_int_equal(outbox_add(l.outbox, g_ptr_array_index(parts[i], 0), NULL), RC_OK);
    }
    line_store_away(&l, line_batch(&l, &b, 1, 1, 5)); /* like A's first, but other messages */
    line_store_away(&l, line_batch(&l, &b, 2, FAR + 6, FAR + 20));
    for (unsigned i = 0; i < G_N_ELEMENTS(parts); i++) {
        line_store_away(&l, parts[i]);
        assert_int_equal(outbox_sent(l.outbox, &a.id, i + 1, NULL, NULL), RC_OK);
    }
    line_assert_rows(&l, 20 + 10 + PG_MESSAGE_WINDOW + 5);
    line_close(&l);
}

/* A message of several readings goes or stays as a whole; those of none are known, too. */
static void
test_messages_of_many_readings(void **state)
{
    struct line l = line_open(state);
    struct segment a = segment_of('A', ""), b = segment_of('B', "");
    for (unsigned k = 0; k < 2; k++) {
        GPtrArray *batches = outbox_support_batches();
        struct outbox_batch *batch = outbox_support_batch(k == 0 ? &a : &b, 1);
        struct record r = {.series = l.series, .ts = l.now, .received = l.now};
        outbox_support_record(batch, r); /* of a message of QoS 0 */
        outbox_support_record(batch, r);
        outbox_support_record(batch, r);
        outbox_batch_message(batch, (struct message_id){.mid = 1, .hash = 1}, 1);
        outbox_batch_message(batch, (struct message_id){.mid = 2, .hash = 2}, 3);
        outbox_support_record(batch, r);
        outbox_batch_message(batch, (struct message_id){.mid = (uint16_t)(3 + k), .hash = 3},
                             3);
        g_ptr_array_add(batches, batch);
        line_store_away(&l, batches);
    }
    line_assert_rows(&l, 4 + 2);
    line_close(&l);
}

/* ---- at the same time ---- */

struct writer {
    struct line line;
    struct segment segment;
    unsigned first, last;
    pthread_t thread;
};

static void *
write_all(void *user)
{
    struct writer *w = user;
    uint64_t number = 0;
    for (unsigned i = w->first; i <= w->last; i++) {
        GPtrArray *batches = line_batch(&w->line, &w->segment, ++number, i, i);
        enum pg_outcome outcome;
        struct err err;
        while (pg_readings_store(w->line.readings, batches, "", &outcome, &err) != RC_OK) {
            g_assert(outcome == PG_TROUBLE); /* the other one was always quicker */
        }
        g_ptr_array_unref(batches);
    }
    return NULL;
}

static void
test_both_at_the_same_time(void **state)
{
    struct writer w[2];
    for (unsigned i = 0; i < 2; i++) {
        char name[8];
        w[i] = (struct writer){.segment = segment_of(i == 0 ? 'A' : 'B', ""),
                               .first = i == 0 ? 1 : 51,
                               .last = i == 0 ? 150 : 200};
        w[i].line = (struct line){.store = *state, .now = clock_now().wall};
        snprintf(name, sizeof(name), ".%u", i);
        char *path = g_strconcat(w[i].line.store->path, name, NULL);
        w[i].line.outbox = outbox_support_open(path);
        g_free(path);
        assert_int_equal(
            outbox_number(w[i].line.outbox, "PS-01", "level", &w[i].line.series, NULL), RC_OK);
        line_connect(&w[i].line);
    }
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(pthread_create(&w[i].thread, NULL, write_all, &w[i]), 0);
    }
    for (unsigned i = 0; i < 2; i++) {
        pthread_join(w[i].thread, NULL);
    }
    line_assert_rows(&w[0].line, 200);
    line_close(&w[0].line);
    line_close(&w[1].line);
}

/* ---- what is kept ---- */

static void
assert_ring(struct line *l, unsigned first, unsigned last)
{
    GArray *ring = g_array_new(FALSE, FALSE, sizeof(struct message_id));
    assert_int_equal(pg_readings_ring(l->readings, ring, NULL), RC_OK);
    assert_in_range(ring->len, last - first + 1, last - first + 1 + PG_MESSAGE_WINDOW);
    for (unsigned i = 0; i <= last - first; i++) {
        const struct message_id *id =
            &g_array_index(ring, struct message_id, ring->len - 1 - i);
        assert_int_equal(id->mid, (uint16_t)(last - i));
        assert_true(id->hash == (last - i) * UINT64_C(0x9e3779b97f4a7c15));
    }
    g_array_unref(ring);
}

static void
test_ring(void **state)
{
    struct line l = line_open(state);
    struct segment a = segment_of('A', ""), b = segment_of('B', "");
    const unsigned step = PG_MESSAGE_WINDOW / 8, last = 30 * step;
    for (unsigned i = 0; i < 30; i++) {
        line_store_away(&l, line_batch(&l, &a, i + 1, i * step + 1, i * step + step));
    }
    assert_ring(&l, last + 1 - PG_MESSAGE_WINDOW, last);
    line_store_away(&l, line_batch(&l, &b, 1, last + 1, last + 10));
    assert_ring(&l, last + 11 - PG_MESSAGE_WINDOW, last + 10);
    /* The first and the last are kept, and not much more. */
    assert_in_range(store_count(l.store, "select sum(octet_length(ids)) / 10 from"
                                         " leitstand.message"),
                    2 * PG_MESSAGE_WINDOW, 2 * PG_MESSAGE_WINDOW + 2 * step + 10);
    line_close(&l);
}

#define STORE_TEST(f) cmocka_unit_test_setup_teardown(f, store_set_up, store_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(test_all_orders),
        STORE_TEST(test_only_near_the_border),
        STORE_TEST(test_new_ones_end_what_comes_again),
        STORE_TEST(test_backlog_in_pieces),
        STORE_TEST(test_messages_of_many_readings),
        STORE_TEST(test_both_at_the_same_time),
        STORE_TEST(test_ring),
    };
    return cmocka_run_group_tests(tests, store_group_set_up, NULL);
}
