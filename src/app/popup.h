/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Popups on the desktop. D-Bus may block, so a thread of its own shows them: at most one in two
 * seconds, and what comes in between is collected in one.
 *
 * Threads: start, post and stop belong to one thread; none of them waits for D-Bus.
 * Limits:  POPUP_QUEUE texts wait, the most urgent ones; the others are only counted.
 * Texts:   from anywhere; what is no text is made harmless, and markup is escaped in the body.
 *          (The summary is plain text by the specification of desktop notifications.)
 */
#ifndef SRC_APP_POPUP_H
#define SRC_APP_POPUP_H

#include <stdbool.h>

#include "src/core/alarm.h"

#define POPUP_QUEUE 8

struct popup;

/* NULL when there is no session bus, or no thread could be started. */
struct popup *popup_start(void);
/* NULL is fine. */
void popup_post(struct popup *p, enum alarm_priority priority, const char *summary,
                const char *body);
/* Within a second, even if D-Bus hangs; what waits is not shown. NULL is fine. */
void popup_stop(struct popup *p);

/* Who shows them; for tests another than libnotify. Called in the thread only. */
struct popup_backend {
    bool (*open)(void *user); /* before the first one; false: there will be none */
    /* summary and body are ready to be sent. One that fails is lost: the console has it. */
    void (*show)(void *user, enum alarm_priority priority, const char *summary,
                 const char *body);
    void (*close)(void *user);
    void *user;
};
struct popup *popup_start_with(const struct popup_backend *backend, int64_t pause_us);

/* libnotify. */
extern const struct popup_backend popup_notify;

#endif
