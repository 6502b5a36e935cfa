/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/export.h"

#include <math.h>

#include "src/core/csv.h"
#include "src/core/i18n.h"
#include "src/core/log.h"
#include "src/core/text.h"
#include "src/core/timestamp.h"
#include "ui/boards.h"

static char *
default_name(const struct screen *s, const char *what)
{
    time_t seconds = (time_t)(s->now.wall / US_PER_S);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    return g_strdup_printf("leitstand-%s-%04d%02d%02d-%02d%02d%02d.csv", what,
                           tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
                           tm.tm_sec);
}

void
export_write(struct screen *s, const char *what, const char *argument, const GString *text,
             guint rows)
{
    bool replace = *argument == '!';
    const char *given = argument + (replace ? 1 : 0);
    given += strspn(given, " ");
    char *path = *given == '\0' ? default_name(s, what) : g_strdup(given);
    char *exists =
        g_strdup_printf(_("\"%s\" is there already; :export !%s writes over it"), path, path);
    char *done = g_strdup_printf(
        ngettext("%u row written to %s", "%u rows written to %s", rows), rows, path);
    export_order(s, &(struct writer_order){.how = replace ? WRITER_REPLACE : WRITER_NEW,
                                           .path = path,
                                           .text = text->str,
                                           .len = text->len,
                                           .done = done,
                                           .exists = exists});
    g_free(done);
    g_free(exists);
    g_free(path);
}

void
export_order(struct screen *s, const struct writer_order *order)
{
    screen_notice(s, _("writing \"%s\""), order->path);
    writer_put(s->writer, order);
}

void
export_answers(struct screen *s)
{
    struct writer_answer answer;
    while (writer_take(s->writer, &answer)) {
        if (!answer.good) {
            log_warning("%s", answer.text);
        }
        if (answer.read != NULL) {
            boards_imported(s, &answer);
        } else {
            screen_notice(s, "%s", answer.text);
        }
        writer_answer_fini(&answer);
    }
}

void
export_time(GString *to, wall_us at, bool first)
{
    char text[TIMESTAMP_SIZE] = "";
    if (at != WALL_NONE) {
        timestamp_format(text, at);
    }
    csv_cell_append(to, text, first);
}

void
export_number(GString *to, double value, bool first)
{
    char text[32] = "";
    if (isfinite(value)) {
        text_from_double(text, sizeof(text), value);
    }
    csv_cell_append(to, text, first);
}
