/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The demo's directory and the files in it. Internal to src/app/demo*.c. */
#ifndef SRC_APP_DEMO_FILES_H
#define SRC_APP_DEMO_FILES_H

#include "src/app/sim.h"

struct demo_files {
    char *dir; /* absolute */
    char *
        sockets; /* where the unix sockets are: dir, or a private one if its path is too long */
    bool temporary, own_sockets;
    int lock; /* of dir; -1: none */
    char *ini, *broker_conf, *broker_socket, *broker_log, *sim_log, *plant;
};

/* Make the directory (dir NULL: a temporary one) and take it for us alone. */
MUST_USE enum rc demo_files_open(struct demo_files *f, const char *dir, struct err *err);
/* Removes what is temporary. Fine for one that is all zero but for lock, or half open. */
void demo_files_close(struct demo_files *f);

/* Plant, leitstand.ini and mosquitto.conf. */
MUST_USE enum rc demo_files_write(const struct demo_files *f, const struct sim *sim,
                                  struct err *err);

/* The last line of a log, "" when there is none; free with g_free(). */
char *demo_files_last_words(const char *log);

#endif
