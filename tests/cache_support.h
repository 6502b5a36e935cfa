/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of storage share: a directory of their own, a plant, records, answers. */
#ifndef TESTS_CACHE_SUPPORT_H
#define TESTS_CACHE_SUPPORT_H

#include "storage/cache.h"
#include "storage/query.h"

#define DAY INT64_C(86400000000)
#define T0  INT64_C(1767268800000000) /* 2026-01-01T12:00:00Z */

/* A new directory; *ret_path is the name of a cache in it. Remove with support_remove(). */
char *support_dir(char **ret_path);
void support_remove(char *dir, char *path);

/* The same for each test, as its state. */
struct place {
    char *dir, *path;
};
int support_set_up(void **state);
int support_tear_down(void **state);

/* Open, or fail the test. */
struct query *support_query(const char *path);
struct cache *support_open(const char *path, struct cache_report *report);
struct cache *support_open_with(const char *path, int retention_days, int64_t max_bytes);

/* Stations S0… with components C0…; every third component has states. */
struct plant *support_plant(unsigned stations, unsigned components_each);
struct plant *support_store_plant(struct cache *c, unsigned stations, unsigned each);

/* Add a record of a number. */
void support_add(struct batch *b, uint32_t series, wall_us ts, wall_us received, double num);
void support_add_text(struct batch *b, uint32_t series, wall_us ts, const char *text);

/* Add a line of the journal: of this occurrence of alarm S0 C0 high (0: of none), raised. */
void support_add_line(struct batch *b, wall_us at, uint8_t occurrence, const char *detail);
/* Set that occurrence. */
void support_set_occurrence(struct batch *b, wall_us raised_at, uint8_t occurrence,
                            enum alarm_state state);

/* Wait until this batch is on disk, at most a minute. */
void support_wait(struct cache *c, uint64_t number);
/* Put, and wait. */
void support_put(struct cache *c, struct batch *b);

/* Put one batch into a cache that is open for no longer. */
void support_store(const struct place *place, struct batch *b);

/* Copies of the rows that came; struct record. */
GArray *support_rows(void);
bool support_collect(const struct record *r, void *rows);
GArray *support_readings(const char *path, const struct query_range *range);
GArray *support_latest(const char *path);
uint64_t support_stored(const char *path);
const struct record *support_of(const GArray *rows, uint32_t series);

/* Copies of lines and occurrences; as in struct alarm_changes. The caller ends it. */
struct alarm_changes support_lines(const char *path, const struct query_journal_range *range);
struct alarm_changes support_occurrences(const char *path,
                                         const struct query_occurrence_range *range);

#endif
