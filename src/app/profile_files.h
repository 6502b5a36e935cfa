/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The payload profiles of this installation: the files *.ini that come with leitstand, then
 * those of the administrator's directory, each in the order of their names. A profile read
 * later replaces one of the same name.
 */
#ifndef SRC_APP_PROFILE_FILES_H
#define SRC_APP_PROFILE_FILES_H

#include "src/core/setting.h"
#include "src/decode/decode.h"

/*
 * dir: the administrator's, "" or NULL for none. Ended with profiles_free(). What is wrong
 * goes to problems; the result is then not to be used, but still to be freed.
 */
struct profiles *profile_files_load(const char *dir, struct problems *problems);

#endif
