/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The filter of the lists of stations and alarms: words that must all match. A word stands
 * anywhere in id, name, type or area, in any case, ü also as ue; `type=`, `area=`, `id=`,
 * `name=`, `state=` before it name the one place, and `==` asks for all of it; `!` before it
 * all turns it round. The words of the state match it whole: for a station fault, silent,
 * never, normal, stale, alarm, new and tagged. `level>3`, `flow<=20`, `age>5min` compare a
 * number. Double quotes hold blanks together: area=="Nord Ost".
 * Other lists name their places otherwise.
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

enum filter_field { FIELD_ID, FIELD_NAME, FIELD_TYPE, FIELD_AREA, FIELD_OTHER };
#define FILTER_FIELDS (FIELD_OTHER + 1)

/* What a filter looks at, folded once: field after field, each ended by NUL. */
struct filter_text {
    char *fields[FILTER_FIELDS];
};
void filter_text_init(struct filter_text *t, const struct station *station);
/* The same of other texts, in the order of enum filter_field; NULL counts as "". */
void filter_text_set(struct filter_text *t, const char *const texts[FILTER_FIELDS]);
void filter_text_fini(struct filter_text *t);

struct filter;

struct filter *filter_new(const char *text);
/* The same with other names of the places, which outlive it; NULL: it has none, only words look
 * there. */
struct filter *filter_new_named(const char *text, const char *const names[FILTER_FIELDS]);
void filter_free(struct filter *f);                  /* NULL is fine */
bool filter_wants_condition(const struct filter *f); /* its result depends on the state */
bool filter_match(const struct filter *f, const struct filter_text *t,
                  enum condition condition);
/* state: any number of words in lower case, each of which is one, parted by blanks. */
bool filter_match_state(const struct filter *f, const struct filter_text *t, const char *state);
/* What else there is to look at. */
struct filter_subject {
    const struct filter_text *text;
    const char *state;
    /* A number by its folded name, NAN: there is none; NULL: there are no numbers. */
    double (*number)(const struct filter_subject *of, const char *name);
    const void *data; /* for number() */
    uint32_t index;
};
bool filter_match_subject(const struct filter *f, const struct filter_subject *of);
const char *filter_condition_name(enum condition condition);
/* The i-th name that is compared as a number, folded; NULL: there are no more. */
const char *filter_number_name(const struct filter *f, int i);
const char *filter_problem(const struct filter *f); /* translated; "": none */
/* before"text": a word that holds together whatever text is. */
void filter_quote(char *dst, size_t cap, const char *before, const char *text);
bool filter_is_empty(const struct filter *f); /* everything matches */

#endif
