/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The language of the screen is changed while it runs; what is typed and stored is not. */
#include "tests/ui_fixture.h"

static void
test_switch_at_run_time(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    play_tell(p, "broker down");
    play_publish(p);
    play_see(p, "40 stations");
    play_see(p, "1.70 m");
    play_see(p, "broker DOWN");
    term_send(p->t, ":language de\r");
    play_see(p, "Sprache: Deutsch");
    play_see(p, "40 Stationen");
    play_see(p, "1,70 m");
    play_see_no(p, "1.70 m");
    play_see(p, "Stationen]");
    play_equals_full_paint(p);
    term_send(p->t, ":station PW-0003\r"); /* commands have one name */
    play_wait_selected(p, "PW-0003");
    term_send(p->t, ":language\r"); /* the next one */
    play_see(p, "language: English");
    play_see(p, "40 stations");
    play_see(p, "1.70 m");
    term_send(p->t, ":language fr\r");
    play_see(p, "there is no language \"fr\"");
    play_close(p);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_switch_at_run_time),
};

PLAY_MAIN("ui_language", tests)
