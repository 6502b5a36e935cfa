/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/paths_tell.h"

#include "src/app/paths.h"

static void
print_path(const char *name, const char *dir, const char *file)
{
    char *path = g_build_filename(dir, file, NULL);
    printf("%-14s %s\n", name, path);
    g_free(path);
}

/* Names are for scripts, and the same in every language. */
int
paths_tell(const struct cli *cli)
{
    struct config *config = NULL;
    int status = cli_config(cli, &config);
    if (status != CLI_DONE) {
        return status;
    }
    char *config_dir = paths_user_config(), *state_dir = paths_user_state();
    char *data_dir = paths_data(NULL), *locale_dir = paths_locale();
    print_path("config", *config->file == '\0' ? "-" : config->file, NULL);
    print_path("cache", config->cache.path, NULL);
    print_path("socket", config->instance.socket, NULL);
    print_path("profiles", *config->plant.profiles == '\0' ? "-" : config->plant.profiles,
               NULL);
    print_path("user-config", config_dir, NULL);
    print_path("user-keys", config_dir, PATHS_KEYS);
    print_path("user-boards", config_dir, PATHS_BOARDS);
    print_path("user-state", state_dir, NULL);
    print_path("system-config", PATHS_SYSTEM, NULL);
    print_path("system-keys", PATHS_SYSTEM, PATHS_KEYS);
    print_path("system-boards", PATHS_SYSTEM, PATHS_BOARDS);
    print_path("data", data_dir, NULL);
    print_path("locale", locale_dir, NULL);
    g_free(config_dir);
    g_free(state_dir);
    g_free(data_dir);
    g_free(locale_dir);
    config_free(config);
    return CLI_DONE;
}
