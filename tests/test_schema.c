/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "storage/schema.h"

#include "storage/plant_table.h"
#include "storage/sql.h"
#include "tests/unit.h"

static int
set_up(void **state)
{
    sqlite3 *db;
    sql_init();
    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    *state = db;
    return 0;
}

static int
tear_down(void **state)
{
    assert_int_equal(sqlite3_close(*state), SQLITE_OK);
    return 0;
}

static int64_t
number(sqlite3 *db, const char *text)
{
    int64_t value = 0;
    struct err err;
    if (sql_int(db, text, -1, &value, &err) != RC_OK) {
        fail_msg("%s: %s", text, err.text);
    }
    return value;
}

static enum schema_state
look(sqlite3 *db)
{
    enum schema_state state = SCHEMA_DAMAGED;
    assert_int_equal(schema_look(db, &state, NULL), RC_OK);
    return state;
}

static const char *const good[] = {
    "CREATE TABLE a(x); INSERT INTO a VALUES(1)",
    "ALTER TABLE a ADD COLUMN y; UPDATE a SET y = x + 1",
    "CREATE TABLE b(z); INSERT INTO b SELECT y + 1 FROM a",
};
static const char *const bad[] = {
    "CREATE TABLE a(x); INSERT INTO a VALUES(1)",
    "ALTER TABLE a ADD COLUMN y; UPDATE a SET y = x + 1",
    "UPDATE a SET y = 100; INSERT INTO nowhere VALUES(1)",
    "DROP TABLE a",
};

static void
test_steps_are_taken_once_and_in_order(void **state)
{
    sqlite3 *db = *state;
    assert_int_equal(schema_apply(db, good, 1, NULL), RC_OK);
    assert_int_equal(number(db, "PRAGMA user_version"), 1);
    assert_int_equal(schema_apply(db, good, 3, NULL), RC_OK);
    assert_int_equal(schema_apply(db, good, 3, NULL), RC_OK);
    assert_int_equal(number(db, "PRAGMA user_version"), 3);
    assert_int_equal(number(db, "PRAGMA application_id"), SCHEMA_APPLICATION);
    assert_int_equal(number(db, "SELECT count(*) FROM a"), 1);
    assert_int_equal(number(db, "SELECT z FROM b"), 3);
}

static void
test_never_backwards(void **state)
{
    sqlite3 *db = *state;
    assert_int_equal(schema_apply(db, good, 3, NULL), RC_OK);
    assert_int_equal(schema_apply(db, good, 2, NULL), RC_OK);
    assert_int_equal(number(db, "PRAGMA user_version"), 3);
}

static void
test_a_step_that_fails_changes_nothing(void **state)
{
    sqlite3 *db = *state;
    struct err err;
    assert_int_equal(schema_apply(db, bad, 4, &err), RC_IO);
    assert_non_null(strstr(err.text, "migration 3"));
    assert_int_equal(number(db, "PRAGMA user_version"), 2);
    assert_int_equal(number(db, "SELECT y FROM a"), 2);
    assert_true(sqlite3_get_autocommit(db));
    assert_int_equal(schema_apply(db, good, 3, NULL), RC_OK); /* the corrected program */
    assert_int_equal(number(db, "SELECT z FROM b"), 3);
}

static void
test_what_stands_in_a_file_is_told_apart(void **state)
{
    sqlite3 *db = *state;
    assert_int_equal(look(db), SCHEMA_EMPTY);
    assert_int_equal(schema_migrate(db, NULL), RC_OK);
    assert_int_equal(look(db), SCHEMA_CURRENT);
    int64_t version = number(db, "PRAGMA user_version");
    static const struct {
        const char *why, *change;
        enum schema_state want;
    } cases[] = {
        {"a program yet to come", "PRAGMA user_version = 50", SCHEMA_NEWER},
        {"a version of no program", "PRAGMA user_version = 2000000", SCHEMA_DAMAGED},
        {"no version", "PRAGMA user_version = 0", SCHEMA_DAMAGED},
        {"ours without our mark", "PRAGMA application_id = 7", SCHEMA_DAMAGED},
        {"a table is missing", "DROP TABLE latest", SCHEMA_DAMAGED},
        {"somebody else's", "DROP TABLE readings; PRAGMA application_id = 7", SCHEMA_FOREIGN},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        assert_int_equal(sql_exec(db, "SAVEPOINT before", NULL), RC_OK);
        assert_int_equal(sql_exec(db, cases[i].change, NULL), RC_OK);
        if (look(db) != cases[i].want) {
            fail_msg("%s", cases[i].why);
        }
        assert_int_equal(sql_exec(db, "ROLLBACK TO before; RELEASE before", NULL), RC_OK);
        assert_int_equal(number(db, "PRAGMA user_version"), version);
    }
}

/* The first version as it was released, with a plant. */
static const char version_1[] =
    "CREATE TABLE meta(name TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    "INSERT INTO meta VALUES('slices', 0), ('indexed', 0), ('pruned', 0), ('digest', '');"
    "CREATE TABLE series(id INTEGER PRIMARY KEY, station TEXT NOT NULL,"
    " component TEXT NOT NULL, UNIQUE(station, component));"
    "CREATE TABLE readings(id INTEGER PRIMARY KEY, series, ts, lag, value, flags);"
    "CREATE TABLE slice(slice INTEGER PRIMARY KEY, min_ts, max_ts, max_received);"
    "CREATE TABLE slice_series(key INTEGER PRIMARY KEY, rows BLOB);"
    "CREATE TABLE latest(series INTEGER PRIMARY KEY, ts, lag, value, flags);"
    "CREATE TABLE ring(id INTEGER PRIMARY KEY, n, messages BLOB);"
    "CREATE TABLE stations(id INTEGER PRIMARY KEY, uid, name, short_name, type, area,"
    " latitude, longitude, place, silence_s, clock, guidance);"
    "CREATE TABLE components(series INTEGER PRIMARY KEY, station, id, name, short_name, kind,"
    " unit, min, max, place, adjust, operand, decode, states, guidance, derive, source,"
    " window_s);"
    "CREATE TABLE rules(id INTEGER PRIMARY KEY, component, rule, type, \"limit\", deadband,"
    " on_delay_s, off_delay_s, count, window_s, priority, latch, name, guidance);"
    "INSERT INTO stations VALUES(0,'A','A','','','',NULL,NULL,0,300,'auto','');"
    "INSERT INTO series VALUES(7,'A','x');"
    "INSERT INTO components VALUES(7,0,'x','x','','level','',NULL,NULL,0,0,0,'','','','','',0);"
    "INSERT INTO rules VALUES(0,'kind:level','h','hi',3.5,NULL,5,0,0,0,'high',1,'Hoch','los');";

static struct plant *
read_plant(sqlite3 *db)
{
    struct plant *plant = NULL;
    struct err err;
    if (plant_table_read(db, &plant, NULL, &err) != RC_OK) {
        fail_msg("%s", err.text);
    }
    return plant;
}

static void
test_version_1_is_migrated(void **state)
{
    sqlite3 *db = *state;
    const char *const steps[] = {version_1};
    assert_int_equal(schema_apply(db, steps, 1, NULL), RC_OK);
    assert_int_equal(look(db), SCHEMA_OLDER);
    assert_int_equal(schema_migrate(db, NULL), RC_OK);
    assert_int_equal(look(db), SCHEMA_CURRENT);

    struct plant *plant = read_plant(db);
    assert_int_equal(plant->n_rules, 1);
    const struct rule_def *r = &plant->rules[0];
    assert_string_equal(r->component, "kind:level");
    assert_string_equal(r->guidance, "los");
    assert_true(r->limit > 3.4 && r->limit < 3.6 && r->latch);
    assert_true(r->re_alarm_s >= 0 && r->re_alarm_s <= 0 && !r->ack_unneeded);
    assert_string_equal(r->group, "");
    assert_string_equal(r->parent, "");

    plant->rules[0].re_alarm_s = 30;
    plant->rules[0].ack_unneeded = true;
    uint32_t series[1];
    assert_int_equal(plant_table_write(db, plant, NULL, series, NULL), RC_OK);
    assert_int_equal(series[0], 7);
    plant_unref(plant);
    plant = read_plant(db);
    assert_true(plant->rules[0].re_alarm_s > 29 && plant->rules[0].ack_unneeded);
    plant_unref(plant);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_steps_are_taken_once_and_in_order, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_never_backwards, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_step_that_fails_changes_nothing, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_version_1_is_migrated, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_stands_in_a_file_is_told_apart, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests_name("schema", tests, NULL, NULL);
}
