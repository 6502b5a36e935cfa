/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What others are told of what was decided here. */
#include "src/app/outgoing.h"

#include "tests/unit.h"

#include <string.h>

#define OWN "00000000-0000-4000-8000-0000000000ff"

struct fixture {
    struct outgoing *out;
    struct kept *kept;
    struct batch batch;
    GString *told;
};

static void
hear(void *user, const struct change *c)
{
    struct fixture *f = user;
    g_string_append_printf(f->told, "%d:", (int)c->number);
    const char *name;
    json_t *rows;
    json_object_foreach(c->body, name, rows)
    {
        g_string_append_printf(f->told, "%s=%d ", name, (int)json_array_size(rows));
    }
}

static int
set_up(void **state)
{
    struct fixture *f = g_new0(struct fixture, 1);
    f->out = outgoing_new(OWN, "pc", 4, hear, f);
    f->kept = kept_new();
    f->told = g_string_new(NULL);
    alarm_changes_init(&f->batch.alarms);
    *state = f;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;
    outgoing_free(f->out);
    kept_free(f->kept);
    alarm_changes_fini(&f->batch.alarms);
    g_string_free(f->told, TRUE);
    g_free(f);
    return 0;
}

/* One batch with a line and station's maintenance. */
static void
decide(struct fixture *f, const char *station, uint64_t batch)
{
    struct alarm_changes *c = &f->batch.alarms;
    alarm_changes_fini(c);
    alarm_changes_init(c);
    struct journal_record line = {
        .station = g_strdup(station), .component = g_strdup(""), .rule = g_strdup("")};
    struct occurrence_record occurrence = {
        .station = g_strdup(station), .component = g_strdup(""), .rule = g_strdup("")};
    struct maintenance_record m = {.station = g_strdup(station), .component = g_strdup("")};
    g_array_append_val(c->journal, line);
    g_array_append_val(c->occurrences, occurrence);
    g_array_append_val(c->maintenance, m);
    kept_apply(f->kept, c);
    outgoing_fill(f->out, &f->batch, f->kept);
    outgoing_put(f->out, batch);
    g_clear_pointer(&f->batch.outbox_body, g_free);
}

static void
test_told_when_on_disk(void **state)
{
    struct fixture *f = *state;
    decide(f, "A", 1);
    decide(f, "B", 2);
    assert_true(outgoing_unsaid(f->out));
    assert_int_equal(outgoing_told(f->out), 4);
    outgoing_committed(f->out, 1);
    assert_string_equal(f->told->str, "5:journal=1 occurrences=1 maintenance=1 ");
    assert_int_equal(outgoing_told(f->out), 5);
    outgoing_committed(f->out, 2);
    assert_false(outgoing_unsaid(f->out));
    assert_int_equal(f->batch.outbox_number, 6);
}

static void
test_whoever_is_alone_tells_lines_only(void **state)
{
    struct fixture *f = *state;
    outgoing_tell_whole(f->out);
    outgoing_set_rank(f->out, (struct rank){3, 0}, true);
    decide(f, "A", 1);
    outgoing_set_rank(f->out, (struct rank){4, 0}, false);
    decide(f, "B", 2);
    outgoing_committed(f->out, 2);
    assert_string_equal(f->told->str,
                        "5:journal=1 alone=1 6:journal=1 occurrences=1 maintenance=1 ");
}

static void
test_a_new_owner_tells_everything_once(void **state)
{
    struct fixture *f = *state;
    decide(f, "A", 1);
    outgoing_committed(f->out, 1);
    g_string_truncate(f->told, 0);
    outgoing_set_rank(f->out, (struct rank){3, 0}, false);
    outgoing_tell_whole(f->out);
    assert_true(outgoing_waiting(f->out));
    decide(f, "B", 2);
    assert_false(outgoing_waiting(f->out));
    decide(f, "C", 3);
    outgoing_committed(f->out, 3);
    assert_string_equal(f->told->str, "6:journal=1 occurrences=1 maintenance=3 whole=0 "
                                      "7:journal=1 occurrences=1 maintenance=1 ");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_told_when_on_disk, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_whoever_is_alone_tells_lines_only, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_new_owner_tells_everything_once, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
