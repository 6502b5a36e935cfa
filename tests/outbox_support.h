/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the outbox and of the readings in the store share: segments, batches. */
#ifndef TESTS_OUTBOX_SUPPORT_H
#define TESTS_OUTBOX_SUPPORT_H

#include "storage/outbox.h"

/* Open, or fail the test. */
struct outbox *outbox_support_open(const char *path);

/* A segment named after number, of this epoch, begun at epoch seconds after 2026. */
struct segment outbox_support_segment(unsigned number, uint64_t epoch, bool fresh);

/* An empty batch; end it with outbox_batch_free(). */
struct outbox_batch *outbox_support_batch(const struct segment *s, uint64_t number);
/* Messages first to last, each of one record: its number as value, at ts plus so many us. */
void outbox_support_fill(struct outbox_batch *b, uint32_t series, wall_us ts, unsigned first,
                         unsigned last);
void outbox_support_record(struct outbox_batch *b, struct record r);

/* An array that owns its batches. */
GPtrArray *outbox_support_batches(void);

#endif
