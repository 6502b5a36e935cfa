/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/sim_world.h"

#include <math.h>

#define STEP_S 20.0 /* levels and pumps are reckoned out this often */

#define LEVEL_OFF  0.8 /* m; pumps stop */
#define LEVEL_ON   1.8
#define LEVEL_ON2  2.4
#define LEVEL_HIGH 3.2
#define LEVEL_TOP  4.0 /* it spills */

#define FAULT_WINDOW_S 120 /* in each, a station may fail once */

static uint64_t
mix(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

double
sim_random(uint64_t *state)
{
    *state = mix(*state);
    return (double)(*state >> 11) / (double)(UINT64_C(1) << 52) - 1.0;
}

/* A smooth hump of height 1 at centre. */
static double
hump(double x, double centre, double width)
{
    double d = (x - centre) / width;
    return exp(-d * d);
}

/* Water used over the day: little at night, peaks at breakfast and supper. Mean near 1. */
static double
day_curve(double hour)
{
    return 0.45 + 0.95 * hump(hour, 7.5, 2.2) + 0.5 * hump(hour, 13, 3) +
           0.85 * hump(hour, 19, 2.5);
}

double
sim_rain(double story_s, double longitude)
{
    double s = fmod(story_s, SIM_STORY_S);
    double front = 8.3 + (s - 60) / 140 * 3.2;
    double rain = s < 40 || s > 240 ? 0 : 48 * hump(longitude, front, 0.35);
    return rain < 0.1 ? 0 : rain;
}

bool
sim_silent(uint32_t index, double story_s)
{
    double s = fmod(story_s, SIM_STORY_S);
    return index % 40 == 13 && s >= 45 && s < 165;
}

bool
sim_stuck(uint32_t index, double story_s)
{
    double s = fmod(story_s, SIM_STORY_S);
    return index % 40 == 28 && s >= 90 && s < 240;
}

/*
 * What is broken now. One fault comes early for everybody to see; the others by lot, one
 * station in sixteen at a time, each for 20 to 80 seconds of its window.
 */
static void
find_fault(struct sim_site *s, double story_s)
{
    double phase = (double)(s->index % 12) * 10;
    double window = floor((story_s + phase) / FAULT_WINDOW_S);
    double within = story_s + phase - window * FAULT_WINDOW_S;
    uint64_t draw = mix(s->lot ^ (uint64_t)window * 77);
    double begin = 10 + (double)(draw >> 8 & 15), length = 20 + (double)(draw >> 16 & 63);
    enum sim_fault which = (enum sim_fault)(SIM_TRIP1 + (draw >> 32) % SIM_BLACKOUT);
    bool broken = draw % 16 == 0 && window > 0;
    if (s->index % 40 == 1 && window <= 0) {
        begin = 25 + phase;
        length = 70;
        which = SIM_TRIP1;
        broken = true;
    }
    broken = broken && within >= begin && within < begin + length;
    s->fault = broken ? which : SIM_WELL;
    s->visited = broken && within >= begin + length / 2;
}

void
sim_site_init(struct sim_site *s, enum sim_type type, uint64_t seed, uint32_t index,
              double longitude)
{
    *s = (struct sim_site){.type = type,
                           .index = index,
                           .random = mix(seed ^ mix(index + 1)),
                           .lot = mix(mix(seed) + index),
                           .longitude = isnan(longitude) ? 10 : longitude};
    double lot = sim_random(&s->random);
    s->size = 80 + 50 * lot;
    s->area = s->size / 6; /* from on to off in ten minutes, about */
    if (type == SIM_STORM) {
        s->size = 20;
        s->area = 40;
    } else if (type == SIM_WATERWORKS) {
        s->size = 110 + 30 * lot;
        s->area = s->size * 1.4 / LEVEL_TOP;
    }
    s->volume = s->area * (1.7 + 0.9 * sim_random(&s->random));
    s->volume += type == SIM_WATERWORKS ? s->area : 0;
    s->turbidity = 0.15;
    s->temperature = type == SIM_POOL ? 27.6 : 10.4;
    s->ph = 7.2;
    s->chlorine = 0.5;
    s->resistance = 0.5 + 0.2 * lot;
    s->buffer = 50;
    s->value[WW_PRESSURE] = type == SIM_WATERWORKS ? 4.6 : 0;
}

static void
store(struct sim_site *s, double in_m3, double out_m3)
{
    s->volume += in_m3 - out_m3;
    s->in_m3 += in_m3;
    s->out_m3 += out_m3;
    double top = s->area * LEVEL_TOP;
    if (s->volume > top) {
        s->spill_m3 += s->volume - top;
        s->volume = top;
    }
}

/* Never more than there is. */
static double
drawn(const struct sim_site *s, double want_m3, double in_m3)
{
    return fmax(fmin(want_m3, s->volume + in_m3 - 0.05 * s->area), 0);
}

static bool
can_run(const struct sim_site *s, int pump)
{
    return s->fault != SIM_BLACKOUT && s->fault != (pump == 0 ? SIM_TRIP1 : SIM_TRIP2);
}

/* Switch two pumps by demand 0 (stop), 1, 2 (as many as that) or -1 (as they are). */
static void
switch_pumps(struct sim_site *s, int demand)
{
    int running = s->pump[0] + s->pump[1];
    if (demand == 0) {
        if (running > 0) {
            s->lead = !s->lead; /* they take turns */
        }
        s->pump[0] = s->pump[1] = false;
    }
    for (int i = 0; i < 2; i++) {
        int p = i ^ (s->lead ? 1 : 0);
        s->pump[p] = s->pump[p] && can_run(s, p);
        if (demand > s->pump[0] + s->pump[1] && can_run(s, p)) {
            s->pump[p] = true;
        }
    }
}

static void
step_pump_hall(struct sim_site *s, const struct sim_moment *m, double dt)
{
    double rain = sim_rain(m->story_s, s->longitude);
    double in = s->size * (1 + s->drift);
    double capacity = 2 * s->size;
    if (s->type == SIM_STORM) {
        in += 14 * rain;
        capacity = 150;
    } else {
        in = in * day_curve(m->day_h) + (s->type == SIM_COMBINED ? 10 : 1) * rain;
    }
    double level = s->volume / s->area;
    switch_pumps(s, level < LEVEL_OFF    ? 0
                    : level >= LEVEL_ON2 ? 2
                    : level >= LEVEL_ON  ? 1
                                         : -1);
    double in_m3 = in * dt / 3600;
    double want = (s->pump[0] + s->pump[1]) * capacity * dt / 3600;
    store(s, in_m3, drawn(s, want, in_m3));
    s->tips += rain * dt / 360;
    s->value[PS_IN] = in;
    s->value[PS_RAIN] = rain;

    bool open = level > 1.2;
    s->gate_s = open == s->gate_open ? 0 : s->gate_s + dt;
    if (s->gate_s >= 60) {
        s->gate_open = open;
        s->gate_s = 0;
    }
}

static void
step_waterworks(struct sim_site *s, const struct sim_moment *m, double dt)
{
    double fill = s->volume / (s->area * LEVEL_TOP);
    switch_pumps(s, fill > 0.92 ? 0 : fill < 0.5 ? 2 : fill < 0.7 ? 1 : -1);
    double demand = s->size * day_curve(m->day_h) * (1 + s->drift);
    bool dark = s->fault == SIM_BLACKOUT;
    s->boost[0] = !dark;
    s->boost[1] = !dark && demand > s->size * (s->boost[1] ? 1.05 : 1.2);
    double raw = (s->pump[0] + s->pump[1]) * 1.6 * s->size;
    double in_m3 = raw * dt / 3600;
    double out_m3 = drawn(s, (dark ? 0.2 : 1) * demand * dt / 3600, in_m3);
    store(s, in_m3, out_m3);

    double pressure =
        dark ? 1.4 : 4.9 - 0.5 * demand / s->size + (s->boost[1] ? 0.3 : 0) + s->drift * 0.3;
    double pull = 1 - exp(-dt / 60);
    double aim = 0.15 + 0.1 * fabs(s->drift) + (s->fault == SIM_OTHER ? 1.5 : 0);
    s->turbidity += (aim - s->turbidity) * pull + 0.01 * sim_random(&s->random);
    s->turbidity = fmax(s->turbidity, 0.05);
    s->value[WW_PRESSURE] += (pressure - s->value[WW_PRESSURE]) * pull;
    s->value[WW_RAW] = raw;
    s->value[WW_OUT] = dt > 0 ? out_m3 / dt * 3600 : 0;
    s->temperature = 10.4 + 0.4 * sin((m->day_h - 9) / 24 * 2 * G_PI) + s->drift;
}

static void
step_pool(struct sim_site *s, const struct sim_moment *m, double dt)
{
    double h = dt / 3600;
    bool power = s->fault != SIM_BLACKOUT;
    bool open = m->day_h >= 8 && m->day_h < 20;
    s->visitors += open ? 60 * (1 + s->drift) * h : 0;

    s->heater = power && s->temperature < (s->heater ? 28.0 : 27.4);
    s->temperature += ((s->heater ? 1.3 : 0) - (open ? 0.6 : 0.4)) * h;
    s->temperature = fmax(s->temperature, 18);

    s->dosing = power && s->fault != SIM_OTHER && s->chlorine < (s->dosing ? 0.65 : 0.42);
    s->chlorine += ((s->dosing ? 0.9 : 0) - (open ? 0.3 : 0.15)) * h;
    s->chlorine = fmax(s->chlorine, 0.02);
    s->ph += (0.06 * sin(m->day_h / 3 * 2 * G_PI) - 0.05 * (s->ph - 7.2)) * h;

    if (s->backwash_s > 0) {
        s->backwash_s -= dt;
        s->resistance = fmax(s->resistance - 3.5 * h, 0.35);
    } else if (power) {
        s->resistance += 0.25 * h;
        s->backwash_s = s->resistance > 0.9 ? 600 : 0;
    }
    s->refill = power && s->fault != SIM_TRIP1 && s->buffer < (s->refill ? 65 : 40);
    double loss = 5 + (s->backwash_s > 0 ? 90 : 0) + (s->fault == SIM_TRIP1 ? 60 : 0);
    s->buffer += ((s->refill ? 45 : 0) - loss) * h;
    s->buffer = fmin(fmax(s->buffer, 0), 100);
}

static double
near(struct sim_site *s, double value, double spread)
{
    return value == 0.0 ? 0 : value + spread * sim_random(&s->random);
}

static void
tell_pump_hall(struct sim_site *s)
{
    double level = s->volume / s->area;
    double load = 14 + s->size / 20 - level;
    s->value[PS_PUMP1] = s->pump[0];
    s->value[PS_PUMP2] = s->pump[1];
    s->value[PS_CURRENT1] = near(s, s->pump[0] * load, 0.3);
    s->value[PS_CURRENT2] = near(s, s->pump[1] * load, 0.3);
    s->value[PS_MODE] = !s->visited;
    s->value[PS_LEVEL] = level * 100;
    s->value[PS_VOLUME] = fmod(floor(s->counter_from + s->out_m3), 4294967296.0);
    s->value[PS_TIPS] = floor(s->tips);
    s->tips -= floor(s->tips);
    s->value[PS_GATE] = s->gate_s > 0 ? 2 : s->gate_open;
    s->value[PS_TRIP1] = s->fault == SIM_TRIP1;
    s->value[PS_TRIP2] = s->fault == SIM_TRIP2 || s->fault == SIM_OTHER;
    s->value[PS_HIGH] = level > LEVEL_HIGH;
    s->value[PS_POWER] = s->fault == SIM_BLACKOUT;
    s->value[PS_SPILL] = level >= LEVEL_TOP;
    s->value[PS_DOOR] = s->visited;
}

static void
tell_waterworks(struct sim_site *s)
{
    s->value[WW_WELL1] = s->pump[0];
    s->value[WW_WELL2] = s->pump[1];
    s->value[WW_NET1] = s->boost[0];
    s->value[WW_NET2] = s->boost[1];
    s->value[WW_MODE] = !s->visited;
    s->value[WW_TANK] = s->volume / (s->area * LEVEL_TOP) * 100;
    s->value[WW_VOLUME] = fmod(floor(s->counter_from + s->out_m3), 4294967296.0);
    s->value[WW_TURBIDITY] = s->turbidity;
    s->value[WW_TEMPERATURE] = s->temperature;
    s->value[WW_TRIP1] = s->fault == SIM_TRIP1;
    s->value[WW_TRIP2] = s->fault == SIM_TRIP2;
    s->value[WW_TURBID] = s->turbidity > 1;
    s->value[WW_POWER] = s->fault == SIM_BLACKOUT;
    s->value[WW_DOOR] = s->visited;
}

static void
tell_pool(struct sim_site *s)
{
    s->value[SB_FILTER] = s->fault != SIM_BLACKOUT;
    s->value[SB_HEATER] = s->heater;
    s->value[SB_REFILL] = s->refill;
    s->value[SB_DOSING] = s->dosing;
    s->value[SB_RUN] = s->backwash_s > 0;
    s->value[SB_TEMPERATURE] = s->temperature;
    s->value[SB_PH] = near(s, s->ph, 0.01);
    s->value[SB_CHLORINE] = s->chlorine;
    s->value[SB_PRESSURE] = s->resistance;
    s->value[SB_BUFFER] = s->buffer;
    s->value[SB_VISITORS] = floor(s->visitors);
    s->value[SB_DOSING_FAULT] = s->fault == SIM_OTHER || s->fault == SIM_TRIP2;
    s->value[SB_BUFFER_EMPTY] = s->buffer < 15;
    s->value[SB_POWER] = s->fault == SIM_BLACKOUT;
    s->value[SB_DOOR] = s->visited;
}

static void
step_once(struct sim_site *s, const struct sim_moment *m, double dt)
{
    s->drift += dt / 600 * (0.3 * sim_random(&s->random) - 0.3 * s->drift);
    s->drift = fmax(fmin(s->drift, 0.3), -0.3);
    switch (s->type) {
    case SIM_WATERWORKS:
        step_waterworks(s, m, dt);
        break;
    case SIM_SEWAGE:
    case SIM_STORM:
    case SIM_COMBINED:
        step_pump_hall(s, m, dt);
        break;
    case SIM_POOL:
        step_pool(s, m, dt);
        break;
    case SIM_SCRAP:
        break;
    }
}

void
sim_site_step(struct sim_site *s, const struct sim_moment *m, double dt_s)
{
    find_fault(s, m->story_s);
    double left = fmin(fmax(dt_s, 0), 3600);
    do {
        double dt = fmin(left, STEP_S);
        step_once(s, m, dt);
        left -= dt;
    } while (left > 0);
    switch (s->type) {
    case SIM_WATERWORKS:
        tell_waterworks(s);
        break;
    case SIM_SEWAGE:
    case SIM_STORM:
    case SIM_COMBINED:
        tell_pump_hall(s);
        break;
    case SIM_POOL:
        tell_pool(s);
        break;
    case SIM_SCRAP:
        for (int i = 0; i < 9; i += 3) {
            s->value[i] = 3 + 2 * sim_random(&s->random);
        }
        break;
    }
}
