/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/kpi_rows.h"

#include <math.h>

#include <jansson.h>

#include "src/app/json_text.h"
#include "src/core/timestamp.h"

/* How a figure stands in struct kpi_result, and how it is told. */
enum form { FORM_COUNT, FORM_REAL, FORM_SPAN /* us, told in s; negative: none */ };

#define AT(form, field) form, offsetof(struct kpi_result, field)
static const struct figure {
    const char *key, *unit;
    enum form form;
    size_t offset;
} figures[] = {
    {"annunciated", "", AT(FORM_COUNT, annunciated)},
    {"critical", "", AT(FORM_COUNT, by_priority[ALARM_CRITICAL])},
    {"high", "", AT(FORM_COUNT, by_priority[ALARM_HIGH])},
    {"medium", "", AT(FORM_COUNT, by_priority[ALARM_MEDIUM])},
    {"low", "", AT(FORM_COUNT, by_priority[ALARM_LOW])},
    {"tests", "", AT(FORM_COUNT, tests)},
    {"per_day", "", AT(FORM_REAL, per_day)},
    {"per_hour", "", AT(FORM_REAL, per_hour)},
    {"per_10min", "", AT(FORM_REAL, per_10min)},
    {"worst_10min", "", AT(FORM_COUNT, worst_10min)},
    {"hours", "", AT(FORM_COUNT, hours)},
    {"hours_above_30", "", AT(FORM_COUNT, hours_above_30)},
    {"slots", "", AT(FORM_COUNT, slots)},
    {"slots_above_10", "", AT(FORM_COUNT, slots_above_10)},
    {"floods", "", AT(FORM_COUNT, floods)},
    {"flood_s", "s", AT(FORM_SPAN, flood_us)},
    {"longest_flood_s", "s", AT(FORM_SPAN, longest_flood_us)},
    {"flood_peak", "", AT(FORM_COUNT, flood_peak)},
    {"flood_total", "", AT(FORM_COUNT, flood_total)},
    {"flood_share", "", AT(FORM_REAL, flood_share)},
    {"chattering", "", AT(FORM_COUNT, chattering)},
    {"fleeting", "", AT(FORM_COUNT, fleeting)},
    {"standing", "", AT(FORM_COUNT, standing)},
    {"median_ack_s", "s", AT(FORM_SPAN, median_ack_us)},
    {"unacked_returned", "", AT(FORM_COUNT, unacked_returned)},
    {"worst_share", "", AT(FORM_REAL, worst_share)},
};

static const char *const grade_names[] = {
    [KPI_GOOD] = "good",
    [KPI_WATCH] = "watch",
    [KPI_BAD] = "bad",
};

/* NAN: there is none. */
static double
value_of(const struct figure *f, const struct kpi_result *r)
{
    const void *field = (const char *)r + f->offset;
    switch (f->form) {
    case FORM_COUNT:
        return *(const uint32_t *)field;
    case FORM_REAL:
        return *(const double *)field;
    case FORM_SPAN:
        break;
    }
    int64_t us = *(const int64_t *)field;
    return us < 0 ? (double)NAN : (double)us / (double)US_PER_S;
}

static bool
is_whole(double value)
{
    return fabs(value) < 1e15 && fpclassify(value - trunc(value)) == FP_ZERO;
}

/* Means and shares to six digits, which are more than they are worth; counts as they are. */
static double
rounded(double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    if (!isfinite(value) || is_whole(value)) {
        return value;
    }
    return g_ascii_strtod(g_ascii_formatd(text, sizeof(text), "%.6g", value), NULL);
}

/* A count as a whole number, too: what is 3 is not told as 3.0. */
static json_t *
number(double value)
{
    if (!isfinite(value)) {
        return json_null();
    }
    return is_whole(value) ? json_integer((json_int_t)value) : json_real(rounded(value));
}

/* Takes value over. */
static void
put_json(struct rows *rows, json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(12));
    rows_json(rows, "", text != NULL ? text : "null");
    free(text);
    json_decref(value);
}

static json_t *
figures_to_json(const struct kpi_result *r)
{
    json_t *object = json_object();
    for (size_t i = 0; i < G_N_ELEMENTS(figures); i++) {
        json_object_set_new(object, figures[i].key, number(value_of(&figures[i], r)));
    }
    if (r->worst_10min > 0) {
        char text[TIMESTAMP_SIZE];
        timestamp_format(text, r->worst_at);
        json_object_set_new(object, "worst_10min_at", json_string(text));
    } else {
        json_object_set_new(object, "worst_10min_at", json_null());
    }
    return object;
}

static json_t *
targets_to_json(const struct kpi_line *lines, uint32_t n)
{
    json_t *object = json_object();
    for (uint32_t i = 0; i < n; i++) {
        const struct kpi_line *l = &lines[i];
        json_object_set_new(object, l->key,
                            json_pack("{s:o,s:s,s:o,s:o,s:s}", "value", number(l->value),
                                      "unit", l->unit, "target", number(l->target), "limit",
                                      number(l->limit), "grade", grade_names[l->grade]));
    }
    return object;
}

static json_t *
worst_to_json(const struct kpi_result *r)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < r->n_worst; i++) {
        const struct kpi_offender *o = &r->worst[i];
        json_array_append_new(
            list,
            json_pack("{s:o,s:o,s:o,s:s,s:I,s:I,s:I,s:o}", "station", json_text(o->station),
                      "component", json_text(o->component), "rule", json_text(o->rule),
                      "priority", alarm_priority_name(o->priority), "annunciated",
                      (json_int_t)o->annunciated, "chattering", (json_int_t)o->chattering,
                      "fleeting", (json_int_t)o->fleeting, "share", number(o->share)));
    }
    return list;
}

struct rows *
kpi_rows_new(const char *format)
{
    static const char *const nested[] = {"from",    "to",    "label", "figures",
                                         "targets", "worst", NULL};
    static const char *const flat[] = {"label", "figure", "value", "unit", "target", "limit",
                                       "grade", "alarm",  "from",  "to",   NULL};
    return rows_new(rows_nest(format) ? nested : flat, format);
}

/* One row of a table; l: its target, NULL when it has none. */
static bool
put_figure(struct rows *rows, const char *label, const struct kpi_result *r, const char *key,
           double value, const char *unit, const struct kpi_line *l, const char *alarm)
{
    rows_text(rows, label);
    rows_text(rows, key);
    rows_number(rows, rounded(value));
    rows_text(rows, *unit != '\0' ? unit : NULL);
    rows_number(rows, l != NULL ? l->target : (double)NAN);
    rows_number(rows, l != NULL ? l->limit : (double)NAN);
    rows_text(rows, l != NULL ? grade_names[l->grade] : NULL);
    rows_text(rows, alarm);
    rows_time(rows, r->from);
    rows_time(rows, r->to);
    return rows_end(rows);
}

static const struct kpi_line *
line_of(const struct kpi_line *lines, uint32_t n, const char *key)
{
    for (uint32_t i = 0; i < n; i++) {
        if (strcmp(lines[i].key, key) == 0) {
            return &lines[i];
        }
    }
    return NULL;
}

/* The figures that have no target, those that have one, the worst offenders. */
static bool
put_flat(struct rows *rows, const char *label, const struct kpi_result *r,
         const struct kpi_line *lines, uint32_t n)
{
    bool well = true;
    for (size_t i = 0; i < G_N_ELEMENTS(figures) && well; i++) {
        const struct figure *f = &figures[i];
        if (line_of(lines, n, f->key) == NULL) {
            well = put_figure(rows, label, r, f->key, value_of(f, r), f->unit, NULL, NULL);
        }
    }
    for (uint32_t i = 0; i < n && well; i++) {
        const struct kpi_line *l = &lines[i];
        well = put_figure(rows, label, r, l->key, l->value, l->unit, l, NULL);
    }
    for (uint32_t i = 0; i < r->n_worst && well; i++) {
        const struct kpi_offender *o = &r->worst[i];
        char key[32];
        char *alarm = g_strjoin("/", o->station, o->component, o->rule, NULL);
        snprintf(key, sizeof(key), "worst_%u", i + 1);
        well = put_figure(rows, label, r, key, o->annunciated, "", NULL, alarm);
        g_free(alarm);
    }
    return well;
}

static bool
put_nested(struct rows *rows, const char *label, const struct kpi_result *r,
           const struct kpi_line *lines, uint32_t n)
{
    rows_time(rows, r->from);
    rows_time(rows, r->to);
    rows_text(rows, label);
    put_json(rows, figures_to_json(r));
    put_json(rows, targets_to_json(lines, n));
    put_json(rows, worst_to_json(r));
    return rows_end(rows);
}

bool
kpi_rows_put(struct rows *rows, const char *format, const char *label,
             const struct kpi_result *r)
{
    uint32_t n = 0;
    struct kpi_line *lines = kpi_lines(r, &n);
    bool well = rows_nest(format) ? put_nested(rows, label, r, lines, n)
                                  : put_flat(rows, label, r, lines, n);
    g_free(lines);
    return well;
}
