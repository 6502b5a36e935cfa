/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text from outside: sanitised, measured, read as number and as time. */
#include <assert.h>
#include <math.h>

#include "src/core/text.h"
#include "src/core/timestamp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_sanitised(const uint8_t *data, size_t size, size_t cap)
{
    char *out = g_malloc(cap), *again = g_malloc(cap);
    size_t n = text_sanitize(out, cap, data, size);
    assert(n < cap && n <= size && out[n] == '\0' && strlen(out) == n);
    assert(g_utf8_validate(out, (gssize)n, NULL));
    for (size_t i = 0; i < n; i++) {
        assert((unsigned char)out[i] >= 0x20 && out[i] != 0x7f);
    }
    assert(text_sanitize(again, cap, out, n) == n && memcmp(out, again, n) == 0);

    int columns = text_columns(out), fit;
    assert(columns >= 0 && (size_t)columns <= 2 * n);
    size_t bytes = text_fit(out, columns / 2, &fit);
    assert(bytes <= n && fit <= columns / 2);
    assert(g_utf8_validate(out, (gssize)bytes, NULL));
    g_free(again);
    g_free(out);
}

static void
check_number(const char *text, size_t size)
{
    double value, back;
    if (text_to_double(text, size, true, &value)) {
        char shortest[32];
        assert(isfinite(value));
        text_from_double(shortest, sizeof(shortest), value);
        assert(text_to_double(shortest, strlen(shortest), false, &back));
        assert(memcmp(&value, &back, sizeof(value)) == 0);
    }
    int64_t number;
    if (text_to_int(text, -5, 1000, &number)) {
        assert(number >= -5 && number <= 1000);
    }
}

static void
check_time(const char *text, size_t size)
{
    wall_us at, back;
    enum timestamp_zone zone;
    if (timestamp_parse(text, size, &at, &zone)) {
        char formatted[TIMESTAMP_SIZE];
        timestamp_format(formatted, at);
        /* An offset may carry the ends of the calendar into years of another form. */
        if (timestamp_parse(formatted, strlen(formatted), &back, &zone)) {
            assert(at == back);
        }
    }
    if (timestamp_parse_arg(text, 0, &at)) {
        timestamp_parse_arg(text, INT64_C(1) << 50, &at);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_sanitised(data, size, size + 1);
    check_sanitised(data, size, size / 2 + 1);
    char *text = g_strndup((const char *)data, size); /* ends at the first NUL */
    check_number(text, strlen(text));
    check_time(text, strlen(text));
    timestamp_parse((const char *)data, size, &(wall_us){0}, &(enum timestamp_zone){0});
    text_to_double((const char *)data, size, false, &(double){0});
    g_free(text);
    return 0;
}
