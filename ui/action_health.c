/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/core/i18n.h"
#include "ui/keymap.h"
#include "ui/health.h"
#include "ui/keys.h"

/* What is done in the view of the system's own health. */
static const struct action health_actions[] = {
    {"part",
     N_("open the selected part, with all there is to say of it"),
     N_("open"),
     {ENTER, K(KEY_ENTER), '\n'},
     PLACE_HEALTH,
     why_no_part,
     action_part,
     NULL},
    {"clocks",
     N_("clocks of all stations, or only those that are off"),
     N_("all clocks"),
     {'v'},
     PLACE_HEALTH,
     NULL,
     action_clocks,
     NULL},
};
const struct action_group health_group = {health_actions, (int)G_N_ELEMENTS(health_actions)};
