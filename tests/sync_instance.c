/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include "tests/sync_instance.h"

#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "src/core/timestamp.h"
#include "tests/sync_store.h"

/* ---- an outbox in memory ---- */

struct entry {
    uint64_t number;
    struct rank rank;
    char *body;
};

struct box {
    pthread_mutex_t lock;
    GArray *entries; /* never shorter */
};

static enum rc
read_box(void *user, uint64_t after, size_t limit,
         void (*row)(void *to, const struct sync_row *row), void *to, uint64_t *ret_last,
         struct err *err)
{
    struct box *box = user;
    (void)err;
    pthread_mutex_lock(&box->lock);
    size_t n = 0;
    for (guint i = 0; i < box->entries->len; i++) {
        const struct entry *e = &g_array_index(box->entries, struct entry, i);
        *ret_last = e->number;
        if (e->number > after && n < limit) {
            const struct sync_row r = {e->number, e->rank, e->body};
            row(to, &r);
            n++;
        }
    }
    pthread_mutex_unlock(&box->lock);
    return RC_OK;
}

static void
close_box(void *user)
{
    struct box *box = user;
    for (guint i = 0; i < box->entries->len; i++) {
        g_free(g_array_index(box->entries, struct entry, i).body);
    }
    g_array_unref(box->entries);
    pthread_mutex_destroy(&box->lock);
    g_free(box);
}

/* ---- an instance ---- */

static void
start_sync(struct instance *i, int64_t cursor, int64_t look_us)
{
    i->box = g_new0(struct box, 1);
    pthread_mutex_init(&i->box->lock, NULL);
    i->box->entries = g_array_new(FALSE, FALSE, sizeof(struct entry));
    const struct sync_setup setup = {
        .config = i->config,
        .writer = i->writer,
        .cursor = cursor,
        .sent = i->last,
        .source = {i->box, read_box, close_box},
        .look_us = look_us,
    };
    i->sync = sync_start_with(&setup);
    assert_non_null(i->sync);
}

struct instance *
instance_start_with(unsigned n, struct instance_setup how)
{
    struct instance *i = g_new0(struct instance, 1);
    i->dir = g_dir_make_tmp("sync-XXXXXX", NULL);
    assert_non_null(i->dir);
    snprintf(i->name, sizeof(i->name), "pc%u", n);
    snprintf(i->writer, sizeof(i->writer), "44444444-4444-4444-8444-%012u", n);
    i->config = config_defaults();
    g_free(i->config->postgres.conninfo);
    g_free(i->config->instance.name);
    g_free(i->config->cache.path);
    i->config->postgres.conninfo = g_strdup(how.conninfo);
    i->config->instance.name = g_strdup(i->name);
    i->config->cache.path = g_build_filename(i->dir, "cache", NULL);
    if (how.retention_days != NULL) {
        i->config->cache.retention_days = *how.retention_days;
    }
    sync_news_init(&i->news);
    start_sync(i, how.cursor, how.look_us);
    return i;
}

struct instance *
instance_start(unsigned n)
{
    return instance_start_with(n, (struct instance_setup){STORE_INSTANCE, 0, NEVER_US, NULL});
}

void
instance_stop(struct instance *i)
{
    sync_stop(i->sync);
    sync_news_fini(&i->news);
    config_free(i->config);
    char *aside = g_build_filename(i->dir, "cache.refused", NULL);
    g_unlink(aside);
    g_free(aside);
    assert_int_equal(g_rmdir(i->dir), 0);
    g_free(i->dir);
    g_free(i);
}

void
instance_restart(struct instance *i, const char *conninfo)
{
    sync_stop(i->sync);
    g_free(i->config->postgres.conninfo);
    i->config->postgres.conninfo = g_strdup(conninfo);
    start_sync(i, 0, NEVER_US);
}

void
instance_put(struct instance *i, const char *body)
{
    struct entry e = {++i->last, i->rank, g_strdup(body)};
    pthread_mutex_lock(&i->box->lock);
    g_array_append_val(i->box->entries, e);
    pthread_mutex_unlock(&i->box->lock);
    sync_poke(i->sync);
}

void
instance_put_line(struct instance *i)
{
    char at[TIMESTAMP_SIZE];
    timestamp_format(at, clock_now().wall);
    char *body = g_strdup_printf("{\"journal\":[{\"at\":\"%s\",\"detail\":\"%" PRIu64 "\"}]}",
                                 at, i->last + 1);
    instance_put(i, body);
    g_free(body);
}

void
instance_put_many(struct instance *i, int n, int bad)
{
    pthread_mutex_lock(&i->box->lock);
    for (int k = 0; k < n; k++) {
        struct entry e = {++i->last, i->rank,
                          g_strdup_printf("{\"journal\":[{\"at\":\"%s\"}]}",
                                          k == bad ? "never" : "2026-07-18T09:30:00Z")};
        g_array_append_val(i->box->entries, e);
    }
    pthread_mutex_unlock(&i->box->lock);
    sync_poke(i->sync);
}

void
instance_own(struct instance *i)
{
    struct store_grant g = store_acquire(i->name);
    i->rank = (struct rank){g.epoch, 0};
    sync_set_term(i->sync, true, i->rank, g.id);
}

void
instance_take(struct instance *i, mono_us deadline)
{
    mono_us left = deadline - clock_now().mono;
    assert_true(left > 0);
    struct pollfd fd = {.fd = sync_fd(i->sync), .events = POLLIN};
    poll(&fd, 1, (int)MIN(left / US_PER_MS + 1, 20));
    sync_take(i->sync, &i->news);
    i->snapshots += i->news.snapshot ? 1 : 0;
    i->news.snapshot = false;
}

void
instance_await(struct instance *i, instance_condition *holds, uint64_t n)
{
    mono_us deadline = clock_now().mono + DEADLINE_US;
    do {
        instance_take(i, deadline);
    } while (!holds(i, n));
}

bool
instance_has_sent(struct instance *i, uint64_t n)
{
    return i->news.sent >= n;
}

bool
instance_has_changes(struct instance *i, uint64_t n)
{
    return i->news.changes->len >= n;
}

void
instance_cut_all(void)
{
    const char *n = store_ask("select count(pg_terminate_backend(pid)) from pg_stat_activity"
                              " where application_name = 'leitstand sync'");
    assert_string_not_equal(n, "0");
}
