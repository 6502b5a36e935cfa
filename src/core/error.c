/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/core/error.h"

#include <stdarg.h>

enum rc
err_set(struct err *err, enum rc rc, const char *fmt, ...)
{
    if (err == NULL) {
        return rc;
    }
    va_list args;
    va_start(args, fmt);
    vsnprintf(err->text, sizeof(err->text), fmt, args);
    va_end(args);
    return rc;
}

enum rc
err_wrap(struct err *err, enum rc rc, const char *fmt, ...)
{
    if (err == NULL) {
        return rc;
    }
    struct err inner = *err;
    va_list args;
    va_start(args, fmt);
    int used = vsnprintf(err->text, sizeof(err->text), fmt, args);
    va_end(args);
    if (used >= 0 && (size_t)used < sizeof(err->text)) {
        g_strlcpy(err->text + used, ": ", sizeof(err->text) - (size_t)used);
        g_strlcat(err->text, inner.text, sizeof(err->text));
    }
    return rc;
}
