/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include <errno.h>

#include <mosquitto.h>
#include <mqtt_protocol.h>

#include "src/mqtt/failure.h"

static void
test_codes(void **state)
{
    (void)state;
    static const struct {
        const char *why;
        int code, saved_errno;
        enum client_failure want;
    } cases[] = {
        {"refused", MOSQ_ERR_ERRNO, ECONNREFUSED, CLIENT_REFUSED},
        {"no such socket", MOSQ_ERR_ERRNO, ENOENT, CLIENT_REFUSED},
        {"reset", MOSQ_ERR_CONN_LOST, ECONNRESET, CLIENT_REFUSED},
        {"closed", MOSQ_ERR_CONN_LOST, 0, CLIENT_REFUSED},
        {"no route", MOSQ_ERR_ERRNO, EHOSTUNREACH, CLIENT_UNREACHABLE},
        {"network down", MOSQ_ERR_ERRNO, ENETUNREACH, CLIENT_UNREACHABLE},
        {"cable pulled while connected", MOSQ_ERR_CONN_LOST, ENETDOWN, CLIENT_UNREACHABLE},
        {"no answer", MOSQ_ERR_ERRNO, ETIMEDOUT, CLIENT_TIMEOUT},
        {"no PINGRESP", MOSQ_ERR_KEEPALIVE, 0, CLIENT_TIMEOUT},
        {"name", MOSQ_ERR_EAI, 0, CLIENT_LOOKUP},
        {"certificate", MOSQ_ERR_TLS, 0, CLIENT_DENIED},
        {"may not use the socket", MOSQ_ERR_ERRNO, EACCES, CLIENT_DENIED},
        {"taken over", MQTT_RC_SESSION_TAKEN_OVER, 0, CLIENT_DENIED},
        {"thrown out", MQTT_RC_ADMINISTRATIVE_ACTION, 0, CLIENT_DENIED},
        {"shuts down", MQTT_RC_SERVER_SHUTTING_DOWN, 0, CLIENT_REFUSED},
        {"not MQTT", MOSQ_ERR_PROTOCOL, 0, CLIENT_REFUSED},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (failure_of_code(cases[i].code, cases[i].saved_errno) != cases[i].want) {
            fail_msg("%s", cases[i].why);
        }
    }
}

static void
test_connack(void **state)
{
    (void)state;
    static const struct {
        const char *why;
        int code;
        bool v5;
        enum client_failure want;
    } cases[] = {
        {"bad password", MQTT_RC_BAD_USERNAME_OR_PASSWORD, true, CLIENT_DENIED},
        {"client id", MQTT_RC_CLIENTID_NOT_VALID, true, CLIENT_DENIED},
        {"unavailable", MQTT_RC_SERVER_UNAVAILABLE, true, CLIENT_REFUSED},
        {"version", MQTT_RC_UNSUPPORTED_PROTOCOL_VERSION, true, CLIENT_REFUSED},
        {"an old broker's word for the version", 1, true, CLIENT_REFUSED},
        {"3.1.1: version", 1, false, CLIENT_REFUSED},
        {"3.1.1: client id", 2, false, CLIENT_DENIED},
        {"3.1.1: unavailable", 3, false, CLIENT_REFUSED},
        {"3.1.1: password", 4, false, CLIENT_DENIED},
        {"3.1.1: not authorized", 5, false, CLIENT_DENIED},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (failure_of_connack(cases[i].code, cases[i].v5) != cases[i].want) {
            fail_msg("%s", cases[i].why);
        }
    }
    assert_int_equal(failure_of_silence(true), CLIENT_REFUSED);
    assert_int_equal(failure_of_silence(false), CLIENT_TIMEOUT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_codes),
        cmocka_unit_test(test_connack),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
