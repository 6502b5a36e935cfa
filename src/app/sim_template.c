/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/sim_template.h"

#include <assert.h>

#define ON_OFF    "0=aus;1=ein"
#define HAND_AUTO "0=Hand;1=Automatik"

#define HEAD(id, text)                                                                         \
    {                                                                                          \
        .key = (id), .name = (text), .kind = KIND_DIVIDER                                      \
    }
#define PUMP(id, text)                                                                         \
    {                                                                                          \
        .key = (id), .name = (text), .kind = KIND_ACTUATOR, .form = SIM_BIT, .states = ON_OFF  \
    }
#define MODE                                                                                   \
    {                                                                                          \
        .key = "MODUS", .name = "Betriebsart", .kind = KIND_SWITCH, .form = SIM_BIT,           \
        .states = HAND_AUTO                                                                    \
    }
#define FAULT(id, text, do)                                                                    \
    {                                                                                          \
        .key = (id), .name = (text), .kind = KIND_FAULT, .form = SIM_BIT, .guidance = (do)     \
    }
#define SENSOR(id, text, u, d, lo, hi)                                                         \
    {                                                                                          \
        .key = (id), .name = (text), .kind = KIND_SENSOR, .form = SIM_WORD, .unit = (u),       \
        .decimals = (d), .min = (lo), .max = (hi)                                              \
    }
#define LEVEL(id, text, u, d, hi)                                                              \
    {                                                                                          \
        .key = (id), .name = (text), .kind = KIND_LEVEL, .form = SIM_WORD, .unit = (u),        \
        .decimals = (d), .max = (hi)                                                           \
    }
#define VOLUME(id, text)                                                                       \
    {                                                                                          \
        .key = (id), .name = (text), .kind = KIND_COUNTER, .form = SIM_DWORD, .unit = "m³"    \
    }
#define HOURS(id, text, of)                                                                    \
    {                                                                                          \
        .key = (id), .name = (text), .kind = KIND_COUNTER, .unit = "h",                        \
        .derive = DERIVE_HOURS, .source = (of)                                                 \
    }
#define DOOR                                                                                   \
    {                                                                                          \
        .key = "TUER", .name = "Tür", .kind = KIND_SENSOR, .form = SIM_TEXT                    \
    }
#define POWER                                                                                  \
    FAULT("NETZAUS", "Netzausfall", "Netzbetreiber anrufen, Notstromaggregat vorbereiten")

static const struct sim_part waterworks[] = {
    [WW_HEAD_PUMPS] = HEAD("G_PUMP", "Pumpen"),
    [WW_WELL1] = PUMP("BRUNNEN1", "Brunnenpumpe 1"),
    [WW_WELL2] = PUMP("BRUNNEN2", "Brunnenpumpe 2"),
    [WW_NET1] = PUMP("NETZP1", "Netzpumpe 1"),
    [WW_NET2] = PUMP("NETZP2", "Netzpumpe 2"),
    [WW_MODE] = MODE,
    [WW_HEAD_FLOW] = HEAD("G_FLUSS", "Behälter und Mengen"),
    [WW_TANK] = LEVEL("BEHAELT", "Reinwasserbehälter", "%", 1, 100),
    [WW_RAW] = SENSOR("ROHW", "Rohwasser", "m³/h", 1, 0, 400),
    [WW_OUT] = SENSOR("ABGABE", "Netzabgabe", "m³/h", 1, 0, 400),
    [WW_PRESSURE] = SENSOR("DRUCK", "Netzdruck", "bar", 2, 0, 8),
    [WW_VOLUME] = VOLUME("ZAEHLER", "Wasserzähler"),
    [WW_TOTAL] = {.key = "ABGSUM",
                  .name = "Abgabe seit Beginn",
                  .kind = KIND_COUNTER,
                  .unit = "m³",
                  .derive = DERIVE_TOTAL,
                  .source = "ZAEHLER"},
    [WW_HEAD_QUALITY] = HEAD("G_GUETE", "Wassergüte"),
    [WW_TURBIDITY] = SENSOR("TRUEB", "Trübung", "FNU", 2, 0, 2),
    [WW_TEMPERATURE] = SENSOR("TEMP", "Wassertemperatur", "°C", 1, 0, 25),
    [WW_HEAD_HOURS] = HEAD("G_STUND", "Betriebsstunden"),
    [WW_HOURS1] = HOURS("H_BR1", "Brunnenpumpe 1", "BRUNNEN1"),
    [WW_HOURS2] = HOURS("H_BR2", "Brunnenpumpe 2", "BRUNNEN2"),
    [WW_TRIP1] = FAULT("STOERB1", "Motorschutz Brunnenpumpe 1",
                       "Vor Ort quittieren; bei Wiederholung Pumpe sperren"),
    [WW_TRIP2] = FAULT("STOERB2", "Motorschutz Brunnenpumpe 2",
                       "Vor Ort quittieren; bei Wiederholung Pumpe sperren"),
    [WW_TURBID] = FAULT("TRUEBAL", "Trübung zu hoch",
                        "Spülen, Probe nehmen, Gesundheitsamt benachrichtigen"),
    [WW_POWER] = POWER,
    [WW_DOOR] = DOOR,
};
static_assert(G_N_ELEMENTS(waterworks) == WW_PARTS, "a part is missing");

#define PUMP_HALL                                                                              \
    [PS_HEAD_PUMPS] = HEAD("G_PUMP", "Pumpen"), [PS_PUMP1] = PUMP("P1", "Pumpe 1"),            \
    [PS_PUMP2] = PUMP("P2", "Pumpe 2"), [PS_MODE] = MODE,                                      \
    [PS_HEAD_FLOW] = HEAD("G_FLUSS", "Füllstand und Mengen"),                                  \
    [PS_HEAD_HOURS] = HEAD("G_STUND", "Betriebsstunden"),                                      \
    [PS_HOURS1] = HOURS("H_P1", "Pumpe 1", "P1"),                                              \
    [PS_HOURS2] = HOURS("H_P2", "Pumpe 2", "P2"),                                              \
    [PS_TRIP1] = FAULT("STOER1", "Störung Pumpe 1", "Pumpe auf Verstopfung prüfen"),           \
    [PS_TRIP2] = FAULT("STOER2", "Störung Pumpe 2", "Pumpe auf Verstopfung prüfen"),           \
    [PS_HIGH] = FAULT("HOCHW", "Hochwasser", "Saugwagen bereitstellen"), [PS_POWER] = POWER,   \
    [PS_DOOR] = DOOR

#define RAIN_GAUGE                                                                             \
    [PS_HEAD_RAIN] = HEAD("G_REGEN", "Niederschlag"),                                          \
    [PS_RAIN] = SENSOR("REGEN", "Niederschlag", "mm/h", 1, 0, 100),                            \
    [PS_TIPS] = SENSOR("KIPP", "Kippungen der Wippe", NULL, 0, 0, 100),                        \
    [PS_RAIN_SUM] = {.key = "REGSUM",                                                          \
                     .name = "Regen seit Beginn",                                              \
                     .kind = KIND_COUNTER,                                                     \
                     .unit = "mm",                                                             \
                     .derive = DERIVE_PULSES,                                                  \
                     .source = "KIPP",                                                         \
                     .adjust = "*0.1"},                                                        \
    [PS_RAIN_MINUTE] = {.key = "REG60",                                                        \
                        .name = "Regen der letzten 60 s",                                      \
                        .kind = KIND_SENSOR,                                                   \
                        .unit = "mm",                                                          \
                        .derive = DERIVE_SUM,                                                  \
                        .source = "KIPP",                                                      \
                        .window_s = 60,                                                        \
                        .adjust = "*0.1"}

static const struct sim_part sewage[] = {
    PUMP_HALL,
    [PS_CURRENT1] = SENSOR("STROM1", "Motorstrom 1", "A", 1, 0, 40),
    [PS_CURRENT2] = SENSOR("STROM2", "Motorstrom 2", "A", 1, 0, 40),
    [PS_LEVEL] = LEVEL("NIVEAU", "Pumpensumpf", "cm", 0, 400),
    [PS_IN] = SENSOR("ZULAUF", "Zulauf", "m³/h", 1, 0, 500),
    [PS_VOLUME] = VOLUME("MENGE", "Fördermenge"),
};

static const struct sim_part storm[] = {
    PUMP_HALL,
    RAIN_GAUGE,
    [PS_LEVEL] = LEVEL("NIVEAU", "Regenbecken", "cm", 0, 400),
    [PS_GATE] = {.key = "SCHIEBER",
                 .name = "Ablaufschieber",
                 .kind = KIND_SENSOR,
                 .form = SIM_WORD,
                 .states = "0=zu;1=auf;2=fährt"},
};

static const struct sim_part combined[] = {
    PUMP_HALL,
    RAIN_GAUGE,
    [PS_LEVEL] = LEVEL("NIVEAU", "Stauraum", "cm", 0, 400),
    [PS_IN] = SENSOR("ZULAUF", "Zulauf", "m³/h", 1, 0, 900),
    [PS_VOLUME] = VOLUME("MENGE", "Fördermenge"),
    [PS_SPILL] = FAULT("ENTLAST", "Entlastung aktiv", "Untere Wasserbehörde benachrichtigen"),
};
static_assert(PS_PARTS <= SIM_PARTS_MAX && WW_PARTS <= SIM_PARTS_MAX, "too many parts");

static const struct sim_part pool[] = {
    [SB_HEAD_PLANT] = HEAD("G_ANLAGE", "Anlage"),
    [SB_FILTER] = PUMP("FILTER", "Filterpumpe"),
    [SB_HEATER] = PUMP("HEIZUNG", "Heizung"),
    [SB_REFILL] = {.key = "NACHSP",
                   .name = "Nachspeiseventil",
                   .kind = KIND_SWITCH,
                   .form = SIM_BIT,
                   .states = "0=zu;1=auf"},
    [SB_DOSING] = PUMP("DOSIER", "Chlordosierung"),
    [SB_RUN] = {.key = "BETRIEB",
                .name = "Filterbetrieb",
                .kind = KIND_SENSOR,
                .form = SIM_WORD,
                .states = "0=Filtern;1=Rückspülen"},
    [SB_HEAD_WATER] = HEAD("G_WASSER", "Beckenwasser"),
    [SB_TEMPERATURE] = SENSOR("TEMP", "Wassertemperatur", "°C", 1, 0, 40),
    [SB_PH] = SENSOR("PH", "pH-Wert", NULL, 2, 5, 9),
    [SB_PH_MEAN] = {.key = "PHMIT",
                    .name = "pH-Wert, Mittel 60 s",
                    .kind = KIND_SENSOR,
                    .derive = DERIVE_MEAN,
                    .source = "PH",
                    .window_s = 60,
                    .decimals = 2},
    [SB_CHLORINE] = SENSOR("CHLOR", "Freies Chlor", "mg/l", 2, 0, 2),
    [SB_PRESSURE] = SENSOR("DIFFDR", "Filterwiderstand", "bar", 2, 0, 2),
    [SB_BUFFER] = LEVEL("SCHWALL", "Schwallwasserbehälter", "%", 1, 100),
    [SB_VISITORS] = {.key = "BESUCH",
                     .name = "Besucher",
                     .kind = KIND_COUNTER,
                     .form = SIM_DWORD},
    [SB_HEAD_HOURS] = HEAD("G_STUND", "Betriebsstunden"),
    [SB_HOURS] = HOURS("H_FILT", "Filterpumpe", "FILTER"),
    [SB_DOSING_FAULT] =
        FAULT("DOSSTOER", "Störung Dosierung", "Dosierung sperren, Handmessung"),
    [SB_BUFFER_EMPTY] = FAULT("SCHWLEER", "Schwallwasser leer", "Nachspeisung prüfen"),
    [SB_POWER] = POWER,
    [SB_DOOR] = DOOR,
};
static_assert(G_N_ELEMENTS(pool) == SB_PARTS, "a part is missing");

#define SCRAP_INDEX(i)                                                                         \
    {.key = i,                                                                                 \
     .name = "Ausschuss " i,                                                                   \
     .unit = "kg",                                                                             \
     .kind = KIND_SENSOR,                                                                      \
     .form = SIM_WORD,                                                                         \
     .decimals = 1,                                                                            \
     .max = 10},                                                                               \
        {.key = "SUM" i,                                                                       \
         .name = "Ausschuss " i ", Summe 60 s",                                                \
         .unit = "kg",                                                                         \
         .kind = KIND_COUNTER,                                                                 \
         .derive = DERIVE_SUM,                                                                 \
         .source = i,                                                                          \
         .window_s = 60},                                                                      \
    {                                                                                          \
        .key = "MIT" i, .name = "Ausschuss " i ", Mittel 60 s", .unit = "kg",                  \
        .kind = KIND_SENSOR, .derive = DERIVE_MEAN, .source = i, .window_s = 60, .decimals = 2 \
    }

static const struct sim_part scrap[] = {SCRAP_INDEX("1"), SCRAP_INDEX("2"), SCRAP_INDEX("3")};

static const struct sim_template templates[] = {
    [SIM_WATERWORKS] = {"Wasserwerk", waterworks, G_N_ELEMENTS(waterworks)},
    [SIM_SEWAGE] = {"Abwasser", sewage, G_N_ELEMENTS(sewage)},
    [SIM_STORM] = {"Regenwasser", storm, G_N_ELEMENTS(storm)},
    [SIM_COMBINED] = {"Mischwasser", combined, G_N_ELEMENTS(combined)},
    [SIM_POOL] = {"Schwimmbad", pool, G_N_ELEMENTS(pool)},
    [SIM_SCRAP] = {"Maschine", scrap, G_N_ELEMENTS(scrap)},
};
static_assert(G_N_ELEMENTS(templates) == SIM_TYPES, "a type has no template");

const struct sim_template *
sim_template(enum sim_type type)
{
    return &templates[type];
}

enum sim_type
sim_type_from_name(const char *type)
{
    for (size_t i = 0; i < SIM_TYPES; i++) {
        if (strcmp(templates[i].type, type) == 0) {
            return (enum sim_type)i;
        }
    }
    return SIM_SEWAGE;
}
