/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Why an attempt to reach the broker failed, or a connection ended, in a few kinds: the
 * socket's errno and the broker's reason codes sorted by what a person has to look after. Pure;
 * private to src/mqtt.
 */
#ifndef SRC_MQTT_FAILURE_H
#define SRC_MQTT_FAILURE_H

#include <stdbool.h>

#include "src/mqtt/client.h"

/* What a call of the library answered, or, from 128 on, the broker's DISCONNECT. saved_errno
 * counts with MOSQ_ERR_ERRNO and MOSQ_ERR_CONN_LOST. */
enum client_failure failure_of_code(int code, int saved_errno);

/* A CONNACK that is no welcome; v5: of MQTT 5. */
enum client_failure failure_of_connack(int code, bool v5);

/* The connection was not there in time; answered: its host took the socket's connection. */
enum client_failure failure_of_silence(bool answered);

#endif
