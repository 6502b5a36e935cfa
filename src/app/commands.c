/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/commands.h"

#include "src/core/i18n.h"

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
    &command_db_init,
    &command_db_migrate,
    &command_db_status,
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
    &command_handover,
    &command_quarantine_list,
    &command_quarantine_retry,
    &command_quarantine_drop,
};
/* clang-format on */

const char *
commands_heading(const struct cli_command *command)
{
    static const struct {
        const struct cli_command *first;
        const char *heading;
    } headings[] = {
        {&command_console, N_("to watch")},
        {&command_check, N_("to set up")},
        {&command_status, N_("to ask")},
        {&command_ack, N_("to act")},
        {&command_quarantine_list, N_("what the store refused")},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(headings); i++) {
        if (headings[i].first == command) {
            return headings[i].heading;
        }
    }
    return NULL;
}

const struct cli_command *const *
commands_all(size_t *ret_n)
{
    *ret_n = G_N_ELEMENTS(commands);
    return commands;
}
