/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/alarming.h"

#include <math.h>

#include "src/core/i18n.h"
#include "src/core/log.h"
#include "storage/query.h"

/* Longer than anything is under way: what comes so long after the last beacon is no late word.
 */
#define WITHOUT_BEACON_US (60 * US_PER_S)

/* What the evaluator was told of a station. */
enum told { TOLD_NOTHING, TOLD_HEARD, TOLD_SILENT };

static struct ruleset *
compile(struct plant *plant)
{
    struct problems problems;
    problems_init(&problems);
    struct ruleset *rules = ruleset_new(plant, &problems);
    for (size_t i = 0; i < MIN(problems.n, PROBLEMS_MAX); i++) {
        log_error("%s", problems.list[i]);
    }
    problems_fini(&problems);
    return rules;
}

/* ---- start ---- */

static void
restore_kept(struct evaluator *e, const struct alarm_changes *kept)
{
    for (guint i = 0; i < kept->alarms->len; i++) {
        evaluator_restore_alarm(e, &g_array_index(kept->alarms, struct alarm_record, i));
    }
    for (guint i = 0; i < kept->occurrences->len; i++) {
        evaluator_restore_occurrence(
            e, &g_array_index(kept->occurrences, struct occurrence_record, i));
    }
    for (guint i = 0; i < kept->maintenance->len; i++) {
        evaluator_restore_maintenance(
            e, &g_array_index(kept->maintenance, struct maintenance_record, i));
    }
    for (guint i = 0; i < kept->parked->len; i++) {
        evaluator_restore_parked(e, &g_array_index(kept->parked, struct parked_record, i));
    }
}

/* The newest value of every component that has one. */
static void
each_value(struct evaluator *e, const struct model *model, struct now now,
           void (*take)(struct evaluator *e, const struct evaluator_input *in, struct now now))
{
    const struct plant *plant = model_plant(model);
    for (uint32_t i = 0; i < plant->n_components; i++) {
        const struct component_state *s = &model_components(model)[i];
        if (s->ts != WALL_NONE) {
            take(e,
                 &(struct evaluator_input){.component = i,
                                           .raw = s->num,
                                           .text = s->text,
                                           .quality = s->quality,
                                           .device_time = s->source == TS_DEVICE,
                                           .ts = s->ts,
                                           .received = s->received},
                 now);
        }
    }
}

/* The last life of the program ended then, or later. */
static wall_us
last_received(const struct model *model)
{
    wall_us last = WALL_NONE;
    for (uint32_t i = 0; i < model_plant(model)->n_components; i++) {
        last = MAX(last, model_components(model)[i].received);
    }
    return last;
}

static void
restore_value(struct evaluator *e, const struct evaluator_input *in, struct now now)
{
    (void)now;
    evaluator_restore_value(e, in);
}

static bool
keep_closed(const struct occurrence_record *r, void *closed)
{
    if (r->state == ALARM_NORMAL) {
        struct occurrence_record copy = occurrence_record_copy(r);
        g_array_append_val((GArray *)closed, copy);
    }
    return true;
}

/* What the cache kept; of what is over the newest comes first. */
static enum rc
read_kept(const char *path, struct alarm_changes *kept, GArray *closed, GArray *waited_for,
          struct err *err)
{
    const struct query_occurrence_range range = {
        .since = WALL_NONE, .until = WALL_NONE, .limit = EVALUATOR_CLOSED, .all = true};
    struct query *query = NULL;
    enum rc rc = query_open(&query, path, err);
    if (rc == RC_OK) {
        rc = query_alarm_state(query, kept, err);
    }
    if (rc == RC_OK) {
        rc = query_occurrences(query, &range, keep_closed, closed, err);
    }
    if (rc == RC_OK) {
        rc = query_waited_for(query, waited_for, err);
    }
    query_close(query);
    return rc;
}

/* The oldest first, as if they had just come. */
static void
keep_read(struct kept *k, const struct alarm_changes *read, const GArray *closed)
{
    struct alarm_changes one;
    alarm_changes_init(&one);
    for (guint i = closed->len; i > 0; i--) {
        struct occurrence_record copy =
            occurrence_record_copy(&g_array_index(closed, struct occurrence_record, i - 1));
        g_array_append_val(one.occurrences, copy);
    }
    kept_apply(k, &one);
    kept_apply(k, read);
    alarm_changes_fini(&one);
}

static void
reset_told(struct alarming *a, uint32_t n)
{
    g_free(a->told);
    a->told = g_new0(uint8_t, n);
    a->n_told = n;
}

enum rc
alarming_open(struct alarming *a, const struct config *config, const struct model *model,
              const char *path, struct now now, struct err *err)
{
    struct alarm_changes kept;
    GArray *closed = g_array_new(FALSE, FALSE, sizeof(struct occurrence_record));
    GArray *waited_for = g_array_new(FALSE, FALSE, sizeof(struct journal_record));
    g_array_set_clear_func(closed, occurrence_record_clear);
    g_array_set_clear_func(waited_for, journal_record_clear);
    alarm_changes_init(&kept);
    enum rc rc = read_kept(path, &kept, closed, waited_for, err);
    if (rc == RC_OK) {
        a->settings = alarming_settings(config);
        a->kept = kept_new();
        kept_set_flood(a->kept, a->settings.flood);
        keep_read(a->kept, &kept, closed);
        rises_init(&a->rises);
        rises_remember(&a->rises, waited_for);
        struct plant *plant = model_plant(model);
        a->evaluator = evaluator_new(&a->settings, compile(plant), now);
        for (guint i = closed->len; i > 0; i--) {
            evaluator_restore_closed(
                a->evaluator,
                &g_array_index(closed, struct occurrence_record, i - 1).occurrence);
        }
        restore_kept(a->evaluator, &kept);
        each_value(a->evaluator, model, now, restore_value);
        evaluator_start(a->evaluator, now);
        reset_told(a, plant->n_stations);
        a->plant = plant;
        a->away_since = last_received(model);
    }
    alarm_changes_fini(&kept);
    g_array_unref(closed);
    g_array_unref(waited_for);
    return rc;
}

void
alarming_close(struct alarming *a)
{
    popup_stop(a->popup);
    alarm_board_unref(a->board);
    evaluator_free(a->evaluator);
    kept_free(a->kept);
    rises_fini(&a->rises);
    g_free(a->told);
    *a = (struct alarming){0};
}

void
alarming_set_plant(struct alarming *a, const struct model *model, struct now now)
{
    struct plant *plant = model_plant(model);
    evaluator_set_rules(a->evaluator, compile(plant), now);
    a->plant = plant;
    each_value(a->evaluator, model, now, evaluator_look_again);
    reset_told(a, plant->n_stations);
}

/* ---- what comes in ---- */

/* Records of components that the model computes. */
static void
take_derived(struct alarming *a, const struct model *model, const GArray *records, guint first,
             struct now now)
{
    for (guint i = first; i < records->len; i++) {
        const struct record *r = &g_array_index(records, struct record, i);
        uint32_t component = model_component(model, r->series);
        if (component != COMPONENT_NONE) {
            evaluator_reading(a->evaluator,
                              &(struct evaluator_input){.component = component,
                                                        .raw = r->num,
                                                        .quality = r->quality,
                                                        .ts = r->ts,
                                                        .received = r->received},
                              now);
        }
    }
}

void
alarming_readings(struct alarming *a, const struct model *model, const struct reading *r,
                  const GArray *records, guint first, struct now now)
{
    if (records->len == first) {
        return; /* a repetition, or of a component that is computed here */
    }
    a->evaluated++;
    a->away_since = a->behind ? a->away_since : r->received;
    evaluator_reading(a->evaluator,
                      &(struct evaluator_input){.component = r->component,
                                                .raw = r->num,
                                                .text = r->text,
                                                .quality = r->quality,
                                                .retained = r->retained,
                                                .device_time = r->source == TS_DEVICE,
                                                .ts = r->ts,
                                                .received = r->received},
                      now);
    if (records->len > first + 1) {
        take_derived(a, model, records, first + 1, now);
    }
}

static void
tell_silence(struct alarming *a, const struct model *model, struct now now)
{
    const struct station_state *stations = model_stations(model);
    for (uint32_t i = 0; i < a->n_told; i++) {
        const struct station_state *s = &stations[i];
        bool fine = s->heard != 0 || model_plant(model)->stations[i].silence_s == 0;
        uint8_t is = s->silent ? TOLD_SILENT : fine ? TOLD_HEARD : TOLD_NOTHING;
        if (is != TOLD_NOTHING && is != a->told[i]) {
            a->told[i] = is;
            evaluator_silence(a->evaluator, i, s->silent, s->received,
                              s->silent && s->gone ? "last will" : NULL, now);
        }
    }
}

void
alarming_link(struct alarming *a, struct model *model, bool connected, struct now now)
{
    model_link(model, connected, now);
    evaluator_link(a->evaluator, connected, now);
}

void
alarming_behind(struct alarming *a, bool behind)
{
    a->behind = behind;
    evaluator_behind(a->evaluator, behind, a->away_since);
}

void
alarming_tick(struct alarming *a, const struct model *model, const GArray *records, guint first,
              struct now now)
{
    evaluator_advance(a->evaluator, now);
    take_derived(a, model, records, first, now);
    tell_silence(a, model, now);
}

/* ---- what goes out ---- */

/* "PW-01 Pumpwerk Nord: Überlauf droht" and the value; a test says that it is one. */
static void
pop_up(const struct alarming *a, const struct journal_record *line)
{
    const struct plant *plant = a->plant;
    uint32_t s = plant_find_station(plant, line->station);
    char *summary = g_strdup_printf("%s%s %s", line->test ? _("TEST ") : "", line->station,
                                    s == STATION_NONE ? "" : plant->stations[s].name);
    GString *body = g_string_new(NULL);
    g_string_append_printf(body, "%s %s", line->component, line->rule);
    if (isfinite(line->value)) {
        g_string_append_printf(body, " %.6g", line->value);
    }
    popup_post(a->popup, line->priority, summary, body->str);
    g_string_free(body, TRUE);
    g_free(summary);
}

/* What is out of service is easily forgotten there. */
static void
remind(const struct alarming *a, const struct journal_record *line)
{
    char *what = g_strdup_printf("%s%s%s", line->station, *line->component != '\0' ? "/" : "",
                                 line->component);
    log_warning("%s: %s", what, line->detail);
    popup_post(a->popup, ALARM_LOW, what, line->detail);
    g_free(what);
}

/* Lines of before are passed over. */
static void
tell_people(const struct alarming *a, const GArray *journal, wall_us before)
{
    for (guint i = 0; i < journal->len; i++) {
        const struct journal_record *line = &g_array_index(journal, struct journal_record, i);
        if (line->at < before) {
            continue;
        }
        if (line->event == EVENT_REMINDER) {
            remind(a, line);
        } else if (line->annunciated && (a->popup_priorities & (1u << line->priority)) != 0) {
            pop_up(a, line);
        }
    }
}

bool
alarming_changed(const struct alarming *a)
{
    return !a->following && evaluator_changed(a->evaluator);
}

void
alarming_take(struct alarming *a, struct alarm_changes *to)
{
    if (a->following) {
        evaluator_discard(a->evaluator);
        return;
    }
    struct alarm_changes c;
    alarm_changes_init(&c);
    evaluator_take(a->evaluator, &c);
    kept_apply(a->kept, &c);
    tell_people(a, c.journal, INT64_MIN);
    alarm_changes_move(to, &c);
    alarm_changes_fini(&c);
}

/* ---- roles ---- */

static uint64_t
raw_version(const struct alarming *a)
{
    return a->following ? kept_version(a->kept) : evaluator_version(a->evaluator);
}

uint64_t
alarming_version(const struct alarming *a)
{
    return a->version_base + raw_version(a);
}

uint64_t
alarming_annunciated(const struct alarming *a)
{
    uint64_t sum = a->following ? 0 : evaluator_annunciated(a->evaluator);
    for (int i = 0; i < ALARM_PRIORITIES; i++) {
        sum += a->following ? kept_annunciated(a->kept, (enum alarm_priority)i)
                            : a->annunciated_base[i];
    }
    return sum;
}

/* The version never falls; bases may be negative, as numbers that wrap round. */
static void
set_version(struct alarming *a, uint64_t above)
{
    a->version_base = above + 1 - raw_version(a);
}

void
alarming_demote(struct alarming *a)
{
    if (a->following) {
        return;
    }
    uint64_t version = alarming_version(a);
    a->followed = evaluator_now(a->evaluator).mono; /* until now it decided itself */
    evaluator_shadow(a->evaluator);
    a->away_since = a->behind ? evaluator_now(a->evaluator).wall : a->away_since;
    evaluator_behind(a->evaluator, a->behind, a->away_since);
    a->following = true;
    set_version(a, version);
}

/* What is kept becomes the evaluator's. */
static void
bequeath(const struct alarming *a, struct evaluator *heir)
{
    struct alarm_changes c;
    alarm_changes_init(&c);
    kept_dump(a->kept, &c);
    for (guint i = 0; i < c.occurrences->len; i++) {
        const struct occurrence_record *r =
            &g_array_index(c.occurrences, struct occurrence_record, i);
        if (r->state == ALARM_NORMAL) {
            evaluator_restore_closed(heir, &r->occurrence);
        }
    }
    restore_kept(heir, &c);
    alarm_changes_fini(&c);
}

void
alarming_promote(struct alarming *a, const struct model *model, struct rank rank,
                 struct owner_heard heard, struct now now)
{
    a->settings.epoch = rank.epoch;
    a->settings.term = rank.term;
    if (!a->following) {
        evaluator_set_rank(a->evaluator, rank.epoch, rank.term);
        rises_settle(&a->rises, a->evaluator, now);
        return;
    }
    uint64_t version = alarming_version(a);
    struct plant *plant = model_plant(model);
    struct evaluator *heir = evaluator_new(&a->settings, compile(plant), now);
    bequeath(a, heir);
    each_value(heir, model, now, restore_value);
    if (a->followed - heard.last > WITHOUT_BEACON_US) {
        heard.sure = a->followed; /* the owner is only heard by what it decides */
    }
    heard.last = MAX(heard.last, a->followed);
    evaluator_take_over(heir, a->evaluator, heard, now);
    evaluator_free(a->evaluator);
    a->evaluator = heir;
    a->plant = plant;
    a->following = false;
    rises_settle(&a->rises, a->evaluator, now);
    for (int i = 0; i < ALARM_PRIORITIES; i++) {
        a->annunciated_base[i] = kept_annunciated(a->kept, (enum alarm_priority)i);
    }
    reset_told(a, plant->n_stations);
    set_version(a, version);
}

void
alarming_follow(struct alarming *a, const struct alarm_changes *c, struct now now)
{
    a->followed = now.mono;
    kept_apply(a->kept, c);
    rises_remember(&a->rises, c->journal);
    tell_people(a, c->journal, now.wall - FOLLOW_TELL_US);
}

void
alarming_replace(struct alarming *a, const struct alarm_changes *state,
                 struct alarm_changes *diff)
{
    kept_replace(a->kept, state, diff);
}

struct alarm_board *
alarming_board(struct alarming *a)
{
    uint64_t version = alarming_version(a);
    if (a->board != NULL && a->board->version == version) {
        return a->board;
    }
    alarm_board_unref(a->board);
    if (a->following) {
        const struct ruleset *rules = evaluator_rules(a->evaluator);
        a->board = kept_board(a->kept, rules->plant, rules, evaluator_now(a->evaluator));
    } else {
        a->board = evaluator_board(a->evaluator);
        for (int i = 0; i < ALARM_PRIORITIES; i++) {
            a->board->annunciated[i] += a->annunciated_base[i];
        }
    }
    a->board->version = version;
    return a->board;
}
