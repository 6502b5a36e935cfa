/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What conninfo says of the central store; nothing is connected to. */
#ifndef STORAGE_PG_PROBE_H
#define STORAGE_PG_PROBE_H

#include <stdbool.h>

#include "src/core/error.h"

/*
 * Parse conninfo without connecting. RC_INVALID: err says what is wrong with it.
 * *ret_has_password: it holds one, which belongs into PGPASSFILE or a service file.
 */
MUST_USE enum rc pg_probe_conninfo(const char *conninfo, bool *ret_has_password,
                                   struct err *err);

/*
 * The servers that conninfo names: addresses, names, directories of unix sockets; else what the
 * environment or a service file names, else none: the local socket. For g_strfreev(), never
 * NULL.
 */
char **pg_probe_hosts(const char *conninfo);

#endif
