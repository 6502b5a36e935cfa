/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/sources.h"

#include "src/app/load.h"
#include "src/core/log.h"
#include "src/mqtt/filter.h"

static void
tell_overlaps(const struct client_filter *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++) {
            if (!filter_disjoint(list[i].filter, list[j].filter)) {
                log_warning(
                    "topic filters \"%s\" and \"%s\" overlap: a broker may deliver what "
                    "matches both twice",
                    list[j].filter, list[i].filter);
            }
        }
    }
}

static struct client_filter *
make_filters(const struct config *config, bool tell, size_t *ret_n)
{
    struct client_filter *list = g_new0(struct client_filter, config->n_sources + 1);
    for (size_t i = 0; i < config->n_sources; i++) {
        /* With QoS 2 the library answers PUBREC before we have committed; QoS 1 and our own
         * memory of what is stored give what QoS 2 only promises. */
        list[i] =
            (struct client_filter){config->sources[i].filter, MIN(config->sources[i].qos, 1)};
    }
    *ret_n = filter_reduce(list, config->n_sources);
    if (tell) {
        tell_overlaps(list, *ret_n);
    }
    return list;
}

enum rc
sources_decoder(struct decoder **ret, const struct config *config,
                const struct profiles *profiles, struct plant *plant, struct err *err)
{
    struct decode_route *routes = g_new0(struct decode_route, config->n_sources + 1);
    for (size_t i = 0; i < config->n_sources; i++) {
        routes[i] =
            (struct decode_route){config->sources[i].filter, config->sources[i].profile};
    }
    struct decode_config settings = {
        .profiles = profiles,
        .routes = routes,
        .n_routes = config->n_sources,
        .timezone = *config->instance.timezone != '\0' ? config->instance.timezone : NULL,
    };
    enum rc rc = decoder_new(ret, &settings, plant, err);
    g_free(routes);
    return rc;
}

enum rc
sources_client(struct client **ret, const struct config *config,
               const struct client_config *what, int keepalive_s, bool tell, struct err *err)
{
    char *password = NULL;
    enum rc rc = config_read_password(config, &password, err);
    if (rc != RC_OK) {
        return rc;
    }
    struct client_config settings = *what;
    struct client_filter *list = make_filters(config, tell, &settings.n_filters);
    settings.filters = list;
    settings.endpoint = load_endpoint(config, password);
    if (keepalive_s > 0) {
        settings.endpoint.keepalive_s = keepalive_s;
    }
    rc = client_new(ret, &settings, err);
    if (password != NULL) {
        explicit_bzero(password, strlen(password));
    }
    g_free(password);
    g_free(list);
    return rc;
}
