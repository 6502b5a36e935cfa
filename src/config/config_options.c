/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/config/config.h"
#include "src/core/i18n.h"

#define AT(field)                                                                              \
    .offset = offsetof(struct config, field), .size = sizeof(((struct config *)NULL)->field)
#define IN_SOURCE(field)                                                                       \
    .offset = offsetof(struct config_source, field),                                           \
    .size = sizeof(((struct config_source *)NULL)->field)

/* In the order of the manual. A choice is stored as its index: normal|full fits a bool, the
 * names of a whole enum in their order its field. */
static const struct option options[] = {
    {"instance", "name", OPTION_TEXT, 0, 0, NULL, "", "", N_("the host name"),
     N_("name of this instance, unique at the broker"), AT(instance.name)},
    {"instance", "candidate", OPTION_BOOL, 0, 0, NULL, "", "yes", NULL,
     N_("whether this instance may become the owner"), AT(instance.candidate)},
    {"instance", "socket", OPTION_PATH, 0, 0, NULL, "", "",
     N_("$XDG_RUNTIME_DIR/leitstand/NAME.sock"), N_("control socket"), AT(instance.socket)},
    {"instance", "socket_group", OPTION_TEXT, 0, 0, NULL, "", "", NULL,
     N_("group whose members may act as operators through the control socket"),
     AT(instance.socket_group)},
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
    {"mqtt", "ingest_id", OPTION_TEXT, 0, 0, NULL, "", "leitstand-ingest", NULL,
     N_("client id of the owner's session, the same for all instances of a site"),
     AT(mqtt.ingest_id)},
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
    {"postgres", "report", OPTION_CHOICE, 0, 0, "all|exception", "", "all", NULL,
     N_("exception: a value that repeats the one before is not sent"), AT(postgres.exception)},
    {"postgres", "report_s", OPTION_INT, 0, 86400, NULL, "s", "3600", NULL,
     N_("but one that repeats is sent again after so long; 0: never"), AT(postgres.report_s)},
    {"postgres", "retention_days", OPTION_INT, 0, 36500, NULL, "days", "0", NULL,
     N_("the owner drops older readings from the central store; 0: never"),
     AT(postgres.retention_days)},

    {"ownership", "validity_s", OPTION_INT, 3, 300, NULL, "s", "10", NULL,
     N_("how long the owner's lease is good without renewal"), AT(ownership.validity_s)},
    {"ownership", "renewal_s", OPTION_INT, 1, 60, NULL, "s", "2", NULL,
     N_("the owner renews it so often"), AT(ownership.renewal_s)},
    {"ownership", "echo_s", OPTION_INT, 1, 120, NULL, "s", "5", NULL,
     N_("an owner that does not hear itself at the broker for so long stops"),
     AT(ownership.echo_s)},
    {"ownership", "dead_s", OPTION_INT, 2, 600, NULL, "s", "10", NULL,
     N_("when no owner is heard for so long, another may step in"), AT(ownership.dead_s)},

    {"plant", "dir", OPTION_PATH, 0, 0, NULL, "", "", NULL,
     N_("directory of stations.csv, components.csv and rules.csv, read at start"),
     AT(plant.dir)},
    {"plant", "profiles", OPTION_PATH, 0, 0, NULL, "", "", N_("/etc/leitstand/profiles"),
     N_("directory of payload profiles of your own"), AT(plant.profiles)},

    {"alarms", "late_s", OPTION_INT, 1, 604800, NULL, "s", "300", NULL,
     N_("what was measured so long before it came raises no alarm"), AT(alarms.late_s)},
    {"alarms", "flood_begin", OPTION_INT, 1, 10000, NULL, "", "10", NULL,
     N_("more alarms than this in a window are a flood"), AT(alarms.flood_begin)},
    {"alarms", "flood_end", OPTION_INT, 1, 10000, NULL, "", "5", NULL,
     N_("fewer than this in a window end it"), AT(alarms.flood_end)},
    {"alarms", "flood_window_s", OPTION_INT, 10, 86400, NULL, "s", "600", NULL,
     N_("that window"), AT(alarms.flood_window_s)},
    {"alarms", "chatter_count", OPTION_INT, 2, 7, NULL, "", "3", NULL,
     N_("an alarm that rises so often chatters"), AT(alarms.chatter_count)},
    {"alarms", "chatter_s", OPTION_INT, 1, 3600, NULL, "s", "60", NULL, N_("within this time"),
     AT(alarms.chatter_s)},
    {"alarms", "fleeting_s", OPTION_INT, 0, 3600, NULL, "s", "10", NULL,
     N_("an alarm that returns sooner counts as fleeting"), AT(alarms.fleeting_s)},
    {"alarms", "standing_h", OPTION_INT, 1, 8760, NULL, "h", "24", NULL,
     N_("an alarm that stays longer counts as standing"), AT(alarms.standing_h)},
    {"alarms", "shelve_max_h", OPTION_INT, 1, 720, NULL, "h", "12", NULL,
     N_("longest time to shelve an alarm for"), AT(alarms.shelve_max_h)},
    {"alarms", "shelve_max_critical_h", OPTION_INT, 1, 720, NULL, "h", "2", NULL,
     N_("the same for a critical one"), AT(alarms.shelve_max_critical_h)},
    {"alarms", "second_person", OPTION_BOOL, 0, 0, NULL, "", "no", NULL,
     N_("whether shelving a critical alarm takes two people"), AT(alarms.second_person)},
    {"alarms", "renew", OPTION_PRIORITIES, 0, 0, NULL, "", "", NULL,
     N_("priorities whose acknowledged alarms the re-alarm timer wakes"), AT(alarms.renew)},
    {"alarms", "reminder_h", OPTION_INT, 0, 720, NULL, "h", "12", NULL,
     N_("remind of what is out of service; 0: never"), AT(alarms.reminder_h)},
    {"alarms", "silence_priority", OPTION_CHOICE, 0, 0, "critical|high|medium|low", "", "high",
     NULL, N_("priority of the silence of a station"), AT(alarms.silence_priority)},
    {"alarms", "service_delay_s", OPTION_INT, 0, 3600, NULL, "s", "10", NULL,
     N_("broker, link, store or disk must be gone so long"), AT(alarms.service_delay_s)},
    {"alarms", "heartbeat_s", OPTION_INT, 0, 3600, NULL, "s", "10", NULL,
     N_("send a sign of life to the broker; 0: none"), AT(alarms.heartbeat_s)},
    {"alarms", "bell", OPTION_PRIORITIES, 0, 0, NULL, "", "critical,high", NULL,
     N_("priorities that ring"), AT(alarms.bell)},
    {"alarms", "bell_repeat_s", OPTION_INT, 0, 3600, NULL, "s", "10", NULL,
     N_("ring again until acknowledged; 0: once"), AT(alarms.bell_repeat_s)},
    {"alarms", "popup", OPTION_PRIORITIES, 0, 0, NULL, "", "critical,high", NULL,
     N_("priorities that open a popup on the desktop"), AT(alarms.popup)},
    {"alarms", "shifts", OPTION_TIMES, 0, 0, NULL, "", "06:00,14:00,22:00", NULL,
     N_("when shifts begin, for the figures of each"), AT(alarms.shifts)},
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
