/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include <net/if.h>

#include <glib.h>

#include "src/app/link_watch.h"

#define WELL (IFF_UP | IFF_RUNNING)

static void
test_any_up(void **state)
{
    (void)state;
    static const struct {
        const char *why;
        const char *name;
        unsigned flags;
        bool want;
    } cases[] = {
        {"loopback", "lo", WELL | IFF_LOOPBACK, false},
        {"with carrier", "eth0", WELL, true},
        {"without a cable", "eth0", IFF_UP, false},
        {"switched off", "eth0", IFF_RUNNING, false},
        {"of containers", "docker0", WELL, false},
        {"wireless", "wlan0", WELL, true},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        char lo[] = "lo";
        char *name = g_strdup(cases[i].name);
        struct ifaddrs second = {.ifa_name = name, .ifa_flags = cases[i].flags};
        struct ifaddrs first = {
            .ifa_next = &second, .ifa_name = lo, .ifa_flags = WELL | IFF_LOOPBACK};
        if (link_any_up(&first) != cases[i].want) {
            fail_msg("%s", cases[i].why);
        }
        g_free(name);
    }
    assert_false(link_any_up(NULL));
}

static void
test_asks_once_a_second(void **state)
{
    (void)state;
    struct link_watch w = {0};
    bool up = link_watch_up(&w, 1000);
    w.up = !up;
    assert_true(link_watch_up(&w, 1000 + US_PER_S - 1) == !up);
    assert_true(link_watch_up(&w, 1000 + US_PER_S) == up);
}

static void
test_local(void **state)
{
    (void)state;
    static const struct {
        const char *host;
        bool want;
    } cases[] = {
        {"localhost", true},   {"LOCALHOST", true},    {"", true},
        {"127.0.0.1", true},   {"127.8.9.1", true},    {"::1", true},
        {"192.0.2.7", false},  {"2001:db8::1", false}, {"broker", false},
        {"localhost2", false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        if (link_is_local(cases[i].host) != cases[i].want) {
            fail_msg("%s", cases[i].host);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_up),
        cmocka_unit_test(test_asks_once_a_second),
        cmocka_unit_test(test_local),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
