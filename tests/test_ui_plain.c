/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The line mode: whole lines, alarms first, nothing that moves a cursor. */
#include <signal.h>
#include <sys/wait.h>

#include "tests/ui_fixture.h"

static struct play *
open_plain(void)
{
    const struct play_options o = {.columns = 200, .rows = 50, .plain = true};
    return play_open(&o);
}

static void
publish(struct play *p)
{
    play_tell(p, "publish");
    play_done(p);
}

static void
leave(struct play *p)
{
    term_send(p->t, "quit\r");
    int status = -1;
    assert_true(term_wait_exit(p->t, &status));
    assert_int_equal(status, 0);
    size_t len = 0;
    const uint8_t *raw = term_raw(p->t, &len);
    assert_null(memchr(raw, '\033', len));
    assert_null(memchr(raw, '\b', len));
    play_drop(p);
}

static void
test_u37_changes_in_whole_lines_alarms_first(void **state)
{
    (void)state;
    struct play *p = open_plain();
    play_see(p, "leitstand stage: 40 stations, 0 silent");
    play_tell(p, "broker down");
    play_tell(p, "value PW-0030 FLT1 1");
    play_tell(p, "alarm PW-0002 LEVEL hi high unacked value=2.95 limit=2.9");
    play_tell(p, "alarm PW-0001 LEVEL hihi critical unacked value=3.42 limit=3.2");
    publish(p);
    play_see(p, "broker DOWN");
    int critical = term_find(p->t, "NEW critical PW-0001 Hamburg-Veddel");
    int high = term_find(p->t, "NEW high PW-0002 Wilhelmsburg");
    int fault = term_find(p->t, "FAULT PW-0030");
    assert_true(critical > 0 && high == critical + 1);
    assert_true(fault > high && term_find(p->t, "broker DOWN") > fault);
    play_tell(p, "alarm PW-0001 LEVEL hihi critical acked value=3.42 limit=3.2 by=nadja");
    play_tell(p, "unalarm PW-0002 LEVEL hi");
    publish(p);
    play_see(p, "ACK critical PW-0001");
    play_see(p, "acknowledged by nadja");
    play_see(p, "NORMAL PW-0002 Wilhelmsburg");
    leave(p);
}

static void
test_u37_acknowledges_by_number(void **state)
{
    (void)state;
    struct play *p = open_plain();
    play_tell(p, "alarm PW-0002 LEVEL hi high unacked value=2.95 limit=2.9");
    play_tell(p, "alarm PW-0001 LEVEL hihi critical unacked value=3.42 limit=3.2 step=2");
    publish(p);
    play_see(p, "NEW high PW-0002");
    term_send(p->t, "ack 1 seen\r");
    play_see(p, "list them first");
    term_send(p->t, "alarms\r");
    play_see(p, "1. NEW critical PW-0001");
    play_see(p, "2. NEW high PW-0002");
    term_send(p->t, "ack 3 seen\r");
    play_see(p, "give the number of a row");
    term_send(p->t, "ack 1\r");
    play_see(p, "a comment is needed");
    term_send(p->t, "ack 1 Schieber klemmt\r");
    play_acted(p, "ack PW-0001/LEVEL/hihi step=2");
    play_acted(p, "Schieber klemmt");
    play_see(p, "acknowledging");
    play_tell(p, "alarm PW-0002 LEVEL hi high returned_unacked value=2.95 limit=2.9");
    publish(p);
    play_see(p, "NEW RTN high PW-0002");
    term_send(p->t, "ack 2 seen\r"); /* not what was told as row 2 */
    play_see(p, "alarm 2 is another one by now");
    leave(p);
}

static void
test_lists(void **state)
{
    (void)state;
    struct play *p = open_plain();
    term_send(p->t, "stations bergedorf\r");
    play_see(p, "2 stations");
    play_see(p, "PW-0006 Bergedorf, Füllstand Vorlage 1.70 m");
    term_send(p->t, "station PW-0007\r");
    play_see(p, "FLOW: Durchfluss 188 m³/h");
    term_send(p->t, "station PW-9\r");
    play_see(p, "there is no station \"PW-9\"");
    term_send(p->t, "status\r");
    play_see(p, "broker UP");
    term_send(p->t, "dance\r");
    play_see(p, "there is no command \"dance\"");
    term_send(p->t, "help\r");
    play_see(p, "shelve NUMBER 1h|once REASON: put an alarm on the shelf");
    leave(p);
}

static void
test_shelved_before_it_was(void **state)
{
    (void)state;
    struct play *p = open_plain();
    play_tell(p, "alarm PW-0001 LEVEL hi high normal shelved=Umbau never=");
    publish(p);
    play_see(p, "SHELVED high PW-0001");
    play_see(p, "never raised");
    assert_false(play_shows(p, "since"));
    leave(p);
}

static void
test_flood_is_counted(void **state)
{
    (void)state;
    struct play *p = open_plain();
    play_tell(p, "many 300");
    publish(p);
    play_see(p, "280 more changes of alarms");
    leave(p);
}

/* What comes from outside moves no cursor, and what is typed is no command of the terminal. */
static void
test_hostile_names(void **state)
{
    (void)state;
    struct play *p = open_plain();
    play_tell_bytes(p, "rename PW-0001 \033[2Jx\n", 21);
    play_tell(p, "alarm PW-0001 LEVEL hihi critical unacked value=3.42");
    publish(p);
    play_see(p, "NEW critical PW-0001");
    leave(p);
}

/* Nobody reads the lines any more, as behind Ctrl-S: it can be ended nevertheless. */
static void
test_ends_while_nobody_reads(void **state)
{
    (void)state;
    struct play *p = open_plain();
    play_see(p, "leitstand stage");
    term_stop_reading(p->t, true);
    for (int i = 0; i < 100; i++) {
        term_send(p->t, "stations\r"); /* 4 kB of lines each */
    }
    term_wait_quiet(p->t, 1000); /* it stands still now */
    assert_int_equal(kill(term_pid(p->t), SIGTERM), 0);
    mono_us end = clock_now().mono + 5 * US_PER_S;
    siginfo_t info = {0};
    while (info.si_pid == 0 && clock_now().mono < end) {
        assert_int_equal(
            waitid(P_PID, (id_t)term_pid(p->t), &info, WEXITED | WNOHANG | WNOWAIT), 0);
        term_wait_quiet(p->t, 10);
    }
    bool ended = info.si_pid != 0;
    term_stop_reading(p->t, false);
    play_drop(p);
    assert_true(ended);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_u37_changes_in_whole_lines_alarms_first),
    cmocka_unit_test(test_u37_acknowledges_by_number),
    cmocka_unit_test(test_lists),
    cmocka_unit_test(test_shelved_before_it_was),
    cmocka_unit_test(test_flood_is_counted),
    cmocka_unit_test(test_hostile_names),
    cmocka_unit_test(test_ends_while_nobody_reads),
};

PLAY_MAIN("ui_plain", tests)
