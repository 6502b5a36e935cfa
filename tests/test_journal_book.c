/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The journal's lines on a screen: each once, in order, and the cursor stays on its line. */
#include "ui/journal_book.h"

#include <math.h>

#include "tests/unit.h"

static void
add_record(GArray *to, wall_us at, enum alarm_event event, const char *station,
           const char *detail)
{
    struct journal_record r = {.at = at,
                               .event = event,
                               .priority = ALARM_HIGH,
                               .station = g_strdup(station),
                               .component = g_strdup("LEVEL"),
                               .rule = g_strdup("hi"),
                               .actor = event == EVENT_ACKED ? g_strdup("nadja") : NULL,
                               .value = NAN,
                               .detail = g_strdup(detail)};
    g_array_append_val(to, r);
}

static GArray *
records(void)
{
    GArray *array = g_array_new(FALSE, FALSE, sizeof(struct journal_record));
    g_array_set_clear_func(array, journal_record_clear);
    return array;
}

/* Lines of these times, newest first, each told by its number. */
static GArray *
lines_of(wall_us newest, wall_us oldest)
{
    GArray *array = records();
    for (wall_us at = newest; at >= oldest; at--) {
        char detail[32];
        snprintf(detail, sizeof(detail), "line %d", (int)at);
        add_record(array, at, at % 2 == 0 ? EVENT_RAISED : EVENT_ACKED, "PW-0001", detail);
    }
    return array;
}

static void
add(struct journal_book *b, GArray *array, bool fresh)
{
    journal_book_add(b, array, fresh);
    g_array_unref(array);
}

static void
assert_lines(const struct journal_book *b, wall_us newest, wall_us oldest)
{
    assert_int_equal(b->shown->len, newest - oldest + 1);
    for (int i = 0; i < (int)b->shown->len; i++) {
        assert_true(journal_book_row(b, i)->at == newest - i);
    }
}

static void
test_each_line_once_and_in_order(void **state)
{
    (void)state;
    struct journal_book b;
    journal_book_init(&b);
    add(&b, lines_of(20, 11), false);
    add(&b, lines_of(14, 5), false); /* a page that overlaps */
    assert_lines(&b, 20, 5);
    add(&b, lines_of(20, 1), false); /* the same and more */
    assert_lines(&b, 20, 1);
    assert_true(journal_book_oldest(&b)->at == 1);
    journal_book_fini(&b);
}

static void
test_fresh_lines_wait(void **state)
{
    (void)state;
    struct journal_book b;
    journal_book_init(&b);
    b.list.height = 5;
    add(&b, lines_of(20, 1), false);
    list_to(&b.list, 7);
    journal_book_moved(&b);
    add(&b, lines_of(25, 15), true);
    assert_int_equal(journal_book_waiting(&b), 5);
    assert_int_equal(b.list.pos, 7);
    assert_true(journal_book_newest(&b)->at == 25);
    assert_lines(&b, 20, 1);
    int row = b.list.pos - b.list.top;
    journal_book_take(&b);
    assert_lines(&b, 25, 1);
    assert_true(journal_book_selected(&b)->at == 13); /* the line that was selected */
    assert_int_equal(b.list.pos - b.list.top, row);
    assert_int_equal(journal_book_waiting(&b), 0);
    journal_book_fini(&b);
}

/* Of one time the later comes first, and none of them is lost. */
static void
test_lines_of_one_time(void **state)
{
    (void)state;
    struct journal_book b;
    journal_book_init(&b);
    GArray *first = records(), *later = records(), *older = records();
    add_record(first, 5, EVENT_RAISED, "A", "b");
    add_record(first, 5, EVENT_RAISED, "A", "a");
    add_record(later, 5, EVENT_RAISED, "A", "c");
    add_record(later, 5, EVENT_RAISED, "A", "b");
    add_record(older, 5, EVENT_RAISED, "A", "a");
    add_record(older, 5, EVENT_RAISED, "A", "0");
    add(&b, first, false);
    add(&b, later, true);
    journal_book_take(&b);
    add(&b, older, false);
    static const char *const want[] = {"c", "b", "a", "0"};
    assert_int_equal(b.shown->len, 4);
    assert_int_equal(journal_book_count_at(&b, 5), 4);
    for (int i = 0; i < 4; i++) {
        assert_string_equal(journal_book_row(&b, i)->detail, want[i]);
    }
    journal_book_fini(&b);
}

static void
test_filter(void **state)
{
    (void)state;
    static const struct {
        const char *filter;
        guint want;
    } cases[] = {
        {"", 4},          {"station=PW-0002", 1}, {"event=acked", 1},   {"event=shelved", 1},
        {"who=nadja", 1}, {"!who=nadja", 3},      {"priority=high", 4}, {"priority=low", 0},
        {"pump", 2},      {"PUMP test", 1},       {"pw-0001 level", 3}, {"station=level", 0},
        {"ölstand", 1},   {"oelstand", 1},
    };
    struct journal_book b;
    journal_book_init(&b);
    GArray *array = records();
    add_record(array, 9, EVENT_ACKED, "PW-0001", "Ölstand geprüft");
    add_record(array, 8, EVENT_SHELVED, "PW-0001", "pump test");
    add_record(array, 7, EVENT_RAISED, "PW-0002", "pump");
    add_record(array, 6, EVENT_RAISED, "PW-0001", NULL);
    add(&b, array, false);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        journal_book_set_filter(&b, cases[i].filter);
        if (b.shown->len != cases[i].want) {
            fail_msg("\"%s\": %u lines, not %u", cases[i].filter, b.shown->len, cases[i].want);
        }
    }
    journal_book_fini(&b);
}

static void
test_the_selected_line_stays_while_it_matches(void **state)
{
    (void)state;
    struct journal_book b;
    journal_book_init(&b);
    b.list.height = 4;
    add(&b, lines_of(40, 1), false);
    list_to(&b.list, 10); /* at 30: raised */
    journal_book_moved(&b);
    journal_book_set_filter(&b, "event=raised");
    assert_int_equal(b.shown->len, 20);
    assert_true(journal_book_selected(&b)->at == 30);
    journal_book_set_filter(&b, "event=acked");
    assert_true(journal_book_selected(&b)->at == 39); /* the first that matches */
    journal_book_set_filter(&b, "nothing like it");
    assert_null(journal_book_selected(&b));
    journal_book_set_filter(&b, "");
    assert_lines(&b, 40, 1);
    journal_book_clear(&b);
    assert_null(journal_book_selected(&b));
    assert_null(journal_book_newest(&b));
    journal_book_fini(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_line_once_and_in_order),
        cmocka_unit_test(test_fresh_lines_wait),
        cmocka_unit_test(test_lines_of_one_time),
        cmocka_unit_test(test_filter),
        cmocka_unit_test(test_the_selected_line_stays_while_it_matches),
    };
    return cmocka_run_group_tests_name("journal_book", tests, NULL, NULL);
}
