/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which number is which alarm, and what it is called. */
#include "alarms/evaluator_private.h"

#include <string.h>

static const struct {
    const char *component, *rule;
    enum alarm_type type;
} services[] = {
    [SERVICE_LINK] = {"link", "link", ALARM_LINK},
    [SERVICE_BROKER] = {"broker", "broker", ALARM_BROKER},
    [SERVICE_STORE] = {"store", "store", ALARM_STORE},
    [SERVICE_DISK] = {"disk", "disk", ALARM_DISK},
    [SERVICE_LOSS] = {"messages", "loss", ALARM_LOSS},
};

bool
is_test(const struct evaluator *e, uint32_t alarm)
{
    return alarm >= e->test_base;
}

uint32_t
real_of(const struct evaluator *e, uint32_t alarm)
{
    return is_test(e, alarm) ? e->alarms[alarm].more->twin_of : alarm;
}

enum alarm_type
type_of(const struct evaluator *e, uint32_t alarm)
{
    uint32_t real = real_of(e, alarm);
    if (real < e->n_places) {
        return e->rules->rules[e->rules->places[real].rule].type;
    }
    return real < e->service_base ? ALARM_SILENCE : services[real - e->service_base].type;
}

const struct alarm_rule *
rule_of(const struct evaluator *e, uint32_t alarm)
{
    uint32_t real = real_of(e, alarm);
    return real < e->n_places ? &e->rules->rules[e->rules->places[real].rule]
                              : &e->builtin[type_of(e, real)];
}

enum alarm_priority
priority_of(const struct evaluator *e, uint32_t alarm)
{
    return rule_of(e, alarm)->priority;
}

uint32_t
component_of(const struct evaluator *e, uint32_t alarm)
{
    uint32_t real = real_of(e, alarm);
    return real < e->n_places ? e->rules->places[real].component : COMPONENT_NONE;
}

uint32_t
station_of(const struct evaluator *e, uint32_t alarm)
{
    uint32_t real = real_of(e, alarm);
    if (real < e->n_places) {
        return e->rules->plant->components[e->rules->places[real].component].station;
    }
    return real < e->service_base ? real - e->silence_base : STATION_NONE;
}

struct alarm_name
name_of(const struct evaluator *e, uint32_t alarm)
{
    const struct plant *plant = e->rules->plant;
    uint32_t real = real_of(e, alarm);
    struct alarm_name name;
    if (real < e->n_places) {
        const struct component *c = &plant->components[e->rules->places[real].component];
        name = (struct alarm_name){plant->stations[c->station].uid, c->id,
                                   rule_of(e, real)->def->rule};
    } else if (real < e->service_base) {
        name = (struct alarm_name){plant->stations[real - e->silence_base].uid, "", "silence"};
    } else {
        name = (struct alarm_name){ALARM_SYSTEM, services[real - e->service_base].component,
                                   services[real - e->service_base].rule};
    }
    if (is_test(e, alarm)) {
        name.rule = e->alarms[alarm].more->twin_rule;
    }
    return name;
}

static uint32_t
find_service(const struct evaluator *e, const char *component, const char *rule)
{
    for (uint32_t i = 0; i < SERVICES; i++) {
        if (strcmp(services[i].component, component) == 0 &&
            strcmp(services[i].rule, rule) == 0) {
            return e->service_base + i;
        }
    }
    return ALARM_NONE;
}

static uint32_t
find_test(const struct evaluator *e, const char *station, const char *component,
          const char *rule)
{
    for (uint32_t i = e->test_base; i < e->n_alarms; i++) {
        struct alarm_name name = name_of(e, i);
        if (strcmp(name.station, station) == 0 && strcmp(name.component, component) == 0 &&
            strcmp(name.rule, rule) == 0) {
            return i;
        }
    }
    return ALARM_NONE;
}

uint32_t
find_alarm(const struct evaluator *e, const char *station, const char *component,
           const char *rule)
{
    const struct plant *plant = e->rules->plant;
    if (g_str_has_prefix(rule, ALARM_TEST_PREFIX)) {
        return find_test(e, station, component, rule);
    }
    if (strcmp(station, ALARM_SYSTEM) == 0) {
        return find_service(e, component, rule);
    }
    if (*component == '\0') {
        uint32_t s = plant_find_station(plant, station);
        bool found = s != STATION_NONE && strcmp(rule, "silence") == 0;
        return found ? e->silence_base + s : ALARM_NONE;
    }
    uint32_t c =
        *station == '\0' ? COMPONENT_NONE : plant_find_component(plant, station, component);
    for (uint32_t i = c == COMPONENT_NONE ? 0 : e->rules->first[c];
         c != COMPONENT_NONE && i < e->rules->first[c + 1]; i++) {
        if (strcmp(rule_of(e, i)->def->rule, rule) == 0) {
            return i;
        }
    }
    return ALARM_NONE;
}

enum alarm_type
service_type(enum service service)
{
    return services[service].type;
}
