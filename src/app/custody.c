/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/custody_private.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include "src/app/sources.h"
#include "src/core/log.h"
#include "storage/thread.h"

#define CONNECT_US (5 * US_PER_S)
#define ANSWER_US  (3 * US_PER_S)    /* below what the broker waits for, see custody_take.c */
#define LEAVE_US   (300 * US_PER_MS) /* the store may hold up a hand-over by this */
#define STOP_US    (2 * US_PER_S)

/* ---- start and end ---- */

static void
free_name(void *user)
{
    struct series_name *name = user;
    g_free(name->station);
    g_free(name->component);
    g_free(name);
}

static void
close_all(struct custody *c)
{
    if (c->redelivery.entries != NULL) {
        redelivery_fini(&c->redelivery);
    }
    pg_readings_free(c->readings);
    pg_close(c->pg);
    dialer_stop(c->dialer);
    keeper_stop(c->keeper);
    decoder_free(c->decoder);
    drain_fini(&c->drain);
    outbox_close(c->outbox);
    plant_unref(c->plant);
    plant_unref(c->asked.plant);
    g_hash_table_unref(c->names);
    g_hash_table_unref(c->asked.heard);
    g_array_unref(c->scratch);
    if (c->wake_fd >= 0) {
        close(c->wake_fd);
    }
    pthread_mutex_destroy(&c->lock);
    g_free(c);
}

static enum rc
open_all(struct custody *c, struct plant *plant, struct err *err)
{
    const struct config *config = c->config;
    char *path = g_strconcat(config->cache.path, ".outbox", NULL);
    enum rc rc = outbox_open(&c->outbox, path, err);
    g_free(path);
    if (rc == RC_OK) {
        drain_init(&c->drain, c->outbox);
        if (*outbox_notice(c->outbox) != '\0') {
            log_warning("outbox: %s", outbox_notice(c->outbox));
        }
        rc = sources_decoder(&c->decoder, config, c->profiles, plant, err);
    }
    if (rc != RC_OK) {
        return rc;
    }
    custody_use_plant(c, plant);
    c->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    c->dialer = dialer_start(config->postgres.conninfo, "custody", CONNECT_US, ANSWER_US);
    c->keeper = keeper_start(config->postgres.conninfo, config->postgres.retention_days);
    if (c->wake_fd < 0 || c->dialer == NULL || c->keeper == NULL) {
        return err_set(err, RC_IO, "could not start a thread for the central store");
    }
    return RC_OK;
}

enum rc
custody_start(struct custody **ret, const struct config *config,
              const struct profiles *profiles, struct plant *plant, struct err *err)
{
    struct custody *c = g_new0(struct custody, 1);
    c->config = config;
    c->profiles = profiles;
    c->wake_fd = -1;
    c->now = clock_now();
    pthread_mutex_init(&c->lock, NULL);
    c->names = g_hash_table_new_full(NULL, NULL, NULL, free_name);
    c->asked.heard = g_hash_table_new(NULL, NULL);
    c->scratch = g_array_new(FALSE, FALSE, sizeof(struct record));
    g_queue_init(&c->ready);
    redelivery_init(&c->redelivery);
    enum rc rc = open_all(c, plant, err);
    if (rc == RC_OK) {
        int code = thread_start(&c->thread, custody_run, c);
        c->runs = code == 0;
        rc = c->runs ? RC_OK
                     : err_set(err, RC_IO, "could not start a thread: %s", g_strerror(code));
    }
    if (rc != RC_OK) {
        close_all(c);
        return rc;
    }
    *ret = c;
    return RC_OK;
}

static void
wake(struct custody *c)
{
    eventfd_write(c->wake_fd, 1);
}

void
custody_stop(struct custody *c)
{
    if (c == NULL) {
        return;
    }
    pthread_mutex_lock(&c->lock);
    c->asked.stop = true;
    pthread_mutex_unlock(&c->lock);
    dialer_hurry(c->dialer, STOP_US);
    wake(c);
    pthread_join(c->thread, NULL);
    close_all(c);
}

void
custody_set_plant(struct custody *c, struct plant *plant)
{
    pthread_mutex_lock(&c->lock);
    struct plant *before = c->asked.plant;
    c->asked.plant = plant_ref(plant);
    pthread_mutex_unlock(&c->lock);
    plant_unref(before);
    wake(c);
}

void
custody_take(struct custody *c, const struct custody_term *term)
{
    pthread_mutex_lock(&c->lock);
    c->asked.owner = true;
    c->asked.term = *term;
    pthread_mutex_unlock(&c->lock);
    wake(c);
}

void
custody_leave(struct custody *c)
{
    /* Before the thread can know of it: it takes the hurry back when it has left, and one that
     * began only then would keep it from the store for good. */
    dialer_hurry(c->dialer, LEAVE_US);
    pthread_mutex_lock(&c->lock);
    c->asked.owner = false;
    c->asked.left = true;
    c->asked.leaves++;
    pthread_mutex_unlock(&c->lock);
    wake(c);
}

bool
custody_left(struct custody *c)
{
    pthread_mutex_lock(&c->lock);
    bool left = c->left == c->asked.leaves;
    pthread_mutex_unlock(&c->lock);
    return left;
}

void
custody_heard(struct custody *c, uint32_t series)
{
    pthread_mutex_lock(&c->lock);
    g_hash_table_add(c->asked.heard, GUINT_TO_POINTER(series));
    pthread_mutex_unlock(&c->lock);
}

void
custody_get(struct custody *c, struct custody_state *ret)
{
    pthread_mutex_lock(&c->lock);
    *ret = c->state;
    pthread_mutex_unlock(&c->lock);
}
