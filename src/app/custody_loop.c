/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The thread of custody: what it makes of the engine's wishes, and its turns. */
#include <poll.h>
#include <sys/eventfd.h>

#include "src/app/custody_private.h"
#include "src/core/log.h"

#define ASK_US      (3 * US_PER_S)
#define READ_MAX    500
#define TICK_US     US_PER_S
#define COUNT_US    (250 * US_PER_MS)
#define HOLD_OFF_US (2 * US_PER_S)

enum { FD_WAKE, FD_DIALER, FD_KEEPER, FD_STORE, FD_BROKER, FDS };

/* ---- what the engine asked for ---- */

static void
leave(struct custody *c)
{
    if (c->stage != CUSTODY_IDLE) {
        log_info("custody: the shared session is left to the next owner");
    }
    custody_end(c);
    c->stage = CUSTODY_IDLE;
    custody_tell(c, CUSTODY_SESSION, NULL);
    dialer_hurry(c->dialer, 0);
}

static void
begin(struct custody *c)
{
    struct err err = {.text = ""};
    if (custody_begin(c, &err) != RC_OK) {
        log_error("custody: computed values begin anew: %s", err.text);
    }
    c->stage = c->term.grant[0] != '\0' ? CUSTODY_ASKING : CUSTODY_OPEN;
    c->ask_until = c->now.mono + ASK_US;
    c->dial_at = MIN(c->dial_at, c->now.mono);
    c->seam_wanted = c->stage == CUSTODY_ASKING;
    c->open_at = c->now.mono;
    c->upkeep_at = c->now.mono;
}

static void
take(struct custody *c, const struct custody_term *term)
{
    bool other = rank_compare(term->rank, c->term.rank) != 0;
    bool was_over =
        c->stage == CUSTODY_OVER && (other || strcmp(term->grant, c->term.grant) != 0);
    c->term = *term;
    if (c->stage == CUSTODY_IDLE || was_over) {
        custody_tell(c, CUSTODY_SESSION, NULL);
        begin(c);
    } else if (other && c->stage == CUSTODY_OPEN) {
        c->upkeep_at = c->now.mono;
        if (!uuid_is_nil(&c->segment.id)) {
            custody_new_segment(c, false);
        }
    }
}

/* False: stop. */
static bool
take_orders(struct custody *c)
{
    eventfd_t count;
    eventfd_read(c->wake_fd, &count);
    pthread_mutex_lock(&c->lock);
    bool stop = c->asked.stop, owner = c->asked.owner, left = c->asked.left;
    uint64_t leaves = c->asked.leaves;
    struct custody_term term = c->asked.term;
    struct plant *plant = g_steal_pointer(&c->asked.plant);
    c->asked.left = false;
    pthread_mutex_unlock(&c->lock);
    if (left) {
        leave(c);
    }
    if (plant != NULL) {
        custody_use_plant(c, plant);
        plant_unref(plant);
    }
    if (owner) {
        take(c, &term);
    }
    pthread_mutex_lock(&c->lock);
    c->left = leaves;
    pthread_mutex_unlock(&c->lock);
    return !stop;
}

void
custody_tell(struct custody *c, enum custody_problem who, const struct err *err)
{
    static const char *const names[] = {"the outbox", "the shared session",
                                        "the central store"};
    struct err *problem = &c->problems[who];
    if (err == NULL) {
        problem->text[0] = '\0';
    } else if (strcmp(problem->text, err->text) != 0) {
        log_warning("custody: %s: %s", names[who], err->text);
        *problem = *err;
    }
}

static void
publish_state(struct custody *c)
{
    c->told.problem[0] = '\0';
    for (int i = 0; i < CUSTODY_PROBLEMS && c->told.problem[0] == '\0'; i++) {
        g_strlcpy(c->told.problem, c->problems[i].text, sizeof(c->told.problem));
    }
    if (c->client != NULL && c->told.problem[0] == '\0') {
        g_strlcpy(c->told.problem, client_problem(c->client), sizeof(c->told.problem));
    }
    c->told.holds =
        c->client != NULL && client_connected(c->client) && !client_stalled(c->client);
    c->told.fenced = c->stage == CUSTODY_OVER;
    pthread_mutex_lock(&c->lock);
    c->state = c->told;
    pthread_mutex_unlock(&c->lock);
}

/* Counting takes a statement, and people look no more often. */
static void
count_outbox(struct custody *c)
{
    struct outbox_stats stats;
    if (c->now.mono >= c->next_count) {
        outbox_stats(c->outbox, &stats);
        c->told.pending = stats.pending - MIN(stats.pending, drain_kept(&c->drain));
        c->told.quarantined = stats.quarantined;
        c->backlog = c->backlog || c->told.pending > 0; /* others put back what was refused */
        c->next_count = c->now.mono + COUNT_US;
    }
}

/* ---- one turn ---- */

/*
 * Whoever opens the session throws out who has it. So when it is lost, somebody else may have
 * been made owner, and we shall hear of it soon; coming back at once would be a fight.
 */
static void
fall(struct custody *c)
{
    client_free(g_steal_pointer(&c->client));
    c->fell = false;
    c->more = false;
    c->open_at = c->now.mono + HOLD_OFF_US + g_random_int_range(0, (gint32)US_PER_S);
}

static void
turn_session(struct custody *c)
{
    if (c->stage == CUSTODY_ASKING) {
        bool asked = c->readings != NULL && custody_read_ring(c);
        if (asked || c->now.mono >= c->ask_until) {
            c->stage = CUSTODY_OPEN;
        }
    }
    if (c->stage == CUSTODY_OPEN && c->client == NULL && c->now.mono >= c->open_at) {
        struct err err = {.text = ""};
        if (custody_open_client(c, &err) != RC_OK) {
            custody_tell(c, CUSTODY_SESSION, &err);
            c->open_at = c->now.mono + 10 * US_PER_S;
        }
    }
}

/* When it wants the next turn. */
static mono_us
turn_client(struct custody *c)
{
    if (c->client == NULL) {
        return c->stage == CUSTODY_OPEN     ? c->open_at
               : c->stage == CUSTODY_ASKING ? c->ask_until
                                            : INT64_MAX;
    }
    mono_us next = client_turn(c->client, c->now);
    if (c->fell) {
        fall(c);
        return c->open_at;
    }
    return next;
}

static bool
wants_backlog(const struct custody *c)
{
    return c->backlog && c->readings != NULL;
}

static void
turn_batches(struct custody *c)
{
    if (c->now.mono >= custody_keep_at(c)) {
        custody_keep(c);
    } else if (c->client != NULL && client_unacked(c->client) == 0 &&
               client_want_write(c->client)) {
        client_write(c->client);
    }
    if (c->readings == NULL) {
        custody_tidy(c);
    } else if (wants_backlog(c) && c->now.mono >= c->backlog_at) {
        custody_send_backlog(c);
    }
}

static int
patience(const struct custody *c, mono_us next)
{
    next = MIN(next, c->next_tick);
    next = MIN(next, custody_keep_at(c));
    if (wants_backlog(c)) {
        next = MIN(next, c->backlog_at);
    }
    if (c->pg == NULL && c->dial_at > c->now.mono) {
        next = MIN(next, c->dial_at);
    }
    mono_us left = c->more ? 0 : next - clock_now().mono;
    return left <= 0 ? 0 : (int)(left / US_PER_MS) + 1;
}

/* While something could not be kept, nothing is taken. */
static bool
may_read(const struct custody *c)
{
    return c->client != NULL && c->ready.length == 0;
}

static void
read_session(struct custody *c)
{
    c->now = clock_now();
    c->more = !client_read(c->client, READ_MAX);
    if (c->fell) {
        fall(c);
    }
}

/* False: stop. */
static bool
turn(struct custody *c)
{
    c->now = clock_now();
    if (!take_orders(c)) {
        return false;
    }
    if (c->now.mono >= c->next_tick) {
        c->next_tick = c->now.mono + TICK_US;
        custody_tick(c);
    }
    custody_turn_store(c);
    custody_seam_turn(c);
    turn_session(c);
    mono_us next = turn_client(c);
    turn_batches(c);
    count_outbox(c);
    publish_state(c);

    bool reading = may_read(c);
    short events = reading ? POLLIN : 0;
    events |= c->client != NULL && client_want_write(c->client) ? POLLOUT : 0;
    struct pollfd fds[FDS] = {
        [FD_WAKE] = {.fd = c->wake_fd, .events = POLLIN},
        [FD_DIALER] = {.fd = dialer_fd(c->dialer), .events = POLLIN},
        [FD_KEEPER] = {.fd = keeper_fd(c->keeper), .events = POLLIN},
        [FD_STORE] = {.fd = c->pg != NULL ? pg_fd(c->pg) : -1, .events = POLLIN},
        [FD_BROKER] = {.fd = events != 0 ? client_fd(c->client) : -1, .events = events},
    };
    c->more = c->more && reading;
    if (poll(fds, FDS, patience(c, next)) < 0) {
        return true;
    }
    if (fds[FD_STORE].revents != 0) {
        custody_hear_store(c);
    }
    if (reading && (c->more || (fds[FD_BROKER].revents & ~POLLOUT) != 0)) {
        read_session(c);
    }
    return true;
}

void *
custody_run(void *custody)
{
    struct custody *c = custody;
    pthread_setname_np(pthread_self(), "custody");
    while (turn(c)) {
    }
    if (c->stage == CUSTODY_OPEN) {
        custody_keep(c);
    }
    custody_end(c);
    return NULL;
}
