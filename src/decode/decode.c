/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The decoder: which profile a message belongs to, and which of its rules fits. */
#include "src/decode/decode.h"

#include "src/decode/work.h"

struct route {
    char *filter;
    const struct profile *profile;
    bool fallback; /* named by a profile, not by the configuration */
    size_t order;
};

static gint
compare_routes(gconstpointer a, gconstpointer b)
{
    const struct route *x = a, *y = b;
    if (x->fallback != y->fallback) {
        return x->fallback ? 1 : -1;
    }
    int by = topic_filter_compare(x->filter, y->filter);
    return by != 0 ? by : (x->order > y->order) - (x->order < y->order);
}

static void
add_route(GArray *routes, const char *filter, const struct profile *profile, bool fallback)
{
    struct route route = {g_strdup(filter), profile, fallback, routes->len};
    g_array_append_val(routes, route);
}

static enum rc
make_routes(struct decoder *d, const struct decode_config *config, struct err *err)
{
    GArray *routes = g_array_new(FALSE, TRUE, sizeof(struct route));
    enum rc rc = RC_OK;
    for (size_t i = 0; i < config->n_routes && rc == RC_OK; i++) {
        const struct decode_route *route = &config->routes[i];
        const struct profile *profile = profiles_find(d->profiles, route->profile);
        if (profile == NULL) {
            rc = err_set(err, RC_INVALID, "there is no payload profile \"%s\"", route->profile);
        } else if (!topic_filter_valid(route->filter)) {
            rc = err_set(err, RC_INVALID, "\"%s\" is no topic filter", route->filter);
        } else {
            add_route(routes, route->filter, profile, false);
        }
    }
    for (guint i = 0; i < d->profiles->list->len; i++) {
        const struct profile *profile = d->profiles->list->pdata[i];
        for (size_t k = 0; profile->topics[k] != NULL; k++) {
            add_route(routes, profile->topics[k], profile, true);
        }
    }
    g_array_sort(routes, compare_routes);
    d->n_routes = routes->len;
    d->routes = (struct route *)(void *)g_array_free(routes, FALSE);
    return rc;
}

enum rc
decoder_new(struct decoder **ret, const struct decode_config *config, struct plant *plant,
            struct err *err)
{
    struct decoder *d = g_new0(struct decoder, 1);
    enum rc rc = RC_OK;
    d->profiles = config->profiles;
    d->adopt = config->adopt;
    d->doc = jdoc_new();
    sink_init(&d->sink);
    life_init(&d->life);
    decoder_set_plant(d, plant);
    if (!zone_open(&d->zone, config->timezone)) {
        rc = err_set(err, RC_INVALID, "there is no time zone \"%s\"", config->timezone);
    } else {
        rc = make_routes(d, config, err);
    }
    if (rc == RC_OK && config->force_profile != NULL) {
        d->forced = profiles_find(d->profiles, config->force_profile);
        if (d->forced == NULL) {
            rc = err_set(err, RC_INVALID, "there is no payload profile \"%s\"",
                         config->force_profile);
        }
    }
    if (rc != RC_OK) {
        decoder_free(d);
        return rc;
    }
    *ret = d;
    return RC_OK;
}

void
decoder_free(struct decoder *d)
{
    if (d == NULL) {
        return;
    }
    for (size_t i = 0; i < d->n_routes; i++) {
        g_free(d->routes[i].filter);
    }
    g_free(d->routes);
    jdoc_free(d->doc);
    sink_fini(&d->sink);
    life_fini(&d->life);
    zone_close(&d->zone);
    g_free(d->clocks);
    plant_unref(d->plant);
    g_free(d);
}

void
decoder_set_plant(struct decoder *d, struct plant *plant)
{
    uint32_t n = plant == NULL ? 0 : plant->n_stations;
    struct station_clock *clocks = g_new0(struct station_clock, n + 1);
    for (uint32_t i = 0; d->plant != NULL && i < n; i++) {
        uint32_t old = plant_find_station(d->plant, plant->stations[i].uid);
        if (old != STATION_NONE) {
            clocks[i] = d->clocks[old];
        }
    }
    life_set_plant(&d->life, d->plant, plant);
    sink_stations(&d->sink, n);
    g_free(d->clocks);
    d->clocks = clocks;
    struct plant *before = d->plant;
    d->plant = plant == NULL ? NULL : plant_ref(plant);
    plant_unref(before);
}

static const struct profile *
find_profile(const struct decoder *d, const char *topic)
{
    if (d->forced != NULL) {
        return d->forced;
    }
    for (size_t i = 0; i < d->n_routes; i++) {
        if (topic_filter_matches(d->routes[i].filter, topic)) {
            return d->routes[i].profile;
        }
    }
    return NULL;
}

static bool
has_type(const struct jnode *node, unsigned types)
{
    return (types & 1u << node->type) != 0;
}

/* A "*" among the tokens stands for any child. */
static bool
condition_holds(const struct condition *c, size_t at, const struct jdoc *doc,
                const struct jnode *node, bool fold)
{
    const struct pointer *p = &c->pointer;
    if (at == p->n + (p->each ? 1 : 0)) {
        return has_type(node, c->types);
    }
    if (node->type != J_OBJECT && node->type != J_ARRAY) {
        return false;
    }
    bool any = at == p->n || strcmp(p->tokens[at], "*") == 0;
    if (!any) {
        const struct jnode *child = jdoc_member(doc, node, p->tokens[at], p->len[at], fold);
        return child != NULL && condition_holds(c, at + 1, doc, child, fold);
    }
    const struct jnode *child = node + 1;
    for (uint32_t i = 0; i < node->len; i++) {
        if (condition_holds(c, at + 1, doc, child, fold)) {
            return true;
        }
        child = doc->nodes + child->next;
    }
    return false;
}

/* What the payload is, found out once. */
struct payload {
    const struct jnode *json; /* NULL: it is no JSON */
    struct jnode text;        /* when it is one value and not a structure */
    bool is_text;
};

static void
read_payload(struct decoder *d, const struct decode_message *m, struct payload *ret)
{
    const char *p = m->payload;
    size_t len = m->len;
    *ret = (struct payload){0};
    if (jdoc_parse(d->doc, m->payload, m->len)) {
        ret->json = &d->doc->nodes[0];
        ret->is_text = ret->json->type != J_OBJECT && ret->json->type != J_ARRAY;
        ret->text = *ret->json;
        return;
    }
    while (len > 0 && g_ascii_isspace(*p)) {
        p++;
        len--;
    }
    bool structured = len > 0 && strchr("{[\"", *p) != NULL && *p != '\0';
    ret->is_text = !structured && g_utf8_validate(p, (gssize)len, NULL);
    ret->text = (struct jnode){.type = J_TEXT, .text = p, .len = (uint32_t)len, .next = 1};
}

static bool
rule_fits(const struct rule *r, const struct jdoc *doc, const struct payload *payload,
          const struct topic_levels *topic)
{
    if (r->topic != NULL && !topic_pattern_matches(r->topic, topic)) {
        return false;
    }
    if (r->use != NULL) {
        return true;
    }
    if (r->text_payload ? !payload->is_text : payload->json == NULL) {
        return false;
    }
    for (size_t i = 0; i < r->n_match; i++) {
        if (!condition_holds(&r->match[i], 0, doc, payload->json, r->fold)) {
            return false;
        }
    }
    return true;
}

/* The first rule that fits, here or in a profile that is used, and whose it is. */
static const struct rule *
find_rule(const struct profile *profile, const struct jdoc *doc, const struct payload *payload,
          const struct topic_levels *topic, int depth, const struct profile **ret_profile)
{
    for (size_t i = 0; i < profile->n_rules; i++) {
        const struct rule *r = &profile->rules[i];
        if (!rule_fits(r, doc, payload, topic)) {
            continue;
        }
        if (r->use == NULL) {
            *ret_profile = profile;
            return r;
        }
        const struct rule *used =
            depth == 0 ? NULL : find_rule(r->use, doc, payload, topic, depth - 1, ret_profile);
        if (used != NULL) {
            return used;
        }
    }
    return NULL;
}

static const char *
word_of(struct work *w, const struct sources *sources)
{
    struct found found = {0};
    const struct jnode *node = work_find(w, sources, w->root, &found);
    return node == NULL || node->type != J_TEXT || node->len == 0
               ? NULL
               : sink_text(&w->d->sink, node->text, node->len, PLANT_ID_MAX + 1);
}

static void
tell_health(struct work *w)
{
    struct decode_result *result = &w->d->sink.result;
    result->health = word_of(w, &w->rule->health);
    if (result->health == NULL) {
        sink_reject(&w->d->sink, "", "health missing");
    }
}

static void
tell_alarm(struct work *w)
{
    struct decode_result *result = &w->d->sink.result;
    const struct rule *r = w->rule;
    const char *severity = word_of(w, &r->severity);
    if (severity == NULL) {
        sink_reject(&w->d->sink, "", "severity missing");
        return;
    }
    for (size_t i = 0; i < r->n_states; i++) {
        const struct alarm_state_rule *state = &r->states[i];
        const struct jnode *node =
            state->any ? w->root : pointer_find(&state->pointer, w->d->doc, w->root, r->fold);
        if (node != NULL && node->type != J_NULL) {
            result->alarm_severity = severity;
            result->alarm_state = state->state;
            return;
        }
    }
    sink_reject(&w->d->sink, "", "no state of an alarm");
}

static void
tell_write(struct work *w)
{
    struct sink *s = &w->d->sink;
    const char *at = w->rule->n_match == 0 ? "" : w->rule->match[0].pointer.text;
    const char *wild = strstr(at, "/*");
    s->result.write_request = true;
    sink_reject(s, wild == NULL ? at : sink_printf(s, "%.*s", (int)(wild - at), at),
                "write request, not a measurement");
}

static void
follow_rule(struct work *w)
{
    switch (w->rule->result) {
    case RESULT_READINGS:
        work_entries(w);
        break;
    case RESULT_HEALTH:
        tell_health(w);
        break;
    case RESULT_ALARM:
        tell_alarm(w);
        break;
    case RESULT_WRITE:
        tell_write(w);
        break;
    case RESULT_LIFE:
        work_will(w);
        break;
    }
}

/* Reasons that concern the message as a whole; NULL when there is none. */
static const char *
unusable(const struct decode_message *m, struct topic_levels *ret_levels)
{
    if (m->len > DECODE_PAYLOAD_MAX) {
        return "payload too large";
    }
    if (m->len == 0) {
        return "payload empty";
    }
    return topic_split(ret_levels, m->topic) ? NULL : "topic too deep";
}

static void
decode_with(struct decoder *d, const struct decode_message *m, const struct profile *profile)
{
    struct sink *s = &d->sink;
    struct topic_levels levels;
    struct payload payload;
    const char *reason = unusable(m, &levels);
    if (reason != NULL) {
        sink_reject(s, "", reason);
        return;
    }
    read_payload(d, m, &payload);
    const struct rule *rule =
        find_rule(profile, d->doc, &payload, &levels, PROFILE_USE_DEPTH, &profile);
    if (rule == NULL) {
        sink_reject(s, "",
                    payload.json == NULL ? sink_printf(s, "not JSON: %s", d->doc->why)
                                         : "no rule of the profile fits");
        return;
    }
    s->result.profile = profile->name;
    struct work w = {.d = d, .message = m, .topic = &levels, .rule = rule};
    w.root = rule->text_payload ? &payload.text : payload.json;
    follow_rule(&w);
}

const struct decode_result *
decode_message(struct decoder *d, const struct decode_message *m)
{
    struct sink *s = &d->sink;
    sink_begin(s);
    const struct profile *profile = find_profile(d, m->topic);
    if (profile == NULL) {
        sink_reject(s, "", "no profile for this topic");
        return &s->result;
    }
    s->result.profile = profile->name;
    decode_with(d, m, profile);
    return &s->result;
}
