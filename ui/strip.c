/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/views.h"

#include "src/core/i18n.h"

static void
fault_text(const struct screen *s, const struct fault *fault, char *dst, size_t cap)
{
    const struct plant *plant = s->snap->plant;
    const struct component *c = &plant->components[fault->component];
    const struct station *station = &plant->stations[c->station];
    char time[FORMAT_SIZE];
    format_time(time, sizeof(time), s->zone, fault->since);
    snprintf(dst, cap, "%s %s %s: %s", time, station->uid,
             *station->short_name != '\0' ? station->short_name : station->name,
             *c->name != '\0' ? c->name : c->id);
}

static int
draw_count(struct screen *s, int y, int x, unsigned style, enum glyph glyph, const char *text)
{
    char mark[FORMAT_SIZE];
    snprintf(mark, sizeof(mark), " %s %s ", glyph_text(draw_glyphs(s->draw), glyph), text);
    return x + draw_flow(s->draw, y, x, s->columns - x, style, mark);
}

/* Without a broker nothing is called normal, and silence is told with its cause. */
static int
draw_words(struct screen *s, int y, int x)
{
    const char *text = NULL;
    if (!s->snap->health.mqtt.connected) {
        text = _("no connection to the broker: what is shown may be old");
    } else if (x == 0) {
        text = _("no faults, no station silent");
    }
    return text == NULL
               ? 0
               : 2 + draw_flow(s->draw, y, x + 1, s->columns - x - 2, STYLE_NORMAL, text);
}

/* The newest faults, as many as there is room for. */
static void
draw_newest(struct screen *s, int y, int x)
{
    const GArray *faults = s->roster.faults;
    for (guint i = 0; i < faults->len && x + 24 < s->columns; i++) {
        char text[512];
        fault_text(s, &g_array_index(faults, struct fault, i), text, sizeof(text));
        draw_glyph(s->draw, y, x, STYLE_DIM, GLYPH_WALL);
        x += 2;
        draw_glyph(s->draw, y, x, STYLE_FAULT, GLYPH_FAULT);
        x += 2;
        x += draw_flow(s->draw, y, x, s->columns - 1 - x, STYLE_NORMAL, text) + 1;
    }
}

void
strip_draw(struct screen *s, int y)
{
    const struct roster *r = &s->roster;
    char text[FORMAT_SIZE];
    int x = 0;
    unsigned faults = r->faults->len;
    if (s->snap == NULL) {
        return;
    }
    if (faults > 0) {
        snprintf(text, sizeof(text), ngettext("%u fault", "%u faults", faults), faults);
        x = draw_count(s, y, x, STYLE_BADGE, GLYPH_FAULT, text);
    }
    if (r->n_silent > 0) {
        snprintf(text, sizeof(text), _("%u silent"), r->n_silent);
        x = draw_count(s, y, x, STYLE_STRONG, GLYPH_UNSURE, text);
    }
    x += draw_words(s, y, x);
    if (r->n_in[CONDITION_NEVER] > 0) {
        snprintf(text, sizeof(text), _("%u never seen"), r->n_in[CONDITION_NEVER]);
        x += draw_flow(s->draw, y, x + 1, s->columns - x - 1, STYLE_DIM, text) + 2;
    }
    draw_newest(s, y, x + 1);
}

int
strip_draw_counts(struct screen *s, int y, int x, int width)
{
    const struct roster *r = &s->roster;
    char text[FORMAT_SIZE];
    int start = x;
    if (r->faults->len > 0) {
        snprintf(text, sizeof(text), "%s%u", glyph_text(draw_glyphs(s->draw), GLYPH_FAULT),
                 r->faults->len);
        x += draw_flow(s->draw, y, x, start + width - x, STYLE_BADGE, text) + 1;
    }
    if (r->n_silent > 0) {
        snprintf(text, sizeof(text), "%s%u", glyph_text(draw_glyphs(s->draw), GLYPH_UNSURE),
                 r->n_silent);
        x += draw_flow(s->draw, y, x, start + width - x, STYLE_STRONG, text) + 1;
    }
    if (x == start && s->snap != NULL) {
        x += draw_flow(s->draw, y, x, width, STYLE_NORMAL,
                       s->snap->health.mqtt.connected ? _("all well") : _("broker DOWN"));
    }
    return x - start;
}

void
strip_draw_lines(struct screen *s, struct rect area)
{
    const struct roster *r = &s->roster;
    int y = area.y, end = area.y + area.height;
    for (guint i = 0; i < r->faults->len && y < end; i++, y++) {
        char text[512];
        fault_text(s, &g_array_index(r->faults, struct fault, i), text, sizeof(text));
        draw_glyph(s->draw, y, area.x, STYLE_FAULT, GLYPH_FAULT);
        draw_text(s->draw, y, area.x + 1, area.width - 1, STYLE_NORMAL, text);
    }
    for (uint32_t i = 0; s->snap != NULL && i < s->snap->plant->n_stations && y < end; i++) {
        if (s->snap->stations[i].silent) {
            const struct station *station = &s->snap->plant->stations[i];
            draw_glyph(s->draw, y, area.x, STYLE_STRONG, GLYPH_UNSURE);
            draw_format(s->draw, y, area.x + 1, area.width - 1, STYLE_NORMAL, "%s %s",
                        station->uid, _("silent"));
            y++;
        }
    }
}
