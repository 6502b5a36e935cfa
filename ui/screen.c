/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/screen.h"

#include <stdarg.h>

#include <curses.h>

#include "src/core/i18n.h"
#include "src/core/log.h"
#include "ui/alarm_actions.h"
#include "ui/alarm_tags.h"
#include "ui/copy.h"
#include "ui/freeze.h"
#include "ui/keymap.h"
#include "ui/look.h"
#include "ui/language.h"
#include "ui/mouse.h"
#include "ui/undo.h"
#include "ui/view.h"
#include "ui/views.h"

#define NOTICE_US          (6 * US_PER_S)
#define AGAIN_US           (2 * US_PER_S)
#define PASTE_US           US_PER_S
#define WRITER_PATIENCE_US (3 * US_PER_S) /* who quits waits for a disk that long */

#define CTRL_C 0x03
#define CTRL_L 0x0c
#define CTRL_Z 0x1a

const char *
view_name(enum view view)
{
    return _(view_types[view]->name);
}

/* The user's keys before the admin's. What is wrong with them is told, and stops nothing. */
static void
load_keys(struct screen *s)
{
    struct problems problems;
    problems_init(&problems);
    s->keymap = keymap_new();
    for (size_t i = 0; i < G_N_ELEMENTS(s->config->keys); i++) {
        if (s->config->keys[i] != NULL) {
            keymap_read(s->keymap, s->config->keys[i], &problems);
        }
    }
    for (size_t i = 0; i < MIN(problems.n, PROBLEMS_MAX); i++) {
        log_warning("%s", problems.list[i]);
    }
    size_t n = problems.n + s->config->n_key_problems;
    if (n > 0) {
        screen_notice(s,
                      ngettext("%zu problem with your keys: see the log (9)",
                               "%zu problems with your keys: see the log (9)", n),
                      n);
    }
    problems_fini(&problems);
}

struct now
screen_clock(const struct console_config *config)
{
    return config->clock == NULL ? clock_now() : config->clock();
}

void
screen_init(struct screen *s, const struct console_config *config, struct terminal *terminal)
{
    *s = (struct screen){
        .config = config,
        .terminal = terminal,
        .draw = draw_new(),
        .zone = zone_new(config->timezone),
        .now = screen_clock(config),
        .hints = true,
        .view = VIEW_OVERVIEW,
        .bell = {.priorities = config->bell_priorities, .repeat_s = config->bell_repeat_s},
        .unknown = {.list = {.height = LIST_UNSEEN}}};
    s->minute = format_minute(s->now);
    char *file = config->state_dir == NULL
                     ? NULL
                     : g_build_filename(config->state_dir, "console.ini", NULL);
    s->writer = writer_new();
    s->prefs = prefs_new(file, s->writer);
    g_free(file);
    look_start(s);
    const char *kept = prefs_get(s->prefs, "console", "language", "");
    language_set(config->language != NULL ? config->language : kept);
    s->hints = prefs_get_int(s->prefs, "console", "hints", true) != 0;
    s->one_pane = prefs_get_int(s->prefs, "stations", "one-pane", false) != 0;
    s->undo = undo_new();
    s->ask.actions = g_array_new(FALSE, FALSE, sizeof(struct alarm_action));
    alarm_list_init(&s->alarms);
    s->alarm_tags = alarm_tags_new();
    roster_init(&s->roster);
    detail_init(&s->detail);
    prompt_init(&s->prompt);
    prompt_load_history(s);
    help_init(&s->help);
    log_view_init(&s->log);
    for (int i = 0; i < VIEWS; i++) {
        if (view_types[i] != NULL && view_types[i]->init != NULL) {
            view_types[i]->init(s);
        }
    }
    load_keys(s);
    if (*prefs_problem(s->prefs) != '\0') {
        log_warning("%s", prefs_problem(s->prefs));
        screen_notice(s, "%s", prefs_problem(s->prefs));
    }
    if (*terminal_notice(terminal) != '\0') {
        screen_notice(s, "%s", terminal_notice(terminal));
    }
    undo_watch(s);
}

void
screen_fini(struct screen *s)
{
    freeze_end(s);
    keymap_free(s->keymap);
    undo_free(s->undo);
    snapshot_unref(s->snap);
    g_array_free(s->ask.actions, TRUE);
    alarm_list_fini(&s->alarms);
    alarm_tags_free(s->alarm_tags);
    roster_fini(&s->roster);
    detail_fini(&s->detail);
    prompt_fini(&s->prompt);
    help_fini(&s->help);
    g_free(s->unknown.order);
    log_view_fini(&s->log);
    for (int i = 0; i < VIEWS; i++) {
        if (view_types[i] != NULL && view_types[i]->fini != NULL) {
            view_types[i]->fini(s);
        }
    }
    prefs_free(s->prefs);
    writer_free(s->writer, WRITER_PATIENCE_US);
    zone_free(s->zone);
    draw_free(s->draw);
}

void
screen_notice(struct screen *s, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vsnprintf(s->notice, sizeof(s->notice), fmt, args);
    va_end(args);
    s->notice_until = s->now.mono + NOTICE_US;
}

/* ---- what comes ---- */

/* What lives on when the rest is frozen, too. */
static void
take_live(struct screen *s, struct snapshot *snapshot)
{
    s->snap = snapshot;
    alarm_list_update(&s->alarms, snapshot->alarms, s->now.mono);
    s->ring = bell_update(&s->bell, snapshot->alarms, s->now.mono) || s->ring;
    alarm_tell_reply(s);
    roster_update(&s->roster, snapshot, s->now.mono);
}

void
screen_take(struct screen *s, struct snapshot *snapshot)
{
    freeze_swap(s);
    struct snapshot *old = s->snap;
    take_live(s, snapshot);
    freeze_swap(s);
    if (freeze_on(s)) {
        snapshot_unref(old);
        return;
    }
    if (*s->detail.uid == '\0' ||
        plant_find_station(snapshot->plant, s->detail.uid) == STATION_NONE) {
        detail_follow(s);
    }
    detail_update(s);
    for (int i = 0; i < VIEWS; i++) {
        if (view_types[i] != NULL && view_types[i]->take != NULL) {
            view_types[i]->take(s);
        }
    }
    snapshot_unref(old);
}

void
screen_tick(struct screen *s)
{
    mono_us now = s->now.mono;
    s->minute = format_minute(s->now);
    roster_release(&s->roster, s->snap, now);
    alarm_list_release(&s->alarms, now);
    s->ring = bell_update(&s->bell, NULL, now) || s->ring;
    if (now >= s->status_at) {
        s->status_at = 0; /* the frame that follows knows the next one */
    }
    if (s->detail.follow_at != 0 && now >= s->detail.follow_at) {
        detail_follow(s);
    }
    if (*s->notice != '\0' && now >= s->notice_until) {
        *s->notice = '\0';
    }
    prefs_tick(s->prefs, now);
    look_tick(s);
    freeze_tick(s);
    for (int i = 0; i < VIEWS; i++) {
        if (view_types[i] != NULL && view_types[i]->tick != NULL) {
            view_types[i]->tick(s);
        }
    }
}

static void
sooner(mono_us *when, mono_us other)
{
    if (other != 0 && (*when == 0 || other < *when)) {
        *when = other;
    }
}

mono_us
screen_next_tick(const struct screen *s)
{
    mono_us when = s->detail.follow_at;
    sooner(&when, roster_next(&s->roster));
    sooner(&when, s->alarms.hold.until);
    sooner(&when, bell_next(&s->bell));
    sooner(&when, s->status_at);
    sooner(&when, s->flash_at);
    sooner(&when, prefs_next(s->prefs));
    sooner(&when, freeze_next_tick(s));
    for (int i = 0; i < VIEWS; i++) {
        if (view_types[i] != NULL && view_types[i]->next_tick != NULL) {
            sooner(&when, view_types[i]->next_tick(s));
        }
    }
    if (*s->notice != '\0') {
        sooner(&when, s->notice_until);
    }
    return when;
}

/* ---- places ---- */

enum place
screen_place(const struct screen *s)
{
    return view_of(s)->place(s);
}

struct list *
screen_list(struct screen *s)
{
    return view_of(s)->list == NULL ? NULL : view_of(s)->list(s);
}

void
screen_moved(struct screen *s, int by)
{
    if (view_of(s)->moved != NULL) {
        view_of(s)->moved(s, by);
    }
}

static void
show_view(struct screen *s, enum view view)
{
    s->view = view;
    s->detail_opened = false;
    s->detail_focus = s->detail_focus && view == VIEW_STATIONS;
    if (view_of(s)->enter != NULL) {
        view_of(s)->enter(s);
    }
}

void
screen_set_view(struct screen *s, enum view view)
{
    s->n_trail = 0;
    show_view(s, view);
}

/* No view stands twice in the trail, so that going back comes to an end. */
void
screen_drill(struct screen *s, enum view view)
{
    if (view == s->view) {
        return;
    }
    s->trail[s->n_trail++] = (struct trail_step){s->view, s->detail_focus, s->detail_opened};
    for (int i = 0; i < s->n_trail; i++) {
        if (s->trail[i].view == view) {
            s->n_trail = i;
        }
    }
    show_view(s, view);
}

void
screen_drill_station(struct screen *s, const char *uid, const char *component)
{
    if (!roster_select(&s->roster, uid)) {
        roster_set_filter(&s->roster, "", s->snap);
        roster_select(&s->roster, uid);
    }
    bool elsewhere = s->view != VIEW_STATIONS;
    screen_drill(s, VIEW_STATIONS);
    s->detail_opened = elsewhere;
    s->detail_focus = true;
    detail_follow(s);
    g_strlcpy(s->detail.id, component, sizeof(s->detail.id));
    detail_update(s);
    if (*s->detail.id == '\0') {
        detail_moved(s, 0);
    }
}

bool
screen_at_top(const struct screen *s)
{
    bool inside = view_of(s)->can_back != NULL && view_of(s)->can_back(s);
    return s->view == VIEW_OVERVIEW && s->n_trail == 0 && !inside;
}

void
screen_back(struct screen *s)
{
    if (view_of(s)->back != NULL && view_of(s)->back(s)) {
        return;
    }
    if (s->n_trail > 0) {
        const struct trail_step *step = &s->trail[--s->n_trail];
        show_view(s, step->view);
        s->detail_focus = step->detail_focus;
        s->detail_opened = step->detail_opened;
    } else if (s->view != VIEW_OVERVIEW) {
        screen_set_view(s, VIEW_OVERVIEW);
    }
}

/* ---- the archive ---- */

uint64_t
screen_ask(struct screen *s, const struct archive_request *r)
{
    return s->config->archive == NULL ? 0 : archive_ask(s->config->archive, r);
}

void
screen_cancel(struct screen *s, uint64_t id)
{
    if (s->config->archive != NULL && id != 0) {
        archive_cancel(s->config->archive, id);
    }
}

void
screen_answers(struct screen *s)
{
    struct archive_answer *answer;
    while ((answer = archive_take(s->config->archive)) != NULL) {
        bool taken = false;
        for (int i = 0; i < VIEWS && !taken; i++) {
            const struct view_type *type = view_types[i];
            taken = type != NULL && type->answer != NULL && type->answer(s, answer);
        }
        archive_answer_free(answer);
    }
}

void
screen_interrupt(struct screen *s)
{
    if (s->now.mono < s->cancel_until) {
        s->quit = true;
        return;
    }
    s->cancel_until = s->now.mono + AGAIN_US;
    if (s->prompt.kind != PROMPT_NONE) {
        prompt_cancel(s);
    }
    s->help.open = false;
    screen_notice(s, "%s", _("Ctrl-C once more quits"));
}

/* ---- keys ---- */

/* True: the key belongs to a paste and must trigger nothing: outside a prompt no key may, in
 * one only text and what separates its words counts. */
static bool
swallowed_by_paste(struct screen *s, int key)
{
    if (s->pasting && s->now.mono >= s->pasting_until) {
        s->pasting = false;
    }
    if (key == KEY_PASTE || key == KEY_PASTE_END) {
        s->pasting = key == KEY_PASTE;
        s->pasting_until = s->now.mono + PASTE_US;
        return true;
    }
    if (!s->pasting) {
        return false;
    }
    s->pasting_until = s->now.mono + PASTE_US;
    bool text = key >= ' ' ? key < TERMINAL_KEY : key == '\t' || key == '\r' || key == '\n';
    return s->prompt.kind == PROMPT_NONE || s->prompt.kind == PROMPT_CHOICE || !text;
}

static void
run_key(struct screen *s, int key)
{
    const struct action *action = keymap_find(s->keymap, key, screen_place(s));
    if (action != NULL) {
        keymap_run(s, action, "");
    }
}

void
screen_key(struct screen *s, int key)
{
    if (swallowed_by_paste(s, key)) {
        return;
    }
    if (s->print.on) {
        copy_print_end(s);
        return;
    }
    if (key == CTRL_L) { /* whatever is open, and nothing changes by it */
        s->repaint = true;
        return;
    }
    *s->notice = '\0';
    if (key == CTRL_C) {
        screen_interrupt(s);
    } else if (key == CTRL_Z) {
        s->suspend = true;
    } else if (key == (TERMINAL_KEY | KEY_MOUSE)) {
        mouse_event(s);
    } else if (s->prompt.kind != PROMPT_NONE) {
        prompt_key(s, key);
    } else if (s->help.open) {
        help_key(s, key);
    } else if (view_of(s)->key_taken == NULL || !view_of(s)->key_taken(s, key)) {
        run_key(s, key);
    }
    undo_watch(s);
}

/* ---- drawing ---- */

void
screen_add_spot(struct screen *s, struct spot spot)
{
    if (s->n_spots < SPOTS_MAX) {
        s->spots[s->n_spots++] = spot;
    }
}

static enum extent
extent_of(int rows, int columns)
{
    if (rows >= 14 && columns >= 60) {
        return columns >= 100 ? EXTENT_WIDE : EXTENT_FULL;
    }
    if (rows >= 8 && columns >= 30) {
        return EXTENT_COMPACT;
    }
    return rows >= 5 && columns >= 20 ? EXTENT_TINY : EXTENT_NONE;
}

void
screen_draw(struct screen *s)
{
    terminal_size(s->terminal, &s->rows, &s->columns);
    s->extent = extent_of(s->rows, s->columns);
    s->cursor_y = s->rows - 1;
    s->cursor_x = 0;
    s->list_rows = (struct rect){0};
    s->n_spots = 0;
    s->alarms_drawn = false;
    draw_begin(s->draw, s->rows, s->columns);
    layout_draw(s);
    draw_end(s->draw, s->cursor_y, s->cursor_x);
    if (s->alarms_drawn) {
        const struct rect *rows = &s->list_rows;
        const bool *left = draw_rows_left(s->draw, rows->y, rows->height);
        alarm_list_shown(&s->alarms, left, rows->height, s->now.mono);
    } else {
        alarm_list_hidden(&s->alarms);
    }
    look_drawn(s);
}
