/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/core/timestamp.h"

#include "src/core/text.h"

#define US_PER_MIN (60 * US_PER_S)
#define US_PER_DAY (INT64_C(86400) * US_PER_S)

/* Days since 1970-01-01 (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */
static int64_t
days_from_civil(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void
civil_from_days(int64_t days, int64_t *year, int *month, int *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted = (5 * day_of_year + 2) / 153;
    *day = (int)(day_of_year - (153 * shifted + 2) / 5 + 1);
    *month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    *year = year_of_era + era * 400 + (*month <= 2);
}

void
timestamp_format(char dst[TIMESTAMP_SIZE], wall_us at)
{
    int64_t days = at / US_PER_DAY, rest = at % US_PER_DAY;
    if (rest < 0) {
        rest += US_PER_DAY;
        days--;
    }
    int64_t year;
    int month, day;
    civil_from_days(days, &year, &month, &day);
    int seconds = (int)(rest / US_PER_S), us = (int)(rest % US_PER_S);
    int used = snprintf(dst, TIMESTAMP_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d", (int)year, month,
                        day, seconds / 3600, seconds / 60 % 60, seconds % 60);
    char *end = dst + used;
    size_t left = TIMESTAMP_SIZE - (size_t)used;
    if (us == 0) {
        g_strlcpy(end, "Z", left);
    } else if (us % 1000 == 0) {
        snprintf(end, left, ".%03dZ", us / 1000);
    } else {
        snprintf(end, left, ".%06dZ", us);
    }
}

/* Exactly n digits at *p, not beyond end. */
static bool
digits(const char **p, const char *end, int n, int *ret)
{
    int value = 0;
    if (end - *p < n) {
        return false;
    }
    for (int i = 0; i < n; i++) {
        char c = (*p)[i];
        if (c < '0' || c > '9') {
            return false;
        }
        value = value * 10 + (c - '0');
    }
    *p += n;
    *ret = value;
    return true;
}

static bool
literal(const char **p, const char *end, const char *set)
{
    if (*p == end || **p == '\0' || strchr(set, **p) == NULL) {
        return false;
    }
    (*p)++;
    return true;
}

static bool
parse_date(const char **p, const char *end, int64_t *ret_days)
{
    static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year, month, day;
    if (!digits(p, end, 4, &year) || !literal(p, end, "-") || !digits(p, end, 2, &month) ||
        !literal(p, end, "-") || !digits(p, end, 2, &day) || month < 1 || month > 12) {
        return false;
    }
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    int last = length[month - 1] + (month == 2 && leap);
    if (day < 1 || day > last) {
        return false;
    }
    *ret_days = days_from_civil(year, month, day);
    return true;
}

/* ".123456789": what is finer than a microsecond is cut off. */
static bool
parse_fraction(const char **p, const char *end, int64_t *ret_us)
{
    *ret_us = 0;
    if (!literal(p, end, ".,")) {
        return true;
    }
    int64_t unit = 100000;
    const char *first = *p;
    while (*p < end && **p >= '0' && **p <= '9') {
        *ret_us += (**p - '0') * unit;
        unit /= 10;
        (*p)++;
    }
    return *p > first;
}

static bool
parse_time(const char **p, const char *end, int64_t *ret_us)
{
    int hour, minute, second = 0;
    int64_t fraction = 0;
    if (!digits(p, end, 2, &hour) || !literal(p, end, ":") || !digits(p, end, 2, &minute)) {
        return false;
    }
    if (literal(p, end, ":") &&
        (!digits(p, end, 2, &second) || !parse_fraction(p, end, &fraction))) {
        return false;
    }
    if (hour > 23 || minute > 59 || second > 60) {
        return false;
    }
    *ret_us = ((hour * INT64_C(60) + minute) * 60 + second) * US_PER_S + fraction;
    return true;
}

static bool
parse_zone(const char **p, const char *end, int64_t *ret_us, enum timestamp_zone *ret_zone)
{
    *ret_us = 0;
    *ret_zone = TIMESTAMP_UTC;
    if (*p == end) {
        *ret_zone = TIMESTAMP_NAIVE;
        return true;
    }
    if (literal(p, end, "Zz")) {
        return true;
    }
    char sign = **p;
    int hours, minutes = 0;
    if (!literal(p, end, "+-") || !digits(p, end, 2, &hours) || hours > 14) {
        return false;
    }
    bool colon = literal(p, end, ":");
    if ((colon || *p < end) && (!digits(p, end, 2, &minutes) || minutes > 59)) {
        return false;
    }
    *ret_us = (hours * INT64_C(60) + minutes) * US_PER_MIN * (sign == '-' ? -1 : 1);
    return true;
}

bool
timestamp_parse(const char *text, size_t len, wall_us *ret, enum timestamp_zone *ret_zone)
{
    const char *p = text, *end = text + len;
    int64_t days, time_us, offset_us;
    enum timestamp_zone zone;
    if (!parse_date(&p, end, &days) || !literal(&p, end, "Tt ") ||
        !parse_time(&p, end, &time_us) || !parse_zone(&p, end, &offset_us, &zone) || p != end) {
        return false;
    }
    *ret = days * US_PER_DAY + time_us - offset_us;
    *ret_zone = zone;
    return true;
}

bool
timestamp_parse_span(const char *text, int64_t *ret_us)
{
    static const struct {
        char unit;
        int64_t us;
    } units[] = {{'s', US_PER_S}, {'m', US_PER_MIN}, {'h', 60 * US_PER_MIN}, {'d', US_PER_DAY}};
    size_t len = strlen(text);
    for (size_t i = 0; i < G_N_ELEMENTS(units) && len > 1; i++) {
        char count[16];
        int64_t n;
        if (text[len - 1] != units[i].unit || len > sizeof(count)) {
            continue;
        }
        memcpy(count, text, len - 1);
        count[len - 1] = '\0';
        if (!text_to_int(count, 0, 1000000, &n)) {
            return false;
        }
        *ret_us = n * units[i].us;
        return true;
    }
    return false;
}

bool
timestamp_parse_arg(const char *text, wall_us now, wall_us *ret)
{
    int64_t span_us;
    if (timestamp_parse_span(text, &span_us)) {
        *ret = now - span_us;
        return true;
    }
    enum timestamp_zone zone;
    return timestamp_parse(text, strlen(text), ret, &zone) && zone == TIMESTAMP_UTC;
}
