/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alarms/evaluator_private.h"

/* By time; at the same time by alarm and kind, so that a replay is the same every time. */
static int
compare(const void *a, const void *b, void *user)
{
    (void)user;
    const struct timer *x = a, *y = b;
    if (x->due != y->due) {
        return x->due < y->due ? -1 : 1;
    }
    if (x->alarm != y->alarm) {
        return x->alarm < y->alarm ? -1 : 1;
    }
    return (int)x->kind - (int)y->kind;
}

void
timers_init(struct evaluator *e)
{
    if (e->timers != NULL) {
        g_tree_destroy(e->timers);
    }
    e->timers = g_tree_new_full(compare, NULL, g_free, NULL);
}

void
timer_clear(struct evaluator *e, uint32_t alarm, enum timer_kind kind)
{
    struct more *m = e->alarms[alarm].more;
    if (m != NULL && m->due[kind] != INT64_MAX) {
        struct timer key = {m->due[kind], alarm, kind};
        g_tree_remove(e->timers, &key);
        m->due[kind] = INT64_MAX;
    }
}

void
timer_set(struct evaluator *e, uint32_t alarm, enum timer_kind kind, mono_us due)
{
    timer_clear(e, alarm, kind);
    if (due == INT64_MAX) {
        return;
    }
    struct timer *t = g_new(struct timer, 1);
    *t = (struct timer){due, alarm, kind};
    more_of(e, alarm)->due[kind] = due;
    g_tree_insert(e->timers, t, t);
}

const struct timer *
timer_first(const struct evaluator *e)
{
    GTreeNode *node = g_tree_node_first(e->timers);
    return node == NULL ? NULL : g_tree_node_key(node);
}
