/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How soon something is seen with 10,000 stations and 50,000 components, and what flashes. */
#include <unistd.h>

#include "tests/run_delay.h"
#include "tests/ui_fixture.h"

#include "ui/view.h"

#define STATIONS 10000

static const char *const five[] = {"STAGE_PARTS=5", "STAGE_TELL=1", NULL};
static const struct play_options many = {
    .stations = STATIONS, .columns = 100, .rows = 30, .env = five};

static int round_number;

/* A tenth of a second of 5,000 values a second. */
static void
change_500(struct play *p)
{
    GString *all = g_string_new(NULL);
    for (int i = 0; i < 500; i++) {
        g_string_append_printf(all, "value PW-%04d LEVEL %.2f\n",
                               (round_number * 500 + i * 19) % STATIONS + 1,
                               1 + (round_number * 7 + i) % 190 / 1e2);
    }
    round_number++;
    play_tell(p, "%spublish", all->str);
    g_string_free(all, TRUE);
}

static int
compare(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static void
test_u04_keys_while_values_pour_in(void **state)
{
    (void)state;
    enum { KEYS = 200 };
    int us[KEYS];
    struct play *p = play_open(&many);
    mono_us begin = clock_now().mono, due = begin;
    for (int i = 0; i < KEYS; i++) {
        if (clock_now().mono >= due) { /* a busy machine gets fewer of them */
            change_500(p);
            due = clock_now().mono + 100 * US_PER_MS;
        }
        term_read_for(p->t, 17);
        mono_us pressed = play_clock(p);
        char *before = g_strdup(play_selected(p));
        term_send(p->t, i % 40 < 20 ? "j" : "k");
        while (strcmp(play_selected(p), before) == 0) {
            assert_true(play_clock(p) - pressed < TERM_LIMIT_MS * US_PER_MS);
            term_wait_quiet(p->t, 1);
        }
        us[i] = (int)(play_clock(p) - pressed);
        g_free(before);
    }
    int seconds = (int)((clock_now().mono - begin) / US_PER_S);
    qsort(us, KEYS, sizeof(us[0]), compare);
    print_message("# %d values in %d s; keys: median %d us, p99 %d us\n", round_number * 500,
                  seconds, us[KEYS / 2], us[KEYS - 1 - KEYS / 100]);
    assert_in_range(us[KEYS - 1 - KEYS / 100], 1, 49999);
    play_drop(p);
}

static void
test_u13_first_frame(void **state)
{
    (void)state;
    struct play_options o = many;
    o.overview = true;
    struct play *p = play_open(&o);
    mono_us seen = play_clock(p) + run_delay_us(getpid());
    play_done(p);
    const char *told = strstr(p->said->str, "begins at ");
    assert_non_null(told);
    mono_us began = g_ascii_strtoll(told + strlen("begins at "), NULL, 10);
    print_message("# the first frame after %d us\n", (int)(seen - began));
    assert_in_range(seen - began, 1, 99999);
    play_close(p);
}

/* Neither the central store nor the cache says a word, whatever is asked. */
static void
test_u18_views_without_an_answer(void **state)
{
    (void)state;
    struct play *p = play_open(&many);
    play_tell(p, "history none\npg down 63 0 0 0 0");
    play_publish(p);
    int us[VIEWS][3], worst = 0;
    for (int turn = 0; turn < 3; turn++) {
        for (int i = 0; i < VIEWS; i++) {
            if (view_types[i] == NULL) {
                continue;
            }
            const char key[] = {view_types[i]->key, '\0'};
            term_read_for(p->t, 120);
            mono_us pressed = play_clock(p);
            play_press(p, key);
            us[i][turn] = (int)(play_clock(p) - pressed);
            play_see(p, "pg DOWN 1:");
        }
    }
    for (int i = 0; i < VIEWS; i++) {
        if (view_types[i] != NULL) {
            qsort(us[i], 3, sizeof(us[i][0]), compare);
            worst = MAX(worst, us[i][1]); /* the median */
        }
    }
    print_message("# the slowest view after %d us\n", worst);
    assert_in_range(worst, 1, 49999);
    play_drop(p);
}

static void
test_u22_memory(void **state)
{
    (void)state;
    struct play *p = play_open(&many);
    play_tell(p, "history whole");
    play_press(p, "t");
    play_press(p, ":span 24h\r");
    for (int i = 0; i < VIEWS; i++) {
        if (view_types[i] != NULL) {
            const char key[] = {view_types[i]->key, '\0'};
            play_press(p, key);
        }
    }
    term_read_for(p->t, 500);
    long kb = play_memory(p);
    print_message("# %ld kB\n", kb);
    assert_in_range(kb, 0, 64 * 1024);
    play_drop(p);
}

/* ---- a flood ---- */

/* 500 alarms in ten seconds. */
static void
test_u38_flood(void **state)
{
    (void)state;
    struct play_options o = {.columns = 100, .rows = 30, .stations = 500};
    struct play *p = play_open(&o);
    play_press(p, "4");
    play_tell(p, "board\nflood 214");
    play_publish(p);
    play_see(p, "FLOOD 214 in 10 min (limit 10)");
    term_read_for(p->t, 300);
    mono_us begin = clock_now().mono;
    unsigned frames = term_frames(p->t);
    for (int i = 1; i <= 500; i++) {
        play_tell(p, "alarm PW-%04d LEVEL hi %s unacked\npublish", i,
                  i % 100 == 0 ? "critical" : "medium");
        while (clock_now().mono - begin < i * 20 * US_PER_MS) {
            term_read_for(p->t, 5);
        }
    }
    frames = term_frames(p->t) - frames;
    int seconds = (int)((clock_now().mono - begin) / US_PER_S);
    print_message("# %u frames in %d s\n", frames, seconds);
    /* Each new critical one is shown at once. */
    assert_in_range(frames, seconds, 4 * (seconds + 1) + 5);
    play_see(p, "500 alarms"); /* none is lost */
    play_see(p, "■ 5/5");
    term_send(p->t, "g");
    play_wait_selected(p, "PW-0500"); /* on top is the newest critical one */
    play_tell(p, "noflood");
    term_send(p->t, "jjj");
    play_wait_selected(p, "PW-0200");
    play_publish(p);
    play_see_no(p, "FLOOD");
    assert_string_equal(play_selected(p), "PW-0200");
    play_drop(p);
}

/* ---- what flashes ---- */

static struct play *
open_critical(const char *const *env)
{
    struct play_options o = {.columns = 100, .rows = 30, .env = env};
    struct play *p = play_open(&o);
    for (int i = 1; i <= 12; i++) {
        play_tell(p, "alarm PW-%04d LEVEL hihi critical unacked", i);
    }
    play_tell(p,
              "alarm PW-0030 LEVEL hi high unacked\nalarm PW-0031 LEVEL hihi critical acked");
    play_publish(p);
    play_press(p, "4");
    play_see(p, "13 new");
    term_read_for(p->t, 100);
    return p;
}

static bool
mark_stands_out(const struct play *p, const char *row_text)
{
    int y = term_find(p->t, row_text);
    assert_true(y >= 0);
    return term_cell(p->t, y, play_column(p, y, "■")).reverse;
}

static void
test_u34_new_critical_alarms_flash(void **state)
{
    (void)state;
    struct play *p = open_critical(NULL);
    int changes = 0;
    bool before = mark_stands_out(p, "PW-0005");
    size_t bytes = term_bytes(p->t);
    for (mono_us end = clock_now().mono + 6500 * US_PER_MS; clock_now().mono < end;) {
        term_read_for(p->t, 20);
        bool now = mark_stands_out(p, "PW-0005");
        changes += now != before;
        before = now;
        assert_false(mark_stands_out(p, "PW-0031")); /* is acknowledged */
    }
    bytes = term_bytes(p->t) - bytes;
    print_message("# %d changes, %zu bytes each\n", changes, bytes / (size_t)MAX(changes, 1));
    assert_in_range(changes, 3, 13);                /* not more than once a second on and off */
    assert_in_range(bytes, 1, 199 * changes + 100); /* and a minute that turned */
    int blink = 0;
    size_t len;
    const char *raw = (const char *)term_raw(p->t, &len);
    blink += memmem(raw, len, "\033[5m", 4) != NULL || memmem(raw, len, ";5m", 3) != NULL;
    assert_int_equal(blink, 0); /* the terminal's own blinking is not used */
    play_drop(p);
}

static void
test_u34_no_flash(void **state)
{
    (void)state;
    static const char *const envs[][2] = {{"STAGE_NO_FLASH=1", NULL}, {"STAGE_SLOW=1", NULL}};
    for (size_t i = 0; i < G_N_ELEMENTS(envs); i++) {
        struct play *p = open_critical(envs[i]);
        unsigned frames = term_frames(p->t);
        for (int k = 0; k < 40; k++) {
            term_read_for(p->t, 60);
            assert_true(mark_stands_out(p, "PW-0005"));
        }
        assert_in_range(term_frames(p->t) - frames, 0, 2);
        play_drop(p);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_u04_keys_while_values_pour_in),
    cmocka_unit_test(test_u13_first_frame),
    cmocka_unit_test(test_u18_views_without_an_answer),
    cmocka_unit_test(test_u22_memory),
    cmocka_unit_test(test_u38_flood),
    cmocka_unit_test(test_u34_new_critical_alarms_flash),
    cmocka_unit_test(test_u34_no_flash),
};

PLAY_MAIN("ui_pace", tests)
