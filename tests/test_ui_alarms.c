/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Alarms on the screen: what is told, what a key does about them, and the bell. */
#include "tests/ui_fixture.h"

static struct play *
open_size(int columns, int rows)
{
    const struct play_options o = {.columns = columns, .rows = rows};
    return play_open(&o);
}

static void
assert_row_has(const struct play *p, const char *find, const char *text)
{
    int y = term_find(p->t, find);
    char *row = y < 0 ? g_strdup("") : term_row(p->t, y);
    if (strstr(row, text) == NULL) {
        char *screen = term_dump(p->t);
        fputs(screen, stderr);
        g_free(screen);
        fail_msg("\"%s\" is not in the row of \"%s\"", text, find);
    }
    g_free(row);
}

static struct term_cell
cell_of(const struct play *p, int y, const char *text)
{
    int x = play_column(p, y, text);
    assert_true(y >= 0 && x >= 0);
    return term_cell(p->t, y, x);
}

/* One of each state; none of a priority that rings. */
static void
make_states(struct play *p)
{
    play_tell(p, "alarm PW-0001 LEVEL hi medium unacked value=3.42 limit=2.9");
    play_tell(p, "alarm PW-0002 LEVEL hi medium returned_unacked count=3");
    play_tell(p, "alarm PW-0003 LEVEL hi medium latched_unacked");
    play_tell(p, "alarm PW-0004 LEVEL hi medium acked by=nadja comment=unterwegs");
    play_tell(p, "alarm PW-0005 LEVEL hi medium latched_acked by=tk");
    play_publish(p);
}

/* ---- what is told ---- */

static void
w17_the_strip_is_always_in_view(void **state)
{
    (void)state;
    struct play *p = open_size(120, 30);
    play_tell(p, "board");
    play_publish(p);
    play_see(p, "no alarms, no station silent");
    for (int x = 0; x < 120; x++) {
        assert_false(term_cell(p->t, 1, x).coloured);
    }
    play_tell(p, "alarm PW-0001 LEVEL hihi critical unacked age=100 value=3.42 limit=3.2");
    play_tell(p, "alarm PW-0002 LEVEL hi high acked age=5");
    play_tell(p, "alarm PW-0003 FLOW hi low unacked age=500");
    play_tell(p, "alarm PW-0004 FLOW hi low unacked shelved=why age=1");
    play_publish(p);
    static const char *const keys[] = {"2", "\r", "q4", "u", "9", "?", "\033:x", "\0332"};
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        term_send(p->t, keys[i]);
        term_wait_quiet(p->t, 40);
        assert_row_has(p, "new/active", "■ 1/1");
        assert_row_has(p, "new/active", "▲ 0/1");
        assert_row_has(p, "new/active", "· 1/1");
        assert_row_has(p, "new/active", "1 shelved");
        /* The newest that nobody has acknowledged, not the newest. */
        assert_row_has(p, "new/active", "■ PW-0001 Hamburg-Veddel Füllstand Vorlage HH 3.42 m");
    }
    assert_int_equal(play_column(p, 1, "◆"), -1); /* none of that priority */
    play_close(p);
}

static void
test_faults_without_a_rule(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    play_tell(p, "board\nvalue PW-0031 FLT1 1\nvalue PW-0030 FLT1 1");
    play_publish(p);
    play_see(p, "2 faults");
    play_tell(p, "alarm PW-0031 FLT1 fault medium unacked");
    play_publish(p);
    play_see(p, "1 fault"); /* the other one is an alarm now */
    play_see(p, "◆ 1/1");
    assert_row_has(p, "PW-0031 E", "◆ NEW");
    assert_row_has(p, "PW-0030 E", "1 fault");
    assert_string_equal(play_first_station(p, 3), "PW-0031"); /* an alarm comes first */
    play_close(p);
}

static void
w18_states_are_read_without_colour(void **state)
{
    (void)state;
    static const char *const env[] = {"NO_COLOR=1", NULL};
    const struct play_options o = {.env = env, .columns = 100, .rows = 30};
    struct play *p = play_open(&o);
    make_states(p);
    play_tell(p, "alarm PW-0006 LEVEL hihi critical unacked");
    play_tell(p, "alarm PW-0007 FLOW hi high unacked suspect= value=480 limit=450");
    play_tell(p, "alarm PW-0008 FLOW test:hi low unacked test=");
    play_tell(p, "alarm PW-0009 FLOW hi low unacked chatter= count=41");
    play_publish(p);
    term_send(p->t, "4");
    static const char *const rows[][2] = {
        {" PW-0001", "◆  NEW  "},  {" PW-0002", "◆  NEW RTN"}, {" PW-0003", "◆  LATCH NEW"},
        {" PW-0004", "◆  ACK"},    {" PW-0005", "◆  LATCH  "}, {" PW-0006", "■  NEW"},
        {" PW-0007", "▲  NEW"},    {" PW-0008", "·  NEW"},     {" PW-0008", "TEST Durch"},
        {" PW-0007", "?480 m³/h"}, {" PW-0009", "CHATTER Du"}, {" PW-0009", " 41"},
        {" PW-0004", "nadja"},
    };
    play_see(p, "LATCH NEW");
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        int y = 5; /* below strip and titles */
        char *row = NULL;
        for (; y < 24 && (row == NULL || strstr(row, rows[i][0]) == NULL); y++) {
            g_free(row);
            row = term_row(p->t, y);
        }
        if (strstr(row, rows[i][1]) == NULL) {
            fail_msg("no \"%s\" in \"%s\"", rows[i][1], row);
        }
        g_free(row);
    }
    /* U31 */
    term_send(p->t, "g");
    play_see(p, "►■");
    int y = term_find(p->t, "►■");
    assert_true(cell_of(p, y, "■").reverse && cell_of(p, y, "■").bold);
    assert_true(cell_of(p, y, "NEW").reverse && cell_of(p, y, "NEW").bold);
    assert_true(cell_of(p, y, "PW-0006").underline); /* the selection shows all the same */
    y = term_find(p->t, "▲  NEW");
    assert_true(cell_of(p, y, "▲").bold && !cell_of(p, y, "▲").reverse);
    y = term_find(p->t, "◆  ACK");
    assert_false(cell_of(p, y, "◆").bold || cell_of(p, y, "ACK").bold);
    play_close(p);
}

static void
test_flood_banner(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    make_states(p);
    play_tell(p, "flood 214");
    play_publish(p);
    play_see(p, "FLOOD 214 in 10 min (limit 10) since ");
    play_tell(p, "noflood");
    play_publish(p);
    play_see_no(p, "FLOOD");
    play_close(p);
}

static void
test_groups(void **state)
{
    (void)state;
    struct play *p = open_size(100, 30);
    play_tell(p, "alarm PW-0004 P1 trip high acked age=90 group=Netz first=");
    play_tell(p, "alarm PW-0004 P2 trip medium acked age=80 group=Netz");
    play_tell(p, "alarm PW-0004 V1 trip medium acked age=70 group=Netz");
    play_tell(p, "alarm PW-0009 - silence high acked age=1 suppresses=186 name=silent");
    play_tell(p, "alarm PW-0010 LEVEL hi low unacked suppressed= parent=PW-0009/-/silence");
    play_publish(p);
    term_send(p->t, "4");
    play_see(p, "FIRST Pumpe 1");
    play_see(p, "├ Pumpe 2");
    play_see(p, "└ Schieber");
    play_see(p, "no life sign (explains 186)");
    assert_int_equal(term_find(p->t, "└ Schieber"), term_find(p->t, "FIRST Pumpe 1") + 2);
    play_see_no(p, "PW-0010");
    term_send(p->t, "v");
    play_see(p, "flat");
    play_see_no(p, "├");
    play_see(p, "FIRST Pumpe 1");
    term_send(p->t, "v");
    play_see(p, "SUPPRESSED");
    assert_row_has(p, "SUPPRESSED", "PW-0010");
    play_see(p, "cause: PW-0009 Cuxhaven Hafen no life sign");
    play_close(p);
}

static void
test_detail(void **state)
{
    (void)state;
    struct play *p = open_size(100, 40);
    play_tell(p, "alarm PW-0001 LEVEL hi medium acked value=3.42 limit=2.9 by=nadja "
                 "comment=Techniker_fährt name=Hochwasser guidance=Schieber_V1_öffnen");
    play_tell(p, "alarm PW-0002 LEVEL hi low unacked older=2");
    play_publish(p);
    term_send(p->t, "4");
    play_see(p, "2 older occurrences");
    term_send(p->t, "j");
    play_see(p, "PW-0001 Hamburg-Veddel  Füllstand Vorlage: Hochwasser");
    play_see(p, "3.42 m  H 2.90  since");
    play_see(p, "by nadja: Techniker fährt");
    play_see(p, "Schieber V1 öffnen");
    play_see(p, "peak 56/min");
    play_see(p, "acknowledged after 0:41 (median)");
    play_see(p, "█");
    play_close(p);
}

/* The smaller the screen the more of it goes, but not what to do: U40. */
static void
test_what_to_do_is_in_view(void **state)
{
    (void)state;
    static const struct play_options sizes[] = {
        {.columns = 100, .rows = 30}, {.columns = 80, .rows = 24}, {.columns = 40, .rows = 12}};
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        struct play *p = play_open(&sizes[i]);
        play_tell(p, "alarm PW-0001 LEVEL hi medium unacked value=3.42 limit=2.9 suppresses=2 "
                     "group=pegel guidance=Schieber_V1_öffnen");
        play_publish(p);
        term_send(p->t, "4");
        play_see(p, "to do: Schieber V1 öffnen");
        if (sizes[i].rows > 12) {
            play_see(p, "not acknowledged");
            play_see(p, "(medium)"); /* what the mark means */
        }
        play_close(p);
    }
}

/* ---- what a key does ---- */

static void
test_what_to_press_is_in_view(void **state)
{
    (void)state;
    struct play *p = open_size(40, 12);
    play_tell(p, "alarm PW-0001 LEVEL hi medium unacked");
    play_publish(p);
    term_send(p->t, "4");
    play_see(p, "a ack");
    play_see(p, "z shelve");
    term_send(p->t, "?ack");
    play_see(p, "COMMENT: acknowledge"); /* and the help has room for what a key does */
    play_close(p);
}

static void
test_a_question_names_the_alarm(void **state)
{
    (void)state;
    static const struct {
        int columns, rows;
        const char *ack, *shelve;
    } sizes[] = {
        {100, 30, "acknowledge PW-0001 Füllstand Vorlage: Hochwasser, comment:",
         "shelve PW-0001 Füllstand Vorlag…, 1h REASON or once REASON:"},
        {80, 24, "acknowledge PW-0001 Füllstand Vorlag…, comment:", "shelve PW-0001 "},
        {40, 12, "acknowledge PW-0001, comment:", "shelve PW-0001, 1h REASON"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        struct play *p = open_size(sizes[i].columns, sizes[i].rows);
        play_tell(p, "alarm PW-0001 LEVEL hi medium unacked name=Hochwasser");
        play_publish(p);
        term_send(p->t, "4");
        play_see(p, "PW-0001");
        term_wait_quiet(p->t, 350);
        term_send(p->t, "a");
        play_see(p, sizes[i].ack);
        term_send(p->t, "\033");
        play_see_no(p, "comment:");
        term_send(p->t, "z");
        play_see(p, sizes[i].shelve);
        play_close(p);
    }
}

/* The notice says that it was done, once it was, and nothing over a refusal. */
static void
test_done_is_told(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    play_tell(p, "alarm PW-0001 LEVEL hi medium unacked");
    play_publish(p);
    term_send(p->t, "4");
    play_see(p, "►◆");
    term_wait_quiet(p->t, 1000); /* U39 */
    term_send(p->t, "agesehen\r");
    play_see(p, "acknowledging …");
    play_tell(p, "alarm PW-0001 LEVEL hi medium acked by=tk\nreply");
    play_publish(p);
    play_see_no(p, "acknowledging …");
    play_see(p, " acknowledged ");
    term_wait_quiet(p->t, 350);
    term_send(p->t, "z30min flattert\r");
    play_acted(p, "30 min: flattert");
    play_see(p, "shelving …");
    play_tell(p, "reply");
    play_publish(p);
    play_see(p, "shelved; v goes on to those covered");
    play_close(p);
}

static void
test_acknowledge(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    play_tell(p, "alarm PW-0001 LEVEL hi medium unacked step=2");
    play_publish(p);
    term_send(p->t, "4");
    play_see(p, "►◆");
    term_wait_quiet(p->t, 350); /* the row must have settled: that is what is asked for */
    term_send(p->t, "a");
    play_see(p, "acknowledge PW-0001 Füllstand Vorlage, comment:");
    term_send(p->t, "\r");
    play_see(p, "a comment is needed");
    term_send(p->t, "q?1 läuft");
    play_see_no(p, "a comment is needed");
    term_wait_quiet(p->t, 1000); /* U39 */
    /* It ends, and another one takes its row: the answer is still about the first. */
    play_tell(p, "unalarm PW-0001 LEVEL hi\nalarm PW-0002 FLOW hi medium unacked");
    play_publish(p);
    play_see(p, "►◆  NEW");
    term_send(p->t, "\r");
    play_acted(p, "ack PW-0001/LEVEL/hi step=2 occurrence 0 min: q?1 läuft\n");
    play_see(p, "acknowledging");
    play_tell(p, "reply already acknowledged by nadja");
    play_publish(p);
    play_see(p, "already acknowledged by nadja");
    play_tell(p, "alarm PW-0002 FLOW hi medium acked");
    play_publish(p);
    term_send(p->t, "a");
    play_see(p, "nothing to acknowledge");
    assert_null(strstr(p->said->str, "PW-0002"));
    play_close(p);
}

/* An answer typed faster than anybody can have read the row; where the machine was too slow for
 * that, with the next step. */
static void
test_u39_one_needs_a_second(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    play_press(p, "4");
    bool refused = false;
    for (int step = 1; step <= 5 && !refused; step++) {
        play_tell(p, "alarm PW-0001 LEVEL hi medium unacked step=%d", step);
        play_publish(p);
        term_wait_quiet(p->t, 350); /* U03 */
        g_string_set_size(p->said, 0);
        play_press(p, "aeilig\r");
        term_wait_quiet(p->t, 100);
        refused = play_shows(p, "shown for less than a second");
    }
    assert_true(refused);
    play_done(p);
    assert_null(strstr(p->said->str, "ack "));
    term_wait_quiet(p->t, 1000);
    term_send(p->t, "\r");
    play_acted(p, ": eilig\n");
    play_close(p);
}

/* U03: a row that became another one just now is not acted on. */
static void
test_u03_changed_row_is_not_acted_on(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    make_states(p);
    term_send(p->t, "4");
    play_see(p, "►◆");
    bool asked = false;
    for (int i = 2; i < 40 && !asked; i++) { /* on a busy machine the key may come too late */
        unsigned frames = term_frames(p->t);
        play_tell(p, "alarm PW-0001 LEVEL hi medium unacked step=%d\npublish", i);
        assert_true(term_wait_frame(p->t, frames));
        play_press(p, "a");
        asked = play_shows(p, "this row has just changed");
        play_press(p, "\033");
    }
    assert_true(asked);
    play_done(p);
    assert_string_equal(p->said->str, "");
    play_close(p);
}

static void
test_u39_acknowledge_what_was_seen(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    play_tell(p, "many 30");
    play_publish(p);
    term_send(p->t, "4A"); /* never on the screen */
    play_see(p, "nothing new has been on the screen for a second");
    mono_us deadline = clock_now().mono + TERM_LIMIT_MS * US_PER_MS;
    while (!play_shows(p, "acknowledge all 10 alarms shown") && clock_now().mono < deadline) {
        term_wait_quiet(p->t, 100);
        play_press(p, "A");
        play_press(p, "\x7f");
    }
    play_see(p, "acknowledge all 10 alarms shown");
    play_tell(p, "alarm PW-0040 FLOW hi medium unacked age=0"); /* new meanwhile, on top */
    play_publish(p);
    term_send(p->t, "\025bekannt\r");
    play_acted(p, "PW-0010/LEVEL/rule0 step=1 occurrence 0 min: bekannt\n");
    play_done(p);
    assert_null(strstr(p->said->str, "PW-0040"));
    assert_null(strstr(p->said->str, "PW-0011"));
    int lines = 0;
    for (const char *c = p->said->str; *c != '\0'; c++) {
        lines += *c == '\n';
    }
    assert_int_equal(lines, 10);
    play_close(p);
}

static void
test_order_is_held(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    make_states(p);
    term_send(p->t, "4");
    play_see(p, "►◆");
    term_send(p->t, "j");
    play_see(p, "order held");
    const char *selected = play_selected(p);
    char *uid = g_strdup(selected);
    play_tell(p, "alarm PW-0009 LEVEL hi medium unacked\nunalarm PW-0004 LEVEL hi");
    play_tell(p, "publish");
    play_see(p, "order held, 1 wait");
    assert_row_has(p, "OVER", "PW-0004");
    assert_string_equal(play_selected(p), uid);
    play_see_no(p, "order held"); /* after four seconds */
    play_see_no(p, "OVER");
    play_see(p, " PW-0009");
    assert_string_equal(play_selected(p), uid);
    g_free(uid);
    play_close(p);
}

static void
test_next_unacknowledged(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    make_states(p);
    play_tell(p, "value PW-0030 FLT1 1");
    play_publish(p);
    term_send(p->t, "9");
    play_see(p, "nothing was logged");
    term_send(p->t, "n");
    play_see(p, "[4 Alarms]");
    char *first = g_strdup(play_selected(p));
    play_press(p, "n");
    assert_string_not_equal(play_selected(p), first);
    play_press(p, "N");
    assert_string_equal(play_selected(p), first);
    g_free(first);
    for (int i = 1; i <= 3; i++) {
        play_tell(p, "alarm PW-%04d LEVEL hi medium acked", i);
    }
    play_publish(p);
    term_send(p->t, "n");
    play_see(p, "no alarm wants an acknowledgement");
    term_send(p->t, "2:station PW-0005\rn"); /* with none left it is about stations */
    play_wait_selected(p, "PW-0030");
    play_close(p);
}

/* What came under the lines of the palette was on no screen. */
static void
test_u39_palette_covers_rows(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    play_tell(p, "many 4");
    play_publish(p);
    term_send(p->t, "4");
    play_see(p, "PW-0004");
    term_wait_quiet(p->t, 300);
    play_press(p, ":a");
    play_tell(p, "many 9");
    play_publish(p);
    play_see_no(p, "PW-0009");
    mono_us until = clock_now().mono + 2 * US_PER_S;
    while (clock_now().mono < until) {
        term_wait_quiet(p->t, 100);
    }
    term_send(p->t, "ck-shown bekannt\r");
    play_acted(p, "PW-0001/LEVEL/rule0 step=1 occurrence 0 min: bekannt\n");
    play_done(p);
    assert_null(strstr(p->said->str, "PW-0009"));
    play_close(p);
}

/* A filter, or the list of what is covered, does not hide what n looks for. */
static void
test_next_finds_what_is_hidden(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    play_tell(p, "alarm PW-0001 LEVEL hi medium unacked");
    play_publish(p);
    term_send(p->t, "4vv");
    play_see(p, "nothing is shelved");
    term_send(p->t, "n");
    play_wait_selected(p, "PW-0001");
    term_send(p->t, "/xyz\r");
    play_see(p, "no alarm matches the filter");
    term_send(p->t, "n");
    play_wait_selected(p, "PW-0001");
    play_close(p);
}

static void
test_shelve(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    play_tell(p, "alarm PW-0001 LEVEL hi medium unacked");
    play_publish(p);
    term_send(p->t, "4");
    play_see(p, "►◆");
    term_wait_quiet(p->t, 350);
    term_send(p->t, "z");
    play_see(p, "shelve PW-0001");
    term_send(p->t, "soon\r");
    play_see(p, "begin with 30m");
    term_send(p->t, "\0258h\r");
    play_see(p, "a reason is needed");
    term_send(p->t, " Pumpe neu\r");
    play_acted(p, "shelve PW-0001/LEVEL/hi step=1 occurrence 480 min: Pumpe neu\n");
    term_send(p->t, ":shelve once Reinigung\r");
    play_acted(p, "shelve PW-0001/LEVEL/hi step=1 occurrence once 0 min: Reinigung\n");
    play_tell(p, "alarm PW-0001 LEVEL hi medium unacked shelved=Pumpe_neu");
    play_publish(p);
    play_see(p, "no alarms");
    term_send(p->t, ":view covered\r");
    play_see(p, "SHELVED");
    play_see(p, "shelved by tk until");
    play_see(p, "(z ends it)");
    term_wait_quiet(p->t, 350);
    term_send(p->t, "z");
    play_acted(p, "unshelve PW-0001/LEVEL/hi");
    play_close(p);
}

static void
test_shelved_before_it_was(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    play_tell(p, "alarm PW-0001 LEVEL hi medium normal shelved=Umbau never=");
    play_publish(p);
    term_send(p->t, "4:view covered\r");
    play_see(p, "shelved by tk until");
    play_see(p, "never raised");
    play_close(p);
}

static void
test_reset_and_maintenance(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    play_tell(p, "alarm PW-0003 LEVEL hi medium latched_unacked");
    play_publish(p);
    term_send(p->t, "4");
    play_see(p, "LATCH NEW");
    term_send(p->t, "r");
    play_see(p, "acknowledge it first");
    play_tell(p, "alarm PW-0003 LEVEL hi medium latched_acked");
    play_publish(p);
    term_wait_quiet(p->t, 350);
    term_send(p->t, "r");
    play_acted(p, "reset PW-0003/LEVEL/hi");
    term_send(p->t, ":maintenance PW-0004/P1 on Wartung der Pumpe\r");
    play_acted(p, "maintenance PW-0004/P1/ step=0 0 min: Wartung der Pumpe\n");
    term_send(p->t, ":maintenance PW-0004 off fertig\r");
    play_acted(p, "return PW-0004// step=0 0 min: fertig\n");
    size_t said = p->said->len;
    term_send(p->t, ":maintenance PW-0004 on\r");
    play_see(p, "maintenance STATION[/ID] on|off REASON");
    term_send(p->t, ":maintenance PW-9999 on x\r");
    play_see(p, "there is no station \"PW-9999\"");
    term_send(p->t, ":maintenance PW-0004/XY on x\r");
    play_see(p, "station PW-0004 has no component \"XY\"");
    play_done(p);
    assert_int_equal(p->said->len, said);
    play_tell(p, "maintained PW-0004 - Umbau");
    play_publish(p);
    term_send(p->t, "vv");
    play_see(p, "whole station");
    assert_row_has(p, "OUT OF SVC", "PW-0004");
    term_send(p->t, "z");
    play_see(p, "this is maintenance");
    play_close(p);
}

/* The station's own page: its alarm does not lie over its name. */
static void
test_name_beside_alarm(void **state)
{
    (void)state;
    struct play *p = open_size(100, 30);
    play_tell(p, "rename PW-0001 Mischwasserpumpwerk_Hemmoor\nalarm PW-0001 LEVEL hi medium "
                 "returned_unacked");
    play_publish(p);
    play_see(p, "◆ NEW RTN");
    int y = term_find(p->t, "◆ NEW RTN");
    char *row = term_row(p->t, y);
    if (strstr(row, "… ◆ NEW RTN") == NULL) {
        fail_msg("the name is cut without a sign: \"%s\"", row);
    }
    g_free(row);
    play_close(p);
}

static void
test_filter(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    make_states(p);
    term_send(p->t, "4");
    play_see(p, "►◆");
    term_send(p->t, "j");
    play_see(p, "order held");
    char *selected = g_strdup(play_selected(p));
    term_send(p->t, "/ack");
    play_see(p, "2 of 5");
    play_see_no(p, " PW-0001 ");
    term_send(p->t, "\033");
    play_see(p, "5 alarms");
    play_wait_selected(p, selected);
    g_free(selected);
    term_send(p->t, "/lueneburg\r");
    play_see(p, "1 of 5");
    play_wait_selected(p, "PW-0003");
    term_send(p->t, "\033");
    play_see(p, "5 alarms");
    term_send(p->t, "\033");
    play_see(p, "[1 Overview]");
    term_send(p->t, "2");
    play_see(p, "40 stations"); /* the stations' own filter was left alone */
    play_close(p);
}

static void
test_u40_open_and_back(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    make_states(p);
    play_tell(p, "alarm leitstand store store medium acked name=store");
    play_publish(p);
    term_send(p->t, "/berg\r"); /* a filter of the stations that hides the one */
    play_see(p, "2 of 40");
    term_send(p->t, "4");
    play_see(p, "►◆");
    term_send(p->t, "j");
    play_see(p, "order held");
    char *selected = g_strdup(play_selected(p));
    term_send(p->t, "\r");
    play_see(p, "[2 Stations]");
    char *head = g_strconcat(selected, " ", NULL);
    assert_int_equal(term_find(p->t, head), 3); /* its detail */
    play_see(p, "► Füllstand Vorlage");
    term_send(p->t, "\033");
    play_see(p, "[4 Alarms]");
    play_wait_selected(p, selected);
    term_send(p->t, "G/leitstand\r");
    play_see(p, "1 of 6");
    term_send(p->t, "\r");
    play_see(p, "this alarm belongs to no station");
    g_free(head);
    g_free(selected);
    play_close(p);
}

/* ---- sizes, sets, bytes ---- */

static void
test_sizes(void **state)
{
    (void)state;
    static const struct {
        int columns, rows;
        bool ascii;
        const char *signs[3];
    } cases[] = {
        {80, 24, false, {"◆  NEW RTN", "order held", "3.42 m"}},
        {100, 30, false, {"◆  NEW RTN", "order held", "nadja"}},
        {200, 60, false, {"◆  LATCH NEW", "Hamburg-Veddel", "H 2.90"}},
        {40, 12, false, {"◆N ", "◆R ", "3.42 m H"}},
        {24, 7, false, {"◆3/2", "◆N PW-0001", "◆R PW-0002"}},
        {80, 24, true, {"!3 NEW RTN", "order held", "!3 3/2"}},
        {40, 12, true, {"3N ", "3R ", "!3:3/2"}},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const struct play_options o = {.columns = cases[i].columns, .rows = cases[i].rows};
        struct play *p = play_open(&o);
        make_states(p);
        term_send(p->t, cases[i].ascii ? ":glyphs ascii\r4j" : "4j");
        for (size_t k = 0; k < G_N_ELEMENTS(cases[i].signs); k++) {
            play_see(p, cases[i].signs[k]);
        }
        term_wait_quiet(p->t, 50);
        play_equals_full_paint(p);
        static const char *const keys[] = {"G", "vv", "v", "a", "\033", "z", "\033", "2"};
        for (size_t k = 0; k < G_N_ELEMENTS(keys); k++) {
            play_press(p, keys[k]);
            term_wait_quiet(p->t, 30);
            play_equals_full_paint(p);
        }
        play_close(p);
    }
}

static int round_number;

static void
change_one(struct play *p)
{
    char value[16];
    round_number++;
    snprintf(value, sizeof(value), "3.%d2 m", round_number % 10);
    play_tell(p, "alarm PW-0001 LEVEL hi medium acked value=3.%d2 limit=2.9",
              round_number % 10);
    play_tell(p, "publish");
    play_see(p, value);
}

static void
publish_same(struct play *p)
{
    for (int i = 0; i < 5; i++) {
        unsigned frames = term_frames(p->t);
        play_tell(p, "board\npublish"); /* another version of the same */
        assert_true(term_wait_frame(p->t, frames));
    }
}

static void
test_bytes(void **state)
{
    (void)state;
    static const struct play_options sizes[] = {{.columns = 80, .rows = 24},
                                                {.columns = 200, .rows = 60}};
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        struct play *p = play_open(&sizes[i]);
        make_states(p);
        term_send(p->t, "4");
        play_see(p, "►◆");
        play_tell(p, "alarm PW-0001 LEVEL hi medium acked value=3.02 limit=2.9");
        play_publish(p);
        assert_int_equal(play_cost(p, publish_same), 0);
        assert_in_range(play_cost(p, change_one), 1, 39);
        play_close(p);
    }
}

static void
test_ten_thousand(void **state)
{
    (void)state;
    struct play *p = open_size(100, 30);
    play_tell(p, "many 4000");
    play_publish(p);
    term_send(p->t, "4");
    play_see(p, "4000 alarms");
    mono_us begin = clock_now().mono;
    for (int i = 0; i < 50; i++) {
        play_press(p, "j");
    }
    print_message("# a key is answered in %d us\n", (int)((clock_now().mono - begin) / 50));
    play_equals_full_paint(p);
    play_close(p);
}

/* ---- the bell ---- */

/* BEL that does not end a frame's mark. */
static int
rings(const struct play *p)
{
    static const char mark[] = "]7777;frame";
    size_t len, skip = sizeof(mark) - 1;
    const uint8_t *raw = term_raw(p->t, &len);
    int n = 0;
    for (size_t i = 0; i < len; i++) {
        n += raw[i] == '\a' && (i < skip || memcmp(raw + i - skip, mark, skip) != 0);
    }
    return n;
}

static void
wait_rings(struct play *p, int n)
{
    mono_us deadline = clock_now().mono + TERM_LIMIT_MS * US_PER_MS;
    while (rings(p) < n && clock_now().mono < deadline) {
        term_wait_quiet(p->t, 20);
    }
    assert_int_equal(rings(p), n);
}

static void
test_u35_bell(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    play_tell(p, "board\nalarm PW-0009 LEVEL hi medium unacked"); /* rings for nobody */
    play_publish(p);
    term_wait_quiet(p->t, 50);
    assert_int_equal(rings(p), 0);
    mono_us begin = clock_now().mono;
    for (int i = 1; i <= 20; i++) {
        play_tell(p, "alarm PW-%04d LEVEL hihi critical unacked\npublish", i);
        play_done(p);
        term_wait_quiet(p->t, 20);
    }
    wait_rings(p, 1);
    wait_rings(p, 2); /* for those that came within the gap, or because they stand */
    assert_true(clock_now().mono - begin >= 5 * US_PER_S);
    term_send(p->t, "s");
    play_see(p, "bell silenced until");
    play_see(p, "bell off to ");
    for (int i = 21; i <= 40; i++) {
        play_tell(p, "alarm PW-%04d LEVEL hihi critical unacked\npublish", i);
    }
    play_see(p, "■ 40/40");
    term_read_for(p->t, 5300); /* for what must not happen; meanwhile marks flash */
    assert_int_equal(rings(p), 2);
    term_send(p->t, ":bell off\r");
    play_see_no(p, "bell off to");
    play_see(p, "bell off");
    term_send(p->t, ":bell on\r"); /* they stand unacknowledged */
    wait_rings(p, 3);
    play_close(p);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(w17_the_strip_is_always_in_view),
    cmocka_unit_test(test_faults_without_a_rule),
    cmocka_unit_test(w18_states_are_read_without_colour),
    cmocka_unit_test(test_flood_banner),
    cmocka_unit_test(test_groups),
    cmocka_unit_test(test_detail),
    cmocka_unit_test(test_what_to_do_is_in_view),
    cmocka_unit_test(test_what_to_press_is_in_view),
    cmocka_unit_test(test_a_question_names_the_alarm),
    cmocka_unit_test(test_done_is_told),
    cmocka_unit_test(test_acknowledge),
    cmocka_unit_test(test_u03_changed_row_is_not_acted_on),
    cmocka_unit_test(test_u39_one_needs_a_second),
    cmocka_unit_test(test_u39_acknowledge_what_was_seen),
    cmocka_unit_test(test_u39_palette_covers_rows),
    cmocka_unit_test(test_order_is_held),
    cmocka_unit_test(test_next_unacknowledged),
    cmocka_unit_test(test_next_finds_what_is_hidden),
    cmocka_unit_test(test_shelve),
    cmocka_unit_test(test_shelved_before_it_was),
    cmocka_unit_test(test_reset_and_maintenance),
    cmocka_unit_test(test_name_beside_alarm),
    cmocka_unit_test(test_filter),
    cmocka_unit_test(test_u40_open_and_back),
    cmocka_unit_test(test_sizes),
    cmocka_unit_test(test_bytes),
    cmocka_unit_test(test_ten_thousand),
    cmocka_unit_test(test_u35_bell),
};

PLAY_MAIN("ui_alarms", tests)
