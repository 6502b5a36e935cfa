/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Configuration: one table of options that feeds the reader, `check`, --help and the manual's
 * test; and the INI file, read whole or not at all.
 *
 * The file is read in a pass of our own, because iniparser 4.1 keeps no line numbers, lets the
 * last duplicate win, ends a bare value at # or ; (`filter = plant/#` would arrive as
 * `plant/`), turns 12abc into 12 and stops at a line over about 1,000 bytes. Its dictionary
 * holds what was read: it finds duplicates, and answers with the default where the file says
 * nothing.
 *
 * Grammar: [section]; key = value; # or ; begins a comment at the start of a line, or after a
 * blank behind a value. "…" or '…' take a value as it stands. UTF-8; CRLF and a byte order mark
 * are tolerated. A path that does not begin with / is seen from the directory of the file; ~/
 * is the home directory.
 */
#ifndef SRC_CONFIG_CONFIG_H
#define SRC_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/core/alarm.h"
#include "src/core/setting.h"

#define CONFIG_TIMES_MAX 12

/* Times of the day in the zone of the installation, in their order. */
struct config_times {
    size_t n;
    int minute[CONFIG_TIMES_MAX]; /* since midnight */
};

struct config_source {
    char *name, *filter, *profile;
    int qos;
    int line, profile_line; /* where [source:NAME] and its profile stand in the file */
};

struct config {
    char *file; /* where it was read, "" for defaults */
    struct {
        char *name, *socket, *timezone; /* timezone "" = the system's */
        char *socket_group;             /* its members may act as operators; "" none */
        bool candidate;
    } instance;
    struct {
        char *host, *socket, *client_id, *ingest_id, *username, *password_file;
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
        bool exception; /* [postgres] report = all (default) or exception */
        int report_s;   /* with exception: a repeated value is sent after so long; 0: never */
        int retention_days; /* 0: readings stay */
    } postgres;
    struct {
        int validity_s, renewal_s, echo_s, dead_s; /* ownership, D3 */
    } ownership;
    struct {
        char *dir, *profiles; /* profiles: directory of the admin's own, "" = none */
    } plant;
    /* Sets of priorities: 1u << enum alarm_priority, or-ed. */
    struct {
        int late_s;
        int flood_begin, flood_end, flood_window_s;
        int chatter_count, chatter_s, fleeting_s, standing_h;
        int shelve_max_h, shelve_max_critical_h;
        bool second_person;
        unsigned renew; /* priorities whose acknowledged alarms the re-alarm timer wakes */
        int reminder_h; /* 0: none */
        enum alarm_priority silence_priority;
        int service_delay_s;
        int heartbeat_s;   /* 0: none */
        unsigned bell;     /* priorities that ring … */
        int bell_repeat_s; /* … again after so long; 0: once */
        unsigned popup;    /* priorities that open a popup */
        struct config_times shifts;
    } alarms;
};

enum option_type {
    OPTION_TEXT,
    OPTION_PATH,
    OPTION_INT,
    OPTION_BOOL,
    OPTION_CHOICE,
    OPTION_PRIORITIES, /* "critical,high"; "none" or nothing is the empty set */
    OPTION_TIMES,      /* "06:00,14:00"; the same */
};

struct option {
    const char *section, *key;
    enum option_type type;
    int64_t min, max;     /* OPTION_INT */
    const char *choices;  /* OPTION_CHOICE: "full|normal" */
    const char *unit;     /* "" when there is none */
    const char *fallback; /* the default as written in the file; "" = none, or computed: */
    const char *computed; /* what the default is then, N_(); NULL: nothing */
    const char *help;     /* one line, N_() */
    size_t offset, size;  /* of the field in struct config, or struct config_source */
};

/* All of them; section "source" stands for every [source:NAME]. */
const struct option *config_options(size_t *ret_n);

/*
 * Read path. RC_OK: *ret belongs to the caller. RC_NOTFOUND: there is no such file.
 * RC_INVALID: problems tells everything that is wrong, *ret is untouched.
 */
MUST_USE enum rc config_read(struct config **ret, const char *path, struct problems *problems,
                             struct err *err);
/* The same, for who looks for further mistakes: with RC_INVALID, too, *ret has what was good,
 * and defaults in place of the rest; NULL when nothing could be read. */
enum rc config_inspect(struct config **ret, const char *path, struct problems *problems,
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

/*
 * The password for the broker: the first line of [mqtt] password_file. *ret is NULL when there
 * is no such option; the caller frees it with g_free().
 */
MUST_USE enum rc config_read_password(const struct config *c, char **ret, struct err *err);

/* The name out of names (NULL-terminated) that looks most like word; NULL: none does. */
const char *nearest_name(const char *word, const char *const *names);

/* Any INI file as settings with places: the payload profiles use this, too. What could be read
 * is in *ret even when problems tells of the rest (RC_INVALID). */
MUST_USE enum rc ini_read(struct settings *ret, const char *path, struct problems *problems,
                          struct err *err);
/* The same from memory; path is only told. */
void ini_parse(struct settings *ret, const char *path, const char *bytes, size_t len,
               struct problems *problems);

#endif
