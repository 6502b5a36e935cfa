/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Batches that wait on disk: in order, each once, there again after the process is gone. */
#include <fcntl.h>
#include <glob.h>
#include <math.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "storage/outbox_blob.h"
#include "tests/cache_support.h"
#include "tests/outbox_support.h"
#include "tests/unit.h"

static uint32_t
number_of(struct outbox *o, const char *component)
{
    uint32_t number = 0;
    assert_int_equal(outbox_number(o, "S", component, &number, NULL), RC_OK);
    return number;
}

/* A batch of messages first to last goes to disk. */
static void
add(struct outbox *o, const struct segment *s, uint64_t number, unsigned first, unsigned last)
{
    struct outbox_batch *b = outbox_support_batch(s, number);
    outbox_support_fill(b, number_of(o, "C"), T0, first, last);
    struct err err = {""};
    if (outbox_add(o, b, &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
    outbox_batch_free(b);
}

/* What is first: of segment s, batches from to to. */
static void
assert_first(struct outbox *o, size_t max_rows, const struct segment *s, uint64_t from,
             uint64_t to)
{
    GPtrArray *batches = outbox_support_batches();
    assert_int_equal(outbox_first(o, max_rows, batches, NULL), RC_OK);
    assert_int_equal(batches->len, to - from + 1);
    for (unsigned i = 0; i < batches->len; i++) {
        const struct outbox_batch *b = g_ptr_array_index(batches, i);
        assert_int_equal(b->number, from + i);
        assert_memory_equal(&b->segment.id, &s->id, sizeof(s->id));
        assert_string_equal(b->segment.instance, s->instance);
        assert_int_equal(rank_compare(b->segment.rank, s->rank), 0);
        assert_int_equal(b->segment.arbiter, s->arbiter);
        assert_int_equal(b->segment.begun, s->begun);
        assert_int_equal(b->segment.fresh, s->fresh);
    }
    g_ptr_array_unref(batches);
}

static void
assert_pending(const struct outbox *o, uint64_t pending)
{
    struct outbox_stats stats;
    outbox_stats(o, &stats);
    assert_int_equal(stats.pending, pending);
}

/* ---- order ---- */

static void
test_oldest_first_one_segment_at_a_time(void **state)
{
    const struct place *place = *state;
    struct outbox *o = outbox_support_open(place->path);
    struct segment a = outbox_support_segment(1, 1, true),
                   b = outbox_support_segment(2, 2, false);
    add(o, &a, 5, 1, 10); /* those before went straight to the store */
    add(o, &a, 6, 11, 20);
    add(o, &b, 1, 1, 10);
    add(o, &a, 7, 21, 30);
    assert_pending(o, 40);
    assert_first(o, SIZE_MAX, &a, 5, 7);
    assert_first(o, 20, &a, 5, 6);
    assert_first(o, 1, &a, 5, 5); /* at least one */
    assert_int_equal(outbox_messages_after(o, &a.id, 5, 1000), 20);
    assert_int_equal(outbox_messages_after(o, &a.id, 4, 15), 20);
    assert_int_equal(outbox_messages_after(o, &a.id, 7, 1000), 0);
    assert_int_equal(outbox_sent(o, &a.id, 6, NULL, NULL), RC_OK);
    assert_pending(o, 20);
    assert_first(o, SIZE_MAX, &a, 7, 7);
    assert_int_equal(outbox_sent(o, &a.id, 7, NULL, NULL), RC_OK);
    assert_first(o, SIZE_MAX, &b, 1, 1);
    assert_int_equal(outbox_sent(o, &b.id, 1, NULL, NULL), RC_OK);
    assert_pending(o, 0);
    GPtrArray *none = outbox_support_batches();
    assert_int_equal(outbox_first(o, SIZE_MAX, none, NULL), RC_OK);
    assert_int_equal(none->len, 0);
    g_ptr_array_unref(none);
    outbox_close(o);
}

static void
test_same_batch_is_kept_once(void **state)
{
    const struct place *place = *state;
    struct outbox *o = outbox_support_open(place->path);
    struct segment a = outbox_support_segment(1, 1, false);
    for (int i = 0; i < 3; i++) {
        add(o, &a, 1, 1, 10);
        add(o, &a, 2, 11, 20);
        add(o, &a, 1, 1, 10);
        outbox_close(o);
        o = outbox_support_open(place->path);
    }
    assert_pending(o, 20);
    assert_first(o, SIZE_MAX, &a, 1, 2);
    outbox_close(o);
}

/* ---- all of it, as it was ---- */

static bool
same_num(double a, double b)
{
    return memcmp(&a, &b, sizeof(a)) == 0 || (isnan(a) && isnan(b));
}

static void
assert_same(const struct outbox_batch *a, const struct outbox_batch *b)
{
    assert_int_equal(a->records->len, b->records->len);
    assert_int_equal(a->messages->len, b->messages->len);
    for (unsigned i = 0; i < a->records->len; i++) {
        const struct record *x = &g_array_index(a->records, struct record, i);
        const struct record *y = &g_array_index(b->records, struct record, i);
        assert_int_equal(x->series, y->series);
        assert_int_equal(x->quality, y->quality);
        assert_int_equal(x->source, y->source);
        assert_true(x->ts == y->ts && x->received == y->received);
        assert_true(same_num(x->num, y->num) || x->text != NULL);
        assert_int_equal(x->text == NULL, y->text == NULL);
        if (x->text != NULL) {
            assert_int_equal(g_ref_string_length(x->text), g_ref_string_length(y->text));
            assert_memory_equal(x->text, y->text, g_ref_string_length(x->text));
        }
    }
    for (unsigned i = 0; i < a->messages->len; i++) {
        const struct message_id *m = &g_array_index(a->messages, struct message_id, i);
        const struct message_id *n = &g_array_index(b->messages, struct message_id, i);
        const struct outbox_span *s = &g_array_index(a->spans, struct outbox_span, i);
        const struct outbox_span *t = &g_array_index(b->spans, struct outbox_span, i);
        assert_true(m->mid == n->mid && m->hash == n->hash);
        assert_true(s->first == t->first && s->count == t->count);
    }
}

static void
fill_odd(struct outbox_batch *b, uint32_t series)
{
    static const double values[] = {0.0,
                                    -0.0,
                                    1.0,
                                    -1.0,
                                    0.1,
                                    1e300,
                                    -1e18,
                                    INFINITY,
                                    NAN,
                                    -NAN,
                                    9007199254740992.0,
                                    -9007199254740994.0};
    static const wall_us times[] = {T0, 0, INT64_MIN, INT64_MAX, -1, T0 + 1};
    for (unsigned i = 0; i < G_N_ELEMENTS(values) * G_N_ELEMENTS(times); i++) {
        struct record r = {.series = i % 2 == 0 ? series : UINT32_MAX,
                           .quality = i % 3 == 0 ? UINT16_MAX : 0,
                           .source = i % 2,
                           .ts = times[i % G_N_ELEMENTS(times)],
                           .received = times[(i + i / 6) % G_N_ELEMENTS(times)],
                           .num = values[i % G_N_ELEMENTS(values)]};
        outbox_support_record(b, r);
    }
    struct message_id id = {.mid = UINT16_MAX, .hash = UINT64_MAX};
    outbox_batch_message(b, id, 3);
    outbox_batch_message(b, (struct message_id){.mid = 1}, b->records->len);
    static const char *const texts[] = {"", "ein", "läuft"};
    for (unsigned i = 0; i < G_N_ELEMENTS(texts); i++) {
        outbox_support_record(b, (struct record){.text = g_ref_string_new(texts[i])});
    }
    outbox_support_record(b, (struct record){.text = g_ref_string_new_len("a\0b", 3)});
}

static void
test_comes_back_as_it_was(void **state)
{
    const struct place *place = *state;
    struct outbox *o = outbox_support_open(place->path);
    struct segment a = outbox_support_segment(1, 1, false);
    struct outbox_batch *b = outbox_support_batch(&a, 1);
    fill_odd(b, number_of(o, "C"));
    assert_int_equal(outbox_add(o, b, NULL), RC_OK);
    GPtrArray *got = outbox_support_batches();
    assert_int_equal(outbox_first(o, 1, got, NULL), RC_OK);
    assert_same(b, g_ptr_array_index(got, 0));
    g_ptr_array_unref(got);
    outbox_batch_free(b);
    outbox_close(o);
}

static void
test_numbers_keep_their_names(void **state)
{
    const struct place *place = *state;
    struct outbox *o = outbox_support_open(place->path);
    struct segment a = outbox_support_segment(1, 1, false);
    uint32_t first = number_of(o, "C"), second = number_of(o, "D");
    assert_int_not_equal(first, second);
    assert_int_equal(number_of(o, "C"), first);
    assert_null(outbox_series(o, 0));
    assert_null(outbox_series(o, second + 1));
    add(o, &a, 1, 1, 1);
    outbox_close(o);
    o = outbox_support_open(place->path);
    assert_string_equal(outbox_series(o, second)->component, "D");
    assert_int_equal(number_of(o, "D"), second);
    assert_int_equal(number_of(o, "E"), second + 1);
    outbox_close(o);
}

/* ---- kills ---- */

/* A process that adds until it is killed; says how many it was promised. */
static void
add_until_killed(const char *path, int says)
{
    struct outbox *o = outbox_support_open(path);
    struct segment a = outbox_support_segment(1, 1, false);
    for (uint64_t i = 1;; i++) {
        add(o, &a, i, (unsigned)i, (unsigned)i);
        if (write(says, &i, sizeof(i)) != sizeof(i)) {
            _exit(1);
        }
    }
}

static void
test_what_was_promised_survives_a_kill(void **state)
{
    const struct place *place = *state;
    int pipe_fd[2], status;
    assert_int_equal(pipe(pipe_fd), 0);
    pid_t pid = fork();
    if (pid == 0) {
        add_until_killed(place->path, pipe_fd[1]);
    }
    close(pipe_fd[1]);
    uint64_t promised = 0, seen;
    while (promised < 200 && read(pipe_fd[0], &seen, sizeof(seen)) == sizeof(seen)) {
        promised = seen;
    }
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    while (read(pipe_fd[0], &seen, sizeof(seen)) == sizeof(seen)) {
        promised = seen;
    }
    close(pipe_fd[0]);
    struct outbox *o = outbox_support_open(place->path);
    assert_string_equal(outbox_notice(o), "");
    GPtrArray *got = outbox_support_batches();
    assert_int_equal(outbox_first(o, SIZE_MAX, got, NULL), RC_OK);
    assert_in_range(got->len, promised, promised + 1);
    g_ptr_array_unref(got);
    outbox_close(o);
}

static void
test_second_process_is_refused(void **state)
{
    const struct place *place = *state;
    struct outbox *o = outbox_support_open(place->path), *second = NULL;
    struct err err;
    assert_int_equal(outbox_open(&second, place->path, &err), RC_BUSY);
    assert_non_null(strstr(err.text, place->path));
    assert_int_equal(outbox_open_beside(&second, place->path, NULL), RC_OK);
    outbox_close(second);
    outbox_close(o);
}

/* ---- damage ---- */

static size_t
count_aside(const char *path)
{
    char *pattern = g_strconcat(path, ".damaged-*Z", NULL);
    glob_t found;
    size_t n = glob(pattern, 0, NULL, &found) == 0 ? found.gl_pathc : 0;
    globfree(&found);
    g_free(pattern);
    return n;
}

static void
test_damaged_file_is_moved_aside(void **state)
{
    const struct place *place = *state;
    struct segment a = outbox_support_segment(1, 1, false);
    struct outbox *o = outbox_support_open(place->path);
    add(o, &a, 1, 1, 1000);
    outbox_close(o);
    int fd = open(place->path, O_WRONLY);
    char noise[3000];
    memset(noise, 0x5a, sizeof(noise));
    assert_int_equal(pwrite(fd, noise, sizeof(noise), 4096), sizeof(noise));
    close(fd);
    o = outbox_support_open(place->path);
    assert_non_null(strstr(outbox_notice(o), "damaged"));
    assert_non_null(strstr(outbox_notice(o), place->path));
    assert_int_equal(count_aside(place->path), 1);
    add(o, &a, 1, 1, 10);
    assert_pending(o, 10);
    outbox_close(o);
}

static void
change_file(const struct place *place, const char *sql)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(place->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

/* In the first version a trigger counted what was removed, row by row. */
static void
test_a_file_of_the_first_version(void **state)
{
    const struct place *place = *state;
    struct segment a = outbox_support_segment(1, 1, false);
    struct outbox *o = outbox_support_open(place->path);
    add(o, &a, 1, 1, 10);
    add(o, &a, 2, 1, 10);
    outbox_close(o);
    change_file(place, "CREATE TRIGGER batch_out AFTER DELETE ON batch BEGIN UPDATE meta SET"
                       " value = value - old.rows WHERE name = 'pending'; END;"
                       " PRAGMA user_version = 1");
    o = outbox_support_open(place->path);
    assert_string_equal(outbox_notice(o), "");
    assert_pending(o, 20);
    assert_int_equal(outbox_sent(o, &a.id, 1, NULL, NULL), RC_OK);
    assert_pending(o, 10);
    assert_first(o, SIZE_MAX, &a, 2, 2);
    assert_int_equal(outbox_sent(o, &a.id, 2, NULL, NULL), RC_OK);
    assert_pending(o, 0);
    outbox_close(o);
}

/* The file is well, but one batch is not what we write: the others go on. */
static void
test_damaged_batch_is_set_aside(void **state)
{
    const struct place *place = *state;
    struct segment a = outbox_support_segment(1, 1, false);
    struct outbox *o = outbox_support_open(place->path);
    for (unsigned i = 1; i <= 3; i++) {
        add(o, &a, i, 1, 10);
    }
    change_file(place, "UPDATE batch SET body = x'0100ff' WHERE id & 3 = 2");
    assert_first(o, SIZE_MAX, &a, 1, 1);
    assert_first(o, SIZE_MAX, &a, 1, 3);
    struct outbox_stats stats;
    outbox_stats(o, &stats);
    assert_int_equal(stats.pending, 20);
    assert_int_equal(stats.damaged, 10);
    outbox_close(o);
}

static void
test_foreign_files_are_left_alone(void **state)
{
    const struct place *place = *state;
    struct outbox *o = NULL;
    struct err err;
    cache_close(support_open(place->path, NULL));
    assert_int_equal(outbox_open(&o, place->path, &err), RC_INVALID);
    assert_non_null(strstr(err.text, "no outbox of ours"));
}

/* ---- quarantine ---- */

static GArray *
quarantine(struct outbox *o)
{
    GArray *rows = g_array_new(FALSE, FALSE, sizeof(struct quarantined));
    g_array_set_clear_func(rows, quarantined_clear);
    assert_int_equal(outbox_quarantine(o, rows, NULL), RC_OK);
    return rows;
}

/* Beside the process that has the file. */
static void
test_quarantine(void **state)
{
    const struct place *place = *state;
    struct outbox *o = outbox_support_open(place->path), *beside = NULL;
    struct record r = {.series = number_of(o, "C"), .ts = T0, .received = T0 + 5, .num = 2.5};
    for (int i = 0; i < 3; i++, r.ts++) {
        assert_int_equal(outbox_refuse(o, &r, T0 + 9, "no such day", NULL), RC_OK);
    }
    assert_int_equal(outbox_open_beside(&beside, place->path, NULL), RC_OK);
    GArray *rows = quarantine(beside);
    assert_int_equal(rows->len, 3);
    const struct quarantined *q = &g_array_index(rows, struct quarantined, 1);
    assert_string_equal(q->component, "C");
    assert_string_equal(q->reason, "no such day");
    assert_int_equal(q->at, T0 + 9);
    assert_int_equal(q->record.ts, T0 + 1);
    const int64_t gone[] = {q->id + 1, q->id};
    assert_int_equal(outbox_drop(beside, gone + 1, 1, NULL), RC_OK);
    assert_int_equal(outbox_drop(beside, gone, 2, NULL), RC_NOTFOUND);
    assert_int_equal(outbox_retry(beside, gone, 2, "pc", T0, NULL), RC_NOTFOUND);
    assert_int_equal(outbox_retry(beside, gone, 1, "pc", T0, NULL), RC_OK);
    g_array_unref(rows);
    outbox_close(beside);
    rows = quarantine(o);
    assert_int_equal(rows->len, 1);
    g_array_unref(rows);
    GPtrArray *got = outbox_support_batches();
    assert_int_equal(outbox_first(o, SIZE_MAX, got, NULL), RC_OK);
    assert_int_equal(got->len, 1);
    const struct outbox_batch *b = g_ptr_array_index(got, 0);
    assert_int_equal(b->number, 1);
    assert_string_equal(b->segment.instance, "pc");
    assert_int_equal(g_array_index(b->records, struct record, 0).ts, T0 + 2);
    g_ptr_array_unref(got);
    struct outbox_stats stats;
    outbox_stats(o, &stats);
    assert_int_equal(stats.quarantined, 1);
    outbox_close(o);
}

#define PLACE_TEST(f) cmocka_unit_test_setup_teardown(f, support_set_up, support_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        PLACE_TEST(test_oldest_first_one_segment_at_a_time),
        PLACE_TEST(test_same_batch_is_kept_once),
        PLACE_TEST(test_comes_back_as_it_was),
        PLACE_TEST(test_numbers_keep_their_names),
        PLACE_TEST(test_what_was_promised_survives_a_kill),
        PLACE_TEST(test_second_process_is_refused),
        PLACE_TEST(test_damaged_file_is_moved_aside),
        PLACE_TEST(test_a_file_of_the_first_version),
        PLACE_TEST(test_damaged_batch_is_set_aside),
        PLACE_TEST(test_foreign_files_are_left_alone),
        PLACE_TEST(test_quarantine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
