/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/profile_files.h"

#include <dirent.h>
#include <errno.h>

#include "src/app/paths.h"
#include "src/config/config.h"

static int
is_ini(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && g_str_has_suffix(entry->d_name, ".ini");
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void
read_dir(struct settings *settings, const char *dir, struct problems *problems)
{
    struct dirent **entries = NULL;
    int n = scandir(dir, &entries, is_ini, by_name);
    if (n < 0) {
        problems_add(problems, "could not read payload profiles in \"%s\": %s", dir,
                     g_strerror(errno));
        return;
    }
    for (int i = 0; i < n; i++) {
        char *path = g_build_filename(dir, entries[i]->d_name, NULL);
        struct err err = {0};
        size_t before = problems->n;
        if (ini_read(settings, path, problems, &err) != RC_OK && problems->n == before) {
            problems_add(problems, "%s", err.text);
        }
        g_free(path);
        free(entries[i]);
    }
    free(entries);
}

struct profiles *
profile_files_load(const char *dir, struct problems *problems)
{
    struct settings settings;
    settings_init(&settings);
    char *own = paths_data("profiles");
    read_dir(&settings, own, problems);
    g_free(own);
    if (dir != NULL && *dir != '\0') {
        read_dir(&settings, dir, problems);
    }
    struct profiles *profiles = profiles_new(&settings, problems);
    settings_fini(&settings);
    return profiles;
}
