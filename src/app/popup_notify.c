/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Popups through libnotify. */
#include "src/app/popup.h"

#include <libnotify/notify.h>

static bool
open_notify(void *user)
{
    (void)user;
    return notify_init("leitstand");
}

static NotifyUrgency
urgency_of(enum alarm_priority priority)
{
    switch (priority) {
    case ALARM_CRITICAL:
        return NOTIFY_URGENCY_CRITICAL;
    case ALARM_HIGH:
    case ALARM_MEDIUM:
        return NOTIFY_URGENCY_NORMAL;
    case ALARM_LOW:
        break;
    }
    return NOTIFY_URGENCY_LOW;
}

static void
show_notify(void *user, enum alarm_priority priority, const char *summary, const char *body)
{
    (void)user;
    NotifyNotification *n = notify_notification_new(summary, body, NULL);
    notify_notification_set_urgency(n, urgency_of(priority));
    notify_notification_show(n, NULL);
    g_object_unref(n);
}

static void
close_notify(void *user)
{
    (void)user;
    notify_uninit();
}

const struct popup_backend popup_notify = {
    .open = open_notify, .show = show_notify, .close = close_notify};
