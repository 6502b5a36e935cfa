/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The filter of the station list: words that must all match. A word stands anywhere in id,
 * name, type or area, in any case, ü also as ue; `type=`, `area=`, `id=`, `name=`, `state=`
 * before it name the one place; `!` before it all turns it round. The words fault, silent,
 * never and normal match the state, too.
 *
 * Pure.
 */
#ifndef UI_FILTER_H
#define UI_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "src/core/plant.h"

/* How a station is, worst first. */
enum condition { CONDITION_FAULT, CONDITION_SILENT, CONDITION_NEVER, CONDITION_NORMAL };
#define CONDITIONS (CONDITION_NORMAL + 1)

enum filter_field { FIELD_ID, FIELD_NAME, FIELD_TYPE, FIELD_AREA };
#define FILTER_FIELDS (FIELD_AREA + 1)

/* What a filter looks at, folded once: field after field, each ended by NUL. */
struct filter_text {
    char *fields[FILTER_FIELDS];
};
void filter_text_init(struct filter_text *t, const struct station *station);
void filter_text_fini(struct filter_text *t);

struct filter;

struct filter *filter_new(const char *text);
void filter_free(struct filter *f);                  /* NULL is fine */
bool filter_wants_condition(const struct filter *f); /* its result depends on the state */
bool filter_match(const struct filter *f, const struct filter_text *t,
                  enum condition condition);

#endif
