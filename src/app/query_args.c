/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/query_args.h"

#include "src/core/alarm.h"

int
asking_open(struct asking *a, const struct cli *cli, const struct query_args *args)
{
    *a = (struct asking){.args = args, .now = cli->started.wall};
    int status = cli_config(cli, &a->config);
    return status == CLI_DONE ? stored_open(&a->stored, a->config, true) : status;
}

void
asking_close(struct asking *a)
{
    stored_close(&a->stored);
    config_free(a->config);
}

bool
asking_has_cache(const struct asking *a)
{
    if (a->stored.query == NULL) {
        cli_error(_("there is no cache \"%s\": no instance has run here yet"),
                  a->config->cache.path);
    }
    return a->stored.query != NULL;
}

int
asking_conclude(const struct asking *a, size_t n)
{
    const struct plant *plant = a->stored.plant;
    const char *station = a->args->station;
    if (n > 0) {
        return CLI_DONE;
    }
    if (a->args->central) { /* it may know what the plant of today does not */
        cli_error("%s", _("nothing matched"));
    } else if (station != NULL && strcmp(station, ALARM_SYSTEM) != 0 &&
               plant_find_station(plant, station) == STATION_NONE) {
        cli_error(_("there is no station \"%s\""), station);
    } else if (plant->n_stations == 0) {
        cli_error("%s", _("there is no plant yet: neither in the cache nor as [plant] dir"));
    } else {
        cli_error("%s", _("nothing matched"));
    }
    return CLI_FAILED;
}

bool
query_wants(const struct query_args *args, const struct plant *plant, const struct component *c)
{
    return (args->station == NULL ||
            strcmp(args->station, plant->stations[c->station].uid) == 0) &&
           (args->component == NULL || strcmp(args->component, c->id) == 0);
}

void
query_put_value(struct rows *rows, const struct record *r)
{
    if (r->text != NULL) {
        rows_text(rows, r->text);
    } else {
        rows_number(rows, r->num);
    }
}
