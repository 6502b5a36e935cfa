/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit.h"

#include <glib/gstdio.h>
#include <math.h>

#include "src/config/csv_rows.h"
#include "src/config/plant_csv.h"
#include "src/config/plant_texts.h"
#include "src/core/csv.h"

static const char *const files[] = {"stations.csv", "components.csv", "rules.csv"};

struct room {
    char *dir;
    struct problems problems;
    struct err err;
    struct plant *plant;
};

static void
room_open(struct room *r)
{
    *r = (struct room){.dir = g_dir_make_tmp("leitstand-XXXXXX", NULL)};
    problems_init(&r->problems);
}

static void
room_close(struct room *r)
{
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        char *path = g_build_filename(r->dir, files[i], NULL);
        g_unlink(path);
        g_free(path);
    }
    assert_int_equal(g_rmdir(r->dir), 0); /* nothing else was left there */
    plant_unref(r->plant);
    problems_fini(&r->problems);
    g_free(r->dir);
}

static void
room_write(const struct room *r, const char *file, const char *text)
{
    char *path = g_build_filename(r->dir, file, NULL);
    assert_true(g_file_set_contents(path, text, -1, NULL));
    g_free(path);
}

static char *
room_text(const struct room *r, const char *file)
{
    char *path = g_build_filename(r->dir, file, NULL), *text = NULL;
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_free(path);
    return text;
}

static enum rc
room_read(struct room *r)
{
    return plant_csv_read(&r->plant, r->dir, &r->problems, &r->err);
}

#define STATIONS_HEADER                                                                        \
    "uid,name,short_name,type,area,latitude,longitude,order,silence_s,clock,guidance\r\n"
#define COMPONENTS_HEADER                                                                      \
    "id,station,name,short_name,kind,unit,min,max,order,adjust,decode,states,guidance"
#define RULES_HEADER                                                                           \
    "component,rule,type,limit,deadband,on_delay_s,off_delay_s,count,window_s,priority,latch," \
    "name,guidance"

/* What a spreadsheet, an editor and we ourselves write; one cell of everything. */
static void
test_read(void **state)
{
    (void)state;
    struct room r;
    room_open(&r);
    room_write(&r, "stations.csv",
               "\xef\xbb\xbflongitude,latitude,name,uid,clock,silence_s\r\n"
               "9.99,53.5,\"Wasserwerk \"\"Süd\"\", alt\",WW-1,local,0\r\n"
               "\r\n"
               ",,,PS-2,,\r\n");
    room_write(&r, "components.csv",
               COMPONENTS_HEADER ",derive\n"
                                 "L1,WW-1,Behälter,Beh.,level,m,0,4.5,2,*0.01,int16,,\"Zuerst "
                                 "schauen,\ndann rufen\",\n"
                                 "V1,WW-1,,,switch,,,,1,,,0=zu;1=auf,,\n"
                                 "H1,WW-1,,,counter,h,,,3,,,,,hours(V1)\n"
                                 "S1,WW-1,,,sensor,,,,4,-3,,,,\"sum(L1,60)\"\n"
                                 "L1,PS-2,,,,,,,,5,,,,\n");
    room_write(
        &r, "rules.csv",
        "parent,rule,component,type,limit,latch,window_s,count,re_alarm_s,ack_on_return,"
        "group\n"
        ",hoch,WW-1/L1,hi,4,yes,,,,,\n"
        "hoch,stumm,kind:level,stale,,,60,,0.5,no,Pegel\n"
        "PS-2/L1/x,fest,\"kind:level area:\"\"Nord Ost\"\" station:*\",stuck,,,9,,,yes,\n"
        ",oft,unit:m id:?1,count,,,3600,5,,,\n"
        ",hoch,WW-1/S1,off,,,,,,,\n");
    assert_int_equal(room_read(&r), RC_OK);
    const struct plant *p = r.plant;
    assert_int_equal(p->n_stations, 2);
    assert_int_equal(p->n_components, 5);
    const struct station *w = &p->stations[plant_find_station(p, "WW-1")];
    assert_string_equal(w->name, "Wasserwerk \"Süd\", alt");
    assert_true(w->latitude > 53.4 && w->longitude < 10);
    assert_int_equal(w->silence_s, 0);
    assert_int_equal(w->clock, CLOCK_MODE_LOCAL);
    const struct station *s = &p->stations[plant_find_station(p, "PS-2")];
    assert_string_equal(s->name, "PS-2");
    assert_int_equal(s->silence_s, 300);
    assert_int_equal(s->clock, CLOCK_MODE_AUTO);
    assert_true(isnan(s->latitude));
    const struct component *l = &p->components[plant_find_component(p, "WW-1", "L1")];
    assert_int_equal(l->kind, KIND_LEVEL);
    assert_int_equal(l->decode, DECODE_INT16);
    assert_int_equal(l->adjust.op, ADJUST_MULTIPLY);
    assert_string_equal(l->guidance, "Zuerst schauen,\ndann rufen");
    const struct component *v = &p->components[plant_find_component(p, "WW-1", "V1")];
    assert_string_equal(component_state_name(v, 1), "auf");
    assert_true(isnan(v->min));
    const struct component *sum = &p->components[plant_find_component(p, "WW-1", "S1")];
    assert_int_equal(sum->derive, DERIVE_SUM);
    assert_int_equal(sum->derive_window_s, 60);
    assert_int_equal(sum->adjust.op, ADJUST_SUBTRACT);
    assert_string_equal(p->components[sum->source].id, "L1");
    const struct component *other = &p->components[plant_find_component(p, "PS-2", "L1")];
    assert_int_equal(other->kind, KIND_SENSOR);
    assert_int_equal(other->adjust.op, ADJUST_ADD);
    assert_string_equal(p->rules[0].priority, "medium");
    assert_true(p->rules[0].latch);
    assert_true(isnan(p->rules[1].limit));
    assert_true(p->rules[1].ack_unneeded && !p->rules[0].ack_unneeded);
    assert_true(p->rules[1].re_alarm_s > 0.49 && p->rules[1].re_alarm_s < 0.51);
    assert_string_equal(p->rules[1].group, "Pegel");
    assert_string_equal(p->rules[1].parent, "hoch");
    assert_string_equal(p->rules[2].component, "kind:level area:\"Nord Ost\" station:*");
    assert_string_equal(p->rules[2].parent, "PS-2/L1/x");
    assert_false(p->rules[2].ack_unneeded);
    assert_string_equal(p->rules[4].type, "off");
    assert_int_equal(p->rules[4].line, 6);
    room_close(&r);
}

/* A good plant with one thing wrong: file, its text, the problem without the directory. */
static void
test_problems(void **state)
{
    (void)state;
    static const struct {
        const char *file, *text, *want;
    } cases[] = {
        {"stations.csv", "", "stations.csv:1: the header line is missing"},
        {"stations.csv", "name\nx\n", "stations.csv:1: column \"uid\" is missing"},
        {"stations.csv", "uid,silence\nA,3\n",
         "stations.csv:1: \"silence\" is not a known "
         "column; did you mean \"silence_s\"?"},
        {"stations.csv", "uid,colour\nA,3\n",
         "stations.csv:1: \"colour\" is not a known column"},
        {"stations.csv", "uid,uid\nA,A\n", "stations.csv:1: column \"uid\" stands twice"},
        {"stations.csv", "uid,name\nA\n",
         "stations.csv:2: the row has 1 cells, the header line 2"},
        {"stations.csv", "uid,name\nA,b,c\n",
         "stations.csv:2: the row has 3 cells, the header line 2"},
        {"stations.csv", "uid,name\nA,\"b\n", "stations.csv:2: the quote is not closed"},
        {"stations.csv", "uid,name\nA,b\"c\n",
         "stations.csv:2: a quote stands where none may be: a cell with quotes begins and ends "
         "with one, and doubles those inside"},
        {"stations.csv", "uid,name\nA,\"b\" \n",
         "stations.csv:2: a quote stands where none may be: a cell with quotes begins and ends "
         "with one, and doubles those inside"},
        {"stations.csv",
         "uid,name\nA,S\xfc"
         "d\n",
         "stations.csv:2: the line is not valid UTF-8"},
        {"stations.csv", "uid,name\nA,b\rB,c\n",
         "stations.csv:2: the line contains a carriage return that ends no line"},
        {"stations.csv", "uid,name\nA,x\n,b\n",
         "stations.csv:3: uid: \"\" is not a name: it is empty"},
        {"stations.csv", "uid\nA\n1234567890123456789012345678901234567\n",
         "stations.csv:3: uid: \"1234567890123456789012345678901234567\" is not a text of at "
         "most 36 bytes"},
        {"stations.csv", "uid,name\nA,\033[2J\n",
         "stations.csv:2: name: \"?[2J\" is not clean text: it has control or invisible "
         "characters"},
        {"stations.csv",
         "uid,name\nA,a\xe2\x80\xae"
         "b\n",
         "stations.csv:2: name: \"a?b\" is not clean text: it has control or invisible "
         "characters"},
        {"stations.csv", "uid,name\nA,\"a\nb\"\n",
         "stations.csv:2: name: \"a?b\" is not clean text: it has control or invisible "
         "characters"},
        {"stations.csv", "uid,latitude\nA,91\n",
         "stations.csv:2: latitude: \"91\" is not a number from -90 to 90"},
        {"stations.csv", "uid,longitude\nA,\"9,5\"\n",
         "stations.csv:2: longitude: \"9,5\" is not a number from -180 to 180"},
        {"stations.csv", "uid,longitude\nA,nan\n",
         "stations.csv:2: longitude: \"nan\" is not a number from -180 to 180"},
        {"stations.csv", "uid,silence_s\nA,-1\n",
         "stations.csv:2: silence_s: \"-1\" is not a whole number from 0 to 31536000"},
        {"stations.csv", "uid,silence_s\nA,1.5\n",
         "stations.csv:2: silence_s: \"1.5\" is not a whole number from 0 to 31536000"},
        {"stations.csv", "uid,clock\nA,UTC\n",
         "stations.csv:2: clock: \"UTC\" is not utc, local, ignore or auto"},
        {"stations.csv", "uid\nA\nB\nA\n",
         "stations.csv:4: uid: \"A\" stands twice, first in line 2"},

        {"components.csv", "id,station\nx,B\n",
         "components.csv:2: station: \"B\" is not in stations.csv"},
        {"components.csv", "id,station\nx,A\nx,A\n",
         "components.csv:3: id: \"x\" stands twice, first in line 2"},
        {"components.csv", "id,station,kind\nx,A,Sensor\n",
         "components.csv:2: kind: \"Sensor\" is not actuator, switch, counter, sensor, level, "
         "fault or divider"},
        {"components.csv", "id,station,min,max\nx,A,5,5\n",
         "components.csv:2: max: \"5\" is not larger than min"},
        {"components.csv", "id,station,adjust\nx,A,/0\n",
         "components.csv:2: adjust: \"/0\" is not a correction: it divides by zero"},
        {"components.csv", "id,station,adjust\nx,A,^2\n",
         "components.csv:2: adjust: \"^2\" is not a correction such as *0.1, /3600, +5 or -3"},
        {"components.csv", "id,station,adjust\nx,A,*\n",
         "components.csv:2: adjust: \"*\" is not a correction such as *0.1, /3600, +5 or -3"},
        {"components.csv", "id,station,decode\nx,A,int8\n",
         "components.csv:2: decode: \"int8\" is not int16, uint16, int32, uint32, float32 or "
         "bcd"},
        {"components.csv", "id,station,states\nx,A,0=a;0=b\n",
         "components.csv:2: states: \"0=a;0=b\" is not a list of states such as "
         "0=closed;1=open"},
        {"components.csv", "id,station,states\nx,A,zu;auf\n",
         "components.csv:2: states: \"zu;auf\" is not a list of states such as "
         "0=closed;1=open"},
        {"components.csv", "id,station,derive\nx,A,\nh,A,hours(y)\n",
         "components.csv:3: derive: \"y\" is not a measured component of this station"},
        {"components.csv", "id,station,derive\nx,A,hours(x)\n",
         "components.csv:2: derive: \"x\" is not a measured component of this station"},
        {"components.csv", "id,station,derive\nx,A,\ny,A,\"sum(x,0)\"\n",
         "components.csv:3: derive: \"sum(x,0)\" is not hours(ID), pulses(ID), total(ID), "
         "sum(ID,SECONDS) or mean(ID,SECONDS)"},
        {"components.csv", "id,station,derive\nx,A,max(x)\n",
         "components.csv:2: derive: \"max(x)\" is not hours(ID), pulses(ID), total(ID), "
         "sum(ID,SECONDS) or mean(ID,SECONDS)"},

        {"stations.csv", "uid\nA\nleitstand\n",
         "stations.csv:3: uid: \"leitstand\" is not free: it stands for leitstand itself"},
        {"components.csv", "id,station\nx,A\ntest:x,A\n",
         "components.csv:3: id: \"test:x\" is not free: what begins with test: is a test of an "
         "alarm"},

        {"rules.csv", "component,rule,type,limit\nA/y,r,hi,1\n",
         "rules.csv:2: component: \"A/y\" is not STATION/ID of components.csv, nor a selection "
         "such as kind:fault"},
        {"rules.csv", "component,rule,type\nkind:pump,r,digital\n",
         "rules.csv:2: component: \"kind:pump\" is not a selection: there is no such kind"},
        {"rules.csv", "component,rule,type\nkind:fault area:Nord Ost,r,digital\n",
         "rules.csv:2: component: \"kind:fault area:Nord Ost\" is not a selection of kind:, "
         "type:, area:, station:, id: and unit:, separated by blanks"},
        {"rules.csv", "component,rule,type\nid:x id:y,r,digital\n",
         "rules.csv:2: component: \"id:x id:y\" is not a selection: a word stands twice"},
        {"rules.csv", "component,rule,type\nunit:,r,digital\n",
         "rules.csv:2: component: \"unit:\" is not a selection: a value is missing, or its "
         "quote "
         "is not closed"},
        {"rules.csv", "component,rule,type\nA/x,test:r,digital\n",
         "rules.csv:2: rule: \"test:r\" is not free: what begins with test: is a test of an "
         "alarm"},
        {"rules.csv", "component,rule,type\nA/x,r,high\n",
         "rules.csv:2: type: \"high\" is not hihi, hi, lo, lolo, digital, rate, stale, stuck, "
         "totalizer, count or off"},
        {"rules.csv", "component,rule,type\nA/x,r,silence\n",
         "rules.csv:2: type: \"silence\" is not hihi, hi, lo, lolo, digital, rate, stale, "
         "stuck, "
         "totalizer, count or off"},
        {"rules.csv", "component,rule,type,priority\nA/x,r,digital,urgent\n",
         "rules.csv:2: priority: \"urgent\" is not critical, high, medium or low"},
        {"rules.csv", "component,rule,type,latch\nA/x,r,digital,maybe\n",
         "rules.csv:2: latch: \"maybe\" is not yes or no"},
        {"rules.csv", "component,rule,type,ack_on_return\nA/x,r,digital,never\n",
         "rules.csv:2: ack_on_return: \"never\" is not yes or no"},
        {"rules.csv", "component,rule,type,re_alarm_s\nA/x,r,digital,604801\n",
         "rules.csv:2: re_alarm_s: \"604801\" is not a number from 0 to 604800"},
        {"rules.csv",
         "component,rule,type,group\nA/x,r,digital,"
         "1234567890123456789012345678901234567\n",
         "rules.csv:2: group: \"1234567890123456789012345678901234567\" is not a text of at "
         "most "
         "36 bytes"},
        {"rules.csv", "component,rule,type\nA/x,r,hi\n",
         "rules.csv:2: limit: \"\" is not a number, which this type needs"},
        {"rules.csv", "component,rule,type,limit\nA/x,r,lolo,\n",
         "rules.csv:2: limit: \"\" is not a number, which this type needs"},
        {"rules.csv", "component,rule,type,limit\nA/x,r,rate,no\n",
         "rules.csv:2: limit: \"no\" is not a number from -1e+15 to 1e+15"},
        {"rules.csv", "component,rule,type,window_s\nA/x,r,stale,0\n",
         "rules.csv:2: window_s: \"0\" is not above 0, which this type needs"},
        {"rules.csv", "component,rule,type\nA/x,r,stuck\n",
         "rules.csv:2: window_s: \"\" is not above 0, which this type needs"},
        {"rules.csv", "component,rule,type,limit\nA/x,r,totalizer,5\n",
         "rules.csv:2: window_s: \"\" is not above 0, which this type needs"},
        {"rules.csv", "component,rule,type,window_s,count\nA/x,r,count,5,0\n",
         "rules.csv:2: count: \"0\" is not above 0, which this type needs"},
        {"rules.csv", "component,rule,type\nA/x,r,digital\nA/x,r,off\n",
         "rules.csv:3: rule: \"r\" stands twice, first in line 2"},
        {"rules.csv",
         "component,rule,type\nA/x,1,digital\nA/x,0,off\nA/x,2,digital\nA/x,3,digital\n"
         "A/x,4,digital\nA/x,5,digital\nA/x,6,digital\nA/x,7,digital\nA/x,8,digital\n"
         "A/x,9,digital\n",
         "rules.csv:11: component: \"A/x\" has more than 8 rules"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct room r;
        room_open(&r);
        room_write(&r, "stations.csv", "uid\nA\n");
        room_write(&r, "components.csv", "id,station\nx,A\n");
        room_write(&r, cases[i].file, cases[i].text);
        assert_int_equal(room_read(&r), RC_INVALID);
        assert_null(r.plant);
        char *want = g_strdup_printf("%s/%s", r.dir, cases[i].want);
        assert_string_equal(r.problems.list[0], want);
        if (strcmp(cases[i].file, "rules.csv") == 0) { /* no other file depends on it */
            assert_int_equal(r.problems.n, 1);
        }
        g_free(want);
        room_close(&r);
    }
}

/* Reading goes on behind every mistake, also in the next file. */
static void
test_all_at_once(void **state)
{
    (void)state;
    struct room r;
    room_open(&r);
    room_write(&r, "stations.csv", "uid,latitude,clock\nA,x,y\nB,\"1\"2,\nC,,z\n");
    room_write(&r, "components.csv", "id,station,kind\na,A,pump\nb,N,\nc,A,\n");
    room_write(&r, "rules.csv",
               "component,rule,type,limit\nA/z,r,hi,1\nA/c,r,hi,1\nA/c,s,totalizer,\n");
    assert_int_equal(room_read(&r), RC_INVALID);
    assert_int_equal(r.problems.n, 9);
    room_close(&r);
}

static void
test_missing(void **state)
{
    (void)state;
    struct room r;
    room_open(&r);
    assert_int_equal(room_read(&r), RC_NOTFOUND);
    assert_null(plant_csv_digest(r.dir));
    room_write(&r, "stations.csv", "uid\nA\n");
    assert_int_equal(room_read(&r), RC_NOTFOUND);
    room_write(&r, "components.csv", "id,station\nx,A\n");
    assert_int_equal(room_read(&r), RC_OK); /* rules.csv may be missing */
    room_close(&r);
}

static void
test_digest(void **state)
{
    (void)state;
    struct room r;
    room_open(&r);
    room_write(&r, "stations.csv", "uid\nA\n");
    room_write(&r, "components.csv", "id,station\nx,A\n");
    char *first = plant_csv_digest(r.dir);
    assert_int_equal(strlen(first), 64);
    room_write(&r, "rules.csv", "component,rule,type\n");
    char *second = plant_csv_digest(r.dir);
    assert_string_not_equal(first, second);
    room_write(&r, "rules.csv", "component,rule,type\n");
    char *again = plant_csv_digest(r.dir);
    assert_string_equal(second, again);
    g_free(first);
    g_free(second);
    g_free(again);
    room_close(&r);
}

/* A plant without derived components has the columns of the contract and no other. */
static void
test_write_plain(void **state)
{
    (void)state;
    struct room r;
    room_open(&r);
    room_write(&r, "stations.csv", "uid,name\nA,\"x, \"\"y\"\"\"\n");
    room_write(&r, "components.csv", "id,station,adjust,max\nx,A,5,0.1\n");
    assert_int_equal(room_read(&r), RC_OK);
    assert_int_equal(plant_csv_write(r.plant, r.dir, &r.err), RC_OK);
    char *stations = room_text(&r, "stations.csv");
    char *components = room_text(&r, "components.csv");
    char *rules = room_text(&r, "rules.csv");
    assert_string_equal(stations, STATIONS_HEADER "A,\"x, \"\"y\"\"\",,,,,,0,300,auto,\r\n");
    assert_string_equal(components, COMPONENTS_HEADER "\r\nx,A,x,,sensor,,,0.1,0,+5,,,\r\n");
    assert_string_equal(rules, RULES_HEADER "\r\n");
    g_free(stations);
    g_free(components);
    g_free(rules);
    room_close(&r);
}

/* One rule that uses one of them brings all the optional columns. */
static void
test_write_optional(void **state)
{
    (void)state;
    static const struct {
        const char *column, *cell, *want;
    } cases[] = {
        {"re_alarm_s", "0", NULL},
        {"re_alarm_s", "1.5", ",1.5,yes,,"},
        {"ack_on_return", "yes", NULL},
        {"ack_on_return", "no", ",0,no,,"},
        {"group", "", NULL},
        {"group", "g", ",0,yes,g,"},
        {"parent", "A/x/r", ",0,yes,,A/x/r"},
        {"parent", "", NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct room r;
        room_open(&r);
        room_write(&r, "stations.csv", "uid\nA\n");
        room_write(&r, "components.csv", "id,station\nx,A\n");
        char *text = g_strdup_printf("component,rule,type,%s\nA/x,r,digital,%s\n",
                                     cases[i].column, cases[i].cell);
        room_write(&r, "rules.csv", text);
        g_free(text);
        assert_int_equal(room_read(&r), RC_OK);
        assert_int_equal(plant_csv_write(r.plant, r.dir, &r.err), RC_OK);
        char *rules = room_text(&r, "rules.csv");
        char *want = g_strdup_printf(
            RULES_HEADER "%s\r\nA/x,r,digital,,,0,0,0,0,medium,no,r,%s\r\n",
            cases[i].want != NULL ? ",re_alarm_s,ack_on_return,group,parent" : "",
            cases[i].want != NULL ? cases[i].want : "");
        assert_string_equal(rules, want);
        g_free(want);
        g_free(rules);
        room_close(&r);
    }
}

static void
test_write_fails(void **state)
{
    (void)state;
    struct room r;
    room_open(&r);
    room_write(&r, "stations.csv", "uid\nA\n");
    room_write(&r, "components.csv", "id,station\nx,A\n");
    assert_int_equal(room_read(&r), RC_OK);
    char *file = g_build_filename(r.dir, "stations.csv", NULL);
    assert_int_equal(plant_csv_write(r.plant, file, &r.err), RC_IO);
    assert_non_null(strstr(r.err.text, "could not make the directory"));
    assert_int_equal(plant_csv_write(r.plant, "/proc", &r.err), RC_IO);
    assert_non_null(strstr(r.err.text, "could not write \"/proc/stations.csv\""));
    g_free(file);
    room_close(&r);
}

static char *
random_text(GRand *rand, int min, int max)
{
    static const char *const parts[] = {"a",  "Z", "0",  "\"", ",", "'", "ü", "€", "日", " ",
                                        "\\", "=", "+1", "@",  "#", ";", "%", "/", "🚰",  "-"};
    GString *text = g_string_new(NULL);
    int n = g_rand_int_range(rand, min, max + 1);
    for (int i = 0; i < n; i++) {
        g_string_append(text, parts[g_rand_int_range(rand, 0, G_N_ELEMENTS(parts))]);
    }
    return g_string_free(text, FALSE);
}

static double
random_number(GRand *rand)
{
    return g_rand_boolean(rand) ? NAN : g_rand_double_range(rand, -1000, 1000);
}

static struct component
random_component(GRand *rand, uint32_t station, int number)
{
    struct component c = {
        .station = station,
        .id = g_strdup_printf("c%d", number),
        .name = random_text(rand, 1, 20),
        .short_name = random_text(rand, 0, 5),
        .unit = random_text(rand, 0, 3),
        .guidance = random_text(rand, 0, 30),
        .kind = (enum kind)g_rand_int_range(rand, 0, KINDS - 1),
        .decode = (enum decode_as)g_rand_int_range(rand, 0, DECODES),
        .order = g_rand_int_range(rand, -100, 100),
        .min = random_number(rand),
        .adjust = {(enum adjust_op)g_rand_int_range(rand, 0, ADJUST_DIVIDE + 1), 0},
    };
    c.max = isnan(c.min) ? random_number(rand) : c.min + g_rand_double_range(rand, 0.1, 10);
    if (c.adjust.op != ADJUST_NONE) {
        c.adjust.operand = g_rand_double_range(rand, -10, 10);
    }
    c.n_states = (size_t)g_rand_int_range(rand, 0, 4);
    c.states = g_new0(struct state_name, c.n_states);
    for (size_t i = 0; i < c.n_states; i++) {
        c.states[i] = (struct state_name){(double)i / 2, g_strdup_printf("z=%zu", i)};
    }
    if (number > 0 && g_rand_int_range(rand, 0, 3) == 0) {
        c.derive = (enum derive)g_rand_int_range(rand, 1, DERIVES);
        c.source_id = g_strdup("c0");
        c.derive_window_s = c.derive >= DERIVE_SUM ? g_rand_int_range(rand, 1, 1000) : 0;
    }
    return c;
}

/* No two of them are the same. */
static char *
random_selection(GRand *rand, int station, int number)
{
    static const char *const words[] = {"kind:level", "type:\"a b\"", "area:\"\"",
                                        "unit:m³/h",  "id:c?",        "id:*,\"z \""};
    return g_strdup_printf("station:%d*%d %s", station, number,
                           words[g_rand_int_range(rand, 0, G_N_ELEMENTS(words))]);
}

static void
add_random_rule(struct plant_builder *b, GRand *rand, const char *component, const char *name)
{
    static const char *const types[] = {"hihi",      "hi",    "lo",    "lolo",
                                        "digital",   "rate",  "stale", "stuck",
                                        "totalizer", "count", "off"};
    struct rule_def r = {
        .component = g_strdup(component),
        .rule = g_strdup(name),
        .type = g_strdup(types[g_rand_int_range(rand, 0, G_N_ELEMENTS(types))]),
        .priority = g_strdup("low"),
        .name = random_text(rand, 1, 9),
        .limit = g_rand_double_range(rand, -10, 10),
        .deadband = fabs(random_number(rand)),
        .on_delay_s = g_rand_double(rand),
        .window_s = g_rand_double_range(rand, 1, 100),
        .count = g_rand_int_range(rand, 1, 9),
        .latch = g_rand_boolean(rand),
    };
    if (g_rand_int_range(rand, 0, 4) == 0) {
        r.re_alarm_s = g_rand_boolean(rand) ? 600 : 0;
        r.ack_unneeded = g_rand_boolean(rand);
        r.group = random_text(rand, 0, 4);
        r.parent = random_text(rand, 0, 9);
    }
    plant_builder_rule(b, &r);
}

static struct plant *
random_plant(guint32 seed)
{
    GRand *rand = g_rand_new_with_seed(seed);
    struct plant_builder b;
    struct plant *plant = NULL;
    plant_builder_init(&b);
    int stations = g_rand_int_range(rand, 0, 8);
    for (int i = 0; i < stations; i++) {
        char *tail = random_text(rand, 0, 4);
        struct station s = {
            .uid = g_strdup_printf("%d%s", i, tail),
            .name = random_text(rand, 1, 20),
            .type = random_text(rand, 0, 5),
            .area = random_text(rand, 0, 5),
            .guidance = g_strdup_printf("line one\n%s", tail),
            .latitude = random_number(rand) / 12,
            .longitude = random_number(rand) / 6,
            .order = g_rand_int_range(rand, -5, 5),
            .silence_s = g_rand_int_range(rand, 0, 1000),
            .clock = (enum clock_mode)g_rand_int_range(rand, 0, CLOCK_MODES),
        };
        char *target = g_strdup_printf("%s/c0", s.uid);
        uint32_t index = plant_builder_station(&b, &s);
        int n = g_rand_int_range(rand, 1, 12);
        for (int k = 0; k < n; k++) {
            struct component c = random_component(rand, index, k);
            plant_builder_component(&b, &c);
        }
        char *name = g_strdup_printf("r%s", tail);
        add_random_rule(&b, rand, target, name);
        for (int k = g_rand_int_range(rand, 0, 3); k > 0; k--) {
            char *selection = random_selection(rand, i, k);
            add_random_rule(&b, rand, selection, name);
            g_free(selection);
        }
        g_free(target);
        g_free(name);
        g_free(tail);
    }
    struct err err;
    assert_int_equal(plant_builder_finish(&b, &plant, &err), RC_OK);
    plant_builder_fini(&b);
    g_rand_free(rand);
    return plant;
}

/* Export, import: the same plant. Export again: the same bytes. */
static void
test_identity(void **state)
{
    (void)state;
    for (guint32 seed = 1; seed <= 200; seed++) {
        struct room r;
        room_open(&r);
        struct plant *plant = random_plant(seed);
        assert_int_equal(plant_csv_write(plant, r.dir, &r.err), RC_OK);
        char *digest = plant_csv_digest(r.dir);
        if (room_read(&r) != RC_OK) {
            fail_msg("seed %u: %s", seed, r.problems.list[0]);
        }
        char **difference = plant_difference(plant, r.plant);
        if (difference[0] != NULL) {
            fail_msg("seed %u: %s", seed, difference[0]);
        }
        assert_int_equal(plant->n_rules, r.plant->n_rules);
        assert_int_equal(plant_csv_write(r.plant, r.dir, &r.err), RC_OK);
        char *again = plant_csv_digest(r.dir);
        assert_string_equal(digest, again);
        g_strfreev(difference);
        g_free(digest);
        g_free(again);
        plant_unref(plant);
        room_close(&r);
    }
}

/* The same through texts in memory; what is wrong in one names its file. */
static void
test_texts(void **state)
{
    (void)state;
    for (guint32 seed = 1; seed <= 50; seed++) {
        struct problems problems;
        struct err err = {.text = ""};
        struct plant_texts texts;
        struct plant *plant = random_plant(seed), *back = NULL;
        problems_init(&problems);
        plant_texts_make(&texts, plant);
        assert_int_equal(plant_texts_parse(&back, &texts, "store", &problems, &err), RC_OK);
        char **difference = plant_difference(plant, back);
        if (difference[0] != NULL) {
            fail_msg("seed %u: %s", seed, difference[0]);
        }
        g_strfreev(difference);
        plant_unref(back);
        g_free(texts.rules);
        texts.rules = g_strdup("what,is,this\r\n");
        assert_int_equal(plant_texts_parse(&back, &texts, "store", &problems, &err),
                         RC_INVALID);
        assert_true(g_str_has_prefix(problems.list[0], "store/rules.csv:1:"));
        plant_texts_fini(&texts);
        problems_fini(&problems);
        plant_unref(plant);
    }
}

static void
test_difference(void **state)
{
    (void)state;
    struct room r;
    room_open(&r);
    room_write(&r, "stations.csv", "uid,name\nA,alt\nB,\n");
    room_write(&r, "components.csv", "id,station,unit\nx,A,m\ny,A,\n");
    room_write(&r, "rules.csv", "component,rule,type,limit\nA/x,r,hi,1\n");
    assert_int_equal(room_read(&r), RC_OK);
    struct plant *before = g_steal_pointer(&r.plant);
    room_write(&r, "stations.csv", "uid,name\nA,neu\nC,\n");
    room_write(&r, "components.csv", "id,station,unit,max\nx,A,cm,7\nz,C,,\n");
    room_write(&r, "rules.csv",
               "component,rule,type,limit,parent\nA/x,r,lo,1,s\nkind:fault,f,digital,,\n");
    assert_int_equal(room_read(&r), RC_OK);
    char **lines = plant_difference(before, r.plant);
    char *got = g_strjoinv("\n", lines);
    assert_string_equal(got, "- station B\n"
                             "~ station A: name \"alt\" -> \"neu\"\n"
                             "+ station C\n"
                             "- component A/y\n"
                             "~ component A/x: unit \"m\" -> \"cm\", max \"\" -> \"7\"\n"
                             "+ component C/z\n"
                             "~ rule A/x r: type \"hi\" -> \"lo\", parent \"\" -> \"s\"\n"
                             "+ rule kind:fault f");
    g_strfreev(lines);
    g_free(got);
    lines = plant_difference(NULL, r.plant);
    assert_int_equal(g_strv_length(lines), 6);
    g_strfreev(lines);
    lines = plant_difference(r.plant, r.plant);
    assert_null(lines[0]);
    g_strfreev(lines);
    plant_unref(before);
    room_close(&r);
}

/* The full size goes through; how fast is the benchmark's matter. */
static void
test_large(void **state)
{
    (void)state;
    struct room r;
    room_open(&r);
    GString *stations = g_string_new("uid\n"), *components = g_string_new("id,station,name\n");
    for (int i = 0; i < 1000; i++) {
        g_string_append_printf(stations, "S%d\n", i);
        for (int k = 0; k < 50; k++) {
            g_string_append_printf(components, "C%d,S%d,\"Pumpe, %d\"\n", k, i, k);
        }
    }
    room_write(&r, "stations.csv", stations->str);
    room_write(&r, "components.csv", components->str);
    assert_int_equal(room_read(&r), RC_OK);
    assert_int_equal(r.plant->n_components, 50000);
    assert_int_not_equal(plant_find_component(r.plant, "S999", "C49"), COMPONENT_NONE);
    g_string_free(stations, TRUE);
    g_string_free(components, TRUE);
    room_close(&r);
}

static void
test_cell(void **state)
{
    (void)state;
    GString *to = g_string_new(NULL);
    csv_cell_append(to, "a b", true);
    csv_cell_append(to, "", false);
    csv_cell_append(to, "a,b", false);
    csv_cell_append(to, "\"", false);
    csv_cell_append(to, "a\nb", false);
    assert_string_equal(to->str, "a b,,\"a,b\",\"\"\"\",\"a\nb\"");
    g_string_free(to, TRUE);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),        cmocka_unit_test(test_problems),
        cmocka_unit_test(test_all_at_once), cmocka_unit_test(test_missing),
        cmocka_unit_test(test_digest),      cmocka_unit_test(test_write_plain),
        cmocka_unit_test(test_write_fails), cmocka_unit_test(test_write_optional),
        cmocka_unit_test(test_identity),    cmocka_unit_test(test_difference),
        cmocka_unit_test(test_large),       cmocka_unit_test(test_cell),
        cmocka_unit_test(test_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
