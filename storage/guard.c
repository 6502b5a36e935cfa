/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/core/text.h"
#include "src/core/timestamp.h"

/* Who holds the lock, as it says itself; 0 when it does not. */
static int64_t
holder_of(int fd)
{
    char text[32];
    int64_t pid = 0;
    ssize_t len = pread(fd, text, sizeof(text) - 1, 0);
    text[MAX(len, 0)] = '\0';
    text[strcspn(text, "\n")] = '\0';
    return text_to_int(text, 1, INT64_MAX, &pid) ? pid : 0;
}

static enum rc
busy(const char *path, int fd, struct err *err)
{
    int64_t pid = holder_of(fd);
    if (pid == 0) {
        return err_set(err, RC_BUSY, "cache \"%s\" belongs to another running instance", path);
    }
    return err_set(err, RC_BUSY,
                   "cache \"%s\" belongs to another running instance (process %" G_GINT64_FORMAT
                   ")",
                   path, pid);
}

static void
write_holder(int fd)
{
    char text[32];
    int len = snprintf(text, sizeof(text), "%ld\n", (long)getpid());
    /* The number is for people only: the lock holds without it, also on a full disk. */
    if (ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)len, 0) != len) {
        (void)!ftruncate(fd, 0);
    }
}

enum rc
guard_lock(const char *path, int *ret_fd, struct err *err)
{
    char *name = g_strconcat(path, ".lock", NULL);
    char *dir = g_path_get_dirname(path);
    enum rc rc = RC_OK;
    int fd = -1;
    if (g_mkdir_with_parents(dir, 0750) != 0) {
        rc = err_set(err, RC_IO, "could not make directory \"%s\": %s", dir, g_strerror(errno));
    } else if ((fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640)) < 0) {
        rc = err_set(err, RC_IO, "could not open \"%s\": %s", name, g_strerror(errno));
    } else if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        rc = errno == EWOULDBLOCK
                 ? busy(path, fd, err)
                 : err_set(err, RC_IO, "could not lock \"%s\": %s", name, g_strerror(errno));
    } else {
        write_holder(fd);
        *ret_fd = fd;
    }
    if (rc != RC_OK && fd >= 0) {
        close(fd);
    }
    g_free(dir);
    g_free(name);
    return rc;
}

/* "20260109T153914Z" */
static void
compact_time(char dst[TIMESTAMP_SIZE], wall_us now)
{
    char text[TIMESTAMP_SIZE];
    timestamp_format(text, now - now % US_PER_S);
    size_t n = 0;
    for (const char *p = text; *p != '\0'; p++) {
        if (*p != '-' && *p != ':') {
            dst[n++] = *p;
        }
    }
    dst[n] = '\0';
}

/* A name that is still free, so that no older damaged file is lost. */
static char *
free_name(const char *path, wall_us now)
{
    char when[TIMESTAMP_SIZE];
    compact_time(when, now);
    char *name = g_strconcat(path, ".damaged-", when, NULL);
    for (int i = 2; access(name, F_OK) == 0; i++) {
        g_free(name);
        name = g_strdup_printf("%s.damaged-%s.%d", path, when, i);
    }
    return name;
}

static enum rc
rename_with(const char *path, const char *name, const char *suffix, struct err *err)
{
    char *from = g_strconcat(path, suffix, NULL);
    char *to = g_strconcat(name, suffix, NULL);
    enum rc rc = RC_OK;
    if (rename(from, to) != 0 && (errno != ENOENT || *suffix == '\0')) {
        rc = err_set(err, RC_IO, "could not move damaged \"%s\" aside: %s", from,
                     g_strerror(errno));
    }
    g_free(from);
    g_free(to);
    return rc;
}

enum rc
guard_move_aside(const char *path, wall_us now, char *ret_name, size_t cap, struct err *err)
{
    char *name = free_name(path, now);
    /* The file goes last: a crash in between leaves it to be found damaged again. */
    enum rc rc = rename_with(path, name, "-shm", err);
    if (rc == RC_OK) {
        rc = rename_with(path, name, "-wal", err);
    }
    if (rc == RC_OK) {
        rc = rename_with(path, name, "", err);
    }
    if (rc == RC_OK) {
        g_strlcpy(ret_name, name, cap);
    }
    g_free(name);
    return rc;
}

static char *
mark_name(const char *path)
{
    return g_strconcat(path, ".found-damaged", NULL);
}

void
guard_mark(const char *path, const char *why)
{
    char *name = mark_name(path);
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (fd >= 0) {
        (void)!write(fd, why, strlen(why));
        close(fd);
    }
    g_free(name);
}

bool
guard_is_marked(const char *path)
{
    char *name = mark_name(path);
    bool marked = access(name, F_OK) == 0;
    g_free(name);
    return marked;
}

void
guard_unmark(const char *path)
{
    char *name = mark_name(path);
    unlink(name);
    g_free(name);
}
