/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/misfit.h"

#include <string.h>

#include <glib.h>

#include "src/core/i18n.h"
#include "src/core/log.h"
#include "src/core/text.h"

struct misfits {
    char *name, *boot, *ingest;
    char *twin;         /* boot of the last other process with our name; NULL: none */
    bool twinned;       /* it was heard on this connection, and has not gone */
    GHashTable *others; /* topic → what to say of its ingest id, which is not ours */
    char text[256];
};

struct misfits *
misfits_new(const char *name, const char *boot, const char *ingest)
{
    struct misfits *m = g_new0(struct misfits, 1);
    m->name = g_strdup(name);
    m->boot = g_strdup(boot);
    m->ingest = g_strdup(ingest);
    m->others = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
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
        g_free(m->twin);
        g_free(m);
    }
}

char *
misfits_presence(const char *ingest)
{
    json_t *o = *ingest == '\0' ? NULL : json_pack("{s:s}", "ingest_id", ingest);
    char *text = o == NULL ? NULL : json_dumps(o, JSON_COMPACT);
    char *ret = g_strdup(text);
    free(text);
    json_decref(o);
    return ret;
}

static const char *
member(const json_t *presence, const char *key)
{
    const char *text = json_string_value(json_object_get(presence, key));
    return text != NULL ? text : "";
}

static void
judge(struct misfits *m)
{
    GHashTableIter all;
    void *said;
    char before[sizeof(m->text)];
    memcpy(before, m->text, sizeof(before));
    m->text[0] = '\0';
    g_hash_table_iter_init(&all, m->others);
    if (m->twinned) {
        snprintf(m->text, sizeof(m->text),
                 _("another instance is called \"%s\" as well: see [instance] name"), m->name);
    } else if (g_hash_table_iter_next(&all, NULL, &said)) {
        g_strlcpy(m->text, said, sizeof(m->text));
    }
    if (strcmp(before, m->text) != 0 && *m->text != '\0') {
        log_error("%s", m->text);
    }
}

static bool
hear_twin(struct misfits *m, const json_t *presence, bool retained)
{
    const char *boot = member(presence, "boot");
    if (presence == NULL) {
        m->twinned = false;
        return false;
    }
    /* A retained one is mostly what an earlier life of ours has left behind. */
    if (retained || *boot == '\0' || strcmp(boot, m->boot) == 0) {
        return false;
    }
    bool first = g_strcmp0(m->twin, boot) != 0;
    g_free(m->twin);
    m->twin = g_strdup(boot);
    m->twinned = true;
    return first;
}

static char *
describe(const char *name, const char *ingest)
{
    char whose[64], what[64];
    text_sanitize(whose, sizeof(whose), name, strlen(name));
    text_sanitize(what, sizeof(what), ingest, strlen(ingest));
    return g_strdup_printf(_("instance \"%s\" has another [mqtt] ingest_id, \"%s\": readings "
                             "are stored twice or get lost"),
                           whose, what);
}

bool
misfits_hear(struct misfits *m, const char *topic, bool ours, const json_t *presence,
             bool retained)
{
    const char *ingest = member(presence, "ingest_id");
    bool first = false;
    if (ours) {
        first = hear_twin(m, presence, retained);
    } else if (*m->ingest != '\0' && *ingest != '\0' && strcmp(ingest, m->ingest) != 0) {
        g_hash_table_replace(m->others, g_strdup(topic),
                             describe(member(presence, "instance"), ingest));
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
    m->twinned = false;
    judge(m);
}

const char *
misfits_text(const struct misfits *m)
{
    return m->text;
}

const char *
misfits_about(const struct misfits *m, const char *topic)
{
    const char *said = g_hash_table_lookup(m->others, topic);
    return said == NULL ? "" : said;
}
