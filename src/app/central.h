/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * --central: the same questions, answered by the central store alone. Nothing of the cache is
 * mixed in: what one of both has and the other has not would be told twice or be lost.
 */
#ifndef SRC_APP_CENTRAL_H
#define SRC_APP_CENTRAL_H

#include "src/app/history.h"
#include "src/app/query_args.h"

/* Rows as in struct history_page; false stops. */
typedef bool central_row(const void *row, void *user);

/* Call row for each until there is none any more. ask.patience_us is set here. RC_NOTFOUND:
 * there is no central store. */
MUST_USE enum rc central_fetch(const struct config *config, const struct history_request *ask,
                               central_row *row, void *user, struct err *err);

/* Say on stderr when the cache does not reach back to --since and there is a central store. */
void central_hint(const struct asking *a, enum history_kind kind);

#endif
