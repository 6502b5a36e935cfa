/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The client against a broker that the test plays itself, packet by packet. */
#include "tests/unit.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "src/mqtt/client.h"

#define DEADLINE_US (10 * US_PER_S)

struct fixture {
    char *dir, *path;
    int listener, peer;
    struct client *client;
    GByteArray *heard; /* by the broker */
    unsigned messages, zero_order_wrong;
    unsigned connects;
    enum rc said_in_welcome;
    unsigned behind;            /* messages that came while the client was */
    uint64_t number, confirmed; /* of the last message; of those the broker is done with */
};

static void
take_message(void *user, const struct client_message *m)
{
    struct fixture *f = user;
    char want[16];
    snprintf(want, sizeof(want), "%u", f->messages);
    f->zero_order_wrong += m->len != strlen(want) || memcmp(m->payload, want, m->len) != 0;
    f->messages++;
    f->behind += client_behind(f->client);
    f->number = m->number;
}

static void
take_confirmation(void *user, uint64_t number)
{
    struct fixture *f = user;
    assert_true(number >= f->confirmed);
    f->confirmed = number;
}

static void
take_connect(void *user, bool session_present)
{
    (void)session_present;
    struct fixture *f = user;
    f->connects++;
    f->said_in_welcome = client_publish(f->client, "leitstand/v1/x", "x", 1, 1, true);
}

static void
take_disconnect(void *user, const char *why)
{
    (void)user;
    (void)why;
}

static void
listen_there(struct fixture *f)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_strlcpy(address.sun_path, f->path, sizeof(address.sun_path));
    f->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(f->listener, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(f->listener, 5), 0);
}

static void
begin(struct fixture *f)
{
    static const char *const own[] = {"leitstand/v1/alarms/#", NULL};
    *f = (struct fixture){.listener = -1, .peer = -1};
    f->dir = g_dir_make_tmp("leitstand-client-XXXXXX", NULL);
    f->path = g_build_filename(f->dir, "mqtt", NULL);
    f->heard = g_byte_array_new();
    struct client_filter filter = {"m/#", 1};
    struct client_config config = {
        .endpoint = {.socket = f->path, .keepalive_s = 60},
        .client_id = "test",
        .filters = &filter,
        .n_filters = 1,
        .own_filters = own,
        .marker_topic = "leitstand/v1/markers/test",
        .clean = true,
        .user = f,
        .on_message = take_message,
        .on_connect = take_connect,
        .on_disconnect = take_disconnect,
        .on_confirmed = take_confirmation,
    };
    assert_int_equal(client_new(&f->client, &config, NULL), RC_OK);
}

static void
end(struct fixture *f)
{
    client_free(f->client);
    if (f->peer >= 0) {
        close(f->peer);
    }
    if (f->listener >= 0) {
        close(f->listener);
    }
    g_unlink(f->path);
    g_rmdir(f->dir);
    g_byte_array_unref(f->heard);
    g_free(f->path);
    g_free(f->dir);
}

/* What the client does in a turn, but for writing. */
static void
turn(struct fixture *f)
{
    client_turn(f->client, clock_now());
    struct pollfd fd = {.fd = client_fd(f->client), .events = POLLIN};
    if (fd.fd >= 0 && poll(&fd, 1, 5) > 0) {
        client_read(f->client, 1000);
    }
}

static void
take_bytes(struct fixture *f)
{
    uint8_t bytes[65536];
    ssize_t n = recv(f->peer, bytes, sizeof(bytes), MSG_DONTWAIT);
    if (n > 0) {
        g_byte_array_append(f->heard, bytes, (guint)n);
    }
}

static void
say(struct fixture *f, const void *bytes, size_t n)
{
    assert_int_equal(send(f->peer, bytes, n, MSG_NOSIGNAL), n);
}

/* Until the client has connected: CONNECT comes, this CONNACK goes. */
static void
accept_client(struct fixture *f, const void *connack, size_t n)
{
    mono_us deadline = clock_now().mono + DEADLINE_US;
    g_byte_array_set_size(f->heard, 0);
    if (f->peer >= 0) {
        close(f->peer);
        f->peer = -1;
    }
    while (f->heard->len == 0) {
        assert_true(clock_now().mono < deadline);
        turn(f);
        if (client_want_write(f->client)) {
            client_write(f->client);
        }
        struct pollfd fd = {.fd = f->listener, .events = POLLIN};
        if (f->peer < 0 && poll(&fd, 1, 0) > 0) {
            f->peer = accept(f->listener, NULL, NULL);
        }
        if (f->peer >= 0) {
            take_bytes(f);
        }
    }
    assert_int_equal(f->heard->data[0], 0x10);
    g_byte_array_set_size(f->heard, 0);
    say(f, connack, n);
}

static const char welcome[] = "\x20\x03\x00\x00\x00";
#define WELCOME welcome, sizeof(welcome) - 1
static const char session[] = "\x20\x03\x01\x00\x00"; /* it was kept */

static void
connect_to(struct fixture *f, const char *connack)
{
    mono_us deadline = clock_now().mono + DEADLINE_US;
    unsigned before = f->connects;
    accept_client(f, connack, sizeof(welcome) - 1);
    while (f->connects == before) {
        assert_true(clock_now().mono < deadline);
        turn(f);
    }
    assert_true(client_connected(f->client));
    client_write(f->client);
    take_bytes(f);
}

static void
connect_client(struct fixture *f)
{
    connect_to(f, welcome);
    g_byte_array_set_size(f->heard, 0);
}

/* PUBLISH packets that the broker heard; *ret_mids: their packet ids at QoS 1. */
static unsigned
publishes(const struct fixture *f, GArray *ret_mids)
{
    unsigned count = 0;
    for (guint at = 0; at + 1 < f->heard->len;) {
        const uint8_t *p = f->heard->data + at;
        assert_true(p[1] < 128); /* small packets only */
        if ((p[0] & 0xf0) == 0x30) {
            count++;
            guint topic = (guint)(p[2] << 8 | p[3]);
            uint16_t mid = (uint16_t)(p[4 + topic] << 8 | p[5 + topic]);
            if ((p[0] & 0x06) != 0) {
                g_array_append_val(ret_mids, mid);
            }
        }
        at += 2u + p[1];
    }
    return count;
}

static void
confirm(GByteArray *bytes, uint16_t mid)
{
    const uint8_t puback[] = {0x40, 2, (uint8_t)(mid >> 8), (uint8_t)mid};
    g_byte_array_append(bytes, puback, sizeof(puback));
}

/* A message of QoS 0 whose payload is its number. */
static void
add_message(GByteArray *bytes, unsigned number)
{
    char payload[16];
    int len = snprintf(payload, sizeof(payload), "%u", number);
    const uint8_t head[] = {0x30, (uint8_t)(2 + 3 + 1 + len), 0, 3, 'm', '/', 'a', 0};
    g_byte_array_append(bytes, head, sizeof(head));
    g_byte_array_append(bytes, (const uint8_t *)payload, (guint)len);
}

static void
test_nothing_leaves_before_write(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    assert_int_equal(client_publish(f.client, "a", "x", 1, 1, true), RC_BUSY);
    assert_int_equal(client_failure(f.client), CLIENT_WELL);
    listen_there(&f);
    connect_client(&f);
    assert_int_equal(f.said_in_welcome, RC_BUSY);
    assert_int_equal(client_pending(f.client), 0);
    assert_int_equal(client_publish(f.client, "a", "x", 1, 1, true), RC_OK);
    assert_int_equal(client_publish(f.client, "b", "y", 1, 0, false), RC_OK);
    assert_int_equal(client_pending(f.client), 1);
    turn(&f);
    take_bytes(&f);
    assert_int_equal(f.heard->len, 0);
    assert_true(client_want_write(f.client));
    client_write(f.client);
    take_bytes(&f);
    GArray *mids = g_array_new(FALSE, FALSE, sizeof(uint16_t));
    assert_int_equal(publishes(&f, mids), 2);
    assert_int_equal(mids->len, 1);
    GByteArray *bytes = g_byte_array_new();
    confirm(bytes, g_array_index(mids, uint16_t, 0));
    say(&f, bytes->data, bytes->len);
    turn(&f);
    assert_int_equal(client_pending(f.client), 0);
    g_byte_array_unref(bytes);
    g_array_unref(mids);
    end(&f);
}

/* A PUBACK that waits for its commit holds back what we say as well. */
static void
test_waits_for_commit(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    listen_there(&f);
    connect_client(&f);
    static const char message[] = "\x32\x09\x00\x03m/a\x00\x01\x00"
                                  "0";
    say(&f, message, sizeof(message) - 1);
    turn(&f);
    assert_int_equal(client_unacked(f.client), 1);
    assert_int_equal(client_publish(f.client, "a", "x", 1, 1, true), RC_OK);
    assert_false(client_want_write(f.client));
    turn(&f);
    take_bytes(&f);
    assert_int_equal(f.heard->len, 0);
    client_write(f.client); /* committed */
    take_bytes(&f);
    assert_int_equal(f.heard->data[0] & 0xf0, 0x40); /* first the PUBACK */
    end(&f);
}

static void
test_bounds(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    listen_there(&f);
    connect_client(&f);
    for (int i = 0; i < CLIENT_PENDING_MAX; i++) {
        assert_int_equal(client_publish(f.client, "a", "x", 1, 1, true), RC_OK);
    }
    assert_int_equal(client_publish(f.client, "a", "x", 1, 1, true), RC_FULL);
    assert_int_equal(client_pending(f.client), CLIENT_PENDING_MAX);
    end(&f);
    begin(&f);
    listen_there(&f);
    connect_client(&f);
    for (int i = 0; i < CLIENT_PENDING_MAX; i++) {
        assert_int_equal(client_publish(f.client, "a", "x", 1, 0, false), RC_OK);
    }
    assert_int_equal(client_publish(f.client, "a", "x", 1, 0, false), RC_FULL);
    client_write(f.client);
    assert_int_equal(client_publish(f.client, "a", "x", 1, 0, false), RC_OK);
    assert_int_equal(client_publish(f.client, "a/+", "x", 1, 0, false), RC_INVALID);
    assert_int_equal(client_publish(f.client, "a\xff", "x", 1, 0, false), RC_INVALID);
    assert_int_equal(client_pending(f.client), 0);
    end(&f);
}

/*
 * Many of ours open, and messages of QoS 0 among the PUBACKs, cut anywhere: whichever of the
 * library and the quick road reads, none is lost, doubled or out of order.
 */
static void
test_reads_while_publishing(void **state)
{
    (void)state;
    for (guint32 seed = 1; seed <= 200; seed++) {
        GRand *rand = g_rand_new_with_seed(seed);
        GByteArray *bytes = g_byte_array_new();
        GArray *mids = g_array_new(FALSE, FALSE, sizeof(uint16_t));
        struct fixture f;
        unsigned sent = 0;
        begin(&f);
        listen_there(&f);
        connect_client(&f);
        for (int round = 0; round < 3; round++) {
            int ours = g_rand_int_range(rand, 0, CLIENT_PENDING_MAX + 1);
            for (int i = 0; i < ours; i++) {
                assert_int_equal(client_publish(f.client, "a", "x", 1, 1, true), RC_OK);
            }
            client_write(f.client);
            take_bytes(&f);
            publishes(&f, mids);
            g_byte_array_set_size(f.heard, 0);
            assert_int_equal(mids->len, ours);
            for (int i = 0; i < ours; i++) {
                for (int n = g_rand_int_range(rand, 0, 4); n > 0; n--) {
                    add_message(bytes, sent++);
                }
                confirm(bytes, g_array_index(mids, uint16_t, i));
            }
            add_message(bytes, sent++);
            for (guint at = 0; at < bytes->len;) {
                guint n = (guint)g_rand_int_range(rand, 1, 40);
                n = MIN(n, bytes->len - at);
                say(&f, bytes->data + at, n);
                turn(&f);
                at += n;
            }
            g_byte_array_set_size(bytes, 0);
            g_array_set_size(mids, 0);
            if (client_pending(f.client) != 0 || f.messages != sent ||
                f.zero_order_wrong != 0) {
                fail_msg("seed %u: %zu open, %u of %u messages, %u wrong", seed,
                         client_pending(f.client), f.messages, sent, f.zero_order_wrong);
            }
        }
        end(&f);
        g_array_unref(mids);
        g_byte_array_unref(bytes);
        g_rand_free(rand);
    }
}

/* What was not confirmed goes again after a reconnect, and before what is new. */
static void
test_unconfirmed_goes_again(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    listen_there(&f);
    connect_client(&f);
    assert_int_equal(client_publish(f.client, "old", "x", 1, 1, true), RC_OK);
    client_write(f.client);
    accept_client(&f, WELCOME);
    mono_us deadline = clock_now().mono + DEADLINE_US;
    while (f.connects < 2) {
        assert_true(clock_now().mono < deadline);
        turn(&f);
    }
    assert_int_equal(client_pending(f.client), 1);
    assert_int_equal(client_publish(f.client, "new", "y", 1, 1, true), RC_OK);
    client_write(f.client);
    take_bytes(&f);
    GArray *mids = g_array_new(FALSE, FALSE, sizeof(uint16_t));
    assert_int_equal(publishes(&f, mids), 2);
    const uint8_t *old = memmem(f.heard->data, f.heard->len, "old", 3);
    const uint8_t *new = memmem(f.heard->data, f.heard->len, "new", 3);
    assert_true(old != NULL && new != NULL &&old < new);
    GByteArray *bytes = g_byte_array_new();
    confirm(bytes, g_array_index(mids, uint16_t, 0));
    confirm(bytes, g_array_index(mids, uint16_t, 1));
    say(&f, bytes->data, bytes->len);
    turn(&f);
    turn(&f);
    assert_int_equal(client_pending(f.client), 0);
    g_byte_array_unref(bytes);
    g_array_unref(mids);
    end(&f);
}

/* ---- the backlog ---- */

/* What the client said to itself, and not before as in old (NULL: nothing), as the broker would
 * send it back; false: nothing. */
static bool
take_marker(struct fixture *f, const GByteArray *old, GByteArray *ret)
{
    static const char topic[] = "leitstand/v1/markers/test";
    bool found = false;
    take_bytes(f);
    for (guint at = 0; at + 1 < f->heard->len; at += 2u + f->heard->data[at + 1]) {
        const uint8_t *p = f->heard->data + at;
        guint size = 2u + p[1], text = 4u + sizeof(topic) - 1 + 2;
        bool again = old != NULL && old->len == size &&
                     memcmp(old->data + text, p + text, size - text) == 0;
        if ((p[0] & 0xf0) == 0x30 && memcmp(p + 4, topic, sizeof(topic) - 1) == 0 && !again) {
            found = true;
            g_byte_array_set_size(ret, 0);
            g_byte_array_append(ret, p, size);
            ret->data[0] = 0x32; /* for the first time */
        }
    }
    g_byte_array_set_size(f->heard, 0);
    return found;
}

static void
hear(struct fixture *f, const GByteArray *packet)
{
    say(f, packet->data, packet->len);
    uint64_t before = client_unacked(f->client);
    mono_us deadline = clock_now().mono + DEADLINE_US;
    while (client_unacked(f->client) == before) {
        assert_true(clock_now().mono < deadline);
        turn(f);
    }
    client_write(f->client);
}

/* A message of QoS 1, the number in its payload. */
static void
hear_message(struct fixture *f, char number)
{
    static const uint8_t text[] = {0x32, 9, 0, 3, 'm', '/', 'a', 0, 1, 0};
    GByteArray *bytes = g_byte_array_new();
    g_byte_array_append(bytes, text, sizeof(text));
    g_byte_array_append(bytes, (const uint8_t *)&number, 1);
    hear(f, bytes);
    g_byte_array_unref(bytes);
}

/* On a busy machine it takes more than one. */
static void
catch_up(struct fixture *f, GByteArray *marker)
{
    mono_us deadline = clock_now().mono + DEADLINE_US;
    hear(f, marker);
    while (client_behind(f->client)) {
        assert_true(clock_now().mono < deadline);
        assert_true(take_marker(f, NULL, marker));
        hear(f, marker);
    }
}

static void
test_what_had_waited_is_told_apart(void **state)
{
    (void)state;
    struct fixture f;
    GByteArray *marker = g_byte_array_new(), *old = g_byte_array_new();
    begin(&f);
    listen_there(&f);
    connect_to(&f, welcome);
    assert_false(client_behind(f.client)); /* a new session: nothing has waited */
    assert_false(take_marker(&f, NULL, old));

    connect_to(&f, session);
    assert_true(take_marker(&f, NULL, old));
    connect_to(&f, session);
    assert_true(take_marker(&f, old, marker));
    uint8_t *life = memchr(old->data, '.', old->len);
    life--;                           /* the last digit of its number: */
    *life = *life == '0' ? '1' : '0'; /* what another process said, and left in the queue */
    assert_true(client_behind(f.client));
    hear_message(&f, '0');
    hear(&f, old);
    hear_message(&f, '1');
    assert_int_equal(f.behind, 2);
    catch_up(&f, marker);
    hear_message(&f, '2');
    assert_int_equal(f.behind, 2);
    assert_int_equal(f.messages, 3); /* markers are nobody's messages */
    assert_int_equal(f.zero_order_wrong, 0);
    g_byte_array_unref(marker);
    g_byte_array_unref(old);
    end(&f);
}

/* One that the broker had no room for is not waited for. */
static void
test_a_marker_that_got_lost_is_sent_again(void **state)
{
    (void)state;
    struct fixture f;
    GByteArray *lost = g_byte_array_new(), *marker = g_byte_array_new();
    begin(&f);
    listen_there(&f);
    connect_to(&f, session);
    assert_true(take_marker(&f, NULL, lost));
    mono_us deadline = clock_now().mono + DEADLINE_US;
    while (!take_marker(&f, lost, marker)) {
        assert_true(clock_now().mono < deadline);
        turn(&f);
        client_write(f.client);
    }
    catch_up(&f, marker);
    g_byte_array_unref(lost);
    g_byte_array_unref(marker);
    end(&f);
}

/* Its session was kept, and it has said the marker to itself. */
static void
begin_behind(struct fixture *f, GByteArray *marker)
{
    begin(f);
    listen_there(f);
    connect_to(f, session);
    assert_true(take_marker(f, NULL, marker));
}

/* As long as it takes to come back, something else has waited. */
static void
test_a_marker_that_took_long_is_sent_again(void **state)
{
    (void)state;
    struct fixture f;
    GByteArray *marker = g_byte_array_new();
    begin_behind(&f, marker);
    mono_us until = clock_now().mono + 600 * US_PER_MS;
    while (clock_now().mono < until) {
        turn(&f);
    }
    hear(&f, marker);
    assert_true(client_behind(f.client));
    assert_true(take_marker(&f, NULL, marker));
    catch_up(&f, marker);
    g_byte_array_unref(marker);
    end(&f);
}

/* Say that the client's UNSUBSCRIBE was read, and so whatever it had written before. */
static void
confirm_what_was_read(struct fixture *f)
{
    mono_us deadline = clock_now().mono + DEADLINE_US;
    const uint8_t *mid = NULL;
    while (mid == NULL) {
        assert_true(clock_now().mono < deadline);
        turn(f);
        client_write(f->client);
        take_bytes(f);
        for (guint at = 0; at + 1 < f->heard->len; at += 2u + f->heard->data[at + 1]) {
            mid = f->heard->data[at] == 0xa2 ? f->heard->data + at + 2 : mid;
        }
    }
    const uint8_t unsuback[] = {0xb0, 4, mid[0], mid[1], 0, 0};
    g_byte_array_set_size(f->heard, 0);
    say(f, unsuback, sizeof(unsuback));
    uint64_t before = f->confirmed;
    while (f->confirmed == before) {
        assert_true(clock_now().mono < deadline);
        turn(f);
    }
}

/* What the broker is done with is told by the numbers that the messages had, whoever took the
 * others: one too many, and it is stored twice when it comes again. */
static void
test_the_number_confirmed_is_a_messages_own(void **state)
{
    (void)state;
    struct fixture f;
    GByteArray *marker = g_byte_array_new();
    begin_behind(&f, marker);
    hear_message(&f, '0');
    assert_int_equal(f.number, 1);
    hear(&f, marker);
    hear_message(&f, '1');
    assert_int_equal(f.number, 3);
    confirm_what_was_read(&f);
    assert_int_equal(f.confirmed, 3);
    hear_message(&f, '2');
    assert_int_equal(f.number, 4);
    assert_int_equal(f.confirmed, 3);
    g_byte_array_unref(marker);
    end(&f);
}

static void
test_failure(void **state)
{
    (void)state;
    static const struct {
        const char *why;
        const char *connack; /* NULL: the broker hangs up instead */
        size_t n;
        enum client_failure want;
    } cases[] = {
        {"not authorized", "\x20\x03\x00\x87\x00", 5, CLIENT_DENIED},
        {"banned", "\x20\x03\x00\x8a\x00", 5, CLIENT_DENIED},
        {"server busy", "\x20\x03\x00\x89\x00", 5, CLIENT_REFUSED},
        {"hung up", NULL, 0, CLIENT_REFUSED},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct fixture f;
        begin(&f);
        listen_there(&f);
        accept_client(&f, cases[i].connack != NULL ? cases[i].connack : "", cases[i].n);
        shutdown(f.peer, SHUT_WR);
        mono_us deadline = clock_now().mono + DEADLINE_US;
        while (client_failure(f.client) == CLIENT_WELL) {
            assert_true(clock_now().mono < deadline);
            turn(&f);
        }
        if (client_failure(f.client) != cases[i].want) {
            fail_msg("%s: %d", cases[i].why, client_failure(f.client));
        }
        end(&f);
    }
    struct fixture f;
    begin(&f);
    client_turn(f.client, clock_now()); /* no such socket */
    assert_int_equal(client_failure(f.client), CLIENT_REFUSED);
    end(&f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_leaves_before_write),
        cmocka_unit_test(test_waits_for_commit),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_reads_while_publishing),
        cmocka_unit_test(test_unconfirmed_goes_again),
        cmocka_unit_test(test_what_had_waited_is_told_apart),
        cmocka_unit_test(test_a_marker_that_got_lost_is_sent_again),
        cmocka_unit_test(test_a_marker_that_took_long_is_sent_again),
        cmocka_unit_test(test_the_number_confirmed_is_a_messages_own),
        cmocka_unit_test(test_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
