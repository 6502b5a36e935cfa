/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The view of the system's own health: grey when all is well, a word for what is not. */
#include "tests/ui_fixture.h"

static struct play *
open_size(int columns, int rows)
{
    const struct play_options o = {.columns = columns, .rows = rows};
    struct play *p = play_open(&o);
    term_send(p->t, "8");
    play_see(p, columns < 60 ? "8 Health" : "[8 Health]");
    return p;
}

static struct term_cell
cell_of(struct play *p, const char *text)
{
    int y = term_find(p->t, text);
    assert_true(y >= 0);
    return term_cell(p->t, y, play_column(p, y, text));
}

static void
test_all_well(void **state)
{
    (void)state;
    struct play *p = open_size(100, 30);
    play_tell(p, "peer pc2 standby 7.0 0 -\npg up 60 0 0 0 0");
    play_publish(p);
    static const char *const texts[] = {"► Instances",   "owner desk e7.0", "2 instances",
                                        "Broker",        "UP, 0 messages",  "Cache",
                                        "Central store", "pg UP",           "Stations' clocks",
                                        "none off",      "Unknown ids",     "Refused payloads",
                                        "pc2  standby",  "1.2.3",           "(this one)"};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        play_see(p, texts[i]);
    }
    for (int y = 0; y < 30; y++) { /* no hue where all is well */
        for (int x = 0; x < 100; x++) {
            if (term_cell(p->t, y, x).coloured) {
                char *screen = term_dump(p->t);
                fputs(screen, stderr);
                g_free(screen);
                fail_msg("row %d, column %d has a hue", y, x);
            }
        }
    }
    play_equals_full_paint(p);
    play_close(p);
}

static void
test_what_is_wrong(void **state)
{
    (void)state;
    struct play *p = open_size(100, 30);
    play_tell(p, "peer pc2 gone 7.0 600 -");
    play_tell(p, "peer pc3 viewer 7.0 0 has_another_ingest_id");
    play_tell(p, "broker down\npg down 192 48210 3 0 0 2");
    play_tell(p, "clock PW-0005 -7.5\nclock PW-0006 1.5\nclock PW-0007 3");
    play_publish(p);
    play_see(p, "not all WELL");
    play_see(p, "pc2  GONE");
    play_see(p, "has another ingest id");
    play_see(p, "DOWN: connection refused");
    play_see(p, "pg DOWN");
    play_see(p, "2 OFF by more than 2 s, at worst -7.5 s");
    static const char *const bad[] = {"pc2  GONE", "DOWN: connection", "2 OFF by"};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        assert_true(cell_of(p, bad[i]).coloured && cell_of(p, bad[i]).bold);
    }
    term_send(p->t, "jjj");
    play_see(p, "3  readings in QUARANTINE");
    play_see(p, "48210  readings on their way");
    assert_true(cell_of(p, "readings in QUARANTINE").coloured);
    play_see(p, "2  changes of ours REFUSED");
    assert_true(cell_of(p, "changes of ours REFUSED").coloured);
    term_send(p->t, "j\r");
    play_see(p, "-7.5 s  PW-0005");
    assert_true(term_find(p->t, "PW-0005") < term_find(p->t, "PW-0007")); /* the worst first */
    assert_false(play_shows(p, "PW-0006"));
    play_press(p, "v");
    play_see(p, "+1.5 s  PW-0006");
    term_send(p->t, "\033");
    play_see(p, "► Stations' clocks");
    play_close(p);
}

static void
test_refused_payloads(void **state)
{
    (void)state;
    struct play *p = open_size(80, 24);
    play_tell(p, "rejected plant/x/y no_JSON {\"a\":[1,2,3 and much more than fits into one "
                 "line of eighty columns, so that it has to be wrapped to be read to its end}");
    for (int i = 0; i < 30; i++) {
        play_tell(p, "rejected plant/%d no_JSON short", i);
    }
    play_publish(p);
    play_see(p, "of 31 topics");
    term_send(p->t, "G\r");
    play_see(p, "plant/x/y  ×7  no_JSON");
    play_see(p, "read to its end}");
    term_send(p->t, "G");
    play_see(p, "plant/29");
    term_send(p->t, "q");
    play_see(p, "► Refused payloads");
    term_send(p->t, "k\r"); /* unknown ids have a view of their own, and back comes here */
    play_see(p, "[u Unknown ids]");
    term_send(p->t, "q");
    play_see(p, "► Unknown ids");
    term_send(p->t, "q");
    play_see(p, "[1 Overview]");
    play_close(p);
}

static void
test_small(void **state)
{
    (void)state;
    struct play *p = open_size(40, 12);
    play_tell(p, "clock PW-0005 -7.5");
    play_publish(p);
    play_see(p, "Refused payloads");
    term_send(p->t, "jjjj\r");
    play_see(p, "-7.5 s  PW-0005");
    play_equals_full_paint(p);
    play_close(p);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_all_well),
    cmocka_unit_test(test_what_is_wrong),
    cmocka_unit_test(test_refused_payloads),
    cmocka_unit_test(test_small),
};

PLAY_MAIN("ui_health", tests)
