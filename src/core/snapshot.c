/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/core/snapshot.h"

#include <assert.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

static const char *const role_names[] = {
    [ROLE_OWNER] = "owner",
    [ROLE_STANDBY] = "standby",
    [ROLE_VIEWER] = "viewer",
    [ROLE_UNARBITRATED] = "unarbitrated",
};
static_assert(G_N_ELEMENTS(role_names) == ROLES, "a role has no name");

struct exchange {
    pthread_mutex_t lock;     /* leaf lock: nothing is called while it is held */
    struct snapshot *waiting; /* under lock */
    struct command commands[EXCHANGE_COMMANDS]; /* under lock; a ring */
    uint32_t first, used;                       /* under lock */
    int snapshot_fd, command_fd;                /* constant; eventfds, they carry no data */
};

const char *
role_name(enum role role)
{
    return role_names[role];
}

struct snapshot *
snapshot_new(const struct model *m, const struct health *health, struct now now,
             const struct unknown_id *unknown, uint32_t n_unknown,
             const struct rejected_payload *rejected, uint32_t n_rejected)
{
    struct snapshot *s = g_new(struct snapshot, 1);
    struct plant *plant = model_plant(m);
    *s = (struct snapshot){.refs = 1,
                           .taken = now,
                           .plant = plant_ref(plant),
                           .n_unknown = n_unknown,
                           .n_rejected = n_rejected,
                           .health = *health};
    s->components =
        g_memdup2(model_components(m), plant->n_components * sizeof(*s->components));
    s->stations = g_memdup2(model_stations(m), plant->n_stations * sizeof(*s->stations));
    s->unknown = g_memdup2(unknown, n_unknown * sizeof(*unknown));
    s->rejected = g_memdup2(rejected, n_rejected * sizeof(*rejected));
    for (uint32_t i = 0; i < plant->n_components; i++) {
        if (s->components[i].text != NULL) {
            g_ref_string_acquire(s->components[i].text);
        }
    }
    return s;
}

struct snapshot *
snapshot_ref(struct snapshot *s)
{
    g_atomic_int_inc(&s->refs);
    return s;
}

void
snapshot_unref(struct snapshot *s)
{
    if (s == NULL || !g_atomic_int_dec_and_test(&s->refs)) {
        return;
    }
    for (uint32_t i = 0; i < s->plant->n_components; i++) {
        if (s->components[i].text != NULL) {
            g_ref_string_release(s->components[i].text);
        }
    }
    g_free(s->components);
    g_free(s->stations);
    g_free(s->unknown);
    g_free(s->rejected);
    g_free(s->peers);
    alarm_board_unref(s->alarms);
    plant_unref(s->plant);
    g_free(s);
}

static void
signal_fd(int fd)
{
    /* Fails only when the counter is full, and then it is readable anyhow. */
    (void)!eventfd_write(fd, 1);
}

static void
calm_fd(int fd)
{
    eventfd_t count;
    (void)!eventfd_read(fd, &count);
}

struct exchange *
exchange_new(void)
{
    struct exchange *x = g_new0(struct exchange, 1);
    x->snapshot_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    x->command_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (x->snapshot_fd < 0 || x->command_fd < 0) {
        g_error("could not make an eventfd"); /* like memory: without it nothing works */
    }
    pthread_mutex_init(&x->lock, NULL);
    return x;
}

void
exchange_free(struct exchange *x)
{
    if (x == NULL) {
        return;
    }
    snapshot_unref(x->waiting);
    close(x->snapshot_fd);
    close(x->command_fd);
    pthread_mutex_destroy(&x->lock);
    g_free(x);
}

bool
exchange_wants(struct exchange *x)
{
    pthread_mutex_lock(&x->lock);
    bool wants = x->waiting == NULL;
    pthread_mutex_unlock(&x->lock);
    return wants;
}

static struct snapshot *
swap_waiting(struct exchange *x, struct snapshot *s)
{
    pthread_mutex_lock(&x->lock);
    struct snapshot *before = x->waiting;
    x->waiting = s;
    pthread_mutex_unlock(&x->lock);
    return before;
}

void
exchange_publish(struct exchange *x, struct snapshot *s)
{
    snapshot_unref(swap_waiting(x, s));
    signal_fd(x->snapshot_fd);
}

int
exchange_snapshot_fd(const struct exchange *x)
{
    return x->snapshot_fd;
}

/* First the fd, then the slot: what is published in between leaves the fd readable. */
struct snapshot *
exchange_take(struct exchange *x)
{
    calm_fd(x->snapshot_fd);
    return swap_waiting(x, NULL);
}

int
exchange_command_fd(const struct exchange *x)
{
    return x->command_fd;
}

bool
exchange_post(struct exchange *x, const struct command *c)
{
    pthread_mutex_lock(&x->lock);
    bool room = x->used < EXCHANGE_COMMANDS;
    if (room) {
        x->commands[(x->first + x->used++) % EXCHANGE_COMMANDS] = *c;
    }
    pthread_mutex_unlock(&x->lock);
    if (room) {
        signal_fd(x->command_fd);
    }
    return room;
}

bool
exchange_next_command(struct exchange *x, struct command *ret)
{
    calm_fd(x->command_fd);
    pthread_mutex_lock(&x->lock);
    bool found = x->used > 0;
    if (found) {
        *ret = x->commands[x->first];
        x->first = (x->first + 1) % EXCHANGE_COMMANDS;
        x->used--;
    }
    bool more = x->used > 0;
    pthread_mutex_unlock(&x->lock);
    if (more) {
        signal_fd(x->command_fd);
    }
    return found;
}
