/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by the files of src/config only. */
#ifndef SRC_CONFIG_CONFIG_PRIVATE_H
#define SRC_CONFIG_CONFIG_PRIVATE_H

#include "src/config/config.h"

#define CONFIG_NAME_MAX                                                                        \
    60 /* bytes of an instance's name: it stands in topics and file names                      \
        */

/* Fill in the defaults that depend on the host, the user or other options. */
void config_compute(struct config *c);

/* NULL when text is a value of this option, stored then; else what it is not. base: a struct
 * config, or a struct config_source; a path is seen from the directory of file. */
char *config_store(void *base, const struct option *o, const char *file, const char *text);

/* What no single option can know: pairs that need or exclude each other. */
void config_check(const struct config *c, const struct settings *settings,
                  struct problems *problems);

#endif
