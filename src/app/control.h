/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The control socket: how other commands talk to this host's running instance. A unix socket of
 * mode 0600; one JSON object a line each way, an answer for each request, in order.
 *
 *     {"command":"status"}               the object of contract section 5
 *     {"command":"reload"}               {"ok":true}
 *     {"command":"import","dir":"/…"}    {"ok":true,"stations":N,"components":N}
 *
 * What fails answers {"ok":false,"error":"…"}, an import also "problems": a list of lines.
 *
 * Threads: the server belongs to the engine; control_ask() may be called anywhere.
 * Limits:  8 peers at once, requests of at most 64 KiB; who breaks them is disconnected.
 */
#ifndef SRC_APP_CONTROL_H
#define SRC_APP_CONTROL_H

#include <poll.h>
#include <stddef.h>
#include <sys/types.h>

#include <jansson.h>

#include "src/core/error.h"

#define CONTROL_FDS 9 /* the listening socket and the peers */

struct control;

/* Answer one request from the user uid; the reply is given away. request is an object. */
typedef json_t *control_handler(void *user, const json_t *request, uid_t uid);

/*
 * Make the directory when it is missing (0700) and listen. The socket of a dead instance is
 * removed. RC_BUSY: a live one listens there; RC_IO: the place cannot be used, or its directory
 * belongs to somebody else.
 */
MUST_USE enum rc control_open(struct control **ret, const char *path, control_handler *handler,
                              void *user, struct err *err);
/* Removes the socket; NULL is fine. */
void control_close(struct control *c);

/* Fill in what to poll for; returns how many. */
size_t control_poll(struct control *c, struct pollfd fds[CONTROL_FDS]);
/* Do what the poll found; fds as control_poll() filled them. */
void control_serve(struct control *c, const struct pollfd *fds, size_t n);

/*
 * Ask the instance at path and wait for its answer. RC_OK: *ret_reply is an object for
 * json_decref(). RC_NOTFOUND: no instance listens there.
 */
MUST_USE enum rc control_ask(const char *path, const json_t *request, int timeout_ms,
                             json_t **ret_reply, struct err *err);

#endif
