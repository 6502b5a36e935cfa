/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/commands.h"

static const struct command *const commands[] = {
    &command_decode, NULL, /* the end */
};

const struct command *const *
commands_all(size_t *ret_n)
{
    *ret_n = G_N_ELEMENTS(commands) - 1;
    return commands;
}
