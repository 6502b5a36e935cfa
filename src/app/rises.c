/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/rises.h"

void
rises_init(struct rises *r)
{
    r->lines = g_array_new(FALSE, FALSE, sizeof(struct journal_record));
    g_array_set_clear_func(r->lines, journal_record_clear);
}

void
rises_fini(struct rises *r)
{
    g_clear_pointer(&r->lines, g_array_unref);
}

void
rises_remember(struct rises *r, const GArray *journal)
{
    for (guint i = 0; i < journal->len; i++) {
        const struct journal_record *line = &g_array_index(journal, struct journal_record, i);
        if (line->event == EVENT_RAISED) {
            struct journal_record copy = journal_record_copy(line);
            g_array_append_val(r->lines, copy);
        }
    }
    if (r->lines->len > RISES_MAX) {
        g_array_remove_range(r->lines, 0, r->lines->len - RISES_MAX);
    }
}

void
rises_settle(struct rises *r, struct evaluator *e, struct now now)
{
    for (guint i = 0; i < r->lines->len; i++) {
        evaluator_twin(e, &g_array_index(r->lines, struct journal_record, i), now);
    }
    g_array_set_size(r->lines, 0);
}
