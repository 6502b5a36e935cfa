/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Alarms in words: what the strip, the lists and the details say of one. Nothing is told by
 * colour alone. Threads: ui only.
 */
#ifndef UI_ALARM_WORDS_H
#define UI_ALARM_WORDS_H

#include "ui/alarms.h"
#include "ui/screen.h"

/* "■", or "!1" where there is nothing but ASCII: at most ALARM_SHAPE columns. */
#define ALARM_SHAPE 2
const char *alarm_shape(const struct screen *s, enum alarm_priority priority);
enum glyph alarm_glyph(enum alarm_priority priority);          /* the same in one column */
const char *alarm_priority_word(enum alarm_priority priority); /* "critical", translated */

/* Of an alarm; dim when it is covered or gone. */
unsigned alarm_style(const struct alarm_view *v);

/* "NEW", "NEW RTN", "LATCH"; "SHELVED" when it is. Translated. */
const char *alarm_state_word(const struct alarm_view *v);
/* The same without overlays, in one word: NEW, ACK, RTN, LATCH. */
const char *alarm_state_brief(const struct alarm_view *v);
/* In one letter, for the smallest screens: N A R L, l acknowledged; s o - covered. */
char alarm_state_letter(const struct alarm_view *v);

/* "HH"; "" for a type that has no limit. */
const char *alarm_sign(enum alarm_type type);

void alarm_value_text(const struct screen *s, const struct alarm_view *v, int width, char *dst,
                      size_t cap);
void alarm_limit_text(const struct screen *s, const struct alarm_view *v, char *dst,
                      size_t cap);
/* What is wrong: the component and the rule's name. */
void alarm_name_text(const struct screen *s, const struct alarm_view *v, char *dst, size_t cap);
/* The same with what must not be overlooked in front: TEST, CHATTER, FIRST. */
void alarm_marked_name(const struct screen *s, const struct alarm_view *v, char *dst,
                       size_t cap);
/* The time, with seconds or not; its age when it was not in the last day. */
void alarm_since_text(const struct screen *s, wall_us at, bool seconds, char *dst, size_t cap);
const char *alarm_station_name(const struct screen *s, const struct alarm_view *v);

/* "PW-0417 Veddel level HH 3.42 m": all of it in a line; in brief without the station's name.
 */
void alarm_line(const struct screen *s, const struct alarm_view *v, bool brief, char *dst,
                size_t cap);

#endif
