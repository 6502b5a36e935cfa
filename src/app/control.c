/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/control.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "src/app/control_access.h"
#include "src/core/log.h"

#define PEERS       (CONTROL_FDS - 1)
#define REQUEST_MAX (64 * 1024)
#define REPLY_MAX   (4 * 1024 * 1024) /* a peer that does not read its answers */
#define IDLE_US     (30 * US_PER_S)
#define YIELD_US    (1 * US_PER_S) /* idle for longer: makes room when somebody waits */

struct peer {
    int fd; /* -1: free */
    struct control_peer who;
    mono_us last; /* when bytes went to or fro */
    GString *in, *out;
    json_t *reply, *late; /* NULL: no answer waits for a commit */
    uint64_t commit;
    uint64_t ticket; /* control_defer(); 0: none */
};

struct control {
    int fd;
    int lock_fd; /* held as long as we listen, so that two starters do not unlink each other */
    char *path, *lock_path;
    bool bound;
    control_handler *handler;
    void *user;
    json_t *late; /* of the answer being made, until a peer has it */
    uint64_t commit, committed, ticket;
    struct peer peers[PEERS];
};

/* The directory must be ours alone, else somebody could put another socket in its place. */
static enum rc
prepare_directory(const char *path, struct err *err)
{
    char *dir = g_path_get_dirname(path);
    enum rc rc = RC_OK;
    struct stat info;
    if (g_mkdir_with_parents(dir, 0700) != 0 || stat(dir, &info) != 0) {
        rc = err_set(err, RC_IO, "could not make the directory \"%s\": %s", dir,
                     g_strerror(errno));
    } else if (info.st_uid != geteuid() && info.st_uid != 0 && geteuid() != 0) {
        rc = err_set(err, RC_IO, "the directory \"%s\" of the control socket is not ours", dir);
    } else if ((info.st_mode & (S_IWOTH | S_ISVTX)) == S_IWOTH) {
        rc = err_set(err, RC_IO, "everybody may write in \"%s\": no place for a control socket",
                     dir);
    }
    g_free(dir);
    return rc;
}

static enum rc
take_lock(struct control *c, struct err *err)
{
    c->lock_path = g_strconcat(c->path, ".lock", NULL);
    c->lock_fd = open(c->lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (c->lock_fd < 0) {
        return err_set(err, RC_IO, "could not open \"%s\": %s", c->lock_path,
                       g_strerror(errno));
    }
    if (flock(c->lock_fd, LOCK_EX | LOCK_NB) == 0) {
        return RC_OK;
    }
    close(c->lock_fd);
    c->lock_fd = -1;
    return err_set(err, RC_BUSY, "another instance listens at the control socket \"%s\"",
                   c->path);
}

static enum rc
listen_at(struct control *c, const char *group, struct err *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (g_strlcpy(address.sun_path, c->path, sizeof(address.sun_path)) >=
        sizeof(address.sun_path)) {
        return err_set(err, RC_INVALID, "control socket \"%s\": the path is too long", c->path);
    }
    unlink(c->path); /* we hold the lock, so whoever made it is dead */
    c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    c->bound = c->fd >= 0 && fchmod(c->fd, 0600) == 0 &&
               bind(c->fd, (const struct sockaddr *)&address, sizeof(address)) == 0;
    if (c->bound && group != NULL && *group != '\0') {
        enum rc rc = control_admit_group(c->path, group, err);
        if (rc != RC_OK) {
            return rc;
        }
    }
    if (c->bound && listen(c->fd, PEERS) == 0) {
        return RC_OK;
    }
    return err_set(err, RC_IO, "could not listen at the control socket \"%s\": %s", c->path,
                   g_strerror(errno));
}

enum rc
control_open(struct control **ret, const char *path, const char *group,
             control_handler *handler, void *user, struct err *err)
{
    struct control *c = g_new0(struct control, 1);
    c->fd = c->lock_fd = -1;
    c->path = g_strdup(path);
    c->handler = handler;
    c->user = user;
    for (size_t i = 0; i < PEERS; i++) {
        c->peers[i].fd = -1;
    }
    enum rc rc = prepare_directory(path, err);
    if (rc == RC_OK) {
        rc = take_lock(c, err);
    }
    if (rc == RC_OK) {
        rc = listen_at(c, group, err);
    }
    if (rc != RC_OK) {
        control_close(c);
        return rc;
    }
    *ret = c;
    return RC_OK;
}

static void
drop_peer(struct peer *p)
{
    if (p->fd < 0) {
        return;
    }
    close(p->fd);
    p->fd = -1;
    json_decref(p->reply);
    json_decref(p->late);
    g_string_free(p->in, TRUE);
    g_string_free(p->out, TRUE);
}

void
control_close(struct control *c)
{
    if (c == NULL) {
        return;
    }
    for (size_t i = 0; i < PEERS; i++) {
        drop_peer(&c->peers[i]);
    }
    if (c->fd >= 0) {
        close(c->fd);
    }
    if (c->bound) {
        unlink(c->path);
    }
    if (c->lock_fd >= 0) {
        unlink(c->lock_path);
        close(c->lock_fd);
    }
    g_free(c->path);
    g_free(c->lock_path);
    g_free(c);
}

size_t
control_poll(struct control *c, struct pollfd fds[CONTROL_FDS])
{
    fds[0] = (struct pollfd){.fd = c->fd, .events = POLLIN};
    size_t n = 1;
    for (size_t i = 0; i < PEERS; i++) {
        const struct peer *p = &c->peers[i];
        if (p->fd >= 0) {
            bool ready = p->reply != NULL && c->committed >= p->commit;
            bool says = ready || p->out->len > 0;
            short events = says ? POLLOUT : p->reply != NULL ? 0 : POLLIN;
            fds[n++] = (struct pollfd){.fd = p->fd, .events = events};
        }
    }
    return n;
}

/* A free place; when there is none, the one that has been idle longest, if for long enough. */
static struct peer *
find_place(struct control *c, mono_us now)
{
    struct peer *oldest = &c->peers[0];
    for (size_t i = 0; i < PEERS; i++) {
        if (c->peers[i].fd < 0) {
            return &c->peers[i];
        }
        if (c->peers[i].last < oldest->last) {
            oldest = &c->peers[i];
        }
    }
    if (now - oldest->last <= YIELD_US) {
        return NULL;
    }
    drop_peer(oldest);
    return oldest;
}

static void
accept_peer(struct control *c, mono_us now)
{
    int fd = accept4(c->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
        return;
    }
    struct ucred who;
    socklen_t len = sizeof(who);
    struct peer *p = NULL;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) == 0) {
        p = find_place(c, now);
    }
    if (p == NULL) {
        close(fd);
        return;
    }
    *p = (struct peer){
        .fd = fd,
        .who = {.uid = who.uid, .admin = who.uid == 0 || who.uid == geteuid()},
        .last = now,
        .in = g_string_new(NULL),
        .out = g_string_new(NULL),
    };
}

static json_t *
answer(struct control *c, const struct peer *p, const char *line, size_t len)
{
    json_error_t problem;
    json_t *request = json_loadb(line, len, JSON_REJECT_DUPLICATES, &problem);
    json_t *reply = NULL;
    if (!json_is_object(request)) {
        reply = json_pack("{s:b,s:s}", "ok", 0, "error", "not a JSON object");
    } else if (!control_may_ask(&p->who, request)) {
        reply = json_pack("{s:b,s:s}", "ok", 0, "error",
                          "only the instance's own user and root may do this");
    } else {
        reply = c->handler(c->user, request, &p->who);
    }
    json_decref(request);
    return reply;
}

void
control_wait(struct control *c, uint64_t commit, json_t *late)
{
    json_decref(c->late);
    c->late = late;
    c->commit = commit;
    c->ticket = 0;
}

void
control_defer(struct control *c, uint64_t ticket, json_t *late)
{
    control_wait(c, UINT64_MAX, late);
    c->ticket = ticket;
}

void
control_answer(struct control *c, uint64_t ticket, json_t *reply)
{
    for (size_t i = 0; i < PEERS; i++) {
        struct peer *p = &c->peers[i];
        if (p->fd >= 0 && p->reply != NULL && p->ticket == ticket) {
            json_decref(p->reply);
            p->reply = json_incref(reply);
            p->commit = p->ticket = 0;
        }
    }
    json_decref(reply);
}

bool
control_waits(const struct control *c)
{
    bool waits = false;
    for (size_t i = 0; i < PEERS; i++) {
        waits = waits || (c->peers[i].fd >= 0 && c->peers[i].reply != NULL);
    }
    return waits;
}

void
control_committed(struct control *c, uint64_t commit)
{
    c->committed = commit;
}

/* The reply is taken over; false: it is none. */
static bool
say(struct peer *p, json_t *reply)
{
    char *text = json_dumps(reply, JSON_COMPACT);
    json_decref(reply);
    if (text == NULL) {
        return false;
    }
    g_string_append(p->out, text);
    g_string_append_c(p->out, '\n');
    free(text);
    return true;
}

/* Answer every whole line, as far as none waits; false: the peer asks for more than it may. */
static bool
answer_lines(struct control *c, struct peer *p)
{
    char *end = NULL;
    while (p->reply == NULL && (end = memchr(p->in->str, '\n', p->in->len)) != NULL) {
        size_t len = (size_t)(end - p->in->str);
        json_t *reply = answer(c, p, p->in->str, len);
        g_string_erase(p->in, 0, (gssize)len + 1);
        if (c->late != NULL) {
            p->reply = reply;
            p->late = g_steal_pointer(&c->late);
            p->commit = c->commit;
            p->ticket = c->ticket;
        } else if (!say(p, reply)) {
            return false;
        }
    }
    return p->in->len <= REQUEST_MAX && p->out->len <= REPLY_MAX;
}

/* An answer that has waited long enough leaves, and the next requests get theirs. */
static bool
end_wait(struct control *c, struct peer *p, mono_us now)
{
    bool done = p->reply != NULL && c->committed >= p->commit;
    if (p->reply == NULL || (!done && now - p->last < CONTROL_WAIT_US)) {
        return true;
    }
    json_t *reply = g_steal_pointer(&p->reply), *late = g_steal_pointer(&p->late);
    json_decref(done ? late : reply);
    return say(p, done ? reply : late) && answer_lines(c, p);
}

/* False: the peer is gone or has to go. */
static bool
read_peer(struct control *c, struct peer *p, mono_us now)
{
    char bytes[4096];
    ssize_t n = recv(p->fd, bytes, sizeof(bytes), 0);
    if (n < 0) {
        return errno == EAGAIN || errno == EINTR;
    }
    p->last = now;
    g_string_append_len(p->in, bytes, n);
    return n > 0 && answer_lines(c, p);
}

static bool
write_peer(struct peer *p, mono_us now)
{
    ssize_t n = send(p->fd, p->out->str, p->out->len, MSG_NOSIGNAL);
    if (n < 0) {
        return errno == EAGAIN || errno == EINTR;
    }
    p->last = now;
    g_string_erase(p->out, 0, n);
    return true;
}

static void
serve_peer(struct control *c, struct peer *p, short found, mono_us now)
{
    bool well = true;
    if ((found & (POLLIN | POLLHUP | POLLERR)) != 0) {
        well = read_peer(c, p, now);
    }
    well = well && end_wait(c, p, now);
    if (well && p->out->len > 0) {
        well = write_peer(p, now);
    }
    if (!well || now - p->last > IDLE_US) {
        drop_peer(p);
    }
}

void
control_serve(struct control *c, const struct pollfd *fds, size_t n, mono_us now)
{
    for (size_t k = 0; k < PEERS; k++) {
        struct peer *p = &c->peers[k];
        short found = 0;
        for (size_t i = 1; i < n; i++) {
            found = fds[i].fd == p->fd ? fds[i].revents : found;
        }
        if (p->fd >= 0) {
            serve_peer(c, p, found, now);
        }
    }
    if (n > 0 && fds[0].revents != 0) {
        accept_peer(c, now);
    }
}
