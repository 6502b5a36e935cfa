/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>

#include "src/core/csv.h"
#include "src/core/i18n.h"
#include "ui/export.h"
#include "ui/journal.h"
#include "ui/view.h"
#include "ui/views.h"

void
action_journal(struct screen *s, const char *argument)
{
    (void)argument;
    screen_set_view(s, VIEW_JOURNAL);
}

static void
open_station(struct screen *s, const struct journal_record *r)
{
    screen_drill_station(s, r->station, r->component == NULL ? "" : r->component);
}

/* The alarm that the line is of, if it is still there. */
static const struct alarm_view *
alarm_of(const struct screen *s, const struct journal_record *r)
{
    return uuid_is_nil(&r->occurrence) ? NULL
                                       : alarm_list_occurrence(&s->alarms, &r->occurrence);
}

static void
open_alarm(struct screen *s, const struct alarm_view *v)
{
    const struct alarm_key key = alarm_key_of(v);
    alarm_list_set_mode(&s->alarms, v->overlays != 0 ? ALARMS_COVERED : ALARMS_GROUPED);
    alarm_list_set_filter(&s->alarms, "");
    alarm_list_select(&s->alarms, &key);
    screen_drill(s, VIEW_ALARMS);
}

/* First the line in full; from there what it is about. */
void
action_journal_open(struct screen *s, const char *argument)
{
    struct journal_view *v = s->journal;
    const struct journal_record *r = journal_book_selected(&v->book);
    (void)argument;
    if (!v->open) {
        v->open = true;
        list_to(&v->list, 0);
        return;
    }
    const struct alarm_view *alarm = alarm_of(s, r);
    if (alarm != NULL) {
        open_alarm(s, alarm);
    } else if (why_line_has_no_station(s) == NULL) {
        open_station(s, r);
    } else {
        screen_notice(s, "%s", _(why_line_has_no_station(s)));
    }
}

void
action_journal_station(struct screen *s, const char *argument)
{
    (void)argument;
    open_station(s, journal_book_selected(&s->journal->book));
}

void
action_journal_only(struct screen *s, const char *argument)
{
    const struct journal_record *r = journal_book_selected(&s->journal->book);
    const char *station = *argument != '\0'                 ? argument
                          : r != NULL && r->station != NULL ? r->station
                                                            : s->roster.selected;
    bool on = *argument != '\0' || *s->journal->only == '\0';
    char *copy = g_strdup(on ? station : ""); /* the line goes */
    journal_set_only(s, copy);
    g_free(copy);
}

/* ---- CSV ---- */

static void
add_row(GString *to, const struct journal_record *r)
{
    char number[32], id[UUID_SIZE] = "";
    bool of_alarm = r->rule != NULL;
    if (!uuid_is_nil(&r->occurrence)) {
        uuid_format(id, &r->occurrence);
    }
    export_time(to, r->at, true);
    snprintf(number, sizeof(number), "%" PRIu64, r->epoch);
    csv_cell_append(to, number, false);
    snprintf(number, sizeof(number), "%" PRIu64, r->term);
    csv_cell_append(to, number, false);
    const char *const texts[] = {r->instance,
                                 alarm_event_name(r->event),
                                 id,
                                 r->station,
                                 r->component,
                                 r->rule,
                                 r->actor,
                                 r->origin,
                                 r->detail,
                                 of_alarm ? alarm_priority_name(r->priority) : NULL,
                                 of_alarm ? alarm_state_name(r->from) : NULL,
                                 of_alarm ? alarm_state_name(r->to) : NULL};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        csv_text_append(to, texts[i], false);
    }
    export_number(to, r->value, false);
    g_string_append(to, "\r\n");
}

void
action_journal_export(struct screen *s, const char *argument)
{
    const struct journal_book *b = &s->journal->book;
    GString *text =
        g_string_new("at,epoch,term,instance,event,occurrence,station,component,rule,"
                     "actor,origin,detail,priority,from,to,value\r\n");
    for (guint i = 0; i < b->shown->len; i++) {
        add_row(text, journal_book_row(b, (int)i));
    }
    export_write(s, "journal", argument, text, b->shown->len);
    g_string_free(text, TRUE);
}

/* ---- why not ---- */

const char *
why_no_line(const struct screen *s)
{
    return s->view != VIEW_JOURNAL                            ? N_("open the journal first")
           : journal_book_selected(&s->journal->book) == NULL ? N_("no line is selected")
                                                              : NULL;
}

const char *
why_line_has_no_station(const struct screen *s)
{
    const char *why = why_no_line(s);
    const struct journal_record *r =
        why == NULL ? journal_book_selected(&s->journal->book) : NULL;
    if (r == NULL) {
        return why;
    }
    return r->station == NULL || s->snap == NULL ||
                   plant_find_station(s->snap->plant, r->station) == STATION_NONE
               ? N_("this line is about no station")
               : NULL;
}

const char *
why_no_lines(const struct screen *s)
{
    return s->view != VIEW_JOURNAL            ? N_("open the journal first")
           : s->journal->book.shown->len == 0 ? N_("there is no line to write")
                                              : NULL;
}
