/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Entries to readings. Entries are independent: a bad one is rejected and the next one taken.
 */
#include <math.h>

#include "src/core/text.h"
#include "src/decode/value.h"
#include "src/decode/work.h"

#define AT_KEY_MAX        200 /* bytes of a member name in a rejected entry's pointer */
#define UNKNOWN_VALUE_MAX 64

/* An entry, and how it is called when something is wrong with it. */
struct entry {
    const struct jnode *node;
    uint32_t index; /* in its array */
    bool whole;     /* the document or what entries points to, not a child of it */
    const char *at; /* made when needed */
};

/* A member's name in a JSON Pointer: "~" and "/" are escaped. */
static const char *
escape_key(struct sink *s, const char *parent, const char *name, size_t name_len)
{
    char key[AT_KEY_MAX + 1], escaped[2 * AT_KEY_MAX + 1];
    size_t len = text_sanitize(key, sizeof(key), name, name_len), used = 0;
    for (size_t i = 0; i < len; i++) {
        bool escape = key[i] == '~' || key[i] == '/';
        escaped[used++] = escape ? '~' : key[i];
        if (escape) {
            escaped[used++] = key[i] == '~' ? '0' : '1';
        }
    }
    return sink_printf(s, "%s/%.*s", parent, (int)used, escaped);
}

static const char *
entry_at(struct work *w, struct entry *e)
{
    struct sink *s = &w->d->sink;
    const char *parent = w->rule->text_payload ? "" : w->rule->entries.text;
    if (e->at != NULL) {
        return e->at;
    }
    if (e->whole) {
        e->at = parent;
    } else if (e->node->key == NULL) {
        e->at = sink_printf(s, "%s/%u", parent, e->index);
    } else {
        e->at = escape_key(s, parent, e->node->key, e->node->key_len);
    }
    return e->at;
}

static void
reject(struct work *w, struct entry *e, const char *reason)
{
    if (sink_room(&w->d->sink)) {
        sink_reject(&w->d->sink, entry_at(w, e), reason);
    }
}

static const struct name_reasons id_reasons = {"id missing", "id is no text", "id too long"};

/* The station's uid as the message gives it, "" when the profile carries none. */
static const char *
read_station(struct work *w, const struct jnode *entry, const char **ret_reason)
{
    if (w->rule->station.n == 0) {
        return "";
    }
    if (w->station.done && w->station_uid != NULL) {
        return w->station_uid;
    }
    const struct jnode *node = work_find(w, &w->rule->station, entry, &w->station);
    w->station_uid = work_name(w, node, &work_station_reasons, ret_reason);
    if (w->station_uid != NULL && w->d->plant != NULL && !w->message->retain) {
        uint32_t station = plant_find_station(w->d->plant, w->station_uid);
        if (station != STATION_NONE) {
            sink_heard(&w->d->sink, station);
        }
    }
    return w->station_uid;
}

/*
 * Where the profile carries no station, an id is unique in the plant. Where it is not (Q1 of
 * every controller), a level of the topic may be the uid of the station that is meant.
 */
static uint32_t
find_component(struct work *w, const char *station, const char *id)
{
    const struct plant *plant = w->d->plant;
    if (plant == NULL) {
        return COMPONENT_NONE;
    }
    uint32_t component = plant_find_component(plant, station, id);
    if (component != COMPONENT_NONE || *station != '\0') {
        return component;
    }
    if (!w->topic_station_done) {
        w->topic_station = life_station_in_topic(plant, w->topic);
        w->topic_station_done = true;
    }
    return w->topic_station == STATION_NONE
               ? COMPONENT_NONE
               : plant_find_component(plant, plant->stations[w->topic_station].uid, id);
}

static void
heard(struct work *w, uint32_t station)
{
    if (w->message->retain) {
        return; /* it stood at the broker, perhaps for months */
    }
    sink_heard(&w->d->sink, station);
    if (w->rule->heartbeat) {
        life_learn(&w->d->life, w->message->topic, station);
    }
}

static unsigned
quality_of(struct work *w, const struct jnode *entry)
{
    const struct rule *r = w->rule;
    struct found found = {0};
    const struct jnode *node =
        r->quality.n == 0 ? NULL : work_find(w, &r->quality, entry, &found);
    if (node == NULL || node->type == J_NULL) {
        return 0;
    }
    struct value code = value_read(node);
    for (size_t i = 0; i < r->n_qualities; i++) {
        const struct quality_rule *q = &r->qualities[i];
        bool same = code.reason == NULL && code.text == NULL && code.num >= q->code &&
                    code.num <= q->code;
        if (q->any || same) {
            return q->quality;
        }
    }
    return 0;
}

static void
unknown(struct work *w, struct entry *e, const char *station, const char *id, struct value v)
{
    struct sink *s = &w->d->sink;
    char number[32];
    if (v.text == NULL) {
        text_from_double(number, sizeof(number), v.num);
        v.text = number;
        v.len = strlen(number);
    }
    struct decode_unknown row = {station, id, sink_text(s, v.text, v.len, UNKNOWN_VALUE_MAX)};
    sink_unknown(s, &row);
    reject(w, e, "unknown id");
}

static void
emit_reading(struct work *w, struct entry *e, const char *station, const char *id,
             uint32_t component, struct value v)
{
    struct sink *s = &w->d->sink;
    const struct plant *plant = w->d->plant;
    bool known = component != COMPONENT_NONE;
    uint32_t owner = known ? plant->components[component].station : STATION_NONE;
    const struct source_time *time = work_time(w, e->node, owner);
    struct decode_reading reading = {
        .r = {.component = component,
              .quality = quality_of(w, e->node),
              .source = time->believed ? TS_DEVICE : TS_RECEIPT,
              .retained = w->message->retain,
              .event_time = w->rule->event_time,
              .ts = time->ts,
              .received = w->message->received,
              .num = v.num},
        .station = known ? plant->stations[owner].uid : station,
        .id = id,
    };
    reading.r.quality |= time->refused ? QUALITY_CLOCK : 0u;
    reading.r.quality |= w->message->retain ? QUALITY_NOT_TOPICAL : 0u;
    if (v.text != NULL) {
        reading.r.text = sink_text(s, v.text, v.len, DECODE_TEXT_MAX + 1);
    }
    sink_reading(s, &reading);
}

/* One value under one name. */
static void
emit(struct work *w, struct entry *e, const char *station, const char *id, struct value v)
{
    const struct decoder *d = w->d;
    if (!sink_room(&w->d->sink)) {
        return;
    }
    if (v.text != NULL && w->rule->numeric) {
        reject(w, e, "value is not a number");
        return;
    }
    uint32_t component = find_component(w, station, id);
    if (component != COMPONENT_NONE) {
        const struct component *c = &d->plant->components[component];
        heard(w, c->station);
        if (c->kind == KIND_DIVIDER || c->derive != DERIVE_NONE) {
            reject(w, e, "component takes no values");
            return;
        }
        v = value_decode(v, c->decode);
    }
    if (v.reason != NULL) {
        reject(w, e, v.reason);
    } else if (component == COMPONENT_NONE && !d->adopt) {
        unknown(w, e, station, id, v);
    } else {
        emit_reading(w, e, station, id, component, v);
    }
}

/* Words of analogue ranges are signed, whatever the sender printed; a component's own decode
 * comes first, on the bits as they came. */
static bool
is_int16(struct work *w, const struct jnode *entry)
{
    const struct rule *r = w->rule;
    const struct jnode *node = r->int16_prefixes == NULL || r->text_payload
                                   ? NULL
                                   : pointer_find(&r->int16_at, w->d->doc, entry, r->fold);
    for (size_t i = 0; node != NULL && node->type == J_TEXT && r->int16_prefixes[i] != NULL;
         i++) {
        size_t len = strlen(r->int16_prefixes[i]);
        if (node->len >= len && memcmp(node->text, r->int16_prefixes[i], len) == 0) {
            return true;
        }
    }
    return false;
}

/* ID, ID[1], ID[2] …; a further name may be too long for a component. */
static const char *
element_id(struct work *w, const char *id, uint32_t i)
{
    if (i == 0) {
        return id;
    }
    const char *name = sink_printf(&w->d->sink, "%s[%u]", id, i);
    return strlen(name) <= PLANT_ID_MAX ? name : NULL;
}

static void
emit_array(struct work *w, struct entry *e, const char *station, const char *id,
           const struct jnode *array, bool int16)
{
    if (array->len == 0) {
        reject(w, e, "value empty");
    }
    const struct jnode *node = array + 1;
    for (uint32_t i = 0; i < array->len && sink_room(&w->d->sink); i++) {
        const char *name = element_id(w, id, i);
        struct value v = value_read(node);
        if (name == NULL) {
            reject(w, e, "id too long");
        } else {
            emit(w, e, station, name, int16 ? value_int16(v) : v);
        }
        node = w->d->doc->nodes + node->next;
    }
}

static void
emit_hex_run(struct work *w, struct entry *e, const char *station, const struct hex_key *key)
{
    uint8_t bytes[DECODE_HEX_MAX];
    char id[HEX_ID_SIZE];
    size_t len;
    if (!hex_key_fits(key)) {
        reject(w, e, "hex run too long");
        return;
    }
    if (!hex_bytes(bytes, sizeof(bytes), e->node->text, e->node->len, &len)) {
        reject(w, e, "value is not hex");
        return;
    }
    for (uint32_t i = 0; i < key->count && sink_room(&w->d->sink); i++) {
        hex_id(key, i, id);
        const char *name = sink_text(&w->d->sink, id, strlen(id), sizeof(id));
        emit(w, e, station, name, value_number(hex_value(key, i, bytes, len)));
    }
}

/* Bytes in hex: of a run of memory when the name says so, else of one value up to 32 bits. */
static void
emit_hex(struct work *w, struct entry *e, const char *station)
{
    const struct rule *r = w->rule;
    const struct jnode *node = e->node;
    struct hex_key key;
    uint8_t bytes[4] = {0};
    size_t len;
    if (node->len == 0) {
        reject(w, e, "value empty");
        return;
    }
    if (node->key != NULL &&
        hex_key_parse(&key, node->key, node->key_len, r->ranges, r->n_ranges)) {
        emit_hex_run(w, e, station, &key);
        return;
    }
    const char *reason;
    struct found found = {0};
    const char *id = work_name(w, work_find(w, &r->id, node, &found), &id_reasons, &reason);
    if (id == NULL) {
        reject(w, e, reason);
    } else if (!hex_bytes(bytes, sizeof(bytes), node->text, node->len, &len)) {
        reject(w, e, "value is not hex");
    } else if (node->len > 2 * sizeof(bytes)) {
        reject(w, e, "hex too long for one value");
    } else {
        uint32_t bits = 0;
        for (size_t i = 0; i < len; i++) {
            bits = bits << 8 | bytes[i];
        }
        emit(w, e, station, id, value_number(bits));
    }
}

static bool
is_skipped(const struct rule *r, const struct jnode *node)
{
    for (size_t i = 0; r->skip != NULL && node->key != NULL && r->skip[i] != NULL; i++) {
        if (strlen(r->skip[i]) == node->key_len &&
            memcmp(r->skip[i], node->key, node->key_len) == 0) {
            return true;
        }
    }
    return false;
}

static void
decode_entry(struct work *w, struct entry *e)
{
    const struct rule *r = w->rule;
    const char *reason = NULL;
    struct found id_found = {0}, value_found = {0};
    const char *station = read_station(w, e->node, &reason);
    if (station == NULL) {
        reject(w, e, reason);
        return;
    }
    if (e->node->type == J_NULL) {
        reject(w, e, "value null");
        return;
    }
    if (r->hex && e->node->type == J_TEXT) {
        emit_hex(w, e, station);
        return;
    }
    const struct jnode *id_node = work_find(w, &r->id, e->node, &id_found);
    const char *id = work_name(w, id_node, &id_reasons, &reason);
    if (id == NULL) {
        reject(w, e, reason);
        return;
    }
    const struct jnode *value = work_find(w, &r->value, e->node, &value_found);
    bool int16 = is_int16(w, e->node);
    if (value != NULL && value->type == J_ARRAY && r->elements) {
        emit_array(w, e, station, id, value, int16);
        return;
    }
    struct value v = value_read(value);
    emit(w, e, station, id, int16 ? value_int16(v) : v);
}

/* A message without a value: whose it is, only its topic can tell. */
static void
sign_of_life(struct work *w)
{
    struct decoder *d = w->d;
    if (w->message->retain || d->sink.result.n_heard > 0 || !w->rule->heartbeat) {
        return;
    }
    uint32_t station = life_find(&d->life, d->plant, w->message->topic, w->topic);
    if (station != STATION_NONE) {
        sink_heard(&d->sink, station);
        work_time(w, w->root, station);
    }
}

static void
each_entry(struct work *w, const struct jnode *container)
{
    struct decoder *d = w->d;
    uint32_t taken = 0;
    const struct jnode *node = container + 1;
    for (uint32_t i = 0; i < container->len; i++) {
        struct entry e = {.node = node, .index = i};
        if (!is_skipped(w->rule, node)) {
            taken++;
            if (!sink_room(&d->sink)) {
                break;
            }
            decode_entry(w, &e);
        }
        node = d->doc->nodes + node->next;
    }
    if (taken > 0) {
        return;
    }
    const struct jnode *time = work_find(w, &w->rule->time, container, &w->time);
    d->sink.result.heartbeat = w->rule->heartbeat && time != NULL && time->type != J_NULL;
    if (!d->sink.result.heartbeat) {
        sink_reject(&d->sink, w->rule->entries.text, "no entries");
    }
}

void
work_entries(struct work *w)
{
    const struct rule *r = w->rule;
    const struct jnode *node =
        r->text_payload ? w->root : pointer_find(&r->entries, w->d->doc, w->root, r->fold);
    if (node == NULL) {
        sink_reject(&w->d->sink, r->entries.text, "no entries");
    } else if (r->text_payload || !r->entries.each) {
        struct entry e = {.node = node, .whole = true};
        decode_entry(w, &e);
    } else if (node->type == J_OBJECT || node->type == J_ARRAY) {
        each_entry(w, node);
    } else {
        sink_reject(&w->d->sink, r->entries.text, "no object or array of entries");
    }
    sign_of_life(w);
}
