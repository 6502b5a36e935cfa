/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/mqtt/lookup.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct lookup {
    pthread_mutex_t lock;
    int refs;   /* under lock: the caller's and the thread's */
    bool done;  /* under lock; what follows is constant once it is true */
    int fd;     /* constant */
    char *host; /* constant */
    char **addresses;
    const char *problem;
};

static void
drop(struct lookup *l)
{
    pthread_mutex_lock(&l->lock);
    int left = --l->refs;
    pthread_mutex_unlock(&l->lock);
    if (left > 0) {
        return;
    }
    close(l->fd);
    pthread_mutex_destroy(&l->lock);
    g_strfreev(l->addresses);
    g_free(l->host);
    g_free(l);
}

static void
finish(struct lookup *l, char **addresses, const char *problem)
{
    pthread_mutex_lock(&l->lock);
    l->addresses = addresses;
    l->problem = problem;
    l->done = true;
    pthread_mutex_unlock(&l->lock);
    eventfd_write(l->fd, 1);
}

static void *
run(void *user)
{
    struct lookup *l = user;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    GPtrArray *addresses = g_ptr_array_new();
    int code = getaddrinfo(l->host, NULL, &hints, &list);
    for (struct addrinfo *a = list; a != NULL; a = a->ai_next) {
        char text[NI_MAXHOST];
        if (getnameinfo(a->ai_addr, a->ai_addrlen, text, sizeof(text), NULL, 0,
                        NI_NUMERICHOST) == 0) {
            g_ptr_array_add(addresses, g_strdup(text));
        }
    }
    if (list != NULL) {
        freeaddrinfo(list);
    }
    g_ptr_array_add(addresses, NULL);
    finish(l, (char **)g_ptr_array_free(addresses, FALSE),
           code != 0 ? gai_strerror(code) : "no address");
    drop(l);
    return NULL;
}

struct lookup *
lookup_start(const char *host)
{
    struct lookup *l = g_new0(struct lookup, 1);
    pthread_mutex_init(&l->lock, NULL);
    l->refs = 2;
    l->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    l->host = g_strdup(host);

    sigset_t all, before;
    sigfillset(&all);
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_t thread;
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int code = pthread_create(&thread, &attr, run, l);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attr);
    if (code != 0) {
        finish(l, g_new0(char *, 1), "no thread could be started for it");
        drop(l);
    }
    return l;
}

void
lookup_free(struct lookup *l)
{
    if (l != NULL) {
        drop(l);
    }
}

int
lookup_fd(const struct lookup *l)
{
    return l->fd;
}

bool
lookup_done(struct lookup *l)
{
    pthread_mutex_lock(&l->lock);
    bool done = l->done;
    pthread_mutex_unlock(&l->lock);
    return done;
}

char **
lookup_addresses(const struct lookup *l)
{
    return l->addresses;
}

const char *
lookup_problem(const struct lookup *l)
{
    return l->problem;
}

bool
lookup_is_numeric(const char *host)
{
    unsigned char address[sizeof(struct in6_addr)];
    return inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
}
