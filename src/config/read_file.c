/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>

#include "src/config/config_private.h"

enum rc
config_read_file(const char *path, int max_mib, GString *ret, struct err *err)
{
    const size_t max = (size_t)max_mib * 1024 * 1024;
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return err_set(err, errno == ENOENT || errno == ENOTDIR ? RC_NOTFOUND : RC_IO,
                       "could not open \"%s\": %s", path, g_strerror(errno));
    }
    char part[65536];
    size_t n;
    while ((n = fread(part, 1, sizeof(part), file)) > 0 && ret->len <= max) {
        g_string_append_len(ret, part, (gssize)n);
    }
    int why = ferror(file) ? errno : 0;
    fclose(file);
    if (why != 0) {
        return err_set(err, RC_IO, "could not read \"%s\": %s", path, g_strerror(why));
    }
    if (ret->len > max) {
        return err_set(err, RC_INVALID, "\"%s\" is larger than %d MiB", path, max_mib);
    }
    return RC_OK;
}
