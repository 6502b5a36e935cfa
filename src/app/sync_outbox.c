/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The outbox of the cache as what is to be sent. */
#include "src/app/sync_private.h"
#include "storage/query.h"

#define LOOK_US (5 * US_PER_S)

struct outbox {
    char *path;
    struct query *query; /* NULL: not open yet */
};

struct passing {
    void (*row)(void *to, const struct sync_row *row);
    void *to;
};

static bool
pass(uint64_t number, struct rank rank, const char *body, void *user)
{
    const struct passing *p = user;
    const struct sync_row row = {number, rank, body};
    p->row(p->to, &row);
    return true;
}

static enum rc
read_rows(void *user, uint64_t after, size_t limit,
          void (*row)(void *to, const struct sync_row *row), void *to, uint64_t *ret_last,
          struct err *err)
{
    struct outbox *o = user;
    struct passing p = {row, to};
    struct sync_marks marks = {0};
    enum rc rc = o->query == NULL ? query_open(&o->query, o->path, err) : RC_OK;
    if (rc == RC_OK) {
        rc = query_sync(o->query, &marks, err);
    }
    if (rc == RC_OK && limit > 0 && marks.outbox_last > after) {
        rc = query_outbox(o->query, after, (int)limit, pass, &p, err);
    }
    if (rc == RC_OK) {
        *ret_last = marks.outbox_last;
    }
    sync_marks_fini(&marks);
    return rc;
}

static void
close_outbox(void *user)
{
    struct outbox *o = user;
    query_close(o->query);
    g_free(o->path);
    g_free(o);
}

static struct sync_source
sync_outbox(const char *path)
{
    struct outbox *o = g_new0(struct outbox, 1);
    o->path = g_strdup(path);
    return (struct sync_source){.user = o, .read = read_rows, .close = close_outbox};
}

struct sync *
sync_start(const struct config *config, const struct sync_marks *marks)
{
    const struct sync_setup setup = {
        .config = config,
        .writer = marks->writer,
        .cursor = marks->cursor,
        .plant_version = marks->plant_version,
        .sent = marks->outbox_sent,
        .source = sync_outbox(config->cache.path),
        .look_us = LOOK_US,
    };
    return sync_start_with(&setup);
}
