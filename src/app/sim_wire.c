/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/sim_wire.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>

/* The range of memory in which a part stands in a controller. */
enum unit { UNIT_Q, UNIT_M, UNIT_AM, UNIT_V };
static const char *const unit_desc[] = {"Q-bit", "M-bit", "AM-word", "V-dword"};
static const char *const unit_id[] = {"Q", "M", "AM", "VD"};
#define UNITS     G_N_ELEMENTS(unit_desc)
#define V_ADDRESS 40 /* the first double word; they are four bytes apart */

static const double powers[] = {1, 10, 100, 1000};

/* Text that grows; a payload that does not fit is a mistake of the templates. */
struct out {
    char *at, *end;
};

static void
put(struct out *o, const char *text, size_t len)
{
    assert((size_t)(o->end - o->at) > len);
    memcpy(o->at, text, len);
    o->at += len;
}

static void
put_text(struct out *o, const char *text)
{
    put(o, text, strlen(text));
}

/* value / 10^decimals; printf would take longer than everything else together. */
static void
put_decimal(struct out *o, int64_t value, unsigned decimals)
{
    char digits[32], *p = digits + sizeof(digits);
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    for (unsigned n = 0; left > 0 || n <= decimals; n++) {
        if (n == decimals && decimals > 0) {
            *--p = '.';
        }
        *--p = (char)('0' + left % 10);
        left /= 10;
    }
    if (value < 0) {
        *--p = '-';
    }
    put(o, p, (size_t)(digits + sizeof(digits) - p));
}

static bool
is_text(const struct sim_place *p, const struct sim_entry *e)
{
    return sim_template(p->site.type)->parts[e->part].form == SIM_TEXT;
}

static int64_t
scaled(const struct sim_place *p, const struct sim_entry *e)
{
    return llround(p->site.value[e->part] * powers[e->decimals]);
}

static void
put_value(struct out *o, const struct sim_place *p, const struct sim_entry *e)
{
    if (is_text(p, e)) {
        const char *quote = p->wire == WIRE_SCALAR ? "" : "\"";
        put_text(o, quote);
        put_text(o, p->site.value[e->part] > 0 ? "open" : "closed");
        put_text(o, quote);
        return;
    }
    put_decimal(o, scaled(p, e), e->scaled ? 0 : e->decimals);
}

void
sim_stamp_set(struct sim_stamp *s, wall_us at, GTimeZone *zone)
{
    int64_t second = at / US_PER_S;
    s->at = at;
    int millis = (int)(at % US_PER_S / US_PER_MS);
    s->millis[0] = '.';
    s->millis[1] = (char)('0' + millis / 100);
    s->millis[2] = (char)('0' + millis / 10 % 10);
    s->millis[3] = (char)('0' + millis % 10);
    s->millis[4] = '\0';
    if (second == s->second) {
        return;
    }
    s->second = second;
    if (second >= s->zone_until || second < s->zone_until - 900) {
        int interval = g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, second);
        s->offset_s = g_time_zone_get_offset(zone, interval);
        s->zone_until = (second / 900 + 1) * 900; /* zones change on the quarter of an hour */
    }
    timestamp_format(s->utc, second * US_PER_S);
    timestamp_format(s->local, (second + s->offset_s) * US_PER_S);
    s->utc[19] = s->local[19] = '\0'; /* without the Z */
    s->local[10] = ' ';
    g_snprintf(s->unix_utc, sizeof(s->unix_utc), "%" PRId64, second);
    g_snprintf(s->unix_local, sizeof(s->unix_local), "%" PRId64, second + s->offset_s);
}

bool
sim_wire_is_single(enum sim_wire wire)
{
    return wire == WIRE_SINGLE || wire == WIRE_SCADAPRO || wire == WIRE_SCALAR ||
           wire == WIRE_SCRAP;
}

static enum unit
unit_of(const struct sim_part *part)
{
    if (part->form == SIM_BIT) {
        return part->kind == KIND_FAULT ? UNIT_M : UNIT_Q;
    }
    return part->form == SIM_DWORD ? UNIT_V : UNIT_AM;
}

static char *
make_head(const struct sim_place *p, const struct sim_entry *e, unsigned address)
{
    const struct sim_part *part = &sim_template(p->site.type)->parts[e->part];
    switch (p->wire) {
    case WIRE_LOGO:
        return g_strdup_printf("\"%s\":{\"desc\":\"%s-%u-1\",\"value\":[", e->id,
                               unit_desc[e->unit], address);
    case WIRE_BATCH: /* some senders put numbers in quotes */
        return g_strdup_printf("{\"Topic\":\"\",\"Hid\":\"%s\",\"Value\":%s", e->id,
                               p->time_first && part->form != SIM_TEXT ? "\"" : "");
    case WIRE_SINGLE:
        return g_strdup_printf("{\"Hid\":\"%s\",\"Value\":", e->id);
    case WIRE_SCADAPRO:
        return g_strdup_printf("{\"sensor_code\":\"%s\",\"quality\":0,\"value\":", e->id);
    case WIRE_TELEMETRY:
        return g_strdup_printf("\"%s\":", e->id);
    case WIRE_SCRAP:
        return g_strdup_printf("{\"machineId\":\"%s\",\"scrapIndex\":%s,\"value\":", p->uid,
                               e->id);
    case WIRE_HEX:
    case WIRE_SCALAR:
        break;
    }
    return g_strdup("");
}

static char *
make_id(const struct sim_place *p, const struct sim_part *part, enum unit unit,
        unsigned address)
{
    if (p->wire == WIRE_HEX && part->form != SIM_NONE) {
        return g_strdup_printf("%s%u", unit_id[unit], address);
    }
    if (p->wire > WIRE_SINGLE) {
        return g_strdup(part->key); /* the topic names the station */
    }
    char **words = g_strsplit(p->uid, "-", -1);
    char *station = g_strjoinv("", words);
    char *id = g_strdup_printf("%s_%s", station, part->key);
    g_strfreev(words);
    g_free(station);
    return id;
}

static char *
make_topic(const struct sim_place *p, const char *id)
{
    switch (p->wire) {
    case WIRE_SCADAPRO:
        return g_strdup_printf("machines/%s/plc1/%s", p->uid, id);
    case WIRE_SCALAR:
        return g_strdup_printf("messwerte/%s/%s", p->uid, id);
    case WIRE_HEX:
        return g_strdup_printf("logo/%s/status", p->uid);
    case WIRE_TELEMETRY:
        return g_strdup_printf("sensors/%s/telemetry", p->uid);
    case WIRE_SCRAP:
        return g_strdup_printf("machines/%s/scrap", p->uid);
    case WIRE_LOGO:
    case WIRE_BATCH:
    case WIRE_SINGLE:
        break;
    }
    return g_strdup(SIM_TOPIC);
}

void
sim_place_init(struct sim_place *p)
{
    const struct sim_template *t = sim_template(p->site.type);
    bool controller = p->wire == WIRE_LOGO || p->wire == WIRE_HEX;
    bool words = !controller && p->wire != WIRE_SCADAPRO; /* states in words can be told */
    unsigned next[UNITS] = {1, 1, 1, V_ADDRESS};
    p->entries = g_new0(struct sim_entry, t->n);
    for (size_t i = 0; i < t->n; i++) {
        const struct sim_part *part = &t->parts[i];
        if (part->form == SIM_NONE || (part->form == SIM_TEXT && !words)) {
            continue;
        }
        struct sim_entry *e = &p->entries[p->n_entries++];
        enum unit unit = unit_of(part);
        e->part = (uint8_t)i;
        e->decimals = (uint8_t)part->decimals;
        e->scaled = controller;
        e->unit = (uint16_t)unit;
        e->id = make_id(p, part, unit, next[unit]);
        e->head = make_head(p, e, next[unit]);
        e->head_len = (uint16_t)strlen(e->head);
        e->topic = sim_wire_is_single(p->wire) ? make_topic(p, e->id) : NULL;
        next[unit] += unit == UNIT_V ? 4 : 1;
    }
    p->topic = make_topic(p, "");
}

void
sim_place_fini(struct sim_place *p)
{
    for (size_t i = 0; i < p->n_entries; i++) {
        g_free(p->entries[i].id);
        g_free(p->entries[i].head);
        g_free(p->entries[i].topic);
    }
    g_free(p->entries);
    g_free(p->uid);
    g_free(p->topic);
}

static void
put_unix(struct out *o, const struct sim_place *p, const struct sim_stamp *stamp)
{
    put_text(o, p->local_clock ? stamp->unix_local : stamp->unix_utc);
}

static void
put_logotime(struct out *o, const struct sim_place *p, const struct sim_stamp *stamp)
{
    put_text(o, "\"$logotime\":");
    put_unix(o, p, stamp);
}

static void
logo_payload(struct out *o, const struct sim_place *p, const struct sim_stamp *stamp)
{
    put_text(o, "{\"state\":{\"reported\":{");
    if (p->time_first) {
        put_logotime(o, p, stamp);
    }
    for (size_t i = 0; i < p->n_entries; i++) {
        put_text(o, i > 0 || p->time_first ? "," : "");
        put(o, p->entries[i].head, p->entries[i].head_len);
        put_value(o, p, &p->entries[i]);
        put_text(o, "]}");
    }
    if (!p->time_first) {
        put_text(o, ",");
        put_logotime(o, p, stamp);
    }
    put_text(o, "}}}");
}

/* Bits of a range, from the low end of the first byte. */
static void
put_hex_bits(struct out *o, const struct sim_place *p, enum unit unit)
{
    uint64_t bits = 0;
    unsigned n = 0;
    for (size_t i = 0; i < p->n_entries; i++) {
        if (p->entries[i].unit == unit) {
            bits |= (uint64_t)(p->site.value[p->entries[i].part] > 0) << n++;
        }
    }
    for (unsigned k = 0; k < n; k += 8) {
        static const char hex[] = "0123456789ABCDEF";
        unsigned byte = (unsigned)(bits >> k & 0xff);
        put(o, &hex[byte >> 4], 1);
        put(o, &hex[byte & 15], 1);
    }
}

static void
put_hex_words(struct out *o, const struct sim_place *p, enum unit unit)
{
    for (size_t i = 0; i < p->n_entries; i++) {
        if (p->entries[i].unit == unit) {
            char digits[24];
            int64_t value = scaled(p, &p->entries[i]);
            g_snprintf(digits, sizeof(digits), unit == UNIT_V ? "%08X" : "%04X",
                       unit == UNIT_V ? (unsigned)value : (unsigned)(value & 0xffff));
            put_text(o, digits);
        }
    }
}

static void
hex_payload(struct out *o, const struct sim_place *p, const struct sim_stamp *stamp)
{
    static const char *const keys[] = {"Q..1:1", "M..1:1", "AM..4:1", "V..6:40"};
    put_text(o, "{\"state\":{\"reported\":{");
    for (size_t unit = 0; unit < UNITS; unit++) {
        unsigned count = 0;
        for (size_t i = 0; i < p->n_entries; i++) {
            count += p->entries[i].unit == unit;
        }
        if (count == 0) {
            continue;
        }
        put_text(o, "\"");
        put_text(o, keys[unit]);
        put_text(o, "-");
        put_decimal(o, count, 0);
        put_text(o, "\":\"");
        if (unit == UNIT_Q || unit == UNIT_M) {
            put_hex_bits(o, p, (enum unit)unit);
        } else {
            put_hex_words(o, p, (enum unit)unit);
        }
        put_text(o, "\",");
    }
    put_logotime(o, p, stamp);
    put_text(o, "}}}");
}

static void
batch_payload(struct out *o, const struct sim_place *p, const struct sim_stamp *stamp)
{
    for (size_t i = 0; i < p->n_entries; i++) {
        const struct sim_entry *e = &p->entries[i];
        put_text(o, i == 0 ? "[" : ",");
        put(o, e->head, e->head_len);
        put_value(o, p, e);
        put_text(o, p->time_first && !is_text(p, e) ? "\",\"TS\":\"" : ",\"TS\":\"");
        put_text(o, stamp->local);
        put_text(o, "\"}");
    }
    put_text(o, "]");
}

static void
telemetry_payload(struct out *o, const struct sim_place *p, const struct sim_stamp *stamp)
{
    put_text(o, "{\"deviceId\":\"");
    put_text(o, p->uid);
    put_text(o, "\",\"ts\":\"");
    put_text(o, stamp->utc);
    put_text(o, "Z\",\"metrics\":{");
    for (size_t i = 0; i < p->n_entries; i++) {
        put_text(o, i > 0 ? "," : "");
        put(o, p->entries[i].head, p->entries[i].head_len);
        put_value(o, p, &p->entries[i]);
    }
    put_text(o, "}}");
}

static void
single_payload(struct out *o, const struct sim_place *p, const struct sim_entry *e,
               const struct sim_stamp *stamp)
{
    put(o, e->head, e->head_len);
    put_value(o, p, e);
    if (p->wire == WIRE_SINGLE) {
        put_text(o, ",\"TS\":");
        put_unix(o, p, stamp);
        put_text(o, "}");
    } else if (p->wire != WIRE_SCALAR) {
        put_text(o, ",\"timestamp\":\"");
        put_text(o, stamp->utc);
        put(o, stamp->millis, 4);
        put_text(o, "Z\"}");
    }
}

size_t
sim_wire_payload(const struct sim_place *p, size_t k, const struct sim_stamp *stamp,
                 char dst[SIM_PAYLOAD_MAX])
{
    struct out o = {dst, dst + SIM_PAYLOAD_MAX};
    switch (p->wire) {
    case WIRE_LOGO:
        logo_payload(&o, p, stamp);
        break;
    case WIRE_HEX:
        hex_payload(&o, p, stamp);
        break;
    case WIRE_BATCH:
        batch_payload(&o, p, stamp);
        break;
    case WIRE_TELEMETRY:
        telemetry_payload(&o, p, stamp);
        break;
    case WIRE_SINGLE:
    case WIRE_SCADAPRO:
    case WIRE_SCALAR:
    case WIRE_SCRAP:
        single_payload(&o, p, &p->entries[k], stamp);
        break;
    }
    return (size_t)(o.at - dst);
}

size_t
sim_wire_heartbeat(const struct sim_place *p, const struct sim_stamp *stamp,
                   char dst[SIM_PAYLOAD_MAX])
{
    struct out o = {dst, dst + SIM_PAYLOAD_MAX};
    put_text(&o, "{\"state\":{\"reported\":{");
    put_logotime(&o, p, stamp);
    put_text(&o, "}}}");
    return (size_t)(o.at - dst);
}
