/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The thread: keeps a connection, and does in turn what goes out and what comes in. */
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>

#include "src/app/paths.h"
#include "src/app/sync_private.h"
#include "src/core/log.h"
#include "src/core/text.h"

#define CONNECT_US     (5 * US_PER_S)
#define ANSWER_US      (10 * US_PER_S)
#define BACKOFF_MIN_US (500 * US_PER_MS)
#define BACKOFF_MAX_US (5 * US_PER_S)
#define CHECK_US       (60 * US_PER_S)
#define PRUNE_FIRST_US (60 * US_PER_S)
#define PRUNE_US       (3600 * US_PER_S)
#define LOG_DAYS       35
#define HOLD_US        (5 * US_PER_S)

/* ---- the term ---- */

void
sync_see_term(struct sync *s)
{
    struct sync_thread *t = &s->own;
    worker_lock(&s->worker);
    struct sync_term term = s->term;
    worker_unlock(&s->worker);
    if (term.serial != t->term.serial) {
        t->outbox_due = t->look_due = true;
        g_hash_table_remove_all(t->given);
        t->fenced = 0;
    }
    t->term = term;
}

bool
sync_owns(const struct sync *s)
{
    const struct sync_thread *t = &s->own;
    return t->term.decides && *t->term.grant != '\0' && t->fenced == 0;
}

/* ---- the connection ---- */

/* That it is away is told once; that it cannot be used as it is, whenever the reason is new. */
static void
lost(struct sync *s, enum rc rc, const struct err *err)
{
    struct sync_thread *t = &s->own;
    pg_close(g_steal_pointer(&t->pg));
    t->backoff_us = CLAMP(t->backoff_us * 2, BACKOFF_MIN_US, BACKOFF_MAX_US);
    t->retry = clock_now().mono + t->backoff_us;
    char problem[sizeof(s->state.problem)];
    text_sanitize(problem, sizeof(problem), err->text, strlen(err->text));
    worker_lock(&s->worker);
    bool other = rc == RC_INVALID && strcmp(problem, s->state.problem) != 0;
    if ((s->state.connected || !s->state.known || other) && !s->worker.stopping) {
        log_warning("central store: %s", err->text);
    }
    s->state.known = true;
    s->state.connected = false;
    memcpy(s->state.problem, problem, sizeof(problem));
    worker_unlock(&s->worker);
    sync_refuse_plant(s, err->text);
}

/* A server's copies have its number, too; who may not ask for it cannot tell. */
static enum rc
identify(struct sync *s, struct err *err)
{
    PGresult *row = NULL;
    enum rc rc = pg_query(s->own.pg, PG_STORE_ID, 0, NULL, &row, err);
    if (rc == RC_OK && PQntuples(row) == 1) {
        const char *text = PQgetvalue(row, 0, 0);
        struct uuid id = uuid_of(text, strlen(text));
        worker_lock(&s->worker);
        uuid_format(s->state.store, &id);
        worker_unlock(&s->worker);
    }
    PQclear(row);
    return rc == RC_INVALID ? RC_OK : rc;
}

static enum rc
connect_to_store(struct sync *s, struct err *err)
{
    struct sync_thread *t = &s->own;
    const struct pg_config config = {
        .conninfo = s->conninfo,
        .purpose = "sync",
        .wake_fd = s->stop_fd,
        .connect_us = CONNECT_US,
        .answer_us = ANSWER_US,
        .waiting = &s->waiting,
    };
    enum rc rc = pg_open(&t->pg, &config, err);
    t->check = 0;
    if (rc == RC_OK) {
        rc = pg_query(t->pg, PG_LISTEN, 0, NULL, NULL, err);
    }
    if (rc == RC_OK) {
        rc = identify(s, err);
    }
    if (rc == RC_OK) {
        /* What was told before is not told again. */
        t->outbox_due = t->look_due = true;
        if (t->held_at != t->sent) { /* else it would never go over a link that is weak */
            t->hold_end = clock_now().mono + HOLD_US;
        }
        t->held_at = t->sent;
        t->page = 1;
    }
    return rc;
}

/* What was asked of the store has worked. */
static void
well(struct sync *s)
{
    s->own.backoff_us = 0;
    worker_lock(&s->worker);
    if (s->state.known && !s->state.connected) {
        log_info("central store: connected");
    }
    s->state.known = s->state.connected = true;
    s->state.problem[0] = '\0';
    worker_unlock(&s->worker);
}

/* ---- a turn ---- */

/* Orders under the lock become the thread's. */
static void
take_orders(struct sync *s)
{
    struct sync_thread *t = &s->own;
    GPtrArray *submits = s->submits, *forgets = s->forgets, *answers = s->answers;
    for (guint i = 0; i < submits->len; i++) {
        struct asked *asked = g_new0(struct asked, 1);
        struct remote_action *a = g_ptr_array_index(submits, i);
        asked->action = *a;
        a->body = NULL;
        g_hash_table_replace(t->asked, asked->action.id, asked);
    }
    for (guint i = 0; i < forgets->len; i++) {
        g_hash_table_remove(t->asked, g_ptr_array_index(forgets, i));
    }
    for (guint i = 0; i < answers->len; i++) {
        g_ptr_array_add(t->answers,
                        g_memdup2(g_ptr_array_index(answers, i), sizeof(struct remote_answer)));
    }
    g_ptr_array_set_size(submits, 0);
    g_ptr_array_set_size(forgets, 0);
    g_ptr_array_set_size(answers, 0);
    if (s->plant != NULL) {
        sync_plant_free(t->plant);
        t->plant = g_steal_pointer(&s->plant);
    }
    t->outbox_due = t->outbox_due || s->poked;
    s->poked = false;
}

static enum rc
prune(struct sync *s, mono_us now, struct err *err)
{
    struct sync_thread *t = &s->own;
    enum pg_outcome outcome;
    int64_t gone = 0;
    if (!sync_owns(s) || now < t->prune) {
        return RC_OK;
    }
    enum rc rc =
        pg_log_prune(t->pg, t->term.rank.epoch, t->term.grant, LOG_DAYS, &gone, &outcome, err);
    t->prune = gone > 0 ? now : now + PRUNE_US;
    return rc == RC_INVALID ? RC_OK : rc; /* fenced: somebody else does it */
}

/* A schema of another version is not asked anything: what fails then says less, and what does
 * not may do harm. It may change while we are connected. */
static enum rc
check_schema(struct sync *s, mono_us now, struct err *err)
{
    struct sync_thread *t = &s->own;
    if (t->schema == NULL || now < t->check) {
        return RC_OK;
    }
    t->check = now + CHECK_US;
    return pg_schema_check(t->pg, t->schema, err);
}

static enum rc
work_on(struct sync *s, mono_us now, struct err *err)
{
    struct sync_thread *t = &s->own;
    bool notified = false;
    enum rc rc = t->pg == NULL ? connect_to_store(s, err) : RC_OK;
    if (rc == RC_OK) {
        rc = check_schema(s, now, err);
    }
    if (rc == RC_OK) {
        rc = pg_notified(t->pg, &notified, err);
        t->look_due = t->look_due || notified || now >= t->look;
    }
    if (rc == RC_OK) {
        rc = sync_out(s, now, err);
    }
    if (rc == RC_OK) {
        rc = sync_push(s, err);
    }
    if (rc == RC_OK && t->look_due) {
        rc = sync_in(s, now, err);
    }
    return rc == RC_OK ? prune(s, now, err) : rc;
}

/* A schema that is missing, or of another version, says more than what failed because of it. */
static void
explain(struct sync *s, struct err *err)
{
    struct err why = {.text = ""}, ignored;
    struct sync_thread *t = &s->own;
    struct pg_schema_state state = {.found = PG_SCHEMA_CURRENT};
    if (t->schema != NULL && pg_schema_look(t->pg, t->schema, &state, &ignored) == RC_OK &&
        (pg_schema_judge(t->schema, &state, &why) != RC_OK ||
         pg_schema_judge_role(&state, &why) != RC_OK)) {
        *err = why;
    }
    pg_schema_state_fini(&state);
}

static void
load_schema(struct sync *s)
{
    struct err err = {.text = ""};
    char *dir = paths_data("sql/pg");
    if (pg_schema_load(&s->own.schema, dir, &err) != RC_OK) {
        log_error("%s", err.text);
    }
    g_free(dir);
}

/* Unlocked. When the next one is due. */
static mono_us
turn(struct sync *s)
{
    struct sync_thread *t = &s->own;
    struct err err = {.text = ""};
    mono_us now = clock_now().mono;
    sync_see_term(s);
    sync_look_aside(s);
    if (t->pg == NULL && now < t->retry) {
        sync_refuse_plant(s, "there is no connection");
        sync_count(s);
        return t->retry;
    }
    bool notified = false;
    enum rc rc = work_on(s, now, &err);
    if (rc == RC_OK) {
        /* It may have come with an answer; then the socket tells nothing any more. */
        rc = pg_notified(t->pg, &notified, &err);
    }
    if (rc != RC_OK) {
        if (t->pg != NULL && pg_is_open(t->pg)) {
            explain(s, &err);
        }
        lost(s, rc, &err);
        sync_count(s);
        return t->retry;
    }
    well(s);
    t->look_due = t->look_due || notified;
    if (t->look_due && sync_is_taken(s)) {
        return now;
    }
    return !t->outbox_due ? t->look : sync_holds(s, now) ? MIN(t->hold_end, t->look) : now;
}

/* Locked; unlocked while it waits: for orders, notifications or the time. */
static bool
wait_until(struct sync *s, mono_us until)
{
    eventfd_t count;
    worker_unlock(&s->worker);
    mono_us left = until - clock_now().mono;
    struct pollfd fds[] = {
        {.fd = s->worker.wake_fd, .events = POLLIN},
        {.fd = s->own.pg != NULL ? pg_fd(s->own.pg) : -1, .events = POLLIN},
    };
    poll(fds, G_N_ELEMENTS(fds), left <= 0 ? 0 : (int)(left / US_PER_MS) + 1);
    eventfd_read(s->worker.wake_fd, &count);
    worker_lock(&s->worker);
    return !s->worker.stopping;
}

void
sync_work(void *worker)
{
    struct sync *s = worker;
    mono_us next = 0;
    s->own.prune = clock_now().mono + PRUNE_FIRST_US;
    load_schema(s);
    worker_lock(&s->worker);
    while (!s->worker.stopping) {
        take_orders(s);
        worker_unlock(&s->worker);
        next = turn(s);
        worker_lock(&s->worker);
        if (!wait_until(s, next)) {
            break;
        }
    }
    worker_unlock(&s->worker);
    pg_close(g_steal_pointer(&s->own.pg));
    pg_schema_free(g_steal_pointer(&s->own.schema));
}
