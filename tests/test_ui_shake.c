/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Five hundred times from 200x60 to 40x12 and back, in every view and with everything open. */
#include "tests/ui_fixture.h"

#include "ui/view.h"

#define ROUNDS 500

/* What is typed in the view of stations, and what is to be seen of it before and after. */
static const struct {
    const char *why, *open, *sign;
} dialogs[] = {
    {"a detail", "\r", "Stunden Pumpe 1"},
    {"a filter", "/bergedorf\r", "2 of 40"},
    {"a half-typed filter", "/bergedorf", "/bergedorf"},
    {"a half-typed command", ":station PW-0", ":station PW-0"},
    {"a completed command", ":sort \t\t", ":sort name"},
    {"the help", "?", "type to search"},
    {"the help, searched", "?gly", ":glyphs"},
    {"what to copy", "y", "copy:  i id"},
    {"the question before leaving", "1q", "looks after the alarms"},
    {"a half-typed comment", "4aseen by", "comment: seen by"},
    {"tagged alarms", "4 ", "1 tagged"},
    {"one pane", "+", "40 stations"},
    {"values that stand still", "Z", "FROZEN"},
};

static void
shake(struct play *p, const char *why, const char *sign, unsigned rounds)
{
    play_see(p, sign);
    term_wait_quiet(p->t, 200);
    for (unsigned i = 0; i < rounds; i++) {
        term_resize(p->t, 40, 12);
        term_wait_quiet(p->t, 20);
        term_resize(p->t, 200, 60);
        term_wait_quiet(p->t, 20);
    }
    term_wait_quiet(p->t, 200);
    if (!play_shows(p, sign)) {
        char *screen = term_dump(p->t);
        fputs(screen, stderr);
        g_free(screen);
        fail_msg("%s: lost by new sizes", why);
    }
}

/* Back to the station that was selected, whatever was open. */
static void
close_all(struct play *p)
{
    for (int i = 0; i < 3; i++) {
        term_send(p->t, "\033");
        term_wait_quiet(p->t, 60);
    }
    term_send(p->t, ":two-panes\r:untag\r");
    term_wait_quiet(p->t, 60);
    term_send(p->t, "2");
    play_see(p, "[2 Stations]");
    play_wait_selected(p, "PW-0026");
}

static struct play *
open_plant(void)
{
    static const struct play_options o = {.columns = 200, .rows = 60};
    struct play *p = play_open(&o);
    play_tell(p, "unknown PW-0001 XYZ 1\nvalue PW-0002 FLT1 1\n"
                 "alarm PW-0003 LEVEL hihi critical unacked age=60 name=Level_high\n"
                 "alarm PW-0004 LEVEL hi high acked age=70 name=Level_high");
    play_publish(p);
    term_send(p->t, "2:station PW-0026\r");
    play_wait_selected(p, "PW-0026");
    return p;
}

static void
test_u23_dialogs(void **state)
{
    (void)state;
    struct play *p = open_plant();
    for (size_t i = 0; i < G_N_ELEMENTS(dialogs); i++) {
        term_send(p->t, dialogs[i].open);
        shake(p, dialogs[i].why, dialogs[i].sign, ROUNDS / G_N_ELEMENTS(dialogs) + 1);
        if (strcmp(dialogs[i].open, "Z") != 0) { /* its time goes on */
            play_equals_full_paint(p);
        } else {
            term_send(p->t, "Z");
        }
        close_all(p);
    }
    play_close(p);
}

static void
test_u23_views(void **state)
{
    (void)state;
    struct play *p = open_plant();
    for (int i = 0; i < VIEWS; i++) {
        if (view_types[i] == NULL) {
            continue;
        }
        char key[] = {view_types[i]->key, '\0'}, sign[64];
        snprintf(sign, sizeof(sign), "[%s %s]", key, view_types[i]->name);
        term_send(p->t, key);
        shake(p, view_types[i]->name, sign, ROUNDS / VIEWS);
        play_equals_full_paint(p);
        close_all(p);
    }
    play_close(p);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_u23_dialogs),
    cmocka_unit_test(test_u23_views),
};

PLAY_MAIN("ui_shake", tests)
