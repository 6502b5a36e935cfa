/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/report.h"

struct report {
    int64_t repeat_us;
    GHashTable *last; /* series → struct record * */
};

static void
free_last(void *last)
{
    struct record *r = last;
    if (r->text != NULL) {
        g_ref_string_release(r->text);
    }
    g_free(r);
}

struct report *
report_new(int64_t repeat_us)
{
    struct report *r = g_new0(struct report, 1);
    r->repeat_us = repeat_us;
    r->last = g_hash_table_new_full(NULL, NULL, NULL, free_last);
    return r;
}

void
report_free(struct report *r)
{
    if (r != NULL) {
        g_hash_table_unref(r->last);
        g_free(r);
    }
}

static bool
says_the_same(const struct record *a, const struct record *b)
{
    if (a->quality != b->quality || (a->text == NULL) != (b->text == NULL)) {
        return false;
    }
    return a->text != NULL ? strcmp(a->text, b->text) == 0
                           : a->num >= b->num && a->num <= b->num;
}

bool
report_wants(struct report *r, const struct record *record)
{
    void *key = GUINT_TO_POINTER(record->series);
    const struct record *last = g_hash_table_lookup(r->last, key);
    if (last != NULL && record->ts < last->ts) {
        return true;
    }
    if (last != NULL && says_the_same(last, record) &&
        (r->repeat_us == 0 || record->ts - last->ts < r->repeat_us)) {
        return false;
    }
    struct record *copy = g_memdup2(record, sizeof(*record));
    if (copy->text != NULL) {
        g_ref_string_acquire(copy->text);
    }
    g_hash_table_insert(r->last, key, copy);
    return true;
}
