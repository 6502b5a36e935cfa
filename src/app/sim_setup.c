/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/sim_setup.h"

#include "src/app/paths.h"
#include "src/config/plant_csv.h"

enum rc
sim_setup(struct sim **ret, const struct sim_config *config, struct err *err)
{
    char *dir = paths_data("demo");
    struct problems problems;
    problems_init(&problems);
    struct plant *places;
    enum rc rc = plant_csv_read(&places, dir, &problems, err);
    if (rc == RC_INVALID && problems.n > 0) {
        err_set(err, rc, "%s", problems.list[0]); /* our own file: one is enough */
    }
    if (rc == RC_OK) {
        struct sim_config with_places = *config;
        with_places.places = places;
        rc = sim_new(ret, &with_places, err);
        plant_unref(places);
    }
    problems_fini(&problems);
    g_free(dir);
    return rc;
}

enum rc
sim_write_plant(const struct sim *sim, const char *dir, struct err *err)
{
    struct plant *plant = sim_plant(sim);
    enum rc rc = plant_csv_write(plant, dir, err);
    plant_unref(plant);
    return rc;
}
