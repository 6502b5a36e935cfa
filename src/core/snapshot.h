/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A snapshot: everything a screen shows, copied whole out of the engine at one moment,
 * immutable and shared by reference count. And the exchange: the one place where the engine and
 * a screen hand each other snapshots and commands.
 */
#ifndef SRC_CORE_SNAPSHOT_H
#define SRC_CORE_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "src/core/alarm.h"
#include "src/core/model.h"
#include "src/core/rank.h"

enum role { ROLE_OWNER, ROLE_STANDBY, ROLE_VIEWER, ROLE_UNARBITRATED };
#define ROLES (ROLE_UNARBITRATED + 1)
const char *role_name(enum role role); /* as in the contract, section 5 */

/* What `status` and the status line tell; plain values only. */
struct health {
    char instance[64];
    mono_us started;
    enum role role;
    struct {
        char instance[64]; /* "": nobody is known to be owner */
        struct rank rank;
        enum arbiter arbiter;
        wall_us since;
        mono_us heard; /* last sign of it; ours: now */
    } owner;
    struct {
        bool connected;
        mono_us since;     /* of the present state */
        char problem[160]; /* why not connected, for people; when connected: who does not fit */
        char broker[160];  /* host:port or socket path */
        uint64_t received, readings, rejected, unknown_ids, dropped, redelivered;
        double rate; /* messages a second, over the last seconds */
    } mqtt;
    struct {
        char path[512];
        uint64_t stored, queued, bytes;
        int retention_days;  /* 0: readings stay */
        int64_t max_mb;      /* 0: no limit */
        wall_us last_commit; /* WALL_NONE: none in this run */
        char problem[256];   /* what is wrong with the disk or the file; "" when well */
    } cache;
    struct {
        bool configured, connected;
        mono_us since;   /* of the present state */
        mono_us waiting; /* since when it owes an answer, if that is longer than usual, or 0 */
        char problem[160]; /* why not connected, for people; "" when connected */
        /* Readings of this instance: on their way there, arrived there, refused there. */
        uint64_t pending, synced, quarantined;
        /* Journal lines and alarm changes: ours that are not there yet; those of others that
         * are there and not here yet, and how many of such there were when it began. */
        uint64_t pending_changes, behind, behind_at_first;
        uint64_t refused_changes; /* of ours: kept in a file beside the cache */
    } postgres;
    struct {
        uint32_t total, silent, never_seen;
    } stations;
    struct {
        uint32_t active, unacked, shelved, suppressed, out_of_service;
    } alarms;
};

/* An id that came in readings and is in no plant (domain, chapter 7, rule 8). */
#define UNKNOWN_IDS_MAX 1000
struct unknown_id {
    char station[PLANT_ID_MAX + 1]; /* "" when the payload names none */
    char id[PLANT_ID_MAX + 8];
    char value[64];
    char topic[128];
    uint64_t count;
    wall_us last;
};

/* The last payload of a topic that could not be used. */
#define REJECTED_MAX 64
struct rejected_payload {
    char topic[128];
    char reason[128];
    char payload[1024]; /* sanitised and cut */
    uint64_t count;
    wall_us last;
};

/* Another instance, as its presence told last; or ourselves, if it is told so. */
#define PEERS_MAX 64
struct peer_view {
    char instance[64], version[32], role[16];
    struct rank rank; /* the highest that it has seen */
    bool candidate;
    bool present;      /* else it has gone since */
    wall_us since;     /* when it was started; WALL_NONE: it does not say */
    mono_us heard;     /* its last presence */
    char problem[256]; /* why it does not fit beside us; "": it does */
};

struct snapshot {
    int refs;
    struct now taken;
    struct plant *plant;
    struct component_state *components; /* plant->n_components */
    struct station_state *stations;     /* plant->n_stations */
    struct unknown_id *unknown;
    uint32_t n_unknown;
    struct rejected_payload *rejected;
    uint32_t n_rejected;
    struct peer_view *peers; /* by name */
    uint32_t n_peers;
    struct health health;
    struct alarm_board *alarms; /* one reference; NULL: there is no evaluator */
    uint64_t replies;           /* operator actions of this screen answered so far */
    char reply[ALARM_TEXT_MAX]; /* what the last one of these was told: why not; "" accepted */
};

/* Copy the model; unknown and rejected ids are copied, too. The caller gets one reference. */
struct snapshot *snapshot_new(const struct model *m, const struct health *health,
                              struct now now, const struct unknown_id *unknown,
                              uint32_t n_unknown, const struct rejected_payload *rejected,
                              uint32_t n_rejected);
struct snapshot *snapshot_ref(struct snapshot *s);
void snapshot_unref(struct snapshot *s); /* NULL is fine */

enum command_type {
    COMMAND_ADOPT,  /* make the unknown id station/id a component */
    COMMAND_RELOAD, /* read the plant again from the cache */
    COMMAND_ALARM,  /* an operator action: action */
};

struct command {
    enum command_type type;
    char station[PLANT_ID_MAX + 1];
    char id[PLANT_ID_MAX + 8];
    struct alarm_action action;
};

/*
 * The exchange. One engine and one screen.
 * When a snapshot waits untaken, exchange_wants() is false and the engine makes none: a slow
 * screen costs nothing. At most EXCHANGE_COMMANDS commands wait; then exchange_post() answers
 * false.
 */
struct exchange;
#define EXCHANGE_COMMANDS 256u

struct exchange *exchange_new(void);
void exchange_free(struct exchange *x);

/* engine side */
bool exchange_wants(struct exchange *x);
void exchange_publish(struct exchange *x, struct snapshot *s); /* takes the reference over */
int exchange_command_fd(const struct exchange *x);             /* readable: a command waits */
bool exchange_next_command(struct exchange *x, struct command *ret);

/* screen side */
int exchange_snapshot_fd(const struct exchange *x); /* readable: a snapshot waits */
struct snapshot *exchange_take(struct exchange *x); /* the newest, or NULL; unref it */
bool exchange_post(struct exchange *x, const struct command *c);

#endif
