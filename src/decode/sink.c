/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/decode/sink.h"

#include <stdarg.h>

#include "src/core/text.h"

/* Per entry station, id, place and value of an unknown one; and all text values at most once.
 */
#define ARENA_ENTRY 512
#define ARENA_SIZE  (DECODE_ENTRIES_MAX * ARENA_ENTRY + 2 * DECODE_PAYLOAD_MAX)
#define SPARE       2 /* rejected entries beyond the bound, for what concerns all of it */

void
sink_init(struct sink *s)
{
    *s = (struct sink){0};
    s->readings = g_new(struct decode_reading, DECODE_ENTRIES_MAX);
    s->rejected = g_new(struct decode_reject, DECODE_ENTRIES_MAX + SPARE);
    s->unknown = g_new(struct decode_unknown, DECODE_ENTRIES_MAX);
    s->arena = g_malloc(ARENA_SIZE);
}

void
sink_fini(struct sink *s)
{
    g_free(s->readings);
    g_free(s->rejected);
    g_free(s->unknown);
    g_free(s->heard);
    g_free(s->heard_in);
    g_free(s->arena);
    *s = (struct sink){0};
}

void
sink_stations(struct sink *s, uint32_t n_stations)
{
    g_free(s->heard);
    g_free(s->heard_in);
    s->heard = g_new(uint32_t, n_stations + 1);
    s->heard_in = g_new0(uint32_t, n_stations + 1);
    s->message = 0;
}

void
sink_begin(struct sink *s)
{
    s->result = (struct decode_result){
        .heard = s->heard,
        .readings = s->readings,
        .rejected = s->rejected,
        .unknown = s->unknown,
        .clock_station = STATION_NONE,
        .will_station = STATION_NONE,
    };
    s->entries = 0;
    s->full = false;
    s->used = 0;
    s->message++;
}

const char *
sink_text(struct sink *s, const char *text, size_t len, size_t cap)
{
    char *dst = s->arena + s->used;
    size_t left = ARENA_SIZE - s->used;
    if (left < 2) {
        return "";
    }
    s->used += text_sanitize(dst, MIN(left, cap), text, len) + 1;
    return dst;
}

const char *
sink_printf(struct sink *s, const char *fmt, ...)
{
    char *dst = s->arena + s->used;
    size_t left = ARENA_SIZE - s->used;
    if (left < 2) {
        return "";
    }
    va_list args;
    va_start(args, fmt);
    int wanted = vsnprintf(dst, left, fmt, args);
    va_end(args);
    s->used += MIN((size_t)MAX(wanted, 0), left - 1) + 1;
    return dst;
}

bool
sink_room(struct sink *s)
{
    if (s->entries < DECODE_ENTRIES_MAX) {
        return true;
    }
    if (!s->full) {
        s->full = true;
        sink_reject(s, "", "too many entries");
    }
    return false;
}

void
sink_reading(struct sink *s, const struct decode_reading *reading)
{
    s->readings[s->result.n_readings++] = *reading;
    s->entries++;
}

void
sink_reject(struct sink *s, const char *at, const char *reason)
{
    if (s->result.n_rejected < DECODE_ENTRIES_MAX + SPARE) {
        s->rejected[s->result.n_rejected++] = (struct decode_reject){at, reason};
        s->entries++;
    }
}

void
sink_unknown(struct sink *s, const struct decode_unknown *unknown)
{
    if (s->result.n_unknown < DECODE_ENTRIES_MAX) {
        s->unknown[s->result.n_unknown++] = *unknown;
    }
}

void
sink_heard(struct sink *s, uint32_t station)
{
    if (s->heard_in[station] != s->message) {
        s->heard_in[station] = s->message;
        s->heard[s->result.n_heard++] = station;
    }
}
