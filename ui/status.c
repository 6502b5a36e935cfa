/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/views.h"

#include "src/core/i18n.h"

#define QUEUE_NOTABLE                                                                          \
    1000 /* rows waiting for the disk: less is normal and would only flicker */

struct part {
    char text[256];
    bool bad;
};

/* A moment of the boot clock, as a time of day. */
static void
since_text(const struct screen *s, mono_us since, char *dst, size_t cap)
{
    format_time(dst, cap, s->zone, s->now.wall - (s->now.mono - since));
}

static struct part
broker_part(const struct screen *s, bool brief)
{
    const struct health *h = &s->snap->health;
    struct part p = {.bad = !h->mqtt.connected};
    char count[FORMAT_SIZE], since[FORMAT_SIZE];
    if (h->mqtt.connected) {
        format_count(count, sizeof(count), h->mqtt.rate);
        snprintf(p.text, sizeof(p.text), brief ? _("brk UP %s/s") : _("broker UP %s msg/s"),
                 count);
        return p;
    }
    since_text(s, h->mqtt.since, since, sizeof(since));
    if (brief) {
        snprintf(p.text, sizeof(p.text), _("brk DOWN %s"), since);
    } else if (*h->mqtt.problem != '\0') {
        snprintf(p.text, sizeof(p.text), _("broker DOWN since %s: %s"), since, h->mqtt.problem);
    } else {
        snprintf(p.text, sizeof(p.text), _("broker DOWN since %s"), since);
    }
    return p;
}

static struct part
cache_part(const struct screen *s)
{
    const struct health *h = &s->snap->health;
    struct part p = {.bad = *h->cache.problem != '\0'};
    if (p.bad) {
        snprintf(p.text, sizeof(p.text), _("cache: %s"), h->cache.problem);
    } else if (h->cache.queued >= QUEUE_NOTABLE) {
        char count[FORMAT_SIZE];
        format_count(count, sizeof(count), (double)h->cache.queued);
        snprintf(p.text, sizeof(p.text), _("cache %s waiting"), count);
    } else {
        snprintf(p.text, sizeof(p.text), "%s", _("cache ok"));
    }
    return p;
}

static struct part
postgres_part(const struct screen *s)
{
    const struct health *h = &s->snap->health;
    struct part p = {.bad = h->postgres.configured && !h->postgres.connected};
    const char *state = !h->postgres.configured ? _("none")
                        : h->postgres.connected ? _("UP")
                                                : _("DOWN");
    if (h->postgres.pending >= QUEUE_NOTABLE) {
        char count[FORMAT_SIZE];
        format_count(count, sizeof(count), (double)h->postgres.pending);
        snprintf(p.text, sizeof(p.text), _("pg %s, %s waiting"), state, count);
    } else {
        snprintf(p.text, sizeof(p.text), _("pg %s"), state);
    }
    return p;
}

static struct part
role_part(const struct screen *s)
{
    static const char *const names[] = {[ROLE_OWNER] = N_("owner"),
                                        [ROLE_STANDBY] = N_("standby"),
                                        [ROLE_VIEWER] = N_("viewer"),
                                        [ROLE_UNARBITRATED] = N_("unarbitrated")};
    struct part p = {.bad = false};
    snprintf(p.text, sizeof(p.text), "%s", _(names[s->snap->health.role]));
    return p;
}

static struct part
loss_part(const struct screen *s)
{
    struct part p = {.bad = true};
    uint64_t dropped = s->snap->health.mqtt.dropped;
    if (dropped > 0) {
        char count[FORMAT_SIZE];
        format_count(count, sizeof(count), (double)dropped);
        snprintf(p.text, sizeof(p.text), _("%s messages LOST"), count);
    }
    return p;
}

static struct part
unknown_part(const struct screen *s)
{
    struct part p = {.bad = false};
    uint32_t n = s->snap->n_unknown;
    if (n > 0) {
        snprintf(p.text, sizeof(p.text), ngettext("%u unknown id", "%u unknown ids", n), n);
    }
    return p;
}

void
status_draw(struct screen *s, int y)
{
    if (s->snap == NULL) {
        draw_text(s->draw, y, 1, s->columns - 1, STYLE_DIM, _("waiting for the engine"));
        return;
    }
    bool brief = s->columns < 60;
    const struct part parts[] = {broker_part(s, brief), loss_part(s), cache_part(s),
                                 postgres_part(s),      role_part(s), unknown_part(s)};
    int x = brief ? 0 : 1;
    for (size_t i = 0; i < G_N_ELEMENTS(parts) && x < s->columns; i++) {
        if (*parts[i].text == '\0') {
            continue;
        }
        int wall = i > 0 && !brief ? 2 : 0;
        /* One that would be cut is left out, unless it says that something is wrong. */
        if (!parts[i].bad && i > 0 &&
            x + wall + draw_columns(s->draw, parts[i].text) > s->columns) {
            break;
        }
        if (wall > 0) {
            draw_glyph(s->draw, y, x, STYLE_DIM, GLYPH_WALL);
            x += wall;
        }
        x += draw_flow(s->draw, y, x, s->columns - x, parts[i].bad ? STYLE_WARN : STYLE_NORMAL,
                       parts[i].text);
        x += 1;
    }
}
