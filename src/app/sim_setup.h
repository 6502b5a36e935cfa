/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A simulator on the places that come with leitstand: data/demo. */
#ifndef SRC_APP_SIM_SETUP_H
#define SRC_APP_SIM_SETUP_H

#include "src/app/sim.h"

/* config->places is filled in here. RC_NOTFOUND, RC_INVALID: the places are missing, broken. */
MUST_USE enum rc sim_setup(struct sim **ret, const struct sim_config *config, struct err *err);

/* Write the plant's CSV files to dir. */
MUST_USE enum rc sim_write_plant(const struct sim *sim, const char *dir, struct err *err);

#endif
