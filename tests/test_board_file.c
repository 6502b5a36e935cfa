/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text of a board: what is read, what is told with its line, and what is kept. */
#include "tests/unit.h"

#include "ui/board.h"

static struct problems errors, warnings;

static int
begin(void **state)
{
    (void)state;
    problems_init(&errors);
    problems_init(&warnings);
    return 0;
}

static int
end(void **state)
{
    (void)state;
    problems_fini(&errors);
    problems_fini(&warnings);
    return 0;
}

static struct board *
parse(const char *text)
{
    return board_parse("b.board", text, strlen(text), &errors, &warnings);
}

static const char whole[] = "# Our board\n"
                            "[board]\n"
                            "version = 1\n"
                            "title = Elbe Nord\n"
                            "\n"
                            "# the one by the river\n"
                            "[tile]\n"
                            "# keep it large\n"
                            "colour = mauve\n"
                            "kind = gauge\n"
                            "title = Storage\n"
                            "row = 0\n"
                            "column = 0\n"
                            "rows = 2\n"
                            "columns = 3\n"
                            "component = PW-0001/LEVEL\n"
                            "\n"
                            "[tile]\n"
                            "kind = trend\n"
                            "row = 2\n"
                            "column = 0\n"
                            "rows = 5\n"
                            "columns = 12\n"
                            "component = PW-0001/LEVEL\n"
                            "component = PW-0001/FLOW\n"
                            "span = 90m\n"
                            "\n"
                            "[tile]\n"
                            "kind = ranking\n"
                            "row = 0\n"
                            "column = 3\n"
                            "rows = 2\n"
                            "columns = 3\n"
                            "select = kind:level area:Nord\n"
                            "count = 5\n"
                            "order = distance\n"
                            "\n"
                            "[tile]\n"
                            "kind = calendar\n"
                            "row = 7\n"
                            "column = 0\n"
                            "rows = 4\n"
                            "columns = 6\n"
                            "component = PW-0001/FLOW\n"
                            "span = 84d\n"
                            "unit = weeks\n"
                            "\n"
                            "[tile]\n"
                            "kind = text\n"
                            "row = 7\n"
                            "column = 6\n"
                            "rows = 2\n"
                            "columns = 4\n"
                            "text = Duty officer 0171 2345\n"
                            "text =\n"
                            "text = Open V1, then call\n"
                            "\n"
                            "[later]\n"
                            "x = 1\n"
                            "# the end\n";

static void
test_whole(void **state)
{
    (void)state;
    struct board *b = parse(whole);
    assert_non_null(b);
    assert_int_equal(errors.n, 0);
    assert_int_equal(warnings.n, 2);
    assert_string_equal(warnings.list[0],
                        "b.board:9: [tile] colour: this key is not known; it is kept");
    assert_string_equal(warnings.list[1],
                        "b.board:58: \"[later]\": this section is not known; it is kept");
    assert_string_equal(b->title, "Elbe Nord");
    assert_int_equal(b->tiles->len, 5);
    const struct tile *trend = board_tile(b, 1);
    assert_int_equal(trend->kind, TILE_TREND);
    assert_int_equal(trend->span_s, 5400);
    assert_string_equal(g_ptr_array_index(trend->components, 1), "PW-0001/FLOW");
    const struct tile *ranking = board_tile(b, 2);
    assert_int_equal(ranking->order, TILE_BY_DISTANCE);
    assert_int_equal(ranking->count, 5);
    assert_int_equal(board_tile(b, 3)->unit, TILE_BY_WEEKS);
    assert_int_equal(board_tile(b, 4)->text->len, 3);
    char *text = board_text(b);
    assert_string_equal(text, whole);
    g_free(text);
    board_free(b);
}

/* Only what must be there: the rest is usual, and tiles find places. */
static void
test_by_hand(void **state)
{
    (void)state;
    struct board *b = parse("[board]\r\nversion=1\n[tile]\nkind=gauge\ncomponent = A/B\n"
                            "[tile]\nkind=number\ncomponent = A/C\n");
    assert_non_null(b);
    assert_int_equal(warnings.n, 0);
    assert_int_equal(board_tile(b, 1)->place.column, 3);
    assert_int_equal(board_tile(b, 1)->span_s, 24 * 3600);
    board_free(b);
}

static void
test_overlap(void **state)
{
    (void)state;
    struct board *b = parse("[board]\nversion = 1\n[tile]\nkind = text\nrow = 0\ncolumn = 0\n"
                            "[tile]\nkind = text\nrow = 1\ncolumn = 2\n");
    assert_non_null(b);
    assert_int_equal(warnings.n, 1);
    assert_string_equal(warnings.list[0],
                        "b.board:7: [tile] overlaps another tile and was moved");
    assert_int_equal(board_tile(b, 1)->place.row, 2);
    board_free(b);
}

static void
test_errors(void **state)
{
    (void)state;
#define B "[board]\nversion = 1\n"
#define T B "[tile]\n"
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"", "b.board: has no [board]"},
        {"[tile]\nkind = text\n", "b.board: has no [board]"},
        {"[board]\n", "b.board:1: [board] has no version"},
        {"x = 1\n[board]\nversion = 1\n", "b.board:1: \"x = 1\" stands before [board]"},
        {"[board]\nversion = 2\n",
         "b.board:2: [board] version: \"2\" is not 1, the only version "
         "that this program knows"},
        {B B, "b.board:3: [board] stands twice"},
        {T, "b.board:3: [tile] has no kind"},
        {T "kind = clock\n", "b.board:4: [tile] kind: \"clock\" is not gauge, number, state, "
                             "trend, alarms, flow, ranking, calendar or text"},
        {T "kind = text\nkind = text\n",
         "b.board:5: [tile] kind: \"text\" stands in this section twice"},
        {T "kind = text\nrow = 1000\n",
         "b.board:5: [tile] row: \"1000\" is not a number from 0 to 999"},
        {T "kind = text\ncolumn = 10\ncolumns = 12\n",
         "b.board:3: [tile] column 10 and 12 columns: beyond column 12"},
        {T "kind = gauge\ncomponent = A/B\ncomponent = A/C\n",
         "b.board:6: [tile] component: \"A/C\" is not STATION/ID, or one more than the tile "
         "can "
         "show"},
        {T "kind = gauge\ncomponent = AB\n",
         "b.board:5: [tile] component: \"AB\" is not STATION/ID, or one more than the tile can "
         "show"},
        {T "kind = alarms\nselect = colour:red\n",
         "b.board:5: [tile] select: \"colour:red\" is not a template such as kind:level "
         "area:Nord"},
        {T "kind = number\nspan = 1m\n",
         "b.board:5: [tile] span: \"1m\" is not a span from 5m to 366d"},
        {T "kind = number\nspan = 6\n",
         "b.board:5: [tile] span: \"6\" is not a span from 5m to 366d"},
        {T "kind = text\nrubbish\n", "b.board:5: \"rubbish\" is not of the form key = value"},
        {T "kind = ranking\norder = up\n",
         "b.board:5: [tile] order: \"up\" is not value or distance"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        problems_fini(&errors);
        assert_null(parse(cases[i].text));
        assert_true(errors.n > 0);
        bool found = false;
        for (size_t k = 0; k < errors.n; k++) {
            found = found || strcmp(errors.list[k], cases[i].want) == 0;
        }
        if (!found) {
            fail_msg("\"%s\" and not \"%s\"", errors.list[0], cases[i].want);
        }
    }
}

/* All errors are told, not the first alone; and no byte of the file reaches a terminal raw. */
static void
test_all_errors(void **state)
{
    (void)state;
    assert_null(parse(T "kind = gauge\nrow = x\nrows = 99\ncomponent = \033[2J\n"));
    assert_int_equal(errors.n, 3);
    for (size_t i = 0; i < errors.n; i++) {
        assert_null(strchr(errors.list[i], '\033'));
    }
    problems_fini(&errors);
    assert_null(board_parse("b.board", "[board]\0", 8, &errors, &warnings));
    assert_string_equal(errors.list[0], "b.board: not a text: it has a NUL byte");
}

static void
test_too_many_tiles(void **state)
{
    (void)state;
    GString *text = g_string_new(B);
    for (int i = 0; i <= BOARD_TILES_MAX; i++) {
        g_string_append(text, "[tile]\nkind = text\n");
    }
    assert_null(parse(text->str));
    assert_int_equal(errors.n, 1);
    assert_string_equal(errors.list[0],
                        "b.board:131: [tile] is one more than the 64 that a board may have");
    g_string_free(text, TRUE);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_whole, begin, end),
        cmocka_unit_test_setup_teardown(test_by_hand, begin, end),
        cmocka_unit_test_setup_teardown(test_overlap, begin, end),
        cmocka_unit_test_setup_teardown(test_errors, begin, end),
        cmocka_unit_test_setup_teardown(test_all_errors, begin, end),
        cmocka_unit_test_setup_teardown(test_too_many_tiles, begin, end),
    };
    return cmocka_run_group_tests_name("board_file", tests, NULL, NULL);
}
