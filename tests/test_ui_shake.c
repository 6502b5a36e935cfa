/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Five hundred times from 200x60 to 40x12 and back, in every view and with everything open; and
 * each view with keys of all kinds while the plant, the time, the sizes and what the archive
 * answers are never the same for long. */
#include "tests/ui_fixture.h"

#include <stdio.h>
#include <string.h>

#include "ui/view.h"

#define ROUNDS 250 /* with the views, and as many with what is open */
#define STEPS  60  /* of one view that gets no rest */
#define PLACES 20  /* stations that come and go */

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
    static const char *const env[] = {"STAGE_NO_FLASH=1", NULL}; /* two paints are compared */
    static const struct play_options o = {.columns = 200, .rows = 60, .env = env};
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

/* ---- no rest ---- */

/* None that quits. */
static const char *const keys[] = {"j",
                                   "k",
                                   "g",
                                   "G",
                                   "h",
                                   "l",
                                   "H",
                                   "L",
                                   "J",
                                   "K",
                                   "+",
                                   "-",
                                   "[",
                                   "]",
                                   "<",
                                   ">",
                                   "=",
                                   "\r",
                                   "\033",
                                   "\t",
                                   " ",
                                   "*",
                                   "n",
                                   "N",
                                   "s",
                                   "S",
                                   "v",
                                   "V",
                                   "x",
                                   "c",
                                   "C",
                                   "f",
                                   "m",
                                   "M",
                                   "t",
                                   "T",
                                   "u",
                                   "U",
                                   "w",
                                   "a",
                                   "A",
                                   "z",
                                   "r",
                                   "i",
                                   "I",
                                   "e",
                                   "E",
                                   "o",
                                   "O",
                                   "d",
                                   "D",
                                   "b",
                                   "B",
                                   "p",
                                   "y",
                                   "Y",
                                   "?",
                                   ":",
                                   "/",
                                   "/pw-000\r",
                                   "/~fault\r",
                                   "\025",
                                   "\177",
                                   "\f",
                                   "\033[A",
                                   "\033[B",
                                   "\033[C",
                                   "\033[D",
                                   "\033[5~",
                                   "\033[6~",
                                   "\033[H",
                                   "\033[F",
                                   "\033[Z",
                                   "\033[<0;9;7M\033[<0;9;7m",
                                   "\033[<64;30;9M",
                                   "\033[<65;30;9M",
                                   "\025\033:untag\r",
                                   "\025\033:trend PW-0003/LEVEL\r",
                                   "\025\033:columns id LEVEL FLOW\r",
                                   "\025\033:sort LEVEL\r",
                                   "\025\033:station PW-0007\r",
                                   "\025\033:map PW-0002\r",
                                   "\025\033:ack-shown gut\r",
                                   "bekannt\r"};

/* Of the stage. A "%s" is a station that there is. */
static const char *const turns[] = {"value %s LEVEL nan",
                                    "value %s LEVEL 1e308",
                                    "value %s FLOW -1e308",
                                    "value %s FLT1 1",
                                    "text %s FLOW kaputt",
                                    "quality %s LEVEL 255",
                                    "quality %s LEVEL 0",
                                    "stale %s FLOW",
                                    "never %s x",
                                    "heard %s 100000",
                                    "clock %s 100000",
                                    "silent %s 1",
                                    "rename %s \xe6\xbc\xa2\xe5\xad\x97",
                                    "place %s none none",
                                    "place %s 53.5 10.1",
                                    "alarm %s LEVEL hi high unacked",
                                    "alarm %s FLOW hi medium returned_unacked",
                                    "alarm %s LEVEL lo low normal shelved=so never=",
                                    "unalarm %s LEVEL hi",
                                    "spike %s LEVEL 1e17 10",
                                    "gap %s LEVEL 9000 100",
                                    "unknown %s XYZ 1",
                                    "journaled 10 raised %s LEVEL hi -",
                                    "shuffle 3",
                                    "shuffle 0",
                                    "board",
                                    "many 12",
                                    "broker down",
                                    "broker up",
                                    "pg down 100 10 0 5 10",
                                    "pg none 0 0 0 0 0",
                                    "owner standby other 8.0 postgres 10",
                                    "owner owner desk 9.0 postgres 0",
                                    "history none",
                                    "history whole",
                                    "history slow",
                                    "history problem nichts da",
                                    "cached 3600",
                                    "clock +1",
                                    "clock +86400",
                                    "clock +31536000",
                                    "clock +-31536000"};

/* A plant of which some stations, or all, go and come back. */
struct restless {
    struct play *p;
    GRand *rand;
    bool there[PLACES];
};

static size_t
any(struct restless *r, size_t n)
{
    return (size_t)g_rand_int_range(r->rand, 0, (gint32)n);
}

static void
change_plant(struct restless *r)
{
    bool all = any(r, 4) == 0, back = any(r, 3) == 0;
    for (size_t i = 0; i < PLACES; i++) {
        if (r->there[i] == back || (!all && any(r, 3) != 0)) {
            continue;
        }
        r->there[i] = back;
        if (back) {
            play_tell(r->p, "add PW-%04zu Neu", i + 1);
        } else {
            play_tell(r->p, "remove PW-%04zu", i + 1);
        }
    }
}

static void
turn(struct restless *r)
{
    char uid[16] = "";
    size_t which = any(r, PLACES);
    const char *line = turns[any(r, G_N_ELEMENTS(turns))], *rest = strstr(line, "%s");
    snprintf(uid, sizeof(uid), "PW-%04zu", which + 1);
    if (rest == NULL) {
        play_tell(r->p, "%s", line);
    } else if (r->there[which]) {
        play_tell(r->p, "%.*s%s%s", (int)(rest - line), line, uid, rest + 2);
    }
}

static void
step(struct restless *r)
{
    static const int sizes[][2] = {{120, 40}, {80, 24}, {40, 12}, {20, 5}, {1, 1}, {250, 70}};
    if (any(r, 12) == 0) {
        change_plant(r);
    }
    if (any(r, 15) == 0) {
        const int *size = sizes[any(r, G_N_ELEMENTS(sizes))];
        term_resize(r->p->t, size[0], size[1]);
    }
    turn(r);
    play_tell(r->p, "publish");
    for (size_t i = any(r, 3); i > 0; i--) {
        term_send(r->p->t, keys[any(r, G_N_ELEMENTS(keys))]);
    }
    term_wait_quiet(r->p->t, 15);
}

static void
test_no_rest(void **state)
{
    (void)state;
    static const char *const env[] = {"STAGE_CLOCK=1790000000", "STAGE_NO_FLASH=1", NULL};
    static const struct play_options o = {
        .columns = 120, .rows = 40, .stations = PLACES, .env = env};
    struct restless r = {.p = play_open(&o), .rand = g_rand_new_with_seed(20)};
    for (size_t i = 0; i < PLACES; i++) {
        r.there[i] = true;
    }
    for (int i = 0; i < VIEWS; i++) {
        const char key[] = {view_types[i]->key, '\0'};
        term_send(r.p->t, key);
        for (int k = 0; k < STEPS; k++) {
            step(&r);
        }
        term_resize(r.p->t, 120, 40);
        for (int k = 0; k < 4; k++) { /* whatever is open */
            term_send(r.p->t, "\033");
            term_wait_quiet(r.p->t, 60);
        }
        play_tell(r.p, "history whole\npublish");
        play_done(r.p);
        term_send(r.p->t, "2");
        play_see(r.p, "[2 Stations]");
        term_wait_quiet(r.p->t, 300);
        play_equals_full_paint(r.p);
    }
    g_rand_free(r.rand);
    play_close(r.p);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_u23_dialogs),
    cmocka_unit_test(test_u23_views),
    cmocka_unit_test(test_no_rest),
};

PLAY_MAIN("ui_shake", tests)
