/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * History on the stage (ui_stage.c): the worker's side of the archive desk, answered by the
 * stage's thread from series that depend on nothing but station, component and time.
 *
 * Until the stage was opened each component has a reading every minute: levels and flows a sine
 * of one day that ends at the value the stage begins with, states on and off for 40 minutes
 * each, counters a rise of one a minute. From then on only what "value" sets. All times are
 * seconds before now.
 *
 *     history whole              every question is answered once, by the cache, completely
 *     history none               not at all; what is asked waits for the next "history"
 *     history slow               first by the cache, from "cached" on; by the central store
 *                                with the next "history"
 *     history central            by the cache, then by the central store, at once
 *     history problem TEXT       by the cache, then once more, with TEXT as what is missing
 *     cached SECONDS             how far back the cache reaches (at first: an hour)
 *     spike UID ID VALUE AGO     one more reading
 *     gap UID ID FROM TO         no reading from FROM ago to TO ago
 *     bad UID ID FROM TO         every reading of bad quality
 *     journaled AGO EVENT UID ID RULE DETAIL      a line of the journal; "-" for an empty one
 *     journaled COUNT            so many lines, one every seven minutes back from now
 *     asked                      write a line to FD for each question so far, then forget them:
 *                                "trend UID/ID … SPAN_S BUCKETS", "journal UID ID LIMIT"
 */
#ifndef TESTS_STAGE_ARCHIVE_H
#define TESTS_STAGE_ARCHIVE_H

#include "src/core/archive.h"

struct stage_archive;

/* archive is not taken over. fd: where "asked" writes to. */
struct stage_archive *stage_archive_new(struct archive *archive, int fd);
void stage_archive_free(struct stage_archive *a);

/* False: the line is no command of ours. */
bool stage_archive_obey(struct stage_archive *a, const char *line);
/* A component has a new value. */
void stage_archive_value(struct stage_archive *a, const char *station, const char *id,
                         double value, wall_us at);

/* archive_request_fd() was readable, or something was obeyed: answer what can be. */
void stage_archive_work(struct stage_archive *a);

#endif
