/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is not in the file but around it: where it is, computed defaults, the password. */
#include <errno.h>
#include <unistd.h>

#include "src/config/config_private.h"
#include "src/core/file.h"

#define PASSWORD_FILE_MAX ((size_t)64 * 1024)

static char *
when_present(char *path)
{
    if (g_file_test(path, G_FILE_TEST_EXISTS)) {
        return path;
    }
    g_free(path);
    return NULL;
}

char *
config_find(const char *explicit_path)
{
    const char *told = explicit_path != NULL ? explicit_path : g_getenv("LEITSTAND_CONFIG");
    if (told != NULL && *told != '\0') {
        return g_strdup(told);
    }
    char *found = when_present(
        g_build_filename(g_get_user_config_dir(), "leitstand", "leitstand.ini", NULL));
    return found != NULL ? found : when_present(g_strdup("/etc/leitstand/leitstand.ini"));
}

/* The host name with what a topic or a file name cannot have replaced. */
static char *
host_name(void)
{
    char *name = g_strndup(g_get_host_name(), CONFIG_NAME_MAX);
    for (char *p = name; *p != '\0'; p++) {
        if (!g_ascii_isalnum(*p) && strchr("-_.", *p) == NULL) {
            *p = '-';
        }
    }
    if (*name == '\0' || *name == '.') {
        g_free(name);
        name = g_strdup("leitstand");
    }
    return name;
}

/* Without a runtime directory: root's, or one of the user's own under /tmp. */
static char *
default_socket(const char *name)
{
    const char *runtime = g_getenv("XDG_RUNTIME_DIR");
    char *dir = runtime != NULL && *runtime == '/'
                    ? g_build_filename(runtime, "leitstand", NULL)
                : geteuid() == 0 ? g_strdup("/run/leitstand")
                                 : g_strdup_printf("/tmp/leitstand-%u", (unsigned)geteuid());
    char *path = g_strdup_printf("%s/%s.sock", dir, name);
    g_free(dir);
    return path;
}

static char *
default_cache(const char *name)
{
    char *dir = geteuid() == 0 ? g_strdup("/var/lib/leitstand")
                               : g_build_filename(g_get_user_state_dir(), "leitstand", NULL);
    char *path = g_strdup_printf("%s/%s.db", dir, name);
    g_free(dir);
    return path;
}

static void
replace_empty(char **field, char *value)
{
    if (**field == '\0') {
        g_free(*field);
        *field = value;
    } else {
        g_free(value);
    }
}

void
config_compute(struct config *c)
{
    replace_empty(&c->instance.name, host_name());
    replace_empty(&c->instance.socket, default_socket(c->instance.name));
    replace_empty(&c->mqtt.client_id, g_strconcat("leitstand-", c->instance.name, NULL));
    replace_empty(&c->cache.path, default_cache(c->instance.name));
    replace_empty(&c->plant.profiles, g_file_test("/etc/leitstand/profiles", G_FILE_TEST_IS_DIR)
                                          ? g_strdup("/etc/leitstand/profiles")
                                          : g_strdup(""));
    if (c->mqtt.port == 0) {
        c->mqtt.port = c->mqtt.tls ? 8883 : 1883;
    }
}

enum rc
config_read_password(const struct config *c, char **ret, struct err *err)
{
    *ret = NULL;
    if (*c->mqtt.password_file == '\0') {
        return RC_OK;
    }
    GString *text = g_string_sized_new(PASSWORD_FILE_MAX);
    enum rc rc = file_read(text, c->mqtt.password_file, PASSWORD_FILE_MAX, err);
    if (rc != RC_OK) {
        rc = err_wrap(err, rc, "the password file");
    } else if (text->len == 0) {
        rc = err_set(err, RC_INVALID, "the password file \"%s\" is empty",
                     c->mqtt.password_file);
    } else {
        *ret = g_strndup(text->str, strcspn(text->str, "\r\n"));
    }
    explicit_bzero(text->str, text->allocated_len);
    g_string_free(text, TRUE);
    return rc;
}
