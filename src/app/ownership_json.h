/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The topics of ownership: instances/NAME, claims/NAME, owner, resign/NAME below OWN_TOPICS, as
 * text and back. Pure.
 */
#ifndef SRC_APP_OWNERSHIP_JSON_H
#define SRC_APP_OWNERSHIP_JSON_H

#include "alarms/election.h"
#include "src/core/error.h"
#include "src/core/snapshot.h"

struct ownership_self {
    const char *name, *boot; /* boot: of this process */
    wall_us since;           /* it started */
    bool candidate;
    const char *more; /* further members of the presence, "\"a\":1"; NULL none */
};

/* Allocated by GLib. */
char *ownership_claim_text(const struct ownership_self *self, struct rank rank);
char *ownership_beacon_text(const struct ownership_self *self, const struct election_view *v,
                            const struct election_order *order);
char *ownership_resign_text(const struct ownership_self *self, struct rank rank, const char *to,
                            bool settled, int64_t settles_us);
char *ownership_presence_text(const struct ownership_self *self, const struct election_view *v,
                              enum role role, uint64_t n);

struct ownership_heard {
    struct election_message message; /* its texts are these: */
    char from[ELECTION_NAME_SIZE], to[ELECTION_NAME_SIZE];
};
enum ownership_topic { OWNERSHIP_NONE, OWNERSHIP_EMPTY, OWNERSHIP_BAD, OWNERSHIP_HEARD };
/* NONE: not a topic of ownership. EMPTY: one that is empty, and means nothing. BAD: not of its
 * form, err tells. HEARD: *ret. */
enum ownership_topic ownership_read(struct ownership_heard *ret,
                                    const struct ownership_self *self, const char *topic,
                                    const char *payload, size_t len, bool retained,
                                    struct err *err);

#endif
