/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/language.h"

#include <locale.h>
#include <stdlib.h>

#include <glib.h>

#include "src/core/i18n.h"

const char *const languages[] = {"en", "de", NULL};

/* gettext keeps what it looked up until this counts on (its manual, "Being a gettext grok"). */
extern int _nl_msg_cat_cntr; /* NOLINT: the library's name */

bool
language_set(const char *code)
{
    if (!g_strv_contains(languages, code)) {
        return false;
    }
    /* In the locale "C" nothing is ever translated. */
    const char *messages = setlocale(LC_MESSAGES, NULL);
    if (messages == NULL || strcmp(messages, "C") == 0 || strcmp(messages, "POSIX") == 0) {
        setlocale(LC_MESSAGES, "C.UTF-8");
    }
    setenv("LANGUAGE", code, 1);
    _nl_msg_cat_cntr++;
    return true;
}

const char *
language_now(void)
{
    /* Translators: the two letters of your own language, for example "de". */
    return _("en");
}
