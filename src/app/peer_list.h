/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The other instances, as their presence at the broker tells: for people who want to know who
 * there is. What has gone is remembered for a day, or until the next connection. Nothing is
 * decided by it.
 *
 * Threads: a struct belongs to one thread.
 */
#ifndef SRC_APP_PEER_LIST_H
#define SRC_APP_PEER_LIST_H

#include <jansson.h>

#include "src/core/snapshot.h"

struct peer_list;

struct peer_list *peer_list_new(void);
void peer_list_free(struct peer_list *l); /* NULL is fine */

/* A presence on its topic, of another than ourselves; NULL: it was emptied. problem: why it
 * does not fit, "" it does. At most PEERS_MAX are kept. */
void peer_list_hear(struct peer_list *l, const char *topic, const json_t *presence,
                    const char *problem, struct now now);
/* Whoever has been gone for so long, and of a full list whoever went first: there is room for
 * the next one then. Who is there stays. */
#define PEER_GONE_US (24 * 3600 * US_PER_S)
void peer_list_forget(struct peer_list *l, mono_us now);
/* All of it is told anew. */
void peer_list_clear(struct peer_list *l);

/* A copy, by name, of *ret_n; g_free() it. */
struct peer_view *peer_list_views(const struct peer_list *l, uint32_t *ret_n);

#endif
