/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `check` says about working together: of the configuration, and of a broker's limits. */
#ifndef SRC_APP_CHECK_LIMITS_H
#define SRC_APP_CHECK_LIMITS_H

#include "src/config/config.h"

/* One finding: "ok", "note" …, and a sentence. */
typedef void check_tell(const char *mark, const char *fmt, ...);

/* Options that are good by themselves and not together. */
void check_together(const struct config *c, check_tell *tell);

/* Be a client that is away, see src/mqtt/probe.h. Takes some seconds; the broker answers. */
void check_limits(const struct config *c, const char *password, check_tell *tell);

#endif
