/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A drain beside what else happens to an outbox, in any order: live batches that go directly or
 * have to queue, readings that are put back, lost connections, another process that has the
 * file locked. A store that is only numbers says what has arrived: each batch once and in its
 * segment's order, and all of them once the drain says that nothing waits.
 */
#include <unistd.h>

#include "storage/outbox_drain.h"
#include "storage/outbox_private.h"
#include "tests/cache_support.h"
#include "tests/outbox_support.h"
#include "tests/unit.h"

#define SEEDS        40
#define SEGMENTS     40u
#define STEPS        3000u
#define STEPS_IN_ALL 20000u /* with those until nothing waits */

struct stretch {
    struct segment segment;
    uint64_t made, stored; /* numbers of the last batches */
    uint64_t queued;       /* of its last batch in the outbox that the store has not got; 0 */
};

struct play {
    GRand *dice;
    struct outbox *outbox, *beside; /* the drain's, and that of another process */
    struct outbox_drain drain;
    uint32_t series;
    struct stretch stretches[SEGMENTS];
    unsigned segments, live; /* how many; the session's */
    bool locked;             /* by the other process */
    bool backlog;            /* as custody has it */
};

static bool
chance(struct play *p, int in)
{
    return g_rand_int_range(p->dice, 0, in) == 0;
}

static void
play_open(struct play *p, const char *path, unsigned seed)
{
    *p = (struct play){.dice = g_rand_new_with_seed(seed), .segments = 1, .backlog = true};
    p->outbox = outbox_support_open(path);
    assert_int_equal(outbox_open_beside(&p->beside, path, NULL), RC_OK);
    sqlite3_busy_timeout(p->outbox->db, 0);
    drain_init(&p->drain, p->outbox);
    p->drain.most_kept = chance(p, 2) ? 200 : UINT64_MAX;
    for (unsigned i = 0; i < SEGMENTS; i++) {
        p->stretches[i].segment = outbox_support_segment(1000 * seed + i, 1, false);
    }
    assert_int_equal(outbox_number(p->outbox, "S", "C", &p->series, NULL), RC_OK);
}

static void
play_close(struct play *p)
{
    drain_fini(&p->drain);
    outbox_close(p->beside);
    outbox_close(p->outbox);
    g_rand_free(p->dice);
}

static void
toggle_lock(struct play *p)
{
    const char *what = p->locked ? "ROLLBACK" : "BEGIN IMMEDIATE";
    assert_int_equal(sqlite3_exec(p->beside->db, what, NULL, NULL, NULL), SQLITE_OK);
    p->locked = !p->locked;
}

static struct outbox_batch *
next_batch(struct play *p, const struct stretch *s)
{
    struct outbox_batch *b = outbox_support_batch(&s->segment, s->made + 1);
    outbox_support_fill(b, p->series, T0, 1, (unsigned)g_rand_int_range(p->dice, 1, 20));
    return b;
}

/* A retry, or another segment of the session, which may begin with what a retry put back. */
static void
add_segment(struct play *p)
{
    if (p->segments == SEGMENTS || p->locked) {
        return;
    }
    struct stretch *s = &p->stretches[p->segments];
    struct outbox_batch *b = next_batch(p, s);
    assert_int_equal(outbox_add(p->beside, b, NULL), RC_OK);
    outbox_batch_free(b);
    s->made = s->queued = 1;
    p->backlog = true;
    p->live = chance(p, 2) ? p->segments : p->live;
    p->segments++;
}

static void
add_live(struct play *p)
{
    struct stretch *s = &p->stretches[p->live];
    struct outbox_batch *b = next_batch(p, s);
    if (s->queued == 0 && !chance(p, 4)) { /* a COPY of its own */
        drain_meanwhile(&p->drain, false);
        drain_meanwhile(&p->drain, true);
        assert_int_equal(s->stored, s->made);
        s->stored = ++s->made;
    } else if (outbox_add(p->outbox, b, NULL) == RC_OK) {
        s->queued = ++s->made;
        p->backlog = true;
    } else {
        assert_true(p->locked);
    }
    outbox_batch_free(b);
}

static struct stretch *
find(struct play *p, const struct uuid *id)
{
    unsigned i = 0;
    while (!uuid_equal(&p->stretches[i].segment.id, id)) {
        assert_in_range(++i, 0, p->segments - 1);
    }
    return &p->stretches[i];
}

static void
send_slice(struct play *p, GPtrArray *slice)
{
    const struct outbox_batch *first = g_ptr_array_index(slice, 0);
    struct stretch *s = find(p, &first->segment.id);
    uint64_t next = s->stored + 1;
    for (unsigned i = 0; i < slice->len; i++) {
        const struct outbox_batch *b = g_ptr_array_index(slice, i);
        assert_true(uuid_equal(&b->segment.id, &first->segment.id));
        assert_int_equal(b->number, next + i);
    }
    for (int i = g_rand_int_range(p->dice, 0, 3); i > 0; i--) {
        drain_meanwhile(&p->drain, false);
    }
    drain_meanwhile(&p->drain, true);
    if (chance(p, 10)) {
        drain_again(&p->drain);
        return;
    }
    s->stored += slice->len;
    s->queued = s->stored >= s->queued ? 0 : s->queued;
    drain_sent(&p->drain, slice);
}

static void
assert_all_stored(const struct play *p)
{
    for (unsigned i = 0; i < p->segments; i++) {
        assert_int_equal(p->stretches[i].stored, p->stretches[i].made);
    }
    assert_int_equal(drain_kept(&p->drain), 0);
}

static void
send_backlog(struct play *p)
{
    GPtrArray *slice = outbox_support_batches();
    size_t most = (size_t)g_rand_int_range(p->dice, 1, 300);
    assert_int_equal(drain_take(&p->drain, most, slice, NULL), RC_OK);
    if (slice->len > 0) {
        send_slice(p, slice);
    } else if (drain_tidy(&p->drain, &p->backlog, NULL) != RC_OK) {
        assert_true(p->locked);
        assert_true(p->backlog);
    } else if (!p->backlog) {
        assert_all_stored(p);
    }
    g_ptr_array_unref(slice);
}

static void
step(struct play *p)
{
    int dice = g_rand_int_range(p->dice, 0, 100);
    if (dice < 3) {
        toggle_lock(p);
    } else if (dice < 8) {
        drain_again(&p->drain);
    } else if (dice < 10) {
        add_segment(p);
    } else if (dice < 45) {
        add_live(p);
    } else if (p->backlog) {
        send_backlog(p);
    }
}

static void
test_whatever_happens_beside_it(void **state)
{
    const struct place *place = *state;
    for (unsigned seed = 1; seed <= SEEDS; seed++) {
        char *path = g_strdup_printf("%s.%u", place->path, seed);
        struct play p;
        struct outbox_stats stats;
        play_open(&p, path, seed);
        for (unsigned i = 0; i < STEPS; i++) {
            step(&p);
        }
        if (p.locked) {
            toggle_lock(&p);
        }
        p.backlog = true;
        for (unsigned i = 0; p.backlog; i++) {
            assert_in_range(i, 0, STEPS_IN_ALL);
            send_backlog(&p);
        }
        assert_all_stored(&p);
        outbox_stats(p.outbox, &stats);
        assert_int_equal(stats.pending, 0);
        play_close(&p);
        unlink(path);
        g_free(path);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_whatever_happens_beside_it, support_set_up,
                                        support_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
