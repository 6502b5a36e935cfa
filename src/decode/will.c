/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Result "life": a station's last will, or the word that took its place. */
#include "src/core/text.h"
#include "src/decode/value.h"
#include "src/decode/work.h"

/* The station's uid; NULL, and the reason, when it cannot be told. */
static const char *
will_uid(struct work *w, const char **ret_reason)
{
    struct decoder *d = w->d;
    if (w->rule->station.n == 0) {
        uint32_t station = life_station_in_topic(d->plant, w->topic);
        *ret_reason = work_station_reasons.missing;
        return station == STATION_NONE ? NULL : d->plant->stations[station].uid;
    }
    const struct jnode *node = work_find(w, &w->rule->station, w->root, &w->station);
    return work_name(w, node, &work_station_reasons, ret_reason);
}

static bool
is_offline(const struct rule *r, const char *word, size_t len)
{
    while (len > 0 && g_ascii_isspace(word[len - 1])) {
        len--;
    }
    for (size_t i = 0; r->offline[i] != NULL; i++) {
        if (strlen(r->offline[i]) == len &&
            g_ascii_strncasecmp(r->offline[i], word, len) == 0) {
            return true;
        }
    }
    return false;
}

/* Whether the value is one of the words; false, and the reason, when it is no value. */
static bool
read_offline(struct work *w, bool *ret, const char **ret_reason)
{
    struct found found = {0};
    const struct jnode *node = work_find(w, &w->rule->value, w->root, &found);
    struct value v = value_read(node);
    char number[32];
    const char *word = number;
    if (v.reason != NULL) {
        *ret_reason = v.reason;
        return false;
    }
    size_t len = node->len;
    if (node->type == J_TEXT) {
        word = node->text;
    } else if (node->type == J_NUMBER) {
        text_from_double(number, sizeof(number), node->num + 0.0);
        len = strlen(number);
    } else {
        word = node->type == J_TRUE ? "true" : "false";
        len = strlen(word);
    }
    *ret = is_offline(w->rule, word, len);
    return true;
}

void
work_will(struct work *w)
{
    struct sink *s = &w->d->sink;
    const char *reason;
    bool offline;
    const char *uid = will_uid(w, &reason);
    if (uid == NULL || !read_offline(w, &offline, &reason)) {
        sink_reject(s, "", reason);
        return;
    }
    uint32_t station =
        w->d->plant == NULL ? STATION_NONE : plant_find_station(w->d->plant, uid);
    if (station == STATION_NONE && !w->d->adopt) {
        sink_reject(s, "", "unknown station");
        return;
    }
    s->result.will = uid;
    s->result.will_station = station;
    s->result.will_offline = offline;
    /* A retained "offline" is what a broker keeps of a will; a retained "online" is old. */
    if (station != STATION_NONE && !offline && !w->message->retain) {
        sink_heard(s, station);
    }
}
