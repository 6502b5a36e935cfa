/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The parts of the screen, each drawn into a rectangle; what a view needs besides stands in
 * struct screen. Functions named *_update() bring a view's own list up to the newest snapshot.
 */
#ifndef UI_VIEWS_H
#define UI_VIEWS_H

#include "ui/screen.h"

/* header.c: the first two lines, or the one of a small screen */
void header_draw(struct screen *s);
void header_draw_small(struct screen *s);
/* strip.c: what is wrong, worst first */
void strip_draw(struct screen *s, int y);
/* The same as a list of lines, for screens that have room for nothing else. */
void strip_draw_lines(struct screen *s, struct rect area);
/* "■2 ?5"; returns the columns it took. */
int strip_draw_counts(struct screen *s, int y, int x, int width);

/* status.c: broker, cache, central store, role */
void status_draw(struct screen *s, int y);

/* stations.c */
int stations_width(const struct screen *s); /* that all columns would take */
void stations_draw(struct screen *s, struct rect area);
void stations_draw_small(struct screen *s, struct rect area);
/* How a station without an alarm is marked. */
enum glyph condition_glyph(enum condition condition);
unsigned condition_style(enum condition condition);

/* layout.c: what stands where, for the extent of the screen */
void layout_draw(struct screen *s);
/* For a view on a small screen: the last two lines of area, below a line, for what is selected;
 * more of them where the view needs no more than most rows; without lines when there is no
 * room. area gets smaller. */
struct rect layout_digest(struct screen *s, struct rect *area, int most);

/* detail.c */
void detail_init(struct detail *d);
void detail_fini(struct detail *d);
/* Show the station selected in the list from now on. */
void detail_follow(struct screen *s);
void detail_update(struct screen *s);
/* Of the newest plant, for any view; s->snap must be there. */
const struct limit_set *detail_limits(struct screen *s);
/* Its cursor was moved by so many rows. */
void detail_moved(struct screen *s, int by);
uint32_t detail_station(const struct screen *s); /* STATION_NONE: nothing is shown */
const struct detail_line *detail_line(const struct detail *d, int pos); /* NULL: none */
/* detail_draw.c */
void detail_draw(struct screen *s, struct rect area);
/* The worst or first few components on the lines of area, without frame or cursor. */
void detail_draw_digest(struct screen *s, struct rect area);

/* panel.c: one component */
struct panel {
    uint32_t component;
    int y, x, width;
    bool selected;
};
void panel_draw(struct screen *s, const struct panel *p);
/* The bar under it, with min, max and limits. */
void panel_draw_bar(struct screen *s, const struct panel *p);
void panel_draw_fault(struct screen *s, const struct panel *p);
bool panel_has_bar(const struct component *c);
/* Not to be relied on: from the cache, retained, of bad quality, of a silent station. */
bool panel_stale(const struct screen *s, uint32_t component);
/* Why, as "?IV"; "?" without a reason of its own, "" when it can be relied on. */
void panel_flags(const struct screen *s, uint32_t component, char *dst, size_t cap);

/* alarms_draw.c */
void alarms_draw(struct screen *s, struct rect area);
void alarms_draw_small(struct screen *s, struct rect area);
/* alarms_detail.c: of the selected alarm, and the load; of the last two lines of a small screen
 */
void alarms_draw_detail(struct screen *s, struct rect area);
void alarms_draw_digest(struct screen *s, struct rect area);

/* unknown.c */
void unknown_update(struct screen *s);
void unknown_moved(struct screen *s);
void unknown_draw(struct screen *s, struct rect area);
const struct unknown_id *unknown_selected(const struct screen *s); /* NULL: none */
/* The engine was asked to adopt id: say so now, and later what came of it. */
void unknown_adopting(struct screen *s, const struct unknown_id *id);

/* logview.c */
void log_view_init(struct log_view *v);
void log_view_fini(struct log_view *v);
void log_view_update(struct screen *s);
void log_view_draw(struct screen *s, struct rect area);

/* help.c */
void help_init(struct help *h);
void help_fini(struct help *h);
void help_open(struct screen *s);
void help_search(struct screen *s); /* by what was typed; to be called when that changed */
void help_key(struct screen *s, int key);
void help_draw(struct screen *s, struct rect area);
/* The last line meanwhile: why the selected action cannot be done now, or how to do it. */
void help_draw_hint(struct screen *s, int y, int x);

/* prompt.c */
void prompt_init(struct prompt *p);
void prompt_fini(struct prompt *p);
void prompt_open(struct screen *s, enum prompt_kind kind);
/* With text in it, to go on from. */
void prompt_open_with(struct screen *s, enum prompt_kind kind, const char *text);
void prompt_cancel(struct screen *s);
void prompt_key(struct screen *s, int key);
/* Returns the column of the caret. */
int prompt_draw(struct screen *s, int y);
/* A question that the next key answers. label is translated. */
void prompt_choose(struct screen *s, const char *label,
                   void (*choose)(struct screen *s, int key));
void prompt_set_text(struct prompt *p, const char *text);

/* prompt_command.c: the line behind ":" */
void prompt_load_history(struct screen *s);
void prompt_recall(struct prompt *p, int step);
void prompt_complete(struct screen *s, int step);
void prompt_run(struct screen *s);

/* hints.c: the last line */
void hints_draw(struct screen *s, int y);

#endif
