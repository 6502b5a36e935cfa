/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inside of the simulated world: election_world.c has time and what must hold, the others
 * broker and store, instances and what befalls them. */
#ifndef TESTS_ELECTION_WORLD_PRIVATE_H
#define TESTS_ELECTION_WORLD_PRIVATE_H

#include <inttypes.h>

#include <glib.h>

#include "alarms/election.h"
#include "tests/election_world.h"

#define MAX_INSTANCES 3
#define SECOND        US_PER_S
#define VALIDITY_US   (5 * SECOND)
#define RENEWAL_US    (1 * SECOND)
#define ECHO_US       (3 * SECOND)
#define DEAD_US       (5 * SECOND)
#define FAULT_TIME_US (60 * SECOND)
#define CALM_US       (45 * SECOND) /* until there must be one owner */
#define STEADY_US     (15 * SECOND) /* and it must be the same for so long */
#define ANSWER_US     (750 * US_PER_MS)
#define EPOCHS        4096

struct message {
    mono_us at; /* arrives */
    enum election_said said;
    int from, to; /* to -1: anybody */
    uint64_t boot;
    bool retained;
    struct rank rank;
    uint64_t n;
    enum arbiter arbiter;
    bool settled;
    int64_t settles_us;
};

struct instance {
    struct election *election;
    uint64_t boot;
    bool alive, awake, link, store_link;
    struct rank remembered, elected;
    mono_us next_turn;
    bool online;                   /* as the client sees it */
    mono_us reconnect_at;          /* when it is not */
    mono_us notices_at;            /* that its connection is dead */
    int connections, elected_over; /* how many so far; by which of them it is owner */

    bool conn;        /* as the broker sees it */
    mono_us drops_at; /* when it gives it up */
    GQueue in, out;   /* struct message * */
    mono_us in_at, out_at;

    bool asked;
    struct lease_request request;
    mono_us arrives_at, answers_at;
    mono_us sent;
    struct lease_answer answer;
    mono_us notified_at;

    struct {
        mono_us at; /* INT64_MAX: none */
        uint64_t epoch;
        char grant[UUID_SIZE];
    } write;
};

struct lease_row {
    uint64_t epoch, grant; /* grant 0: none */
    int holder, offered;
    bool infra;
    mono_us expires, offered_until; /* of the store's clock */
};

struct world {
    struct world_config config;
    GRand *random;
    mono_us now;
    int n;
    struct instance list[MAX_INSTANCES];
    bool broker, store;
    struct message claims[MAX_INSTANCES], presences[MAX_INSTANCES], owner;
    bool has_claim[MAX_INSTANCES], has_presence[MAX_INSTANCES], has_owner;
    mono_us forgot_at; /* the broker its retained messages */
    struct lease_row row, row_before;
    uint64_t grants, boots, timeline;
    int64_t store_offset;
    mono_us next_fault;
    int faults;
    bool calm;
    int committer[EPOCHS];
    uint64_t last_epoch, last_epoch_before; /* the last grant */
    char *failure;
};

extern const char *const world_names[];

int64_t world_between(struct world *w, int64_t low, int64_t high);
bool world_chance(struct world *w, double p);
struct now world_now_of(const struct world *w);
void world_trace(const struct world *w, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
void world_fail(struct world *w, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
void world_look(const struct instance *i, struct election_view *v);
void world_distribute(struct world *w, const struct message *m);
void world_retain(struct world *w, const struct message *m);
void world_clear(GQueue *queue);
void world_drop_conn(struct world *w, int which);
void world_connect_instance(struct world *w, int which);
void world_serve_lease(struct world *w, int who);
void world_commit(struct world *w, int who);
void world_turn(struct world *w, int who);
void world_hear(struct world *w, int who, const struct message *m);
void world_start(struct world *w, int who);
void world_fault(struct world *w);
void world_heal(struct world *w);

#endif
