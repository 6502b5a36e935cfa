/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include <glib/gstdio.h>

#include "src/config/config.h"

/* Each test has a directory of its own, removed with the one file in it. */
struct room {
    char *dir, *file;
    struct problems problems;
    struct err err;
    struct config *c;
};

static void
room_open(struct room *r)
{
    *r = (struct room){.dir = g_dir_make_tmp("leitstand-XXXXXX", NULL)};
    r->file = g_build_filename(r->dir, "x.ini", NULL);
    problems_init(&r->problems);
}

static void
room_close(struct room *r)
{
    g_unlink(r->file);
    g_rmdir(r->dir);
    config_free(r->c);
    problems_fini(&r->problems);
    g_free(r->file);
    g_free(r->dir);
}

static enum rc
room_read(struct room *r, const char *text)
{
    assert_true(g_file_set_contents(r->file, text, -1, NULL));
    return config_read(&r->c, r->file, &r->problems, &r->err);
}

static void
test_defaults(void **state)
{
    (void)state;
    struct room r;
    room_open(&r);
    assert_int_equal(room_read(&r, "[instance]\nname = pc1\n"), RC_OK);
    assert_string_equal(r.c->instance.name, "pc1");
    assert_true(r.c->instance.candidate);
    assert_true(g_str_has_suffix(r.c->instance.socket, "/pc1.sock"));
    assert_string_equal(r.c->mqtt.host, "localhost");
    assert_string_equal(r.c->mqtt.client_id, "leitstand-pc1");
    assert_int_equal(r.c->mqtt.port, 1883);
    assert_int_equal(r.c->mqtt.keepalive, 30);
    assert_false(r.c->mqtt.tls);
    assert_true(r.c->cache.full_sync);
    assert_int_equal(r.c->cache.retention_days, 90);
    assert_int_equal(r.c->cache.max_mb, 4096);
    assert_true(g_str_has_suffix(r.c->cache.path, "leitstand/pc1.db"));
    assert_string_equal(r.c->postgres.conninfo, "");
    assert_int_equal(r.c->postgres.retention_days, 0);
    assert_string_equal(r.c->plant.dir, "");
    assert_int_equal(r.c->n_sources, 0);
    room_close(&r);
}

#define BIT(priority) (1u << (priority))

static void
test_alarm_defaults(void **state)
{
    (void)state;
    struct config *c = config_defaults();
    assert_string_equal(c->instance.socket_group, "");
    assert_int_equal(c->alarms.late_s, 300);
    assert_int_equal(c->alarms.flood_begin, 10);
    assert_int_equal(c->alarms.flood_end, 5);
    assert_int_equal(c->alarms.flood_window_s, 600);
    assert_int_equal(c->alarms.chatter_count, 3);
    assert_int_equal(c->alarms.chatter_s, 60);
    assert_int_equal(c->alarms.fleeting_s, 10);
    assert_int_equal(c->alarms.standing_h, 24);
    assert_int_equal(c->alarms.shelve_max_h, 12);
    assert_int_equal(c->alarms.shelve_max_critical_h, 2);
    assert_false(c->alarms.second_person);
    assert_int_equal(c->alarms.renew, 0);
    assert_int_equal(c->alarms.reminder_h, 12);
    assert_int_equal(c->alarms.silence_priority, ALARM_HIGH);
    assert_int_equal(c->alarms.service_delay_s, 10);
    assert_int_equal(c->alarms.heartbeat_s, 10);
    assert_int_equal(c->alarms.bell, BIT(ALARM_CRITICAL) | BIT(ALARM_HIGH));
    assert_int_equal(c->alarms.bell_repeat_s, 10);
    assert_int_equal(c->alarms.popup, BIT(ALARM_CRITICAL) | BIT(ALARM_HIGH));
    assert_int_equal(c->alarms.shifts.n, 3);
    assert_int_equal(c->alarms.shifts.minute[0], 6 * 60);
    assert_int_equal(c->alarms.shifts.minute[1], 14 * 60);
    assert_int_equal(c->alarms.shifts.minute[2], 22 * 60);
    config_free(c);
}

static void
test_alarm_options(void **state)
{
    (void)state;
    struct room r;
    room_open(&r);
    assert_int_equal(
        room_read(&r, "[instance]\nsocket_group = root\n"
                      "[alarms]\nlate_s = 60\nflood_begin = 20\nflood_end = 20\n"
                      "flood_window_s = 300\nchatter_count = 7\nchatter_s = 30\n"
                      "fleeting_s = 0\nstanding_h = 12\nshelve_max_h = 8\n"
                      "shelve_max_critical_h = 1\nsecond_person = yes\n"
                      "renew = low , critical\nreminder_h = 0\nsilence_priority = low\n"
                      "service_delay_s = 0\nheartbeat_s = 0\nbell = none\n"
                      "bell_repeat_s = 0\npopup =\nshifts = 00:00, 05:59,23:59\n"),
        RC_OK);
    assert_string_equal(r.c->instance.socket_group, "root");
    assert_int_equal(r.c->alarms.late_s, 60);
    assert_int_equal(r.c->alarms.flood_begin, 20);
    assert_int_equal(r.c->alarms.flood_end, 20);
    assert_int_equal(r.c->alarms.flood_window_s, 300);
    assert_int_equal(r.c->alarms.chatter_count, 7);
    assert_int_equal(r.c->alarms.chatter_s, 30);
    assert_int_equal(r.c->alarms.fleeting_s, 0);
    assert_int_equal(r.c->alarms.standing_h, 12);
    assert_int_equal(r.c->alarms.shelve_max_h, 8);
    assert_int_equal(r.c->alarms.shelve_max_critical_h, 1);
    assert_true(r.c->alarms.second_person);
    assert_int_equal(r.c->alarms.renew, BIT(ALARM_CRITICAL) | BIT(ALARM_LOW));
    assert_int_equal(r.c->alarms.reminder_h, 0);
    assert_int_equal(r.c->alarms.silence_priority, ALARM_LOW);
    assert_int_equal(r.c->alarms.service_delay_s, 0);
    assert_int_equal(r.c->alarms.heartbeat_s, 0);
    assert_int_equal(r.c->alarms.bell, 0);
    assert_int_equal(r.c->alarms.bell_repeat_s, 0);
    assert_int_equal(r.c->alarms.popup, 0);
    assert_int_equal(r.c->alarms.shifts.n, 3);
    assert_int_equal(r.c->alarms.shifts.minute[0], 0);
    assert_int_equal(r.c->alarms.shifts.minute[1], 5 * 60 + 59);
    assert_int_equal(r.c->alarms.shifts.minute[2], 23 * 60 + 59);
    room_close(&r);
}

static void
test_no_shifts(void **state)
{
    (void)state;
    static const char *const texts[] = {"[alarms]\nshifts =\n", "[alarms]\nshifts = none\n"};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        struct room r;
        room_open(&r);
        assert_int_equal(room_read(&r, texts[i]), RC_OK);
        assert_int_equal(r.c->alarms.shifts.n, 0);
        room_close(&r);
    }
}

static void
test_everything(void **state)
{
    (void)state;
    struct room r;
    room_open(&r);
    assert_int_equal(
        room_read(&r, "[instance]\nname = leit-1\ncandidate = no\nsocket = /run/x.sock\n"
                      "timezone = Europe/Berlin\n"
                      "[mqtt]\nhost = broker\nport = 8884\nclient_id = c1\nusername = u\n"
                      "password_file = secret\ntls = yes\ncafile = ca.pem\n"
                      "certfile = /c.pem\nkeyfile = ../k.pem\nkeepalive = 10\n"
                      "[source:plc]\nfilter = plant/#\nprofile = logo\nqos = 0\n"
                      "[source:PLC]\nfilter = +/x/#\nprofile = scalar\n"
                      "[cache]\npath = ~/x.db\nretention_days = 7\nmax_mb = 100\n"
                      "synchronous = normal\n"
                      "[postgres]\nconninfo = host=db dbname='a;b'\nretention_days = 400\n"
                      "[plant]\ndir = plant\nprofiles = profiles\n"),
        RC_OK);
    const struct config *c = r.c;
    char *secret = g_build_filename(r.dir, "secret", NULL);
    char *key = g_canonicalize_filename("../k.pem", r.dir);
    char *cache = g_build_filename(g_get_home_dir(), "x.db", NULL);
    char *plant = g_build_filename(r.dir, "plant", NULL);
    assert_false(c->instance.candidate);
    assert_string_equal(c->instance.socket, "/run/x.sock");
    assert_string_equal(c->instance.timezone, "Europe/Berlin");
    assert_int_equal(c->mqtt.port, 8884);
    assert_string_equal(c->mqtt.client_id, "c1");
    assert_string_equal(c->mqtt.password_file, secret);
    assert_string_equal(c->mqtt.certfile, "/c.pem");
    assert_string_equal(c->mqtt.keyfile, key);
    assert_int_equal(c->n_sources, 2);
    assert_string_equal(c->sources[0].name, "plc");
    assert_string_equal(c->sources[0].filter, "plant/#");
    assert_string_equal(c->sources[0].profile, "logo");
    assert_int_equal(c->sources[0].qos, 0);
    assert_int_equal(c->sources[0].line, 17);
    assert_string_equal(c->sources[1].name, "PLC");
    assert_int_equal(c->sources[1].qos, 1);
    assert_string_equal(c->cache.path, cache);
    assert_int_equal(c->cache.retention_days, 7);
    assert_false(c->cache.full_sync);
    assert_string_equal(c->postgres.conninfo, "host=db dbname='a;b'");
    assert_int_equal(c->postgres.retention_days, 400);
    assert_string_equal(c->plant.dir, plant);
    g_free(secret);
    g_free(key);
    g_free(cache);
    g_free(plant);
    room_close(&r);
}

/* One problem each: the text after "FILE:". */
static void
test_problems(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"[mqtt]\nport = 12abc\n", "2: [mqtt] port: \"12abc\" is not a number from 1 to 65535"},
        {"[mqtt]\nport = 0\n", "2: [mqtt] port: \"0\" is not a number from 1 to 65535"},
        {"[mqtt]\nport = 65536\n", "2: [mqtt] port: \"65536\" is not a number from 1 to 65535"},
        {"[mqtt]\nport =\n", "2: [mqtt] port: \"\" is not a number from 1 to 65535"},
        {"[mqtt]\nport = 0x10\n", "2: [mqtt] port: \"0x10\" is not a number from 1 to 65535"},
        {"[mqtt]\ntls = maybe\n", "2: [mqtt] tls: \"maybe\" is not yes or no"},
        {"[mqtt]\nhost =\n", "2: [mqtt] host: \"\" is not a host name"},
        {"[cache]\nsynchronous = off\n", "2: [cache] synchronous: \"off\" is not one of "
                                         "normal|full"},
        {"[cache]\nretention_days = -1\n",
         "2: [cache] retention_days: \"-1\" is not a number from 0 to 36500"},
        {"[postgres]\nretention_days = 36501\n",
         "2: [postgres] retention_days: \"36501\" is not a number from 0 to 36500"},
        {"[mqtt]\nprot = 1\n", "2: [mqtt] prot: \"1\" is not for an option of this section; "
                               "did you mean \"port\"?"},
        {"[mqtt]\npassword = geheim\n",
         "2: [mqtt] password: \"…\" is not for an option of this section; did you mean "
         "\"password_file\"?"},
        {"[mqtt]\nzzzzzz = 1\n",
         "2: [mqtt] zzzzzz: \"1\" is not for an option of this section"},
        {"[Mqtt]\nport = x\n", "1: [Mqtt] is not a known section; did you mean [mqtt]?"},
        {"[source]\nqos = 7\n", "1: [source] is not a known section; did you mean "
                                "[source:NAME]?"},
        {"[source:]\nqos = 7\n", "1: [source:] is not source: and a name of 1 to 60 bytes"},
        {"[mqtt]\n[cache]\n[mqtt]\n", "3: [mqtt] stands twice, first in line 1"},
        {"[source:a]\nfilter = x\nprofile = p\n[source:a]\n",
         "4: [source:a] stands twice, first in line 1"},
        {"[source:a]\nprofile = p\n", "1: [source:a] filter: is missing"},
        {"\n[source:a]\nfilter = p\n", "2: [source:a] profile: is missing"},
        {"[source:a]\nprofile = p\nfilter = a/#/b\n",
         "3: [source:a] filter: \"a/#/b\" is not an MQTT topic filter"},
        {"[source:a]\nprofile = p\nfilter = a+/b\n",
         "3: [source:a] filter: \"a+/b\" is not an MQTT topic filter"},
        {"[source:a]\nprofile = p\nfilter =\n",
         "3: [source:a] filter: \"\" is not an MQTT topic filter"},
        {"[source:a]\nprofile = p\nfilter = #\nqos = 3\n",
         "4: [source:a] qos: \"3\" is not a number from 0 to 2"},
        {"[instance]\nname = a/b\n",
         "2: [instance] name: \"a/b\" is not a name of 1 to 60 bytes without / + #, not "
         "beginning with . or $"},
        {"[instance]\ntimezone = Mars/Olympus\n",
         "2: [instance] timezone: \"Mars/Olympus\" is not a time zone such as Europe/Berlin"},
        {"[mqtt]\ncafile = /ca.pem\n",
         "2: [mqtt] cafile: \"/ca.pem\" is not used without tls = "
         "yes"},
        {"[mqtt]\ntls = yes\ncertfile = /c.pem\n",
         "3: [mqtt] certfile: \"/c.pem\" is not enough: keyfile is missing"},
        {"[mqtt]\npassword_file = /p\n",
         "2: [mqtt] password_file: \"/p\" is not enough: username is missing"},
        {"[instance]\nsocket_group = no such group\n",
         "2: [instance] socket_group: \"no such group\" is not a group of this system"},
        {"[alarms]\nchatter_count = 8\n",
         "2: [alarms] chatter_count: \"8\" is not a number from 2 to 7"},
        {"[alarms]\nchatter_count = 1\n",
         "2: [alarms] chatter_count: \"1\" is not a number from 2 to 7"},
        {"[alarms]\nsilence_priority = urgent\n",
         "2: [alarms] silence_priority: \"urgent\" is not one of critical|high|medium|low"},
        {"[alarms]\nsecond_person = two\n",
         "2: [alarms] second_person: \"two\" is not yes or no"},
        {"[alarms]\nbell = \"critical;high\"\n",
         "2: [alarms] bell: \"critical;high\" is not a list of critical, high, medium and low, "
         "nor none"},
        {"[alarms]\nbell = critical,,high\n",
         "2: [alarms] bell: \"critical,,high\" is not a list of critical, high, medium and "
         "low, nor none"},
        {"[alarms]\nbell = High\n", "2: [alarms] bell: \"High\" is not a list of critical, "
                                    "high, medium and low, nor none"},
        {"[alarms]\nbell = all\n",
         "2: [alarms] bell: \"all\" is not a list of critical, high, medium and low, nor none"},
        {"[alarms]\nbell = critical,none\n",
         "2: [alarms] bell: \"critical,none\" is not a list of critical, high, medium and low, "
         "nor none"},
        {"[alarms]\nbell = low,low\n", "2: [alarms] bell: \"low,low\" is not a list of "
                                       "critical, high, medium and low, nor none"},
        {"[alarms]\nrenew = often\n", "2: [alarms] renew: \"often\" is not a list of critical, "
                                      "high, medium and low, nor none"},
        {"[alarms]\npopup = yes\n", "2: [alarms] popup: \"yes\" is not a list of critical, "
                                    "high, medium and low, nor none"},
        {"[alarms]\nshifts = 6:00\n", "2: [alarms] shifts: \"6:00\" is not a list of times in "
                                      "their order, such as 06:00,14:00,22:00"},
        {"[alarms]\nshifts = 06:00,06:00\n",
         "2: [alarms] shifts: \"06:00,06:00\" is not a list of times in their order, such as "
         "06:00,14:00,22:00"},
        {"[alarms]\nshifts = 14:00,06:00\n",
         "2: [alarms] shifts: \"14:00,06:00\" is not a list of times in their order, such as "
         "06:00,14:00,22:00"},
        {"[alarms]\nshifts = 24:00\n", "2: [alarms] shifts: \"24:00\" is not a list of times "
                                       "in their order, such as 06:00,14:00,22:00"},
        {"[alarms]\nshifts = 06:60\n", "2: [alarms] shifts: \"06:60\" is not a list of times "
                                       "in their order, such as 06:00,14:00,22:00"},
        {"[alarms]\nshifts = 06:00,\n", "2: [alarms] shifts: \"06:00,\" is not a list of times "
                                        "in their order, such as 06:00,14:00,22:00"},
        {"[alarms]\nshifts = 06-00\n", "2: [alarms] shifts: \"06-00\" is not a list of times "
                                       "in their order, such as 06:00,14:00,22:00"},
        {"[alarms]\nshifts = +6:00\n", "2: [alarms] shifts: \"+6:00\" is not a list of times "
                                       "in their order, such as 06:00,14:00,22:00"},
        {"[alarms]\nshifts = 06:+5\n", "2: [alarms] shifts: \"06:+5\" is not a list of times "
                                       "in their order, such as 06:00,14:00,22:00"},
        {"[alarms]\nshifts = "
         "00:00,01:00,02:00,03:00,04:00,05:00,06:00,07:00,08:00,09:00,10:00,11:00,12:00\n",
         "2: [alarms] shifts: "
         "\"00:00,01:00,02:00,03:00,04:00,05:00,06:00,07:00,08:00,09:00,10:00,11:00,12:00\" is "
         "not a list of times in their order, such as 06:00,14:00,22:00"},
        {"[alarms]\nflood_end = 11\n",
         "2: [alarms] flood_end: \"11\" is not at most what flood_begin is"},
        {"[alarms]\nflood_begin = 4\n",
         "2: [alarms] flood_begin: \"4\" is not at least what flood_end is"},
        {"[ownership]\necho_s = 10\nvalidity_s = 20\n",
         "2: [ownership] echo_s: \"10\" is not less than dead_s"},
        {"[ownership]\ndead_s = 5\n", "2: [ownership] dead_s: \"5\" is not more than echo_s"},
        {"[ownership]\necho_s = 6\nvalidity_s = 6\n",
         "2: [ownership] echo_s: \"6\" is not less than validity_s"},
        {"[ownership]\nrenewal_s = 5\n", "2: [ownership] renewal_s: \"5\" is not at most half "
                                         "of validity_s less two seconds"},
        {"[ownership]\nvalidity_s = 7\nrenewal_s = 3\n",
         "2: [ownership] validity_s: \"7\" is not at least twice renewal_s and two seconds "
         "more"},
        {"[alarms]\nbel = none\n", "2: [alarms] bel: \"none\" is not for an option of this "
                                   "section; did you mean \"bell\"?"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct room r;
        room_open(&r);
        assert_int_equal(room_read(&r, cases[i].text), RC_INVALID);
        assert_null(r.c);
        char *want = g_strdup_printf("%s:%s", r.file, cases[i].want);
        assert_string_equal(r.problems.list[0], want);
        assert_int_equal(r.problems.n, 1);
        g_free(want);
        room_close(&r);
    }
}

static void
test_all_at_once(void **state)
{
    (void)state;
    struct room r;
    room_open(&r);
    assert_int_equal(room_read(&r, "[mqtt]\nport = x\nkeepalive = y\nbroken\n[nope]\nk = v\n"
                                   "[source:a]\n"),
                     RC_INVALID);
    assert_int_equal(r.problems.n, 6);
    room_close(&r);
}

static void
test_missing_file(void **state)
{
    (void)state;
    struct room r;
    room_open(&r);
    assert_int_equal(config_read(&r.c, r.file, &r.problems, &r.err), RC_NOTFOUND);
    assert_non_null(strstr(r.err.text, "No such file"));
    room_close(&r);
}

/* --config, then the environment, then the user's directory. */
static void
test_find(void **state)
{
    (void)state;
    g_setenv("LEITSTAND_CONFIG", "/env.ini", TRUE);
    char *found = config_find("/told.ini");
    assert_string_equal(found, "/told.ini");
    g_free(found);
    found = config_find(NULL);
    assert_string_equal(found, "/env.ini");
    g_free(found);
    g_unsetenv("LEITSTAND_CONFIG");

    char *home = g_dir_make_tmp("leitstand-XXXXXX", NULL);
    char *dir = g_build_filename(home, "leitstand", NULL);
    char *file = g_build_filename(dir, "leitstand.ini", NULL);
    g_setenv("XDG_CONFIG_HOME", home, TRUE);
    assert_int_equal(g_mkdir(dir, 0700), 0);
    assert_true(g_file_set_contents(file, "", -1, NULL));
    found = config_find(NULL);
    assert_string_equal(found, file);
    g_free(found);
    g_unlink(file);
    g_rmdir(dir);
    g_rmdir(home);
    g_free(file);
    g_free(dir);
    g_free(home);
}

static void
test_password(void **state)
{
    (void)state;
    struct room r;
    char *password;
    room_open(&r);
    r.c = config_defaults();
    assert_int_equal(config_read_password(r.c, &password, &r.err), RC_OK);
    assert_null(password);
    g_free(r.c->mqtt.password_file);
    r.c->mqtt.password_file = g_strdup(r.file);
    assert_int_equal(config_read_password(r.c, &password, &r.err), RC_NOTFOUND);
    assert_true(g_file_set_contents(r.file, "geheim # 1\r\nmore\n", -1, NULL));
    assert_int_equal(config_read_password(r.c, &password, &r.err), RC_OK);
    assert_string_equal(password, "geheim # 1");
    g_free(password);
    assert_true(g_file_set_contents(r.file, "", -1, NULL));
    assert_int_equal(config_read_password(r.c, &password, &r.err), RC_INVALID);
    room_close(&r);
}

static void
test_nearest(void **state)
{
    (void)state;
    static const char *const names[] = {"port", "host", "keepalive", NULL};
    assert_string_equal(nearest_name("keepalife", names), "keepalive");
    assert_string_equal(nearest_name("Port", names), "port");
    assert_string_equal(nearest_name("keep", names), "keepalive");
    assert_null(nearest_name("zzz", names));
    assert_null(nearest_name("", names));
}

static bool
is_field_size(const struct option *o)
{
    switch (o->type) {
    case OPTION_TEXT:
    case OPTION_PATH:
        return o->size == sizeof(char *);
    case OPTION_INT:
        return o->size == sizeof(int) || o->size == sizeof(int64_t);
    case OPTION_BOOL:
        return o->size == sizeof(bool);
    case OPTION_CHOICE:
        return o->size == sizeof(bool) || o->size == sizeof(int);
    case OPTION_PRIORITIES:
        return o->size == sizeof(unsigned);
    case OPTION_TIMES:
        return o->size == sizeof(struct config_times);
    }
    return false;
}

/* The table itself: what the reader relies on. */
static void
test_table(void **state)
{
    (void)state;
    size_t n;
    const struct option *options = config_options(&n);
    for (size_t i = 0; i < n; i++) {
        const struct option *o = &options[i];
        assert_true(is_field_size(o));
        assert_true(*o->help != '\0');
        for (size_t k = 0; k < i; k++) {
            assert_false(strcmp(options[k].section, o->section) == 0 &&
                         strcmp(options[k].key, o->key) == 0);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find), /* first: GLib remembers XDG_CONFIG_HOME */
        cmocka_unit_test(test_defaults),      cmocka_unit_test(test_alarm_defaults),
        cmocka_unit_test(test_alarm_options), cmocka_unit_test(test_no_shifts),
        cmocka_unit_test(test_everything),    cmocka_unit_test(test_problems),
        cmocka_unit_test(test_all_at_once),   cmocka_unit_test(test_missing_file),
        cmocka_unit_test(test_password),      cmocka_unit_test(test_nearest),
        cmocka_unit_test(test_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
