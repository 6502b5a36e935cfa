/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/popup.h"

#include <unistd.h>

#include "src/app/worker.h"
#include "src/core/i18n.h"
#include "src/core/text.h"

#define PAUSE_US    (2 * US_PER_S)
#define STOP_US     (US_PER_S / 2)
#define SUMMARY_MAX 128 /* bytes */
#define BODY_MAX    512

struct post {
    enum alarm_priority priority;
    char summary[SUMMARY_MAX], body[BODY_MAX]; /* sanitised */
};

struct popup {
    struct worker worker;
    struct popup_backend backend; /* constant, like the pause */
    int64_t pause_us;
    /* Under lock: in the order they came. */
    struct post posts[POPUP_QUEUE];
    unsigned n, more; /* more: those that found no place */
};

static void
release(void *worker)
{
    g_free(worker);
}

/* The post that is shown first: the oldest of the most urgent ones. */
static unsigned
foremost(const struct post *posts, unsigned n)
{
    unsigned best = 0;
    for (unsigned i = 1; i < n; i++) {
        best = posts[i].priority < posts[best].priority ? i : best;
    }
    return best;
}

static void
append_escaped(GString *to, const char *text)
{
    char *escaped = g_markup_escape_text(text, -1);
    g_string_append(to, escaped);
    g_free(escaped);
}

/* Posts that came together become one: the foremost in full, of the others the summary. */
static void
show(struct popup *p, const struct post *posts, unsigned n, unsigned more)
{
    unsigned first = foremost(posts, n);
    GString *body = g_string_new(NULL);
    append_escaped(body, posts[first].body);
    for (unsigned i = 0; i < n; i++) {
        if (i != first) {
            g_string_append(body, body->len > 0 ? "\n" : "");
            append_escaped(body, posts[i].summary);
        }
    }
    if (more > 0) {
        g_string_append(body, body->len > 0 ? "\n" : "");
        g_string_append_printf(body, ngettext("and %u more alarm", "and %u more alarms", more),
                               more);
    }
    p->backend.show(p->backend.user, posts[first].priority, posts[first].summary, body->str);
    g_string_free(body, TRUE);
}

/* Locked, with something to show; unlocked meanwhile. */
static void
take_and_show(struct popup *p)
{
    struct post posts[POPUP_QUEUE];
    unsigned n = p->n, more = p->more;
    memcpy(posts, p->posts, sizeof(posts));
    p->n = p->more = 0;
    worker_unlock(&p->worker);
    show(p, posts, n, more);
    worker_lock(&p->worker);
}

static void
attend(struct popup *p)
{
    mono_us next = 0;
    while (worker_wait(&p->worker, p->n > 0 ? next : INT64_MAX)) {
        if (p->n > 0 && clock_now().mono >= next) {
            take_and_show(p);
            next = clock_now().mono + p->pause_us;
        }
    }
}

static void
work(void *worker)
{
    struct popup *p = worker;
    if (p->backend.open(p->backend.user)) {
        worker_lock(&p->worker);
        attend(p);
        worker_unlock(&p->worker);
        p->backend.close(p->backend.user);
    }
}

struct popup *
popup_start_with(const struct popup_backend *backend, int64_t pause_us)
{
    struct popup *p = g_new0(struct popup, 1);
    p->backend = *backend;
    p->pause_us = pause_us;
    return worker_start(&p->worker, "popups", work, release) ? p : NULL;
}

/* Where the library would look; without either it would try to start a bus. */
static bool
has_session_bus(void)
{
    const char *address = g_getenv("DBUS_SESSION_BUS_ADDRESS");
    const char *dir = g_getenv("XDG_RUNTIME_DIR");
    if (address != NULL && *address != '\0') {
        return true;
    }
    char *path = g_build_filename(dir != NULL ? dir : "", "bus", NULL);
    bool there = dir != NULL && *dir != '\0' && access(path, R_OK | W_OK) == 0;
    g_free(path);
    return there;
}

struct popup *
popup_start(void)
{
    return has_session_bus() ? popup_start_with(&popup_notify, PAUSE_US) : NULL;
}

/* The post that gives way to a more urgent one: the newest of the least urgent ones. */
static unsigned
hindmost(const struct popup *p)
{
    unsigned worst = 0;
    for (unsigned i = 1; i < p->n; i++) {
        worst = p->posts[i].priority >= p->posts[worst].priority ? i : worst;
    }
    return worst;
}

static void
put(struct popup *p, const struct post *post)
{
    if (p->n == POPUP_QUEUE) {
        unsigned worst = hindmost(p);
        p->more++;
        if (p->posts[worst].priority <= post->priority) {
            return;
        }
        memmove(&p->posts[worst], &p->posts[worst + 1],
                (POPUP_QUEUE - 1 - worst) * sizeof(p->posts[0]));
        p->n--;
    }
    p->posts[p->n++] = *post;
}

void
popup_post(struct popup *p, enum alarm_priority priority, const char *summary, const char *body)
{
    if (p == NULL) {
        return;
    }
    struct post post = {.priority = priority};
    text_sanitize(post.summary, sizeof(post.summary), summary, strlen(summary));
    text_sanitize(post.body, sizeof(post.body), body, strlen(body));
    worker_lock(&p->worker);
    put(p, &post);
    worker_unlock(&p->worker);
    worker_wake(&p->worker);
}

void
popup_stop(struct popup *p)
{
    if (p != NULL) {
        worker_leave(&p->worker, STOP_US);
    }
}
