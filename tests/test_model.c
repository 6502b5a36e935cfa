/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/core/model.h"

#include "tests/unit.h"

#include <math.h>

#define S  US_PER_S
#define T0 INT64_C(1767268800000000) /* 2026-01-01T12:00:00Z */
#define UP INT64_C(5000000000)       /* the boot clock at T0 */

/* What every test starts from: a plant of one station and the components of spec. */
struct fixture {
    struct plant *plant;
    struct model *model;
    GArray *out;
    wall_us wall;
    mono_us mono;
};

struct spec {
    const char *id;
    enum kind kind;
    enum derive derive;
    const char *source;
    int window_s;
    enum decode_as decode;
};

static void
clear_record(void *p)
{
    struct record *r = p;
    if (r->text != NULL) {
        g_ref_string_release(r->text);
    }
}

static struct plant *
make_plant(const struct spec *spec, size_t n, int silence_s)
{
    struct plant_builder b;
    plant_builder_init(&b);
    struct station s = {.uid = g_strdup("PS-01"), .silence_s = silence_s};
    uint32_t station = plant_builder_station(&b, &s);
    for (size_t i = 0; i < n; i++) {
        struct component c = {.station = station,
                              .series = (uint32_t)i + 1,
                              .id = g_strdup(spec[i].id),
                              .kind = spec[i].kind,
                              .decode = spec[i].decode,
                              .derive = spec[i].derive,
                              .source_id = g_strdup(spec[i].source),
                              .derive_window_s = spec[i].window_s,
                              .order = (int)i};
        plant_builder_component(&b, &c);
    }
    struct plant *plant;
    struct err err;
    if (plant_builder_finish(&b, &plant, &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
    plant_builder_fini(&b);
    return plant;
}

static void
begin(struct fixture *f, const struct spec *spec, size_t n)
{
    f->plant = make_plant(spec, n, 300);
    f->wall = T0;
    f->mono = UP;
    f->model = model_new(f->plant, (struct now){f->wall, f->mono});
    f->out = g_array_new(FALSE, FALSE, sizeof(struct record));
    g_array_set_clear_func(f->out, clear_record);
}

static void
end(struct fixture *f)
{
    g_array_unref(f->out);
    model_free(f->model);
    plant_unref(f->plant);
}

static void
at_s(struct fixture *f, double seconds)
{
    f->wall = T0 + (int64_t)(seconds * (double)S);
    f->mono = UP + (int64_t)(seconds * (double)S);
}

static struct now
now_of(const struct fixture *f)
{
    return (struct now){f->wall, f->mono};
}

static struct reading
number(const struct fixture *f, uint32_t component, double num)
{
    return (struct reading){.component = component,
                            .source = TS_RECEIPT,
                            .ts = f->wall,
                            .received = f->wall,
                            .num = num};
}

static void
apply(struct fixture *f, const struct reading *r)
{
    g_array_set_size(f->out, 0);
    model_apply(f->model, r, now_of(f), f->out);
}

static void
put(struct fixture *f, uint32_t component, double num)
{
    struct reading r = number(f, component, num);
    apply(f, &r);
}

static void
tick(struct fixture *f)
{
    g_array_set_size(f->out, 0);
    model_tick(f->model, now_of(f), f->out);
}

static const struct component_state *
shown(const struct fixture *f, uint32_t component)
{
    return &model_components(f->model)[component];
}

/* The record of this series in what the last call appended, or NULL. */
static const struct record *
stored(const struct fixture *f, uint32_t series)
{
    for (guint i = 0; i < f->out->len; i++) {
        const struct record *r = &g_array_index(f->out, struct record, i);
        if (r->series == series) {
            return r;
        }
    }
    return NULL;
}

static void
assert_near(double got, double want)
{
    if (!(got - want < 1e-6 && want - got < 1e-6)) {
        fail_msg("%.9g, not %.9g", got, want);
    }
}

static const struct spec plain[] = {{"A", KIND_SENSOR, 0, NULL, 0, 0},
                                    {"F", KIND_FAULT, 0, NULL, 0, 0},
                                    {"G", KIND_FAULT, 0, NULL, 0, 0}};

static void
test_newest_wins(void **state)
{
    (void)state;
    static const struct {
        const char *why;
        int64_t ts;
        double num, want;
    } steps[] = {
        {"first", 0, 1, 1},
        {"newer", 10, 2, 2},
        {"older is stored only", 5, 3, 2},
        {"equal time: the later arrival", 10, 4, 4},
    };
    struct fixture f;
    begin(&f, plain, 3);
    assert_true(shown(&f, 0)->ts == WALL_NONE);
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        struct reading r = number(&f, 0, steps[i].num);
        uint64_t version = model_version(f.model);
        r.ts = T0 + steps[i].ts * S;
        apply(&f, &r);
        if (f.out->len != 1 || stored(&f, 1)->num != steps[i].num ||
            stored(&f, 1)->ts != r.ts || shown(&f, 0)->num != steps[i].want) {
            fail_msg("%s", steps[i].why);
        }
        assert_true(model_version(f.model) > version);
    }
    end(&f);
}

static void
test_host_clock_went_back(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, plain, 3);
    struct record r = {.series = 1, .ts = T0 + 86400 * S, .received = T0, .num = 1};
    model_restore(f.model, &r);
    put(&f, 0, 2);
    assert_near(shown(&f, 0)->num, 2);
    end(&f);
}

static void
test_text_is_shared(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, plain, 3);
    struct reading r = number(&f, 0, 0);
    r.text = "open";
    apply(&f, &r);
    assert_string_equal(shown(&f, 0)->text, "open");
    assert_ptr_equal(shown(&f, 0)->text, stored(&f, 1)->text);
    GRefString *first = shown(&f, 0)->text;
    apply(&f, &r);
    assert_ptr_equal(shown(&f, 0)->text, first);
    put(&f, 0, 7);
    assert_null(shown(&f, 0)->text);
    end(&f);
}

static void
test_retained(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, plain, 3);
    struct reading r = number(&f, 1, 1);
    r.retained = true;
    apply(&f, &r);
    assert_int_equal(stored(&f, 2)->quality, QUALITY_NOT_TOPICAL);
    assert_int_equal(shown(&f, 1)->quality, QUALITY_NOT_TOPICAL);
    assert_false(shown(&f, 1)->live);
    assert_int_equal(model_stations(f.model)[0].faults, 1);
    assert_true(model_stations(f.model)[0].received == WALL_NONE);
    apply(&f, &r);
    assert_int_equal(f.out->len, 0); /* the same again, by a second subscription */
    put(&f, 1, 1);
    assert_int_equal(f.out->len, 1);
    assert_true(shown(&f, 1)->live);
    assert_true(model_stations(f.model)[0].received == T0);
    end(&f);
}

static void
test_faults_counted(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, plain, 3);
    put(&f, 0, 1);
    assert_int_equal(model_stations(f.model)[0].faults, 0);
    put(&f, 1, 1);
    put(&f, 2, 5);
    assert_int_equal(model_stations(f.model)[0].faults, 2);
    put(&f, 1, 2);
    assert_int_equal(model_stations(f.model)[0].faults, 2);
    struct reading bad = number(&f, 1, 1);
    bad.quality = QUALITY_INVALID;
    apply(&f, &bad);
    assert_int_equal(model_stations(f.model)[0].faults, 1);
    put(&f, 2, 0);
    assert_int_equal(model_stations(f.model)[0].faults, 0);
    end(&f);
}

static const struct spec hours[] = {{"P", KIND_ACTUATOR, 0, NULL, 0, 0},
                                    {"P#", KIND_COUNTER, DERIVE_HOURS, "P", 0, 0}};

static void
test_hours(void **state)
{
    (void)state;
    static const struct {
        const char *why;
        double at, value, seconds;
        int quality; /* of the record that must come; -1: none */
    } steps[] = {
        {"first reading", 0, 0, 0, 0},
        {"off goes on not counting", 60, 0, 0, -1},
        {"switched on", 120, 1, 0, 0},
        {"60 s on", 180, 1, 60, 0},
        {"300 s is no gap", 480, 1, 360, 0},
        {"301 s is one: nothing counts", 781, 1, 360, QUALITY_NOT_TOPICAL},
        {"after it, counting goes on", 791, 1, 370, 0},
        {"2 is off, but the time before counts", 801, 2, 380, 0},
        {"and after a 2 nothing does", 861, 0, 380, -1},
        {"on again", 900, 1, 380, 0},
        {"half a second is not stored by itself", 900.5, 1, 380.5, -1},
        {"but is with the edge", 900.6, 0, 380.6, 0},
    };
    struct fixture f;
    begin(&f, hours, 2);
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        at_s(&f, steps[i].at);
        put(&f, 0, steps[i].value);
        const struct record *r = stored(&f, 2);
        if ((r == NULL) != (steps[i].quality < 0) ||
            (r != NULL && r->quality != steps[i].quality)) {
            fail_msg("record: %s", steps[i].why);
        }
        if (shown(&f, 1)->num * 3600 - steps[i].seconds > 0.01 ||
            shown(&f, 1)->num * 3600 - steps[i].seconds < -0.01) {
            fail_msg("%s: %g s", steps[i].why, shown(&f, 1)->num * 3600);
        }
    }
    end(&f);
}

static void
test_hours_by_tick(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, hours, 2);
    put(&f, 0, 1);
    at_s(&f, 180);
    tick(&f);
    assert_int_equal(f.out->len, 0);
    assert_near(shown(&f, 1)->num, 0.05);
    at_s(&f, 301);
    tick(&f);
    assert_int_equal(f.out->len, 1);
    assert_int_equal(stored(&f, 2)->quality, QUALITY_NOT_TOPICAL);
    assert_near(stored(&f, 2)->num, 0);
    at_s(&f, 400);
    tick(&f);
    assert_int_equal(f.out->len, 0);
    end(&f);
}

/* The last run left 100 h, and the pump on; how far apart the readings are decides. */
static void
test_hours_over_restart(void **state)
{
    (void)state;
    static const struct {
        const char *why;
        double last, off_s, want;
        unsigned quality;
        bool retained_first;
    } cases[] = {
        {"short stop counts", 1, 36, 100.01, 0, false},
        {"was off", 0, 36, 100, 0, false},
        {"long stop does not", 1, 301, 100, 0, false},
        {"retained value of the last run", 1, 36, 100, QUALITY_NOT_TOPICAL, false},
        {"a retained message between is no reading", 1, 36, 100.01, 0, true},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct fixture f;
        begin(&f, hours, 2);
        struct record total = {.series = 2, .ts = T0, .received = T0, .num = 100};
        wall_us before = T0 - (int64_t)(cases[i].off_s * (double)S);
        struct record pump = {.series = 1,
                              .quality = (uint16_t)cases[i].quality,
                              .ts = before,
                              .received = before,
                              .num = cases[i].last};
        model_restore(f.model, &total);
        model_restore(f.model, &pump);
        assert_near(shown(&f, 1)->num, 100);
        if (cases[i].retained_first) {
            struct reading r = number(&f, 0, 1);
            r.retained = true;
            apply(&f, &r);
        }
        put(&f, 0, 1);
        if (shown(&f, 1)->num - cases[i].want > 1e-6 ||
            cases[i].want - shown(&f, 1)->num > 1e-6) {
            fail_msg("%s: %g", cases[i].why, shown(&f, 1)->num);
        }
        end(&f);
    }
}

static void
test_total(void **state)
{
    (void)state;
    static const struct {
        const char *why;
        enum decode_as decode;
        double from, to, want;
    } cases[] = {
        {"counts up", DECODE_PLAIN, 10, 17, 7},
        {"32 bits wrapped", DECODE_PLAIN, 4294967290.0, 7, 13},
        {"16 bits wrapped", DECODE_UINT16, 65530, 7, 13},
        {"signed word wrapped", DECODE_INT16, 32767, -32768, 1},
        {"set back to zero", DECODE_PLAIN, 1000, 0, 0},
        {"set back, has counted since", DECODE_PLAIN, 1000, 4, 4},
        {"set back in 16 bits", DECODE_UINT16, 1000, 4, 4},
        {"beyond the range is set back", DECODE_PLAIN, 1e12, 5, 5},
        {"half the range may be counted at once", DECODE_UINT16, 10, 32778, 32768},
        {"more is a counter set to another value", DECODE_UINT16, 10, 32779, 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const struct spec spec[] = {{"C", KIND_COUNTER, 0, NULL, 0, cases[i].decode},
                                    {"T", KIND_COUNTER, DERIVE_TOTAL, "C", 0, 0}};
        struct fixture f;
        begin(&f, spec, 2);
        put(&f, 0, cases[i].from);
        assert_non_null(stored(&f, 2));
        assert_near(stored(&f, 2)->num, 0);
        put(&f, 0, cases[i].to);
        if (shown(&f, 1)->num != cases[i].want) {
            fail_msg("%s: %g", cases[i].why, shown(&f, 1)->num);
        }
        end(&f);
    }
}

static void
test_pulses(void **state)
{
    (void)state;
    static const struct spec spec[] = {{"C", KIND_COUNTER, 0, NULL, 0, 0},
                                       {"T", KIND_COUNTER, DERIVE_PULSES, "C", 0, 0}};
    struct fixture f;
    begin(&f, spec, 2);
    struct record before = {.series = 2, .ts = T0 - S, .received = T0 - S, .num = 10};
    model_restore(f.model, &before);
    put(&f, 0, 3);
    assert_near(stored(&f, 2)->num, 13);
    put(&f, 0, 0);
    assert_null(stored(&f, 2));
    struct reading late = number(&f, 0, 2);
    late.ts = T0 - 60 * S;
    apply(&f, &late); /* late, but a pulse all the same */
    assert_near(stored(&f, 2)->num, 15);
    struct reading r = number(&f, 0, 9);
    r.retained = true;
    apply(&f, &r);
    assert_near(shown(&f, 1)->num, 15);
    end(&f);
}

static const struct spec scrap[] = {{"2", KIND_SENSOR, 0, NULL, 0, 0},
                                    {"2sum", KIND_COUNTER, DERIVE_SUM, "2", 60, 0},
                                    {"2mean", KIND_SENSOR, DERIVE_MEAN, "2", 60, 0}};

static void
put_event(struct fixture *f, double event_s, double value)
{
    struct reading r = number(f, 0, value);
    r.event_time = true;
    r.source = TS_DEVICE;
    r.ts = T0 + (int64_t)(event_s * (double)S);
    apply(f, &r);
}

static void
test_window(void **state)
{
    (void)state;
    static const struct {
        const char *why;
        double now, event, value, sum, mean;
    } steps[] = {
        {"one sample", 0, 0, 4, 4, 4},
        {"two", 10, 10, 3.5, 7.5, 3.75},
        {"just before the border", 59.999, 59.999, 1, 8.5, 8.5 / 3},
        {"the border belongs to it", 60, 60, 1, 9.5, 9.5 / 4},
        {"past it", 61, 61, 1, 6.5, 6.5 / 4},
        {"late, outside: no effect", 62, 1.5, 100, 6.5, 6.5 / 4},
        {"late, inside", 62, 2, 2, 8.5, 8.5 / 5},
        {"the late one goes first", 62.5, 62.5, 0, 6.5, 6.5 / 5},
    };
    struct fixture f;
    begin(&f, scrap, 3);
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        at_s(&f, steps[i].now);
        put_event(&f, steps[i].event, steps[i].value);
        double off = fabs(shown(&f, 2)->num - steps[i].mean);
        if (shown(&f, 1)->num != steps[i].sum || off > 1e-9) {
            fail_msg("%s: sum %g mean %g", steps[i].why, shown(&f, 1)->num, shown(&f, 2)->num);
        }
    }
    end(&f);
}

static void
test_window_adds_fractions(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, scrap, 3);
    put(&f, 0, 0.1);
    put(&f, 0, 0.2);
    assert_true(shown(&f, 1)->num == 0.3);
    put(&f, 0, 4503599627370496.0);
    put(&f, 0, 1);
    assert_true(shown(&f, 1)->num == 4503599627370497.0);
    end(&f);
}

static void
test_window_by_receipt(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, scrap, 3);
    at_s(&f, 100);
    struct reading r = number(&f, 0, 4);
    r.ts = T0; /* old by the source's clock, but windows go by receipt here */
    apply(&f, &r);
    assert_near(shown(&f, 1)->num, 4);
    end(&f);
}

static void
test_window_expires(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, scrap, 3);
    put_event(&f, 0, 4);
    at_s(&f, 60);
    tick(&f);
    assert_int_equal(f.out->len, 0);
    at_s(&f, 61);
    f.wall -= 3600 * S; /* the wall clock has nothing to say here */
    tick(&f);
    assert_int_equal(f.out->len, 2);
    assert_near(stored(&f, 2)->num, 0);
    assert_near(stored(&f, 3)->num, 0);
    assert_near(shown(&f, 1)->num, 0);
    tick(&f);
    assert_int_equal(f.out->len, 0);
    end(&f);
}

static void
test_window_restored(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, scrap, 3);
    assert_int_equal(model_longest_window_s(f.model), 60);
    struct record sum = {.series = 2, .ts = T0 - S, .received = T0 - S, .num = 99};
    model_restore(f.model, &sum);
    static const struct {
        int64_t ago;
        double value;
    } history[] = {{61, 50}, {60, 1}, {10, 2}, {30, 4}};
    for (size_t i = 0; i < G_N_ELEMENTS(history); i++) {
        wall_us at = T0 - history[i].ago * S;
        struct record r = {.series = 1, .ts = at, .received = at, .num = history[i].value};
        model_restore_window(f.model, &r);
    }
    tick(&f);
    assert_near(stored(&f, 2)->num, 7);
    at_s(&f, 1);
    tick(&f);
    assert_near(stored(&f, 2)->num, 6);
    end(&f);
}

static void
test_window_overflows(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, scrap, 3);
    for (uint32_t i = 0; i < 65536; i++) {
        put(&f, 0, 1);
    }
    assert_near(shown(&f, 1)->num, 65536);
    assert_int_equal(shown(&f, 1)->quality, 0);
    at_s(&f, 1);
    put(&f, 0, 1);
    assert_near(shown(&f, 1)->num, 65536);
    assert_int_equal(shown(&f, 1)->quality, QUALITY_OVERFLOW);
    at_s(&f, 61);
    tick(&f);
    assert_near(shown(&f, 1)->num, 1);
    assert_int_equal(shown(&f, 1)->quality, 0);
    end(&f);
}

/* Random samples in random order against a plain list. */
static void
test_window_against_list(void **state)
{
    (void)state;
    GRand *rand = g_rand_new_with_seed(1);
    struct fixture f;
    begin(&f, scrap, 3);
    double events[2000], values[2000];
    size_t n = 0;
    double now = 0;
    while (n < G_N_ELEMENTS(events)) {
        now += g_rand_double(rand) * 0.5;
        at_s(&f, now);
        double event = now - g_rand_double_range(rand, 0, 80);
        double value = g_rand_int_range(rand, -50, 50);
        put_event(&f, event, value);
        events[n] = (double)((int64_t)(event * (double)S));
        values[n++] = value;
        double sum = 0;
        for (size_t i = 0; i < n; i++) {
            sum += events[i] >= (double)((int64_t)(now * (double)S) - 60 * S) ? values[i] : 0;
        }
        if (shown(&f, 1)->num != sum) {
            fail_msg("after %zu samples: %g, not %g", n, shown(&f, 1)->num, sum);
        }
    }
    end(&f);
    g_rand_free(rand);
}

static void
test_silence(void **state)
{
    (void)state;
    static const struct {
        const char *why;
        int limit;
        double heard, at;
        bool silent;
    } cases[] = {
        {"never seen, quiet start", 300, -1, 300, false},
        {"never seen", 300, -1, 300.001, true},
        {"heard, in time", 300, 100, 400, false},
        {"heard, too long ago", 300, 100, 400.001, true},
        {"not watched", 0, -1, 1e6, false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct fixture f;
        begin(&f, plain, 3);
        struct plant *plant = make_plant(plain, 3, cases[i].limit);
        model_set_plant(f.model, plant, now_of(&f));
        plant_unref(plant);
        if (cases[i].heard >= 0) {
            at_s(&f, cases[i].heard);
            model_heard(f.model, 0, now_of(&f));
        }
        at_s(&f, cases[i].at);
        tick(&f);
        if (model_stations(f.model)[0].silent != cases[i].silent) {
            fail_msg("%s", cases[i].why);
        }
        put(&f, 0, 1);
        assert_false(model_stations(f.model)[0].silent);
        end(&f);
    }
}

/* What happens to one station, and when; silent tells what a tick then shows. */
enum step_kind { CONNECT, LOSE, HEARD, WILL, WITHDRAWN, TICK };
struct step {
    enum step_kind kind;
    double at;
    bool silent;
};

static void
check_steps(const char *why, int limit_s, const struct step *steps, size_t n)
{
    struct fixture f;
    begin(&f, plain, 3);
    struct plant *plant = make_plant(plain, 3, limit_s);
    model_set_plant(f.model, plant, now_of(&f));
    plant_unref(plant);
    for (size_t i = 0; i < n; i++) {
        at_s(&f, steps[i].at);
        switch (steps[i].kind) {
        case CONNECT:
        case LOSE:
            model_link(f.model, steps[i].kind == CONNECT, now_of(&f));
            break;
        case HEARD:
            model_heard(f.model, 0, now_of(&f));
            break;
        case WILL:
        case WITHDRAWN:
            model_will(f.model, 0, steps[i].kind == WILL, now_of(&f));
            assert_true(model_stations(f.model)[0].gone == (steps[i].kind == WILL));
            break;
        case TICK:
            tick(&f);
            break;
        }
        if (model_stations(f.model)[0].silent != steps[i].silent) {
            fail_msg("%s: step %zu", why, i);
        }
    }
    end(&f);
}
#define CHECK_STEPS(why, limit_s, ...)                                                         \
    check_steps(why, limit_s, (const struct step[]){__VA_ARGS__},                              \
                sizeof((const struct step[]){__VA_ARGS__}) / sizeof(struct step))

static void
test_link(void **state)
{
    (void)state;
    CHECK_STEPS("awaited from the first connect", 300, {LOSE, 0, false}, {TICK, 1e5, false},
                {CONNECT, 1e5, false}, {TICK, 1e5 + 300, false}, {TICK, 1e5 + 301, true});
    CHECK_STEPS("connected at once", 300, {CONNECT, 10, false}, {TICK, 310, false},
                {TICK, 311, true});
    CHECK_STEPS("the clock stands still", 300, {CONNECT, 0, false}, {HEARD, 10, false},
                {LOSE, 110, false}, {LOSE, 200, false}, {TICK, 5000, false},
                {CONNECT, 5000, false}, {CONNECT, 5100, false}, {TICK, 5200, false},
                {TICK, 5201, true});
    CHECK_STEPS("30 s are left", 300, {CONNECT, 0, false}, {HEARD, 10, false},
                {LOSE, 309, false}, {CONNECT, 400, false}, {TICK, 430, false},
                {TICK, 431, true});
    CHECK_STEPS("or all of a shorter silence_s", 10, {CONNECT, 0, false}, {HEARD, 0, false},
                {LOSE, 9, false}, {CONNECT, 400, false}, {TICK, 410, false}, {TICK, 411, true});
    CHECK_STEPS("the silent stay silent", 300, {CONNECT, 0, false}, {TICK, 301, true},
                {LOSE, 400, true}, {TICK, 500, true}, {CONNECT, 600, true}, {TICK, 601, true},
                {HEARD, 602, false}, {TICK, 902, false}, {TICK, 903, true});
    CHECK_STEPS("heard in between", 300, {CONNECT, 0, false}, {LOSE, 100, false},
                {HEARD, 200, false}, {CONNECT, 300, false}, {TICK, 600, false},
                {TICK, 601, true});
    CHECK_STEPS("not watched", 0, {CONNECT, 0, false}, {LOSE, 1, false}, {CONNECT, 9, false},
                {TICK, 1e6, false});
}

static void
test_will(void **state)
{
    (void)state;
    CHECK_STEPS("silent at once", 300, {HEARD, 10, false}, {WILL, 20, true}, {TICK, 21, true},
                {HEARD, 30, false}, {TICK, 31, false}, {TICK, 331, true});
    CHECK_STEPS("even if not watched", 0, {WILL, 20, true}, {TICK, 21, true},
                {HEARD, 30, false}, {TICK, 1e5, false});
    CHECK_STEPS("withdrawn is no life sign", 300, {HEARD, 0, false}, {WILL, 20, true},
                {WITHDRAWN, 40, false}, {TICK, 300, false}, {TICK, 301, true},
                {WITHDRAWN, 302, true});
    CHECK_STEPS("over a lost connection", 300, {CONNECT, 0, false}, {WILL, 20, true},
                {LOSE, 30, true}, {CONNECT, 40, true}, {TICK, 41, true}, {HEARD, 42, false});
}

static void
test_restore(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, plain, 3);
    struct record fault = {
        .series = 2, .source = TS_DEVICE, .ts = T0 - 9 * S, .received = T0 - 8 * S, .num = 1};
    struct record words = {.series = 1,
                           .ts = T0 - 10 * S,
                           .received = T0 - 10 * S,
                           .text = g_ref_string_new("open")};
    struct record strange = {.series = 77, .ts = T0, .received = T0};
    model_restore(f.model, &fault);
    model_restore(f.model, &words);
    model_restore(f.model, &strange);
    g_ref_string_release(words.text);
    assert_string_equal(shown(&f, 0)->text, "open");
    assert_int_equal(shown(&f, 1)->source, TS_DEVICE);
    assert_true(shown(&f, 1)->heard == 0);
    assert_false(shown(&f, 1)->live);
    const struct station_state *s = &model_stations(f.model)[0];
    assert_int_equal(s->faults, 1);
    assert_true(s->received == T0 - 8 * S);
    assert_true(s->heard == 0);
    at_s(&f, 299);
    tick(&f);
    assert_false(s->silent);
    end(&f);
}

static void
test_set_plant(void **state)
{
    (void)state;
    static const struct spec before[] = {{"A", KIND_SENSOR, 0, NULL, 0, 0},
                                         {"S", KIND_SENSOR, DERIVE_SUM, "A", 60, 0},
                                         {"M", KIND_SENSOR, DERIVE_MEAN, "A", 60, 0},
                                         {"F", KIND_FAULT, 0, NULL, 0, 0}};
    static const struct spec after[] = {{"F", KIND_FAULT, 0, NULL, 0, 0},
                                        {"N", KIND_SENSOR, 0, NULL, 0, 0},
                                        {"M", KIND_SENSOR, DERIVE_SUM, "A", 60, 0},
                                        {"S", KIND_SENSOR, DERIVE_SUM, "A", 60, 0},
                                        {"A", KIND_SENSOR, 0, NULL, 0, 0}};
    struct fixture f;
    begin(&f, before, 4);
    put(&f, 0, 4);
    put(&f, 3, 1);
    struct plant *plant = make_plant(after, 5, 300);
    model_set_plant(f.model, plant, now_of(&f));
    assert_ptr_equal(model_plant(f.model), plant);
    plant_unref(plant);
    assert_near(shown(&f, 4)->num, 4);
    assert_near(shown(&f, 3)->num, 4);
    assert_true(shown(&f, 2)->ts == WALL_NONE); /* computes something else now */
    assert_true(shown(&f, 1)->ts == WALL_NONE);
    assert_int_equal(model_stations(f.model)[0].faults, 1);
    at_s(&f, 30);
    put(&f, 4, 2);
    assert_near(shown(&f, 3)->num, 6);
    assert_near(shown(&f, 2)->num, 2);
    end(&f);
}

static void
test_derived_is_not_written(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, hours, 2);
    put(&f, 1, 42);
    assert_int_equal(f.out->len, 0);
    assert_true(shown(&f, 1)->ts == WALL_NONE);
    end(&f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_newest_wins),
        cmocka_unit_test(test_host_clock_went_back),
        cmocka_unit_test(test_text_is_shared),
        cmocka_unit_test(test_retained),
        cmocka_unit_test(test_faults_counted),
        cmocka_unit_test(test_hours),
        cmocka_unit_test(test_hours_by_tick),
        cmocka_unit_test(test_hours_over_restart),
        cmocka_unit_test(test_total),
        cmocka_unit_test(test_pulses),
        cmocka_unit_test(test_window),
        cmocka_unit_test(test_window_adds_fractions),
        cmocka_unit_test(test_window_by_receipt),
        cmocka_unit_test(test_window_expires),
        cmocka_unit_test(test_window_restored),
        cmocka_unit_test(test_window_overflows),
        cmocka_unit_test(test_window_against_list),
        cmocka_unit_test(test_silence),
        cmocka_unit_test(test_link),
        cmocka_unit_test(test_will),
        cmocka_unit_test(test_restore),
        cmocka_unit_test(test_set_plant),
        cmocka_unit_test(test_derived_is_not_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
