/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/reserve.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define RESERVE_BYTES (INT64_C(8) << 20)  /* twice the log as it mostly is */
#define ROOMY_BYTES   (3 * RESERVE_BYTES) /* it must not be what fills the disk */

static char *
name_of(const char *path)
{
    return g_strconcat(path, ".reserve", NULL);
}

static bool
is_roomy(const char *path)
{
    struct statvfs fs;
    char *dir = g_path_get_dirname(path);
    bool roomy = statvfs(dir, &fs) == 0 && (uint64_t)fs.f_bavail * fs.f_frsize >= ROOMY_BYTES;
    g_free(dir);
    return roomy;
}

bool
reserve_make(const char *path)
{
    if (!is_roomy(path)) {
        return false;
    }
    char *name = name_of(path);
    int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
    bool made = fd >= 0 && posix_fallocate(fd, 0, RESERVE_BYTES) == 0;
    if (fd >= 0) {
        close(fd);
    }
    if (fd >= 0 && !made) {
        unlink(name);
    }
    g_free(name);
    return made;
}

void
reserve_release(const char *path)
{
    char *name = name_of(path);
    unlink(name);
    g_free(name);
}
