/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/cache_support.h"

#include <dirent.h>
#include <math.h>
#include <poll.h>
#include <unistd.h>

#include "tests/unit.h"

char *
support_dir(char **ret_path)
{
    /* Memory where there is some: these tests commit by the thousand. */
    const char *place = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : g_get_tmp_dir();
    char *dir = g_strconcat(place, "/leitstand-cache-XXXXXX", NULL);
    assert_non_null(mkdtemp(dir));
    *ret_path = g_strconcat(dir, "/cache.db", NULL);
    return dir;
}

void
support_remove(char *dir, char *path)
{
    DIR *d = opendir(dir);
    assert_non_null(d);
    struct dirent *entry;
    while ((entry = readdir(d)) != NULL) {
        char *name = g_strconcat(dir, "/", entry->d_name, NULL);
        (void)unlink(name); /* "." and ".." refuse */
        g_free(name);
    }
    closedir(d);
    assert_int_equal(rmdir(dir), 0);
    g_free(dir);
    g_free(path);
}

static struct cache *
open_config(const struct cache_config *config, struct cache_report *report)
{
    struct cache *c = NULL;
    struct cache_report own;
    struct err err;
    if (cache_open(&c, config, report == NULL ? &own : report, &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
    return c;
}

struct cache *
support_open(const char *path, struct cache_report *report)
{
    return open_config(&(struct cache_config){.path = path}, report);
}

struct cache *
support_open_with(const char *path, int retention_days, int64_t max_bytes)
{
    return open_config(&(struct cache_config){.path = path,
                                              .retention_days = retention_days,
                                              .max_bytes = max_bytes},
                       NULL);
}

int
support_set_up(void **state)
{
    struct place *place = g_new0(struct place, 1);
    place->dir = support_dir(&place->path);
    *state = place;
    return 0;
}

int
support_tear_down(void **state)
{
    struct place *place = *state;
    support_remove(place->dir, place->path);
    g_free(place);
    return 0;
}

static void
add_component(struct plant_builder *b, uint32_t station, unsigned i)
{
    struct component c = {.station = station,
                          .id = g_strdup_printf("C%u", i),
                          .name = g_strdup_printf("component %u", i),
                          .unit = g_strdup("m³/h"),
                          .kind = (enum kind)(i % KINDS),
                          .min = NAN,
                          .max = i * 1.5,
                          .order = (int)i};
    if (i % 3 == 2) {
        c.n_states = 2;
        c.states = g_new0(struct state_name, 2);
        c.states[0] = (struct state_name){0, g_strdup("zu; =geschlossen")};
        c.states[1] = (struct state_name){1.5, g_strdup("auf")};
    }
    if (i == 4) {
        c.derive = DERIVE_SUM;
        c.source_id = g_strdup("C1");
        c.derive_window_s = 60;
        c.adjust = (struct adjust){ADJUST_MULTIPLY, 0.1};
        c.decode = DECODE_FLOAT32;
    }
    plant_builder_component(b, &c);
}

static void
add_rule(struct plant_builder *b)
{
    struct rule_def r = {.component = g_strdup("kind:fault"),
                         .rule = g_strdup("fault"),
                         .type = g_strdup("digital"),
                         .priority = g_strdup("high"),
                         .limit = 1,
                         .deadband = NAN,
                         .on_delay_s = 2.5,
                         .count = 3,
                         .latch = true,
                         .re_alarm_s = 600.5,
                         .ack_unneeded = true,
                         .group = g_strdup("Pumpen"),
                         .parent = g_strdup("S0/C1/fault")};
    plant_builder_rule(b, &r);
    struct rule_def plain = {.component = g_strdup("S0/C1"),
                             .rule = g_strdup("fault"),
                             .type = g_strdup("digital"),
                             .priority = g_strdup("low"),
                             .limit = NAN,
                             .deadband = 0.5};
    plant_builder_rule(b, &plain);
}

struct plant *
support_plant(unsigned stations, unsigned components_each)
{
    struct plant_builder b;
    plant_builder_init(&b);
    for (unsigned i = 0; i < stations; i++) {
        struct station s = {.uid = g_strdup_printf("S%u", i),
                            .name = g_strdup("Übergabe"),
                            .latitude = i == 0 ? NAN : 53.5 + i,
                            .longitude = 9.25,
                            .order = (int)i,
                            .silence_s = 300,
                            .clock = CLOCK_MODE_LOCAL};
        uint32_t station = plant_builder_station(&b, &s);
        for (unsigned k = 0; k < components_each; k++) {
            add_component(&b, station, k);
        }
    }
    add_rule(&b);
    struct plant *plant;
    struct err err;
    if (plant_builder_finish(&b, &plant, &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
    plant_builder_fini(&b);
    return plant;
}

struct plant *
support_store_plant(struct cache *c, unsigned stations, unsigned each)
{
    struct plant *plant = support_plant(stations, each);
    struct err err;
    if (cache_store_plant(c, plant, "digest", &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
    return plant;
}

void
support_add(struct batch *b, uint32_t series, wall_us ts, wall_us received, double num)
{
    struct record r = {
        .series = series, .ts = ts, .received = received, .num = num, .source = TS_DEVICE};
    g_array_append_val(b->records, r);
}

void
support_add_text(struct batch *b, uint32_t series, wall_us ts, const char *text)
{
    struct record r = {.series = series,
                       .ts = ts,
                       .received = ts,
                       .quality = QUALITY_CLOCK,
                       .text = g_ref_string_new(text)};
    g_array_append_val(b->records, r);
}

void
support_add_line(struct batch *b, wall_us at, uint8_t occurrence, const char *detail)
{
    struct journal_record r = {.at = at,
                               .event = EVENT_RAISED,
                               .occurrence.bytes = {occurrence},
                               .instance = g_strdup("i1"),
                               .station = g_strdup("S0"),
                               .component = g_strdup("C0"),
                               .rule = g_strdup("high"),
                               .to = ALARM_UNACKED,
                               .value = NAN,
                               .detail = g_strdup(detail)};
    g_array_append_val(b->alarms.journal, r);
}

void
support_set_occurrence(struct batch *b, wall_us raised_at, uint8_t occurrence,
                       enum alarm_state state)
{
    struct occurrence_record r = {.occurrence.bytes = {occurrence},
                                  .station = g_strdup("S0"),
                                  .component = g_strdup("C0"),
                                  .rule = g_strdup("high"),
                                  .state = state,
                                  .current = true,
                                  .raised_at = raised_at,
                                  .returned_at = WALL_NONE,
                                  .acked_at = WALL_NONE,
                                  .value = 1};
    g_array_append_val(b->alarms.occurrences, r);
}

void
support_wait(struct cache *c, uint64_t number)
{
    struct pollfd p = {.fd = cache_fd(c), .events = POLLIN};
    while (cache_committed(c) < number) {
        if (poll(&p, 1, 60000) != 1) {
            struct cache_stats stats;
            cache_stats(c, &stats);
            fail_msg("no commit within a minute: %s", stats.problem);
        }
    }
}

void
support_put(struct cache *c, struct batch *b)
{
    support_wait(c, cache_put(c, b));
}

void
support_store(const struct place *place, struct batch *b)
{
    struct cache *c = support_open(place->path, NULL);
    support_put(c, b);
    cache_close(c);
}

static void
clear_record(void *p)
{
    struct record *r = p;
    g_clear_pointer(&r->text, g_ref_string_release);
}

GArray *
support_rows(void)
{
    GArray *rows = g_array_new(FALSE, FALSE, sizeof(struct record));
    g_array_set_clear_func(rows, clear_record);
    return rows;
}

bool
support_collect(const struct record *r, void *rows)
{
    struct record copy = *r;
    if (copy.text != NULL) {
        copy.text = g_ref_string_acquire(copy.text);
    }
    g_array_append_val((GArray *)rows, copy);
    return true;
}

struct query *
support_query(const char *path)
{
    struct query *q;
    struct err err;
    if (query_open(&q, path, &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
    return q;
}

GArray *
support_readings(const char *path, const struct query_range *range)
{
    struct query *q = support_query(path);
    GArray *rows = support_rows();
    struct err err;
    if (query_readings(q, range, support_collect, rows, &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
    query_close(q);
    return rows;
}

GArray *
support_latest(const char *path)
{
    struct query *q = support_query(path);
    GArray *rows = support_rows();
    struct err err;
    if (query_latest(q, support_collect, rows, &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
    query_close(q);
    return rows;
}

uint64_t
support_stored(const char *path)
{
    struct query *q = support_query(path);
    uint64_t stored = 0;
    struct err err;
    if (query_stored(q, &stored, &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
    query_close(q);
    return stored;
}

const struct record *
support_of(const GArray *rows, uint32_t series)
{
    for (guint i = 0; i < rows->len; i++) {
        const struct record *r = &g_array_index(rows, struct record, i);
        if (r->series == series) {
            return r;
        }
    }
    fail_msg("series %u is missing", series);
    return NULL;
}

static bool
collect_line(const struct journal_record *r, void *lines)
{
    struct journal_record copy = journal_record_copy(r);
    g_array_append_val((GArray *)lines, copy);
    return true;
}

static bool
collect_occurrence(const struct occurrence_record *r, void *occurrences)
{
    struct occurrence_record copy = *r;
    copy.station = g_strdup(r->station);
    copy.component = g_strdup(r->component);
    copy.rule = g_strdup(r->rule);
    copy.acked_by = g_strdup(r->acked_by);
    copy.comment = g_strdup(r->comment);
    g_array_append_val((GArray *)occurrences, copy);
    return true;
}

struct alarm_changes
support_lines(const char *path, const struct query_journal_range *range)
{
    struct alarm_changes c;
    alarm_changes_init(&c);
    struct query *q = support_query(path);
    struct err err;
    if (query_journal(q, range, collect_line, c.journal, &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
    query_close(q);
    return c;
}

struct alarm_changes
support_occurrences(const char *path, const struct query_occurrence_range *range)
{
    struct alarm_changes c;
    alarm_changes_init(&c);
    struct query *q = support_query(path);
    struct err err;
    if (query_occurrences(q, range, collect_occurrence, c.occurrences, &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
    query_close(q);
    return c;
}
