/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include "ui/roster.h"

#define S US_PER_S

/* A plant of stations with one fault component each, and a snapshot of it. */
struct world {
    GPtrArray *uids; /* char *, any order */
    GHashTable *faulty, *silent;
    struct snapshot *snap;
    unsigned seed;
};

static struct snapshot *
new_snapshot(struct plant *plant)
{
    struct snapshot *s = g_new0(struct snapshot, 1);
    s->refs = 1;
    s->plant = plant;
    s->components = g_new0(struct component_state, plant->n_components);
    s->stations = g_new0(struct station_state, plant->n_stations);
    return s;
}

static void
build(struct world *w)
{
    struct plant_builder b;
    struct plant *plant = NULL;
    GRand *random = g_rand_new_with_seed(w->seed++);
    plant_builder_init(&b);
    for (guint i = 0; i < w->uids->len; i++) {
        const char *uid = g_ptr_array_index(w->uids, i);
        struct station station = {.uid = g_strdup(uid),
                                  .name = g_strdup_printf("Name %s", uid),
                                  .order = g_rand_int_range(random, 0, 1000)};
        struct component fault = {.station = plant_builder_station(&b, &station),
                                  .id = g_strdup("FLT"),
                                  .kind = KIND_FAULT};
        plant_builder_component(&b, &fault);
    }
    g_rand_free(random);
    assert_int_equal(plant_builder_finish(&b, &plant, NULL), RC_OK);
    plant_builder_fini(&b);

    snapshot_unref(w->snap);
    w->snap = new_snapshot(plant);
}

/* The states of all stations, as the sets say. */
static void
apply(struct world *w)
{
    struct plant *plant = w->snap->plant;
    for (uint32_t i = 0; i < plant->n_stations; i++) {
        bool faulty = g_hash_table_contains(w->faulty, plant->stations[i].uid);
        w->snap->stations[i] = (struct station_state){
            .received = 1000 * S,
            .faults = faulty,
            .silent = g_hash_table_contains(w->silent, plant->stations[i].uid)};
        uint32_t fault = plant->stations[i].first;
        w->snap->components[fault] =
            (struct component_state){.num = faulty, .ts = 1000 * S + (wall_us)i};
    }
}

static void
add(struct world *w, const char *uid)
{
    g_ptr_array_add(w->uids, g_strdup(uid));
}

static void
world_init(struct world *w, int n)
{
    *w = (struct world){.uids = g_ptr_array_new_with_free_func(g_free),
                        .faulty = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
                        .silent = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
                        .seed = 1};
    for (int i = 0; i < n; i++) {
        char uid[16];
        snprintf(uid, sizeof(uid), "S-%04d", i);
        add(w, uid);
    }
    build(w);
    apply(w);
}

static void
world_fini(struct world *w)
{
    snapshot_unref(w->snap);
    g_ptr_array_free(w->uids, TRUE);
    g_hash_table_destroy(w->faulty);
    g_hash_table_destroy(w->silent);
}

static const char *
uid_at(const struct roster *r, int place)
{
    return r->plant->stations[r->order[place]].uid;
}

/* U01: whatever happens to the others, the cursor stays on its station, and in sight. */
static void
test_selection_is_bound_to_the_id(void **state)
{
    (void)state;
    struct world w;
    struct roster r;
    GRand *random = g_rand_new_with_seed(42);
    world_init(&w, 60);
    roster_init(&r);
    roster_update(&r, w.snap, 0);
    roster_set_height(&r, 15);
    assert_true(roster_select(&r, "S-0033"));
    for (int i = 0; i < 1000; i++) {
        char uid[16];
        guint k = (guint)g_rand_int_range(random, 0, (gint32)w.uids->len);
        const char *other = g_ptr_array_index(w.uids, k);
        switch (g_rand_int_range(random, 0, 4)) {
        case 0:
            snprintf(uid, sizeof(uid), "N-%04d", i);
            add(&w, uid);
            build(&w);
            break;
        case 1:
            if (strcmp(other, "S-0033") != 0 && w.uids->len > 5) {
                g_ptr_array_remove_index(w.uids, k);
            }
            build(&w);
            break;
        case 2:
            if (!g_hash_table_remove(w.faulty, other)) {
                g_hash_table_add(w.faulty, g_strdup(other));
            }
            break;
        default:
            build(&w); /* another order */
        }
        apply(&w);
        roster_update(&r, w.snap, i * 20 * US_PER_MS);
        assert_string_equal(r.selected, "S-0033");
        assert_string_equal(uid_at(&r, r.list.pos), "S-0033");
        assert_in_range(r.list.pos - r.list.top, 0, r.list.height - 1);
    }
    roster_fini(&r);
    world_fini(&w);
    g_rand_free(random);
}

static void
test_neighbour_takes_over_when_it_is_gone(void **state)
{
    (void)state;
    struct world w;
    struct roster r;
    world_init(&w, 3);
    roster_init(&r);
    roster_update(&r, w.snap, 0);
    roster_set_sort(&r, "id", false, w.snap);
    assert_true(roster_select(&r, "S-0001"));
    g_ptr_array_remove_index(w.uids, 1);
    build(&w);
    apply(&w);
    roster_update(&r, w.snap, 0);
    assert_string_equal(r.selected, "S-0002");
    g_ptr_array_set_size(w.uids, 0);
    build(&w);
    roster_update(&r, w.snap, 0);
    assert_string_equal(r.selected, "");
    assert_int_equal(roster_selected(&r), STATION_NONE);
    assert_int_equal(roster_next_abnormal(&r, 1), -1);
    roster_fini(&r);
    world_fini(&w);
}

/* U02 */
static void
test_order_holds_after_a_key(void **state)
{
    (void)state;
    struct world w;
    struct roster r;
    world_init(&w, 10);
    roster_init(&r);
    roster_update(&r, w.snap, 0);
    char *first = g_strdup(uid_at(&r, 0)), *last = g_strdup(uid_at(&r, 9));
    roster_move_to(&r, 3, 1 * S);
    g_hash_table_add(w.faulty, g_strdup(last));
    apply(&w);
    roster_update(&r, w.snap, 2 * S);
    assert_string_equal(uid_at(&r, 0), first);
    assert_true(roster_held(&r, 2 * S));
    assert_int_equal(r.faults->len, 1); /* the strip does not wait */
    roster_update(&r, w.snap, 1 * S + HOLD_US - 1);
    assert_string_equal(uid_at(&r, 0), first);
    roster_update(&r, w.snap, 1 * S + HOLD_US);
    assert_string_equal(uid_at(&r, 0), last);
    assert_false(roster_held(&r, 1 * S + HOLD_US));
    roster_set_sort(&r, "id", false, w.snap);
    roster_move_to(&r, 0, 9 * S);
    assert_false(roster_held(&r, 9 * S)); /* this order does not depend on live values */
    g_free(first);
    g_free(last);
    roster_fini(&r);
    world_fini(&w);
}

/* A stage's time may stand before that of the start; what waits for an order that nobody holds
 * would be due at every turn, and the screen painted without end. */
static void
test_no_hold_without_a_key(void **state)
{
    (void)state;
    struct world w;
    struct roster r;
    world_init(&w, 10);
    roster_init(&r);
    roster_update(&r, w.snap, -100 * S);
    char *last = g_strdup(uid_at(&r, 9));
    g_hash_table_add(w.faulty, g_strdup(last));
    apply(&w);
    assert_false(roster_held(&r, -90 * S));
    roster_update(&r, w.snap, -90 * S);
    assert_string_equal(uid_at(&r, 0), last);
    assert_int_equal(roster_next(&r), 0);
    g_free(last);
    roster_fini(&r);
    world_fini(&w);
}

static void
test_worst_first_and_next(void **state)
{
    (void)state;
    struct world w;
    struct roster r;
    world_init(&w, 20);
    g_hash_table_add(w.silent, g_strdup("S-0004"));
    g_hash_table_add(w.faulty, g_strdup("S-0011"));
    g_hash_table_add(w.silent, g_strdup("S-0011")); /* a fault weighs more */
    apply(&w);
    w.snap->stations[19].received = WALL_NONE;
    roster_init(&r);
    roster_update(&r, w.snap, 0);
    assert_string_equal(uid_at(&r, 0), "S-0011");
    assert_string_equal(uid_at(&r, 1), "S-0004");
    assert_int_equal(r.conditions[r.order[2]], CONDITION_NEVER);
    assert_int_equal(r.n_in[CONDITION_FAULT], 1);
    assert_int_equal(r.n_in[CONDITION_SILENT], 1);
    assert_int_equal(r.n_in[CONDITION_NORMAL], 17);

    roster_move_to(&r, 10, 0);
    assert_int_equal(roster_next_abnormal(&r, 1), 0);
    assert_int_equal(roster_next_abnormal(&r, -1), 1);
    roster_move_to(&r, 0, 0);
    assert_int_equal(roster_next_abnormal(&r, 1), 1);
    roster_set_sort(&r, "state", true, w.snap);
    assert_string_equal(uid_at(&r, 19), "S-0011");
    roster_fini(&r);
    world_fini(&w);
}

static void
test_filter_by_state_follows(void **state)
{
    (void)state;
    struct world w;
    struct roster r;
    world_init(&w, 20);
    roster_init(&r);
    roster_update(&r, w.snap, 0);
    roster_set_filter(&r, "fault", w.snap);
    assert_int_equal(r.n, 0);
    g_hash_table_add(w.faulty, g_strdup("S-0007"));
    apply(&w);
    roster_update(&r, w.snap, 0);
    assert_int_equal(r.n, 1);
    assert_string_equal(r.selected, "S-0007");
    roster_set_filter(&r, "", w.snap);
    assert_int_equal(r.n, 20);
    assert_string_equal(r.selected, "S-0007");
    roster_fini(&r);
    world_fini(&w);
}

/* The strip names the newest fault first; a new plant does not make an old fault new. */
static void
test_faults_keep_their_age(void **state)
{
    (void)state;
    struct world w;
    struct roster r;
    world_init(&w, 5);
    roster_init(&r);
    g_hash_table_add(w.faulty, g_strdup("S-0003"));
    apply(&w);
    roster_update(&r, w.snap, 0);
    wall_us since = g_array_index(r.faults, struct fault, 0).since;
    for (uint32_t i = 0; i < w.snap->plant->n_components; i++) {
        w.snap->components[i].ts += 60 * S; /* it goes on reporting */
    }
    roster_update(&r, w.snap, 0);
    assert_int_equal(g_array_index(r.faults, struct fault, 0).since, since);

    add(&w, "A-0000");
    build(&w);
    g_hash_table_add(w.faulty, g_strdup("A-0000"));
    apply(&w);
    for (uint32_t i = 0; i < w.snap->plant->n_components; i++) {
        w.snap->components[i].ts += 120 * S;
    }
    roster_update(&r, w.snap, 0);
    assert_int_equal(r.faults->len, 2);
    const struct fault *newest = &g_array_index(r.faults, struct fault, 0);
    uint32_t station = w.snap->plant->components[newest->component].station;
    assert_string_equal(w.snap->plant->stations[station].uid, "A-0000");
    assert_int_equal(g_array_index(r.faults, struct fault, 1).since, since);

    g_hash_table_remove_all(w.faulty);
    apply(&w);
    roster_update(&r, w.snap, 0);
    assert_int_equal(r.faults->len, 0);
    roster_fini(&r);
    world_fini(&w);
}

/* An alarm tells more than a fault; where there is one the fault is not told twice. */
static void
test_alarms_come_first(void **state)
{
    (void)state;
    struct world w;
    struct roster r;
    world_init(&w, 6);
    roster_init(&r);
    g_hash_table_add(w.faulty, g_strdup(w.snap->plant->stations[0].uid));
    g_hash_table_add(w.faulty, g_strdup(w.snap->plant->stations[1].uid));
    apply(&w);
    struct alarm_board *board = alarm_board_new(w.snap->plant, 4, 0);
    static const struct {
        uint32_t station;
        enum alarm_priority priority;
        enum alarm_state state;
        unsigned overlays;
    } alarms[] = {{1, ALARM_LOW, ALARM_UNACKED, 0},
                  {2, ALARM_CRITICAL, ALARM_ACKED, 0},
                  {2, ALARM_HIGH, ALARM_UNACKED, 0},
                  {3, ALARM_CRITICAL, ALARM_UNACKED, OVERLAY_SHELVED}};
    for (size_t i = 0; i < G_N_ELEMENTS(alarms); i++) {
        board->alarms[i] = (struct alarm_view){.station_index = alarms[i].station,
                                               .component_index = alarms[i].station,
                                               .priority = alarms[i].priority,
                                               .state = alarms[i].state,
                                               .overlays = alarms[i].overlays};
    }
    w.snap->alarms = board; /* whose it is from here on */
    roster_update(&r, w.snap, 0);
    const uint32_t order[] = {2, 1, 0};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(r.order[i], order[i]);
    }
    assert_int_equal(roster_alarm(&r, w.snap, 2)->priority,
                     ALARM_HIGH); /* it wants an answer */
    assert_null(roster_alarm(&r, w.snap, 3));
    assert_int_equal(r.faults->len, 1);
    assert_int_equal(w.snap->plant->components[0].station, 0);
    assert_int_equal(g_array_index(r.faults, struct fault, 0).component, 0);
    assert_int_equal(roster_next_abnormal(&r, 1), 1);
    roster_fini(&r);
    world_fini(&w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_selection_is_bound_to_the_id),
        cmocka_unit_test(test_neighbour_takes_over_when_it_is_gone),
        cmocka_unit_test(test_order_holds_after_a_key),
        cmocka_unit_test(test_no_hold_without_a_key),
        cmocka_unit_test(test_alarms_come_first),
        cmocka_unit_test(test_worst_first_and_next),
        cmocka_unit_test(test_filter_by_state_follows),
        cmocka_unit_test(test_faults_keep_their_age),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
