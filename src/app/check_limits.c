/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/check_limits.h"

#include "src/app/load.h"
#include "src/core/i18n.h"
#include "src/mqtt/probe.h"

#define PROBE_TIMEOUT_MS 15000
#define WINDOW_LEAST     100 /* fewer at once make the broker wait for every commit */
#define WINDOW_WANTED    500
#define QUEUE_WANTED     100000

void
check_together(const struct config *c, check_tell *tell)
{
    bool store = *c->postgres.conninfo != '\0';
    if (store && strcmp(c->mqtt.client_id, c->mqtt.ingest_id) == 0) {
        tell(_("note"),
             _("[mqtt] client_id and ingest_id are both \"%s\": as owner this instance would "
               "throw itself out at the broker; give it another client_id"),
             c->mqtt.client_id);
    }
    if (!c->instance.candidate) {
        tell(_("note"), "%s",
             _("[instance] candidate = no: this instance never decides about alarms nor sends "
               "readings to the central store; another one of the plant has to"));
    }
    for (size_t i = 0; store && i < c->n_sources; i++) {
        if (c->sources[i].qos == 0) {
            tell(_("note"),
                 _("[source:%s] qos = 0: what comes while the owner changes may be missing in "
                   "the central store, see leitstand-ha(7); qos = 1 if the devices publish so"),
                 c->sources[i].name);
        }
    }
}

static void
tell_queue(const struct mqtt_probe *p, check_tell *tell)
{
    if (!p->session_kept) {
        tell(_("note"), "%s",
             _("the broker does not keep the session of a client that is away: what comes "
               "meanwhile is lost; it has to allow persistent sessions"));
    } else if (p->came < PROBE_MESSAGES) {
        tell(_("note"),
             _("the broker kept only %u of %d messages for a client that was away and dropped "
               "the rest; mosquitto: max_queued_messages %d"),
             p->came, PROBE_MESSAGES, QUEUE_WANTED);
    } else {
        tell(_("ok"), _("the broker kept all of %d messages for a client that was away"),
             PROBE_MESSAGES);
    }
}

/* A window is only told when the messages that came could show it. */
static void
tell_window(const struct mqtt_probe *p, check_tell *tell)
{
    if (p->came > p->window && p->window < WINDOW_LEAST) {
        tell(_("note"),
             _("the broker has only %u messages under way to a client at once; mosquitto: "
               "max_inflight_messages %d"),
             p->window, WINDOW_WANTED);
    } else if (p->receive_maximum != 0 && p->receive_maximum < WINDOW_LEAST) {
        tell(_("note"),
             _("the broker takes only %u messages of a client at once; mosquitto: "
               "max_inflight_messages %d"),
             p->receive_maximum, WINDOW_WANTED);
    } else if (p->came > 0) {
        tell(_("ok"), _("the broker has %u messages under way to a client at once"), p->window);
    }
}

static void
tell_survival(const struct mqtt_probe *p, check_tell *tell)
{
    if (p->expiry_s != 0 && p->expiry_s < PROBE_EXPIRY_S) {
        tell(_("note"),
             _("the broker forgets a session after %u s, and what it kept for it; mosquitto: "
               "persistent_client_expiration 7d or more"),
             p->expiry_s);
    }
    tell(_("note"),
         _("%s: whether its sessions survive a restart, and for how long it keeps them, cannot "
           "be seen from here; mosquitto: persistence true, autosave_interval 30, "
           "persistent_client_expiration 7d or more"),
         *p->broker != '\0' ? p->broker : _("broker"));
}

void
check_limits(const struct config *c, const char *password, check_tell *tell)
{
    struct err err = {.text = ""};
    struct mqtt_probe p = {.came = 0};
    const struct mqtt_endpoint endpoint = load_endpoint(c, password);
    if (mqtt_probe(&endpoint, c->instance.name, &p, PROBE_TIMEOUT_MS, &err) != RC_OK) {
        tell(_("note"), _("the broker's limits could not be looked at: %s"), err.text);
        return;
    }
    if (p.refused) {
        tell(_("note"),
             _("the broker's limits could not be looked at: it does not let this client "
               "subscribe to leitstand/v1/probe/%s"),
             c->instance.name);
        return;
    }
    tell_queue(&p, tell);
    tell_window(&p, tell);
    tell_survival(&p, tell);
}
