/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/ingest.h"

#include "src/app/own_topic.h"

void
ingest_init(struct ingest *in, struct cache *cache, struct decoder *decoder,
            struct model *model, struct alarming *alarming, struct outgoing *outgoing)
{
    *in = (struct ingest){.cache = cache,
                          .alarming = alarming,
                          .outgoing = outgoing,
                          .decoder = decoder,
                          .model = model};
    redelivery_init(&in->redelivery);
    strays_init(&in->strays);
    GArray *ring = cache_ring(cache);
    for (guint i = 0; i < ring->len; i++) {
        redelivery_load(&in->redelivery, g_array_index(ring, struct message_id, i));
    }
    g_array_unref(ring);
}

void
ingest_fini(struct ingest *in)
{
    decoder_free(in->decoder);
    model_free(in->model);
    redelivery_fini(&in->redelivery);
    strays_fini(&in->strays);
}

size_t
ingest_waiting(const struct ingest *in)
{
    const struct batch *b = in->batch;
    size_t changes = alarming_changed(in->alarming) + outgoing_waiting(in->outgoing);
    return changes + (b == NULL
                          ? 0
                          : b->records->len + b->messages->len + b->followed->len +
                                b->actions->len + b->handled->len +
                                !alarm_changes_empty(&b->alarms) + (b->change_cursor != 0) +
                                (b->plant_version != 0) + (b->heard_since != 0));
}

struct batch *
ingest_batch(struct ingest *in, struct now now)
{
    if (in->batch == NULL) {
        in->batch = cache_new_batch(in->cache);
    }
    if (in->forget_ring) {
        in->batch->forget_ring = true;
        in->forget_ring = false;
    }
    if (ingest_waiting(in) == 0) {
        in->batch_since = now.mono;
    }
    return in->batch;
}

static void
put_batch(struct ingest *in, struct batch *b)
{
    b->ring_keep = (uint32_t)redelivery_count(&in->redelivery);
    in->put = cache_put(in->cache, b);
    outgoing_put(in->outgoing, in->put);
    in->batch = NULL;
}

static void
put(struct ingest *in)
{
    if (in->batch == NULL) {
        in->batch = cache_new_batch(in->cache); /* timers and operators change alarms, too */
    }
    struct batch *b = in->batch;
    if (!in->alarming->following) {
        alarming_take(in->alarming, &b->alarms);
        outgoing_fill(in->outgoing, b, in->alarming->kept);
    }
    put_batch(in, b);
}

/* What others decided does not become ours, also while we decide. */
void
ingest_follow(struct ingest *in, struct alarm_changes *changes, const GArray *marks,
              int64_t cursor, struct now now)
{
    if (!in->alarming->following) {
        ingest_put(in);
    }
    struct batch *b = ingest_batch(in, now);
    alarm_changes_move(&b->alarms, changes);
    g_array_append_vals(b->followed, marks->data, marks->len);
    if (cursor != 0) {
        b->change_cursor = cursor;
    }
    if (!in->alarming->following) {
        put_batch(in, b);
    }
}

void
ingest_put(struct ingest *in)
{
    if (ingest_waiting(in) > 0 || (in->batch != NULL && in->batch->forget_ring)) {
        put(in);
    }
}

void
ingest_flush(struct ingest *in)
{
    if (in->batch != NULL || ingest_waiting(in) > 0) {
        put(in); /* an empty one, too: the cache frees it */
    }
}

bool
ingest_committed(const struct ingest *in)
{
    return ingest_waiting(in) == 0 && cache_committed(in->cache) >= in->put;
}

void
ingest_confirmed(struct ingest *in, uint64_t number)
{
    redelivery_confirm(&in->redelivery, number);
}

void
ingest_connected(struct ingest *in, bool session_present)
{
    if (session_present) {
        redelivery_connected(&in->redelivery);
        return;
    }
    redelivery_forget(&in->redelivery);
    ingest_put(in); /* identities of the old session must not follow the order to forget */
    in->forget_ring = true;
}

static void
take_readings(struct ingest *in, const struct decode_result *result, bool unbuffered,
              struct now now)
{
    struct batch *b = ingest_batch(in, now);
    for (size_t i = 0; i < result->n_readings; i++) {
        const struct reading *r = &result->readings[i].r;
        if (r->component != COMPONENT_NONE) {
            guint first = b->records->len;
            model_apply(in->model, r, now, b->records);
            alarming_readings(in->alarming, in->model, r, b->records, first, now);
            in->readings++;
            if (unbuffered) {
                custody_heard(in->custody,
                              model_plant(in->model)->components[r->component].series);
            }
        }
    }
}

static void
take_strays(struct ingest *in, const struct decode_result *result,
            const struct client_message *m, struct now now)
{
    for (size_t i = 0; i < result->n_unknown; i++) {
        const struct decode_unknown *u = &result->unknown[i];
        strays_add_unknown(&in->strays, u->station, u->id, u->value, m->topic, now.wall);
    }
    /* Unknown ids stand among the rejected as well, but they have a list of their own. */
    if (result->n_rejected <= result->n_unknown) {
        return;
    }
    in->rejected += result->n_rejected - result->n_unknown;
    for (size_t i = 0; i < result->n_rejected; i++) {
        const char *reason = result->rejected[i].reason;
        if (strcmp(reason, "unknown id") != 0) {
            strays_add_rejected(&in->strays, m->topic, reason, m->payload, m->len, now.wall);
            return;
        }
    }
}

static void
take_result(struct ingest *in, const struct decode_result *result,
            const struct client_message *m, struct now now)
{
    for (size_t i = 0; i < result->n_heard && !m->retain; i++) {
        model_heard(in->model, result->heard[i], now);
    }
    if (result->will_station != STATION_NONE) {
        model_will(in->model, result->will_station, result->will_offline, now);
    }
    if (result->clock_measured && result->clock_station != STATION_NONE) {
        model_clock_offset(in->model, result->clock_station, result->clock_offset_us);
    }
    if (result->n_readings > 0) {
        bool unbuffered = in->custody != NULL && m->qos == 0 && !m->retain;
        take_readings(in, result, unbuffered, now);
    }
    if (result->n_rejected > 0 || result->n_unknown > 0) {
        take_strays(in, result, m, now);
    }
}

void
ingest_message(struct ingest *in, const struct client_message *m, struct now now)
{
    struct message_id id = {.mid = m->mid};
    bool again = false;
    in->received++;
    if (m->qos > 0) {
        id.hash = redelivery_hash(m->topic, m->payload, m->len);
        again = redelivery_match(&in->redelivery, id, m->number);
    }
    if (g_str_has_prefix(m->topic, OWN_TOPICS)) {
        return; /* a source of "#" hears us and our peers as well */
    }
    size_t before = ingest_waiting(in);
    if (again) {
        in->redelivered++;
        ingest_batch(in, now);
    } else {
        struct decode_message message = {.topic = m->topic,
                                         .payload = m->payload,
                                         .len = m->len,
                                         .retain = m->retain,
                                         .received = now.wall};
        take_result(in, decode_message(in->decoder, &message), m, now);
    }
    /* The identity goes into the transaction of the readings. One that came again is kept anew:
     * its PUBACK may get lost once more. A message without readings may come twice. */
    if (m->qos > 0 && (again || ingest_waiting(in) > before)) {
        g_array_append_val(in->batch->messages, id);
        redelivery_add(&in->redelivery, id, again);
    }
}

void
ingest_tick(struct ingest *in, struct now now)
{
    GArray *records = ingest_batch(in, now)->records;
    guint before = records->len;
    model_tick(in->model, now, records);
    alarming_tick(in->alarming, in->model, records, before, now);
    if (cache_has_room(in->cache)) {
        return;
    }
    /* The disk does not take anything: what is computed here once a second must not pile up in
     * memory for as long as that lasts. The next total says it all. */
    for (guint i = before; i < records->len; i++) {
        struct record *r = &g_array_index(records, struct record, i);
        if (r->text != NULL) {
            g_ref_string_release(r->text);
        }
    }
    g_array_set_size(records, before);
}

void
ingest_set_plant(struct ingest *in, struct plant *plant, struct now now)
{
    decoder_set_plant(in->decoder, plant);
    model_set_plant(in->model, plant, now);
    alarming_set_plant(in->alarming, in->model, now);
    strays_settle(&in->strays, plant);
}
