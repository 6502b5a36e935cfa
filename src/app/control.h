/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The control socket: how other commands talk to this host's running instance. A unix socket of
 * mode 0600; one JSON object a line each way, an answer for each request, in order.
 *
 *     {"command":"status"}               the object of contract section 5
 *     {"command":"alarms"}               {"ok":true,"alarms":[…]}: rows as "alarms" lists them,
 *                                        and the older occurrences that are still open
 *     {"command":"act","action":…}       {"ok":true,"message":"…"}; see act_json.h
 *     {"command":"handover","to":"pc2"}  the same; "to" may be "": see actions_json.h
 *     {"command":"reload"}               {"ok":true}
 *     {"command":"import","dir":"/…"}    {"ok":true,"stations":N,"components":N}
 *
 * What fails answers {"ok":false,"error":"…"}, an import also "problems": a list of lines.
 *
 * Rights:  the instance's own user and root may do everything. With a group, the socket has
 * mode 0660 and belongs to it; whoever else gets in may use the first three commands, but not
 * test alarms. Threads: the server belongs to the engine; control_ask() may be called anywhere.
 * Commit:  an answer that says something is done waits until it is on disk: control_wait().
 * Limits:  8 peers at once, requests of at most 64 KiB; who breaks them is disconnected, and so
 *          is who says and takes nothing for 30 s. When all places are taken, the peer that has
 *          been idle longest, and for more than 1 s, makes room for a new one.
 */
#ifndef SRC_APP_CONTROL_H
#define SRC_APP_CONTROL_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <jansson.h>

#include "src/core/clock.h"
#include "src/core/error.h"

#define CONTROL_FDS     9 /* the listening socket and the peers */
#define CONTROL_WAIT_US (5 * US_PER_S)

struct control;

/* Who asks, as the kernel tells. */
struct control_peer {
    uid_t uid;
    bool admin; /* the instance's own user, or root */
};

/* Answer one request that the peer may make; the reply is given away. request is an object. */
typedef json_t *control_handler(void *user, const json_t *request,
                                const struct control_peer *peer);

/*
 * Make the directory when it is missing (0700) and listen. The socket of a dead instance is
 * removed. group (NULL or "": none) may connect as well; a directory that it could not reach is
 * given to it with mode 0710. RC_BUSY: a live one listens there; RC_INVALID: there is no such
 * group; RC_IO: the place cannot be used, or its directory belongs to somebody else.
 */
MUST_USE enum rc control_open(struct control **ret, const char *path, const char *group,
                              control_handler *handler, void *user, struct err *err);
/* Removes the socket; NULL is fine. */
void control_close(struct control *c);

/* Fill in what to poll for; returns how many. */
size_t control_poll(struct control *c, struct pollfd fds[CONTROL_FDS]);
/* Do what the poll found, at now; fds as control_poll() filled them. To be called at least
 * every few seconds, so that idle peers go. */
void control_serve(struct control *c, const struct pollfd *fds, size_t n, mono_us now);

/*
 * Called by a handler: its answer is to leave when the cache has committed batch number commit;
 * late, which is taken over, leaves in its place when that takes longer than CONTROL_WAIT_US.
 * The peer's next request waits as well.
 */
void control_wait(struct control *c, uint64_t commit, json_t *late);
/*
 * The same, when somebody else has to be asked first: what the handler returns is thrown away,
 * the answer is given later by control_answer() with the same ticket (any number but 0).
 */
void control_defer(struct control *c, uint64_t ticket, json_t *late);
/* reply is taken over; nobody waits for it any more: it goes. Leaves with control_serve(). */
void control_answer(struct control *c, uint64_t ticket, json_t *reply);
/* Some answer waits for a commit, or for somebody else. */
bool control_waits(const struct control *c);
/* All batches up to this one are on disk. */
void control_committed(struct control *c, uint64_t commit);

/* The name of a user, sanitised, or "uid 1234". Asks the system's user database, which may be
 * slow: not to be called for every request. */
void control_user_name(char *dst, size_t cap, uid_t uid);

/*
 * Ask the instance at path and wait for its answer. RC_OK: *ret_reply is an object for
 * json_decref(). RC_NOTFOUND: no instance listens there.
 */
MUST_USE enum rc control_ask(const char *path, const json_t *request, int timeout_ms,
                             json_t **ret_reply, struct err *err);

#endif
