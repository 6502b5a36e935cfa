/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/replica_private.h"

#include <string.h>

/* A change that waits. */
struct waiting {
    struct change c;
    size_t bytes; /* of its message */
    bool stated;  /* its state is out, its lines are not */
};

struct writer_mark {
    char writer[UUID_SIZE];
    bool known;     /* where it stands was told */
    uint64_t done;  /* lines up to here are out */
    uint64_t state; /* state up to here is; below done when the store's state lacked it */
    GTree *waiting; /* uint64_t * (in the change) → struct waiting, by number */
};

static void
drop_change(struct change *c)
{
    json_decref(c->body);
    c->body = NULL;
}

/* ---- begin, end ---- */

static int
by_number(const void *a, const void *b, void *user)
{
    (void)user;
    const uint64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static void
free_waiting(void *waiting)
{
    drop_change(&((struct waiting *)waiting)->c);
    g_free(waiting);
}

static void
free_writer(void *writer)
{
    g_tree_destroy(((struct writer_mark *)writer)->waiting);
    g_free(writer);
}

struct replica *
replica_new(const char *own, bool store)
{
    struct replica *r = g_new0(struct replica, 1);
    g_strlcpy(r->own, own, sizeof(r->own));
    r->store = store;
    r->writers = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_writer);
    g_queue_init(&r->ready);
    return r;
}

static void
free_step(void *step)
{
    replica_step_clear(step);
    g_free(step);
}

void
replica_free(struct replica *r)
{
    if (r == NULL) {
        return;
    }
    g_hash_table_unref(r->writers);
    g_queue_clear_full(&r->ready, free_step);
    replica_gathering_clear(&r->now);
    g_free(r);
}

static struct writer_mark *
writer_of(struct replica *r, const char *name)
{
    struct writer_mark *w = g_hash_table_lookup(r->writers, name);
    if (w == NULL) {
        w = g_new0(struct writer_mark, 1);
        g_strlcpy(w->writer, name, sizeof(w->writer));
        w->waiting = g_tree_new_full(by_number, NULL, NULL, free_waiting);
        g_hash_table_insert(r->writers, w->writer, w);
    }
    return w;
}

void
replica_mark(struct replica *r, const char *writer, uint64_t number)
{
    struct writer_mark *w = writer_of(r, writer);
    w->known = true;
    w->done = MAX(w->done, number);
    w->state = MAX(w->state, number);
}

static void
raise_top(struct replica *r, struct rank rank)
{
    r->top = rank_compare(rank, r->top) > 0 ? rank : r->top;
}

void
replica_decided(struct replica *r, struct rank rank)
{
    raise_top(r, rank);
    r->source[0] = '\0'; /* what is kept is no longer what that state said */
}

/* ---- steps ---- */

static struct replica_step *
add_step(struct replica *r)
{
    struct replica_step *s = g_new0(struct replica_step, 1);
    s->bodies = g_ptr_array_new_with_free_func((GDestroyNotify)json_decref);
    s->marks = g_array_new(FALSE, FALSE, sizeof(struct followed_mark));
    g_queue_push_tail(&r->ready, s);
    return s;
}

void
replica_step_clear(struct replica_step *s)
{
    g_ptr_array_unref(s->bodies);
    g_array_unref(s->marks);
}

bool
replica_next(struct replica *r, struct replica_step *ret)
{
    struct replica_step *s = g_queue_pop_head(&r->ready);
    if (s == NULL) {
        return false;
    }
    *ret = *s;
    g_free(s);
    return true;
}

static void
add_mark(struct replica_step *s, const char *writer, uint64_t number)
{
    struct followed_mark m = {.number = number};
    g_strlcpy(m.writer, writer, sizeof(m.writer));
    g_array_append_val(s->marks, m);
}

/* Bring out of a change what is not out yet: state, unless somebody of a higher rank has
 * decided since; lines, if their turn has come. */
static void
bring(struct replica *r, struct writer_mark *w, const struct change *c, bool journal)
{
    bool state = c->number > w->state && rank_compare(c->rank, r->top) >= 0;
    w->state = MAX(w->state, c->number);
    if (!state && !journal && c->id == 0) {
        return;
    }
    struct replica_step *s = add_step(r);
    s->state = state;
    s->snapshot = state && json_is_true(json_object_get(c->body, "whole"));
    s->journal = journal;
    s->rank = c->rank;
    s->cursor = c->id;
    g_strlcpy(s->instance, c->instance, sizeof(s->instance));
    if (state || journal) {
        g_ptr_array_add(s->bodies, json_incref(c->body));
    }
    if (journal) {
        w->done = c->number;
        add_mark(s, w->writer, c->number);
    }
    if (state) {
        raise_top(r, c->rank);
    }
}

/* ---- what waits ---- */

static struct waiting *
first_waiting(const struct writer_mark *w)
{
    GTreeNode *node = g_tree_node_first(w->waiting);
    return node == NULL ? NULL : g_tree_node_value(node);
}

static void
drop_waiting(struct replica *r, struct writer_mark *w, struct waiting *p)
{
    r->waiting--;
    r->waiting_bytes -= p->bytes;
    g_tree_remove(w->waiting, &p->c.number);
}

/* c is emptied. */
static void
wait_for_turn(struct replica *r, struct writer_mark *w, struct change *c, size_t bytes)
{
    bool next = w->known && c->number == w->done + 1; /* it does not wait */
    bool full = r->waiting >= REPLICA_WAITING ||
                (r->waiting > 0 && r->waiting_bytes + bytes > REPLICA_BYTES);
    if ((full && !next) || g_tree_lookup(w->waiting, &c->number) != NULL) {
        drop_change(c);
        return;
    }
    struct waiting *p = g_new0(struct waiting, 1);
    p->c = *c;
    p->bytes = bytes;
    c->body = NULL;
    g_tree_insert(w->waiting, &p->c.number, p);
    r->waiting++;
    r->waiting_bytes += bytes;
}

/* Lines whose turn has come; then state that follows what is out. */
static void
flush(struct replica *r, struct writer_mark *w)
{
    struct waiting *p;
    while (w->known && (p = first_waiting(w)) != NULL && p->c.number <= w->done + 1) {
        if (p->c.number == w->done + 1) {
            bring(r, w, &p->c, true);
        }
        drop_waiting(r, w, p);
    }
    GTreeNode *node = w->known ? g_tree_node_first(w->waiting) : NULL;
    for (; node != NULL; node = g_tree_node_next(node)) {
        p = g_tree_node_value(node);
        if (p->c.number > w->state + 1) {
            break;
        }
        if (!p->stated) {
            bring(r, w, &p->c, false);
            p->stated = true;
        }
    }
}

/* ---- changes ---- */

/* The log has everything of its writers in order: what is missing before it does not come. */
static void
take_from_log(struct replica *r, struct writer_mark *w, const struct change *c)
{
    w->known = true;
    for (struct waiting *p; (p = first_waiting(w)) != NULL && p->c.number < c->number;) {
        if (p->c.number > w->done) {
            bring(r, w, &p->c, true);
        }
        drop_waiting(r, w, p);
    }
    bring(r, w, c, c->number > w->done);
    flush(r, w);
}

/* Whoever may publish can make up writers for ever. */
static bool
is_one_too_many(const struct replica *r, const char *writer)
{
    return g_hash_table_size(r->writers) >= REPLICA_WRITERS &&
           !g_hash_table_contains(r->writers, writer);
}

void
replica_offer(struct replica *r, struct change *c)
{
    if (strcmp(c->writer, r->own) == 0) { /* our own, from the log */
        if (c->id != 0) {
            add_step(r)->cursor = c->id;
        }
        drop_change(c);
        return;
    }
    if (c->id == 0) {
        replica_offer_message(r, c, 0);
        return;
    }
    take_from_log(r, writer_of(r, c->writer), c);
    drop_change(c);
}

void
replica_offer_message(struct replica *r, struct change *c, size_t bytes)
{
    if (strcmp(c->writer, r->own) == 0 || is_one_too_many(r, c->writer)) {
        drop_change(c);
        return;
    }
    struct writer_mark *w = writer_of(r, c->writer);
    if (c->number <= w->done || c->body == NULL) {
        drop_change(c);
    } else {
        w->known = w->known || (!r->store && c->number == 1);
        wait_for_turn(r, w, c, bytes);
        flush(r, w);
    }
}

bool
replica_lacks(const struct replica *r)
{
    return r->waiting > 0;
}

/* ---- whole states ---- */

/* Of this writer everything up to number is in the state. complete: its lines will not come. */
static void
contain(struct replica *r, const char *writer, uint64_t number, bool complete,
        struct replica_step *s)
{
    if (strcmp(writer, r->own) == 0 || is_one_too_many(r, writer)) {
        return;
    }
    struct writer_mark *w = writer_of(r, writer);
    w->known = true;
    w->state = MAX(w->state, number);
    if (complete && number > w->done) {
        w->done = number;
        add_mark(s, writer, number);
    }
}

static void
flush_all(struct replica *r)
{
    GHashTableIter all;
    void *writer;
    g_hash_table_iter_init(&all, r->writers);
    while (g_hash_table_iter_next(&all, NULL, &writer)) {
        flush(r, writer);
    }
}

/* It has nothing that is not here. */
static bool
is_old_news(const struct replica *r, const struct replica_head *head)
{
    const struct writer_mark *w = g_hash_table_lookup(r->writers, head->writer);
    uint64_t state = w == NULL ? 0 : w->state;
    bool same =
        strcmp(r->source, head->writer) == 0 && rank_compare(r->source_rank, head->rank) == 0;
    return rank_compare(head->rank, r->top) < 0 || head->number < state ||
           (same && head->number == state);
}

void
replica_apply_snapshot(struct replica *r, const struct replica_head *head, GPtrArray *bodies,
                       GArray *marks)
{
    if (strcmp(head->writer, r->own) == 0 || is_old_news(r, head)) {
        g_ptr_array_unref(bodies);
        g_array_unref(marks);
        return;
    }
    struct replica_step *s = add_step(r);
    s->snapshot = s->state = true;
    s->rank = head->rank;
    g_strlcpy(s->instance, head->instance, sizeof(s->instance));
    g_ptr_array_unref(s->bodies);
    s->bodies = bodies;
    contain(r, head->writer, head->number, !r->store, s);
    for (guint i = 0; i < marks->len; i++) {
        const struct followed_mark *m = &g_array_index(marks, struct followed_mark, i);
        contain(r, m->writer, m->number, !r->store, s);
    }
    g_array_unref(marks);
    g_strlcpy(r->source, head->writer, sizeof(r->source));
    r->source_rank = head->rank;
    raise_top(r, head->rank);
    flush_all(r);
}

static gboolean
forget_stated(void *number, void *waiting, void *user)
{
    (void)number;
    (void)user;
    ((struct waiting *)waiting)->stated = false;
    return FALSE;
}

/*
 * The state of the store takes the place of what is kept, also of what was ahead of it: that is
 * brought again. Where the writers stand is what it says; of others the log will tell, and what
 * waits, waits for that.
 */
static void
set_marks(struct replica *r, const GArray *marks)
{
    GHashTableIter all;
    void *value;
    g_hash_table_iter_init(&all, r->writers);
    while (g_hash_table_iter_next(&all, NULL, &value)) {
        struct writer_mark *w = value;
        w->known = false;
        w->state = 0;
        g_tree_foreach(w->waiting, forget_stated, NULL);
    }
    for (guint i = 0; i < marks->len; i++) {
        const struct followed_mark *m = &g_array_index(marks, struct followed_mark, i);
        if (strcmp(m->writer, r->own) != 0) {
            struct writer_mark *w = writer_of(r, m->writer);
            w->known = true;
            w->state = m->number;
        }
    }
}

void
replica_offer_state(struct replica *r, struct change *c)
{
    GArray *marks = g_array_new(FALSE, FALSE, sizeof(struct followed_mark));
    if (!replica_read_marks(marks, c->body, NULL)) {
        g_array_set_size(marks, 0);
    }
    set_marks(r, marks);
    g_array_unref(marks);
    struct replica_step *s = add_step(r);
    s->snapshot = s->state = true;
    s->rank = c->rank;
    s->cursor = c->id;
    g_strlcpy(s->instance, c->instance, sizeof(s->instance));
    g_ptr_array_add(s->bodies, json_incref(c->body));
    raise_top(r, c->rank);
    drop_change(c);
    flush_all(r);
}

GArray *
replica_marks(const struct replica *r)
{
    GArray *marks = g_array_new(FALSE, FALSE, sizeof(struct followed_mark));
    GHashTableIter all;
    void *writer;
    g_hash_table_iter_init(&all, r->writers);
    while (g_hash_table_iter_next(&all, NULL, &writer)) {
        const struct writer_mark *w = writer;
        struct followed_mark m = {.number = w->state};
        memcpy(m.writer, w->writer, sizeof(m.writer));
        if (w->known) {
            g_array_append_val(marks, m);
        }
    }
    return marks;
}
