/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Queueing and collecting; popup.sh shows real ones. */
#include "tests/unit.h"

#include <poll.h>
#include <pthread.h>

#include <glib.h>

#include "src/app/popup.h"

#define DEADLINE_US (10 * US_PER_S)
#define PAUSE_US    (100 * US_PER_MS)

/* A desktop that writes down what it is to show, and can hang. */
struct desktop {
    pthread_mutex_t gate; /* held by the test: the desktop hangs */
    pthread_mutex_t lock;
    GPtrArray *shown; /* under lock: "priority|summary|body" */
    mono_us at[16];   /* under lock */
    unsigned entered; /* under lock: calls begun */
    bool closed;      /* under lock */
};

static bool
open_desktop(void *user)
{
    (void)user;
    return true;
}

static void
show_popup(void *user, enum alarm_priority priority, const char *summary, const char *body)
{
    struct desktop *d = user;
    pthread_mutex_lock(&d->lock);
    d->entered++;
    pthread_mutex_unlock(&d->lock);
    pthread_mutex_lock(&d->gate);
    pthread_mutex_unlock(&d->gate);
    pthread_mutex_lock(&d->lock);
    d->at[d->shown->len % G_N_ELEMENTS(d->at)] = clock_now().mono;
    g_ptr_array_add(d->shown,
                    g_strdup_printf("%s|%s|%s", alarm_priority_name(priority), summary, body));
    pthread_mutex_unlock(&d->lock);
}

static void
close_desktop(void *user)
{
    struct desktop *d = user;
    pthread_mutex_lock(&d->lock);
    d->closed = true;
    pthread_mutex_unlock(&d->lock);
}

static struct popup *
begin(struct desktop *d, int64_t pause_us)
{
    *d = (struct desktop){.shown = g_ptr_array_new_with_free_func(g_free)};
    pthread_mutex_init(&d->gate, NULL);
    pthread_mutex_init(&d->lock, NULL);
    const struct popup_backend backend = {open_desktop, show_popup, close_desktop, d};
    return popup_start_with(&backend, pause_us);
}

/* Wait for a condition on what the desktop has. */
static void
wait_for(struct desktop *d, unsigned entered, unsigned shown, bool closed)
{
    mono_us deadline = clock_now().mono + DEADLINE_US;
    for (bool there = false; !there; poll(NULL, 0, 1)) {
        pthread_mutex_lock(&d->lock);
        there = d->entered >= entered && d->shown->len >= shown && d->closed >= closed;
        pthread_mutex_unlock(&d->lock);
        assert_true(clock_now().mono < deadline);
    }
}

static void
end(struct desktop *d, struct popup *p)
{
    popup_stop(p);
    wait_for(d, 0, 0, true);
    g_ptr_array_unref(d->shown);
}

static const char *
shown(const struct desktop *d, guint i)
{
    assert_true(i < d->shown->len);
    return d->shown->pdata[i];
}

static void
test_collects(void **state)
{
    (void)state;
    struct desktop d;
    struct popup *p = begin(&d, PAUSE_US);
    pthread_mutex_lock(&d.gate);
    popup_post(p, ALARM_LOW, "first", "at <once> & \033[1m");
    wait_for(&d, 1, 0, false);
    popup_post(p, ALARM_MEDIUM, "a <b>", "body of a");
    popup_post(p, ALARM_CRITICAL, "c & d", "body of <c>");
    popup_post(p, ALARM_CRITICAL, "e", "");
    pthread_mutex_unlock(&d.gate);
    wait_for(&d, 2, 2, false);
    assert_string_equal(shown(&d, 0), "low|first|at &lt;once&gt; &amp; ?[1m");
    assert_string_equal(shown(&d, 1), "critical|c & d|body of &lt;c&gt;\na &lt;b&gt;\ne");
    assert_true(d.at[1] - d.at[0] >= PAUSE_US);
    end(&d, p);
}

static void
test_full(void **state)
{
    (void)state;
    struct desktop d;
    struct popup *p = begin(&d, 0);
    pthread_mutex_lock(&d.gate);
    popup_post(p, ALARM_LOW, "first", "");
    wait_for(&d, 1, 0, false);
    char summary[16];
    for (int i = 0; i < 1000; i++) {
        snprintf(summary, sizeof(summary), "h%d", i);
        popup_post(p, ALARM_HIGH, summary, "x");
    }
    popup_post(p, ALARM_LOW, "not among them", "");
    popup_post(p, ALARM_CRITICAL, "urgent", "");
    pthread_mutex_unlock(&d.gate);
    wait_for(&d, 2, 2, false);
    assert_string_equal(shown(&d, 1),
                        "critical|urgent|h0\nh1\nh2\nh3\nh4\nh5\nh6\nand 994 more alarms");
    end(&d, p);
}

static void
test_stop_does_not_wait(void **state)
{
    (void)state;
    struct desktop d;
    struct popup *p = begin(&d, PAUSE_US);
    pthread_mutex_lock(&d.gate);
    popup_post(p, ALARM_LOW, "hangs", "");
    wait_for(&d, 1, 0, false);
    mono_us before = clock_now().mono;
    popup_post(p, ALARM_LOW, "is not shown", "");
    popup_stop(p);
    assert_true(clock_now().mono - before < 5 * US_PER_S); /* the desktop hangs for ever */
    pthread_mutex_unlock(&d.gate);
    wait_for(&d, 1, 1, true);
    assert_int_equal(d.shown->len, 1);
    g_ptr_array_unref(d.shown);
}

static void
test_no_bus(void **state)
{
    (void)state;
    g_unsetenv("DBUS_SESSION_BUS_ADDRESS");
    g_setenv("XDG_RUNTIME_DIR", "/nonexistent", TRUE);
    assert_null(popup_start());
    g_unsetenv("XDG_RUNTIME_DIR");
    assert_null(popup_start());
    g_setenv("DBUS_SESSION_BUS_ADDRESS", "", TRUE);
    assert_null(popup_start());
    popup_post(NULL, ALARM_LOW, "x", "y");
    popup_stop(NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_collects),
        cmocka_unit_test(test_full),
        cmocka_unit_test(test_stop_does_not_wait),
        cmocka_unit_test(test_no_bus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
