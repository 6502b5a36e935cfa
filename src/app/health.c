/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/health.h"

#include "src/app/json_text.h"
#include "src/core/i18n.h"
#include "src/core/timestamp.h"
#include "version.h"

#define HEARD_US (1 * US_PER_S) /* well within what the screen calls heard now */

/* An owner is heard every second; one that falls away is replaced within some ten. */
#define UNHEARD_S   5
#define OWNERLESS_S 30

static json_t *
count(uint64_t n)
{
    return json_integer((json_int_t)n);
}

static json_t *
time_or_null(wall_us at)
{
    if (at == WALL_NONE) {
        return json_null();
    }
    char text[TIMESTAMP_SIZE];
    timestamp_format(text, at);
    return json_string(text);
}

static json_t *
mqtt_to_json(const struct health *h)
{
    return json_pack("{s:b,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "connected", h->mqtt.connected,
                     "received", count(h->mqtt.received), "readings", count(h->mqtt.readings),
                     "rejected", count(h->mqtt.rejected), "unknown_ids",
                     count(h->mqtt.unknown_ids), "dropped", count(h->mqtt.dropped),
                     "redelivered", count(h->mqtt.redelivered), "broker",
                     json_text(h->mqtt.broker), "problem", json_text(h->mqtt.problem));
}

static json_t *
cache_to_json(const struct health *h)
{
    return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o}", "path", json_text(h->cache.path), "stored",
                     count(h->cache.stored), "queued", count(h->cache.queued), "bytes",
                     count(h->cache.bytes), "last_commit", time_or_null(h->cache.last_commit),
                     "problem", json_text(h->cache.problem));
}

/* Of an owner that was only told of, by the lease or a retained topic, there is no sign: the
 * age of the last one goes on, or counts from now. So it does when nobody is owner, be it that
 * this instance was. */
static mono_us
sign_of(const struct health *h, const struct tenure *t, struct now now)
{
    if (*t->owner.instance == '\0') {
        return MAX(t->owner.heard, h->owner.heard);
    }
    if (t->owner.heard != 0) {
        return t->owner.heard;
    }
    bool same = strcmp(h->owner.instance, t->owner.instance) == 0 && h->owner.heard != 0;
    return same ? h->owner.heard : now.mono;
}

void
health_follow(struct health *h, const struct tenure *t, struct now now)
{
    mono_us heard = sign_of(h, t, now);
    h->role = t->role;
    memcpy(h->owner.instance, t->owner.instance, sizeof(h->owner.instance));
    h->owner.rank = t->owner.rank;
    h->owner.arbiter = t->owner.arbiter;
    h->owner.since = t->owner.since;
    if (heard - h->owner.heard > HEARD_US || heard < h->owner.heard) {
        h->owner.heard = heard;
    }
}

/* Seconds since the last sign of an owner; when none was ever heard, since the start. */
static json_int_t
heard_s(const struct health *h, struct now now)
{
    if (h->role == ROLE_OWNER) {
        return 0;
    }
    mono_us since = h->owner.heard != 0 ? h->owner.heard : h->started;
    return MAX(now.mono - since, 0) / US_PER_S;
}

static json_t *
owner_to_json(const struct health *h, struct now now)
{
    return json_pack("{s:o,s:o,s:o,s:o,s:s,s:I}", "instance", json_text(h->owner.instance),
                     "epoch", count(h->owner.rank.epoch), "term", count(h->owner.rank.term),
                     "since", time_or_null(h->owner.since), "arbiter",
                     arbiter_name(h->owner.arbiter), "heard_s", heard_s(h, now));
}

static json_t *
postgres_to_json(const struct health *h)
{
    return json_pack("{s:b,s:b,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "configured",
                     h->postgres.configured, "connected", h->postgres.connected, "pending",
                     count(h->postgres.pending), "synced", count(h->postgres.synced),
                     "quarantined", count(h->postgres.quarantined), "pending_changes",
                     count(h->postgres.pending_changes), "refused_changes",
                     count(h->postgres.refused_changes), "behind", count(h->postgres.behind),
                     "problem", json_text(h->postgres.problem));
}

json_t *
health_to_json(const struct health *h, struct now now)
{
    json_t *object = json_pack("{s:o,s:s,s:I,s:s,s:o,s:o,s:o}", "instance",
                               json_text(h->instance), "version", LEITSTAND_VERSION, "uptime_s",
                               (json_int_t)((now.mono - h->started) / US_PER_S), "role",
                               role_name(h->role), "owner", owner_to_json(h, now), "mqtt",
                               mqtt_to_json(h), "cache", cache_to_json(h));
    json_object_set_new(object, "postgres", postgres_to_json(h));
    json_object_set_new(object, "stations",
                        json_pack("{s:o,s:o,s:o}", "total", count(h->stations.total), "silent",
                                  count(h->stations.silent), "never_seen",
                                  count(h->stations.never_seen)));
    json_object_set_new(object, "alarms",
                        json_pack("{s:o,s:o,s:o,s:o,s:o}", "active", count(h->alarms.active),
                                  "unacked", count(h->alarms.unacked), "shelved",
                                  count(h->alarms.shelved), "suppressed",
                                  count(h->alarms.suppressed), "out_of_service",
                                  count(h->alarms.out_of_service)));
    return object;
}

static const json_t *
member(const json_t *status, const char *group, const char *key)
{
    return json_object_get(json_object_get(status, group), key);
}

static const char *
text_member(const json_t *status, const char *group, const char *key)
{
    const char *text = json_string_value(member(status, group, key));
    return text != NULL ? text : "";
}

static void add_reason(GString *reasons, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void
add_reason(GString *reasons, const char *fmt, ...)
{
    if (reasons == NULL) {
        return;
    }
    if (reasons->len > 0) {
        g_string_append(reasons, "; ");
    }
    va_list args;
    va_start(args, fmt);
    g_string_append_vprintf(reasons, fmt, args);
    va_end(args);
}

/* What is found while judging. */
struct judgement {
    const json_t *status;
    GString *reasons;
    enum health_verdict verdict;
};

static void
worse(struct judgement *j, enum health_verdict verdict)
{
    j->verdict = MAX(j->verdict, verdict);
}

static void
judge_counts(struct judgement *j)
{
    json_int_t silent = json_integer_value(member(j->status, "stations", "silent"));
    json_int_t dropped = json_integer_value(member(j->status, "mqtt", "dropped"));
    if (silent > 0) {
        worse(j, HEALTH_WARNING);
        add_reason(
            j->reasons,
            ngettext("%lld station silent", "%lld stations silent", (unsigned long)silent),
            (long long)silent);
    }
    if (dropped > 0) {
        worse(j, HEALTH_WARNING);
        add_reason(
            j->reasons,
            ngettext("%lld message dropped", "%lld messages dropped", (unsigned long)dropped),
            (long long)dropped);
    }
}

static void
judge_owner(struct judgement *j)
{
    const char *role = json_string_value(json_object_get(j->status, "role"));
    json_int_t heard = json_integer_value(member(j->status, "owner", "heard_s"));
    if (g_strcmp0(role, role_name(ROLE_UNARBITRATED)) == 0) {
        worse(j, HEALTH_CRITICAL);
        add_reason(j->reasons, "%s",
                   _("neither broker nor central store can say who is owner: this instance "
                     "decides for itself"));
        return;
    }
    bool owner = g_strcmp0(role, role_name(ROLE_OWNER)) == 0;
    if (!owner && heard >= UNHEARD_S) {
        worse(j, heard >= OWNERLESS_S ? HEALTH_CRITICAL : HEALTH_WARNING);
        const char *name = text_member(j->status, "owner", "instance");
        if (*name == '\0') {
            add_reason(j->reasons, _("no owner for %lld s"), (long long)heard);
        } else {
            add_reason(j->reasons, _("the owner \"%s\" was not heard for %lld s"), name,
                       (long long)heard);
        }
    }
}

/* What is not in the store, and will not be by itself. */
static void
judge_refused(struct judgement *j)
{
    json_int_t readings = json_integer_value(member(j->status, "postgres", "quarantined"));
    json_int_t changes = json_integer_value(member(j->status, "postgres", "refused_changes"));
    if (readings > 0) {
        worse(j, HEALTH_WARNING);
        add_reason(j->reasons,
                   ngettext("%lld reading in quarantine", "%lld readings in quarantine",
                            (unsigned long)readings),
                   (long long)readings);
    }
    if (changes > 0) {
        worse(j, HEALTH_WARNING);
        add_reason(j->reasons,
                   ngettext("%lld change of alarms refused by the central store",
                            "%lld changes of alarms refused by the central store",
                            (unsigned long)changes),
                   (long long)changes);
    }
}

static void
judge_postgres(struct judgement *j)
{
    if (json_is_true(member(j->status, "postgres", "configured"))) {
        if (!json_is_true(member(j->status, "postgres", "connected"))) {
            worse(j, HEALTH_WARNING);
            add_reason(j->reasons, _("no connection to the central store: %s"),
                       text_member(j->status, "postgres", "problem"));
        }
        if (strcmp(text_member(j->status, "owner", "arbiter"), arbiter_name(ARBITER_BROKER)) ==
            0) {
            worse(j, HEALTH_WARNING);
            add_reason(j->reasons, "%s",
                       _("the broker, not the central store, says who is owner"));
        }
    }
    judge_refused(j);
}

enum health_verdict
health_judge(const json_t *status, GString *reasons)
{
    struct judgement j = {.status = status, .reasons = reasons, .verdict = HEALTH_OK};
    judge_counts(&j);
    if (!json_is_true(member(status, "mqtt", "connected"))) {
        worse(&j, HEALTH_CRITICAL);
        add_reason(reasons, _("no connection to the broker %s: %s"),
                   text_member(status, "mqtt", "broker"),
                   text_member(status, "mqtt", "problem"));
    } else if (*text_member(status, "mqtt", "problem") != '\0') {
        worse(&j, HEALTH_WARNING);
        add_reason(reasons, "%s", text_member(status, "mqtt", "problem"));
    }
    const char *cache = text_member(status, "cache", "problem");
    if (*cache != '\0') {
        worse(&j, HEALTH_CRITICAL);
        add_reason(reasons, _("cache: %s"), cache);
    }
    judge_owner(&j);
    judge_postgres(&j);
    return j.verdict;
}
