/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Payload profiles, compiled: what the INI files of data/profiles say, ready to be followed.
 * leitstand-profile(5) is the manual of the vocabulary; in short:
 *
 *   [profile:NAME]            title  for people
 *                             topics default filters, used when no source of the config matches
 *   [rule:NAME:RULE]          the rules of a profile are tried in the order of the file; the
 *                             first that fits a message reads it. Whether one fits:
 *     topic                     pattern with named levels, sensors/{station}/telemetry
 *     payload                   json (default) or text: the payload is the value
 *     match                     pointers that must exist, "/state/reported:object"
 *     use                       the rules of another profile, which then also gives the name
 *   What a fitting rule does:
 *     result                    readings (default), health, alarm, write, life
 *     entries                   pointer to the entries; a last "*" is each member or element;
 *                               "." (default) is the document
 *     skip                      names of members that are no entries
 *     station id value time quality
 *                               where to find them: alternatives between '|', the first that
 *                               is there, neither null nor "", counts
 *                                 /pointer   in the entry        ^/pointer  in the document
 *                                 .          the entry itself
 *                                 {level}    of the topic        @key       name of the entry
 *                                 =words     as they stand
 *     keys                      exact (default) or fold: case of member names is ignored
 *     arrays                    reject (default) or elements: ID, ID[1], ID[2] …
 *     texts                     accept (default) or reject: a value must be a number
 *     qualities                 0=good 2=invalid *=invalid
 *     order                     receipt (default) or event: windows run on source time
 *     clock                     zoned (default) or device: nobody knows the zone of its clock
 *     future_s                  how far in the future a source time may be (default 300)
 *     heartbeat                 yes: a time without any entry is a sign of life
 *     int16                     "/pointer: PREFIX …": 16-bit words are signed where the text
 *                               at pointer begins with one of these
 *     hex                       yes: entries that are text hold bytes in hex, named by hex key
 *     ranges                    of hex keys, NAME:TYPE[:FLAG…], see src/decode/hexkey.h
 *     health, severity, states  of system and alarm messages
 *     offline                   of life: the words of value that mean that station is gone
 */
#ifndef SRC_DECODE_PROFILE_H
#define SRC_DECODE_PROFILE_H

#include "src/decode/decode.h"
#include "src/decode/hexkey.h"
#include "src/decode/jdoc.h"
#include "src/decode/topic.h"

#define PROFILE_USE_DEPTH 4 /* how far one profile may lean on another */

/* A JSON Pointer, cut into its tokens. */
struct pointer {
    char *text;    /* as written, for messages; without a last "*" */
    char **tokens; /* unescaped */
    size_t *len;
    size_t n;
    bool each; /* ended in "*": every child of what it points to */
};

enum source_kind {
    SOURCE_ENTRY,   /* pointer, from the entry */
    SOURCE_ROOT,    /* pointer, from the document */
    SOURCE_SELF,    /* the entry */
    SOURCE_TOPIC,   /* level of the topic */
    SOURCE_KEY,     /* name of the entry */
    SOURCE_LITERAL, /* text */
};

struct source {
    enum source_kind kind;
    struct pointer pointer;
    size_t level;
    char *text;
};

/* Alternatives, tried in order. */
struct sources {
    struct source *list;
    size_t n;
};

struct condition {
    struct pointer pointer;
    unsigned types; /* 1u << enum jtype, or-ed */
};

struct quality_rule {
    double code;
    bool any;
    unsigned quality;
};

struct alarm_state_rule {
    const char *state; /* one of the three fixed names */
    struct pointer pointer;
    bool any;
};

enum rule_result { RESULT_READINGS, RESULT_HEALTH, RESULT_ALARM, RESULT_WRITE, RESULT_LIFE };

struct rule {
    char *name;
    const struct profile *use; /* not NULL: everything else but topic stays unused */
    struct topic_pattern *topic;
    bool text_payload;
    struct condition *match;
    size_t n_match;
    enum rule_result result;
    struct pointer entries;
    char **skip; /* NULL-terminated, or NULL */
    struct sources station, id, value, time, quality, health, severity;
    bool fold, elements, numeric, event_time, device_clock, heartbeat, hex;
    struct quality_rule *qualities;
    size_t n_qualities;
    struct alarm_state_rule *states;
    size_t n_states;
    char **offline; /* NULL-terminated, or NULL */
    int64_t future_us;
    struct pointer int16_at;
    char **int16_prefixes; /* NULL-terminated, or NULL */
    struct hex_range *ranges;
    size_t n_ranges;
};

struct profile {
    char *name, *title;
    char **topics; /* NULL-terminated */
    struct rule *rules;
    size_t n_rules;
    char *file; /* where it came from: a later file replaces it */
};

struct profiles {
    GPtrArray *list; /* struct profile *, in the order of the files */
};

const struct profile *profiles_find(const struct profiles *p, const char *name);

/* "/a/b~1c", or "." for the whole; false when it is none. Ended with pointer_fini(). */
bool pointer_parse(struct pointer *ret, const char *text);
void pointer_fini(struct pointer *p);

/* What pointer says, from node on; NULL when it is not there. A last "*" is not followed. */
const struct jnode *pointer_find(const struct pointer *p, const struct jdoc *doc,
                                 const struct jnode *from, bool fold);

/* Parse "/a | {b}"; levels are looked up in topic (may be NULL). False when it is wrong. */
bool sources_parse(struct sources *ret, const char *text, const struct topic_pattern *topic);
void sources_fini(struct sources *s);

/* Private to the compiler, in rule.c: one key of a rule, and the end of one. */
void rule_set(struct rule *r, const struct setting *s, struct problems *problems);
void rule_fini(struct rule *r);

#endif
