/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a batch stands in the outbox file: its messages and records as one run of bytes, about 15
 * for a record. Numbers are varints, times and series differences to the record before.
 *
 * Pure. Reading trusts nothing.
 */
#ifndef STORAGE_OUTBOX_BLOB_H
#define STORAGE_OUTBOX_BLOB_H

#include "storage/outbox.h"

/* Append messages, spans and records of b to out. */
void outbox_pack(GByteArray *out, const struct outbox_batch *b);

/* Append what bytes hold to b's; false: they are damaged, and nothing was appended. */
MUST_USE bool outbox_unpack(struct outbox_batch *b, const uint8_t *bytes, size_t len);

#endif
