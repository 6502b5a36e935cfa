/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/key_files.h"

#include "src/app/paths.h"
#include "src/config/config.h"

void
key_files_read(struct key_files *k, struct problems *problems)
{
    *k = (struct key_files){0};
    char *own = paths_user_config();
    const char *dirs[] = {own, PATHS_SYSTEM};
    for (size_t i = 0; i < G_N_ELEMENTS(dirs); i++) {
        struct err err = {.text = ""};
        size_t before = problems->n;
        k->path[i] = g_build_filename(dirs[i], PATHS_KEYS, NULL);
        settings_init(&k->settings[i]);
        k->found[i] = g_file_test(k->path[i], G_FILE_TEST_EXISTS);
        if (k->found[i] && ini_read(&k->settings[i], k->path[i], problems, &err) != RC_OK &&
            problems->n == before) {
            problems_add(problems, "%s", err.text);
        }
    }
    g_free(own);
}

void
key_files_fini(struct key_files *k)
{
    for (size_t i = 0; i < G_N_ELEMENTS(k->path); i++) {
        g_free(k->path[i]);
        settings_fini(&k->settings[i]);
    }
}
