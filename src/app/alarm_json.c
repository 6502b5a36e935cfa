/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/alarm_json.h"

#include <math.h>

#include "src/core/text.h"
#include "src/core/timestamp.h"

static json_t *
text_json(const char *text)
{
    if (text == NULL) {
        return json_null();
    }
    json_t *string = json_string(text);
    if (string == NULL) { /* no UTF-8 */
        char *clean = text_sanitize_dup(text, strlen(text));
        string = json_string(clean);
        g_free(clean);
    }
    return string;
}

static json_t *
time_json(wall_us at)
{
    char text[TIMESTAMP_SIZE];
    if (at == WALL_NONE) {
        return json_null();
    }
    timestamp_format(text, at);
    return json_string(text);
}

static json_t *
overlays_json(unsigned overlays)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < OVERLAY_COUNT; i++) {
        if ((overlays & (1u << i)) != 0) {
            json_array_append_new(list, json_string(alarm_overlay_name(1u << i)));
        }
    }
    return list;
}

json_t *
alarm_view_to_json(const struct alarm_view *v)
{
    char id[UUID_SIZE];
    uuid_format(id, &v->occurrence);
    json_t *o = json_pack("{s:s,s:o,s:o,s:o,s:s,s:s,s:s,s:o}", "occurrence", id, "station",
                          text_json(v->station), "component", text_json(v->component), "rule",
                          text_json(v->rule), "type", alarm_type_name(v->type), "priority",
                          alarm_priority_name(v->priority), "state", alarm_state_name(v->state),
                          "overlays", overlays_json(v->overlays));
    json_object_set_new(o, "raised_at", time_json(v->raised_at));
    json_object_set_new(o, "returned_at", time_json(v->returned_at));
    json_object_set_new(o, "value", isfinite(v->value) ? json_real(v->value) : json_null());
    json_object_set_new(o, "acked_at", time_json(v->acked_at));
    json_object_set_new(o, "acked_by", text_json(v->acked_by));
    json_object_set_new(o, "comment", text_json(v->comment));
    json_object_set_new(o, "count", json_integer(v->count));
    json_object_set_new(o, "name", text_json(v->name));
    json_object_set_new(o, "test", json_boolean(v->test));
    json_object_set_new(o, "step", json_integer(v->step));
    return o;
}
