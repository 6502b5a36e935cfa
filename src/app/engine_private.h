/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inside of the engine, shared by its files: engine.c starts and stops it, engine_loop.c
 * turns it, engine_command.c does what people ask of the plant, engine_act.c of alarms;
 * engine_role.c acts on who is owner, engine_peers.c talks to the other instances,
 * engine_follow.c listens to them.
 */
#ifndef SRC_APP_ENGINE_PRIVATE_H
#define SRC_APP_ENGINE_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "src/app/actions.h"
#include "src/app/announce.h"
#include "src/app/control.h"
#include "src/app/custody.h"
#include "src/app/engine.h"
#include "src/app/ingest.h"
#include "src/app/link_watch.h"
#include "src/app/misfit.h"
#include "src/app/peer_list.h"
#include "src/app/outgoing.h"
#include "src/app/ownership.h"
#include "src/app/pulse.h"
#include "src/app/replica.h"
#include "src/app/sync.h"

#define RATE_SECONDS 5 /* health tells the mean rate over so many */

struct engine {
    const struct config *config;
    struct exchange *exchange;
    struct profiles *profiles;
    struct cache *cache;
    struct client *client;
    struct announce *announce; /* NULL: somebody else, or nobody, speaks for the alarms */
    struct pulse pulse;
    struct ownership *ownership;
    struct misfits *misfits;
    struct peer_list *others; /* instances */
    struct outgoing *outgoing;
    struct replica *replica;
    struct actions *actions;
    struct custody *custody; /* NULL: no central store is configured; so is sync */
    struct sync *sync;
    struct link_watch link;
    bool local_broker, local_store;
    struct control *control;
    struct alarming alarming;
    struct ingest ingest;
    bool ingest_ready;
    pthread_t thread;
    bool thread_runs;
    int stop_fd;
    _Atomic mono_us last_turn;

    /* What follows belongs to the thread. */
    struct now now; /* of this turn */
    mono_us next_tick;
    mono_us read_after; /* let messages gather until then */
    bool gathering;     /* they do */
    bool behind;        /* what comes had waited at the broker: others know of it */
    bool linked;        /* the broker is there, and answers */
    wall_us heard_since, heard_until; /* since 0: it is not listened to. As the cache knows */
    mono_us heard_next;               /* it is to be told again */
    bool more;                        /* the socket was not drained when the last turn ended */
    bool news;                        /* besides what model and strays tell */
    mono_us published;                /* the last snapshot */
    uint64_t shown_annunciated;
    mono_us announce_at; /* not before: alarms that change at once go out together */
    uint64_t announced;  /* version of the board the topics say */
    uint64_t shown_model, shown_strays, shown_alarms;
    uint64_t replies; /* operator actions of the screen that were answered */
    char reply[ALARM_TEXT_MAX];
    char user[ALARM_USER_MAX]; /* whose the process is: who acts at its screen */
    struct health health;
    struct health shown;
    struct tenure tenure;            /* as it was when the engine last acted on it */
    struct rank rank;                /* under which the evaluator decides, or decided last */
    bool alone;                      /* it does, or did, because nobody could be asked */
    mono_us decide_by;               /* it begins to, whatever it still lacks */
    struct owner_heard tenure_heard; /* the owner before us */
    bool custody_taken;
    mono_us tenure_next; /* ownership wants its next turn */
    mono_us peers_next;
    GHashTable *waiting; /* id of an operator action → uint64_t: who waits for its answer */
    uint64_t tickets;
    GQueue done;           /* actions of other instances that were done: engine_act.c */
    GQueue speech;         /* messages to others that wait for the broker: engine_peers.c */
    bool state_due;        /* somebody may not know the whole alarm state */
    char store[UUID_SIZE]; /* which central store is ours, as others are told; "": not known */
    struct {
        bool wanted, leaves; /* leaves: custody is being let go */
        char to[64];
        mono_us until;
        uint64_t ticket;
    } handover;
    int64_t plant_version;
    uint64_t plant_ticket; /* who waits for the store to take a plant; 0: nobody */
    int64_t plant_awaited; /* it did, as this version, which has to come from there; 0 */
    uint64_t received_then[RATE_SECONDS]; /* at the last ticks */
    unsigned tick;
};

void *engine_run(void *engine);
void engine_update_health(struct engine *e);
void engine_publish(struct engine *e);

/* engine_tell.c. The retained topics of alarms follow the evaluator. */
void engine_announce(struct engine *e);
/* The heartbeat, when it is due; called only after the evaluator has done its work, so who
 * hears it knows that it does. */
void engine_beat(struct engine *e);

/* Whether the broker can be heard: told to whoever judges silence when it changes. */
void engine_set_link(struct engine *e, bool linked);
/* The cache is told now and then that it has all that came. */
void engine_note_heard(struct engine *e);
/* What is wrong with the services around us, as of now. */
void engine_judge(struct engine *e);

/* What the store and the way to it are like: for screens. */
void engine_tell_store(struct engine *e);

/* engine_role.c. What ownership says now becomes so. */
void engine_follow_tenure(struct engine *e);
/* The same after every wait, if anything can have changed. */
void engine_turn_role(struct engine *e);
/* Hand over to an instance, "" any; the ticket's holder is told how it went, unless it is
 * refused at once. */
MUST_USE enum rc engine_hand_over(struct engine *e, const char *to, uint64_t ticket,
                                  struct err *err);
void engine_turn_handover(struct engine *e);
/* Everything that was decided here is where others find it. */
bool engine_is_put_away(struct engine *e);

/* engine_client.c. The engine's own session at the broker. */
void engine_note_behind(struct engine *e);
MUST_USE enum rc engine_open_client(struct engine *e, struct err *err);

/* engine_peers.c. What goes to other instances. */
MUST_USE enum rc engine_open_peers(struct engine *e, struct err *err);
void engine_close_peers(struct engine *e);
void engine_tell_identity(struct engine *e, const char *store);
void engine_peers_connected(struct engine *e);
void engine_turn_peers(struct engine *e);

/* engine_follow.c. What comes from them. True: the message was on a topic of ours. */
bool engine_take_own(struct engine *e, const struct client_message *m);
void engine_take_news(struct engine *e);

/* engine_command.c. A plant from the store, or what the store said to ours. */
void engine_take_plant(struct engine *e, struct sync_news *news);
enum rc engine_publish_alarm(void *engine, const char *topic, const char *payload, size_t len);

/* engine_act.c: operator actions, and the answers to {"command":"act"}, "handover" and
 * "alarms". */
enum rc engine_act(struct engine *e, const struct alarm_action *a, struct err *err);
void engine_answer_ticket(struct engine *e, uint64_t ticket, enum rc rc, const struct err *err);
void engine_told(void *engine, const char *id, enum actions_told how, const char *text);
void engine_perform(void *engine, const struct remote_action *a);
void engine_answer_done(struct engine *e); /* those whose commit has come */
json_t *engine_answer_handover(struct engine *e, const json_t *request,
                               const struct control_peer *peer);
json_t *engine_answer_act(struct engine *e, const json_t *request,
                          const struct control_peer *peer);
json_t *engine_answer_alarms(struct engine *e);
void engine_act_on_screen(struct engine *e, const struct alarm_action *a);

/* Commands of the screen, and requests at the control socket. */
void engine_take_commands(struct engine *e);
control_handler engine_answer;

#endif
