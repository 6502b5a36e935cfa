/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of the view of health, in a line each, and what there is to say of the services. */
#include <assert.h>
#include <stdarg.h>

#include "src/core/i18n.h"
#include "ui/health.h"
#include "ui/status.h"
#include "ui/wrap.h"

#define INDENT 4

static const char *const titles[] = {
    [HEALTH_INSTANCES] = N_("Instances"),
    [HEALTH_BROKER] = N_("Broker"),
    [HEALTH_CACHE] = N_("Cache"),
    [HEALTH_STORE] = N_("Central store"),
    [HEALTH_CLOCKS] = N_("Stations' clocks"),
    [HEALTH_UNKNOWN] = N_("Unknown ids"),
    [HEALTH_REJECTED] = N_("Refused payloads"),
};
static_assert(G_N_ELEMENTS(titles) == HEALTH_PARTS, "a part has no title");

const char *
health_part_title(enum health_part part)
{
    return _(titles[part]);
}

void
health_add(GArray *rows, int width, bool bad, const char *fmt, ...)
{
    char text[sizeof(((struct health_line *)NULL)->text)];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    GPtrArray *pieces = g_ptr_array_new_with_free_func(g_free);
    wrap_text(pieces, text, MAX(width, 10), INDENT);
    for (guint i = 0; i < pieces->len; i++) {
        struct health_line line = {.bad = bad};
        g_strlcpy(line.text, g_ptr_array_index(pieces, i), sizeof(line.text));
        g_array_append_val(rows, line);
    }
    g_ptr_array_unref(pieces);
}

/* ---- services ---- */

static void
since_text(const struct screen *s, mono_us since, char *dst, size_t cap)
{
    wall_us at = s->now.wall - (s->now.mono - since);
    format_moment(dst, cap, s->zone, at, s->now.wall);
}

static void
broker_rows(const struct screen *s, int width, GArray *rows)
{
    const struct health *h = &s->snap->health;
    char since[FORMAT_SIZE], rate[FORMAT_SIZE];
    since_text(s, h->mqtt.since, since, sizeof(since));
    format_count(rate, sizeof(rate), h->mqtt.rate);
    health_add(rows, width, !h->mqtt.connected,
               h->mqtt.connected ? _("connected to %s since %s")
                                 : _("DOWN: no connection to %s since %s"),
               h->mqtt.broker, since);
    if (*h->mqtt.problem != '\0') {
        health_add(rows, width, true, "%s", h->mqtt.problem);
    }
    health_add(rows, width, false, _("%s messages a second"), rate);
    const struct {
        const char *what;
        uint64_t n;
        bool bad;
    } counts[] = {
        {N_("received"), h->mqtt.received, false},
        {N_("readings made of them"), h->mqtt.readings, false},
        {N_("refused"), h->mqtt.rejected, false},
        {N_("ids unknown"), h->mqtt.unknown_ids, false},
        {N_("delivered twice, taken once"), h->mqtt.redelivered, false},
        {N_("LOST inside leitstand"), h->mqtt.dropped, h->mqtt.dropped > 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(counts); i++) {
        health_add(rows, width, counts[i].bad, "%14llu  %s", (unsigned long long)counts[i].n,
                   _(counts[i].what));
    }
}

static void
cache_rows(const struct screen *s, int width, GArray *rows)
{
    const struct health *h = &s->snap->health;
    char size[FORMAT_SIZE], last[FORMAT_SIZE] = "–";
    if (*h->cache.problem != '\0') {
        health_add(rows, width, true, _("PROBLEM: %s"), h->cache.problem);
    }
    if (h->cache.last_commit != WALL_NONE) {
        format_moment(last, sizeof(last), s->zone, h->cache.last_commit, s->now.wall);
    }
    health_add(rows, width, false, "%s", h->cache.path);
    format_tenths(size, sizeof(size), false, (double)h->cache.bytes / 1e6);
    health_add(rows, width, false, _("%s MB on disk"), size);
    health_add(rows, width, false, _("%llu readings stored in this run, %llu waiting"),
               (unsigned long long)h->cache.stored, (unsigned long long)h->cache.queued);
    health_add(rows, width, false, _("last commit %s"), last);
    if (h->cache.retention_days > 0) {
        health_add(rows, width, false, _("readings stay %d days"), h->cache.retention_days);
    }
    if (h->cache.max_mb > 0) {
        health_add(rows, width, false, _("at most %lld MB"), (long long)h->cache.max_mb);
    }
}

static void
store_rows(const struct screen *s, int width, GArray *rows)
{
    const struct health *h = &s->snap->health;
    char since[FORMAT_SIZE];
    if (!h->postgres.configured) {
        health_add(rows, width, false, "%s", _("none is configured"));
        return;
    }
    since_text(s, h->postgres.since, since, sizeof(since));
    health_add(rows, width, !h->postgres.connected,
               h->postgres.connected ? _("connected since %s") : _("DOWN since %s"), since);
    if (*h->postgres.problem != '\0' && !h->postgres.connected) {
        health_add(rows, width, true, "%s", h->postgres.problem);
    }
    const struct {
        const char *what;
        uint64_t n;
        bool bad;
    } counts[] = {
        {N_("readings on their way there"), h->postgres.pending, false},
        {N_("readings arrived there"), h->postgres.synced, false},
        {N_("readings in QUARANTINE"), h->postgres.quarantined, h->postgres.quarantined > 0},
        {N_("changes of ours not there yet"), h->postgres.pending_changes, false},
        {N_("changes of others not here yet"), h->postgres.behind, false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(counts); i++) {
        health_add(rows, width, counts[i].bad, "%14llu  %s", (unsigned long long)counts[i].n,
                   _(counts[i].what));
    }
    if (h->postgres.refused_changes > 0) { /* no version of ours should cause it */
        health_add(rows, width, true, "%14llu  %s",
                   (unsigned long long)h->postgres.refused_changes,
                   _("changes of ours REFUSED there"));
    }
}

void
health_rows(struct screen *s, enum health_part part, int width, GArray *rows)
{
    switch (part) {
    case HEALTH_INSTANCES:
        health_instances(s, width, rows);
        return;
    case HEALTH_BROKER:
        broker_rows(s, width, rows);
        return;
    case HEALTH_CACHE:
        cache_rows(s, width, rows);
        return;
    case HEALTH_STORE:
        store_rows(s, width, rows);
        return;
    case HEALTH_CLOCKS:
        health_clocks(s, width, rows);
        return;
    case HEALTH_UNKNOWN:
        health_unknown(s, width, rows);
        return;
    case HEALTH_REJECTED:
        health_rejected(s, width, rows);
        return;
    }
}

/* ---- in one line ---- */

static void say(struct health_line *line, bool bad, const char *fmt, ...) PRINTF_LIKE(3, 4);

static void
say(struct health_line *line, bool bad, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vsnprintf(line->text, sizeof(line->text), fmt, args);
    va_end(args);
    line->bad = bad;
}

static void
say_instances(struct screen *s, struct health_line *ret)
{
    const struct status_part owner = status_owner(s);
    unsigned n = s->snap->n_peers + 1, bad = health_n_bad_peers(s);
    say(ret, owner.bad || bad > 0, ngettext("%s; %u instance%s", "%s; %u instances%s", n),
        owner.text, n, bad > 0 ? _(", not all WELL") : "");
}

static void
say_services(struct screen *s, enum health_part part, struct health_line *ret)
{
    const struct health *h = &s->snap->health;
    char count[FORMAT_SIZE];
    if (part == HEALTH_BROKER) {
        format_count(count, sizeof(count), h->mqtt.rate);
        bool bad = !h->mqtt.connected || *h->mqtt.problem != '\0' || h->mqtt.dropped > 0;
        say(ret, bad, h->mqtt.connected ? _("UP, %s messages a second%s%s") : _("DOWN%.0s%s%s"),
            count, *h->mqtt.problem == '\0' ? "" : ": ", h->mqtt.problem);
    } else if (part == HEALTH_CACHE) {
        format_tenths(count, sizeof(count), false, (double)h->cache.bytes / 1e6);
        say(ret, *h->cache.problem != '\0', _("%s MB, %llu waiting%s%s"), count,
            (unsigned long long)h->cache.queued,
            *h->cache.problem == '\0' ? "" : _(", PROBLEM: "), h->cache.problem);
    } else {
        const struct status_part store = status_postgres(s), behind = status_behind(s),
                                 held = status_quarantine(s);
        say(ret,
            store.bad || (behind.bad && *behind.text != '\0') ||
                (held.bad && *held.text != '\0'),
            "%s%s%s%s%s", store.text, *behind.text == '\0' ? "" : ", ", behind.text,
            *held.text == '\0' ? "" : ", ", held.text);
    }
}

void
health_summary(struct screen *s, enum health_part part, struct health_line *ret)
{
    const struct snapshot *snap = s->snap;
    double worst;
    unsigned n;
    char seconds[FORMAT_SIZE];
    switch (part) {
    case HEALTH_INSTANCES:
        say_instances(s, ret);
        return;
    case HEALTH_BROKER:
    case HEALTH_CACHE:
    case HEALTH_STORE:
        say_services(s, part, ret);
        return;
    case HEALTH_CLOCKS:
        n = health_n_clocks(s, &worst);
        format_tenths(seconds, sizeof(seconds), true, worst);
        say(ret, n > 0,
            n == 0 ? _("none off by more than 2 s")
                   : ngettext("%u OFF by more than 2 s, at worst %s s",
                              "%u OFF by more than 2 s, at worst %s s", n),
            n, seconds);
        return;
    case HEALTH_UNKNOWN:
        say(ret, false, "%u", snap->n_unknown);
        return;
    case HEALTH_REJECTED:
        say(ret, snap->n_rejected > 0,
            snap->n_rejected == 0 ? _("none")
                                  : ngettext("of %u topic", "of %u topics", snap->n_rejected),
            snap->n_rejected);
        return;
    }
}
