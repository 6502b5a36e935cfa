/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that others wrote, read whole; and what is written behind what a file has. */
#ifndef SRC_CORE_FILE_H
#define SRC_CORE_FILE_H

#include <glib.h>

#include "src/core/error.h"

/*
 * All bytes of the file, at most max, behind what ret has. RC_NOTFOUND: there is none.
 * RC_INVALID: it is larger, or none that has an end: who opens a pipe waits for somebody who
 * writes, and a device may go on for ever. ret is as before then, as after RC_IO.
 */
MUST_USE enum rc file_read(GString *ret, const char *path, size_t max, struct err *err);

/*
 * Put these bytes behind what the file has, all of them and on the disk, or none. A file that is
 * not there is made, for its owner only; a symbolic link is refused. RC_IO.
 */
MUST_USE enum rc file_append(const char *path, const char *bytes, size_t len, struct err *err);

#endif
