/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <poll.h>
#include <sys/eventfd.h>

#include "src/app/engine_private.h"
#include "src/core/i18n.h"
#include "src/core/log.h"
#include "src/core/text.h"

#define READ_MAX       500              /* messages in one turn, so that turns stay short */
#define BATCH_MAX      2000             /* records and identities that do not wait longer */
#define BATCH_SOME     100              /* as many as are worth a commit */
#define BATCH_SOME_US  (15 * US_PER_MS) /* QoS 0: nobody waits for the commit but the eye, */
#define BATCH_FEW_US   (40 * US_PER_MS) /* and fewer wait longer */
#define GATHER_US      (1 * US_PER_MS)  /* waking for every message costs more than the work */
#define GATHER_IDLE_US (8 * US_PER_MS)  /* the same when there is little to do */
#define GATHER_IDLE    20               /* messages: fewer than these are little */
#define TICK_US        US_PER_S
#define SNAPSHOT_US    (100 * US_PER_MS) /* at most ten a second */
#define URGENT_US      (20 * US_PER_MS)  /* sooner when people are to be told of an alarm */
#define ASLEEP_US      (10 * US_PER_S)   /* a turn that late: the machine, or we, stood still */
#define FINISH_US      (5 * US_PER_S)    /* the last commit may take so long */
#define PUT_AWAY_US    (500 * US_PER_MS) /* what was decided last, to the store */
#define RESIGN_US      (1 * US_PER_S)

enum { FD_STOP, FD_COMMAND, FD_CACHE, FD_BROKER, FD_OWNERSHIP, FD_SYNC, FDS };

/* ---- health and snapshots ---- */

static void
count_stations(struct engine *e)
{
    const struct plant *plant = model_plant(e->ingest.model);
    const struct station_state *stations = model_stations(e->ingest.model);
    struct health *h = &e->health;
    h->stations.total = plant->n_stations;
    h->stations.silent = h->stations.never_seen = 0;
    for (uint32_t i = 0; i < plant->n_stations; i++) {
        h->stations.silent += stations[i].silent;
        h->stations.never_seen += stations[i].received == WALL_NONE;
    }
}

static void
count_alarms(struct engine *e)
{
    const struct alarm_board *b = alarming_board(&e->alarming);
    struct health *h = &e->health;
    h->alarms.active = h->alarms.unacked = 0;
    for (int i = 0; i < ALARM_PRIORITIES; i++) {
        h->alarms.active += b->active[i];
        h->alarms.unacked += b->unacked[i];
    }
    h->alarms.shelved = b->shelved;
    h->alarms.suppressed = b->suppressed;
    h->alarms.out_of_service = b->out_of_service;
}

void
engine_update_health(struct engine *e)
{
    struct health *h = &e->health;
    const struct ingest *in = &e->ingest;
    bool stalled = client_stalled(e->client);
    bool connected = client_connected(e->client) && !stalled;
    if (connected != h->mqtt.connected) {
        h->mqtt.since = e->now.mono;
    }
    h->mqtt.connected = connected;
    const char *problem = connected ? misfits_text(e->misfits)
                          : stalled ? _("no answer")
                                    : client_problem(e->client);
    text_sanitize(h->mqtt.problem, sizeof(h->mqtt.problem), problem, strlen(problem));
    h->mqtt.received = in->received;
    h->mqtt.readings = in->readings;
    h->mqtt.rejected = in->rejected;
    h->mqtt.redelivered = in->redelivered;
    h->mqtt.unknown_ids = in->strays.n_unknown;
    struct cache_stats stats;
    cache_stats(e->cache, &stats);
    h->cache.stored = stats.stored;
    h->cache.queued = stats.queued + (in->batch != NULL ? in->batch->records->len : 0);
    h->cache.bytes = stats.bytes;
    h->cache.last_commit = stats.last_commit;
    g_strlcpy(h->cache.problem, stats.problem, sizeof(h->cache.problem));
    count_stations(e);
    count_alarms(e);
    engine_tell_store(e);
}

void
engine_publish(struct engine *e)
{
    const struct strays *s = &e->ingest.strays;
    e->shown = e->health;
    e->shown_model = model_version(e->ingest.model);
    e->shown_strays = s->version;
    e->news = false;
    e->shown_annunciated = alarming_annunciated(&e->alarming);
    e->published = e->now.mono;
    struct snapshot *snapshot = snapshot_new(e->ingest.model, &e->health, e->now, s->unknown,
                                             s->n_unknown, s->rejected, s->n_rejected);
    struct alarm_board *board = alarming_board(&e->alarming);
    e->shown_alarms = board->version;
    snapshot->alarms = alarm_board_ref(board);
    peer_list_forget(e->others, e->now.mono);
    snapshot->peers = peer_list_views(e->others, &snapshot->n_peers);
    snapshot->replies = e->replies;
    memcpy(snapshot->reply, e->reply, sizeof(snapshot->reply));
    exchange_publish(e->exchange, snapshot);
}

/* Something that a screen shows has changed. */
static bool
has_news(const struct engine *e)
{
    return e->news || e->shown_model != model_version(e->ingest.model) ||
           e->shown_strays != e->ingest.strays.version ||
           e->shown_alarms != alarming_version(&e->alarming);
}

static mono_us
snapshot_due(const struct engine *e)
{
    bool urgent = alarming_annunciated(&e->alarming) != e->shown_annunciated;
    return e->published + (urgent ? URGENT_US : SNAPSHOT_US);
}

static void
show(struct engine *e)
{
    if (has_news(e) && e->now.mono >= snapshot_due(e) && exchange_wants(e->exchange)) {
        engine_update_health(e);
        engine_publish(e);
    }
}

static void
tick(struct engine *e)
{
    struct ingest *in = &e->ingest;
    engine_set_link(e, client_connected(e->client) && !client_stalled(e->client));
    engine_note_heard(e);
    uint64_t *then = &e->received_then[e->tick++ % RATE_SECONDS];
    unsigned seconds = MIN(e->tick, RATE_SECONDS);
    e->health.mqtt.rate = (double)(in->received - *then) / seconds;
    *then = in->received;
    ingest_tick(in, e->now);
    misfits_turn(e->misfits, e->now.mono);
    engine_update_health(e);
    engine_judge(e);
    /* Counters alone are news once a second, if they moved. */
    if (memcmp(&e->health, &e->shown, sizeof(e->health)) != 0) {
        e->news = true;
    }
    engine_beat(e);
    e->next_tick = e->now.mono + TICK_US;
}

/* ---- one turn ---- */

/*
 * Not while a commit is under way that PUBACKs wait for: what we read on top of it would have
 * to be committed as well before any of them may leave. Not while messages gather.
 */
static bool
may_read(const struct engine *e)
{
    if (!client_connected(e->client)) {
        return true; /* nothing but the broker's welcome can come */
    }
    bool commit_pending = client_unacked(e->client) > 0 && ingest_waiting(&e->ingest) == 0;
    return !commit_pending && e->now.mono >= e->read_after && cache_has_room(e->cache);
}

static void
read_broker(struct engine *e)
{
    struct ingest *in = &e->ingest;
    uint64_t before = in->received;
    bool drained = client_read(e->client, READ_MAX);
    engine_note_behind(e);
    uint64_t got = in->received - before;
    e->more = !drained;
    if (client_unacked(e->client) > 0) {
        /* The broker's window is small, and it waits: commit as soon as all of it is here. */
        if (drained || ingest_waiting(in) >= BATCH_MAX) {
            ingest_put(in);
        }
    } else if (drained && got > 0) {
        e->read_after = e->now.mono + (got < GATHER_IDLE ? GATHER_IDLE_US : GATHER_US);
        e->gathering = true;
    }
}

/* After a rest something is likely to be there: asking poll() first would cost more. */
static void
read_gathered(struct engine *e)
{
    if (e->gathering && e->now.mono >= e->read_after) {
        e->gathering = false;
        if (may_read(e)) {
            read_broker(e);
        }
    }
}

static void
write_broker(struct engine *e)
{
    if (client_unacked(e->client) == 0 ? client_want_write(e->client)
                                       : ingest_committed(&e->ingest)) {
        client_write(e->client);
    }
}

static mono_us
batch_due(const struct ingest *in)
{
    return in->batch_since + (ingest_waiting(in) >= BATCH_SOME ? BATCH_SOME_US : BATCH_FEW_US);
}

static void
put_when_due(struct engine *e)
{
    struct ingest *in = &e->ingest;
    if (ingest_waiting(in) >= BATCH_MAX || e->now.mono >= batch_due(in)) {
        ingest_put(in);
    }
}

/* Something waits for the cache: PUBACKs, the answers to operators, what others are to be told,
 * or the messages that it has no room for. */
static bool
needs_commit(const struct engine *e)
{
    return client_unacked(e->client) > 0 || control_waits(e->control) ||
           outgoing_unsaid(e->outgoing) || e->done.length > 0 || e->handover.wanted ||
           !cache_has_room(e->cache);
}

static int
milliseconds_until(const struct engine *e, mono_us at)
{
    mono_us left = at - e->now.mono;
    return left <= 0 ? 0 : (int)((left + US_PER_MS - 1) / US_PER_MS);
}

/* How long nothing needs to be done unless a descriptor says so. */
static int
patience(const struct engine *e, mono_us client_next, bool reading)
{
    if (reading && e->more) {
        return 0;
    }
    mono_us next = MIN(MIN(e->next_tick, client_next), e->peers_next);
    next = MIN(next, evaluator_next(e->alarming.evaluator));
    if (e->announce != NULL && e->announced != alarming_version(&e->alarming)) {
        next = MIN(next, e->announce_at);
    }
    if (!reading && e->now.mono < e->read_after) {
        next = MIN(next, e->read_after);
    }
    if (ingest_waiting(&e->ingest) > 0) {
        next = MIN(next, batch_due(&e->ingest));
    }
    if (has_news(e) && snapshot_due(e) > e->now.mono) {
        next = MIN(next, snapshot_due(e));
    }
    return milliseconds_until(e, next);
}

/*
 * After every wait, before anything else: whoever was owner and slept too long is it no more.
 * What was not heard while the machine, or we, stood still is nobody's silence.
 */
static void
take_time(struct engine *e)
{
    struct now before = e->now;
    e->now = clock_now();
    engine_turn_role(e);
    if (e->now.mono - before.mono > ASLEEP_US && e->linked) {
        alarming_link(&e->alarming, e->ingest.model, false, before);
        alarming_link(&e->alarming, e->ingest.model, true, e->now);
        e->heard_since = 0;
    }
}

/* False: stop. */
static bool
turn(struct engine *e)
{
    struct pollfd fds[FDS + CONTROL_FDS] = {
        [FD_STOP] = {.fd = e->stop_fd, .events = POLLIN},
        [FD_COMMAND] = {.fd = exchange_command_fd(e->exchange), .events = POLLIN},
    };
    take_time(e);
    e->last_turn = e->now.mono;
    if (e->now.mono >= e->next_tick) {
        tick(e);
    }
    if (e->now.mono >= evaluator_next(e->alarming.evaluator)) {
        evaluator_advance(e->alarming.evaluator, e->now);
    }
    read_gathered(e);
    put_when_due(e);
    engine_turn_peers(e);
    engine_announce(e);
    write_broker(e);
    mono_us client_next = client_turn(e->client, e->now);
    show(e);

    bool reading = may_read(e);
    short events = reading ? POLLIN : 0;
    events |= client_want_write(e->client) ? POLLOUT : 0;
    /* A hang-up is told whether asked for or not, and would keep us awake while we do not read.
     */
    fds[FD_BROKER] =
        (struct pollfd){.fd = events != 0 ? client_fd(e->client) : -1, .events = events};
    fds[FD_CACHE] =
        (struct pollfd){.fd = needs_commit(e) ? cache_fd(e->cache) : -1, .events = POLLIN};
    fds[FD_OWNERSHIP] = (struct pollfd){.fd = ownership_fd(e->ownership), .events = POLLIN};
    fds[FD_SYNC] =
        (struct pollfd){.fd = e->sync != NULL ? sync_fd(e->sync) : -1, .events = POLLIN};
    size_t n_control = control_poll(e->control, fds + FDS);
    if (poll(fds, FDS + n_control, patience(e, client_next, reading)) < 0) {
        return true; /* interrupted: nothing is known of the descriptors */
    }
    take_time(e);
    if (reading && (e->more || (fds[FD_BROKER].revents & ~POLLOUT) != 0)) {
        read_broker(e);
    }
    if ((fds[FD_BROKER].revents & POLLOUT) != 0) {
        write_broker(e);
    }
    if (fds[FD_CACHE].revents != 0) {
        cache_committed(e->cache); /* rearm it; who waits for a commit asks in the next turn */
    }
    if (fds[FD_SYNC].revents != 0) {
        engine_take_news(e);
    }
    if (fds[FD_COMMAND].revents != 0) {
        engine_take_commands(e);
    }
    if (control_waits(e->control)) {
        control_committed(e->control, cache_committed(e->cache));
    }
    control_serve(e->control, fds + FDS, n_control, clock_now().mono);
    return fds[FD_STOP].revents == 0;
}

/* Turn only what the last steps need, until done() or for so long. False: it took longer. */
static bool
wind_down(struct engine *e, bool (*done)(struct engine *e), int64_t patience_us)
{
    mono_us deadline = clock_now().mono + patience_us;
    for (;;) {
        e->now = clock_now();
        ownership_turn(e->ownership, e->now);
        if (!ownership_tenure(e->ownership)->decides) {
            engine_follow_tenure(e); /* what is left to be said is another's to say */
        }
        engine_turn_peers(e);
        ingest_put(&e->ingest); /* answers to operators are kept as well */
        write_broker(e);
        client_turn(e->client, e->now);
        if (done(e) || e->now.mono >= deadline) {
            return done(e);
        }
        bool writes = client_want_write(e->client) && client_unacked(e->client) == 0;
        struct pollfd fds[] = {
            {.fd = cache_fd(e->cache), .events = POLLIN},
            {.fd = ownership_fd(e->ownership), .events = POLLIN},
            {.fd = writes ? client_fd(e->client) : -1, .events = POLLOUT},
        };
        poll(fds, G_N_ELEMENTS(fds), 20);
        if (fds[0].revents != 0) {
            cache_committed(e->cache);
        }
    }
}

static bool
is_committed(struct engine *e)
{
    return ingest_committed(&e->ingest);
}

static bool
has_left(struct engine *e)
{
    return custody_left(e->custody);
}

static bool
has_resigned(struct engine *e)
{
    return ownership_stopped(e->ownership) &&
           (!client_connected(e->client) || !client_want_write(e->client));
}

/* Wait for the last commit, let its PUBACKs go, let somebody else be owner, say good-bye. */
static void
finish(struct engine *e)
{
    if (!e->alarming.following) {
        evaluator_stop(e->alarming.evaluator, clock_now());
    }
    e->heard_next = 0;
    engine_note_heard(e);
    ingest_put(&e->ingest);
    if (!wind_down(e, is_committed, FINISH_US)) {
        log_error("the last readings could not be committed: the broker will send what it got "
                  "no PUBACK for again");
    }
    if (e->sync != NULL) {
        sync_hold(e->sync, false);
        sync_poke(e->sync);
        (void)wind_down(e, engine_is_put_away, PUT_AWAY_US);
    }
    if (e->custody != NULL) {
        custody_leave(e->custody);
        (void)wind_down(e, has_left, RESIGN_US);
    }
    ownership_stop(e->ownership, e->now);
    (void)wind_down(e, has_resigned, RESIGN_US);
    client_free(e->client);
    e->client = NULL;
}

void *
engine_run(void *engine)
{
    struct engine *e = engine;
    pthread_setname_np(pthread_self(), "engine");
    while (turn(e)) {
    }
    finish(e);
    return NULL;
}
