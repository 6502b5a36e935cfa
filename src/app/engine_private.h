/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inside of the engine, shared by its files: engine.c starts and stops it, engine_loop.c
 * turns it, engine_command.c does what people ask of the plant, engine_act.c of alarms.
 */
#ifndef SRC_APP_ENGINE_PRIVATE_H
#define SRC_APP_ENGINE_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "src/app/announce.h"
#include "src/app/control.h"
#include "src/app/engine.h"
#include "src/app/ingest.h"
#include "src/app/link_watch.h"
#include "src/app/pulse.h"
#include "src/app/store_watch.h"

#define RATE_SECONDS 5 /* health tells the mean rate over so many */

struct engine {
    const struct config *config;
    struct exchange *exchange;
    struct profiles *profiles;
    struct cache *cache;
    struct client *client;
    struct announce *announce;
    struct pulse pulse;
    struct store_watch *store; /* NULL: no central store is configured */
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
    bool linked;        /* the broker is there, and answers */
    bool more;          /* the socket was not drained when the last turn ended */
    bool news;          /* besides what model and strays tell */
    mono_us published;  /* the last snapshot */
    uint64_t shown_annunciated;
    mono_us announce_at; /* not before: alarms that change at once go out together */
    uint64_t announced;  /* version of the board the topics say */
    uint64_t shown_model, shown_strays, shown_alarms;
    uint64_t replies; /* operator actions of the screen that were answered */
    char reply[ALARM_TEXT_MAX];
    char user[ALARM_USER_MAX]; /* whose the process is: who acts at its screen */
    struct health health;
    struct health shown;
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
/* What is wrong with the services around us, as of now. */
void engine_judge(struct engine *e);

/* engine_act.c: an operator action, and the answers to {"command":"act"} and "alarms". */
enum rc engine_act(struct engine *e, const struct alarm_action *a, struct err *err);
json_t *engine_answer_act(struct engine *e, const json_t *request,
                          const struct control_peer *peer);
json_t *engine_answer_alarms(struct engine *e);
void engine_act_on_screen(struct engine *e, const struct alarm_action *a);

/* Commands of the screen, and requests at the control socket. */
void engine_take_commands(struct engine *e);
control_handler engine_answer;

#endif
