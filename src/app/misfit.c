/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/misfit.h"

#include <string.h>

#include <glib.h>

#include "src/core/i18n.h"
#include "src/core/log.h"
#include "src/core/snapshot.h"
#include "src/core/text.h"

#define MEMBER_MAX 1000 /* bytes; no name and no client id is longer */

struct misfits {
    char *name, *boot, *ingest, *store;
    char *twin;         /* boot of the last other process with our name; NULL: none */
    bool suspected;     /* it was heard on this connection, and has not gone, */
    bool twinned;       /* … for long enough to be alive */
    mono_us since;      /* when that was looked at first; 0: not yet */
    GHashTable *others; /* topic → struct other, PEERS_MAX at most */
    char text[256], about[256];
};

/* What another instance says. */
struct other {
    char *name, *ingest, *store;
};

static void
other_free(void *other)
{
    struct other *o = other;
    g_free(o->name);
    g_free(o->ingest);
    g_free(o->store);
    g_free(o);
}

struct misfits *
misfits_new(const char *name, const char *boot, const char *ingest)
{
    struct misfits *m = g_new0(struct misfits, 1);
    m->name = g_strdup(name);
    m->boot = g_strdup(boot);
    m->ingest = g_strdup(ingest);
    m->store = g_strdup("");
    m->others = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, other_free);
    return m;
}

void
misfits_free(struct misfits *m)
{
    if (m != NULL) {
        g_hash_table_unref(m->others);
        g_free(m->name);
        g_free(m->boot);
        g_free(m->ingest);
        g_free(m->store);
        g_free(m->twin);
        g_free(m);
    }
}

char *
misfits_presence(const char *ingest, const char *store)
{
    json_t *o = json_object();
    const struct {
        const char *key, *text;
    } members[] = {{"ingest_id", ingest}, {"store", store}};
    for (size_t i = 0; i < G_N_ELEMENTS(members); i++) {
        if (*members[i].text != '\0') {
            json_object_set_new(o, members[i].key, json_string(members[i].text));
        }
    }
    char *text = json_object_size(o) == 0 ? NULL : json_dumps(o, JSON_COMPACT);
    char *ret = g_strdup(text);
    free(text);
    json_decref(o);
    return ret;
}

static const char *
member(const json_t *presence, const char *key)
{
    const char *text = json_string_value(json_object_get(presence, key));
    return text != NULL && strlen(text) <= MEMBER_MAX ? text : "";
}

/* Both say it, and not the same. */
static bool
differ(const char *ours, const char *theirs)
{
    return *ours != '\0' && *theirs != '\0' && strcmp(ours, theirs) != 0;
}

/* False: it fits. */
static bool
describe(const struct misfits *m, const struct other *o, char *ret, size_t cap)
{
    char whose[64], what[64];
    text_sanitize(whose, sizeof(whose), o->name, strlen(o->name));
    text_sanitize(what, sizeof(what), o->ingest, strlen(o->ingest));
    if (differ(m->store, o->store)) {
        snprintf(ret, cap,
                 _("instance \"%s\" has another central store, see [postgres] conninfo: each "
                   "store makes an owner of its own"),
                 whose);
        return true;
    }
    if (differ(m->ingest, o->ingest)) {
        snprintf(ret, cap,
                 _("instance \"%s\" has another [mqtt] ingest_id, \"%s\": readings "
                   "are stored twice or get lost"),
                 whose, what);
        return true;
    }
    return false;
}

static void
judge(struct misfits *m)
{
    GHashTableIter all;
    void *other;
    char before[sizeof(m->text)];
    memcpy(before, m->text, sizeof(before));
    m->text[0] = '\0';
    g_hash_table_iter_init(&all, m->others);
    if (m->twinned) {
        snprintf(m->text, sizeof(m->text),
                 _("another instance is called \"%s\" as well: see [instance] name"), m->name);
    }
    while (*m->text == '\0' && g_hash_table_iter_next(&all, NULL, &other) &&
           !describe(m, other, m->text, sizeof(m->text))) {
    }
    if (strcmp(before, m->text) != 0 && *m->text != '\0') {
        log_error("%s", m->text);
    }
}

void
misfits_set_store(struct misfits *m, const char *store)
{
    g_free(m->store);
    m->store = g_strdup(store);
    judge(m);
}

static bool
hear_twin(struct misfits *m, const json_t *presence, bool retained)
{
    const char *boot = member(presence, "boot");
    if (presence == NULL) {
        m->suspected = m->twinned = false;
        return false;
    }
    /* A retained one is mostly what an earlier life of ours has left behind. */
    if (retained || *boot == '\0' || strcmp(boot, m->boot) == 0) {
        return false;
    }
    bool first = g_strcmp0(m->twin, boot) != 0;
    g_free(m->twin);
    m->twin = g_strdup(boot);
    if (!m->suspected) {
        m->suspected = true;
        m->since = 0;
    }
    return first;
}

void
misfits_turn(struct misfits *m, mono_us now)
{
    if (!m->suspected || m->twinned) {
        return;
    }
    m->since = m->since == 0 ? now : m->since;
    m->twinned = now - m->since >= MISFIT_TWIN_US;
    judge(m);
}

static void
keep(struct misfits *m, const char *topic, const json_t *presence)
{
    if (g_hash_table_size(m->others) >= PEERS_MAX && !g_hash_table_contains(m->others, topic)) {
        return;
    }
    struct other *o = g_new0(struct other, 1);
    o->name = g_strdup(member(presence, "instance"));
    o->ingest = g_strdup(member(presence, "ingest_id"));
    o->store = g_strdup(member(presence, "store"));
    g_hash_table_replace(m->others, g_strdup(topic), o);
}

bool
misfits_hear(struct misfits *m, const char *topic, bool ours, const json_t *presence,
             bool retained)
{
    bool first = false;
    if (ours) {
        first = hear_twin(m, presence, retained);
    } else if (presence != NULL) {
        keep(m, topic, presence);
    } else {
        g_hash_table_remove(m->others, topic);
    }
    judge(m);
    return first;
}

void
misfits_connected(struct misfits *m)
{
    g_hash_table_remove_all(m->others);
    m->suspected = m->twinned = false;
    judge(m);
}

const char *
misfits_text(const struct misfits *m)
{
    return m->text;
}

const char *
misfits_about(struct misfits *m, const char *topic)
{
    const struct other *o = g_hash_table_lookup(m->others, topic);
    bool wrong = o != NULL && describe(m, o, m->about, sizeof(m->about));
    return wrong ? m->about : "";
}
