/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine's side. */
#include "src/app/sync.h"

#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "src/app/sync_private.h"

#define PATIENCE_US (2 * US_PER_S)

/* ---- what travels ---- */

void
change_clear(void *change)
{
    struct change *c = change;
    json_decref(g_steal_pointer(&c->body));
}

void
remote_action_clear(void *action)
{
    struct remote_action *a = action;
    json_decref(g_steal_pointer(&a->body));
}

static void
free_action(void *action)
{
    remote_action_clear(action);
    g_free(action);
}

static void
free_asked(void *asked)
{
    remote_action_clear(&((struct asked *)asked)->action);
    g_free(asked);
}

void
sync_plant_free(struct sync_plant *p)
{
    if (p != NULL) {
        g_free(p->stations);
        g_free(p->components);
        g_free(p->rules);
        g_free(p->actor);
        g_free(p);
    }
}

void
sync_news_init(struct sync_news *n)
{
    *n = (struct sync_news){
        .changes = g_array_new(FALSE, TRUE, sizeof(struct change)),
        .actions = g_array_new(FALSE, TRUE, sizeof(struct remote_action)),
        .answers = g_array_new(FALSE, TRUE, sizeof(struct remote_answer)),
    };
    g_array_set_clear_func(n->changes, change_clear);
    g_array_set_clear_func(n->actions, remote_action_clear);
}

void
sync_news_fini(struct sync_news *n)
{
    g_array_unref(n->changes);
    g_array_unref(n->actions);
    g_array_unref(n->answers);
    g_free(n->stations);
    g_free(n->components);
    g_free(n->rules);
}

/* All of from to the end of to; the elements are to's then. */
static void
move_array(GArray *to, GArray *from)
{
    if (from->len > 0) {
        g_array_append_vals(to, from->data, from->len);
        memset(from->data, 0, (size_t)from->len * g_array_get_element_size(from));
        g_array_set_size(from, 0);
    }
}

static void
move_text(char **to, char **from)
{
    g_free(*to);
    *to = g_steal_pointer(from);
}

static void
move_news(struct sync_news *to, struct sync_news *from)
{
    move_array(to->changes, from->changes);
    move_array(to->actions, from->actions);
    move_array(to->answers, from->answers);
    to->snapshot = to->snapshot || from->snapshot;
    to->cursor = from->cursor != 0 ? from->cursor : to->cursor;
    to->sent = MAX(to->sent, from->sent);
    if (from->plant_version != 0) {
        to->plant_version = from->plant_version;
        move_text(&to->stations, &from->stations);
        move_text(&to->components, &from->components);
        move_text(&to->rules, &from->rules);
    }
    to->plant_stored = from->plant_stored != 0 ? from->plant_stored : to->plant_stored;
    if (*from->plant_refused != '\0') {
        g_strlcpy(to->plant_refused, from->plant_refused, sizeof(to->plant_refused));
    }
    to->history = to->history || from->history;
    from->snapshot = from->history = false;
    from->cursor = from->plant_version = from->plant_stored = 0;
    from->sent = 0;
    *from->plant_refused = '\0';
}

/* ---- from start to stop ---- */

static void
release(void *worker)
{
    struct sync *s = worker;
    s->source.close(s->source.user);
    g_free(s->conninfo);
    g_free(s->instance);
    aside_fini(&s->own.aside);
    close(s->stop_fd);
    close(s->news_fd);
    g_ptr_array_unref(s->submits);
    g_ptr_array_unref(s->answers);
    g_ptr_array_unref(s->forgets);
    sync_plant_free(s->plant);
    sync_news_fini(&s->news);
    g_hash_table_unref(s->own.asked);
    g_hash_table_unref(s->own.given);
    g_ptr_array_unref(s->own.answers);
    sync_plant_free(s->own.plant);
    g_free(s);
}

struct sync *
sync_start_with(const struct sync_setup *setup)
{
    const struct config *config = setup->config;
    if (*config->postgres.conninfo == '\0') {
        setup->source.close(setup->source.user);
        return NULL;
    }
    struct sync *s = g_new0(struct sync, 1);
    s->conninfo = g_strdup(config->postgres.conninfo);
    s->instance = g_strdup(config->instance.name);
    aside_init(&s->own.aside, config->cache.path);
    s->retention_days = config->cache.retention_days;
    g_strlcpy(s->writer, setup->writer, sizeof(s->writer));
    s->look_us = setup->look_us;
    s->source = setup->source;
    s->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    s->news_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    s->submits = g_ptr_array_new_with_free_func(free_action);
    s->answers = g_ptr_array_new_with_free_func(g_free);
    s->forgets = g_ptr_array_new_with_free_func(g_free);
    sync_news_init(&s->news);
    s->own.cursor = setup->cursor;
    s->own.plant_version = setup->plant_version;
    s->own.sent = s->own.stored = s->own.last = setup->sent;
    s->own.held_at = UINT64_MAX;
    s->own.asked = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_asked);
    s->own.given = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    s->own.answers = g_ptr_array_new_with_free_func(g_free);
    return worker_start(&s->worker, "sync", sync_work, release) ? s : NULL;
}

void
sync_stop(struct sync *s)
{
    if (s != NULL) {
        worker_lock(&s->worker);
        s->worker.stopping = true; /* before it is broken off, which is no trouble then */
        worker_unlock(&s->worker);
        eventfd_write(s->stop_fd, 1);
        worker_leave(&s->worker, PATIENCE_US);
    }
}

/* ---- orders ---- */

static void
let_go(struct sync *s)
{
    worker_unlock(&s->worker);
    worker_wake(&s->worker);
}

void
sync_set_term(struct sync *s, bool decides, struct rank rank, const char *grant)
{
    worker_lock(&s->worker);
    s->term.decides = decides;
    s->term.rank = rank;
    g_strlcpy(s->term.grant, grant, sizeof(s->term.grant));
    s->term.serial++;
    s->state.fenced = s->state.current = false;
    let_go(s);
}

void
sync_poke(struct sync *s)
{
    worker_lock(&s->worker);
    s->poked = true;
    let_go(s);
}

void
sync_hold(struct sync *s, bool hold)
{
    worker_lock(&s->worker);
    bool other = s->hold != hold;
    s->hold = hold;
    worker_unlock(&s->worker);
    if (other) {
        worker_wake(&s->worker);
    }
}

void
sync_submit(struct sync *s, const struct remote_action *a)
{
    struct remote_action *copy = g_memdup2(a, sizeof(*a));
    copy->body = json_deep_copy(a->body); /* its references are not for two threads */
    worker_lock(&s->worker);
    g_ptr_array_add(s->submits, copy);
    let_go(s);
}

void
sync_forget(struct sync *s, const char *id)
{
    worker_lock(&s->worker);
    g_ptr_array_add(s->forgets, g_strdup(id));
    let_go(s);
}

void
sync_answer(struct sync *s, const struct remote_answer *a)
{
    worker_lock(&s->worker);
    g_ptr_array_add(s->answers, g_memdup2(a, sizeof(*a)));
    let_go(s);
}

void
sync_store_plant(struct sync *s, int64_t base, const char *stations, const char *components,
                 const char *rules, const char *actor)
{
    struct sync_plant *p = g_new0(struct sync_plant, 1);
    p->base = base;
    p->stations = g_strdup(stations);
    p->components = g_strdup(components);
    p->rules = g_strdup(rules);
    p->actor = g_strdup(actor);
    worker_lock(&s->worker);
    sync_plant_free(s->plant);
    s->plant = p;
    let_go(s);
}

/* ---- news ---- */

void
sync_tell(struct sync *s)
{
    eventfd_write(s->news_fd, 1);
}

int
sync_fd(const struct sync *s)
{
    return s->news_fd;
}

void
sync_take(struct sync *s, struct sync_news *ret)
{
    eventfd_t count;
    worker_lock(&s->worker);
    eventfd_read(s->news_fd, &count);
    bool waits = s->news.changes->len > 0;
    move_news(ret, &s->news);
    worker_unlock(&s->worker);
    if (waits) {
        worker_wake(&s->worker);
    }
}

void
sync_get(struct sync *s, struct sync_state *ret)
{
    worker_lock(&s->worker);
    *ret = s->state;
    ret->waiting = s->waiting;
    worker_unlock(&s->worker);
}
