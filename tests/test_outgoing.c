/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What this instance decides: numbered without a gap, told when it is on disk, in order. */
#include "src/app/outgoing.h"

#include "src/app/changes_json.h"
#include "tests/unit.h"

#define WRITER "00000000-0000-4000-8000-00000000000a"

/* What was told: "number epoch/term steps… answers…", changes separated by ";". */
struct told {
    struct outgoing *outgoing;
    GString *text;
};

static void
note(void *user, const struct change *c)
{
    struct told *t = user;
    assert_string_equal(c->writer, WRITER);
    assert_string_equal(c->instance, "pc1");
    assert_int_equal(c->id, 0);
    g_string_append_printf(t->text, "%u %u/%u", (unsigned)c->number, (unsigned)c->rank.epoch,
                           (unsigned)c->rank.term);
    struct alarm_changes changes;
    alarm_changes_init(&changes);
    assert_true(changes_from_json(&changes, c->body, NULL));
    for (guint i = 0; i < changes.parked->len; i++) {
        g_string_append_printf(t->text, " s%u",
                               g_array_index(changes.parked, struct parked_record, i).step);
    }
    alarm_changes_fini(&changes);
    size_t i;
    json_t *answer;
    json_array_foreach(json_object_get(c->body, "actions"), i, answer)
    {
        g_string_append_printf(t->text, " %s=%s(%s)",
                               json_string_value(json_object_get(answer, "id")),
                               json_is_true(json_object_get(answer, "ok")) ? "yes" : "no",
                               json_string_value(json_object_get(answer, "message")));
    }
    g_string_append_c(t->text, ';');
}

static int
begin(void **state)
{
    struct told *t = g_new0(struct told, 1);
    t->text = g_string_new(NULL);
    t->outgoing = outgoing_new(WRITER, "pc1", 41, note, t);
    *state = t;
    return 0;
}

static int
end(void **state)
{
    struct told *t = *state;
    outgoing_free(t->outgoing);
    g_string_free(t->text, TRUE);
    g_free(t);
    return 0;
}

static void
expect(struct told *t, const char *want)
{
    assert_string_equal(t->text->str, want);
    g_string_truncate(t->text, 0);
}

/* A batch with one parked record of that step; 0: with none. As far as it goes into a change.
 */
static struct batch
batch_of(uint32_t step)
{
    struct batch b = {.number = 0};
    alarm_changes_init(&b.alarms);
    if (step > 0) {
        struct parked_record p = {.step = step, .at = 1, .seen_at = WALL_NONE};
        p.occurrence.bytes[0] = 1;
        g_array_append_val(b.alarms.parked, p);
    }
    return b;
}

static void
drop_batch(struct batch *b)
{
    alarm_changes_fini(&b->alarms);
    g_free(b->outbox_body);
}

/* Filled and put as batch number; the number of the change in it, 0: none. */
static uint64_t
put(struct told *t, uint32_t step, uint64_t number)
{
    struct batch b = batch_of(step);
    outgoing_fill(t->outgoing, &b, NULL);
    outgoing_put(t->outgoing, number);
    uint64_t change = b.outbox_number;
    assert_true((change == 0) == (b.outbox_body == NULL));
    drop_batch(&b);
    return change;
}

static void
test_numbers_count_on(void **state)
{
    struct told *t = *state;
    assert_string_equal(outgoing_writer(t->outgoing), WRITER);
    assert_int_equal(outgoing_told(t->outgoing), 41);
    assert_int_equal(put(t, 1, 7), 42);
    assert_int_equal(put(t, 0, 8), 0); /* readings only: no number is used up */
    assert_int_equal(put(t, 2, 9), 43);
    assert_int_equal(put(t, 3, 10), 44);
}

static void
test_told_when_on_disk(void **state)
{
    struct told *t = *state;
    assert_false(outgoing_unsaid(t->outgoing));
    put(t, 1, 7);
    put(t, 2, 8);
    put(t, 0, 9);
    put(t, 3, 10);
    assert_true(outgoing_unsaid(t->outgoing));
    outgoing_committed(t->outgoing, 6);
    expect(t, "");
    assert_int_equal(outgoing_told(t->outgoing), 41);
    outgoing_committed(t->outgoing, 7);
    expect(t, "42 0/0 s1;");
    assert_int_equal(outgoing_told(t->outgoing), 42);
    outgoing_committed(t->outgoing, 9);
    expect(t, "43 0/0 s2;");
    assert_int_equal(outgoing_told(t->outgoing), 43);
    assert_true(outgoing_unsaid(t->outgoing));
    outgoing_committed(t->outgoing, 9);
    expect(t, "");
    outgoing_committed(t->outgoing, 20);
    expect(t, "44 0/0 s3;");
    assert_int_equal(outgoing_told(t->outgoing), 44);
    assert_false(outgoing_unsaid(t->outgoing));
}

/* Several at once come out in the order in which they were decided. */
static void
test_order(void **state)
{
    struct told *t = *state;
    for (uint32_t i = 1; i <= 4; i++) {
        put(t, i, 6 + i);
    }
    outgoing_committed(t->outgoing, 10);
    expect(t, "42 0/0 s1;43 0/0 s2;44 0/0 s3;45 0/0 s4;");
}

/* One that is complete but not put yet is not on disk, whatever is. */
static void
test_filled_is_not_put(void **state)
{
    struct told *t = *state;
    put(t, 1, 7);
    struct batch b = batch_of(2);
    outgoing_fill(t->outgoing, &b, NULL);
    outgoing_committed(t->outgoing, 7);
    expect(t, "42 0/0 s1;");
    assert_true(outgoing_unsaid(t->outgoing));
    outgoing_put(t->outgoing, 8);
    outgoing_put(t->outgoing, 9); /* a batch without a change: nothing of the last one's */
    outgoing_committed(t->outgoing, 8);
    expect(t, "43 0/0 s2;");
    drop_batch(&b);
}

/* Each change keeps the rank under which it was decided; batch and others hear the same. */
static void
test_rank(void **state)
{
    struct told *t = *state;
    struct batch b = batch_of(1);
    outgoing_set_rank(t->outgoing, (struct rank){3, 1}, false);
    outgoing_fill(t->outgoing, &b, NULL);
    outgoing_put(t->outgoing, 7);
    assert_int_equal(b.rank.epoch, 3);
    assert_int_equal(b.rank.term, 1);
    outgoing_set_rank(t->outgoing, (struct rank){5, 0}, false);
    put(t, 2, 8);
    outgoing_committed(t->outgoing, 8);
    expect(t, "42 3/1 s1;43 5/0 s2;");
    drop_batch(&b);
}

static void
test_handled(void **state)
{
    struct told *t = *state;
    assert_false(outgoing_waiting(t->outgoing));
    outgoing_handled(t->outgoing, &(struct remote_answer){"one", true, ""});
    outgoing_handled(t->outgoing, &(struct remote_answer){"two", false, "no such alarm"});
    assert_true(outgoing_waiting(t->outgoing));
    assert_int_equal(put(t, 0, 7), 42); /* answers are reason enough for a change */
    assert_false(outgoing_waiting(t->outgoing));
    outgoing_handled(t->outgoing, &(struct remote_answer){"three", true, "late"});
    assert_int_equal(put(t, 5, 8), 43); /* and go together with what they did */
    assert_int_equal(put(t, 0, 9), 0);  /* each once */
    outgoing_committed(t->outgoing, 9);
    expect(t, "42 0/0 one=yes() two=no(no such alarm);43 0/0 s5 three=yes(late);");
}

/* The store gets the same words as the others. */
static void
test_body(void **state)
{
    struct told *t = *state;
    struct batch b = batch_of(6);
    outgoing_handled(t->outgoing, &(struct remote_answer){"one", true, "\"done\""});
    outgoing_fill(t->outgoing, &b, NULL);
    outgoing_put(t->outgoing, 7);
    struct change c = {.number = b.outbox_number, .instance = "pc1", .writer = WRITER};
    c.body = json_loads(b.outbox_body, 0, NULL);
    assert_non_null(c.body);
    note(t, &c);
    outgoing_committed(t->outgoing, 7);
    expect(t, "42 0/0 s6 one=yes(\"done\");42 0/0 s6 one=yes(\"done\");");
    json_decref(c.body);
    drop_batch(&b);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_numbers_count_on),
        TEST(test_told_when_on_disk),
        TEST(test_order),
        TEST(test_filled_is_not_put),
        TEST(test_rank),
        TEST(test_handled),
        TEST(test_body),
    };
    return cmocka_run_group_tests_name("outgoing", tests, NULL, NULL);
}
