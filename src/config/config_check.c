/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/config/config_private.h"

#include <errno.h>
#include <grp.h>

#define SOCKET_PATH_MAX 107
#define CLIENT_ID_MAX   200

struct checking {
    const struct config *c;
    const struct settings *settings;
    struct problems *problems;
};

static const struct setting *
find(const struct checking *k, const char *section, const char *key)
{
    for (size_t i = 0; i < k->settings->n; i++) {
        const struct setting *s = &k->settings->list[i];
        if (strcmp(s->section, section) == 0 && strcmp(s->key, key) == 0) {
            return s;
        }
    }
    return NULL;
}

/* A value that is written in the file and no good. What was computed is not complained of. */
static void
refuse(struct checking *k, const char *section, const char *key, const char *what)
{
    const struct setting *s = find(k, section, key);
    if (s != NULL) {
        problems_add_setting(k->problems, s, "%s", what);
    }
}

static bool
is_instance_name(const char *name)
{
    return strlen(name) <= CONFIG_NAME_MAX && *name != '.' && *name != '$' &&
           strpbrk(name, "/+#") == NULL;
}

static bool
is_timezone(const char *name)
{
    GTimeZone *zone = g_time_zone_new_identifier(name);
    if (zone == NULL) {
        return false;
    }
    g_time_zone_unref(zone);
    return true;
}

/* MQTT 5, section 4.7.1: + alone in its level, # alone in the last one. */
static bool
is_topic_filter(const char *filter)
{
    if (*filter == '\0' || strlen(filter) > 1000) {
        return false;
    }
    for (const char *p = filter; *p != '\0'; p++) {
        bool first = p == filter || p[-1] == '/';
        if (*p == '#' && (!first || p[1] != '\0')) {
            return false;
        }
        if (*p == '+' && (!first || (p[1] != '\0' && p[1] != '/'))) {
            return false;
        }
    }
    return true;
}

static void
check_sources(struct checking *k)
{
    for (size_t i = 0; i < k->c->n_sources; i++) {
        const struct config_source *s = &k->c->sources[i];
        char *section = g_strconcat("source:", s->name, NULL);
        if (find(k, section, "filter") == NULL) {
            problems_add(k->problems, "%s:%d: [%s] filter: is missing", k->c->file, s->line,
                         section);
        } else if (!is_topic_filter(s->filter)) {
            refuse(k, section, "filter", "is not an MQTT topic filter");
        }
        if (*s->profile == '\0') {
            problems_add(k->problems, "%s:%d: [%s] profile: is missing", k->c->file, s->line,
                         section);
        }
        g_free(section);
    }
}

static void
check_tls(struct checking *k)
{
    static const char *const keys[] = {"cafile", "certfile", "keyfile"};
    const char *values[] = {k->c->mqtt.cafile, k->c->mqtt.certfile, k->c->mqtt.keyfile};
    for (size_t i = 0; i < G_N_ELEMENTS(keys) && !k->c->mqtt.tls; i++) {
        if (*values[i] != '\0') {
            refuse(k, "mqtt", keys[i], "is not used without tls = yes");
        }
    }
    if (*k->c->mqtt.certfile != '\0' && *k->c->mqtt.keyfile == '\0') {
        refuse(k, "mqtt", "certfile", "is not enough: keyfile is missing");
    }
    if (*k->c->mqtt.keyfile != '\0' && *k->c->mqtt.certfile == '\0') {
        refuse(k, "mqtt", "keyfile", "is not enough: certfile is missing");
    }
    if (*k->c->mqtt.password_file != '\0' && *k->c->mqtt.username == '\0') {
        refuse(k, "mqtt", "password_file", "is not enough: username is missing");
    }
}

static bool
is_group(const char *name)
{
    char room[16384]; /* for the names of its members; more of them, and it is there as well */
    struct group group, *found = NULL;
    return getgrnam_r(name, &group, room, sizeof(room), &found) == ERANGE || found != NULL;
}

/* A flood that ends above where it begins would begin and end with every alarm. */
static void
check_flood(struct checking *k)
{
    if (k->c->alarms.flood_end <= k->c->alarms.flood_begin) {
        return;
    }
    if (find(k, "alarms", "flood_end") != NULL) {
        refuse(k, "alarms", "flood_end", "is not at most what flood_begin is");
    } else {
        refuse(k, "alarms", "flood_begin", "is not at least what flood_end is");
    }
}

/* The times of ownership: whoever was owner must have fallen silent before another steps in,
 * and a lease outlives two renewals that fail. One of both keys is written, or all are
 * defaults. */
static void
check_ownership(struct checking *k)
{
    int validity = k->c->ownership.validity_s, renewal = k->c->ownership.renewal_s;
    int echo = k->c->ownership.echo_s, dead = k->c->ownership.dead_s;
    const struct {
        bool good;
        const char *key, *what, *other, *other_what;
    } rules[] = {
        {echo < dead, "echo_s", "is not less than dead_s", "dead_s", "is not more than echo_s"},
        {echo < validity, "echo_s", "is not less than validity_s", "validity_s",
         "is not more than echo_s"},
        {validity >= 2 * renewal + 2, "validity_s",
         "is not at least twice renewal_s and two seconds more", "renewal_s",
         "is not at most half of validity_s less two seconds"},
    };
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        if (rules[i].good) {
            continue;
        }
        if (find(k, "ownership", rules[i].key) != NULL) {
            refuse(k, "ownership", rules[i].key, rules[i].what);
        } else {
            refuse(k, "ownership", rules[i].other, rules[i].other_what);
        }
    }
}

void
config_check(const struct config *c, const struct settings *settings, struct problems *problems)
{
    struct checking k = {c, settings, problems};
    if (!is_instance_name(c->instance.name)) {
        refuse(&k, "instance", "name",
               "is not a name of 1 to 60 bytes without / + #, not beginning with . or $");
    }
    if (*c->instance.timezone != '\0' && !is_timezone(c->instance.timezone)) {
        refuse(&k, "instance", "timezone", "is not a time zone such as Europe/Berlin");
    }
    if (strlen(c->instance.socket) > SOCKET_PATH_MAX) {
        refuse(&k, "instance", "socket", "is not a path of at most 107 bytes");
    }
    if (strlen(c->mqtt.socket) > SOCKET_PATH_MAX) {
        refuse(&k, "mqtt", "socket", "is not a path of at most 107 bytes");
    }
    if (strlen(c->mqtt.client_id) > CLIENT_ID_MAX) {
        refuse(&k, "mqtt", "client_id", "is not an identifier of at most 200 bytes");
    }
    if (*c->mqtt.host == '\0' && *c->mqtt.socket == '\0') {
        refuse(&k, "mqtt", "host", "is not a host name");
    }
    if (*c->instance.socket_group != '\0' && !is_group(c->instance.socket_group)) {
        refuse(&k, "instance", "socket_group", "is not a group of this system");
    }
    check_sources(&k);
    check_tls(&k);
    check_flood(&k);
    check_ownership(&k);
}
