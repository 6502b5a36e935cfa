/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include <glib.h>

#include "src/app/misfit.h"
#include "src/core/snapshot.h"
#include "tests/unit.h"

static bool
hear(struct misfits *m, const char *topic, bool ours, const char *text, bool retained)
{
    json_t *presence = text == NULL ? NULL : json_loads(text, 0, NULL);
    bool first = misfits_hear(m, topic, ours, presence, retained);
    json_decref(presence);
    return first;
}

static void
test_ingest(void **state)
{
    (void)state;
    static const struct {
        const char *ours, *theirs;
        bool wrong;
    } cases[] = {
        {"site", "{\"instance\":\"pc2\",\"ingest_id\":\"site\"}", false},
        {"site", "{\"instance\":\"pc2\",\"ingest_id\":\"other\"}", true},
        {"site", "{\"instance\":\"pc2\"}", false}, /* a viewer, or without a store */
        {"", "{\"instance\":\"pc2\",\"ingest_id\":\"other\"}", false},
        {"site", "{\"instance\":7,\"ingest_id\":[]}", false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct misfits *m = misfits_new("pc1", "boot1", cases[i].ours);
        assert_false(hear(m, "i/pc2", false, cases[i].theirs, true));
        assert_int_equal(*misfits_text(m) != '\0', cases[i].wrong);
        if (cases[i].wrong) {
            assert_non_null(strstr(misfits_text(m), "\"pc2\""));
            assert_non_null(strstr(misfits_text(m), "\"other\""));
        }
        hear(m, "i/pc2", false, NULL, false);
        assert_string_equal(misfits_text(m), ""); /* it is gone */
        hear(m, "i/pc2", false, cases[i].theirs, false);
        misfits_connected(m);
        assert_string_equal(misfits_text(m), ""); /* until it is heard again */
        misfits_free(m);
    }
}

/* Two stores behind one broker, whoever of both knows of its own first. */
static void
test_store(void **state)
{
    (void)state;
    static const struct {
        const char *ours, *theirs;
        bool wrong;
    } cases[] = {
        {"s1", "{\"instance\":\"pc2\",\"store\":\"s1\"}", false},
        {"s1", "{\"instance\":\"pc2\",\"store\":\"s2\"}", true},
        {"s1", "{\"instance\":\"pc2\"}", false}, /* without one, or not connected to it yet */
        {"", "{\"instance\":\"pc2\",\"store\":\"s2\"}", false},
        {"s1", "{\"instance\":\"pc2\",\"store\":2}", false},
    };
    for (size_t i = 0; i < 2 * G_N_ELEMENTS(cases); i++) {
        const char *ours = cases[i / 2].ours, *theirs = cases[i / 2].theirs;
        struct misfits *m = misfits_new("pc1", "boot1", "site");
        if (i % 2 == 0) {
            misfits_set_store(m, ours);
        }
        hear(m, "i/pc2", false, theirs, true);
        if (i % 2 != 0) {
            assert_string_equal(misfits_text(m), "");
            misfits_set_store(m, ours);
        }
        assert_int_equal(*misfits_text(m) != '\0', cases[i / 2].wrong);
        if (cases[i / 2].wrong) {
            assert_non_null(strstr(misfits_text(m), "\"pc2\" has another central store"));
        }
        hear(m, "i/pc2", false, "{\"instance\":\"pc2\",\"store\":\"s1\"}", false);
        assert_string_equal(misfits_text(m), ""); /* it was set right */
        misfits_free(m);
    }
}

/* Each for itself, as the list of instances has it. */
static void
test_about(void **state)
{
    (void)state;
    struct misfits *m = misfits_new("pc1", "boot1", "site");
    hear(m, "i/pc2", false, "{\"instance\":\"pc2\",\"ingest_id\":\"site\"}", true);
    hear(m, "i/pc3", false, "{\"instance\":\"pc3\",\"ingest_id\":\"other\"}", true);
    hear(m, "i/pc4", false, "{\"instance\":\"pc4\",\"store\":\"s2\"}", true);
    assert_string_equal(misfits_about(m, "i/pc2"), "");
    assert_non_null(strstr(misfits_about(m, "i/pc3"), "\"pc3\" has another [mqtt] ingest_id"));
    assert_string_equal(misfits_about(m, "i/pc4"), ""); /* ours is not known yet */
    misfits_set_store(m, "s1");
    assert_non_null(strstr(misfits_about(m, "i/pc4"), "\"pc4\" has another central store"));
    assert_string_equal(misfits_about(m, "i/pc5"), "");
    hear(m, "i/pc3", false, NULL, false);
    assert_string_equal(misfits_about(m, "i/pc3"), "");
    misfits_free(m);
}

/* Whoever may publish can make up names for ever. */
static void
test_made_up_names(void **state)
{
    (void)state;
    struct misfits *m = misfits_new("pc1", "boot1", "site");
    char *text = g_strnfill(2000, 'x');
    char *wrong = g_strdup_printf("{\"instance\":\"pc\",\"ingest_id\":\"%s\"}", text);
    hear(m, "i/0", false, wrong, true);
    assert_string_equal(misfits_about(m, "i/0"), ""); /* nobody keeps that */
    g_free(wrong);
    g_free(text);
    const char *other = "{\"instance\":\"pc2\",\"ingest_id\":\"other\"}";
    int known = 0;
    for (int i = 1; i <= 3 * PEERS_MAX; i++) {
        char topic[32];
        snprintf(topic, sizeof(topic), "i/%d", i);
        hear(m, topic, false, other, true);
        known += *misfits_about(m, topic) != '\0';
    }
    assert_int_equal(known, PEERS_MAX - 1);
    hear(m, "i/0", false, other, true); /* whoever is known goes on being heard */
    assert_string_not_equal(misfits_about(m, "i/0"), "");
    misfits_free(m);
}

static void
test_twin(void **state)
{
    (void)state;
    struct misfits *m = misfits_new("pc1", "boot1", "site");
    static const char ours[] = "{\"instance\":\"pc1\",\"boot\":\"boot1\"}";
    static const char twin[] = "{\"instance\":\"pc1\",\"boot\":\"boot2\"}";
    assert_false(hear(m, "i/pc1", true, ours, false));
    assert_false(hear(m, "i/pc1", true, twin, true)); /* perhaps an earlier life */
    assert_string_equal(misfits_text(m), "");
    assert_true(hear(m, "i/pc1", true, twin, false));
    misfits_turn(m, US_PER_S);
    misfits_turn(m, US_PER_S + MISFIT_TWIN_US - 1);
    assert_string_equal(misfits_text(m), "");
    misfits_turn(m, US_PER_S + MISFIT_TWIN_US);
    assert_non_null(strstr(misfits_text(m), "another instance is called \"pc1\""));
    assert_false(hear(m, "i/pc1", true, twin, false)); /* or both would answer for ever */
    hear(m, "i/pc1", true, ours, false);
    assert_string_not_equal(misfits_text(m), "");
    hear(m, "i/pc1", true, NULL, false);
    assert_string_equal(misfits_text(m), "");
    misfits_free(m);
}

/* The last words of one that was killed, read when the next one is there already. */
static void
test_an_earlier_life_is_no_twin(void **state)
{
    (void)state;
    struct misfits *m = misfits_new("pc1", "boot1", "site");
    static const char before[] = "{\"instance\":\"pc1\",\"boot\":\"boot0\"}";
    hear(m, "i/pc1", true, before, false);
    misfits_turn(m, US_PER_S);
    hear(m, "i/pc1", true, before, false); /* it had become owner */
    misfits_turn(m, 2 * US_PER_S);
    hear(m, "i/pc1", true, NULL, false);
    misfits_turn(m, 60 * US_PER_S);
    assert_string_equal(misfits_text(m), "");
    misfits_free(m);
}

static void
test_presence(void **state)
{
    (void)state;
    char *text = misfits_presence("a \"b\"", "");
    assert_string_equal(text, "{\"ingest_id\":\"a \\\"b\\\"\"}");
    g_free(text);
    text = misfits_presence("", "s1");
    assert_string_equal(text, "{\"store\":\"s1\"}");
    g_free(text);
    assert_null(misfits_presence("", ""));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ingest),
        cmocka_unit_test(test_store),
        cmocka_unit_test(test_about),
        cmocka_unit_test(test_made_up_names),
        cmocka_unit_test(test_twin),
        cmocka_unit_test(test_presence),
        cmocka_unit_test(test_an_earlier_life_is_no_twin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
