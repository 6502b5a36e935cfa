/* SPDX-License-Identifier: GPL-3.0-or-later */
/* keys.ini of the user and of the administrator, as the screen takes them. */
#ifndef SRC_APP_KEY_FILES_H
#define SRC_APP_KEY_FILES_H

#include <stdbool.h>

#include "src/core/setting.h"

struct key_files {
    char *path[2]; /* the user's, the administrator's; neither need exist */
    struct settings settings[2];
    bool found[2];
};

/* What cannot be read is told in problems; the rest applies. */
void key_files_read(struct key_files *k, struct problems *problems);
void key_files_fini(struct key_files *k);

#endif
