/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `leitstand --paths`: the files and directories that apply, one a line. */
#ifndef SRC_APP_PATHS_TELL_H
#define SRC_APP_PATHS_TELL_H

#include "src/app/cli.h"

/* To stdout; returns the exit status. */
int paths_tell(const struct cli *cli);

#endif
