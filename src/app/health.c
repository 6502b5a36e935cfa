/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/health.h"

#include "src/core/i18n.h"
#include "src/core/timestamp.h"
#include "version.h"

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
    return json_pack("{s:b,s:o,s:o,s:o,s:o,s:o,s:o,s:s,s:s}", "connected", h->mqtt.connected,
                     "received", count(h->mqtt.received), "readings", count(h->mqtt.readings),
                     "rejected", count(h->mqtt.rejected), "unknown_ids",
                     count(h->mqtt.unknown_ids), "dropped", count(h->mqtt.dropped),
                     "redelivered", count(h->mqtt.redelivered), "broker", h->mqtt.broker,
                     "problem", h->mqtt.problem);
}

static json_t *
cache_to_json(const struct health *h)
{
    return json_pack("{s:s,s:o,s:o,s:o,s:o,s:s}", "path", h->cache.path, "stored",
                     count(h->cache.stored), "queued", count(h->cache.queued), "bytes",
                     count(h->cache.bytes), "last_commit", time_or_null(h->cache.last_commit),
                     "problem", h->cache.problem);
}

static json_t *
owner_to_json(const struct health *h)
{
    return json_pack("{s:s,s:o,s:o,s:o,s:s}", "instance", h->owner.instance, "epoch",
                     count(h->owner.rank.epoch), "term", count(h->owner.rank.term), "since",
                     time_or_null(h->owner.since), "arbiter", arbiter_name(h->owner.arbiter));
}

json_t *
health_to_json(const struct health *h, struct now now)
{
    json_t *object = json_pack("{s:s,s:s,s:I,s:s,s:o,s:o,s:o}", "instance", h->instance,
                               "version", LEITSTAND_VERSION, "uptime_s",
                               (json_int_t)((now.mono - h->started) / US_PER_S), "role",
                               role_name(h->role), "owner", owner_to_json(h), "mqtt",
                               mqtt_to_json(h), "cache", cache_to_json(h));
    json_object_set_new(
        object, "postgres",
        json_pack("{s:b,s:b,s:o,s:o,s:o}", "configured", h->postgres.configured, "connected",
                  h->postgres.connected, "pending", count(h->postgres.pending), "synced",
                  count(h->postgres.synced), "quarantined", count(h->postgres.quarantined)));
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

enum health_verdict
health_judge(const json_t *status, GString *reasons)
{
    enum health_verdict verdict = HEALTH_OK;
    json_int_t silent = json_integer_value(member(status, "stations", "silent"));
    json_int_t dropped = json_integer_value(member(status, "mqtt", "dropped"));
    if (silent > 0) {
        verdict = HEALTH_WARNING;
        add_reason(
            reasons,
            ngettext("%lld station silent", "%lld stations silent", (unsigned long)silent),
            (long long)silent);
    }
    if (dropped > 0) {
        verdict = HEALTH_WARNING;
        add_reason(
            reasons,
            ngettext("%lld message dropped", "%lld messages dropped", (unsigned long)dropped),
            (long long)dropped);
    }
    if (!json_is_true(member(status, "mqtt", "connected"))) {
        verdict = HEALTH_CRITICAL;
        add_reason(reasons, _("no connection to the broker %s: %s"),
                   text_member(status, "mqtt", "broker"),
                   text_member(status, "mqtt", "problem"));
    }
    const char *cache = text_member(status, "cache", "problem");
    if (*cache != '\0') {
        verdict = HEALTH_CRITICAL;
        add_reason(reasons, _("cache: %s"), cache);
    }
    return verdict;
}
