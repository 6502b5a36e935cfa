/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes in any order, lost and repeated: what comes out is each once, and in order. */
#include "src/app/replica.h"

#include "src/app/changes_json.h"
#include "tests/seeds.h"
#include "tests/unit.h"

#include <string.h>

#define OWN "00000000-0000-4000-8000-0000000000ff"
#define A   "00000000-0000-4000-8000-00000000000a"
#define B   "00000000-0000-4000-8000-00000000000b"
#define C   "00000000-0000-4000-8000-00000000000c"

static uint64_t random_state;

static uint64_t
below(uint64_t n)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return ((random_state * UINT64_C(0x2545f4914f6cdd1d)) >> 16) % n;
}

/* The body is one parked record, whose step is the number: it is read back from steps. */
static json_t *
body_of(uint64_t number)
{
    struct alarm_changes c;
    alarm_changes_init(&c);
    struct parked_record p = {.step = (uint32_t)number, .at = 1, .seen_at = WALL_NONE};
    p.occurrence.bytes[0] = 1;
    g_array_append_val(c.parked, p);
    json_t *body = changes_to_json(&c);
    alarm_changes_fini(&c);
    return body;
}

static struct change
change_of(const char *writer, uint64_t number, struct rank rank, int64_t id)
{
    struct change c = {.id = id, .number = number, .rank = rank, .instance = "pc"};
    g_strlcpy(c.writer, writer, sizeof(c.writer));
    c.body = body_of(number);
    return c;
}

/* Over the broker, as text. */
static void
publish(struct replica *r, const char *writer, uint64_t number, struct rank rank)
{
    struct change c = change_of(writer, number, rank, 0);
    struct err err = {.text = ""};
    char *text = replica_change_text(&c);
    if (!replica_message(r, text, strlen(text), &err)) {
        fail_msg("%s: %s", err.text, text);
    }
    free(text);
    json_decref(c.body);
}

static void
log_entry(struct replica *r, const char *writer, uint64_t number, struct rank rank, int64_t id)
{
    struct change c = change_of(writer, number, rank, id);
    replica_offer(r, &c);
    assert_null(c.body);
}

/* rows: of some 400 bytes. */
static void
publish_rows(struct replica *r, unsigned rows, const char *writer, uint64_t number,
             struct rank rank, int64_t taken, const GArray *marks)
{
    struct replica_head head = {
        .number = number, .rank = rank, .taken = taken, .instance = "pc", .marks = marks};
    struct alarm_changes state;
    g_strlcpy(head.writer, writer, sizeof(head.writer));
    alarm_changes_init(&state);
    for (unsigned i = 0; i < rows; i++) {
        struct parked_record p = {.step = i, .at = 1, .seen_at = WALL_NONE};
        p.occurrence.bytes[0] = 9;
        p.comment = g_strnfill(300, 'x');
        g_array_append_val(state.parked, p);
    }
    GPtrArray *texts = replica_snapshot_texts(&head, &state);
    assert_true(texts->len > rows * 350 / REPLICA_PART_BYTES);
    for (guint i = texts->len; i > 1; i--) { /* in any order */
        guint k = (guint)below(i);
        void *other = texts->pdata[k];
        texts->pdata[k] = texts->pdata[i - 1];
        texts->pdata[i - 1] = other;
    }
    for (guint i = 0; i < texts->len; i++) {
        const char *text = g_ptr_array_index(texts, i);
        assert_true(strlen(text) <= REPLICA_PART_BYTES);
        assert_true(replica_message(r, text, strlen(text), NULL));
        assert_true(replica_message(r, text, strlen(text), NULL)); /* twice */
    }
    g_ptr_array_unref(texts);
    alarm_changes_fini(&state);
}

static void
publish_state(struct replica *r, const char *writer, uint64_t number, struct rank rank,
              int64_t taken, const GArray *marks)
{
    publish_rows(r, 400, writer, number, rank, taken, marks);
}

/* What came out, in words: "s" state, "j" journal, "W" a whole state; number of the body. */
static char *
steps(struct replica *r)
{
    GString *out = g_string_new(NULL);
    struct replica_step s;
    while (replica_next(r, &s)) {
        struct alarm_changes c;
        alarm_changes_init(&c);
        for (guint i = 0; i < s.bodies->len; i++) {
            assert_true(changes_from_json(&c, g_ptr_array_index(s.bodies, i), NULL));
        }
        if (s.snapshot) {
            g_string_append_printf(out, "W%u", c.parked->len);
        } else {
            g_string_append_printf(out, "%s%s", s.state ? "s" : "", s.journal ? "j" : "");
            if (c.parked->len > 0) {
                g_string_append_printf(out, "%u",
                                       g_array_index(c.parked, struct parked_record, 0).step);
            }
        }
        for (guint i = 0; i < s.marks->len; i++) {
            const struct followed_mark *m = &g_array_index(s.marks, struct followed_mark, i);
            g_string_append_printf(out, "%c%u", m->writer[35], (unsigned)m->number);
        }
        if (s.cursor != 0) {
            g_string_append_printf(out, "@%d", (int)s.cursor);
        }
        g_string_append_c(out, ' ');
        alarm_changes_fini(&c);
        replica_step_clear(&s);
    }
    return g_string_free(out, FALSE);
}

static void
expect(struct replica *r, const char *want)
{
    char *got = steps(r);
    assert_string_equal(got, want);
    g_free(got);
}

static const struct rank low = {1, 0}, high = {2, 0};

static void
test_order_is_restored_and_repetition_passed_over(void **state)
{
    (void)state;
    struct replica *r = replica_new(OWN, false);
    publish(r, A, 2, low);
    expect(r, "");
    assert_true(replica_lacks(r));
    publish(r, A, 1, low);
    expect(r, "sj1a1 sj2a2 ");
    publish(r, A, 1, low);
    publish(r, A, 2, low);
    publish(r, A, 3, low);
    expect(r, "sj3a3 ");
    publish(r, OWN, 1, low);
    expect(r, "");
    assert_false(replica_lacks(r));
    replica_free(r);
}

static void
test_a_gap_waits_for_the_log(void **state)
{
    (void)state;
    struct replica *r = replica_new(OWN, true);
    replica_mark(r, A, 5);
    publish(r, A, 6, low);
    publish(r, A, 8, low);
    publish(r, A, 9, low);
    expect(r, "sj6a6 ");
    log_entry(r, A, 6, low, 100);
    log_entry(r, A, 7, low, 101);
    log_entry(r, OWN, 3, low, 102);
    log_entry(r, A, 8, low, 103);
    expect(r, "@100 sj7a7@101 sj8a8 sj9a9 @102 @103 ");
    log_entry(r, B, 40, low, 104); /* whose log begins here: what was before does not come */
    log_entry(r, B, 43, low, 105);
    publish(r, B, 44, low);
    expect(r, "sj40b40@104 sj43b43@105 sj44b44 ");
    replica_free(r);
}

static void
test_nobody_knows_where_a_new_writer_stands(void **state)
{
    (void)state;
    struct replica *r = replica_new(OWN, true);
    publish(r, A, 1, low); /* there is a log: it tells */
    publish(r, A, 2, low);
    expect(r, "");
    log_entry(r, A, 1, low, 7);
    expect(r, "sj1a1@7 sj2a2 ");
    replica_free(r);
}

static void
test_a_snapshot_fills_a_gap(void **state)
{
    (void)state;
    struct replica *r = replica_new(OWN, false);
    publish(r, A, 1, low);
    publish(r, A, 5, low);
    publish(r, A, 4, low);
    expect(r, "sj1a1 ");
    publish_state(r, A, 3, low, 1, NULL);
    expect(r, "W400a3 sj4a4 sj5a5 ");
    publish_state(r, A, 4, low, 2, NULL); /* late: it has nothing new */
    expect(r, "");
    GArray *marks = g_array_new(FALSE, FALSE, sizeof(struct followed_mark));
    struct followed_mark mark = {.writer = A, .number = 9};
    g_array_append_val(marks, mark);
    publish_state(r, B, 0, high, 3, marks);
    expect(r, "W400a9 ");
    publish(r, A, 9, low);
    publish(r, A, 10, low);
    publish(r, B, 1, high);
    expect(r, "j10a10 sj1b1 ");
    g_array_unref(marks);
    replica_free(r);
}

static void
test_with_a_store_lines_come_later_than_state(void **state)
{
    (void)state;
    struct replica *r = replica_new(OWN, true);
    replica_mark(r, A, 1);
    publish_state(r, A, 4, low, 1, NULL);
    expect(r, "W400 ");
    publish(r, A, 5, low);
    publish(r, A, 6, low);
    expect(r, "s5 s6 ");
    for (uint64_t i = 2; i <= 5; i++) {
        log_entry(r, A, i, low, (int64_t)i);
    }
    expect(r, "j2a2@2 j3a3@3 j4a4@4 j5a5 j6a6 @5 ");
    publish(r, A, 7, low);
    expect(r, "sj7a7 ");
    replica_free(r);
}

static void
test_a_lower_rank_brings_lines_only(void **state)
{
    (void)state;
    struct replica *r = replica_new(OWN, false);
    publish(r, A, 1, low);
    publish(r, B, 1, high);
    publish(r, A, 2, low);
    publish(r, B, 2, high);
    expect(r, "sj1a1 sj1b1 j2a2 sj2b2 ");
    publish_state(r, A, 9, low, 1, NULL);
    expect(r, "");
    replica_decided(r, (struct rank){2, 1});
    publish(r, B, 3, high);
    expect(r, "j3b3 ");
    replica_free(r);
}

static void
test_a_state_from_the_log_begins_anew(void **state)
{
    (void)state;
    struct replica *r = replica_new(OWN, true);
    replica_mark(r, A, 3);
    struct change whole = change_of(B, 1, low, 50);
    replica_offer_state(r, &whole);
    publish(r, A, 4, low); /* it may be in the state */
    expect(r, "W1@50 ");
    log_entry(r, A, 9, low, 51);
    expect(r, "sj4a4 sj9a9@51 ");
    replica_free(r);
}

/* Where each writer stands, as replica_marks() has it for a snapshot: "a3 b1". */
static void
expect_marks(const struct replica *r, const char *want)
{
    GArray *marks = replica_marks(r);
    uint64_t numbers[16] = {0};
    bool there[16] = {false};
    GString *got = g_string_new(NULL);
    for (guint i = 0; i < marks->len; i++) {
        const struct followed_mark *m = &g_array_index(marks, struct followed_mark, i);
        int digit = g_ascii_xdigit_value(m->writer[35]);
        assert_in_range(digit, 0, 15);
        assert_false(there[digit]); /* each once */
        there[digit] = true;
        numbers[digit] = m->number;
    }
    for (int i = 0; i < 16; i++) {
        if (there[i]) {
            g_string_append_printf(got, "%s%x%u", got->len > 0 ? " " : "", (unsigned)i,
                                   (unsigned)numbers[i]);
        }
    }
    assert_string_equal(got->str, want);
    g_string_free(got, TRUE);
    g_array_unref(marks);
}

/* They say up to where state is here, not lines; of writers that are only waited for, nothing.
 */
static void
test_marks_tell_where_each_writer_stands(void **state)
{
    (void)state;
    struct replica *r = replica_new(OWN, true);
    expect_marks(r, "");
    replica_mark(r, A, 5);
    expect_marks(r, "a5");
    publish(r, A, 6, low);
    publish(r, A, 8, low); /* behind a gap */
    publish(r, B, 3, low); /* nobody knows where it stands */
    expect(r, "sj6a6 ");
    expect_marks(r, "a6");
    log_entry(r, B, 3, low, 9);
    expect(r, "sj3b3@9 ");
    expect_marks(r, "a6 b3");
    publish_state(r, B, 7, high, 1, NULL); /* its lines come by the log, later */
    expect(r, "W400 ");
    expect_marks(r, "a6 b7");
    log_entry(r, A, 7, low, 10); /* decided under a lower rank: passed, though it is no state */
    expect(r, "j7a7@10 j8a8 ");
    expect_marks(r, "a8 b7");
    replica_free(r);
}

/* Marks of a snapshot that is made of them say the same at the other end. */
static void
test_marks_go_with_a_snapshot(void **state)
{
    (void)state;
    struct replica *from = replica_new(OWN, false), *to = replica_new(OWN, false);
    replica_mark(from, A, 5);
    replica_mark(from, B, 2);
    GArray *marks = replica_marks(from);
    publish_state(to, C, 4, low, 1, marks);
    expect_marks(to, "a5 b2 c4");
    g_array_unref(marks);
    replica_free(from);
    replica_free(to);
}

static void
test_a_state_from_the_log_tells_where_writers_stand(void **state)
{
    (void)state;
    struct replica *r = replica_new(OWN, true);
    replica_mark(r, A, 3);
    publish(r, A, 4, low);
    publish(r, A, 5, low);
    publish(r, B, 2, low);
    publish(r, B, 9, low);
    expect(r, "sj4a4 sj5a5 ");
    struct change whole = change_of(B, 1, low, 50);
    json_object_set_new(
        whole.body, "marks",
        json_pack("[{s:s,s:i},{s:s,s:i}]", "writer", A, "number", 4, "writer", B, "number", 8));
    replica_offer_state(r, &whole);
    expect(r, "W1@50 s9 "); /* B's change 2 is in it, its change 9 follows it */
    publish(r, B, 7, low);  /* late, and in it, too */
    expect(r, "");
    log_entry(r, A, 5, low, 51); /* this one the state lacked, its lines are here */
    expect(r, "s5@51 ");
    log_entry(r, B, 8, low, 52);
    log_entry(r, B, 9, low, 53);
    expect(r, "j2b2 j7b7 j8b8@52 j9b9 @53 ");
    replica_free(r);
}

static void
test_a_change_may_be_a_whole_state(void **state)
{
    (void)state;
    struct replica *r = replica_new(OWN, true);
    replica_mark(r, A, 0);
    replica_mark(r, B, 0);
    struct change begins = change_of(A, 1, high, 7), late = change_of(B, 1, low, 8);
    struct change *const both[] = {&begins, &late};
    for (int i = 0; i < 2; i++) {
        struct replica_step s;
        json_object_set_new(both[i]->body, "whole", json_true());
        replica_offer(r, both[i]);
        assert_true(replica_next(r, &s));
        assert_int_equal(s.snapshot, i == 0);
        assert_true(s.journal);
        replica_step_clear(&s);
    }
    replica_free(r);
}

static void
test_whoever_decided_alone_takes_the_state_again(void **state)
{
    (void)state;
    struct replica *r = replica_new(OWN, false);
    publish_state(r, A, 5, low, 1, NULL);
    publish_state(r, A, 5, low, 2, NULL);
    struct replica_step s;
    assert_true(replica_next(r, &s));
    replica_step_clear(&s);
    assert_false(replica_next(r, &s)); /* the second had nothing new */
    replica_decided(r, low);
    publish_state(r, A, 5, low, 3, NULL);
    assert_true(replica_next(r, &s));
    assert_true(s.snapshot);
    replica_step_clear(&s);
    replica_free(r);
}

/* Whatever happens on the way, each change's lines come once and in order, and state is never
 * taken back. */
static void
check_run(uint64_t seed, bool store)
{
    enum { N = 60 };
    struct replica *r = replica_new(OWN, store);
    uint64_t lines = 0, kept = 0, logged = 0;
    random_state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    replica_mark(r, A, 0);
    for (int i = 0; i < 600 && lines < N; i++) {
        uint64_t kind = below(10);
        if (kind < 7) {
            uint64_t number = 1 + (uint64_t)i / 8 + below(6);
            publish(r, A, MIN(N, number), low);
        } else if (store && logged < N) {
            logged++;
            log_entry(r, A, logged, low, (int64_t)logged);
        } else if (!store && kind == 9) {
            publish_rows(r, 180, A, MIN(N, 1 + (uint64_t)i / 8), low, i, NULL);
        }
        struct replica_step s;
        while (replica_next(r, &s)) {
            uint64_t number = kept;
            if (s.bodies->len == 1) {
                struct alarm_changes c;
                alarm_changes_init(&c);
                assert_true(changes_from_json(&c, g_ptr_array_index(s.bodies, 0), NULL));
                number = g_array_index(c.parked, struct parked_record, 0).step;
                alarm_changes_fini(&c);
            }
            uint64_t mark =
                s.marks->len == 0 ? 0 : g_array_index(s.marks, struct followed_mark, 0).number;
            if (s.snapshot) {
                assert_true(mark == 0 || mark > lines);
                kept = MAX(kept, mark);
                lines = MAX(lines, mark);
            } else if (s.bodies->len == 1) {
                assert_true(!s.journal || number == lines + 1);
                assert_true(!s.state || number == kept + 1);
                kept = s.state ? number : kept;
                lines = s.journal ? number : lines;
            }
            assert_true(kept >= lines);
            replica_step_clear(&s);
        }
    }
    if (lines != N) {
        fail_msg("seed %" G_GUINT64_FORMAT ": %" G_GUINT64_FORMAT " came", seed, lines);
    }
    assert_false(replica_lacks(r));
    replica_free(r);
}

static void
test_any_order_loss_and_repetition(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= seeds(200); seed++) {
        check_run(seed, seed % 2 == 0);
    }
}

#define HEAD "\"writer\":\"" A "\",\"epoch\":1,\"term\":0,\"instance\":\"pc\""

static void
test_messages_that_are_none(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why; /* NULL: good */
    } cases[] = {
        {"{" HEAD ",\"number\":1,\"body\":{}}", NULL},
        {"{" HEAD ",\"number\":0,\"body\":{}}", "\"number\""},
        {"{" HEAD ",\"number\":1}", "\"body\""},
        {"{" HEAD ",\"number\":1,\"body\":{\"alarms\":[{}]}}", "alarms, row 1"},
        {"{\"writer\":\"x\",\"number\":1,\"epoch\":1,\"term\":0,\"instance\":\"\",\"body\":{}}",
         "\"writer\""},
        {"{" HEAD ",\"number\":1,\"part\":1,\"parts\":2,\"taken\":5,\"body\":{}}", NULL},
        {"{" HEAD ",\"number\":1,\"part\":3,\"parts\":2,\"taken\":5,\"body\":{}}", "\"part\""},
        {"{" HEAD ",\"number\":1,\"part\":1,\"parts\":2000000,\"taken\":5,\"body\":{}}",
         "\"parts\""},
        {"{" HEAD ",\"number\":1,\"part\":1,\"parts\":2,\"taken\":5,\"body\":{\"marks\":7}}",
         "\"marks\""},
        {"[]", "not an object"},
        {"{", "not JSON"},
        {"{\"a\":1,\"a\":2}", "not JSON"},
    };
    struct replica *r = replica_new(OWN, false);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct err err = {.text = ""};
        bool good = replica_message(r, cases[i].text, strlen(cases[i].text), &err);
        if (good != (cases[i].why == NULL) ||
            (!good && strstr(err.text, cases[i].why) == NULL)) {
            fail_msg("%s: %s", cases[i].text, err.text);
        }
    }
    replica_free(r);
}

/* Whoever may publish can make up writers for ever; the log is the store's word. */
static void
test_made_up_writers(void **state)
{
    (void)state;
    struct replica *r = replica_new(OWN, false);
    publish(r, A, 1, low);
    for (unsigned i = 0; i < 3 * REPLICA_WRITERS; i++) {
        char writer[UUID_SIZE];
        snprintf(writer, sizeof(writer), "%08x-0000-4000-8000-000000000000", i);
        publish(r, writer, 1, low);
    }
    GArray *marks = replica_marks(r);
    assert_int_equal(marks->len, REPLICA_WRITERS);
    publish_state(r, C, 0, low, 1, marks); /* nor by way of a whole state */
    g_array_unref(marks);
    marks = replica_marks(r);
    assert_int_equal(marks->len, REPLICA_WRITERS);
    g_array_unref(marks);
    g_free(steps(r));
    publish(r, A, 2, low);
    log_entry(r, B, 7, low, 9);
    expect(r, "sj2a2 sj7b7@9 ");
    replica_free(r);
}

/* A message is mostly blanks, for all that it takes. */
static void
publish_large(struct replica *r, unsigned number, size_t bytes)
{
    char *blanks = g_strnfill(bytes, ' ');
    char *text = g_strdup_printf("{" HEAD ",\"number\":%u,\"body\":{}%s}", number, blanks);
    assert_true(replica_message(r, text, strlen(text), NULL));
    g_free(text);
    g_free(blanks);
}

static void
test_large_messages(void **state)
{
    (void)state;
    const size_t mb = 1u << 20;
    struct replica *r = replica_new(OWN, false);
    publish(r, A, 1, low);
    g_free(steps(r));
    publish_large(r, 3, REPLICA_BYTES); /* the only one may be of any size */
    publish_large(r, 4, 1);
    expect(r, "");
    publish_state(r, A, 2, low, 1, NULL);
    expect(r, "W400a2 sja3 ");
    for (unsigned i = 5; i < 5 + 2 * REPLICA_BYTES / mb; i++) {
        publish_large(r, i, mb);
    }
    publish_large(r, 4, mb); /* there is no room for it, but it has not to wait */
    char *out = steps(r), **words = g_strsplit(g_strchomp(out), " ", -1);
    assert_int_equal(g_strv_length(words), REPLICA_BYTES / mb);
    assert_string_equal(words[0], "sja4");
    g_strfreev(words);
    g_free(out);
    replica_free(r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_is_restored_and_repetition_passed_over),
        cmocka_unit_test(test_a_gap_waits_for_the_log),
        cmocka_unit_test(test_nobody_knows_where_a_new_writer_stands),
        cmocka_unit_test(test_a_snapshot_fills_a_gap),
        cmocka_unit_test(test_with_a_store_lines_come_later_than_state),
        cmocka_unit_test(test_a_lower_rank_brings_lines_only),
        cmocka_unit_test(test_a_state_from_the_log_begins_anew),
        cmocka_unit_test(test_marks_tell_where_each_writer_stands),
        cmocka_unit_test(test_marks_go_with_a_snapshot),
        cmocka_unit_test(test_a_state_from_the_log_tells_where_writers_stand),
        cmocka_unit_test(test_a_change_may_be_a_whole_state),
        cmocka_unit_test(test_whoever_decided_alone_takes_the_state_again),
        cmocka_unit_test(test_any_order_loss_and_repetition),
        cmocka_unit_test(test_messages_that_are_none),
        cmocka_unit_test(test_made_up_writers),
        cmocka_unit_test(test_large_messages),
    };
    return cmocka_run_group_tests_name("replica", tests, NULL, NULL);
}
