/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a row of rules.csv may say, without what it means: who is meant, and what each type
 * cannot do without. The reader of the file and the alarms share it.
 *
 * The column "component" is STATION/ID, or a template: words separated by blanks, each at most
 * once, all of which must fit,
 *     kind:K  type:T  area:A  station:GLOB  id:GLOB  unit:U
 * (kind and unit of the component; type and area of its station; '*' and '?' in a glob). A
 * value with blanks, or an empty one, stands in double quotes: area:"Nord Ost", unit:"". A
 * divider has no value, so no template fits it.
 *
 * Pure.
 */
#ifndef SRC_CORE_RULE_H
#define SRC_CORE_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "src/core/alarm.h"

#define RULE_COMPONENT_MAX 400   /* bytes of the column "component" */
#define RULE_TYPE_OFF      "off" /* the type that takes a rule away */

/* The types that a row may have, less "off". */
bool rule_type_from_name(const char *name, enum alarm_type *ret);

/* Whether "component" of a row has the form of a template: it begins with one of the words. */
bool rule_is_template(const char *component);
/* Whether it is a correct one. *ret_why (may be NULL) tells what is wrong, a constant that
 * begins with "is not". */
bool rule_template_valid(const char *component, const char **ret_why);

struct rule_template {
    bool has_kind;
    enum kind kind;             /* with has_kind */
    char *type, *area, *unit;   /* NULL: any */
    GPatternSpec *station, *id; /* NULL: any */
};

/* The same, and what it says; after false *ret is empty. */
bool rule_template_parse(struct rule_template *ret, const char *component,
                         const char **ret_why);
void rule_template_fini(struct rule_template *t);

/* A component is meant when it fits, and its station does. */
bool rule_template_fits_station(const struct rule_template *t, const struct station *s);
bool rule_template_fits_component(const struct rule_template *t, const struct component *c);

/* A cell that is missing, or of no use: its column, and what it "is not". Constants. */
struct rule_lack {
    const char *column, *what;
};
#define RULE_LACKS 2

/* What a rule of this type needs and does not have; returns how many. */
size_t rule_lacks(const struct rule_def *r, enum alarm_type type,
                  struct rule_lack ret[RULE_LACKS]);

#endif
