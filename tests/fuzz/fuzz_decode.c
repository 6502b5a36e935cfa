/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Payloads of any bytes through every profile. The first byte chooses topic, retain and whether
 * a plant is known; what must hold of each result is in fixture_check().
 */
#include <assert.h>
#include <stdint.h>

#include "tests/decode_fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const topics[] = {
    "/client/send/0f6c",
    "logo/PS-01/tx",
    "machines/m/p/s",
    "machines/m/s",
    "plc/m/p/s",
    "sensors/m/s/value",
    "system/status",
    "alarms/m",
    "machines/A1/scrap",
    "sensors/t/telemetry",
    "sensors/t/state",
    "plant/PS-01/Q1",
    "any",
    "$aws/things/L/update",
    "/client/receive/g/PS-01",
    "a//",
    "tele/PS-01/LWT",
    "zigbee2mqtt/PS-02/availability",
    "homie/m/$state",
};

#define LOW    0x0f /* the topic, */
#define HIGH   0x40 /* and this counts 16 */
#define RETAIN 0x10
#define KNOWN  0x20

static struct profiles *profiles;
static struct plant *plant;
static struct decoder *knowing, *adopting;

static struct decoder *
make(bool adopt, struct plant *of)
{
    struct decode_config config = {
        .profiles = profiles, .adopt = adopt, .timezone = "Europe/Berlin"};
    struct decoder *d = NULL;
    struct err err = {0};
    enum rc rc = decoder_new(&d, &config, of, &err);
    assert(rc == RC_OK);
    return d;
}

static void
start(void)
{
    g_setenv("LEITSTAND_SOURCE", FUZZ_SOURCE, FALSE);
    profiles = fixture_profiles();
    plant = fixture_plant("PS-01/Q3DCMDNFEH PS-01/9HQAKF76DW:bcd PS-01/Q1 PS-02@utc/Q1 "
                          "PS-02/7WYZUEQHTK:float32 PS-03@local/T4PLX81ZBC:int16 A1/2 "
                          "t/tempC m/s PS-04@ignore/AI1:uint32 PS-04/DIV:divider");
    knowing = make(false, plant);
    adopting = make(true, NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (profiles == NULL) {
        start();
    }
    if (size == 0) {
        return 0;
    }
    unsigned topic = (data[0] & LOW) + ((data[0] & HIGH) != 0 ? 16 : 0);
    struct decode_message m = {
        .topic = topics[topic % G_N_ELEMENTS(topics)],
        .payload = data + 1,
        .len = size - 1,
        .retain = (data[0] & RETAIN) != 0,
        .received = FIXTURE_NOW,
    };
    bool known = (data[0] & KNOWN) != 0;
    const struct decode_result *r = decode_message(known ? knowing : adopting, &m);
    fixture_check(r);
    for (size_t i = 0; i < r->n_readings; i++) {
        assert(!known || r->readings[i].r.component < plant->n_components);
        assert(known || r->readings[i].r.component == COMPONENT_NONE);
        assert(m.retain == ((r->readings[i].r.quality & QUALITY_NOT_TOPICAL) != 0));
    }
    for (size_t i = 0; i < r->n_heard; i++) {
        assert(r->heard[i] < plant->n_stations && !m.retain);
    }
    return 0;
}
