/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The asking side of the control socket. */
#include <errno.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "src/app/control.h"
#include "src/core/clock.h"

#define REPLY_MAX (16 * 1024 * 1024)

static enum rc
connect_to(const char *path, int *ret, struct err *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (g_strlcpy(address.sun_path, path, sizeof(address.sun_path)) >=
        sizeof(address.sun_path)) {
        return err_set(err, RC_INVALID, "control socket \"%s\": the path is too long", path);
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return err_set(err, RC_IO, "could not make a socket: %s", g_strerror(errno));
    }
    if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0) {
        *ret = fd;
        return RC_OK;
    }
    int saved = errno;
    close(fd);
    if (saved == ENOENT || saved == ECONNREFUSED || saved == ENOTDIR) {
        return err_set(err, RC_NOTFOUND, "no instance runs at \"%s\"", path);
    }
    return err_set(err, RC_IO, "could not reach \"%s\": %s", path, g_strerror(saved));
}

/* Wait for fd; false when the time is over. */
static bool
wait_for(int fd, short events, mono_us deadline)
{
    for (;;) {
        mono_us left = deadline - clock_now().mono;
        struct pollfd p = {.fd = fd, .events = events};
        if (left <= 0) {
            return false;
        }
        int n = poll(&p, 1, (int)(left / US_PER_MS) + 1);
        if (n > 0) {
            return true;
        }
        if (n < 0 && errno != EINTR) {
            return false;
        }
    }
}

static bool
send_line(int fd, const char *text, mono_us deadline)
{
    size_t len = strlen(text), done = 0;
    while (done < len) {
        if (!wait_for(fd, POLLOUT, deadline)) {
            return false;
        }
        ssize_t n = send(fd, text + done, len - done, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno != EAGAIN && errno != EINTR) {
            return false;
        }
        done += n > 0 ? (size_t)n : 0;
    }
    return true;
}

/* Append to line until it has a newline, which is cut off. */
static bool
receive_line(int fd, GString *line, mono_us deadline)
{
    char bytes[4096];
    while (line->len < REPLY_MAX && wait_for(fd, POLLIN, deadline)) {
        ssize_t n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
            return false;
        }
        g_string_append_len(line, bytes, MAX(n, 0));
        char *end = memchr(line->str, '\n', line->len);
        if (end != NULL) {
            g_string_truncate(line, (size_t)(end - line->str));
            return true;
        }
    }
    return false;
}

enum rc
control_ask(const char *path, const json_t *request, int timeout_ms, json_t **ret_reply,
            struct err *err)
{
    int fd = -1;
    enum rc rc = connect_to(path, &fd, err);
    if (rc != RC_OK) {
        return rc;
    }
    mono_us deadline = clock_now().mono + timeout_ms * US_PER_MS;
    char *text = json_dumps(request, JSON_COMPACT);
    char *line = g_strconcat(text, "\n", NULL);
    GString *reply = g_string_new(NULL);
    json_t *object = NULL;
    if (send_line(fd, line, deadline) && receive_line(fd, reply, deadline)) {
        object = json_loadb(reply->str, reply->len, 0, NULL);
    }
    if (json_is_object(object)) {
        *ret_reply = object;
    } else {
        rc = err_set(err, RC_IO, "the instance at \"%s\" did not answer", path);
        json_decref(object);
    }
    g_string_free(reply, TRUE);
    g_free(line);
    free(text);
    close(fd);
    return rc;
}
