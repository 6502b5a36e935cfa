/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/commands.h"

/* clang-format off: a line each */
static const struct cli_command *const commands[] = {
    &command_decode,
    &command_stations,
    &command_components,
    &command_readings,
};
/* clang-format on */

const struct cli_command *const *
commands_all(size_t *ret_n)
{
    *ret_n = G_N_ELEMENTS(commands);
    return commands;
}
