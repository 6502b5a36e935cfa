/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Configuration: one table of options that feeds the reader, `check`, --help and the manual's
 * test; and the INI file, read whole or not at all.
 */
#ifndef SRC_CONFIG_CONFIG_H
#define SRC_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/core/setting.h"

struct config_source {
    char *name, *filter, *profile;
    int qos;
};

struct config {
    char *file; /* where it was read, "" for defaults */
    struct {
        char *name, *socket, *timezone; /* timezone "" = the system's */
        bool candidate;
    } instance;
    struct {
        char *host, *socket, *client_id, *username, *password_file;
        char *cafile, *certfile, *keyfile;
        int port, keepalive;
        bool tls;
    } mqtt;
    struct config_source *sources;
    size_t n_sources;
    struct {
        char *path;
        int retention_days;
        int64_t max_mb;
        bool full_sync; /* [cache] synchronous = full (default) or normal */
    } cache;
    struct {
        char *conninfo; /* "" = no central store */
    } postgres;
    struct {
        char *dir, *profiles; /* profiles: the admin's own profile files, "" = none */
    } plant;
};

enum option_type { OPTION_TEXT, OPTION_PATH, OPTION_INT, OPTION_BOOL, OPTION_CHOICE };

struct option {
    const char *section, *key;
    enum option_type type;
    int64_t min, max;     /* OPTION_INT */
    const char *choices;  /* OPTION_CHOICE: "full|normal" */
    const char *unit;     /* "" when there is none */
    const char *fallback; /* the default as written in the file; "" = none */
    const char *help;     /* one line, N_() */
};

/* All of them; section "source" stands for every [source:NAME]. */
const struct option *config_options(size_t *ret_n);

/*
 * Read path. RC_OK: *ret belongs to the caller. RC_NOTFOUND: there is no such file.
 * RC_INVALID: problems tells everything that is wrong, *ret is untouched.
 */
MUST_USE enum rc config_read(struct config **ret, const char *path, struct problems *problems,
                             struct err *err);
/* All defaults, as when there is no file. */
struct config *config_defaults(void);
void config_free(struct config *c);

/*
 * The file that applies: explicit (may be NULL), $LEITSTAND_CONFIG, $XDG_CONFIG_HOME (or
 * ~/.config), /etc. NULL when there is none; free with g_free(). An explicit one, or one in the
 * environment, is returned whether it exists or not.
 */
char *config_find(const char *explicit_path);

/* Any INI file as settings with places: the payload profiles use this, too. */
MUST_USE enum rc ini_read(struct settings *ret, const char *path, struct problems *problems,
                          struct err *err);

#endif
