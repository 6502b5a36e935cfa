/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alarms/watchdog.h"

#include "src/core/i18n.h"

/* The broker's failure says that there was no way to it. */
static bool
is_no_way(enum watchdog_failure failure)
{
    return failure == FAILURE_UNREACHABLE || failure == FAILURE_LOOKUP;
}

/* Its host answered, so the link worked. */
static bool
is_answer(enum watchdog_failure failure)
{
    return failure == FAILURE_REFUSED || failure == FAILURE_DENIED;
}

static bool
link_is_bad(const struct watchdog_evidence *e)
{
    bool remote_store = e->store_configured && !e->store_local;
    if (!e->link_up) {
        return !e->local_broker || remote_store;
    }
    return !e->connected && !e->local_broker && is_no_way(e->failure) &&
           !(remote_store && e->store_reachable);
}

static const char *
broker_detail(enum watchdog_failure failure)
{
    switch (failure) {
    case FAILURE_NONE:
        return N_("no connection was made yet");
    case FAILURE_REFUSED:
        return N_("its host answers, the broker does not");
    case FAILURE_UNREACHABLE:
        return N_("there is no route to it");
    case FAILURE_LOOKUP:
        return N_("its name could not be resolved");
    case FAILURE_TIMEOUT:
        return N_("nothing comes back from it");
    case FAILURE_DENIED:
        return N_("it answers and does not let us in");
    }
    return "";
}

static const char *
link_detail(const struct watchdog_evidence *e)
{
    if (!e->link_up) {
        return N_("no network interface is up");
    }
    if (e->store_configured && !e->store_local) {
        return N_("neither broker nor central store can be reached");
    }
    return e->failure == FAILURE_LOOKUP ? N_("names cannot be resolved")
                                        : N_("there is no route to the broker");
}

struct watchdog_verdict
watchdog_judge(const struct watchdog_evidence *e)
{
    struct watchdog_verdict v = {
        .broker = !e->connected,
        .link = link_is_bad(e),
        .store = e->store_configured && !e->store_reachable,
        .disk = !e->disk_well,
        .loss = e->lost > 0,
    };
    v.link_explains_broker = v.link && v.broker && !e->local_broker && !is_answer(e->failure);
    v.link_explains_store = v.link && v.store && !e->store_local;
    v.broker_detail = v.broker ? broker_detail(e->failure) : "";
    v.link_detail = v.link ? link_detail(e) : "";
    return v;
}
