/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/app/demo_files.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/un.h>
#include <unistd.h>

#include "src/app/sim_setup.h"
#include "src/core/text.h"

/* The longest of our names in the directory of the sockets, with its slash. */
#define SOCKET_NAME_MAX sizeof("/leitstand.sock")

static enum rc
make_temporary(char **ret, struct err *err)
{
    char *path = g_build_filename(g_get_tmp_dir(), "leitstand-XXXXXX", NULL);
    if (g_mkdtemp(path) == NULL) {
        err_set(err, RC_IO, "could not make directory \"%s\": %s", path, g_strerror(errno));
        g_free(path);
        return RC_IO;
    }
    *ret = path;
    return RC_OK;
}

static enum rc
make_given(char **ret, const char *dir, struct err *err)
{
    if (strpbrk(dir, "\"\\\n\r") != NULL) {
        return err_set(err, RC_INVALID,
                       "directory \"%s\": its name cannot stand in an INI file", dir);
    }
    char *path = NULL;
    if (g_mkdir_with_parents(dir, 0755) == 0) {
        path = realpath(dir, NULL);
    }
    if (path == NULL) {
        return err_set(err, RC_IO, "could not make directory \"%s\": %s", dir,
                       g_strerror(errno));
    }
    *ret = g_strdup(path);
    free(path);
    return RC_OK;
}

static enum rc
take_lock(struct demo_files *f, struct err *err)
{
    char *path = g_build_filename(f->dir, "demo.lock", NULL);
    f->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    g_free(path);
    if (f->lock < 0) {
        return err_set(err, RC_IO, "could not write to directory \"%s\": %s", f->dir,
                       g_strerror(errno));
    }
    if (flock(f->lock, LOCK_EX | LOCK_NB) != 0) {
        return err_set(err, RC_BUSY, "another demo runs in directory \"%s\"", f->dir);
    }
    return RC_OK;
}

enum rc
demo_files_open(struct demo_files *f, const char *dir, struct err *err)
{
    *f = (struct demo_files){.lock = -1, .temporary = dir == NULL};
    enum rc rc = dir == NULL ? make_temporary(&f->dir, err) : make_given(&f->dir, dir, err);
    if (rc == RC_OK) {
        rc = take_lock(f, err);
    }
    if (rc != RC_OK) {
        return rc;
    }
    struct sockaddr_un address;
    if (strlen(f->dir) + SOCKET_NAME_MAX <= sizeof(address.sun_path)) {
        f->sockets = g_strdup(f->dir);
    } else {
        rc = make_temporary(&f->sockets, err);
        f->own_sockets = rc == RC_OK;
    }
    if (rc == RC_OK) {
        f->ini = g_build_filename(f->dir, "leitstand.ini", NULL);
        f->plant = g_build_filename(f->dir, "plant", NULL);
        f->broker_conf = g_build_filename(f->dir, "mosquitto.conf", NULL);
        f->broker_log = g_build_filename(f->dir, "mosquitto.log", NULL);
        f->sim_log = g_build_filename(f->dir, "simulator.log", NULL);
        f->broker_socket = g_build_filename(f->sockets, "mqtt.sock", NULL);
    }
    return rc;
}

static int
remove_entry(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)st;
    (void)type;
    (void)where;
    return remove(path);
}

static void
remove_tree(const char *dir)
{
    nftw(dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

void
demo_files_close(struct demo_files *f)
{
    if (f->temporary && f->dir != NULL) {
        remove_tree(f->dir);
    }
    if (f->own_sockets) {
        remove_tree(f->sockets);
    }
    if (f->lock >= 0) {
        close(f->lock);
    }
    g_free(f->dir);
    g_free(f->sockets);
    g_free(f->ini);
    g_free(f->broker_conf);
    g_free(f->broker_socket);
    g_free(f->broker_log);
    g_free(f->sim_log);
    g_free(f->plant);
    *f = (struct demo_files){.lock = -1};
}

/* Whole or not at all; text is given away. */
static enum rc
write_file(const char *path, GString *text, struct err *err)
{
    GError *why = NULL;
    enum rc rc = RC_OK;
    if (!g_file_set_contents(path, text->str, (gssize)text->len, &why)) {
        rc = err_set(err, RC_IO, "%s", why->message);
        g_error_free(why);
    }
    g_string_free(text, TRUE);
    return rc;
}

static enum rc
write_ini(const struct demo_files *f, const struct sim *sim, struct err *err)
{
    GString *text = g_string_new(NULL);
    g_string_append_printf(text,
                           "; Made by \"leitstand demo\", anew at each start.\n"
                           "[instance]\n"
                           "name = demo\n"
                           "socket = \"%s/leitstand.sock\"\n\n"
                           "[mqtt]\n"
                           "socket = \"%s\"\n"
                           "client_id = leitstand-demo\n\n",
                           f->sockets, f->broker_socket);
    size_t n;
    const struct sim_source *sources = sim_sources(sim, &n);
    for (size_t i = 0; i < n; i++) {
        g_string_append_printf(text, "[source:%s]\nfilter = \"%s\"\nprofile = %s\nqos = 1\n\n",
                               sources[i].name, sources[i].filter, sources[i].profile);
    }
    g_string_append_printf(text,
                           "[cache]\npath = \"%s/cache.db\"\n\n[plant]\ndir = \"%s\"\n\n"
                           "; A storm takes minutes here, not hours.\n"
                           "[alarms]\nflood_window_s = 120\n",
                           f->dir, f->plant);
    return write_file(f->ini, text, err);
}

/* mosquitto as root would go on as another user, who may not write here. */
static enum rc
write_broker_conf(const struct demo_files *f, struct err *err)
{
    const struct passwd *me = getpwuid(geteuid());
    GString *text = g_string_new("# Made by \"leitstand demo\", anew at each start.\n");
    g_string_append_printf(text,
                           "listener 0 %s\n"
                           "allow_anonymous true\n"
                           "persistence false\n"
                           "max_inflight_messages 500\n"
                           "max_queued_messages 100000\n"
                           "log_dest stderr\n"
                           "log_type error\n"
                           "log_type warning\n",
                           f->broker_socket);
    if (me != NULL) {
        g_string_append_printf(text, "user %s\n", me->pw_name);
    }
    return write_file(f->broker_conf, text, err);
}

enum rc
demo_files_write(const struct demo_files *f, const struct sim *sim, struct err *err)
{
    enum rc rc = sim_write_plant(sim, f->plant, err);
    if (rc == RC_OK) {
        rc = write_ini(f, sim, err);
    }
    return rc == RC_OK ? write_broker_conf(f, err) : rc;
}

char *
demo_files_last_words(const char *log)
{
    char *text;
    if (!g_file_get_contents(log, &text, NULL, NULL)) {
        return g_strdup("");
    }
    g_strchomp(text);
    const char *line = strrchr(text, '\n');
    line = line != NULL ? line + 1 : text;
    char *words = text_sanitize_dup(line, strlen(line));
    g_free(text);
    return words;
}
