/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts that want to be obeyed. Nothing of them may reach the terminal, nor shift a column. */
#include "tests/ui_fixture.h"

/* What a plant, a device or a broker might send; the stage passes it on as it is. "m" and the
 * like at the end would be the end of a sequence. No blanks: the stage cuts there. */
static const struct {
    const char *why, *bytes;
} evil[] = {
    {"colour", "a\033[31;45mb"},
    {"home and clear", "a\033[H\033[2Jb"},
    {"title", "a\033]0;PWNED\007b"},
    {"hyperlink", "a\033]8;;http://x/\033\\link\033]8;;\033\\b"},
    {"clipboard", "a\033]52;c;UFdORUQ=\007b"},
    {"device control", "a\033P$qm\033\\b"},
    {"reset", "a\033cb"},
    {"C1 in UTF-8", "a\302\23331mb\302\2350;PWNED\302\234"},
    {"C1 raw", "a\23331mb\2350;PWNED\234"},
    {"other controls", "a\b\b\r\t\v\f\016\017\177b"},
    {"bidi override", "a\342\200\256b\342\200\254"},
    {"bidi isolate", "a\342\201\246b\342\201\251"},
    {"line separator", "a\342\200\250b\342\200\251"},
    {"zero width", "a\342\200\213b\357\273\277"},
    {"overlong", "a\300\257b\340\200\257"},
    {"invalid", "a\377\376b\303"},
    {"surrogate", "a\355\240\200b"},
    {"wide", "\346\260\264\351\201\223\345\261\200"},
    {"combining",
     "a\314\210o\314\210u\314\210\314\210\314\210\314\210\314\210\314\210\314\210"},
    {"tag characters", "a\363\240\201\201b"},
};

static void
assert_harmless_text(const char *text)
{
    for (const char *p = text; *p != '\0'; p += g_utf8_skip[(unsigned char)*p]) {
        gunichar c = g_utf8_get_char(p);
        bool bidi = (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
                    c == 0x200e || c == 0x200f || c == 0x61c;
        if ((c < 0x20 && c != '\r' && c != '\n' && c != '\b' && c != 0x1b && c != 7) ||
            (c >= 0x7f && c < 0xa0) || bidi || c == 0x200b || c == 0x2028 || c == 0x2029 ||
            c == 0xfeff || (c >= 0xe0000 && c < 0xe1000)) {
            fail_msg("U+%04X was written", c);
        }
    }
}

/* What the console itself writes is CSI, and the mark of the frame; a title or a link is OSC, a
 * reset is ESC c. */
static void
assert_own_sequences(const char *text)
{
    static const char *const own[] = {"[", "]7777;frame\007", "(B", "=", ">", "7", "8", "M"};
    for (const char *p = strchr(text, '\033'); p != NULL; p = strchr(p + 1, '\033')) {
        bool known = false;
        for (size_t i = 0; i < G_N_ELEMENTS(own); i++) {
            known = known || g_str_has_prefix(p + 1, own[i]);
        }
        if (!known || g_str_has_prefix(p, "\033[31;45m")) {
            fail_msg("a sequence was written: ESC %.10s", p + 1);
        }
    }
    assert_non_null(strchr(text, '\a')); /* the marks are there at all */
}

static void
assert_harmless(const struct play *p)
{
    size_t len;
    const uint8_t *raw = term_raw(p->t, &len);
    if (!g_utf8_validate((const char *)raw, (gssize)len, NULL)) {
        fail_msg("invalid UTF-8 was written");
    }
    char *text = g_strndup((const char *)raw, len);
    assert_harmless_text(text);
    assert_own_sequences(text);
    g_free(text);
}

static void
fill_with_evil(struct play *p)
{
    for (size_t i = 0; i < G_N_ELEMENTS(evil); i++) {
        play_tell(p, "rename PW-%04zu %s", i + 1, evil[i].bytes);
        play_tell(p, "text PW-%04zu V1 %s", i + 1, evil[i].bytes);
        play_tell(p, "text PW-%04zu FLOW %s", i + 1, evil[i].bytes);
        play_tell(p,
                  "alarm PW-%04zu LEVEL hi%zu%s medium acked name=%s guidance=%s group=%s "
                  "by=%s comment=%s shelved=%s",
                  i + 1, i, evil[i].bytes, evil[i].bytes, evil[i].bytes, evil[i].bytes,
                  evil[i].bytes, evil[i].bytes, evil[i].bytes);
        play_tell(p, "alarm PW-%04zu FLOW hi low unacked name=%s guidance=%s", i + 1,
                  evil[i].bytes, evil[i].bytes);
        play_tell(p, "unknown S%02zu%s %s %s", i, evil[i].bytes, evil[i].bytes, evil[i].bytes);
    }
    play_tell(p, "value PW-0001 FLT1 1\nvalue PW-0003 FLT1 1\nsilent PW-0011 1");
}

static void
look_at_alarms(struct play *p)
{
    static const char *const views[] = {"4", "v", "v"};
    for (size_t i = 0; i < G_N_ELEMENTS(views); i++) {
        play_press(p, views[i]);
        for (size_t k = 0; k < G_N_ELEMENTS(evil); k++) {
            play_press(p, "j");
            play_press(p, "z"); /* its name is in the question */
            play_press(p, "\033");
        }
        play_tell(p, "reply %s", evil[i].bytes);
        play_publish(p);
    }
    play_press(p, "v");
}

static void
look_everywhere(struct play *p)
{
    term_send(p->t, ":sort id\r");
    for (size_t i = 0; i < G_N_ELEMENTS(evil); i++) {
        play_press(p, "\r"); /* the detail of each station */
        play_press(p, "j");
        play_press(p, "q");
        play_press(p, "j");
    }
    play_press(p, "u");
    for (size_t i = 0; i < G_N_ELEMENTS(evil); i++) {
        play_press(p, "j");
    }
    play_press(p, "A");
    play_press(p, "9");
    look_at_alarms(p);
    play_press(p, "2");
    play_tell(p, "broker down\nproblem %s%s%s", evil[0].bytes, evil[2].bytes, evil[8].bytes);
    play_publish(p);
}

static void
test_u29_nothing_is_obeyed(void **state)
{
    (void)state;
    static const struct play_options sizes[] = {
        {.columns = 80, .rows = 24}, {.columns = 160, .rows = 50}, {.columns = 40, .rows = 12}};
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        struct play *p = play_open(&sizes[i]);
        fill_with_evil(p);
        play_publish(p);
        look_everywhere(p);
        assert_harmless(p);
        play_equals_full_paint(p);
        play_close(p);
    }
}

/* Typed or pasted, as it comes from a web page. */
static void
test_prompt(void **state)
{
    (void)state;
    struct play *p = play_open(NULL);
    play_press(p, ":");
    for (size_t i = 0; i < G_N_ELEMENTS(evil); i++) {
        term_send(p->t, "\033[200~");
        term_send(p->t, evil[i].bytes);
        term_send(p->t, "\033[201~\025"); /* and away again */
    }
    term_send(p->t, "\033[200~a\302\233b\342\200\256c\033[201~zzz");
    play_see(p, "zzz");
    play_press(p, "\r"); /* an unknown command is told with its name */
    play_press(p, "?");
    term_send(p->t, "\302\233x\342\200\256");
    term_wait_quiet(p->t, 100);
    assert_harmless(p);
    play_equals_full_paint(p);
    play_close(p);
}

static void
test_plain_terminal(void **state)
{
    (void)state;
    static const char *const env[] = {"LC_ALL=C", NULL};
    struct play_options o = {.env = env, .no_utf8 = true};
    struct play *p = play_open(&o);
    fill_with_evil(p);
    play_publish(p);
    look_everywhere(p);
    assert_harmless(p);
    size_t len;
    const uint8_t *raw = term_raw(p->t, &len);
    for (size_t i = 0; i < len; i++) {
        assert_true(raw[i] < 0x80);
    }
    play_equals_full_paint(p);
    play_close(p);
}

/* Whatever a name consists of, what stands behind it stands where it always does. */
static void
test_u29_columns(void **state)
{
    (void)state;
    struct play_options o = {.columns = 160, .rows = 50};
    struct play *p = play_open(&o);
    for (size_t i = 0; i < G_N_ELEMENTS(evil); i++) {
        play_tell(p, "rename PW-%04zu %s", i + 1, evil[i].bytes);
    }
    for (int i = 1; i <= 40; i++) {
        play_tell(p, "value PW-%04d LEVEL 2.75", i);
    }
    play_publish(p);
    int y = term_find(p->t, "2.75");
    int column = play_column(p, y, "2.75");
    assert_int_not_equal(column, -1);
    for (size_t i = 0; i < G_N_ELEMENTS(evil); i++) {
        int now = play_column(p, y + (int)i, "2.75");
        if (now != column) {
            fail_msg("%s: the value is in column %d, not %d", evil[i].why, now, column);
        }
    }
    play_close(p);
}

/* Longer than any field, and than any buffer. */
static void
test_long_texts(void **state)
{
    (void)state;
    static const char *const pieces[] = {"x", "ü", "水", "u\314\210"};
    struct play_options o = {.columns = 200, .rows = 60};
    struct play *p = play_open(&o);
    for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++) {
        GString *name = g_string_new(NULL);
        while (name->len < 5000) {
            g_string_append(name, pieces[i]);
        }
        play_tell(p, "rename PW-%04zu %s", i + 1, name->str);
        play_tell(p, "text PW-%04zu LEVEL %s", i + 1, name->str);
        play_tell(p, "problem %s", name->str);
        g_string_free(name, TRUE);
    }
    play_tell(p, "value PW-0001 FLT1 1\nvalue PW-0003 FLT1 1\nbroker down");
    play_publish(p);
    play_see(p, "2 faults");
    for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++) {
        play_press(p, "\r");
        play_press(p, "q");
        play_press(p, "j");
    }
    term_wait_quiet(p->t, 200);
    play_equals_full_paint(p);
    assert_harmless(p);
    play_close(p);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_u29_nothing_is_obeyed),
    cmocka_unit_test(test_prompt),
    cmocka_unit_test(test_plain_terminal),
    cmocka_unit_test(test_u29_columns),
    cmocka_unit_test(test_long_texts),
};

PLAY_MAIN("ui_hostile", tests)
