/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/paths.h"

#include <unistd.h>

#include "version.h"

/* The directory of the running program; NULL when /proc does not tell. */
static char *
program_dir(void)
{
    char path[4096];
    ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);
    if (len <= 0) {
        return NULL;
    }
    path[len] = '\0';
    return g_path_get_dirname(path);
}

/* The first that is a directory of: env, beside/ and shared/ seen from the program; else built.
 */
static char *
find_dir(const char *env, const char *beside, const char *shared, const char *built)
{
    const char *told = g_getenv(env);
    if (told != NULL && *told != '\0') {
        return g_strdup(told);
    }
    char *dir = program_dir();
    const char *places[] = {beside, shared};
    char *found = NULL;
    for (size_t i = 0; dir != NULL && found == NULL && i < G_N_ELEMENTS(places); i++) {
        char *path = g_build_filename(dir, places[i], NULL);
        if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
            found = g_steal_pointer(&path);
        }
        g_free(path);
    }
    g_free(dir);
    return found != NULL ? found : g_strdup(built);
}

char *
paths_data(const char *name)
{
    char *dir = find_dir("LEITSTAND_DATADIR", "data", "../share/leitstand", LEITSTAND_DATADIR);
    char *path = g_build_filename(dir, name, NULL);
    g_free(dir);
    return path;
}

char *
paths_user_config(void)
{
    return g_build_filename(g_get_user_config_dir(), "leitstand", NULL);
}

char *
paths_user_state(void)
{
    return g_build_filename(g_get_user_state_dir(), "leitstand", NULL);
}

char *
paths_locale(void)
{
    return find_dir("LEITSTAND_LOCALEDIR", "data/po", "../share/locale", LEITSTAND_LOCALEDIR);
}
