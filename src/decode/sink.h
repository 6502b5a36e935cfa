/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sink: where the outcome of one message is collected, in memory allocated once.
 *
 * Text in it is sanitised and lies in an arena that is emptied for each message. Whatever does
 * not fit any more is left out, and one rejected entry says so.
 */
#ifndef SRC_DECODE_SINK_H
#define SRC_DECODE_SINK_H

#include "src/decode/decode.h"

struct sink {
    struct decode_result result; /* points to the arrays below */
    struct decode_reading *readings;
    struct decode_reject *rejected;
    struct decode_unknown *unknown;
    uint32_t *heard;
    uint32_t *heard_in; /* per station: the message in which it was last heard */
    uint32_t message;
    size_t entries; /* readings and rejected so far: at most DECODE_ENTRIES_MAX */
    bool full;
    char *arena;
    size_t used;
};

void sink_init(struct sink *s);
void sink_fini(struct sink *s);
void sink_stations(struct sink *s, uint32_t n_stations); /* of a new plant */
void sink_begin(struct sink *s);

/* Sanitised copy, at most cap bytes with its NUL. Never NULL. */
const char *sink_text(struct sink *s, const char *text, size_t len, size_t cap);
const char *sink_printf(struct sink *s, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* False when the message has had all its entries; the sink then says so itself. */
bool sink_room(struct sink *s);
void sink_reading(struct sink *s, const struct decode_reading *reading);
/* at and reason must last as long as the result. */
void sink_reject(struct sink *s, const char *at, const char *reason);
void sink_unknown(struct sink *s, const struct decode_unknown *unknown);
void sink_heard(struct sink *s, uint32_t station);

#endif
