/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/pulse.h"

#include <jansson.h>

#include "src/app/own_topic.h"
#include "src/core/timestamp.h"

void
pulse_init(struct pulse *p, const char *instance, int every_s)
{
    GString *topic = g_string_new(OWN_HEARTBEATS);
    own_topic_append(topic, instance);
    *p = (struct pulse){.topic = g_string_free(topic, FALSE),
                        .instance = g_strdup(instance),
                        .every_us = every_s * US_PER_S};
}

void
pulse_fini(struct pulse *p)
{
    g_clear_pointer(&p->topic, g_free);
    g_clear_pointer(&p->instance, g_free);
}

bool
pulse_due(const struct pulse *p, mono_us now)
{
    return p->every_us > 0 && now >= p->next;
}

char *
pulse_payload(struct pulse *p, const struct pulse_facts *facts, struct now now)
{
    char at[TIMESTAMP_SIZE];
    timestamp_format(at, now.wall);
    p->next = now.mono + p->every_us;
    json_t *object =
        json_pack("{s:s,s:s,s:I,s:I,s:I,s:I,s:s,s:I,s:I}", "instance", p->instance, "at", at,
                  "evaluated", (json_int_t)facts->evaluated, "turn", (json_int_t)++p->turn,
                  "active", (json_int_t)facts->active, "unacked", (json_int_t)facts->unacked,
                  "role", role_name(facts->role), "epoch", (json_int_t)facts->epoch, "term",
                  (json_int_t)facts->term);
    char *text = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    return text;
}
