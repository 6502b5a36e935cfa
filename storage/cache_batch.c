/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/cache.h"
#include "storage/sql.h"

void
open_action_clear(void *action)
{
    g_free(((struct open_action *)action)->body);
}

struct batch *
cache_new_batch(struct cache *c)
{
    (void)c;
    struct batch *b = g_new0(struct batch, 1);
    b->records = g_array_new(FALSE, FALSE, sizeof(struct record));
    b->messages = g_array_new(FALSE, FALSE, sizeof(struct message_id));
    g_array_set_clear_func(b->records, sql_clear_record);
    alarm_changes_init(&b->alarms);
    b->followed = g_array_new(FALSE, FALSE, sizeof(struct followed_mark));
    b->actions = g_array_new(FALSE, FALSE, sizeof(struct open_action));
    g_array_set_clear_func(b->actions, open_action_clear);
    b->handled = g_array_new(FALSE, FALSE, sizeof(struct handled_action));
    return b;
}

void
cache_free_batch(void *batch)
{
    struct batch *b = batch;
    g_array_unref(b->records);
    g_array_unref(b->messages);
    alarm_changes_fini(&b->alarms);
    g_array_unref(b->followed);
    g_array_unref(b->actions);
    g_array_unref(b->handled);
    g_free(b->outbox_body);
    g_free(b);
}
