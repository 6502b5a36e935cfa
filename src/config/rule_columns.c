/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/config/plant_columns_private.h"
#include "src/core/rule.h"

#define PARENT_MAX (3 * PLANT_ID_MAX + 2) /* STATION/ID/RULE */

static const char *
read_rule_type(void *item, const char *text)
{
    enum alarm_type type;
    ((struct rule_def *)item)->type = g_strdup(text);
    return strcmp(text, RULE_TYPE_OFF) == 0 || rule_type_from_name(text, &type)
               ? NULL
               : "is not hihi, hi, lo, lolo, digital, rate, stale, stuck, totalizer, count or "
                 "off";
}

static void
write_rule_type(GString *to, const void *item)
{
    g_string_append(to, ((const struct rule_def *)item)->type);
}

static const char *
read_priority(void *item, const char *text)
{
    enum alarm_priority priority;
    const char *word = *text == '\0' ? alarm_priority_name(ALARM_MEDIUM) : text;
    ((struct rule_def *)item)->priority = g_strdup(word);
    return alarm_priority_from_name(word, &priority) ? NULL
                                                     : "is not critical, high, medium or low";
}

static void
write_priority(GString *to, const void *item)
{
    g_string_append(to, ((const struct rule_def *)item)->priority);
}

/* An empty cell is what otherwise says. */
static const char *
read_yes_no(const char *text, bool otherwise, bool *ret)
{
    static const char *const yes[] = {"yes", "true", "1", NULL};
    static const char *const no[] = {"no", "false", "0", NULL};
    *ret = *text == '\0' ? otherwise : g_strv_contains(yes, text);
    return *text == '\0' || *ret || g_strv_contains(no, text) ? NULL : "is not yes or no";
}

static const char *
read_latch(void *item, const char *text)
{
    return read_yes_no(text, false, &((struct rule_def *)item)->latch);
}

static void
write_latch(GString *to, const void *item)
{
    g_string_append(to, ((const struct rule_def *)item)->latch ? "yes" : "no");
}

static const char *
read_ack_on_return(void *item, const char *text)
{
    bool needed;
    const char *wrong = read_yes_no(text, true, &needed);
    ((struct rule_def *)item)->ack_unneeded = !needed;
    return wrong;
}

static void
write_ack_on_return(GString *to, const void *item)
{
    g_string_append(to, ((const struct rule_def *)item)->ack_unneeded ? "no" : "yes");
}

#define R(field) offsetof(struct rule_def, field)

static const struct column rule_columns[] = {
    {"component", COLUMN_NAME, R(component), IS_TEXT(RULE_COMPONENT_MAX)},
    {"rule", COLUMN_NAME, R(rule), IS_TEXT(PLANT_ID_MAX)},
    {"type", IS_OWN(rule_type)},
    {"limit", COLUMN_REAL, R(limit), IS_NUMBER(-1e15, 1e15)},
    {"deadband", COLUMN_REAL, R(deadband), IS_NUMBER(0, 1e15)},
    {"on_delay_s", COLUMN_REAL, R(on_delay_s), IS_TIME(604800)},
    {"off_delay_s", COLUMN_REAL, R(off_delay_s), IS_TIME(604800)},
    {"count", COLUMN_INT, R(count), IS_WHOLE(0, 1000, 0)},
    {"window_s", COLUMN_REAL, R(window_s), IS_TIME(2678400)},
    {"priority", IS_OWN(priority)},
    {"latch", IS_OWN(latch)},
    {"name", COLUMN_TEXT, R(name), IS_TEXT(PLANT_NAME_MAX)},
    {"guidance", COLUMN_LONG, R(guidance), IS_TEXT(2000)},
    {"re_alarm_s", COLUMN_REAL, R(re_alarm_s), IS_TIME(604800)},
    {"ack_on_return", IS_OWN(ack_on_return)},
    {"group", COLUMN_TEXT, R(group), IS_TEXT(36)},
    {"parent", COLUMN_TEXT, R(parent), IS_TEXT(PARENT_MAX)},
};

static bool
uses_optional(const void *item)
{
    const struct rule_def *r = item;
    return r->re_alarm_s > 0 || r->ack_unneeded || *r->group != '\0' || *r->parent != '\0';
}

const struct table table_rules = {"rules.csv", rule_columns, G_N_ELEMENTS(rule_columns), 3,
                                  4,           uses_optional};
