/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/core/snapshot.h"

#include <poll.h>
#include <pthread.h>

#include "tests/unit.h"

static const struct health no_health;

static struct model *
make_model(void)
{
    struct plant_builder b;
    plant_builder_init(&b);
    struct station s = {.uid = g_strdup("PS-01")};
    plant_builder_station(&b, &s);
    for (int i = 0; i < 3; i++) {
        struct component c = {.id = g_strdup_printf("C%d", i)};
        plant_builder_component(&b, &c);
    }
    struct plant *plant;
    assert_int_equal(plant_builder_finish(&b, &plant, NULL), RC_OK);
    plant_builder_fini(&b);
    struct model *m = model_new(plant, (struct now){0, 0});
    plant_unref(plant);
    return m;
}

static void
apply(struct model *m, uint32_t component, double num, const char *text, int64_t at)
{
    GArray *out = g_array_new(FALSE, FALSE, sizeof(struct record));
    struct reading r = {
        .component = component, .ts = at, .received = at, .num = num, .text = text};
    model_apply(m, &r, (struct now){at, at}, out);
    for (guint i = 0; i < out->len; i++) {
        if (g_array_index(out, struct record, i).text != NULL) {
            g_ref_string_release(g_array_index(out, struct record, i).text);
        }
    }
    g_array_unref(out);
}

static struct snapshot *
snap(struct model *m)
{
    return snapshot_new(m, &no_health, (struct now){1, 1}, NULL, 0, NULL, 0);
}

static bool
readable(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    return poll(&p, 1, 0) == 1;
}

static void
test_copy_outlives_model(void **state)
{
    (void)state;
    struct model *m = make_model();
    apply(m, 0, 1.5, NULL, 1);
    apply(m, 1, 0, "open", 1);
    struct unknown_id unknown = {.id = "X", .count = 3};
    struct rejected_payload rejected = {.topic = "t", .count = 4};
    struct snapshot *s =
        snapshot_new(m, &no_health, (struct now){1, 1}, &unknown, 1, &rejected, 1);
    apply(m, 0, 2.5, NULL, 2);
    apply(m, 1, 0, "closed", 2);
    model_free(m);
    assert_true(s->components[0].num > 1.4 && s->components[0].num < 1.6);
    assert_string_equal(s->components[1].text, "open");
    assert_string_equal(s->plant->components[2].id, "C2");
    assert_int_equal(s->stations[0].received, 1);
    assert_string_equal(s->unknown[0].id, "X");
    assert_int_equal(s->rejected[0].count, 4);
    assert_ptr_equal(snapshot_ref(s), s);
    snapshot_unref(s);
    assert_string_equal(s->components[1].text, "open");
    snapshot_unref(s);
}

static void
test_newest_snapshot_waits(void **state)
{
    (void)state;
    struct model *m = make_model();
    struct exchange *x = exchange_new();
    assert_true(exchange_wants(x));
    assert_null(exchange_take(x));
    exchange_publish(x, snap(m));
    assert_false(exchange_wants(x));
    struct snapshot *second = snap(m);
    exchange_publish(x, second);
    assert_true(readable(exchange_snapshot_fd(x)));
    struct snapshot *got = exchange_take(x);
    assert_ptr_equal(got, second);
    assert_false(readable(exchange_snapshot_fd(x)));
    assert_true(exchange_wants(x));
    snapshot_unref(got);
    exchange_publish(x, snap(m)); /* freed with the exchange */
    exchange_free(x);
    model_free(m);
}

static void
test_commands_in_order(void **state)
{
    (void)state;
    struct exchange *x = exchange_new();
    struct command c = {.type = COMMAND_ADOPT};
    for (unsigned i = 0; i < EXCHANGE_COMMANDS; i++) {
        c.id[0] = (char)(1 + i % 127);
        assert_true(exchange_post(x, &c));
    }
    assert_false(exchange_post(x, &c));
    for (unsigned i = 0; i < EXCHANGE_COMMANDS; i++) {
        assert_true(readable(exchange_command_fd(x)));
        assert_true(exchange_next_command(x, &c));
        assert_int_equal(c.id[0], (char)(1 + i % 127));
    }
    assert_false(readable(exchange_command_fd(x)));
    assert_false(exchange_next_command(x, &c));
    assert_true(exchange_post(x, &c));
    exchange_free(x);
}

#define ROUNDS 20000

static void *
screen_thread(void *user)
{
    struct exchange *x = user;
    double last = -1;
    struct command c = {.type = COMMAND_RELOAD};
    while (last < ROUNDS) {
        struct pollfd p = {.fd = exchange_snapshot_fd(x), .events = POLLIN};
        if (poll(&p, 1, 10000) != 1) {
            return NULL; /* last is wrong then, the test fails */
        }
        struct snapshot *s = exchange_take(x);
        if (s != NULL) {
            if (s->components[0].num < last) {
                snapshot_unref(s);
                return NULL;
            }
            last = s->components[0].num;
            exchange_post(x, &c);
        }
        snapshot_unref(s);
    }
    return x;
}

/* Mainly for the thread sanitizer. The screen must see the last value, and never go back. */
static void
test_two_threads(void **state)
{
    (void)state;
    struct model *m = make_model();
    struct exchange *x = exchange_new();
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, screen_thread, x), 0);
    struct command c;
    for (int i = 1; i <= ROUNDS; i++) {
        apply(m, 0, i, NULL, i);
        apply(m, 1, 0, i % 2 == 0 ? "open" : "closed", i);
        if (exchange_wants(x) || i == ROUNDS) {
            exchange_publish(x, snap(m));
        }
        exchange_next_command(x, &c);
    }
    void *result;
    pthread_join(thread, &result);
    assert_ptr_equal(result, x);
    exchange_free(x);
    model_free(m);
}

static void
test_role_names(void **state)
{
    (void)state;
    assert_string_equal(role_name(ROLE_OWNER), "owner");
    assert_string_equal(role_name(ROLE_UNARBITRATED), "unarbitrated");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_copy_outlives_model),
        cmocka_unit_test(test_newest_snapshot_waits),
        cmocka_unit_test(test_commands_in_order),
        cmocka_unit_test(test_two_threads),
        cmocka_unit_test(test_role_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
