/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include <math.h>

#include "ui/alarms.h"

#define S        US_PER_S
#define STATIONS 20

/* A plant of stations with one component each, and alarms on them: what a board is made of. */
struct world {
    struct plant *plant;
    GArray *alarms; /* struct alarm_view */
    GStringChunk *rules;
    uint64_t version;
};

static void
world_init(struct world *w)
{
    struct plant_builder b;
    plant_builder_init(&b);
    for (int i = 0; i < STATIONS; i++) {
        struct station station = {.uid = g_strdup_printf("S%02d", i),
                                  .name = g_strdup_printf("Ort %d", i),
                                  .area = g_strdup(i < 5 ? "Nord" : "Süd")};
        struct component c = {.station = plant_builder_station(&b, &station),
                              .id = g_strdup("LEVEL"),
                              .name = g_strdup("Füllstand")};
        plant_builder_component(&b, &c);
    }
    *w = (struct world){.alarms = g_array_new(FALSE, TRUE, sizeof(struct alarm_view)),
                        .rules = g_string_chunk_new(1024)};
    assert_int_equal(plant_builder_finish(&b, &w->plant, NULL), RC_OK);
    plant_builder_fini(&b);
}

static void
world_fini(struct world *w)
{
    g_array_free(w->alarms, TRUE);
    g_string_chunk_free(w->rules);
    plant_unref(w->plant);
}

static struct alarm_view *
add(struct world *w, int station, const char *rule, enum alarm_priority priority,
    enum alarm_state state, wall_us raised_at)
{
    char *name = g_strdup_printf("%d %s %" G_GINT64_FORMAT, station, rule, raised_at);
    struct alarm_view v = {.occurrence = uuid_of(name, strlen(name)),
                           .station = w->plant->stations[station].uid,
                           .component = "LEVEL",
                           .rule = g_string_chunk_insert_const(w->rules, rule),
                           .name = "",
                           .guidance = "",
                           .group = "",
                           .station_index = (uint32_t)station,
                           .component_index = (uint32_t)station,
                           .priority = priority,
                           .state = state,
                           .step = 1,
                           .value = NAN,
                           .limit = NAN,
                           .raised_at = raised_at};
    g_free(name);
    g_array_append_val(w->alarms, v);
    return &g_array_index(w->alarms, struct alarm_view, w->alarms->len - 1);
}

/* Hand the alarms over as they are now. */
static void
show(struct world *w, struct alarm_list *l, mono_us now)
{
    struct alarm_board *board = alarm_board_new(w->plant, w->alarms->len, 0);
    if (w->alarms->len > 0) {
        memcpy(board->alarms, w->alarms->data, w->alarms->len * sizeof(struct alarm_view));
    }
    board->version = ++w->version;
    alarm_list_update(l, board, now);
    alarm_board_unref(board);
}

static const char *
rule_at(const struct alarm_list *l, int pos)
{
    const struct alarm_view *v = alarm_list_view(l, pos);
    return v == NULL ? "" : v->rule;
}

static void
assert_rows(const struct alarm_list *l, const char *rules)
{
    GString *all = g_string_new(NULL);
    for (int i = 0; alarm_list_view(l, i) != NULL; i++) {
        g_string_append_printf(all, "%s%s", i > 0 ? " " : "", rule_at(l, i));
    }
    assert_string_equal(all->str, rules);
    g_string_free(all, TRUE);
}

static void
test_order(void **state)
{
    (void)state;
    struct world w;
    struct alarm_list l;
    world_init(&w);
    alarm_list_init(&l);
    add(&w, 0, "acked-critical", ALARM_CRITICAL, ALARM_ACKED, 9 * S);
    add(&w, 1, "old-low", ALARM_LOW, ALARM_UNACKED, 1 * S);
    add(&w, 2, "new-low", ALARM_LOW, ALARM_UNACKED, 2 * S);
    add(&w, 3, "returned", ALARM_HIGH, ALARM_RETURNED_UNACKED, 1 * S);
    add(&w, 4, "latched", ALARM_HIGH, ALARM_LATCHED_ACKED, 8 * S);
    add(&w, 5, "shelved", ALARM_CRITICAL, ALARM_UNACKED, 9 * S)->overlays = OVERLAY_SHELVED;
    add(&w, 6, "normal", ALARM_CRITICAL, ALARM_NORMAL, 9 * S);
    show(&w, &l, 0);
    assert_rows(&l, "returned new-low old-low acked-critical latched");
    assert_int_equal(l.n_unacked, 3);
    assert_string_equal(l.newest->rule, "returned");
    alarm_list_set_mode(&l, ALARMS_COVERED);
    assert_rows(&l, "shelved");
    alarm_list_set_mode(&l, ALARMS_FLAT);
    assert_rows(&l, "returned new-low old-low acked-critical latched");
    alarm_list_fini(&l);
    world_fini(&w);
}

static void
test_groups(void **state)
{
    (void)state;
    struct world w;
    struct alarm_list l;
    world_init(&w);
    alarm_list_init(&l);
    add(&w, 1, "late", ALARM_HIGH, ALARM_UNACKED, 5 * S)->group = "trip";
    add(&w, 1, "first", ALARM_LOW, ALARM_ACKED, 3 * S)->group = "trip";
    add(&w, 1, "second", ALARM_LOW, ALARM_UNACKED, 4 * S)->group = "trip";
    add(&w, 2, "elsewhere", ALARM_LOW, ALARM_UNACKED, 6 * S)->group = "trip";
    add(&w, 3, "single", ALARM_CRITICAL, ALARM_UNACKED, 1 * S);
    add(&w, 4, "medium", ALARM_MEDIUM, ALARM_UNACKED, 1 * S);
    g_array_index(w.alarms, struct alarm_view, 1).first_out = true;
    show(&w, &l, 0);
    assert_rows(&l, "single first second late medium elsewhere");
    static const enum alarm_branch branches[] = {BRANCH_NONE, BRANCH_FIRST, BRANCH_MIDDLE,
                                                 BRANCH_LAST, BRANCH_NONE,  BRANCH_NONE};
    for (size_t i = 0; i < G_N_ELEMENTS(branches); i++) {
        assert_int_equal(alarm_list_row(&l, (int)i)->branch, branches[i]);
    }
    alarm_list_set_mode(&l, ALARMS_FLAT);
    assert_rows(&l, "single late medium elsewhere second first");
    alarm_list_fini(&l);
    world_fini(&w);
}

static void
move_to(struct alarm_list *l, int pos, mono_us now)
{
    list_to(&l->list, pos);
    alarm_list_moved(l, now);
}

/* Who comes to the list sees the worst, unless a row was chosen. */
static void
test_enter(void **state)
{
    (void)state;
    struct world w;
    struct alarm_list l;
    world_init(&w);
    alarm_list_init(&l);
    alarm_list_enter(&l); /* nothing is there */
    add(&w, 7, "first", ALARM_MEDIUM, ALARM_UNACKED, 500 * S);
    show(&w, &l, 0);
    alarm_list_set_height(&l, 2);
    for (int i = 0; i < 5; i++) {
        char rule[16];
        snprintf(rule, sizeof(rule), "worse%d", i);
        add(&w, i, rule, ALARM_CRITICAL, ALARM_UNACKED, (501 + i) * S);
    }
    show(&w, &l, S);
    assert_string_equal(rule_at(&l, l.list.pos), "first"); /* nothing moves under the eyes */
    alarm_list_enter(&l);
    assert_string_equal(rule_at(&l, l.list.pos), "worse4");
    assert_int_equal(l.list.top, 0);
    move_to(&l, 3, 2 * S);
    alarm_list_enter(&l);
    assert_string_equal(rule_at(&l, l.list.pos), "worse1");
    alarm_list_fini(&l);
    world_fini(&w);
}

/* Nothing but its own end takes the selection away, whatever comes, goes and changes. */
static void
test_selection_stays(void **state)
{
    (void)state;
    struct world w;
    struct alarm_list l;
    world_init(&w);
    alarm_list_init(&l);
    GRand *random = g_rand_new_with_seed(5);
    add(&w, 7, "mine", ALARM_MEDIUM, ALARM_UNACKED, 500 * S);
    show(&w, &l, 0);
    alarm_list_set_height(&l, 10);
    move_to(&l, 0, 0);
    for (int i = 0; i < 1000; i++) {
        char rule[16];
        snprintf(rule, sizeof(rule), "r%d", i);
        if (w.alarms->len > 1 && g_rand_int_range(random, 0, 5) < 2) {
            g_array_remove_index(w.alarms,
                                 (guint)g_rand_int_range(random, 1, (int)w.alarms->len));
        } else {
            add(&w, g_rand_int_range(random, 0, STATIONS), rule,
                (enum alarm_priority)g_rand_int_range(random, 0, ALARM_PRIORITIES),
                (enum alarm_state)g_rand_int_range(random, ALARM_UNACKED, ALARM_STATES),
                g_rand_int_range(random, 0, 1000) * S);
        }
        mono_us now = (5 + i / 3) * S;
        show(&w, &l, now);
        if (i % 50 == 0) { /* the order is held now and then */
            move_to(&l, l.list.pos, now);
        }
        alarm_list_release(&l, now);
        assert_string_equal(rule_at(&l, l.list.pos), "mine");
        assert_in_range(l.list.pos, l.list.top, l.list.top + l.list.height - 1);
    }
    assert_true(l.rows->len > 50);
    g_rand_free(random);
    alarm_list_fini(&l);
    world_fini(&w);
}

static void
test_next_takes_the_row(void **state)
{
    (void)state;
    struct world w;
    struct alarm_list l;
    world_init(&w);
    alarm_list_init(&l);
    add(&w, 0, "a", ALARM_LOW, ALARM_UNACKED, 3 * S);
    add(&w, 0, "b", ALARM_LOW, ALARM_UNACKED, 2 * S);
    add(&w, 0, "c", ALARM_LOW, ALARM_UNACKED, 1 * S);
    show(&w, &l, 0);
    assert_true(alarm_list_settled(&l, ALARM_SETTLED_US));
    move_to(&l, 1, 0);
    g_array_remove_index(w.alarms, 1);
    show(&w, &l, 10 * S);
    assert_rows(&l, "a c");
    assert_string_equal(rule_at(&l, l.list.pos), "c");
    /* It came under the cursor by itself: a key now would hit the wrong one. */
    assert_false(alarm_list_settled(&l, 10 * S));
    assert_false(alarm_list_settled(&l, 10 * S + ALARM_SETTLED_US - 1));
    assert_true(alarm_list_settled(&l, 10 * S + ALARM_SETTLED_US));
    g_array_index(w.alarms, struct alarm_view, 1).step = 2; /* it became worse */
    show(&w, &l, 20 * S);
    assert_false(alarm_list_settled(&l, 20 * S));
    g_array_index(w.alarms, struct alarm_view, 0).step = 2; /* another one did */
    show(&w, &l, 30 * S);
    assert_true(alarm_list_settled(&l, 30 * S));
    g_array_set_size(w.alarms, 0);
    show(&w, &l, 40 * S);
    assert_null(alarm_list_selected(&l));
    alarm_list_fini(&l);
    world_fini(&w);
}

/* U02 */
static void
test_order_is_held(void **state)
{
    (void)state;
    struct world w;
    struct alarm_list l;
    world_init(&w);
    alarm_list_init(&l);
    add(&w, 0, "a", ALARM_LOW, ALARM_UNACKED, 3 * S);
    add(&w, 0, "b", ALARM_LOW, ALARM_UNACKED, 2 * S);
    add(&w, 0, "c", ALARM_LOW, ALARM_UNACKED, 1 * S);
    show(&w, &l, 0);
    move_to(&l, 2, 1 * S);
    add(&w, 9, "urgent", ALARM_CRITICAL, ALARM_UNACKED, 9 * S);
    g_array_index(w.alarms, struct alarm_view, 0).state = ALARM_ACKED;
    show(&w, &l, 2 * S);
    assert_rows(&l, "a b c");
    assert_int_equal(alarm_list_view(&l, 0)->state, ALARM_ACKED); /* values go on */
    assert_int_equal(l.waiting, 1);
    assert_string_equal(l.newest->rule, "urgent"); /* the strip does not wait */
    g_array_remove_index(w.alarms, 1);
    show(&w, &l, 3 * S);
    assert_rows(&l, "a b c"); /* its row stays, and says that it is over */
    assert_true(alarm_list_row(&l, 1)->gone);
    show(&w, &l, 4 * S);
    assert_true(alarm_list_row(&l, 1)->gone);
    alarm_list_release(&l, 1 * S + HOLD_US - 1);
    assert_rows(&l, "a b c");
    alarm_list_release(&l, 1 * S + HOLD_US);
    assert_rows(&l, "urgent c a");
    assert_string_equal(rule_at(&l, l.list.pos), "c");
    assert_int_equal(l.waiting, 0);
    alarm_list_fini(&l);
    world_fini(&w);
}

/* One that comes back while its row still says "over" has it again. */
static void
test_ghost_comes_back(void **state)
{
    (void)state;
    struct world w;
    struct alarm_list l;
    world_init(&w);
    alarm_list_init(&l);
    add(&w, 0, "a", ALARM_LOW, ALARM_UNACKED, 3 * S);
    add(&w, 0, "b", ALARM_LOW, ALARM_UNACKED, 2 * S);
    show(&w, &l, 0);
    move_to(&l, 1, 1 * S);
    g_array_remove_index(w.alarms, 0);
    show(&w, &l, 2 * S);
    assert_true(alarm_list_row(&l, 0)->gone);
    assert_int_equal(alarm_list_next(&l, 0, 1), 1); /* over is not new */
    add(&w, 0, "a", ALARM_LOW, ALARM_UNACKED, 4 * S);
    show(&w, &l, 3 * S);
    assert_false(alarm_list_row(&l, 0)->gone);
    assert_int_equal(l.waiting, 0);
    assert_rows(&l, "a b");
    alarm_list_fini(&l);
    world_fini(&w);
}

static void
test_seen(void **state)
{
    (void)state;
    struct world w;
    struct alarm_list l;
    world_init(&w);
    alarm_list_init(&l);
    for (int i = 0; i < 8; i++) {
        add(&w, i, "r", ALARM_LOW, ALARM_UNACKED, (100 - i) * S);
    }
    show(&w, &l, 0);
    alarm_list_set_height(&l, 4);
    alarm_list_shown(&l, NULL, 4, 1 * S);
    assert_false(alarm_list_seen(&l, 0, 1 * S + ALARM_SEEN_US - 1));
    assert_true(alarm_list_seen(&l, 3, 1 * S + ALARM_SEEN_US));
    assert_false(alarm_list_seen(&l, 4, 100 * S)); /* below the window */
    g_array_index(w.alarms, struct alarm_view, 1).step = 2;
    show(&w, &l, 5 * S);
    alarm_list_shown(&l, NULL, 4, 5 * S);
    assert_true(alarm_list_seen(&l, 0, 5 * S));  /* since the frame before */
    assert_false(alarm_list_seen(&l, 1, 5 * S)); /* its new step is not */
    assert_true(alarm_list_seen(&l, 1, 5 * S + ALARM_SEEN_US));
    alarm_list_hidden(&l); /* another view for a moment */
    alarm_list_shown(&l, NULL, 4, 20 * S);
    assert_false(alarm_list_seen(&l, 0, 20 * S));
    alarm_list_hidden(&l);
    static const bool left[] = {false, true, false, false};
    alarm_list_shown(&l, left, 4, 30 * S);
    assert_true(alarm_list_seen(&l, 0, 40 * S));
    assert_false(alarm_list_seen(&l, 1, 40 * S)); /* waits for a later frame */
    alarm_list_hidden(&l);
    alarm_list_shown(&l, NULL, 3, 50 * S); /* the last is covered */
    alarm_list_shown(&l, NULL, 3, 60 * S);
    assert_true(alarm_list_seen(&l, 2, 60 * S));
    assert_false(alarm_list_seen(&l, 3, 60 * S));
    alarm_list_shown(&l, NULL, 4, 61 * S);
    alarm_list_shown(&l, NULL, 0, 62 * S); /* covered after it was seen */
    assert_true(alarm_list_seen(&l, 3, 62 * S));
    alarm_list_fini(&l);
    world_fini(&w);
}

static void
test_next_unacknowledged(void **state)
{
    (void)state;
    struct world w;
    struct alarm_list l;
    world_init(&w);
    alarm_list_init(&l);
    assert_int_equal(alarm_list_next(&l, 0, 1), -1);
    add(&w, 0, "n1", ALARM_HIGH, ALARM_UNACKED, 3 * S);
    add(&w, 0, "n2", ALARM_HIGH, ALARM_LATCHED_UNACKED, 2 * S);
    add(&w, 0, "acked", ALARM_HIGH, ALARM_ACKED, 1 * S);
    show(&w, &l, 0);
    assert_int_equal(alarm_list_next(&l, 0, 1), 0);
    assert_int_equal(alarm_list_next(&l, 1, 1), 1);
    assert_int_equal(alarm_list_next(&l, 2, 1), 0);
    assert_int_equal(alarm_list_next(&l, -1, -1), 1);
    w.alarms->len = 0;
    add(&w, 0, "acked", ALARM_HIGH, ALARM_ACKED, 1 * S);
    show(&w, &l, 1 * S);
    assert_int_equal(alarm_list_next(&l, 0, 1), -1);
    alarm_list_fini(&l);
    world_fini(&w);
}

static void
test_filter(void **state)
{
    (void)state;
    struct world w;
    struct alarm_list l;
    world_init(&w);
    alarm_list_init(&l);
    add(&w, 1, "a", ALARM_CRITICAL, ALARM_UNACKED, 3 * S);
    add(&w, 2, "b", ALARM_LOW, ALARM_ACKED, 2 * S)->name = "Überlauf";
    add(&w, 9, "c", ALARM_LOW, ALARM_RETURNED_UNACKED, 1 * S)->test = true;
    show(&w, &l, 0);
    static const struct {
        const char *filter, *rows;
    } cases[] = {
        {"", "a c b"},           {"area=nord", "a b"}, {"ueberlauf", "b"}, {"new", "a c"},
        {"!new", "b"},           {"state=rtn", "c"},   {"critical", "a"},  {"id=S09", "c"},
        {"fuellstand", "a c b"}, {"test", "c"},        {"ort new", "a c"}, {"nothing", ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        alarm_list_set_filter(&l, cases[i].filter);
        assert_rows(&l, cases[i].rows);
    }
    assert_int_equal(alarm_list_of_mode(&l), 3);
    assert_int_equal(l.n_unacked, 2); /* what the strip counts knows no filter */
    alarm_list_fini(&l);
    world_fini(&w);
}

static void
test_maintenance_is_listed(void **state)
{
    (void)state;
    struct world w;
    struct alarm_list l;
    world_init(&w);
    alarm_list_init(&l);
    struct alarm_board *board = alarm_board_new(w.plant, 0, 1);
    board->version = 1;
    board->maintenance[0] = (struct maintenance_view){
        .station = "S03", .component = "", .since = 5 * S, .reason = g_ref_string_new("why")};
    alarm_list_update(&l, board, 0);
    alarm_board_unref(board);
    assert_int_equal(l.rows->len, 0);
    alarm_list_set_mode(&l, ALARMS_COVERED);
    assert_int_equal(l.rows->len, 1);
    assert_true(alarm_is_maintenance(alarm_list_view(&l, 0)));
    assert_int_equal(alarm_list_view(&l, 0)->station_index, 3);
    alarm_list_update(&l, NULL, 1 * S); /* no evaluator any more */
    assert_int_equal(l.rows->len, 0);
    alarm_list_fini(&l);
    world_fini(&w);
}

/* Many alarms: how long it takes is told, not asserted. */
static void
test_ten_thousand(void **state)
{
    (void)state;
    struct world w;
    struct alarm_list l;
    world_init(&w);
    alarm_list_init(&l);
    GRand *random = g_rand_new_with_seed(9);
    for (int i = 0; i < 10000; i++) {
        char rule[16];
        snprintf(rule, sizeof(rule), "r%d", i);
        add(&w, i % STATIONS, rule, (enum alarm_priority)(i % ALARM_PRIORITIES), ALARM_UNACKED,
            g_rand_int_range(random, 0, 100000) * S)
            ->group = i % 3 == 0 ? "g" : "";
    }
    g_rand_free(random);
    mono_us begin = clock_now().mono;
    show(&w, &l, 0);
    mono_us sorted = clock_now().mono;
    move_to(&l, 5000, 1 * S);
    show(&w, &l, 2 * S);
    mono_us held = clock_now().mono;
    alarm_list_set_filter(&l, "ort");
    mono_us filtered = clock_now().mono;
    alarm_list_set_filter(&l, "ort nord");
    print_message("# sorted in %d us, held in %d us, filtered in %d us, again in %d us\n",
                  (int)(sorted - begin), (int)(held - sorted), (int)(filtered - held),
                  (int)(clock_now().mono - filtered));
    assert_int_equal(l.rows->len, 2500);
    for (int i = 1; i < (int)l.rows->len; i++) {
        if (alarm_list_row(&l, i)->branch == BRANCH_NONE &&
            alarm_list_row(&l, i - 1)->branch == BRANCH_NONE) {
            assert_true(alarm_compare(alarm_list_view(&l, i - 1), alarm_list_view(&l, i)) < 0);
        }
    }
    alarm_list_fini(&l);
    world_fini(&w);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_enter),
        cmocka_unit_test(test_selection_stays),
        cmocka_unit_test(test_next_takes_the_row),
        cmocka_unit_test(test_order_is_held),
        cmocka_unit_test(test_ghost_comes_back),
        cmocka_unit_test(test_seen),
        cmocka_unit_test(test_next_unacknowledged),
        cmocka_unit_test(test_filter),
        cmocka_unit_test(test_maintenance_is_listed),
        cmocka_unit_test(test_ten_thousand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
