/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rules, compiled: rules.csv says what to watch by component, by kind or by selection; here
 * every component gets the list of rules that apply to it.
 *
 * The column "component" is STATION/ID or a template (src/core/rule.h); what stands in
 * components.csv as STATION/ID is no template. For a component a rule name counts once: a row
 * for STATION/ID beats every template, a later template beats an earlier one; the type "off"
 * takes the rule away. More than RULES_A_COMPONENT are an error.
 *
 * A parent is RULE of the same component, ID/RULE of the same station (ID a glob, the first
 * that has the rule), or STATION/ID/RULE, the first of these that exists. A template's parent
 * counts where it exists; what a template would make explain itself has no parent. A group
 * belongs to one station: the same word in another station is another group.
 *
 * Pure. A ruleset is immutable and belongs to its plant.
 */
#ifndef ALARMS_RULES_H
#define ALARMS_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "src/core/rule.h"
#include "src/core/setting.h"

#define RULES_A_COMPONENT 8
#define RULE_NONE         UINT32_MAX

/* A row of rules.csv, ready to be followed; shared by all components it applies to. */
struct alarm_rule {
    const struct rule_def *def; /* of the plant: names and guidance */
    enum alarm_type type;
    enum alarm_priority priority;
    bool latch, ack_on_return;
    uint16_t count; /* ALARM_COUNT: rises that raise it; else readings in a row, 0 = 1 */
    double limit, deadband; /* in units as shown (after "adjust"); limit NAN: none */
    int64_t on_delay_us, off_delay_us, window_us, realarm_us; /* 0: none */
};

/* One rule on one component. */
struct rule_place {
    uint32_t component; /* index into the plant */
    uint32_t rule;      /* index into rules */
    uint32_t parent;    /* place whose alarm explains this one, RULE_NONE: none */
    uint32_t group;     /* first-out group, 0: none; index into groups */
};

struct ruleset {
    struct plant *plant;      /* own reference */
    struct alarm_rule *rules; /* those of plant->rules, less the "off" ones */
    uint32_t n_rules;
    struct rule_place *places; /* by component, then in the order of the file */
    uint32_t n_places;
    uint32_t *first; /* n_components + 1: the places of component i are first[i] … first[i+1] */
    char **groups;   /* groups[0] is "" */
    uint32_t n_groups;
};

/*
 * Compile. Whatever cannot be followed (an unknown type, a limit that is missing, a ninth rule,
 * a parent that is not there, parents in a circle) is told in problems (may be NULL), as
 * "rules.csv:LINE: RULE on COMPONENT: …" (without :LINE when it came from no file), and left
 * out; the rest counts. A rule whose parent is not good stays, without a parent. Never NULL.
 */
struct ruleset *ruleset_new(struct plant *plant, struct problems *problems);
void ruleset_free(struct ruleset *s); /* NULL is fine */

#endif
