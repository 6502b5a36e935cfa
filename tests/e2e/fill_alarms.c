/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Puts a handful of alarms, their journal and a maintenance into a new cache, as an evaluator
 * would have; alarms_cli.sh asks for them.
 *
 *     fill_alarms CACHE
 */
#include <math.h>
#include <stdio.h>

#include "src/core/text.h"
#include "src/core/timestamp.h"
#include "storage/cache.h"

static wall_us
at(const char *text)
{
    wall_us ret = WALL_NONE;
    bool good = text == NULL || timestamp_parse_arg(text, 0, &ret);
    g_assert(good);
    return ret;
}

static struct uuid
id_of(const char *name)
{
    return name != NULL ? uuid_of(name, strlen(name)) : (struct uuid){{0}};
}

static const struct alarm {
    const char *id, *station, *component, *rule;
    enum alarm_type type;
    enum alarm_priority priority;
    enum alarm_state state;
    unsigned overlays;
    bool test;
    const char *raised, *returned, *acked, *by, *comment;
    double value;
} alarms[] = {
    {"old", "PS-01", "L1", "high", ALARM_HI, ALARM_HIGH, ALARM_NORMAL, 0, false,
     "2026-01-08T08:00:00Z", "2026-01-08T08:10:00Z", "2026-01-08T08:05:00Z", "berta", "=1+1",
     4.1},
    {"level", "PS-01", "L1", "high", ALARM_HI, ALARM_HIGH, ALARM_UNACKED, 0, false,
     "2026-01-09T10:00:00Z", NULL, NULL, NULL, NULL, 4.5},
    {"silence", "PS-02", "", "silence", ALARM_SILENCE, ALARM_CRITICAL, ALARM_ACKED, 0, false,
     "2026-01-09T09:00:00Z", NULL, "2026-01-09T09:05:00.500Z", "anna", "on my way \033[1m",
     NAN},
    {"fault", "PS-01", "F1", "fault", ALARM_DIGITAL, ALARM_LOW, ALARM_RETURNED_UNACKED,
     OVERLAY_SHELVED | OVERLAY_OUT_OF_SERVICE, false, "2026-01-07T12:00:00Z",
     "2026-01-07T12:00:03Z", NULL, NULL, NULL, 1},
    {"twin", "PS-01", "L1", "test:high", ALARM_HI, ALARM_HIGH, ALARM_UNACKED, 0, true,
     "2026-01-09T11:00:00Z", NULL, NULL, NULL, NULL, NAN},
};

static const struct line {
    const char *at;
    enum alarm_event event;
    const char *alarm; /* id; NULL: none */
    enum alarm_state from, to;
    bool annunciated;
    const char *actor, *origin, *detail;
} lines[] = {
    {"2026-01-07T11:00:00Z", EVENT_START, NULL, 0, 0, false, NULL, "restart", "from 3 alarms"},
    {"2026-01-07T12:00:00Z", EVENT_RAISED, "fault", ALARM_NORMAL, ALARM_UNACKED, true, NULL,
     "reading", NULL},
    {"2026-01-07T12:00:03Z", EVENT_RETURNED, "fault", ALARM_UNACKED, ALARM_RETURNED_UNACKED,
     false, NULL, "reading", NULL},
    {"2026-01-08T08:00:00Z", EVENT_RAISED, "old", ALARM_NORMAL, ALARM_UNACKED, true, NULL,
     "reading", NULL},
    {"2026-01-08T08:05:00Z", EVENT_ACKED, "old", ALARM_UNACKED, ALARM_ACKED, false, "berta",
     "cli", "=1+1"},
    {"2026-01-08T08:10:00Z", EVENT_RETURNED, "old", ALARM_ACKED, ALARM_NORMAL, false, NULL,
     "reading", NULL},
    {"2026-01-09T09:00:00Z", EVENT_RAISED, "silence", ALARM_NORMAL, ALARM_UNACKED, true, NULL,
     "timer", NULL},
    {"2026-01-09T09:05:00.500Z", EVENT_ACKED, "silence", ALARM_UNACKED, ALARM_ACKED, false,
     "anna", "console", "on my way"},
    {"2026-01-09T10:00:00Z", EVENT_RAISED, "level", ALARM_NORMAL, ALARM_UNACKED, true, NULL,
     "reading", NULL},
    {"2026-01-09T11:00:00Z", EVENT_RAISED, "twin", ALARM_NORMAL, ALARM_UNACKED, true, "root",
     "cli", "monthly test"},
};

static const struct alarm *
find(const char *id)
{
    for (size_t i = 0; i < G_N_ELEMENTS(alarms); i++) {
        if (g_strcmp0(alarms[i].id, id) == 0) {
            return &alarms[i];
        }
    }
    return NULL;
}

static void
add_occurrence(struct alarm_changes *to, const struct alarm *a)
{
    char *comment =
        a->comment != NULL ? text_sanitize_dup(a->comment, strlen(a->comment)) : NULL;
    const struct occurrence_record r = {
        .occurrence = id_of(a->id),
        .station = g_strdup(a->station),
        .component = g_strdup(a->component),
        .rule = g_strdup(a->rule),
        .type = a->type,
        .priority = a->priority,
        .state = a->state,
        .overlays = a->overlays,
        .test = a->test,
        .current = a->state != ALARM_NORMAL,
        .step = 1,
        .acked_step = a->by != NULL,
        .count = 1,
        .raised_at = at(a->raised),
        .returned_at = at(a->returned),
        .acked_at = at(a->acked),
        .value = a->value,
        .acked_by = g_strdup(a->by),
        .comment = comment,
    };
    g_array_append_val(to->occurrences, r);
}

static void
add_line(struct alarm_changes *to, const struct line *l)
{
    const struct alarm *a = find(l->alarm);
    const struct journal_record r = {
        .at = at(l->at),
        .epoch = 7,
        .event = l->event,
        .occurrence = id_of(l->alarm),
        .step = a != NULL,
        .instance = g_strdup("pc1"),
        .station = g_strdup(a != NULL ? a->station : NULL),
        .component = g_strdup(a != NULL ? a->component : NULL),
        .rule = g_strdup(a != NULL ? a->rule : NULL),
        .priority = a != NULL ? a->priority : ALARM_LOW,
        .from = l->from,
        .to = l->to,
        .annunciated = l->annunciated,
        .test = a != NULL && a->test,
        .value = a != NULL ? a->value : (double)NAN,
        .actor = g_strdup(l->actor),
        .origin = g_strdup(l->origin),
        .detail = g_strdup(l->detail),
    };
    g_array_append_val(to->journal, r);
}

static void
add_maintenance(struct alarm_changes *to)
{
    const struct maintenance_record r = {
        .station = g_strdup("PS-01"),
        .component = g_strdup("F1"),
        .since = at("2026-01-07T13:00:00Z"),
        .remind_at = at("2026-01-08T01:00:00Z"),
        .actor = g_strdup("anna"),
        .reason = g_strdup("pump swap"),
    };
    g_array_append_val(to->maintenance, r);
}

int
main(int argc, char **argv)
{
    struct cache *cache = NULL;
    struct cache_report report;
    struct err err = {.text = ""};
    const struct cache_config config = {.path = argc > 1 ? argv[1] : ""};
    if (cache_open(&cache, &config, &report, &err) != RC_OK) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    struct batch *batch = cache_new_batch(cache);
    for (size_t i = 0; i < G_N_ELEMENTS(alarms); i++) {
        add_occurrence(&batch->alarms, &alarms[i]);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        add_line(&batch->alarms, &lines[i]);
    }
    add_maintenance(&batch->alarms);
    cache_put(cache, batch);
    cache_close(cache); /* commits it */
    return 0;
}
