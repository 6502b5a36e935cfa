/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes as JSON: what is written is read back, and what is not of the form is refused. */
#include "src/app/changes_json.h"

#include "tests/unit.h"

#include <math.h>
#include <string.h>

static uint64_t seed = 88172645463325252u;

static uint64_t
below(uint64_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (seed >> 11) % n;
}

static char *
some_text(void)
{
    static const char *const all[] = {"PS-01", "", "Überlauf \"droht\"", "a/b\\c", "日本"};
    return below(5) == 0 ? NULL : g_strdup(all[below(G_N_ELEMENTS(all))]);
}

static char *
some_name(void)
{
    char *text = some_text();
    return text != NULL ? text : g_strdup("");
}

static wall_us
some_time(void)
{
    return below(4) == 0 ? WALL_NONE
                         : (wall_us)below(4102444800) * US_PER_S + (wall_us)below(US_PER_S);
}

static struct uuid
some_id(void)
{
    struct uuid id = {{0}};
    for (size_t i = 0; below(4) != 0 && i < sizeof(id.bytes); i++) {
        id.bytes[i] = (uint8_t)below(256);
    }
    return id;
}

static double
some_value(void)
{
    return below(4) == 0 ? NAN
                         : ((double)below(1000000) - 5e5) / 7 * pow(10, (double)below(20));
}

static void
some_boot(char dst[UUID_SIZE])
{
    struct uuid id = some_id();
    uuid_format(dst, &id);
    if (uuid_is_nil(&id)) {
        dst[0] = '\0';
    }
}

static void
add_line(struct alarm_changes *c)
{
    struct journal_record r = {
        .at = (wall_us)below(4102444800) * US_PER_S,
        .epoch = below(INT64_MAX),
        .term = below(9),
        .event = (enum alarm_event)below(ALARM_EVENTS),
        .occurrence = some_id(),
        .step = (uint32_t)below(UINT32_MAX),
        .instance = some_text(),
        .station = some_text(),
        .component = some_text(),
        .rule = some_text(),
        .priority = (enum alarm_priority)below(ALARM_PRIORITIES),
        .from = (enum alarm_state)below(ALARM_STATES),
        .to = (enum alarm_state)below(ALARM_STATES),
        .overlays = (unsigned)below(8),
        .annunciated = below(2) == 0,
        .test = below(2) == 0,
        .value = some_value(),
        .actor = some_text(),
        .origin = some_text(),
        .detail = some_text(),
        .action = some_id(),
    };
    g_array_append_val(c->journal, r);
}

static void
add_occurrence(struct alarm_changes *c)
{
    struct occurrence_record r = {
        .occurrence = some_id(),
        .station = some_name(),
        .component = some_name(),
        .rule = some_name(),
        .type = (enum alarm_type)below(ALARM_TYPES),
        .priority = (enum alarm_priority)below(ALARM_PRIORITIES),
        .state = (enum alarm_state)below(ALARM_STATES),
        .overlays = (unsigned)below(8),
        .test = below(2) == 0,
        .current = below(2) == 0,
        .step = (uint32_t)below(UINT32_MAX),
        .acked_step = (uint32_t)below(5),
        .count = (uint32_t)below(5),
        .raised_at = (wall_us)below(4102444800) * US_PER_S + 1,
        .returned_at = some_time(),
        .acked_at = some_time(),
        .value = some_value(),
        .acked_by = some_text(),
        .comment = some_text(),
    };
    r.occurrence.bytes[0] |= 1;
    g_array_append_val(c->occurrences, r);
}

static void
add_alarm(struct alarm_changes *c)
{
    struct alarm_record r = {.station = some_name(),
                             .component = some_name(),
                             .rule = some_name(),
                             .gone = below(4) == 0,
                             .pending_since = WALL_NONE,
                             .realarm_at = WALL_NONE,
                             .shelved_until = WALL_NONE};
    if (!r.gone) {
        r.state = (enum alarm_state)below(ALARM_STATES);
        r.overlays = (unsigned)below(8);
        r.occurrence = some_id();
        r.condition = below(2) == 0;
        r.suspect = below(2) == 0;
        r.chattering = below(2) == 0;
        r.pending = (enum alarm_pending)below(PENDING_OFF + 1);
        r.pending_since = some_time();
        r.realarm_at = some_time();
        r.shelved_until = some_time();
        r.pending_since_mono = (mono_us)below(INT64_MAX);
        r.realarm_mono = -(mono_us)below(INT64_MAX);
        r.shelved_until_mono = (mono_us)below(100);
        r.one_shot = below(2) == 0;
        r.first_out = below(2) == 0;
        r.covered = (uint32_t)below(9);
        r.shelved_by = some_text();
        r.shelve_reason = some_text();
        some_boot(r.boot_id);
    }
    g_array_append_val(c->alarms, r);
}

static void
add_rest(struct alarm_changes *c)
{
    struct maintenance_record m = {.station = some_name(),
                                   .component = some_name(),
                                   .gone = below(4) == 0,
                                   .since = WALL_NONE,
                                   .remind_at = WALL_NONE};
    if (!m.gone) {
        m.since = 5 * US_PER_S;
        m.remind_at = some_time();
        m.remind_mono = (mono_us)below(INT64_MAX);
        some_boot(m.boot_id);
        m.actor = some_text();
        m.reason = some_text();
    }
    g_array_append_val(c->maintenance, m);
    struct parked_record p = {.gone = below(4) == 0, .at = WALL_NONE, .seen_at = WALL_NONE};
    p.occurrence.bytes[3] = (uint8_t)(1 + below(255));
    if (!p.gone) {
        p.step = (uint32_t)below(9);
        p.at = 7 * US_PER_S;
        p.seen_at = some_time();
        p.user = some_text();
        p.origin = some_text();
        p.comment = some_text();
        p.action = some_id();
    }
    g_array_append_val(c->parked, p);
}

static void
some_changes(struct alarm_changes *c)
{
    alarm_changes_init(c);
    for (uint64_t i = below(4); i > 0; i--) {
        add_line(c);
        add_occurrence(c);
    }
    for (uint64_t i = below(4); i > 0; i--) {
        add_alarm(c);
        add_rest(c);
    }
}

/* What one record says, so that two can be compared; the fields that JSON does not have made
 * the same before. */
static char *
dump(const struct alarm_changes *c)
{
    json_t *body = changes_to_json(c);
    char *text = json_dumps(body, JSON_SORT_KEYS);
    json_decref(body);
    return text;
}

static void
compare_lines(const GArray *a, const GArray *b)
{
    assert_int_equal(a->len, b->len);
    for (guint i = 0; i < a->len; i++) {
        const struct journal_record *x = &g_array_index(a, struct journal_record, i);
        const struct journal_record *y = &g_array_index(b, struct journal_record, i);
        assert_int_equal(x->at, y->at);
        assert_int_equal(x->epoch, y->epoch);
        assert_int_equal(x->event, y->event);
        assert_true(uuid_equal(&x->occurrence, &y->occurrence));
        assert_true(uuid_equal(&x->action, &y->action));
        assert_true(isnan(x->value) ? isnan(y->value)
                                    : !(x->value < y->value) && !(x->value > y->value));
        assert_int_equal(x->overlays, y->overlays);
        assert_int_equal(g_strcmp0(x->detail, y->detail), 0);
        assert_int_equal(x->detail == NULL, y->detail == NULL);
    }
}

static void
compare_alarms(const GArray *a, const GArray *b)
{
    assert_int_equal(a->len, b->len);
    for (guint i = 0; i < a->len; i++) {
        const struct alarm_record *x = &g_array_index(a, struct alarm_record, i);
        const struct alarm_record *y = &g_array_index(b, struct alarm_record, i);
        assert_string_equal(x->rule, y->rule);
        assert_int_equal(x->gone, y->gone);
        assert_int_equal(x->state, y->state);
        assert_int_equal(x->pending, y->pending);
        assert_int_equal(x->pending_since, y->pending_since);
        assert_int_equal(x->realarm_mono, y->realarm_mono);
        assert_int_equal(x->first_out, y->first_out);
        assert_string_equal(x->boot_id, y->boot_id);
    }
}

static void
test_what_is_written_is_read_back(void **state)
{
    (void)state;
    for (int i = 0; i < 2000; i++) {
        struct alarm_changes c, back;
        struct err err = {.text = ""};
        some_changes(&c);
        char *text = dump(&c);
        json_t *body = json_loads(text, 0, NULL);
        alarm_changes_init(&back);
        if (!changes_from_json(&back, body, &err)) {
            fail_msg("%s\n%s", err.text, text);
        }
        char *again = dump(&back);
        assert_string_equal(text, again);
        compare_lines(c.journal, back.journal);
        compare_alarms(c.alarms, back.alarms);
        free(text);
        free(again);
        json_decref(body);
        alarm_changes_fini(&c);
        alarm_changes_fini(&back);
    }
}

static void
test_nothing_is_an_empty_object(void **state)
{
    (void)state;
    struct alarm_changes c;
    alarm_changes_init(&c);
    char *text = dump(&c);
    assert_string_equal(text, "{}");
    free(text);
    alarm_changes_fini(&c);
}

#define PARKED                                                                                 \
    "\"occurrence\":\"00000000-0000-0000-0000-000000000001\",\"step\":1,"                      \
    "\"at\":\"2026-01-09T15:39:14.123456Z\",\"seen_at\":null,\"user\":\"u\",\"origin\":null"

static void
test_what_is_not_of_the_form_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why; /* NULL: it is good */
    } cases[] = {
        {"{}", NULL},
        {"[]", "not an object"},
        {"{\"parked\":[{" PARKED ",\"comment\":null}]}", NULL},
        {"{\"parked\":[{" PARKED ",\"comment\":null,\"later\":1}],\"more\":[]}", NULL},
        {"{\"parked\":[{" PARKED "}]}", "\"comment\" is missing"},
        {"{\"parked\":[{" PARKED ",\"comment\":7}]}",
         "parked, row 1: \"comment\" is not a text"},
        {"{\"parked\":{}}", "\"parked\" is not a list"},
        {"{\"parked\":[1]}", "a row is not an object"},
        {"{\"parked\":[{" PARKED ",\"comment\":null,\"gone\":1}]}", "\"gone\""},
        {"{\"parked\":[{\"gone\":true}]}", "\"occurrence\" is missing"},
        {"{\"parked\":[{\"gone\":true,\"occurrence\":null}]}", "is null"},
        {"{\"parked\":[{\"gone\":true,\"occurrence\":\"x\"}]}", "not a UUID"},
        {"{\"journal\":[{\"gone\":true}]}", "\"gone\" is out of place"},
        {"{\"alarms\":[{\"station\":\"S\",\"component\":\"C\",\"rule\":\"r\",\"gone\":true}]}",
         NULL},
        {"{\"alarms\":[{\"station\":\"S\",\"component\":\"C\",\"rule\":\"r\"}]}", "\"state\""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct alarm_changes c;
        struct err err = {.text = ""};
        json_t *body = json_loads(cases[i].text, 0, NULL);
        assert_non_null(body);
        alarm_changes_init(&c);
        bool good = changes_from_json(&c, body, &err);
        if (good != (cases[i].why == NULL) ||
            (!good && strstr(err.text, cases[i].why) == NULL)) {
            fail_msg("%s: %s", cases[i].text, err.text);
        }
        assert_true(good || alarm_changes_empty(&c));
        alarm_changes_fini(&c);
        json_decref(body);
    }
}

static void
test_texts_are_made_harmless(void **state)
{
    (void)state;
    struct alarm_changes c;
    json_t *body =
        json_loads("{\"parked\":[{" PARKED ",\"comment\":\"a\\u001b[2Jb\\u202ec\"}]}", 0, NULL);
    alarm_changes_init(&c);
    assert_true(changes_from_json(&c, body, NULL));
    assert_string_equal(g_array_index(c.parked, struct parked_record, 0).comment, "a?[2Jb?c");
    alarm_changes_fini(&c);
    json_decref(body);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_written_is_read_back),
        cmocka_unit_test(test_nothing_is_an_empty_object),
        cmocka_unit_test(test_what_is_not_of_the_form_is_refused),
        cmocka_unit_test(test_texts_are_made_harmless),
    };
    return cmocka_run_group_tests_name("changes_json", tests, NULL, NULL);
}
