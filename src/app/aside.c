/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/aside.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib.h>

#include "src/core/i18n.h"

void
aside_init(struct aside *a, const char *cache_path)
{
    *a = (struct aside){.path = g_strconcat(cache_path, ".refused", NULL)};
}

void
aside_fini(struct aside *a)
{
    g_clear_pointer(&a->path, g_free);
}

static void
forget(struct aside *a)
{
    *a = (struct aside){.path = a->path};
}

static void
count_part(struct aside *a, const char *part, size_t n)
{
    for (const char *at = part; (at = memchr(at, '\n', (size_t)(part + n - at))) != NULL;
         at++) {
        a->lines++;
    }
    a->unended = part[n - 1] != '\n';
    a->seen += (off_t)n;
}

/* 0, or an errno. */
static int
read_on(struct aside *a, int fd)
{
    char part[65536];
    for (;;) {
        ssize_t n = pread(fd, part, sizeof(part), a->seen);
        if (n > 0) {
            count_part(a, part, (size_t)n);
        } else if (n == 0 || errno != EINTR) {
            return n == 0 ? 0 : errno;
        }
    }
}

/* Another file than the last time, or one that became shorter, is read from its begin. 0, or an
 * errno. */
static int
look_into(struct aside *a, int fd)
{
    struct stat about;
    if (fstat(fd, &about) != 0) {
        return errno;
    }
    if (about.st_dev != a->device || about.st_ino != a->file || about.st_size < a->seen) {
        forget(a);
        a->device = about.st_dev;
        a->file = about.st_ino;
    }
    /* Not of a pipe: it would take what is in it, and never end. */
    return S_ISREG(about.st_mode) ? read_on(a, fd) : EINVAL;
}

enum rc
aside_count(struct aside *a, uint64_t *ret, struct err *err)
{
    /* A link is not followed, as file_append() follows none. */
    int fd = open(a->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | O_NOFOLLOW);
    int why = fd < 0 ? errno : look_into(a, fd);
    if (fd >= 0) {
        close(fd);
    }
    if (why == ENOENT || why == ENOTDIR) {
        forget(a);
        why = 0;
    }
    uint64_t lines = a->lines + (a->unended ? 1 : 0);
    *ret = why == 0 ? lines : MAX(lines, 1);
    return why == 0
               ? RC_OK
               : err_set(err, RC_IO, _("could not read \"%s\": %s"), a->path, g_strerror(why));
}
