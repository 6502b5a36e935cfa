/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finding things in a message: sources, the station's clock, the time. */
#include "src/decode/work.h"

#include <math.h>

#include "src/core/text.h"

const struct name_reasons work_station_reasons = {"station missing", "station is no text",
                                                  "station too long"};

static struct jnode
text_node(const char *text, size_t len)
{
    return (struct jnode){.type = J_TEXT, .text = text, .len = (uint32_t)len, .next = 1};
}

static const struct jnode *
find_one(struct work *w, const struct source *source, const struct jnode *entry,
         struct jnode *made)
{
    const struct rule *r = w->rule;
    size_t at;
    switch (source->kind) {
    case SOURCE_ENTRY:
        return r->text_payload ? NULL
                               : pointer_find(&source->pointer, w->d->doc, entry, r->fold);
    case SOURCE_ROOT:
        return r->text_payload ? NULL
                               : pointer_find(&source->pointer, w->d->doc, w->root, r->fold);
    case SOURCE_SELF:
        return entry;
    case SOURCE_TOPIC:
        at = topic_pattern_level(r->topic, w->topic, source->level);
        *made = text_node(w->topic->text[at], w->topic->len[at]);
        return made;
    case SOURCE_KEY:
        if (entry->key == NULL) {
            return NULL;
        }
        *made = text_node(entry->key, entry->key_len);
        return made;
    case SOURCE_LITERAL:
        *made = text_node(source->text, strlen(source->text));
        return made;
    }
    return NULL;
}

static bool
of_entry(const struct source *source)
{
    return source->kind == SOURCE_ENTRY || source->kind == SOURCE_SELF ||
           source->kind == SOURCE_KEY;
}

/* What gives way to a further alternative. */
static bool
is_nothing(const struct jnode *node)
{
    return node->type == J_NULL || (node->type == J_TEXT && node->len == 0);
}

const struct jnode *
work_find(struct work *w, const struct sources *sources, const struct jnode *entry,
          struct found *found)
{
    if (found->done) {
        return found->node;
    }
    bool of_message = true;
    found->node = NULL;
    for (size_t i = 0; i < sources->n; i++) {
        const struct source *source = &sources->list[i];
        const struct jnode *node = find_one(w, source, entry, &found->made);
        of_message = of_message && !of_entry(source);
        if (node != NULL && !is_nothing(node)) {
            found->node = node;
            break;
        }
        found->node = node != NULL ? node : found->node;
    }
    /* An object with thousands of entries is searched once for what stands beside them. */
    found->done = of_message;
    return found->node;
}

const struct source_time *
work_time(struct work *w, const struct jnode *entry, uint32_t station)
{
    struct decoder *d = w->d;
    const struct jnode *node = work_find(w, &w->rule->time, entry, &w->time);
    if (w->time_done && node == w->time_node && station == w->time_station) {
        return &w->source_time; /* a clock learns once from a message */
    }
    bool known = station != STATION_NONE;
    struct source_time_rule rule = {
        .mode = known ? d->plant->stations[station].clock : CLOCK_MODE_AUTO,
        .device_clock = w->rule->device_clock,
        .future_us = w->rule->future_us,
        .learn = !w->message->retain,
        .clock = known ? &d->clocks[station] : NULL,
    };
    w->source_time = source_time_read(node, &rule, &d->zone, w->message->received);
    w->time_node = node;
    w->time_station = station;
    w->time_done = true;
    struct decode_result *result = &d->sink.result;
    if (known && w->source_time.measured && !result->clock_measured && !w->message->retain) {
        result->clock_measured = true;
        result->clock_offset_us = w->source_time.offset_us;
        result->clock_station = station;
    }
    return &w->source_time;
}

const char *
work_name(struct work *w, const struct jnode *node, const struct name_reasons *reasons,
          const char **ret_reason)
{
    char number[32];
    const char *text = number;
    size_t len;
    if (node == NULL || node->type == J_NULL || (node->type == J_TEXT && node->len == 0)) {
        *ret_reason = reasons->missing;
        return NULL;
    }
    if (node->type == J_TEXT) {
        text = node->text;
        len = node->len;
    } else if (node->type == J_NUMBER && isfinite(node->num)) {
        text_from_double(number, sizeof(number), node->num + 0.0);
        len = strlen(number);
    } else {
        *ret_reason = reasons->wrong;
        return NULL;
    }
    if (len > PLANT_ID_MAX) {
        *ret_reason = reasons->too_long;
        return NULL;
    }
    return sink_text(&w->d->sink, text, len, PLANT_ID_MAX + 1);
}
