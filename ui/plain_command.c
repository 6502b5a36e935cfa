/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands of the line mode. */
#include "src/core/i18n.h"
#include "src/core/text.h"
#include "ui/alarm_actions.h"
#include "ui/alarm_words.h"
#include "ui/plain_private.h"
#include "ui/views.h"

#define ROWS_MAX    100 /* of a list; a filter finds the others */
#define VALUE_WIDTH 12

struct line_command {
    const char *name, *argument, *text; /* argument and text: N_() */
    void (*run)(struct plain *p, const char *argument);
};

/* ---- lists ---- */

static void
tell_rest(struct plain *p, int n)
{
    if (n > ROWS_MAX) {
        plain_line(p, _("%d more: add words to narrow it down"), n - ROWS_MAX);
    }
}

static void
list_alarms(struct plain *p, const char *filter)
{
    struct alarm_list *l = &p->s.alarms;
    alarm_list_set_mode(l, ALARMS_FLAT);
    alarm_list_set_filter(l, filter);
    g_array_set_size(p->listed, 0);
    plain_line(p, ngettext("%u alarm", "%u alarms", l->rows->len), l->rows->len);
    for (int i = 0; i < (int)l->rows->len && i < ROWS_MAX; i++) {
        const struct alarm_view *v = alarm_list_view(l, i);
        const struct listed row = {alarm_key_of(v), v->occurrence, v->step, v->state};
        char text[1024];
        plain_alarm_text(p, v, text, sizeof(text));
        plain_line(p, "%d. %s", i + 1, text);
        g_array_append_val(p->listed, row);
    }
    tell_rest(p, (int)l->rows->len);
}

static void
value_text(struct plain *p, uint32_t component, char *dst, size_t cap)
{
    const struct component *c = &p->s.snap->plant->components[component];
    char value[FORMAT_SIZE];
    format_value(value, sizeof(value), VALUE_WIDTH, c, &p->s.snap->components[component]);
    snprintf(dst, cap, "%s %s%s%s%s", c->name, value, *c->unit == '\0' ? "" : " ", c->unit,
             panel_stale(&p->s, component) ? _(" (not current)") : "");
}

static void
station_line(struct plain *p, uint32_t station)
{
    const struct station *st = &p->s.snap->plant->stations[station];
    const struct brief *brief = &p->s.roster.briefs[station];
    const struct alarm_view *worst = roster_alarm(&p->s.roster, p->s.snap, station);
    GString *line = g_string_new(st->uid);
    char text[512];
    g_string_append_printf(line, " %s", st->name);
    for (int i = 0; i < brief->n_values; i++) {
        value_text(p, brief->values[i], text, sizeof(text));
        g_string_append_printf(line, ", %s", text);
    }
    if (worst != NULL) {
        alarm_line(&p->s, worst, true, text, sizeof(text));
        g_string_append_printf(line, "; %s %s", alarm_state_word(worst), text);
    }
    if (p->s.snap->stations[station].silent) {
        g_string_append_printf(line, "; %s", _("silent"));
    }
    plain_line(p, "%s", line->str);
    g_string_free(line, TRUE);
}

static void
list_stations(struct plain *p, const char *filter)
{
    struct roster *r = &p->s.roster;
    roster_set_filter(r, filter, p->s.snap);
    plain_line(p, ngettext("%d station", "%d stations", (unsigned long)r->n), r->n);
    for (int i = 0; i < r->n && i < ROWS_MAX; i++) {
        station_line(p, r->order[i]);
    }
    tell_rest(p, r->n);
}

static void
show_station(struct plain *p, const char *uid)
{
    const struct plant *plant = p->s.snap->plant;
    uint32_t index = plant_find_station(plant, uid);
    if (index == STATION_NONE) {
        plain_line(p, _("there is no station \"%s\""), uid);
        return;
    }
    station_line(p, index);
    const struct station *st = &plant->stations[index];
    for (uint32_t i = st->first; i < st->first + st->count; i++) {
        char text[512];
        if (plant->components[i].kind != KIND_DIVIDER) {
            value_text(p, i, text, sizeof(text));
            plain_line(p, "  %s: %s", plant->components[i].id, text);
        }
    }
    if (*st->guidance != '\0') {
        plain_line(p, "  %s", st->guidance);
    }
}

static void
show_status(struct plain *p, const char *argument)
{
    (void)argument;
    struct status_part parts[STATUS_PARTS];
    status_parts(&p->s, parts);
    for (int i = 0; i < STATUS_PARTS; i++) {
        if (*parts[i].text != '\0') {
            plain_line(p, "%s%s%s", parts[i].text, *parts[i].why == '\0' ? "" : ": ",
                       parts[i].why);
        }
    }
}

/* ---- actions ---- */

/* Select the row that was told as number; what follows it. NULL: there is none, told so. */
static const char *
pick(struct plain *p, const char *argument)
{
    char *rest = NULL;
    guint64 number = g_ascii_strtoull(argument, &rest, 10);
    if (rest == argument || number < 1 || number > p->listed->len) {
        plain_line(p, "%s",
                   p->listed->len == 0
                       ? _("list them first: \"alarms\"")
                       : _("give the number of a row that \"alarms\" told last"));
        return NULL;
    }
    const struct listed *row = &g_array_index(p->listed, struct listed, number - 1);
    bool here = alarm_list_select(&p->s.alarms, &row->key);
    const struct alarm_view *v = here ? alarm_list_selected(&p->s.alarms) : NULL;
    if (v == NULL || !uuid_equal(&v->occurrence, &row->occurrence) || v->step != row->step ||
        v->state != row->state) {
        plain_line(p, _("alarm %d is another one by now: list them again"), (int)number);
        return NULL;
    }
    p->s.alarms.changed_at = 0; /* it is as it was told */
    return rest + strspn(rest, " ");
}

static void
act(struct plain *p, const char *argument, bool wants_text,
    const char *(*why_not)(const struct screen *s),
    void (*action)(struct screen *s, const char *argument))
{
    const char *text = pick(p, argument);
    if (text == NULL) {
        return;
    }
    const char *why = p->s.config->read_only ? N_("this console is read-only") : why_not(&p->s);
    if (why != NULL) {
        plain_line(p, "%s", _(why));
    } else if (wants_text && *text == '\0') {
        plain_line(p, "%s", _("a comment is needed"));
    } else {
        action(&p->s, text);
    }
}

static void
acknowledge(struct plain *p, const char *argument)
{
    act(p, argument, true, why_no_ack, action_ack);
}

static void
shelve(struct plain *p, const char *argument)
{
    act(p, argument, true, why_no_shelve, action_shelve);
}

static void
unshelve(struct plain *p, const char *argument)
{
    act(p, argument, false, why_no_unshelve, action_unshelve);
}

static void
reset(struct plain *p, const char *argument)
{
    act(p, argument, false, why_no_reset, action_reset);
}

static void
quit(struct plain *p, const char *argument)
{
    (void)argument;
    p->s.quit = true;
}

/* ---- the table ---- */

static void help(struct plain *p, const char *argument);

static const struct line_command commands[] = {
    {"alarms", N_("[WORDS]"), N_("list the alarms, the worst first"), list_alarms},
    {"ack", N_("NUMBER COMMENT"), N_("acknowledge an alarm of the list"), acknowledge},
    {"shelve", N_("NUMBER 1h|once REASON"), N_("put an alarm on the shelf"), shelve},
    {"unshelve", N_("NUMBER"), N_("take it down again"), unshelve},
    {"reset", N_("NUMBER"), N_("reset a latch"), reset},
    {"stations", N_("[WORDS]"), N_("list stations that match"), list_stations},
    {"station", N_("UID"), N_("tell all values of a station"), show_station},
    {"status", "", N_("broker, cache, central store, owner"), show_status},
    {"help", "", N_("this list"), help},
    {"quit", "", N_("leave"), quit},
};

static void
help(struct plain *p, const char *argument)
{
    (void)argument;
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
        const struct line_command *c = &commands[i];
        plain_line(p, "%s%s%s: %s", c->name, *c->argument == '\0' ? "" : " ",
                   *c->argument == '\0' ? "" : _(c->argument), _(c->text));
    }
}

void
plain_command(struct plain *p, char *line)
{
    char clean[PROMPT_MAX + 1];
    text_sanitize(clean, sizeof(clean), line, strlen(line));
    g_strstrip(clean);
    size_t len = strcspn(clean, " ");
    const char *argument = clean + len + strspn(clean + len, " ");
    if (len == 0) {
        return;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
        const struct line_command *c = &commands[i];
        if (strlen(c->name) == len && strncmp(c->name, clean, len) == 0) {
            if (p->s.snap == NULL && c->run != quit && c->run != help) {
                plain_line(p, "%s", _("the engine has not answered yet"));
            } else {
                c->run(p, argument);
            }
            return;
        }
    }
    plain_line(p, _("there is no command \"%.*s\": \"help\" lists them"), (int)len, clean);
}
