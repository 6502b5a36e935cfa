/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/format.h"

#include <math.h>

#include "src/core/i18n.h"
#include "src/core/text.h"

struct zone {
    GTimeZone *tz;
};

struct zone *
zone_new(const char *name)
{
    struct zone *z = g_new0(struct zone, 1);
    z->tz = name == NULL || *name == '\0' ? NULL : g_time_zone_new_identifier(name);
    if (z->tz == NULL) {
        z->tz = g_time_zone_new_local();
    }
    return z;
}

void
zone_free(struct zone *z)
{
    if (z != NULL) {
        g_time_zone_unref(z->tz);
        g_free(z);
    }
}

static int64_t
floor_to(int64_t value, int64_t step)
{
    int64_t rest = value % step;
    return value - (rest < 0 ? rest + step : rest);
}

struct now
format_minute(struct now now)
{
    struct now minute = {.wall = floor_to(now.wall, US_PER_MIN)};
    minute.mono = now.mono - (now.wall - minute.wall);
    return minute;
}

int64_t
format_offset_us(const struct zone *z, wall_us at)
{
    gint64 seconds = floor_to(at, US_PER_S) / US_PER_S;
    gint interval = g_time_zone_find_interval(z->tz, G_TIME_TYPE_UNIVERSAL, seconds);
    return interval < 0 ? 0 : g_time_zone_get_offset(z->tz, interval) * US_PER_S;
}

struct tm
format_local(const struct zone *z, wall_us at)
{
    time_t shifted = (time_t)(floor_to(at + format_offset_us(z, at), US_PER_S) / US_PER_S);
    struct tm tm = {0};
    gmtime_r(&shifted, &tm);
    return tm;
}

void
format_time(char *dst, size_t cap, const struct zone *z, wall_us at)
{
    struct tm tm = format_local(z, at);
    snprintf(dst, cap, "%02d:%02d", tm.tm_hour, tm.tm_min);
}

void
format_second(char *dst, size_t cap, const struct zone *z, wall_us at)
{
    struct tm tm = format_local(z, at);
    snprintf(dst, cap, "%02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static const char *const months[] = {N_("Jan"), N_("Feb"), N_("Mar"), N_("Apr"),
                                     N_("May"), N_("Jun"), N_("Jul"), N_("Aug"),
                                     N_("Sep"), N_("Oct"), N_("Nov"), N_("Dec")};

void
format_day(char *dst, size_t cap, const struct zone *z, wall_us at)
{
    struct tm tm = format_local(z, at);
    /* Translators: day of the month, month; %1$d and so on when the order differs. */
    snprintf(dst, cap, _("%d %s"), tm.tm_mday, _(months[tm.tm_mon % 12]));
}

void
format_date(char *dst, size_t cap, const struct zone *z, wall_us at)
{
    static const char *const days[] = {N_("Sun"), N_("Mon"), N_("Tue"), N_("Wed"),
                                       N_("Thu"), N_("Fri"), N_("Sat")};
    struct tm tm = format_local(z, at);
    /* Translators: day of the week, day of the month, month; %1$s and so on
     * when the order differs. */
    snprintf(dst, cap, _("%s %d %s"), _(days[tm.tm_wday % 7]), tm.tm_mday,
             _(months[tm.tm_mon % 12]));
}

void
format_moment(char *dst, size_t cap, const struct zone *z, wall_us at, wall_us now)
{
    struct tm then = format_local(z, at), today = format_local(z, now);
    if (then.tm_yday == today.tm_yday && then.tm_year == today.tm_year) {
        format_second(dst, cap, z, at);
        return;
    }
    char date[FORMAT_SIZE], second[FORMAT_SIZE];
    format_date(date, sizeof(date), z, at);
    format_second(second, sizeof(second), z, at);
    snprintf(dst, cap, "%s %s", date, second);
}

void
format_age(char *dst, size_t cap, int64_t age_us)
{
    int64_t minutes = age_us / US_PER_MIN;
    if (minutes < 1) {
        snprintf(dst, cap, "%s", _("now"));
    } else if (minutes < 60) {
        snprintf(dst, cap, _("%d min"), (int)minutes);
    } else if (minutes < 48 * 60) {
        snprintf(dst, cap, _("%d h"), (int)(minutes / 60));
    } else if (minutes < INT64_C(10000) * 24 * 60) {
        snprintf(dst, cap, _("%d d"), (int)(minutes / 60 / 24));
    } else {
        snprintf(dst, cap, "–");
    }
}

int
format_age_columns(void)
{
    static const int64_t samples[] = {0, 59, 47 * 60, 9999 * 24 * 60};
    int widest = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(samples); i++) {
        char text[FORMAT_SIZE];
        format_age(text, sizeof(text), samples[i] * US_PER_MIN);
        widest = MAX(widest, text_columns(text));
    }
    return widest;
}

void
format_ago(char *dst, size_t cap, int64_t age_us)
{
    char age[FORMAT_SIZE];
    format_age(age, sizeof(age), age_us);
    if (age_us < US_PER_MIN) {
        snprintf(dst, cap, "%s", age);
    } else {
        snprintf(dst, cap, _("%s ago"), age);
    }
}

int64_t
format_age_us(struct now minute, wall_us received, mono_us heard)
{
    if (heard != 0) {
        return minute.mono - heard;
    }
    return received == WALL_NONE ? INT64_MAX : minute.wall - received;
}

/* "*0.1" and "/10" stand for one decimal. -1: the adjustment says nothing. */
static int
decimals_of_adjust(struct adjust adjust)
{
    double factor = adjust.op == ADJUST_MULTIPLY ? fabs(adjust.operand)
                    : adjust.op == ADJUST_DIVIDE ? 1 / fabs(adjust.operand)
                                                 : 0;
    for (int decimals = 1; decimals <= 3; decimals++) {
        factor *= 10;
        if (factor > 0.999 && factor < 1.001) {
            return decimals;
        }
    }
    return -1;
}

static int
decimals_for(const struct component *c, double shown)
{
    bool whole = floor(shown) >= shown;
    int adjusted = decimals_of_adjust(c->adjust);
    if (c->kind != KIND_COUNTER && isfinite(c->min) && isfinite(c->max) && c->max > c->min) {
        double range = c->max - c->min;
        int sensible = range <= 20 ? 2 : range <= 200 ? 1 : 0;
        return adjusted >= 0 ? MIN(adjusted, sensible) : sensible;
    }
    if (adjusted >= 0) {
        return adjusted;
    }
    if (c->kind == KIND_COUNTER) {
        return c->derive == DERIVE_HOURS || !whole ? 1 : 0;
    }
    double size = fabs(shown);
    return whole || size >= 1000 ? 0 : size >= 100 ? 1 : size >= 0.1 ? 2 : 3;
}

/* The decimal mark of the reader's language; what is computed and stored knows only the point.
 */
static void
localise(char *number)
{
    /* Translators: only the mark before the last digit is looked at. */
    const char *sample = _("12345.6");
    size_t len = strlen(sample);
    char *point = strchr(number, '.');
    if (point != NULL && len >= 2) {
        *point = sample[len - 2];
    }
}

/* Thin groups of three from five digits on: 12 411. */
static void
group(char *dst, size_t cap, const char *number)
{
    size_t digits = strspn(number + (*number == '-'), "0123456789");
    const char *p = number;
    size_t used = 0;
    if (*p == '-' && cap > 1) {
        dst[used++] = *p++;
    }
    for (size_t i = 0; *p != '\0' && used + 2 < cap; i++, p++) {
        if (digits >= 5 && i > 0 && i < digits && (digits - i) % 3 == 0) {
            dst[used++] = ' ';
        }
        dst[used++] = *p;
    }
    dst[used] = '\0';
}

static void
rounded(char *dst, size_t cap, int width, double shown)
{
    for (int digits = 4; digits > 0; digits--) {
        snprintf(dst, cap, "%.*g", digits, shown);
        if (text_columns(dst) <= width) {
            return;
        }
    }
}

static void
fit_number(char *dst, size_t cap, int width, const struct component *c, double shown)
{
    if (fabs(shown) >= 1e9) {
        rounded(dst, cap, width, shown);
        return;
    }
    char number[FORMAT_SIZE];
    snprintf(number, sizeof(number), "%.*f", decimals_for(c, shown), shown);
    group(dst, cap, number);
    if (text_columns(dst) > width) {
        g_strlcpy(dst, number, cap);
    }
    if (text_columns(dst) > width) {
        snprintf(dst, cap, "%.0f", shown);
    }
    if (text_columns(dst) > width) {
        rounded(dst, cap, width, shown);
    }
}

void
format_shown(char *dst, size_t cap, int width, const struct component *c, double shown)
{
    static const struct component none = {.min = NAN, .max = NAN};
    if (!isfinite(shown)) {
        snprintf(dst, cap, "–");
        return;
    }
    fit_number(dst, cap, width, c == NULL ? &none : c, shown);
    localise(dst);
}

void
format_number(char *dst, size_t cap, int width, const struct component *c, double raw)
{
    format_shown(dst, cap, width, c, adjust_apply(c->adjust, raw));
}

void
format_border(char *dst, size_t cap, double border)
{
    text_from_double(dst, cap, border);
    localise(dst);
}

void
format_tenths(char *dst, size_t cap, bool sign, double x)
{
    snprintf(dst, cap, sign ? "%+.1f" : "%.1f", x);
    localise(dst);
}

void
format_value(char *dst, size_t cap, int width, const struct component *c,
             const struct component_state *state)
{
    if (state->ts == WALL_NONE) {
        snprintf(dst, cap, "–");
        return;
    }
    if (state->text != NULL) {
        snprintf(dst, cap, "%s", state->text);
        return;
    }
    const char *name = component_state_name(c, state->num);
    if (name != NULL) {
        snprintf(dst, cap, "%s", name);
    } else if (c->kind == KIND_ACTUATOR || c->kind == KIND_SWITCH) {
        bool off = state->num >= 0 && state->num <= 0;
        bool on = state->num >= 1 && state->num <= 1;
        if (off || on) {
            snprintf(dst, cap, "%s", on ? _("on") : _("off"));
        } else {
            rounded(dst, cap, width, state->num);
            localise(dst);
        }
    } else {
        format_number(dst, cap, width, c, state->num);
    }
}

void
format_count(char *dst, size_t cap, double n)
{
    if (n >= 1e7) {
        snprintf(dst, cap, "%.0f M", n / 1e6);
    } else if (n >= 1e4) {
        snprintf(dst, cap, "%.0f k", n / 1e3);
    } else if (n >= 100) {
        snprintf(dst, cap, "%.0f", round(n / 10) * 10);
    } else {
        snprintf(dst, cap, "%.0f", n);
    }
}
