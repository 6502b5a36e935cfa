/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/config/plant_columns_private.h"

#include <math.h>

#include "src/core/text.h"

#define STATES_MAX     256
#define STATE_NAME_MAX 100
#define WINDOW_MAX_S   INT64_C(2678400) /* 31 days */

static const char *
read_clock(void *item, const char *text)
{
    struct station *s = item;
    if (*text == '\0') {
        s->clock = CLOCK_MODE_AUTO;
        return NULL;
    }
    return clock_mode_from_name(text, &s->clock) ? NULL : "is not utc, local, ignore or auto";
}

static void
write_clock(GString *to, const void *item)
{
    g_string_append(to, clock_mode_name(((const struct station *)item)->clock));
}

static const char *
read_kind(void *item, const char *text)
{
    struct component_row *r = item;
    r->c.kind = KIND_SENSOR;
    return *text == '\0' || kind_from_name(text, &r->c.kind)
               ? NULL
               : "is not actuator, switch, counter, sensor, level, fault or divider";
}

static void
write_kind(GString *to, const void *item)
{
    g_string_append(to, kind_name(((const struct component_row *)item)->c.kind));
}

static const char *
read_adjust(void *item, const char *text)
{
    static const char what[] = "is not a correction such as *0.1, /3600, +5 or -3";
    static const char signs[] = "+-*/";
    struct adjust *adjust = &((struct component_row *)item)->c.adjust;
    adjust->op = ADJUST_NONE;
    if (*text == '\0') {
        return NULL;
    }
    const char *sign = strchr(signs, *text);
    const char *number = sign != NULL ? text + 1 : text;
    if (!text_to_double(number, strlen(number), false, &adjust->operand)) {
        return what;
    }
    adjust->op = sign == NULL ? ADJUST_ADD : (enum adjust_op)(ADJUST_ADD + (sign - signs));
    if (adjust->op == ADJUST_DIVIDE && fpclassify(adjust->operand) == FP_ZERO) {
        return "is not a correction: it divides by zero";
    }
    return NULL;
}

static void
append_number(GString *to, double value)
{
    char text[32];
    text_from_double(text, sizeof(text), value);
    g_string_append(to, text);
}

static void
write_adjust(GString *to, const void *item)
{
    static const char signs[] = {[ADJUST_ADD] = '+',
                                 [ADJUST_SUBTRACT] = '-',
                                 [ADJUST_MULTIPLY] = '*',
                                 [ADJUST_DIVIDE] = '/'};
    struct adjust adjust = ((const struct component_row *)item)->c.adjust;
    if (adjust.op != ADJUST_NONE) {
        g_string_append_c(to, signs[adjust.op]);
        append_number(to, adjust.operand);
    }
}

static const char *
read_decode(void *item, const char *text)
{
    return decode_as_from_name(text, &((struct component_row *)item)->c.decode)
               ? NULL
               : "is not int16, uint16, int32, uint32, float32 or bcd";
}

static void
write_decode(GString *to, const void *item)
{
    g_string_append(to, decode_as_name(((const struct component_row *)item)->c.decode));
}

/* "0=closed": the value must be new. */
static bool
read_state(struct component *c, const char *text)
{
    const char *equals = strchr(text, '=');
    double value;
    if (equals == NULL || equals[1] == '\0' || strlen(equals + 1) > STATE_NAME_MAX ||
        c->n_states == STATES_MAX ||
        !text_to_double(text, (size_t)(equals - text), false, &value) ||
        component_state_name(c, value) != NULL) {
        return false;
    }
    c->states = g_renew(struct state_name, c->states, c->n_states + 1);
    c->states[c->n_states++] = (struct state_name){value, g_strdup(equals + 1)};
    return true;
}

static const char *
read_states(void *item, const char *text)
{
    struct component *c = &((struct component_row *)item)->c;
    if (*text == '\0') {
        return NULL;
    }
    char **list = g_strsplit(text, ";", -1);
    bool good = true;
    for (char **p = list; *p != NULL && good; p++) {
        good = read_state(c, *p);
    }
    g_strfreev(list);
    return good ? NULL : "is not a list of states such as 0=closed;1=open";
}

static void
write_states(GString *to, const void *item)
{
    const struct component *c = &((const struct component_row *)item)->c;
    for (size_t i = 0; i < c->n_states; i++) {
        g_string_append(to, i > 0 ? ";" : "");
        append_number(to, c->states[i].value);
        g_string_append_printf(to, "=%s", c->states[i].name);
    }
}

/* "sum(ID,60)": the window stands behind the last comma. */
static bool
read_window(struct component *c, char *inside)
{
    char *comma = strrchr(inside, ',');
    int64_t window;
    if (comma == NULL || !text_to_int(comma + 1, 1, WINDOW_MAX_S, &window)) {
        return false;
    }
    *comma = '\0';
    c->derive_window_s = (int)window;
    return true;
}

static const char *
read_derive(void *item, const char *text)
{
    static const char what[] =
        "is not hours(ID), pulses(ID), total(ID), sum(ID,SECONDS) or mean(ID,SECONDS)";
    struct component *c = &((struct component_row *)item)->c;
    c->derive = DERIVE_NONE;
    if (*text == '\0') {
        return NULL;
    }
    const char *open = strchr(text, '(');
    size_t len = strlen(text);
    if (open == NULL || text[len - 1] != ')') {
        return what;
    }
    char *word = g_strndup(text, (size_t)(open - text));
    char *inside = g_strndup(open + 1, len - 2 - (size_t)(open - text));
    bool good = *word != '\0' && derive_from_name(word, &c->derive);
    if (good && (c->derive == DERIVE_SUM || c->derive == DERIVE_MEAN)) {
        good = read_window(c, inside);
    }
    good = good && *inside != '\0';
    if (good) {
        c->source_id = g_steal_pointer(&inside);
    } else {
        c->derive = DERIVE_NONE;
    }
    g_free(word);
    g_free(inside);
    return good ? NULL : what;
}

static void
write_derive(GString *to, const void *item)
{
    const struct component *c = &((const struct component_row *)item)->c;
    if (c->derive == DERIVE_NONE) {
        return;
    }
    g_string_append_printf(to, "%s(%s", derive_name(c->derive), c->source_id);
    if (c->derive == DERIVE_SUM || c->derive == DERIVE_MEAN) {
        g_string_append_printf(to, ",%d", c->derive_window_s);
    }
    g_string_append_c(to, ')');
}

#define S(field) offsetof(struct station, field)
#define C(field) offsetof(struct component_row, c.field)

static const struct column station_columns[] = {
    {"uid", COLUMN_NAME, S(uid), IS_TEXT(PLANT_ID_MAX)},
    {"name", COLUMN_TEXT, S(name), IS_TEXT(PLANT_NAME_MAX)},
    {"short_name", COLUMN_TEXT, S(short_name), IS_TEXT(50)},
    {"type", COLUMN_TEXT, S(type), IS_TEXT(100)},
    {"area", COLUMN_TEXT, S(area), IS_TEXT(100)},
    {"latitude", COLUMN_REAL, S(latitude), IS_NUMBER(-90, 90)},
    {"longitude", COLUMN_REAL, S(longitude), IS_NUMBER(-180, 180)},
    {"order", COLUMN_INT, S(order), IS_WHOLE(-1e6, 1e6, 0)},
    {"silence_s", COLUMN_INT, S(silence_s), IS_WHOLE(0, 31536000, PLANT_SILENCE_DEFAULT_S)},
    {"clock", IS_OWN(clock)},
    {"guidance", COLUMN_LONG, S(guidance), IS_TEXT(2000)},
};

static const struct column component_columns[] = {
    {"id", COLUMN_NAME, C(id), IS_TEXT(PLANT_ID_MAX)},
    {"station", COLUMN_NAME, offsetof(struct component_row, station), IS_TEXT(PLANT_ID_MAX)},
    {"name", COLUMN_TEXT, C(name), IS_TEXT(PLANT_NAME_MAX)},
    {"short_name", COLUMN_TEXT, C(short_name), IS_TEXT(50)},
    {"kind", IS_OWN(kind)},
    {"unit", COLUMN_TEXT, C(unit), IS_TEXT(50)},
    {"min", COLUMN_REAL, C(min), IS_NUMBER(-1e15, 1e15)},
    {"max", COLUMN_REAL, C(max), IS_NUMBER(-1e15, 1e15)},
    {"order", COLUMN_INT, C(order), IS_WHOLE(-1e6, 1e6, 0)},
    {"adjust", IS_OWN(adjust)},
    {"decode", IS_OWN(decode)},
    {"states", IS_OWN(states)},
    {"guidance", COLUMN_LONG, C(guidance), IS_TEXT(2000)},
    {"derive", IS_OWN(derive)},
};

static bool
is_derived(const void *item)
{
    return ((const struct component_row *)item)->c.derive != DERIVE_NONE;
}

const struct table table_stations = {
    "stations.csv", station_columns, G_N_ELEMENTS(station_columns), 1, 0, NULL};
const struct table table_components = {
    "components.csv", component_columns, G_N_ELEMENTS(component_columns), 2, 1, is_derived};

/* Whether everybody's screen shows it as it is. Line ends count as blanks where they may be. */
static bool
is_clean(const char *text, bool lines)
{
    bool plain = true;
    for (const char *p = text; *p != '\0' && plain; p++) {
        plain = (*p >= 0x20 && *p < 0x7f) || (lines && *p == '\n');
    }
    if (plain) {
        return true; /* nearly always */
    }
    char *flat = g_strdup(text);
    if (lines) {
        g_strdelimit(flat, "\n", ' ');
    }
    char *clean = text_sanitize_dup(flat, strlen(flat));
    bool same = strcmp(flat, clean) == 0;
    g_free(clean);
    g_free(flat);
    return same;
}

/* CRLF inside a cell is the same line end as LF. A GString is larger than most cells: with it a
 * plant of 10,000 components would take five megabytes more. */
static char *
take_text(const char *text)
{
    if (strchr(text, '\r') == NULL) {
        return g_strdup(text);
    }
    GString *copy = g_string_new(text);
    g_string_replace(copy, "\r\n", "\n", 0);
    return g_string_free(copy, FALSE);
}

static char *
read_text(const struct column *k, void *field, const char *text)
{
    char *copy = take_text(text);
    bool clean = is_clean(copy, k->type == COLUMN_LONG);
    *(char **)field = copy;
    if (k->type == COLUMN_NAME && *copy == '\0') {
        return g_strdup("is not a name: it is empty");
    }
    if (strlen(copy) > (size_t)k->max) {
        return g_strdup_printf("is not a text of at most %.0f bytes", k->max);
    }
    return clean ? NULL : g_strdup("is not clean text: it has control or invisible characters");
}

static char *
read_cell(const struct column *k, void *item, const char *text)
{
    void *field = (char *)item + k->offset;
    const char *what;
    int64_t whole = k->type == COLUMN_INT ? (int64_t)k->fallback : 0;
    double number = k->fallback;
    switch (k->type) {
    case COLUMN_NAME:
    case COLUMN_TEXT:
    case COLUMN_LONG:
        return read_text(k, field, text);
    case COLUMN_INT:
        if (*text != '\0' && !text_to_int(text, (int64_t)k->min, (int64_t)k->max, &whole)) {
            return g_strdup_printf("is not a whole number from %.0f to %.0f", k->min, k->max);
        }
        *(int *)field = (int)whole;
        return NULL;
    case COLUMN_REAL:
        if (*text != '\0' && (!text_to_double(text, strlen(text), false, &number) ||
                              number < k->min || number > k->max)) {
            return g_strdup_printf("is not a number from %g to %g", k->min, k->max);
        }
        *(double *)field = number + 0.0; /* there is one zero only */
        return NULL;
    case COLUMN_OWN:
        what = k->read(item, text);
        if (what == NULL && !is_clean(text, false)) {
            what = "is not clean text: it has control or invisible characters";
        }
        return g_strdup(what);
    }
    return NULL;
}

bool
table_read(const struct table *t, void *item, const char *path, int line,
           const char *const *cells, struct problems *problems)
{
    bool good = true;
    for (size_t i = 0; i < t->n; i++) {
        char *wrong = read_cell(&t->columns[i], item, cells[i]);
        if (wrong != NULL) {
            problems_add(problems, "%s:%d: %s: \"%.200s\" %s", path, line, t->columns[i].name,
                         cells[i], wrong);
            g_free(wrong);
            good = false;
        }
    }
    return good;
}

char *
table_write(const struct table *t, size_t column, const void *item)
{
    const struct column *k = &t->columns[column];
    const void *field = (const char *)item + k->offset;
    GString *to = g_string_new(NULL);
    switch (k->type) {
    case COLUMN_NAME:
    case COLUMN_TEXT:
    case COLUMN_LONG:
        g_string_append(to, *(char *const *)field);
        break;
    case COLUMN_INT:
        g_string_append_printf(to, "%d", *(const int *)field);
        break;
    case COLUMN_REAL:
        if (!isnan(*(const double *)field)) {
            append_number(to, *(const double *)field);
        }
        break;
    case COLUMN_OWN:
        k->write(to, item);
        break;
    }
    return g_string_free(to, FALSE);
}
