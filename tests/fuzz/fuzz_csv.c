/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as the three files of a plant, separated by RS (0x1e): what is taken can be
 * written, what was written is taken as the same plant, and its rules can be compiled.
 */
#include <assert.h>

#include "alarms/rules.h"
#include "src/config/plant_csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum rc
parse(struct plant **ret, GString *const texts[PLANT_FILES])
{
    struct problems problems;
    struct err err = {0};
    problems_init(&problems);
    enum rc rc = plant_csv_parse(ret, "d", texts, &problems, &err);
    assert(rc == RC_OK || rc == RC_INVALID);
    assert((rc == RC_INVALID) == (problems.n > 0)); /* nothing is refused without a line */
    for (size_t i = 0; i < MIN(problems.n, PROBLEMS_MAX); i++) {
        assert(g_str_has_prefix(problems.list[i], "d/"));
    }
    problems_fini(&problems);
    return rc;
}

static void
check_identity(const struct plant *plant)
{
    GString *texts[PLANT_FILES];
    struct plant *back = NULL;
    for (size_t i = 0; i < PLANT_FILES; i++) {
        texts[i] = plant_csv_format(plant, (enum plant_file)i);
    }
    enum rc rc = parse(&back, texts);
    assert(rc == RC_OK);
    char **difference = plant_difference(plant, back);
    assert(difference[0] == NULL);
    g_strfreev(difference);
    plant_unref(back);
    for (size_t i = 0; i < PLANT_FILES; i++) {
        g_string_free(texts[i], TRUE);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    GString *texts[PLANT_FILES];
    struct plant *plant = NULL;
    const uint8_t *p = data, *end = data + size;
    for (size_t i = 0; i < PLANT_FILES; i++) {
        const uint8_t *stop =
            p < end && i + 1 < PLANT_FILES ? memchr(p, 0x1e, (size_t)(end - p)) : NULL;
        stop = stop != NULL ? stop : end;
        texts[i] = g_string_new_len((const char *)p, stop - p);
        p = stop < end ? stop + 1 : end;
    }
    if (parse(&plant, texts) == RC_OK) {
        check_identity(plant);
        ruleset_free(ruleset_new(plant, NULL));
    }
    plant_unref(plant);
    for (size_t i = 0; i < PLANT_FILES; i++) {
        g_string_free(texts[i], TRUE);
    }
    return 0;
}
