/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who may use the control socket, and what for. Belongs to control.c. */
#ifndef SRC_APP_CONTROL_ACCESS_H
#define SRC_APP_CONTROL_ACCESS_H

#include "src/app/control.h"

/* Let the members of group connect to the socket at path, which is bound but does not listen.
 */
MUST_USE enum rc control_admit_group(const char *path, const char *group, struct err *err);

/* Whether the peer may make the request. What is no command at all is for admins, too. */
bool control_may_ask(const struct control_peer *peer, const json_t *request);

#endif
