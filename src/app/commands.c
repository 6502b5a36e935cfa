/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/commands.h"

/* A line each, in the order of --help. */
/* clang-format off */
static const struct cli_command *const commands[] = {
    &command_console,
    &command_run,
    &command_demo,
    &command_simulate,
    &command_check,
    &command_decode,
    &command_plant_import,
    &command_plant_export,
    &command_status,
    &command_stations,
    &command_components,
    &command_readings,
    &command_alarms,
    &command_journal,
    &command_kpi,
    &command_ack,
    &command_shelve,
    &command_unshelve,
    &command_reset,
    &command_maintenance,
    &command_alarm_test,
    &command_quarantine_list,
    &command_quarantine_retry,
    &command_quarantine_drop,
};
/* clang-format on */

const struct cli_command *const *
commands_all(size_t *ret_n)
{
    *ret_n = G_N_ELEMENTS(commands);
    return commands;
}
