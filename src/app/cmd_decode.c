/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `leitstand decode`: messages in, readings out, a line each; the code path of live ingest.
 */
#include <errno.h>
#include <jansson.h>
#include <unistd.h>

#include "src/app/commands.h"
#include "src/app/profile_files.h"
#include "src/config/plant_csv.h"
#include "src/core/i18n.h"
#include "src/core/text.h"
#include "src/core/timestamp.h"
#include "src/decode/decode.h"

/* One message with a payload of 256 KiB, escaped or in base64, fits with room to spare. */
#define LINE_MAX_BYTES (4 * 1024 * 1024)
#define FLUSH_BYTES    (64 * 1024)

struct args {
    char *plant, *profile;
    bool adopt;
};

static const struct cli_option options[] = {
    {.name = "plant",
     .type = CLI_TEXT,
     .offset = offsetof(struct args, plant),
     .arg = "DIR",
     .help = N_("know the components of the plant in DIR")},
    {.name = "adopt",
     .type = CLI_FLAG,
     .offset = offsetof(struct args, adopt),
     .help = N_("take every id as known")},
    {.name = "profile",
     .type = CLI_TEXT,
     .offset = offsetof(struct args, profile),
     .arg = "NAME",
     .help = N_("decode everything by this payload profile")},
    {.name = NULL},
};

/* One line of input, taken apart. The strings belong to root, or to bytes. */
struct input {
    json_t *root;
    const char *topic;
    const void *payload;
    size_t len;
    guchar *bytes; /* decoded from base64 */
    bool retain;
    wall_us received;
};

static void
input_fini(struct input *in)
{
    json_decref(in->root);
    g_free(in->bytes);
    *in = (struct input){0};
}

/* GLib skips what is no base64; a strict reader says so. */
static bool
base64_valid(const char *text, size_t len)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t body = strspn(text, alphabet), rest = len - body;
    return len % 4 == 0 && body <= len && rest <= 2 &&
           (rest == 0 || strspn(text + body, "=") == rest);
}

static const char *
read_payload(struct input *in)
{
    const json_t *text = json_object_get(in->root, "payload");
    const json_t *base64 = json_object_get(in->root, "payload_b64");
    if (base64 == NULL || json_is_null(base64)) {
        if (!json_is_string(text)) {
            return _("needs \"payload\" as text or \"payload_b64\"");
        }
        in->payload = json_string_value(text);
        in->len = json_string_length(text);
        return NULL;
    }
    if (text != NULL && !json_is_null(text)) {
        return _("has both \"payload\" and \"payload_b64\"");
    }
    if (!json_is_string(base64) ||
        !base64_valid(json_string_value(base64), json_string_length(base64))) {
        return _("\"payload_b64\" is not base64");
    }
    in->bytes = g_base64_decode(json_string_value(base64), &in->len);
    in->payload = in->bytes;
    return NULL;
}

/* What is wrong with the line, or NULL. */
static const char *
read_fields(struct input *in, wall_us now)
{
    const json_t *topic = json_object_get(in->root, "topic");
    const json_t *retain = json_object_get(in->root, "retain");
    const json_t *received = json_object_get(in->root, "received");
    enum timestamp_zone zone;
    in->received = now;
    if (!json_is_object(in->root)) {
        return _("is not a JSON object");
    }
    if (!json_is_string(topic) || json_string_length(topic) == 0 ||
        strlen(json_string_value(topic)) != json_string_length(topic)) {
        return _("needs \"topic\" as text");
    }
    in->topic = json_string_value(topic);
    if (retain != NULL && !json_is_boolean(retain)) {
        return _("\"retain\" is not true or false");
    }
    in->retain = json_is_true(retain);
    if (received != NULL &&
        (!json_is_string(received) ||
         !timestamp_parse(json_string_value(received), json_string_length(received),
                          &in->received, &zone) ||
         zone != TIMESTAMP_UTC)) {
        return _("\"received\" is not a time such as 2026-01-09T15:39:14Z");
    }
    return read_payload(in);
}

/* Text is sanitised already; only quotes and backslashes are left to escape. */
static void
put_text(GString *out, const char *text)
{
    g_string_append_c(out, '"');
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '"' || *p == '\\') {
            g_string_append_c(out, '\\');
        }
        g_string_append_c(out, *p);
    }
    g_string_append_c(out, '"');
}

/* A field of an object, behind others. NULL is not written. */
static void
put_field(GString *out, const char *name, const char *text)
{
    if (text != NULL) {
        g_string_append_printf(out, ",\"%s\":", name);
        put_text(out, text);
    }
}

static void
put_quality(GString *out, unsigned quality)
{
    const char *comma = "";
    for (unsigned flag = 1; quality_name(flag) != NULL; flag <<= 1) {
        if ((quality & flag) != 0) {
            g_string_append_printf(out, "%s\"%s\"", comma, quality_name(flag));
            comma = ",";
        }
    }
}

static void
put_reading(GString *out, const struct decode_reading *reading)
{
    char number[32], ts[TIMESTAMP_SIZE];
    g_string_append(out, "{\"station\":");
    put_text(out, reading->station);
    put_field(out, "component", reading->id);
    g_string_append(out, ",\"value\":");
    if (reading->r.text != NULL) {
        put_text(out, reading->r.text);
    } else {
        text_from_double(number, sizeof(number), reading->r.num);
        g_string_append(out, number);
    }
    timestamp_format(ts, reading->r.ts);
    put_field(out, "ts", ts);
    put_field(out, "ts_source", ts_source_name(reading->r.source));
    g_string_append(out, ",\"quality\":[");
    put_quality(out, reading->r.quality);
    g_string_append(out, "]}");
}

static void
put_result(GString *out, size_t line, const struct decode_result *r)
{
    g_string_append_printf(out, "{\"line\":%zu,\"profile\":", line);
    if (r->profile == NULL) {
        g_string_append(out, "null");
    } else {
        put_text(out, r->profile);
    }
    g_string_append_printf(out, ",\"heartbeat\":%s", r->heartbeat ? "true" : "false");
    put_field(out, "health", r->health);
    put_field(out, "alarm", r->alarm_severity);
    put_field(out, "state", r->alarm_state);
    put_field(out, "will", r->will);
    if (r->will != NULL) {
        g_string_append_printf(out, ",\"offline\":%s", r->will_offline ? "true" : "false");
    }
    g_string_append(out,
                    r->write_request ? ",\"write\":true,\"readings\":[" : ",\"readings\":[");
    for (size_t i = 0; i < r->n_readings; i++) {
        g_string_append(out, i == 0 ? "" : ",");
        put_reading(out, &r->readings[i]);
    }
    g_string_append(out, "],\"rejected\":[");
    for (size_t i = 0; i < r->n_rejected; i++) {
        g_string_append(out, i == 0 ? "{\"at\":" : ",{\"at\":");
        put_text(out, r->rejected[i].at);
        put_field(out, "reason", r->rejected[i].reason);
        g_string_append_c(out, '}');
    }
    g_string_append(out, "]}\n");
}

static void
put_bad_line(GString *out, size_t line, const char *why)
{
    g_string_append_printf(out,
                           "{\"line\":%zu,\"profile\":null,\"heartbeat\":false,\"readings\":[],"
                           "\"rejected\":[{\"at\":\"\",\"reason\":",
                           line);
    put_text(out, why);
    g_string_append(out, "}]}\n");
}

/* True when the line is of the form. */
static bool
decode_line(struct decoder *d, size_t number, const char *line, size_t len, GString *out)
{
    struct input in = {0};
    json_error_t problem;
    const char *why;
    if (len > LINE_MAX_BYTES) {
        why = _("is longer than 4 MiB");
    } else {
        in.root = json_loadb(line, len, JSON_ALLOW_NUL, &problem);
        why = in.root == NULL ? problem.text : read_fields(&in, clock_now().wall);
    }
    if (why == NULL) {
        struct decode_message m = {in.topic, in.payload, in.len, in.retain, in.received};
        put_result(out, number, decode_message(d, &m));
    } else {
        cli_say("stdin:%zu: %s", number, why);
        put_bad_line(out, number, "line is not of the form");
    }
    input_fini(&in);
    return why == NULL;
}

static bool
flush(GString *out)
{
    size_t written = fwrite(out->str, 1, out->len, stdout);
    bool done = written == out->len && fflush(stdout) == 0;
    g_string_truncate(out, 0);
    return done;
}

/* Reads stdin to its end in large pieces; what was decoded goes out before the next read. */
static int
decode_stream(struct decoder *d)
{
    GString *in = g_string_new(NULL), *out = g_string_new(NULL);
    size_t number = 0;
    int status = CLI_DONE;
    bool open = true, overlong = false;
    while (open) {
        char part[FLUSH_BYTES];
        ssize_t n = read(STDIN_FILENO, part, sizeof(part));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            cli_error(_("could not read stdin: %s"), g_strerror(errno));
            status = CLI_FAILED;
        }
        open = n > 0;
        g_string_append_len(in, part, MAX(n, 0));
        const char *p = in->str, *end = p + in->len, *stop;
        while ((stop = memchr(p, '\n', (size_t)(end - p))) != NULL ||
               (!open && (p < end || overlong))) {
            stop = stop == NULL ? end : stop;
            size_t len = overlong ? LINE_MAX_BYTES + 1 : (size_t)(stop - p);
            if (!decode_line(d, ++number, p, len, out) && status == CLI_DONE) {
                status = CLI_USAGE;
            }
            overlong = false;
            p = MIN(stop + 1, end);
        }
        g_string_erase(in, 0, p - in->str);
        if (in->len > LINE_MAX_BYTES) { /* its end is still to come; none of it is kept */
            overlong = true;
            g_string_truncate(in, 0);
        }
        if (!flush(out)) {
            open = false;
        }
    }
    g_string_free(in, TRUE);
    g_string_free(out, TRUE);
    return status;
}

/* Everything that decoding needs, from configuration and options. */
struct setup {
    struct profiles *profiles;
    struct decode_route *routes; /* texts of the configuration */
    size_t n_routes;
    struct plant *plant;
    struct decoder *decoder;
};

static void
setup_fini(struct setup *s)
{
    decoder_free(s->decoder);
    plant_unref(s->plant);
    g_free(s->routes);
    profiles_free(s->profiles);
}

/* The plant of --plant, else the one that the configuration names, else none. */
static int
read_plant(struct setup *s, const char *dir, struct problems *problems)
{
    struct err err = {0};
    if (dir == NULL || *dir == '\0') {
        return CLI_DONE;
    }
    if (plant_csv_read(&s->plant, dir, problems, &err) == RC_OK) {
        return CLI_DONE;
    }
    cli_problems(problems);
    cli_error("%s", err.text);
    return CLI_USAGE;
}

static int
make_decoder(struct setup *s, const struct config *config, const struct args *args)
{
    struct err err = {0};
    const char *zone = config->instance.timezone;
    s->routes = g_new0(struct decode_route, config->n_sources + 1);
    for (size_t i = 0; i < config->n_sources; i++) {
        s->routes[s->n_routes++] =
            (struct decode_route){config->sources[i].filter, config->sources[i].profile};
    }
    struct decode_config decode = {
        .profiles = s->profiles,
        .routes = s->routes,
        .n_routes = s->n_routes,
        .force_profile = args->profile,
        .timezone = zone == NULL || *zone == '\0' ? NULL : zone,
        .adopt = args->adopt,
    };
    if (decoder_new(&s->decoder, &decode, s->plant, &err) != RC_OK) {
        cli_error("%s", err.text);
        return CLI_USAGE;
    }
    return CLI_DONE;
}

static int
run_decode(const struct cli *cli, void *data, int argc, char **argv)
{
    const struct args *args = data;
    struct config *config = NULL;
    struct setup setup = {0};
    struct problems problems;
    (void)argc;
    (void)argv;
    int status = cli_config(cli, &config);
    if (status != CLI_DONE) {
        return status;
    }
    problems_init(&problems);
    setup.profiles = profile_files_load(config->plant.profiles, &problems);
    if (problems.n > 0) {
        cli_problems(&problems);
        status = CLI_USAGE;
    }
    if (status == CLI_DONE) {
        status = read_plant(&setup, args->plant == NULL ? config->plant.dir : args->plant,
                            &problems);
    }
    if (status == CLI_DONE) {
        status = make_decoder(&setup, config, args);
    }
    if (status == CLI_DONE) {
        status = decode_stream(setup.decoder);
    }
    setup_fini(&setup);
    problems_fini(&problems);
    config_free(config);
    return status;
}

const struct cli_command command_decode = {
    .name = "decode",
    .arguments = "",
    .summary = N_("payloads in, readings out"),
    .notes =
        N_("Reads messages from stdin, a JSON object a line: topic, payload or payload_b64, "
           "and if wanted retain and received. Writes a JSON object a line: the readings "
           "made of the message, and what was rejected and why."),
    .options = options,
    .args_size = sizeof(struct args),
    .run = run_decode,
};
