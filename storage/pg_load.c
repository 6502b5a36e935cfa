/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of a load: what the store has to know before they come, and their COPY. */
#include "storage/pg_array.h"
#include "storage/pg_readings_private.h"

#include "src/core/timestamp.h"

#define DAY_US   (INT64_C(86400) * US_PER_S)
#define IN_QUERY (-1) /* a series number that is being asked for */

#define SEND_BYTES (128u << 10) /* handed to the connection at a time */

/* ---- rows ---- */

void
load_init(struct load *l, GPtrArray *batches, const char *grant)
{
    *l = (struct load){.batches = batches, .grant = grant};
    for (unsigned i = 0; i < batches->len; i++) {
        const struct outbox_batch *b = g_ptr_array_index(batches, i);
        l->rows += b->records->len;
    }
}

void
load_fini(struct load *l)
{
    g_clear_pointer(&l->skip, g_free);
}

void
load_skip(struct load *l, size_t first, size_t n, enum skip_reason why)
{
    if (l->skip == NULL) {
        l->skip = g_malloc0(l->rows);
    }
    for (size_t i = first; i < first + n; i++) {
        l->skip[i] |= (uint8_t)why;
    }
}

static const struct outbox_batch *
batch_at(const struct load *l, unsigned i)
{
    return g_ptr_array_index(l->batches, i);
}

struct load_cursor
load_rows(const struct load *l, size_t first, size_t end)
{
    struct load_cursor c = {.load = l, .row = first, .end = end};
    while (c.batch < l->batches->len && first >= batch_at(l, c.batch)->records->len) {
        first -= batch_at(l, c.batch++)->records->len;
    }
    c.record = (unsigned)first;
    return c;
}

const struct record *
load_next(struct load_cursor *c, size_t *ret_row)
{
    while (c->row < c->end) {
        const GArray *records = batch_at(c->load, c->batch)->records;
        if (c->record == records->len) {
            c->batch++;
            c->record = 0;
            continue;
        }
        size_t row = c->row++;
        const struct record *r = &g_array_index(records, struct record, c->record);
        c->record++;
        if (c->load->skip == NULL || c->load->skip[row] == 0) {
            *ret_row = row;
            return r;
        }
    }
    return NULL;
}

/* ---- days ---- */

static int64_t
day_of(wall_us ts)
{
    return ts / DAY_US - (ts % DAY_US < 0);
}

static bool
knows_day(const struct pg_readings *r, int64_t day)
{
    for (unsigned i = 0; i < r->days->len; i++) {
        if (g_array_index(r->days, int32_t, i) == day) {
            return true;
        }
    }
    return false;
}

bool
load_has_day(const struct pg_readings *r, wall_us ts)
{
    return knows_day(r, day_of(ts));
}

enum rc
load_no_day(wall_us ts, struct err *err)
{
    char text[TIMESTAMP_SIZE];
    timestamp_format(text, ts);
    return err_set(err, RC_INVALID, "its time %s is too far from now for the store", text);
}

static void
add_once(GArray *days, int32_t day)
{
    for (unsigned i = 0; i < days->len; i++) {
        if (g_array_index(days, int32_t, i) == day) {
            return;
        }
    }
    g_array_append_val(days, day);
}

/* The integers of an array in text, appended to out. */
static void
parse_ints(GArray *out, const char *text)
{
    for (const char *p = text; *p == '{' || *p == ',';) {
        char *end;
        int64_t value = g_ascii_strtoll(p + 1, &end, 10);
        if (end == p + 1) {
            break;
        }
        int32_t small = (int32_t)value;
        g_array_append_val(out, small);
        p = end;
    }
}

/* Ask with arrays as values; the answer is one array. */
static enum rc
ask_array(struct pg_readings *r, enum pg_statement which, size_t n, const char *const *values,
          GArray *answer, struct err *err)
{
    PGresult *result = NULL;
    enum rc rc = pg_query(r->pg, which, n, values, &result, err);
    if (rc == RC_OK && PQntuples(result) == 1) {
        parse_ints(answer, PQgetvalue(result, 0, 0));
    }
    PQclear(result);
    return rc;
}

static enum rc
ask_days(struct pg_readings *r, const GArray *wanted, size_t *ret_refused, struct err *err)
{
    GString *list = g_string_new("");
    GArray *refused = g_array_new(FALSE, FALSE, sizeof(int32_t));
    for (unsigned i = 0; i < wanted->len; i++) {
        pg_array_int(list, g_array_index(wanted, int32_t, i));
    }
    pg_array_end(list);
    const char *values[] = {list->str};
    enum rc rc = ask_array(r, PG_MAKE_DAYS, G_N_ELEMENTS(values), values, refused, err);
    for (unsigned i = 0; rc == RC_OK && i < wanted->len; i++) {
        int32_t day = g_array_index(wanted, int32_t, i);
        bool good = true;
        for (unsigned k = 0; k < refused->len; k++) {
            good = good && g_array_index(refused, int32_t, k) != day;
        }
        if (good) {
            g_array_append_val(r->days, day);
        }
    }
    *ret_refused = refused->len;
    g_array_unref(refused);
    g_string_free(list, TRUE);
    return rc;
}

/* ---- series ---- */

static enum rc
ask_series(struct pg_readings *r, const GArray *wanted, struct err *err)
{
    GString *stations = g_string_new(""), *components = g_string_new("");
    GArray *ids = g_array_new(FALSE, FALSE, sizeof(int32_t));
    for (unsigned i = 0; i < wanted->len; i++) {
        const struct outbox_series *s =
            outbox_series(r->outbox, g_array_index(wanted, uint32_t, i));
        pg_array_text(stations, s != NULL ? s->station : "?");
        pg_array_text(components, s != NULL ? s->component : "?");
    }
    pg_array_end(stations);
    pg_array_end(components);
    const char *values[] = {stations->str, components->str};
    enum rc rc = ask_array(r, PG_SERIES_IDS, G_N_ELEMENTS(values), values, ids, err);
    if (rc == RC_OK && ids->len != wanted->len) {
        rc = err_set(err, RC_INVALID, "the store does not number its series");
    }
    for (unsigned i = 0; i < wanted->len; i++) {
        g_array_index(r->series, int32_t, g_array_index(wanted, uint32_t, i)) =
            rc == RC_OK ? g_array_index(ids, int32_t, i) : 0;
    }
    g_array_unref(ids);
    g_string_free(stations, TRUE);
    g_string_free(components, TRUE);
    return rc;
}

static void
want_series(struct pg_readings *r, uint32_t number, GArray *wanted)
{
    if (number >= r->series->len) {
        g_array_set_size(r->series, number + 1 + number / 4); /* cleared */
    }
    int32_t *id = &g_array_index(r->series, int32_t, number);
    if (*id == 0) {
        *id = IN_QUERY;
        g_array_append_val(wanted, number);
    }
}

/* A number that is larger than any the outbox gives has no name, and no place in the table. */
static uint32_t
known_number(const struct pg_readings *r, const struct record *row)
{
    return outbox_series(r->outbox, row->series) != NULL ? row->series : 0;
}

/* A day that is known: most rows are of the same. */
struct known_day {
    wall_us from, to;
};

static bool
is_known_series(const struct pg_readings *r, uint32_t number)
{
    return number < r->series->len && g_array_index(r->series, int32_t, number) > 0;
}

static bool
is_known_day(const struct pg_readings *r, wall_us ts, struct known_day *k)
{
    if (ts >= k->from && ts < k->to) {
        return true;
    }
    int64_t day = day_of(ts);
    if (!knows_day(r, day)) {
        return false;
    }
    k->from = day * DAY_US;
    k->to = k->from + DAY_US;
    return true;
}

static bool
needs_nothing(const struct pg_readings *r, const struct outbox_batch *b, struct known_day *k)
{
    for (unsigned i = 0; i < b->records->len; i++) {
        const struct record *row = &g_array_index(b->records, struct record, i);
        if (!is_known_series(r, row->series) || !is_known_day(r, row->ts, k)) {
            return false;
        }
    }
    return true;
}

void
pg_readings_foresee(struct pg_readings *r, GPtrArray *batches)
{
    const struct load l = {.batches = batches};
    struct known_day known = {0, 0};
    const struct outbox_batch *first = batches->len > 0 ? batch_at(&l, 0) : NULL;
    unsigned i = 0;
    if (first == NULL || !uuid_equal(&r->foreseen.uuid, &first->segment.id) ||
        first->number < r->foreseen.first || first->number > r->foreseen.last) {
        load_forget_foreseen(r);
    } else { /* they were looked through but for the last ones */
        i = (unsigned)MIN(r->foreseen.last + 1 - first->number, batches->len);
        while (i > 0 && batch_at(&l, i - 1)->number > r->foreseen.last) {
            i--;
        }
    }
    for (; i < batches->len && needs_nothing(r, batch_at(&l, i), &known); i++) {
        if (r->foreseen.last == 0) {
            r->foreseen.uuid = first->segment.id;
            r->foreseen.first = first->number;
        }
        r->foreseen.last = batch_at(&l, i)->number;
    }
}

void
load_forget_foreseen(struct pg_readings *r)
{
    r->foreseen.first = 1;
    r->foreseen.last = 0;
}

static bool
is_foreseen(const struct pg_readings *r, const struct load *l)
{
    const struct outbox_batch *first = batch_at(l, 0);
    return uuid_equal(&r->foreseen.uuid, &first->segment.id) &&
           first->number >= r->foreseen.first &&
           batch_at(l, l->batches->len - 1)->number <= r->foreseen.last;
}

/* What has to be asked for rows [first, end). */
static void
see_wanted(struct pg_readings *r, const struct load *l, size_t first, size_t end,
           GArray *series, GArray *days)
{
    struct load_cursor c = load_rows(l, first, end);
    struct known_day known = {0, 0};
    const struct record *row;
    size_t n;
    while ((row = load_next(&c, &n)) != NULL) {
        if (!is_known_series(r, row->series)) {
            want_series(r, known_number(r, row), series);
        }
        if (!is_known_day(r, row->ts, &known)) {
            add_once(days, (int32_t)day_of(row->ts));
        }
    }
}

enum rc
load_ask(struct pg_readings *r, const struct load *l, size_t first, size_t end,
         size_t *ret_refused, struct err *err)
{
    *ret_refused = 0;
    if (is_foreseen(r, l)) {
        return RC_OK;
    }
    GArray *series = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    GArray *days = g_array_new(FALSE, FALSE, sizeof(int32_t));
    see_wanted(r, l, first, end, series, days);
    enum rc rc = series->len > 0 ? ask_series(r, series, err) : RC_OK;
    if (rc == RC_OK && days->len > 0) {
        rc = ask_days(r, days, ret_refused, err);
    }
    g_array_unref(series);
    g_array_unref(days);
    return rc;
}

/* ---- COPY ---- */

static int32_t
number_of(const struct pg_readings *r, uint32_t series)
{
    int32_t number = series < r->series->len ? g_array_index(r->series, int32_t, series) : 0;
    return number > 0 ? number : g_array_index(r->series, int32_t, 0);
}

enum rc
load_describe(struct pg_readings *r, const char *batch, const char *ids, struct err *err)
{
    const char *values[] = {batch, ids};
    return pg_query(r->pg, PG_SET_BATCH, G_N_ELEMENTS(values), values, NULL, err);
}

static enum rc
send_bytes(struct pg_readings *r, struct err *err)
{
    enum rc rc = pg_copy_data(r->pg, r->bytes->data, r->bytes->len, err);
    g_byte_array_set_size(r->bytes, 0);
    return rc;
}

static void
meanwhile(const struct pg_readings *r, bool ending)
{
    if (r->meanwhile != NULL) {
        r->meanwhile(r->meanwhile_user, ending);
    }
}

enum rc
load_copy(struct pg_readings *r, const struct load *l, size_t first, size_t end,
          struct err *err)
{
    enum rc rc = pg_copy_begin(r->pg, PG_COPY_READINGS, err);
    if (rc != RC_OK) {
        return rc;
    }
    struct load_cursor c = load_rows(l, first, end);
    const struct record *row;
    size_t n;
    g_byte_array_set_size(r->bytes, 0);
    copy_rows_header(r->bytes);
    while (rc == RC_OK && (row = load_next(&c, &n)) != NULL) {
        copy_rows_append(r->bytes, row, number_of(r, row->series), r->segment.id);
        if (r->bytes->len >= SEND_BYTES) {
            rc = send_bytes(r, err);
            meanwhile(r, false);
        }
    }
    if (rc == RC_OK) {
        copy_rows_trailer(r->bytes);
        rc = send_bytes(r, err);
    }
    rc = rc == RC_OK ? pg_copy_close(r->pg, err) : rc;
    meanwhile(r, true);
    return rc == RC_OK ? pg_copy_end(r->pg, err) : rc;
}
