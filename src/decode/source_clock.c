/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/decode/source_clock.h"

#include <math.h>

#include "src/core/text.h"
#include "src/core/timestamp.h"

#define MILLISECONDS_FROM 1e11 /* larger numbers count milliseconds, not seconds */
#define NUMBER_LAST       1e14 /* beyond the year 5000 either way */
#define EARLIEST          (INT64_C(1420070400) * US_PER_S) /* 2015-01-01 */
#define QUARTER_US        (INT64_C(900) * US_PER_S)
#define ZONE_LIMIT_US     (INT64_C(14) * 3600 * US_PER_S)
#define AGREE_US          (30 * US_PER_S)
#define SAMPLES_NEEDED    3

enum time_form { FORM_NONE, FORM_BAD, FORM_UTC, FORM_EPOCH, FORM_NAIVE };

static enum time_form
read_number(double number, wall_us *ret)
{
    double seconds = fabs(number) > MILLISECONDS_FROM ? number / 1e3 : number;
    if (!isfinite(number) || fabs(number) > NUMBER_LAST) {
        return FORM_BAD;
    }
    *ret = (wall_us)llround(seconds * 1e6);
    return FORM_EPOCH;
}

static enum time_form
read_text(const char *text, size_t len, wall_us *ret)
{
    enum timestamp_zone zone;
    double number;
    for (; len > 0 && g_ascii_isspace(*text); text++) { /* blanks around, as with values */
        len--;
    }
    while (len > 0 && g_ascii_isspace(text[len - 1])) {
        len--;
    }
    if (len == 0) {
        return FORM_NONE;
    }
    if (timestamp_parse(text, len, ret, &zone)) {
        return zone == TIMESTAMP_UTC ? FORM_UTC : FORM_NAIVE;
    }
    return text_to_double(text, len, false, &number) ? read_number(number, ret) : FORM_BAD;
}

static enum time_form
read_form(const struct jnode *node, wall_us *ret)
{
    if (node == NULL || node->type == J_NULL) {
        return FORM_NONE;
    }
    if (node->type == J_NUMBER) {
        return read_number(node->num, ret);
    }
    return node->type == J_TEXT ? read_text(node->text, node->len, ret) : FORM_BAD;
}

static int64_t
nearest_quarter(int64_t us)
{
    int64_t half = us < 0 ? -QUARTER_US / 2 : QUARTER_US / 2;
    return (us + half) / QUARTER_US * QUARTER_US;
}

/* Measure the zone of a clock; until it is known, and beyond 14 hours, it counts as UTC. */
static int64_t
learn(struct station_clock *clock, int64_t raw, wall_us received)
{
    bool agrees = clock->samples > 0 && llabs(raw - clock->candidate_us) <= AGREE_US;
    if (!agrees) {
        clock->candidate_us = raw;
        clock->samples = 1;
        clock->last = received;
    } else if (raw >= 0 || received - clock->last >= US_PER_S) {
        clock->samples = MIN(clock->samples + 1, SAMPLES_NEEDED);
        clock->last = received;
    }
    if (clock->samples == SAMPLES_NEEDED) {
        clock->known = llabs(raw) <= ZONE_LIMIT_US;
        clock->offset_us = clock->known ? nearest_quarter(clock->candidate_us) : 0;
    }
    return clock->offset_us;
}

static wall_us
to_utc(enum time_form form, wall_us at, const struct source_time_rule *rule, struct zone *zone,
       wall_us received)
{
    bool local = form == FORM_NAIVE ? rule->mode != CLOCK_MODE_UTC
                                    : form == FORM_EPOCH && rule->mode == CLOCK_MODE_LOCAL;
    if (local) {
        return zone_to_utc(zone, at, received);
    }
    if (form == FORM_EPOCH && rule->device_clock && rule->mode == CLOCK_MODE_AUTO &&
        rule->clock != NULL) {
        int64_t raw = at - received;
        return at - (rule->learn ? learn(rule->clock, raw, received) : rule->clock->offset_us);
    }
    return at;
}

struct source_time
source_time_read(const struct jnode *node, const struct source_time_rule *rule,
                 struct zone *zone, wall_us received)
{
    struct source_time time = {.ts = received};
    wall_us at = 0;
    enum time_form form = read_form(node, &at);
    if (form == FORM_NONE || rule->mode == CLOCK_MODE_IGNORE) {
        return time;
    }
    if (form == FORM_BAD) {
        time.refused = true;
        return time;
    }
    at = to_utc(form, at, rule, zone, received);
    time.measured = true;
    time.offset_us = at - received;
    time.believed = at >= EARLIEST && at <= received + rule->future_us;
    time.refused = !time.believed;
    if (time.believed) {
        time.ts = at;
    }
    return time;
}
