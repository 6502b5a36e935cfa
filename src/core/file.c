/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/core/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/core/i18n.h"

/* 0, or an errno. Up to a byte more than max is read. */
static int
read_all(GString *to, int fd, size_t max)
{
    char part[65536];
    for (size_t left = max + 1; left > 0;) {
        ssize_t n = read(fd, part, MIN(left, sizeof(part)));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return n == 0 ? 0 : errno;
        }
        g_string_append_len(to, part, n);
        left -= (size_t)n;
    }
    return 0;
}

enum rc
file_read(GString *ret, const char *path, size_t max, struct err *err)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) {
        return err_set(err, errno == ENOENT || errno == ENOTDIR ? RC_NOTFOUND : RC_IO,
                       _("could not open \"%s\": %s"), path, g_strerror(errno));
    }
    struct stat about;
    gsize before = ret->len;
    int why = fstat(fd, &about) != 0 ? errno : 0;
    bool regular = why == 0 && S_ISREG(about.st_mode);
    why = regular ? read_all(ret, fd, max) : why;
    close(fd);
    bool large = ret->len - before > max;
    if (why != 0 || large) {
        g_string_truncate(ret, before);
    }
    return why != 0 ? err_set(err, RC_IO, _("could not read \"%s\": %s"), path, g_strerror(why))
           : !regular ? err_set(err, RC_INVALID, _("\"%s\" is not a file"), path)
           : large
               ? err_set(err, RC_INVALID, _("\"%s\" is larger than %zu KiB"), path, max / 1024)
               : RC_OK;
}

/* 0, or an errno. */
static int
write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return n == 0 ? ENOSPC : errno;
        }
        bytes += n;
        len -= (size_t)n;
    }
    return fsync(fd) != 0 ? errno : 0;
}

enum rc
file_append(const char *path, const char *bytes, size_t len, struct err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    struct stat before = {0};
    int why = fd < 0 || fstat(fd, &before) != 0 ? errno : 0;
    if (why == 0) {
        why = write_all(fd, bytes, len);
        if (why != 0 && ftruncate(fd, before.st_size) != 0) {
            why = errno; /* a part of it stays */
        }
    }
    if (fd >= 0) {
        close(fd);
    }
    return why == 0
               ? RC_OK
               : err_set(err, RC_IO, _("could not write \"%s\": %s"), path, g_strerror(why));
}
