/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/config/config.h"
#include "src/core/i18n.h"

#define AT(field)                                                                              \
    .offset = offsetof(struct config, field), .size = sizeof(((struct config *)NULL)->field)
#define IN_SOURCE(field)                                                                       \
    .offset = offsetof(struct config_source, field),                                           \
    .size = sizeof(((struct config_source *)NULL)->field)

/* In the order of the manual. A choice is stored as its index: normal|full fits a bool. */
static const struct option options[] = {
    {"instance", "name", OPTION_TEXT, 0, 0, NULL, "", "", N_("the host name"),
     N_("name of this instance, unique at the broker"), AT(instance.name)},
    {"instance", "candidate", OPTION_BOOL, 0, 0, NULL, "", "yes", NULL,
     N_("whether this instance may become the owner"), AT(instance.candidate)},
    {"instance", "socket", OPTION_PATH, 0, 0, NULL, "", "",
     N_("$XDG_RUNTIME_DIR/leitstand/NAME.sock"), N_("control socket"), AT(instance.socket)},
    {"instance", "timezone", OPTION_TEXT, 0, 0, NULL, "", "", N_("that of the system"),
     N_("time zone of the installation, such as Europe/Berlin"), AT(instance.timezone)},

    {"mqtt", "host", OPTION_TEXT, 0, 0, NULL, "", "localhost", NULL,
     N_("host name or address of the broker"), AT(mqtt.host)},
    {"mqtt", "port", OPTION_INT, 1, 65535, NULL, "", "", N_("1883, with tls 8883"),
     N_("port of the broker"), AT(mqtt.port)},
    {"mqtt", "socket", OPTION_PATH, 0, 0, NULL, "", "", NULL,
     N_("unix socket of the broker, instead of host and port"), AT(mqtt.socket)},
    {"mqtt", "client_id", OPTION_TEXT, 0, 0, NULL, "", "", N_("leitstand-NAME"),
     N_("fixed client identifier, unique at the broker"), AT(mqtt.client_id)},
    {"mqtt", "username", OPTION_TEXT, 0, 0, NULL, "", "", NULL, N_("user at the broker"),
     AT(mqtt.username)},
    {"mqtt", "password_file", OPTION_PATH, 0, 0, NULL, "", "", NULL,
     N_("file whose first line is the password"), AT(mqtt.password_file)},
    {"mqtt", "tls", OPTION_BOOL, 0, 0, NULL, "", "no", NULL,
     N_("encrypt the connection and verify the broker"), AT(mqtt.tls)},
    {"mqtt", "cafile", OPTION_PATH, 0, 0, NULL, "", "", N_("the system's certificates"),
     N_("certificates that the broker's is checked against"), AT(mqtt.cafile)},
    {"mqtt", "certfile", OPTION_PATH, 0, 0, NULL, "", "", NULL,
     N_("certificate of this client"), AT(mqtt.certfile)},
    {"mqtt", "keyfile", OPTION_PATH, 0, 0, NULL, "", "", NULL, N_("private key of this client"),
     AT(mqtt.keyfile)},
    {"mqtt", "keepalive", OPTION_INT, 5, 65535, NULL, "s", "30", NULL,
     N_("longest silence on the connection"), AT(mqtt.keepalive)},

    {"source", "filter", OPTION_TEXT, 0, 0, NULL, "", "", NULL,
     N_("MQTT topic filter to subscribe to"), IN_SOURCE(filter)},
    {"source", "profile", OPTION_TEXT, 0, 0, NULL, "", "", NULL,
     N_("payload profile that reads these messages"), IN_SOURCE(profile)},
    {"source", "qos", OPTION_INT, 0, 2, NULL, "", "1", NULL, N_("quality of service asked for"),
     IN_SOURCE(qos)},

    {"cache", "path", OPTION_PATH, 0, 0, NULL, "", "",
     N_("/var/lib/leitstand/NAME.db for root, else $XDG_STATE_HOME/leitstand/NAME.db"),
     N_("the SQLite file that holds plant and readings"), AT(cache.path)},
    {"cache", "retention_days", OPTION_INT, 0, 36500, NULL, "d", "90", NULL,
     N_("readings older than this are deleted; 0: never"), AT(cache.retention_days)},
    {"cache", "max_mb", OPTION_INT, 0, 100000000, NULL, "MB", "4096", NULL,
     N_("above this the oldest readings are deleted; 0: never"), AT(cache.max_mb)},
    {"cache", "synchronous", OPTION_CHOICE, 0, 0, "normal|full", "", "full", NULL,
     N_("full: a commit survives a power cut; normal: faster, survives a crash"),
     AT(cache.full_sync)},

    {"postgres", "conninfo", OPTION_TEXT, 0, 0, NULL, "", "", NULL,
     N_("libpq connection string of the central store; none: there is no such store"),
     AT(postgres.conninfo)},

    {"plant", "dir", OPTION_PATH, 0, 0, NULL, "", "", NULL,
     N_("directory of stations.csv, components.csv and rules.csv, read at start"),
     AT(plant.dir)},
    {"plant", "profiles", OPTION_PATH, 0, 0, NULL, "", "", N_("/etc/leitstand/profiles"),
     N_("directory of payload profiles of your own"), AT(plant.profiles)},
};

const struct option *
config_options(size_t *ret_n)
{
    *ret_n = G_N_ELEMENTS(options);
    return options;
}

/* Insertions, deletions and exchanges between two short words; row is of strlen(b) + 1. */
static size_t
edit_distance(const char *a, const char *b)
{
    size_t n = strlen(b);
    size_t *row = g_new(size_t, n + 1);
    for (size_t k = 0; k <= n; k++) {
        row[k] = k;
    }
    for (size_t i = 1; a[i - 1] != '\0'; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t k = 1; k <= n; k++) {
            size_t exchange = corner + (g_ascii_tolower(a[i - 1]) != g_ascii_tolower(b[k - 1]));
            corner = row[k];
            row[k] = MIN(exchange, 1 + MIN(row[k], row[k - 1]));
        }
    }
    size_t distance = row[n];
    g_free(row);
    return distance;
}

const char *
nearest_name(const char *word, const char *const *names)
{
    const char *best = NULL;
    size_t len = strlen(word), least = 1 + (len < 40 ? len / 4 : 0);
    for (size_t i = 0; len < 40 && names[i] != NULL; i++) {
        size_t distance =
            len >= 3 && g_str_has_prefix(names[i], word) ? 1 : edit_distance(word, names[i]);
        if (distance <= least && (best == NULL || distance < least)) {
            best = names[i];
            least = distance;
        }
    }
    return best;
}
