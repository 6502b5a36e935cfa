/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of commands: each is declared here and listed in commands.c. */
#ifndef SRC_APP_COMMANDS_H
#define SRC_APP_COMMANDS_H

#include "src/app/cli.h"

extern const struct cli_command command_console;
extern const struct cli_command command_run;
extern const struct cli_command command_demo;
extern const struct cli_command command_simulate;
extern const struct cli_command command_status;
extern const struct cli_command command_check;
extern const struct cli_command command_decode;
extern const struct cli_command command_plant_import;
extern const struct cli_command command_plant_export;
extern const struct cli_command command_db_init;
extern const struct cli_command command_db_migrate;
extern const struct cli_command command_db_status;
extern const struct cli_command command_stations;
extern const struct cli_command command_components;
extern const struct cli_command command_readings;
extern const struct cli_command command_alarms;
extern const struct cli_command command_journal;
extern const struct cli_command command_kpi;
extern const struct cli_command command_ack;
extern const struct cli_command command_shelve;
extern const struct cli_command command_unshelve;
extern const struct cli_command command_reset;
extern const struct cli_command command_maintenance;
extern const struct cli_command command_alarm_test;
extern const struct cli_command command_handover;
extern const struct cli_command command_quarantine_list;
extern const struct cli_command command_quarantine_retry;
extern const struct cli_command command_quarantine_drop;

/* In the order of --help. */
const struct cli_command *const *commands_all(size_t *ret_n);
/* What it and those behind it are for, N_(); NULL: the same as the one before it. */
const char *commands_heading(const struct cli_command *command);

#endif
