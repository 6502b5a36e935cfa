/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/config/plant_texts.h"

#include <string.h>

#define TEXT_MAX (64u * 1024 * 1024)

void
plant_texts_make(struct plant_texts *ret, const struct plant *plant)
{
    *ret = (struct plant_texts){
        .stations = g_string_free(plant_csv_format(plant, PLANT_STATIONS), FALSE),
        .components = g_string_free(plant_csv_format(plant, PLANT_COMPONENTS), FALSE),
        .rules = g_string_free(plant_csv_format(plant, PLANT_RULES), FALSE),
    };
}

void
plant_texts_fini(struct plant_texts *t)
{
    g_clear_pointer(&t->stations, g_free);
    g_clear_pointer(&t->components, g_free);
    g_clear_pointer(&t->rules, g_free);
}

enum rc
plant_texts_parse(struct plant **ret, const struct plant_texts *t, const char *where,
                  struct problems *problems, struct err *err)
{
    const char *const given[PLANT_FILES] = {t->stations, t->components, t->rules};
    GString *texts[PLANT_FILES] = {NULL};
    enum rc rc = RC_OK;
    for (size_t i = 0; i < PLANT_FILES && rc == RC_OK; i++) {
        if (strlen(given[i]) > TEXT_MAX) {
            rc = err_set(err, RC_INVALID, "the plant in \"%s\" is too large", where);
        } else {
            texts[i] = g_string_new(given[i]);
        }
    }
    if (rc == RC_OK) {
        rc = plant_csv_parse(ret, where, texts, problems, err);
    }
    for (size_t i = 0; i < PLANT_FILES; i++) {
        if (texts[i] != NULL) {
            g_string_free(texts[i], TRUE);
        }
    }
    return rc;
}
