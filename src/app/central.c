/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/central.h"

#include <poll.h>

#include "src/core/timestamp.h"

#define PATIENCE_US (60 * US_PER_S)

/* False: no more is wanted. */
static bool
give_rows(const struct history_page *page, central_row *row, void *user)
{
    guint size = g_array_get_element_size(page->rows);
    for (guint i = 0; i < page->rows->len; i++) {
        if (!row(page->rows->data + (size_t)i * size, user)) {
            return false;
        }
    }
    return true;
}

static enum rc
take_pages(struct history *h, central_row *row, void *user, struct err *err)
{
    enum rc rc = RC_OK;
    for (bool more = true; more;) {
        struct pollfd fd = {.fd = history_fd(h), .events = POLLIN};
        poll(&fd, 1, -1);
        struct history_page *page = history_take(h);
        if (page != NULL && page->failed) {
            rc = err_set(err, RC_IO, "central store: %s", page->problem);
        }
        more = page == NULL || (give_rows(page, row, user) && !page->last);
        history_page_free(page);
    }
    return rc;
}

enum rc
central_fetch(const struct config *config, const struct history_request *ask, central_row *row,
              void *user, struct err *err)
{
    if (*config->postgres.conninfo == '\0') {
        return err_set(err, RC_NOTFOUND,
                       "there is no central store: [postgres] conninfo is empty");
    }
    struct history *h = history_start(config->postgres.conninfo);
    if (h == NULL) {
        return err_set(err, RC_IO, "could not start a thread");
    }
    struct history_request patient = *ask;
    patient.patience_us = PATIENCE_US;
    enum rc rc = RC_OK;
    if (history_ask(h, &patient) != 0) {
        rc = take_pages(h, row, user, err);
    }
    history_stop(h);
    if (rc == RC_OK) {
        cli_say("%s", _("this is what the central store has; nothing of the cache was added"));
    }
    return rc;
}

/* ---- what the cache does not hold ---- */

static bool
keep_reading(const struct record *r, void *user)
{
    *(wall_us *)user = r->ts;
    return false;
}

static bool
keep_line(const struct journal_record *r, void *user)
{
    *(wall_us *)user = r->at;
    return false;
}

/* Of the first thing that the cache has; WALL_NONE: it is empty. Occurrences are kept as long
 * as the journal. */
static enum rc
cache_begin(const struct asking *a, enum history_kind kind, wall_us *ret, struct err *err)
{
    const struct query_range readings = {
        .since = WALL_NONE, .until = WALL_NONE, .limit = 1, .oldest_first = true};
    const struct query_journal_range lines = {
        .since = WALL_NONE, .until = WALL_NONE, .limit = 1, .oldest_first = true};
    *ret = WALL_NONE;
    if (a->stored.query == NULL) {
        return RC_OK;
    }
    return kind == HISTORY_READINGS
               ? query_readings(a->stored.query, &readings, keep_reading, ret, err)
               : query_journal(a->stored.query, &lines, keep_line, ret, err);
}

void
central_hint(const struct asking *a, enum history_kind kind)
{
    wall_us begin;
    struct err err;
    if (*a->config->postgres.conninfo == '\0' || a->args->since == WALL_NONE ||
        cache_begin(a, kind, &begin, &err) != RC_OK ||
        (begin != WALL_NONE && begin <= a->args->since)) {
        return;
    }
    if (begin == WALL_NONE) {
        cli_say("%s", _("the cache is empty; the central store has more: --central"));
        return;
    }
    char text[TIMESTAMP_SIZE];
    timestamp_format(text, begin);
    cli_say(_("the cache begins at %s; the central store has more: --central"), text);
}
