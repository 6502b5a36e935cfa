/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What kept.c and kept_board.c share; nobody else includes it. */
#ifndef SRC_APP_KEPT_PRIVATE_H
#define SRC_APP_KEPT_PRIVATE_H

#include "src/app/kept.h"

struct kept_occurrence {
    struct occurrence_record r;
    uint64_t superseded; /* counts up as occurrences become older ones; 0: it is the newest */
    wall_us released_at; /* came out from under an overlay; WALL_NONE: did not */
    GList *closed;       /* in kept.closed; NULL: it is open */
};

struct kept {
    GHashTable *alarms;      /* kept_key() → struct alarm_record */
    GHashTable *occurrences; /* struct uuid → struct kept_occurrence */
    GHashTable *open;        /* struct kept_occurrence: those that are not over */
    GQueue closed;           /* struct kept_occurrence: those that are, oldest first */
    GArray *maintenance;     /* struct maintenance_record */
    GHashTable *parked;      /* struct uuid → struct parked_record */
    uint64_t version, superseded;
    uint64_t annunciated[ALARM_PRIORITIES];
    struct flood flood; /* on the wall clock of those who decided */
    bool flooded;       /* as the journal says */
    wall_us flooded_since;
};

/* For g_free(). */
char *kept_key(const char *station, const char *component, const char *rule);
const struct alarm_record *kept_alarm(const struct kept *k, const char *station,
                                      const char *component, const char *rule);

#endif
