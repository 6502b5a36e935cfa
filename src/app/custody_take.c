/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From messages to batches. */
#include <sys/random.h>

#include "src/app/custody_private.h"
#include "src/app/load.h"
#include "src/app/own_topic.h"
#include "src/app/sources.h"
#include "src/core/log.h"

/*
 * The store and the disk may keep us waiting for some seconds, in which no PINGREQ leaves. That
 * a frozen owner is noticed late does not matter: the next one opens the same session.
 */
#define KEEPALIVE_S 20
/*
 * What has gathered waits for more: a broker sends no more than its window before it hears of
 * us, which may be as small as this; without a PUBACK to give nobody waits.
 */
#define GATHER_MESSAGES 16
#define GATHER_US       (20 * US_PER_MS)
#define GATHER_IDLE_US  (200 * US_PER_MS)
#define BATCH_MESSAGES  500
#define BATCH_RECORDS   2000

/* ---- segments and batches ---- */

static struct uuid
random_uuid(void)
{
    struct uuid id;
    if (getrandom(id.bytes, sizeof(id.bytes), 0) != sizeof(id.bytes)) {
        g_assert_not_reached(); /* so few bytes are never refused, once the machine is up */
    }
    id.bytes[6] = (uint8_t)((id.bytes[6] & 0x0fu) | 0x40u); /* version 4 */
    id.bytes[8] = (uint8_t)((id.bytes[8] & 0x3fu) | 0x80u);
    return id;
}

void
custody_close_batch(struct custody *c)
{
    if (c->open != NULL) {
        c->open->number = ++c->number;
        g_queue_push_tail(&c->ready, g_steal_pointer(&c->open));
        c->open_messages = 0;
    }
}

struct outbox_batch *
custody_batch(struct custody *c)
{
    if (c->open == NULL) {
        c->open = g_new0(struct outbox_batch, 1);
        outbox_batch_init(c->open);
        c->open->segment = c->segment;
        c->open_since = c->now.mono;
    }
    return c->open;
}

void
custody_new_segment(struct custody *c, bool fresh)
{
    custody_close_batch(c);
    /* Segments of one rank are told apart by when they began. */
    wall_us begun = MAX(c->now.wall, c->segment.begun + 1);
    c->segment = (struct segment){.id = random_uuid(),
                                  .rank = c->term.rank,
                                  .arbiter = c->term.arbiter,
                                  .begun = begun,
                                  .fresh = fresh};
    g_strlcpy(c->segment.instance, c->config->instance.name, sizeof(c->segment.instance));
    c->number = 0;
    c->queued = 0;
    char id[UUID_SIZE];
    uuid_format(id, &c->segment.id);
    log_debug("custody: segment %s begins%s", id, fresh ? ", in a new session" : "");
    if (fresh) {
        /* The store has to hear of it even when nothing comes: what was stored before cannot
         * come again after it. */
        custody_batch(c);
    }
}

mono_us
custody_keep_at(const struct custody *c)
{
    const struct outbox_batch *b = c->open;
    if (c->ready.length > 0) {
        return c->retry_keep;
    }
    bool puback = c->client != NULL && client_unacked(c->client) > 0;
    if (b == NULL) {
        return puback ? 0 : INT64_MAX; /* of messages that have no readings */
    }
    if (c->open_messages >= (puback ? GATHER_MESSAGES : BATCH_MESSAGES) ||
        b->records->len >= BATCH_RECORDS) {
        return 0;
    }
    return c->open_since + (puback ? GATHER_US : GATHER_IDLE_US);
}

/* ---- messages ---- */

/* From scratch into the batch; what need not be sent is left out. */
static void
add_records(struct custody *c, const struct message_id *id, bool again)
{
    struct outbox_batch *b = custody_batch(c);
    guint first = b->records->len;
    for (guint i = 0; i < c->scratch->len; i++) {
        struct record *r = &g_array_index(c->scratch, struct record, i);
        /* Number 0: the cache has not got this plant yet. */
        if (r->series != 0 && (c->report == NULL || report_wants(c->report, r))) {
            g_array_append_val(b->records, *r);
        } else if (r->text != NULL) {
            g_ref_string_release(r->text);
        }
    }
    g_array_set_size(c->scratch, 0);
    if (id != NULL) {
        outbox_batch_message(b, *id, first);
        redelivery_add(&c->redelivery, *id, again);
    }
}

void
custody_add(struct custody *c, const struct record *r)
{
    struct record copy = *r;
    if (copy.text != NULL) {
        g_ref_string_acquire(copy.text);
    }
    g_array_append_val(custody_batch(c)->records, copy);
    if (c->open->records->len >= BATCH_RECORDS) {
        custody_close_batch(c);
    }
}

static void
take_readings(struct custody *c, const struct decode_result *result)
{
    const struct component_state *components = model_components(c->model);
    for (size_t i = 0; i < result->n_readings; i++) {
        const struct reading *r = &result->readings[i].r;
        /* What the broker retains was delivered once before, when it was news. */
        bool known = r->component != COMPONENT_NONE && r->retained &&
                     components[r->component].ts != WALL_NONE;
        if (r->component != COMPONENT_NONE && !known) {
            guint first = c->scratch->len;
            model_apply(c->model, r, c->now, c->scratch);
            if (first < c->scratch->len) {
                custody_seam_live(c, &g_array_index(c->scratch, struct record, first));
            }
        }
    }
}

static void
take_message(void *user, const struct client_message *m)
{
    struct custody *c = user;
    struct message_id id = {.mid = m->mid};
    bool again = false;
    c->told.received++;
    if (m->qos > 0) {
        id.hash = redelivery_hash(m->topic, m->payload, m->len);
        again = redelivery_match(&c->redelivery, id, m->number);
    }
    if (!again && !g_str_has_prefix(m->topic, OWN_TOPICS)) { /* "#" hears us as well */
        struct decode_message message = {.topic = m->topic,
                                         .payload = m->payload,
                                         .len = m->len,
                                         .retain = m->retain,
                                         .received = c->now.wall};
        take_readings(c, decode_message(c->decoder, &message));
    }
    /* One that came again is noted anew: its PUBACK may get lost once more. A message without
     * readings may come twice. */
    if (again || c->scratch->len > 0) {
        add_records(c, m->qos > 0 ? &id : NULL, again);
        c->open_messages++;
    }
}

void
custody_tick(struct custody *c)
{
    /* What is computed here must not pile up while the disk takes nothing. */
    if (c->model == NULL || uuid_is_nil(&c->segment.id) || c->retry_keep > 0) {
        return;
    }
    model_tick(c->model, c->now, c->scratch);
    if (c->scratch->len > 0) {
        add_records(c, NULL, false);
    }
}

/* ---- the session ---- */

static void
take_connect(void *user, bool session_present)
{
    struct custody *c = user;
    if (session_present) {
        redelivery_connected(&c->redelivery);
    } else {
        redelivery_forget(&c->redelivery);
    }
    bool other =
        uuid_is_nil(&c->segment.id) || rank_compare(c->segment.rank, c->term.rank) != 0;
    if (other || !session_present) {
        custody_new_segment(c, !session_present);
    }
    if (c->seam_wanted) {
        custody_seam_begin(c);
        c->seam_wanted = false;
    }
    log_info("custody: the shared session \"%s\" is ours, %s", c->config->mqtt.ingest_id,
             session_present ? "with what waits in it" : "and new");
}

static void
take_disconnect(void *user, const char *why)
{
    struct custody *c = user;
    c->fell = true;
    log_warning("custody: lost the shared session: %s", why);
}

static void
take_confirmation(void *user, uint64_t number)
{
    struct custody *c = user;
    redelivery_confirm(&c->redelivery, number);
}

enum rc
custody_open_client(struct custody *c, struct err *err)
{
    struct client_config settings = {
        .client_id = c->config->mqtt.ingest_id,
        .user = c,
        .on_message = take_message,
        .on_connect = take_connect,
        .on_disconnect = take_disconnect,
        .on_confirmed = take_confirmation,
    };
    return sources_client(&c->client, c->config, &settings,
                          MAX(c->config->mqtt.keepalive, KEEPALIVE_S), false, err);
}

/* ---- plant and model ---- */

static void
learn_names(struct custody *c)
{
    const struct plant *plant = c->plant;
    for (uint32_t i = 0; i < plant->n_components; i++) {
        const struct component *p = &plant->components[i];
        if (p->series != 0 && !g_hash_table_contains(c->names, GUINT_TO_POINTER(p->series))) {
            struct series_name *name = g_new0(struct series_name, 1);
            name->station = g_strdup(plant->stations[p->station].uid);
            name->component = g_strdup(p->id);
            g_hash_table_insert(c->names, GUINT_TO_POINTER(p->series), name);
        }
    }
}

void
custody_use_plant(struct custody *c, struct plant *plant)
{
    plant_unref(c->plant);
    c->plant = plant_ref(plant);
    learn_names(c);
    decoder_set_plant(c->decoder, plant);
    if (c->model != NULL) {
        model_set_plant(c->model, plant, c->now);
    }
}

enum rc
custody_begin(struct custody *c, struct err *err)
{
    /* Others may have had the session since, and what we dropped without having kept it will
     * come again. What the store tells is added; what it does not know yet is compared when it
     * is sent there. */
    redelivery_forget(&c->redelivery);
    c->model = model_new(c->plant, c->now);
    if (c->config->postgres.exception) {
        c->report = report_new(c->config->postgres.report_s * US_PER_S);
    }
    return load_values(c->model, c->config->cache.path, c->now, err);
}

void
custody_end(struct custody *c)
{
    client_free(g_steal_pointer(&c->client));
    c->fell = false;
    custody_seam_end(c);
    model_free(g_steal_pointer(&c->model));
    report_free(g_steal_pointer(&c->report));
    g_clear_pointer(&c->open, outbox_batch_free);
    g_queue_clear_full(&c->ready, outbox_batch_free);
    c->open_messages = 0;
    c->numbered = c->more = false;
    c->retry_keep = 0;
    c->segment.id = (struct uuid){0};
}
