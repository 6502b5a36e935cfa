/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "src/core/csv.h"
#include "src/core/i18n.h"
#include "src/core/text.h"
#include "src/core/timestamp.h"
#include "ui/export.h"
#include "ui/trends.h"

static void
add_number(GString *out, bool there, double value)
{
    char text[32] = "";
    if (there && isfinite(value)) {
        text_from_double(text, sizeof(text), value);
    }
    g_string_append_printf(out, ",%s", text);
}

static void
add_row(GString *out, const struct trends *t, const struct trend_entry *e,
        const struct trend_dot dots[TREND_STATS], uint32_t i)
{
    const struct component *c = &t->plant->components[e->component];
    const struct archive_bucket *b = &e->now.buckets[i];
    char since[TIMESTAMP_SIZE], until[TIMESTAMP_SIZE];
    timestamp_format(since, trend_window_start(&t->window, i));
    timestamp_format(until, trend_window_start(&t->window, (int64_t)i + 1));
    csv_cell_append(out, since, true);
    csv_cell_append(out, until, false);
    csv_text_append(out, e->now.name.station, false);
    csv_text_append(out, e->now.name.component, false);
    csv_text_append(out, c->unit, false);
    g_string_append_printf(out, ",%u,%u", b->n, b->bad);
    for (int stat = 0; stat < TREND_STATS; stat++) {
        add_number(out, b->n > 0, dots[stat].value);
    }
    g_string_append(out, "\r\n");
}

static void
add_entry(GString *out, const struct trends *t, const struct trend_entry *e)
{
    uint32_t n = t->window.n;
    struct trend_dot *dots[TREND_STATS];
    for (int stat = 0; stat < TREND_STATS; stat++) {
        dots[stat] = g_new(struct trend_dot, MAX(n, 1));
        trend_dots(dots[stat], e->now.buckets, &e->now.before, &t->window,
                   &t->plant->components[e->component], (enum trend_stat)stat, 0);
    }
    for (uint32_t i = 0; i < n; i++) {
        struct trend_dot row[TREND_STATS];
        for (int stat = 0; stat < TREND_STATS; stat++) {
            row[stat] = dots[stat][i];
        }
        add_row(out, t, e, row, i);
    }
    for (int stat = 0; stat < TREND_STATS; stat++) {
        g_free(dots[stat]);
    }
}

static GString *
make_csv(const struct trends *t)
{
    GString *out = g_string_new("since,until,station,component,unit,readings,bad");
    for (int stat = 0; stat < TREND_STATS; stat++) {
        g_string_append_printf(out, ",%s", trend_stat_name((enum trend_stat)stat));
    }
    g_string_append(out, "\r\n");
    for (int i = 0; i < t->n; i++) {
        if (!t->entries[i].hidden && t->entries[i].component != COMPONENT_NONE) {
            add_entry(out, t, &t->entries[i]);
        }
    }
    return out;
}

void
trends_write_csv(struct screen *s, const char *file)
{
    GString *out = make_csv(s->trends);
    char *done = g_strdup_printf(_("written: %s"), file);
    char *exists = g_strdup_printf(_("\"%s\" is there already; nothing was written"), file);
    export_order(s, &(struct writer_order){.how = WRITER_NEW,
                                           .path = file,
                                           .text = out->str,
                                           .len = out->len,
                                           .done = done,
                                           .exists = exists});
    g_free(exists);
    g_free(done);
    g_string_free(out, TRUE);
}
