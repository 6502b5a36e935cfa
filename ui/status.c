/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/core/i18n.h"
#include "ui/status.h"
#include "ui/views.h"

#define QUEUE_NOTABLE                                                                          \
    1000 /* rows waiting for the disk: less is normal and would only flicker */
#define LINK_BAD_MS 1000

/* A moment of the boot clock, as a time of day. */
static void
since_text(const struct screen *s, mono_us since, char *dst, size_t cap)
{
    format_time(dst, cap, s->zone, s->now.wall - (s->now.mono - since));
}

static struct status_part
broker_part(const struct screen *s)
{
    const struct health *h = &s->snap->health;
    struct status_part p = {.bad = !h->mqtt.connected, .worth = 4};
    char count[FORMAT_SIZE], since[FORMAT_SIZE];
    if (h->mqtt.connected) {
        format_count(count, sizeof(count), h->mqtt.rate);
        snprintf(p.text, sizeof(p.text), _("broker UP %s msg/s"), count);
        snprintf(p.brief, sizeof(p.brief), _("brk UP %s/s"), count);
        g_strlcpy(p.why, h->mqtt.problem, sizeof(p.why));
        p.bad = *p.why != '\0';
        return p;
    }
    since_text(s, h->mqtt.since, since, sizeof(since));
    snprintf(p.brief, sizeof(p.brief), _("brk DOWN %s"), since);
    snprintf(p.text, sizeof(p.text), _("broker DOWN since %s"), since);
    g_strlcpy(p.why, h->mqtt.problem, sizeof(p.why));
    return p;
}

static struct status_part
cache_part(const struct screen *s)
{
    const struct health *h = &s->snap->health;
    struct status_part p = {.bad = *h->cache.problem != '\0', .worth = 1};
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

static struct status_part
loss_part(const struct screen *s)
{
    struct status_part p = {.bad = true};
    uint64_t dropped = s->snap->health.mqtt.dropped;
    if (dropped > 0) {
        char count[FORMAT_SIZE];
        format_count(count, sizeof(count), (double)dropped);
        snprintf(p.text, sizeof(p.text), _("%s messages LOST"), count);
    }
    return p;
}

static struct status_part
unknown_part(const struct screen *s)
{
    struct status_part p = {.bad = false};
    uint32_t n = s->snap->n_unknown;
    if (n > 0) {
        snprintf(p.text, sizeof(p.text), ngettext("%u unknown id", "%u unknown ids", n), n);
    }
    return p;
}

static struct status_part
mode_part(const struct screen *s)
{
    struct status_part p = {.worth = 5};
    if (s->config->read_only) {
        g_strlcpy(p.text, _("read-only"), sizeof(p.text));
    }
    return p;
}

/* The way to the terminal, when it can be felt. */
static struct status_part
link_part(const struct screen *s)
{
    int ms = s->terminal == NULL ? 0 : terminal_link_ms(s->terminal);
    struct status_part p = {.bad = ms >= LINK_BAD_MS, .worth = 2};
    if (p.bad) {
        char seconds[FORMAT_SIZE];
        format_tenths(seconds, sizeof(seconds), false, ms / 1e3);
        snprintf(p.text, sizeof(p.text), _("link SLOW %s s"), seconds);
    } else if (ms > 0) {
        snprintf(p.text, sizeof(p.text), _("link %d ms"), ms);
        snprintf(p.brief, sizeof(p.brief), _("%d ms"), ms);
    }
    return p;
}

#define WHY_MIN      16 /* columns: less says nothing */
#define WHY_GOOD     40 /* so many mostly tell enough */
#define WORTH_LITTLE 2

/* What the parts take side by side, walls included. */
static int
width_of(const struct screen *s, const struct status_part *parts, int wall)
{
    int width = 0;
    for (int i = 0; i < STATUS_PARTS; i++) {
        if (*parts[i].text != '\0') {
            width += draw_columns(s->draw, parts[i].text) + (width > 0 ? 1 + wall : 0);
        }
    }
    return width;
}

static void
shorten(struct status_part *p)
{
    if (*p->text != '\0' && *p->brief != '\0') {
        g_strlcpy(p->text, p->brief, sizeof(p->text));
    }
}

/* The plain part that is missed least, but never the last one; NULL: there is none. */
static struct status_part *
least(struct status_part *parts)
{
    struct status_part *found = NULL;
    int shown = 0;
    for (int i = 0; i < STATUS_PARTS; i++) {
        struct status_part *p = &parts[i];
        shown += *p->text != '\0';
        if (*p->text != '\0' && !p->bad && (found == NULL || p->worth < found->worth)) {
            found = p;
        }
    }
    return shown > 1 ? found : NULL;
}

/*
 * Make them fit. What is wrong stays to the end: first what is well gets shorter, then it goes,
 * then what is wrong gets shorter, and only then would it be cut.
 */
static void
fit(const struct screen *s, struct status_part *parts, int wall, int room)
{
    for (int i = 0; i < STATUS_PARTS && width_of(s, parts, wall) > room; i++) {
        if (!parts[i].bad) {
            shorten(&parts[i]);
        }
    }
    struct status_part *p;
    while (width_of(s, parts, wall) > room && (p = least(parts)) != NULL) {
        *p->text = '\0';
    }
    for (int i = 0; i < STATUS_PARTS && width_of(s, parts, wall) > room; i++) {
        shorten(&parts[i]);
    }
}

/* Why something is wrong, cut to the room that the parts leave: the first has it. What is well
 * and hardly missed goes for its first words. */
static void
explain(const struct screen *s, struct status_part *parts, int wall, int room)
{
    struct status_part *p = NULL, *less;
    for (int i = 0; i < STATUS_PARTS && p == NULL; i++) {
        p = *parts[i].text != '\0' && *parts[i].why != '\0' ? &parts[i] : NULL;
    }
    if (p == NULL) {
        return;
    }
    int want = 2 + MIN(draw_columns(s->draw, p->why), WHY_GOOD);
    while (width_of(s, parts, wall) + want > room && (less = least(parts)) != NULL &&
           less->worth <= WORTH_LITTLE) {
        *less->text = '\0';
    }
    int left = room - width_of(s, parts, wall);
    if (left >= WHY_MIN) {
        size_t len = strlen(p->text);
        p->columns = draw_columns(s->draw, p->text) + left;
        snprintf(p->text + len, sizeof(p->text) - len, ": %s", p->why);
    }
}

void
status_parts(struct screen *s, struct status_part parts[STATUS_PARTS])
{
    const struct status_part all[STATUS_PARTS] = {
        broker_part(s),   loss_part(s),         cache_part(s),   status_postgres(s),
        status_behind(s), status_quarantine(s), status_owner(s), link_part(s),
        unknown_part(s),  mode_part(s)};
    memcpy(parts, all, sizeof(all));
}

void
status_draw(struct screen *s, int y)
{
    s->status_at = 0;
    if (s->snap == NULL) {
        draw_text(s->draw, y, 1, s->columns - 1, STYLE_DIM, _("waiting for the engine"));
        return;
    }
    bool brief = s->columns < 60;
    struct status_part parts[STATUS_PARTS];
    status_parts(s, parts);
    for (int i = 0; i < STATUS_PARTS && brief; i++) {
        shorten(&parts[i]);
    }
    int left = brief ? 0 : 1, wall = brief ? 0 : 2, x = left;
    fit(s, parts, wall, s->columns - left);
    explain(s, parts, wall, s->columns - left);
    for (int i = 0; i < STATUS_PARTS && x < s->columns; i++) {
        if (*parts[i].text == '\0') {
            continue;
        }
        if (wall > 0 && x > left) {
            draw_glyph(s->draw, y, x, STYLE_DIM, GLYPH_WALL);
            x += wall;
        }
        int room = parts[i].columns > 0 ? parts[i].columns : s->columns - x;
        x += draw_flow(s->draw, y, x, room, parts[i].bad ? STYLE_WARN : STYLE_NORMAL,
                       parts[i].text);
        x += 1;
    }
}
