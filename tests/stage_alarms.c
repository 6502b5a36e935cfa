/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/stage_alarms.h"

#include <inttypes.h>
#include <math.h>

#include "tests/stage_clock.h"

struct made_alarm {
    struct alarm_view view; /* names are interned; texts its own references */
    unsigned rises;
    bool service; /* it is maintenance: name is the reason */
};

struct stage_alarms {
    bool board;
    GArray *alarms;      /* struct made_alarm */
    GArray *maintenance; /* struct maintenance_view */
    uint64_t version, annunciated[ALARM_PRIORITIES];
    uint32_t flood;
    wall_us flood_since;
    uint64_t replies;
    char reply[ALARM_TEXT_MAX];
};

struct stage_alarms *
stage_alarms_new(void)
{
    struct stage_alarms *a = g_new0(struct stage_alarms, 1);
    a->alarms = g_array_new(FALSE, TRUE, sizeof(struct made_alarm));
    a->maintenance = g_array_new(FALSE, TRUE, sizeof(struct maintenance_view));
    return a;
}

static void
set_ref(GRefString **text, const char *value)
{
    if (*text != NULL) {
        g_ref_string_release(*text);
    }
    *text = value == NULL ? NULL : g_ref_string_new(value);
}

static void
drop(struct alarm_view *v)
{
    set_ref(&v->acked_by, NULL);
    set_ref(&v->comment, NULL);
    set_ref(&v->shelved_by, NULL);
    set_ref(&v->shelve_reason, NULL);
}

void
stage_alarms_free(struct stage_alarms *a)
{
    for (guint i = 0; i < a->alarms->len; i++) {
        drop(&g_array_index(a->alarms, struct made_alarm, i).view);
    }
    for (guint i = 0; i < a->maintenance->len; i++) {
        g_ref_string_release(g_array_index(a->maintenance, struct maintenance_view, i).reason);
    }
    g_array_free(a->alarms, TRUE);
    g_array_free(a->maintenance, TRUE);
    g_free(a);
}

static const char *
words(const char *text)
{
    char *valid = g_utf8_make_valid(text, -1);
    const char *result = g_intern_string(g_strdelimit(valid, "_", ' '));
    g_free(valid);
    return result;
}

static struct uuid
occurrence(const char *name, unsigned rises)
{
    char *whole = g_strdup_printf("%s#%u", name, rises);
    struct uuid id = uuid_of(whole, strlen(whole));
    g_free(whole);
    return id;
}

static struct made_alarm *
find(struct stage_alarms *a, const char *uid, const char *id, const char *rule, guint *ret)
{
    for (guint i = 0; i < a->alarms->len; i++) {
        struct made_alarm *m = &g_array_index(a->alarms, struct made_alarm, i);
        if (strcmp(m->view.station, uid) == 0 && strcmp(m->view.component, id) == 0 &&
            strcmp(m->view.rule, rule) == 0) {
            *ret = i;
            return m;
        }
    }
    return NULL;
}

static struct made_alarm *
find_or_make(struct stage_alarms *a, const char *uid, const char *id, const char *rule)
{
    guint index;
    struct made_alarm *m = find(a, uid, id, rule, &index);
    if (m != NULL) {
        return m;
    }
    const struct made_alarm fresh = {.view = {.station = g_intern_string(uid),
                                              .component = g_intern_string(id),
                                              .rule = words(rule),
                                              .name = "",
                                              .guidance = "",
                                              .group = "",
                                              .type = ALARM_DIGITAL,
                                              .step = 1,
                                              .count = 1,
                                              .value = NAN,
                                              .limit = NAN,
                                              .raised_at = stage_now().wall,
                                              .returned_at = WALL_NONE,
                                              .acked_at = WALL_NONE,
                                              .released_at = WALL_NONE,
                                              .shelved_until = WALL_NONE}};
    g_array_append_val(a->alarms, fresh);
    m = &g_array_index(a->alarms, struct made_alarm, a->alarms->len - 1);
    alarm_type_from_name(rule, &m->view.type);
    return m;
}

static void
set_cover(struct alarm_view *v, const char *word, const char *value)
{
    if (strcmp(word, "shelved") == 0) {
        v->overlays |= OVERLAY_SHELVED;
        v->shelved_until = stage_now().wall + 3600 * US_PER_S;
        set_ref(&v->shelved_by, "tk");
        set_ref(&v->shelve_reason, words(value));
    } else if (strcmp(word, "suppressed") == 0) {
        v->overlays |= OVERLAY_SUPPRESSED;
    } else if (strcmp(word, "service") == 0) {
        v->overlays |= OVERLAY_OUT_OF_SERVICE;
    }
}

static void
set_number(struct alarm_view *v, const char *word, const char *value)
{
    double number = g_ascii_strtod(value, NULL);
    const struct {
        const char *word;
        uint32_t *to;
    } counts[] = {{"count", &v->count},
                  {"older", &v->older},
                  {"step", &v->step},
                  {"suppresses", &v->suppresses}};
    for (size_t i = 0; i < G_N_ELEMENTS(counts); i++) {
        if (strcmp(word, counts[i].word) == 0) {
            *counts[i].to = (uint32_t)number;
        }
    }
    if (strcmp(word, "age") == 0) {
        v->raised_at = stage_now().wall - (wall_us)number * US_PER_S;
    } else if (strcmp(word, "value") == 0) {
        v->value = number;
    } else if (strcmp(word, "limit") == 0) {
        v->limit = number;
    }
}

static void
set_text(struct alarm_view *v, const char *word, const char *value)
{
    if (strcmp(word, "by") == 0) {
        set_ref(&v->acked_by, words(value));
        v->acked_at = stage_now().wall;
    } else if (strcmp(word, "comment") == 0) {
        set_ref(&v->comment, words(value));
    } else if (strcmp(word, "name") == 0) {
        v->name = words(value);
    } else if (strcmp(word, "guidance") == 0) {
        v->guidance = words(value);
    } else if (strcmp(word, "group") == 0) {
        v->group = words(value);
    } else if (strcmp(word, "parent") == 0) {
        v->parent = occurrence(value, 0);
    } else if (strcmp(word, "type") == 0) {
        alarm_type_from_name(value, &v->type);
    }
}

static void
set_word(struct alarm_view *v, const char *word, const char *value)
{
    v->test = v->test || strcmp(word, "test") == 0;
    v->suspect = v->suspect || strcmp(word, "suspect") == 0;
    v->chattering = v->chattering || strcmp(word, "chatter") == 0;
    v->first_out = v->first_out || strcmp(word, "first") == 0;
    v->raised_at = strcmp(word, "never") == 0 ? WALL_NONE : v->raised_at;
    set_cover(v, word, value);
    set_number(v, word, value);
    set_text(v, word, value);
}

static void
make_alarm(struct stage_alarms *a, char **w)
{
    struct made_alarm *m = find_or_make(a, w[1], strcmp(w[2], "-") == 0 ? "" : w[2], w[3]);
    struct alarm_view *v = &m->view;
    enum alarm_state before = v->state;
    char *name = g_strdup_printf("%s/%s/%s", w[1], w[2], w[3]);
    v->overlays = 0;
    if (!alarm_priority_from_name(w[4], &v->priority) ||
        !alarm_state_from_name(w[5], &v->state)) {
        g_error("no priority \"%s\" or no state \"%s\"", w[4], w[5]);
    }
    if (v->state == ALARM_UNACKED && before != ALARM_UNACKED) {
        m->rises += before != ALARM_NORMAL;
        a->annunciated[v->priority]++;
    }
    v->occurrence = occurrence(name, m->rises);
    g_free(name);
    for (char **one = w + 6; *one != NULL; one++) {
        char *equals = strchr(*one, '=');
        if (equals != NULL) {
            *equals = '\0';
            set_word(v, *one, equals + 1);
        }
    }
}

static void
make_many(struct stage_alarms *a, int n)
{
    for (int i = 0; i < n; i++) {
        char *line = g_strdup_printf("alarm PW-%04d LEVEL rule%d medium unacked age=%d",
                                     i % 40 + 1, i / 40, i);
        char **w = g_strsplit(line, " ", -1);
        make_alarm(a, w);
        g_strfreev(w);
        g_free(line);
    }
}

static void
maintain(struct stage_alarms *a, char **w)
{
    struct maintenance_view m = {.station = g_intern_string(w[1]),
                                 .component =
                                     strcmp(w[2], "-") == 0 ? "" : g_intern_string(w[2]),
                                 .since = stage_now().wall,
                                 .reason = g_ref_string_new(words(w[3]))};
    g_array_append_val(a->maintenance, m);
}

bool
stage_alarms_obey(struct stage_alarms *a, const char *line)
{
    char **w = g_strsplit(line, " ", -1);
    guint n = g_strv_length(w), index;
    bool ours = true;
    if (strcmp(w[0], "alarm") == 0 && n >= 6) {
        make_alarm(a, w);
    } else if (strcmp(w[0], "unalarm") == 0 && n == 4) {
        if (find(a, w[1], strcmp(w[2], "-") == 0 ? "" : w[2], w[3], &index) != NULL) {
            drop(&g_array_index(a->alarms, struct made_alarm, index).view);
            g_array_remove_index(a->alarms, index);
        }
    } else if (strcmp(w[0], "flood") == 0 && n == 2) {
        a->flood = (uint32_t)g_ascii_strtoull(w[1], NULL, 10);
        a->flood_since = stage_now().wall;
    } else if (strcmp(w[0], "noflood") == 0) {
        a->flood = 0;
    } else if (strcmp(w[0], "many") == 0 && n == 2) {
        make_many(a, (int)g_ascii_strtoll(w[1], NULL, 10));
    } else if (strcmp(w[0], "maintained") == 0 && n == 4) {
        maintain(a, w);
    } else if (strcmp(w[0], "reply") == 0) {
        a->replies++;
        g_strlcpy(a->reply, n < 2 ? "" : line + strlen("reply "), sizeof(a->reply));
    } else {
        ours = strcmp(w[0], "board") == 0;
    }
    a->board = a->board || (ours && strcmp(w[0], "reply") != 0);
    a->version += ours;
    g_strfreev(w);
    return ours;
}

static void
count(struct alarm_board *board, const struct alarm_view *v)
{
    board->shelved += (v->overlays & OVERLAY_SHELVED) != 0;
    board->suppressed += (v->overlays & OVERLAY_SUPPRESSED) != 0;
    board->out_of_service += (v->overlays & OVERLAY_OUT_OF_SERVICE) != 0;
    if (v->overlays == 0) {
        board->active[v->priority] += alarm_state_active(v->state);
        board->unacked[v->priority] += alarm_state_unacked(v->state);
    }
}

static GRefString *
shared(GRefString *text)
{
    return text == NULL ? NULL : g_ref_string_acquire(text);
}

static void
copy_alarm(struct alarm_board *board, const struct alarm_view *from, struct alarm_view *v)
{
    *v = *from;
    v->station_index = plant_find_station(board->plant, v->station);
    v->component_index = v->station_index == STATION_NONE || *v->component == '\0'
                             ? COMPONENT_NONE
                             : plant_find_component(board->plant, v->station, v->component);
    shared(v->acked_by);
    shared(v->comment);
    shared(v->shelved_by);
    shared(v->shelve_reason);
    count(board, v);
}

void
stage_alarms_publish(const struct stage_alarms *a, struct snapshot *s)
{
    s->replies = a->replies;
    g_strlcpy(s->reply, a->reply, sizeof(s->reply));
    if (!a->board) {
        return;
    }
    struct alarm_board *board = alarm_board_new(s->plant, a->alarms->len, a->maintenance->len);
    board->version = a->version;
    for (guint i = 0; i < a->alarms->len; i++) {
        copy_alarm(board, &g_array_index(a->alarms, struct made_alarm, i).view,
                   &board->alarms[i]);
    }
    for (guint i = 0; i < a->maintenance->len; i++) {
        board->maintenance[i] = g_array_index(a->maintenance, struct maintenance_view, i);
        shared(board->maintenance[i].reason);
    }
    memcpy(board->annunciated, a->annunciated, sizeof(board->annunciated));
    board->flood.on = a->flood > 0;
    board->flood.in_window = board->flood.peak = a->flood;
    board->flood.since = a->flood_since;
    board->flood.window_s = 600;
    board->flood.limit = 10;
    for (int i = 0; i < ALARM_RATE_MINUTES; i++) {
        board->rate[i] = (uint16_t)(a->alarms->len == 0 ? 0 : i % 7 == 0 ? i : i / 30);
    }
    board->median_ack_us = a->alarms->len == 0 ? -1 : 41 * US_PER_S;
    s->alarms = board;
}

char *
stage_alarms_tell(const struct alarm_action *action)
{
    return g_strdup_printf(
        "%s %s/%s/%s step=%u %s%s%" PRId64 " min: %s\n", alarm_action_name(action->kind),
        action->station, action->component, action->rule, action->step,
        uuid_is_nil(&action->occurrence) ? "" : "occurrence ", action->one_shot ? "once " : "",
        action->duration_us / (60 * US_PER_S), action->text);
}
