/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "src/core/file.h"
#include "src/core/i18n.h"
#include "src/core/log.h"
#include "src/core/text.h"

struct order {
    enum writer_how how;
    bool own, once;
    char *path, *done, *exists, *instead_of, *name;
    GString *text;
    size_t max; /* of what is read */
};

/* Shared with the thread; freed by whoever leaves last. */
struct writer {
    pthread_mutex_t lock; /* only the log is called while it is held */
    pthread_cond_t more;
    GQueue orders;         /* under lock, as what follows: struct order * */
    GQueue answers;        /* struct writer_answer * */
    struct order *current; /* the disk works on it; NULL: on none */
    int refs;
    bool stopping;
    bool told;               /* a failure of an order of which only the first is told */
    bool threaded;           /* constant, as what follows */
    int answer_fd, ended_fd; /* eventfds */
};

static void
order_free(gpointer data)
{
    struct order *o = data;
    g_free(o->path);
    g_free(o->done);
    g_free(o->exists);
    g_free(o->instead_of);
    g_free(o->name);
    g_string_free(o->text, TRUE);
    g_free(o);
}

void
writer_answer_fini(struct writer_answer *a)
{
    if (a->read != NULL) {
        g_string_free(a->read, TRUE);
    }
    g_free(a->path);
    g_free(a->name);
}

static void
answer_free(gpointer answer)
{
    writer_answer_fini(answer);
    g_free(answer);
}

/* ---- the disk ---- */

/* 0, or an errno. All of it is on the disk then. */
static int
fill(int fd, const GString *text)
{
    int code = 0;
    for (gsize done = 0; done < text->len && code == 0;) {
        ssize_t n = write(fd, text->str + done, text->len - done);
        code = n < 0 && errno != EINTR ? errno : 0;
        done += (gsize)MAX(n, 0);
    }
    code = code == 0 && fsync(fd) != 0 ? errno : code;
    return close(fd) != 0 && code == 0 ? errno : code;
}

static int
write_new(const struct order *o)
{
    int fd = open(o->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0) {
        return errno;
    }
    int code = fill(fd, o->text);
    if (code != 0) {
        g_unlink(o->path); /* half of it would be taken for the whole */
    }
    return code;
}

static int
replace(const struct order *o)
{
    char *temporary = g_strconcat(o->path, ".XXXXXX", NULL);
    int fd = g_mkstemp_full(temporary, O_WRONLY | O_CLOEXEC, o->own ? 0600 : 0666);
    int code = fd < 0 ? errno : fill(fd, o->text);
    if (code == 0 && g_rename(temporary, o->path) != 0) {
        code = errno;
    }
    if (code != 0 && fd >= 0) {
        g_unlink(temporary);
    }
    g_free(temporary);
    return code;
}

static int
remove_file(const char *path)
{
    return path == NULL || g_unlink(path) == 0 || errno == ENOENT ? 0 : errno;
}

static void
make_dir(const char *path)
{
    char *dir = g_path_get_dirname(path);
    (void)g_mkdir_with_parents(dir, 0700); /* who writes into it will tell what is wrong */
    g_free(dir);
}

static int
carry_out(const struct order *o)
{
    if (o->own && o->how != WRITER_REMOVE) {
        make_dir(o->path);
    }
    switch (o->how) {
    case WRITER_NEW:
        return write_new(o);
    case WRITER_REPLACE:
        return replace(o);
    case WRITER_REMOVE:
        return remove_file(o->path);
    case WRITER_READ: /* see read_answer() */
        break;
    }
    return EINVAL;
}

/* A pipe or a device is not replaced: somebody wants it to be there. */
static bool
is_no_file(const struct order *o)
{
    GStatBuf about;
    return o->how == WRITER_REPLACE && g_stat(o->path, &about) == 0 && !S_ISREG(about.st_mode);
}

static struct writer_answer *
read_answer(struct order *o)
{
    struct writer_answer *a = g_new0(struct writer_answer, 1);
    struct err err = {""};
    GString *read = g_string_new(NULL);
    if (file_read(read, o->path, o->max, &err) == RC_OK) {
        *a = (struct writer_answer){.good = true,
                                    .read = read,
                                    .path = g_steal_pointer(&o->path),
                                    .name = g_steal_pointer(&o->name)};
    } else {
        g_string_free(read, TRUE);
        text_sanitize(a->text, sizeof(a->text), err.text, strlen(err.text));
    }
    return a;
}

/* NULL: there is nothing to tell. */
static struct writer_answer *
answer(struct order *o)
{
    if (o->how == WRITER_READ) {
        return read_answer(o);
    }
    bool no_file = is_no_file(o);
    int code = no_file ? EINVAL : carry_out(o);
    int left = code == 0 ? remove_file(o->instead_of) : 0;
    const char *why = no_file ? _("it is not a file") : g_strerror(code);
    char *text = code == EEXIST && o->exists != NULL ? g_strdup(o->exists)
                 : code != 0 && o->how == WRITER_REMOVE
                     ? g_strdup_printf(_("could not remove \"%s\": %s"), o->path, why)
                 : code != 0 ? g_strdup_printf(_("could not write \"%s\": %s"), o->path, why)
                 : left != 0 ? g_strdup_printf(_("could not remove \"%s\": %s"), o->instead_of,
                                               g_strerror(left))
                             : g_strdup(o->done);
    struct writer_answer *a = NULL;
    if (text != NULL) {
        a = g_new0(struct writer_answer, 1);
        a->good = code == 0 && left == 0;
        text_sanitize(a->text, sizeof(a->text), text, strlen(text));
        g_free(text);
    }
    return a;
}

/* ---- the thread ---- */

/* Locked, and unlocked while the disk works. */
static void
work(struct writer *w)
{
    struct order *o = w->current = g_queue_pop_head(&w->orders);
    pthread_mutex_unlock(&w->lock);
    struct writer_answer *a = answer(o);
    pthread_mutex_lock(&w->lock);
    bool failed = a != NULL && !a->good;
    if (o->once && failed && w->told) {
        g_clear_pointer(&a, answer_free);
    }
    w->told = o->once ? failed : w->told;
    w->current = NULL;
    order_free(o);
    if (a != NULL) {
        g_queue_push_tail(&w->answers, a);
        (void)!eventfd_write(w->answer_fd, 1);
    }
}

/* Locked; unlocks. */
static void
leave(struct writer *w)
{
    bool last = --w->refs == 0;
    pthread_mutex_unlock(&w->lock);
    if (last) {
        g_queue_clear_full(&w->orders, order_free);
        g_queue_clear_full(&w->answers, answer_free);
        close(w->answer_fd);
        close(w->ended_fd);
        pthread_cond_destroy(&w->more);
        pthread_mutex_destroy(&w->lock);
        g_free(w);
    }
}

static void *
run(void *user)
{
    struct writer *w = user;
    pthread_mutex_lock(&w->lock);
    while (!w->stopping || w->orders.length > 0) {
        if (w->orders.length > 0) {
            work(w);
        } else {
            pthread_cond_wait(&w->more, &w->lock);
        }
    }
    (void)!eventfd_write(w->ended_fd, 1);
    leave(w);
    return NULL;
}

static int
event_new(void)
{
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0) {
        g_error("could not make an eventfd"); /* like memory: without it nothing works */
    }
    return fd;
}

struct writer *
writer_new(void)
{
    struct writer *w = g_new0(struct writer, 1);
    pthread_t thread;
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->more, NULL);
    w->answer_fd = event_new();
    w->ended_fd = event_new();
    w->refs = 2;
    sigset_t all, before;
    sigfillset(&all); /* signals are for the main thread */
    pthread_sigmask(SIG_BLOCK, &all, &before);
    w->threaded = pthread_create(&thread, NULL, run, w) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (w->threaded) {
        pthread_detach(thread); /* who waits for a disk cannot be waited for */
    } else {
        w->refs = 1;
    }
    return w;
}

static void
log_not_written(gpointer data, gpointer user)
{
    const struct order *o = data;
    (void)user;
    log_warning(_("\"%s\": the disk does not answer"), o->path);
}

static void
log_failure(gpointer data, gpointer user)
{
    const struct writer_answer *a = data;
    (void)user;
    if (!a->good) {
        log_warning("%s", a->text);
    }
}

void
writer_free(struct writer *w, int64_t patience_us)
{
    if (w == NULL) {
        return;
    }
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    pthread_cond_signal(&w->more);
    pthread_mutex_unlock(&w->lock);
    if (w->threaded) {
        struct pollfd ended = {.fd = w->ended_fd, .events = POLLIN};
        poll(&ended, 1, (int)(patience_us / US_PER_MS));
    }
    pthread_mutex_lock(&w->lock);
    if (w->current != NULL) {
        log_not_written(w->current, NULL);
    }
    g_queue_foreach(&w->orders, log_not_written, NULL);
    g_queue_foreach(&w->answers, log_failure, NULL);
    g_queue_clear_full(&w->orders, order_free);
    leave(w);
}

/* ---- the screen's side ---- */

/* Locked. What waits and is overtaken by a newer order. */
static void
drop_older(struct writer *w, const char *path)
{
    for (GList *l = w->orders.head, *next; l != NULL; l = next) {
        struct order *o = l->data;
        next = l->next;
        if (o->own && o->instead_of == NULL && strcmp(o->path, path) == 0) {
            g_queue_delete_link(&w->orders, l);
            order_free(o);
        }
    }
}

static struct order *
order_new(const struct writer_order *from)
{
    struct order *o = g_new(struct order, 1);
    gssize text = from->text == NULL ? 0 : (gssize)from->len;
    *o = (struct order){.how = from->how,
                        .own = from->own,
                        .once = from->once,
                        .path = g_strdup(from->path),
                        .done = g_strdup(from->done),
                        .exists = g_strdup(from->exists),
                        .instead_of = g_strdup(from->instead_of),
                        .name = g_strdup(from->name),
                        .max = from->len,
                        .text = g_string_new_len(from->text, text)};
    return o;
}

static void
refuse(struct writer *w, const char *path)
{
    struct writer_answer *a = g_new0(struct writer_answer, 1);
    char *text = g_strdup_printf(_("\"%s\": the disk does not answer"), path);
    text_sanitize(a->text, sizeof(a->text), text, strlen(text));
    g_free(text);
    g_queue_push_tail(&w->answers, a);
    (void)!eventfd_write(w->answer_fd, 1);
}

void
writer_put(struct writer *w, const struct writer_order *order)
{
    pthread_mutex_lock(&w->lock);
    if (order->own) {
        drop_older(w, order->path);
    }
    if (w->orders.length < WRITER_ORDERS) {
        g_queue_push_tail(&w->orders, order_new(order));
        pthread_cond_signal(&w->more);
    } else {
        refuse(w, order->path);
    }
    if (!w->threaded) {
        work(w);
    }
    pthread_mutex_unlock(&w->lock);
}

int
writer_fd(const struct writer *w)
{
    return w->answer_fd;
}

bool
writer_take(struct writer *w, struct writer_answer *ret)
{
    eventfd_t count;
    pthread_mutex_lock(&w->lock);
    (void)!eventfd_read(w->answer_fd, &count);
    struct writer_answer *a = g_queue_pop_head(&w->answers);
    if (w->answers.length > 0) {
        (void)!eventfd_write(w->answer_fd, 1);
    }
    pthread_mutex_unlock(&w->lock);
    if (a == NULL) {
        return false;
    }
    *ret = *a;
    g_free(a);
    return true;
}
