/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/stored.h"

#include "src/app/cli.h"
#include "src/app/load.h"

static struct plant *
empty_plant(void)
{
    struct plant_builder b;
    struct plant *plant = NULL;
    plant_builder_init(&b);
    enum rc rc = plant_builder_finish(&b, &plant, NULL);
    g_assert(rc == RC_OK); /* nothing cannot be wrong */
    plant_builder_fini(&b);
    return plant;
}

int
stored_read_dir(struct plant **ret, const char *dir)
{
    struct problems problems;
    struct err err = {0};
    problems_init(&problems);
    enum rc rc = load_plant_dir(ret, dir, &problems, &err);
    cli_problems(&problems);
    if (rc != RC_OK && problems.n == 0) {
        cli_error("%s", err.text);
    }
    problems_fini(&problems);
    return rc == RC_OK ? CLI_DONE : CLI_USAGE;
}

/* RC_NOTFOUND: there is no cache. */
static enum rc
open_cache(struct stored *s, const char *path, struct err *err)
{
    enum rc rc = query_open(&s->query, path, err);
    if (rc == RC_OK) {
        rc = query_plant(s->query, &s->plant, NULL, err);
    }
    return rc;
}

int
stored_open(struct stored *ret, const struct config *config, bool from_dir)
{
    struct stored s = {0};
    struct err err = {0};
    enum rc rc = open_cache(&s, config->cache.path, &err);
    if (rc != RC_OK && rc != RC_NOTFOUND) {
        cli_error("%s", err.text);
        stored_close(&s);
        return CLI_FAILED;
    }
    bool none = s.plant == NULL || s.plant->n_stations == 0;
    if (none && from_dir && *config->plant.dir != '\0') {
        plant_unref(s.plant);
        s.plant = NULL;
        int status = stored_read_dir(&s.plant, config->plant.dir);
        if (status != CLI_DONE) {
            stored_close(&s);
            return status;
        }
    }
    if (s.plant == NULL) {
        s.plant = empty_plant();
    }
    *ret = s;
    return CLI_DONE;
}

void
stored_close(struct stored *s)
{
    query_close(s->query);
    plant_unref(s->plant);
    *s = (struct stored){0};
}

struct gathering {
    GHashTable *series;
    struct record *latest;
};

static bool
keep_latest(const struct record *r, void *user)
{
    struct gathering *g = user;
    guint place = GPOINTER_TO_UINT(g_hash_table_lookup(g->series, GUINT_TO_POINTER(r->series)));
    if (place != 0) {
        struct record *to = &g->latest[place - 1];
        g_clear_pointer(&to->text, g_ref_string_release);
        *to = *r;
        to->text = r->text != NULL ? g_ref_string_acquire(r->text) : NULL;
    }
    return true;
}

enum rc
stored_latest(const struct stored *s, struct record **ret, struct err *err)
{
    struct gathering g = {.latest = g_new0(struct record, s->plant->n_components + 1)};
    enum rc rc = RC_OK;
    if (s->query != NULL) {
        g.series = stored_series(s);
        rc = query_latest(s->query, keep_latest, &g, err);
        g_hash_table_unref(g.series);
    }
    if (rc != RC_OK) {
        stored_free_latest(s, g.latest);
        return rc;
    }
    *ret = g.latest;
    return RC_OK;
}

void
stored_free_latest(const struct stored *s, struct record *latest)
{
    for (uint32_t i = 0; i < s->plant->n_components; i++) {
        g_clear_pointer(&latest[i].text, g_ref_string_release);
    }
    g_free(latest);
}

GHashTable *
stored_series(const struct stored *s)
{
    GHashTable *series = g_hash_table_new(NULL, NULL);
    for (uint32_t i = 0; i < s->plant->n_components; i++) {
        uint32_t number = s->plant->components[i].series;
        if (number != 0) {
            g_hash_table_insert(series, GUINT_TO_POINTER(number), GUINT_TO_POINTER(i + 1));
        }
    }
    return series;
}
