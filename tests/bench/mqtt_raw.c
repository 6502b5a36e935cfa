/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/mqtt_raw.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define PACKET_MAX 160
#define BUFFER_MAX (128 * 1024)

struct packet {
    unsigned char bytes[PACKET_MAX];
    size_t len, value_at, mid_at; /* mid_at 0: QoS 0 */
};

struct raw {
    struct raw_config config;
    struct packet *packets; /* one for each topic */
    unsigned char *buffer;
    size_t used;
    unsigned char in[4096];
    size_t in_used;
    uint64_t sent, acked;
    int fd;
};

int64_t
bench_clock_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Fixed header, topic, identifier at QoS 1, payload; all lengths stay below 16,384. */
static void
make_packet(struct packet *p, int number, int qos)
{
    char topic[32], payload[RAW_PAYLOAD + 1];
    int topic_len = snprintf(topic, sizeof(topic), "bench/S%04d/C%05d", number / 10, number);
    int used = snprintf(payload, sizeof(payload), "{\"Topic\":\"bench/S%04d\",\"Value\":10000,",
                        number / 10);
    snprintf(payload + used, sizeof(payload) - (size_t)used,
             "\"Hid\":\"C%05d\",\"unit\":\"l/s\"", number);
    memset(payload + strlen(payload), ' ', RAW_PAYLOAD - strlen(payload));
    payload[RAW_PAYLOAD - 1] = '}';

    size_t rest = 2 + (size_t)topic_len + (qos > 0 ? 2 : 0) + RAW_PAYLOAD, at = 0;
    p->bytes[at++] = (unsigned char)(0x30 | qos << 1);
    if (rest >= 128) {
        p->bytes[at++] = (unsigned char)(0x80 | (rest & 0x7f));
        p->bytes[at++] = (unsigned char)(rest >> 7);
    } else {
        p->bytes[at++] = (unsigned char)rest;
    }
    p->bytes[at++] = 0;
    p->bytes[at++] = (unsigned char)topic_len;
    memcpy(p->bytes + at, topic, (size_t)topic_len);
    at += (size_t)topic_len;
    p->mid_at = qos > 0 ? at : 0;
    at += qos > 0 ? 2 : 0;
    p->value_at = at + (size_t)(strstr(payload, "10000") - payload);
    memcpy(p->bytes + at, payload, RAW_PAYLOAD);
    p->len = at + RAW_PAYLOAD;
}

static enum rc
connect_broker(struct raw *r, struct err *err)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)r->config.port)};
    /* A name of its own: the broker throws away what it has not read of a namesake. */
    unsigned char hello[32] = {0x10, 20, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0, 0, 8};
    snprintf((char *)hello + 14, sizeof(hello) - 14, "%08x", (unsigned)getpid());
    const ssize_t hello_len = 22;
    unsigned char answer[4];
    if (inet_pton(AF_INET, r->config.host, &address.sin_addr) != 1) {
        return err_set(err, RC_INVALID, "\"%s\" is no address", r->config.host);
    }
    r->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (r->fd < 0 ||
        connect(r->fd, (const struct sockaddr *)(const void *)&address, sizeof(address)) != 0 ||
        setsockopt(r->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int)) != 0 ||
        write(r->fd, hello, (size_t)hello_len) != hello_len ||
        recv(r->fd, answer, sizeof(answer), MSG_WAITALL) != (ssize_t)sizeof(answer)) {
        return err_set(err, RC_IO, "could not connect: %s", g_strerror(errno));
    }
    if (answer[0] != 0x20 || answer[3] != 0) {
        return err_set(err, RC_IO, "the broker refused");
    }
    return fcntl(r->fd, F_SETFL, O_NONBLOCK) == 0
               ? RC_OK
               : err_set(err, RC_IO, "could not set up the socket: %s", g_strerror(errno));
}

enum rc
raw_open(struct raw **ret, const struct raw_config *config, struct err *err)
{
    struct raw *r = g_new0(struct raw, 1);
    r->config = *config;
    r->fd = -1;
    r->buffer = g_malloc(BUFFER_MAX);
    r->packets = g_new(struct packet, config->topics);
    for (int i = 0; i < config->topics; i++) {
        make_packet(&r->packets[i], i, config->qos);
    }
    enum rc rc = connect_broker(r, err);
    if (rc != RC_OK) {
        raw_close(r);
        return rc;
    }
    *ret = r;
    return RC_OK;
}

void
raw_close(struct raw *r)
{
    if (r == NULL) {
        return;
    }
    if (r->fd >= 0) {
        static const unsigned char bye[] = {0xe0, 0};
        (void)!write(r->fd, bye, sizeof(bye));
        close(r->fd);
    }
    g_free(r->packets);
    g_free(r->buffer);
    g_free(r);
}

/* Only PUBACK is expected: four bytes each. */
static enum rc
take_acks(struct raw *r, struct err *err)
{
    ssize_t n = recv(r->fd, r->in + r->in_used, sizeof(r->in) - r->in_used, 0);
    if (n == 0 || (n < 0 && errno != EAGAIN)) {
        return err_set(err, RC_IO, "the broker has hung up");
    }
    r->in_used += n > 0 ? (size_t)n : 0;
    size_t at = 0;
    for (; at + 4 <= r->in_used; at += 4) {
        if (r->in[at] != 0x40) {
            return err_set(err, RC_IO, "unexpected packet 0x%02x", (unsigned)r->in[at]);
        }
        r->acked++;
    }
    memmove(r->in, r->in + at, r->in_used - at);
    r->in_used -= at;
    return RC_OK;
}

enum rc
raw_flush(struct raw *r, int wait_ms, struct err *err)
{
    size_t written = 0;
    enum rc rc = RC_OK;
    while (rc == RC_OK && written < r->used) {
        ssize_t n = send(r->fd, r->buffer + written, r->used - written, MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN) {
            rc = err_set(err, RC_IO, "could not write: %s", g_strerror(errno));
        } else if (n < 0) {
            struct pollfd p = {.fd = r->fd, .events = POLLIN | POLLOUT};
            poll(&p, 1, 1000);
            rc = (p.revents & POLLIN) != 0 ? take_acks(r, err) : RC_OK;
        } else {
            written += (size_t)n;
        }
    }
    r->used = 0;
    struct pollfd p = {.fd = r->fd, .events = POLLIN};
    if (rc == RC_OK && r->config.qos > 0 && poll(&p, 1, wait_ms) > 0) {
        rc = take_acks(r, err);
    }
    return rc;
}

static void
append(struct raw *r)
{
    struct packet *p = &r->packets[r->sent % (uint64_t)r->config.topics];
    uint64_t value = 10000 + r->sent / (uint64_t)r->config.topics % 90000;
    for (int i = 4; i >= 0; i--) {
        p->bytes[p->value_at + (size_t)i] = (unsigned char)('0' + value % 10);
        value /= 10;
    }
    if (p->mid_at != 0) { /* 1 … 65535, far more than the window */
        uint64_t mid = 1 + r->sent % 65535;
        p->bytes[p->mid_at] = (unsigned char)(mid >> 8);
        p->bytes[p->mid_at + 1] = (unsigned char)mid;
    }
    memcpy(r->buffer + r->used, p->bytes, p->len);
    r->used += p->len;
    r->sent++;
}

enum rc
raw_send(struct raw *r, uint64_t n, struct err *err)
{
    for (uint64_t i = 0; i < n; i++) {
        bool full = r->used + PACKET_MAX > BUFFER_MAX;
        while (full ||
               (r->config.qos > 0 && r->sent - r->acked >= (uint64_t)r->config.window)) {
            enum rc rc = raw_flush(r, 1000, err);
            if (rc != RC_OK) {
                return rc;
            }
            full = false;
        }
        append(r);
    }
    return RC_OK;
}

enum rc
raw_pace(struct raw *r, int64_t begin_us, uint64_t count, int64_t rate, struct err *err)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    enum rc rc = RC_OK;
    while (rc == RC_OK && r->sent < count) {
        int64_t due = (bench_clock_us() - begin_us) * rate / 1000000;
        uint64_t until = due < 0 ? 0 : MIN((uint64_t)due, count);
        if (until > r->sent) {
            rc = raw_send(r, until - r->sent, err);
            rc = rc == RC_OK ? raw_flush(r, 0, err) : rc;
        }
        nanosleep(&pause, NULL);
    }
    return rc;
}

uint64_t
raw_sent(const struct raw *r)
{
    return r->sent;
}

uint64_t
raw_acked(const struct raw *r)
{
    return r->config.qos > 0 ? r->acked : r->sent;
}
