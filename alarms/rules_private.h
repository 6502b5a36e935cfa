/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by rules.c and parents.c only. */
#ifndef ALARMS_RULES_PRIVATE_H
#define ALARMS_RULES_PRIVATE_H

#include "alarms/rules.h"

/* "rules.csv:LINE: RULE on COMPONENT: what"; problems may be NULL. */
void rules_complain(struct problems *problems, const struct rule_def *d, const char *what);

/* The component that path[0..len), STATION/ID, names; COMPONENT_NONE: none. */
uint32_t rules_find_component(const struct plant *plant, const char *path, size_t len);

/* Find every place's parent, and cut circles open. */
void rules_link_parents(struct ruleset *s, struct problems *problems);

#endif
