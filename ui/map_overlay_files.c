/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Overlays out of directories, by a thread of its own. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "src/core/file.h"
#include "src/core/i18n.h"
#include "src/core/text.h"
#include "ui/map_overlay.h"

struct overlay_loader {
    pthread_t thread;
    bool started; /* there is a thread to wait for */
    atomic_bool done;
    char *dirs[2];
    struct overlay *overlay; /* the thread's until done */
};

static gint
by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
add_problem(struct overlay *o, const char *text)
{
    if (o->n_problems++ < OVERLAY_PROBLEMS) {
        g_ptr_array_add(o->problems, text_sanitize_dup(text, strlen(text)));
    }
}

/* char *, sorted. */
static GPtrArray *
names_in(struct overlay *o, const char *dir)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    GError *error = NULL;
    GDir *d = g_dir_open(dir, 0, &error);
    if (d == NULL) {
        if (!g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
            add_problem(o, error->message);
        }
        g_error_free(error);
        return names;
    }
    const char *name;
    while ((name = g_dir_read_name(d)) != NULL) {
        if (g_str_has_suffix(name, ".geojson") && *name != '.') {
            g_ptr_array_add(names, g_strdup(name));
        }
    }
    g_dir_close(d);
    g_ptr_array_sort(names, by_name);
    return names;
}

void
overlay_read_dir(struct overlay *o, const char *dir)
{
    if (dir == NULL) {
        return;
    }
    GPtrArray *names = names_in(o, dir);
    GString *bytes = g_string_new(NULL);
    for (guint i = 0; i < names->len; i++) {
        char *path = g_build_filename(dir, g_ptr_array_index(names, i), NULL);
        struct err err;
        g_string_truncate(bytes, 0);
        if (o->n_files >= OVERLAY_FILES) {
            char text[128];
            snprintf(text, sizeof(text), _("there are more than %d overlays"), OVERLAY_FILES);
            add_problem(o, text);
            i = names->len;
        } else if (file_read(bytes, path, OVERLAY_BYTES, &err) != RC_OK) {
            add_problem(o, err.text);
        } else {
            o->n_files++;
            overlay_parse(o, path, bytes->str, bytes->len);
        }
        g_free(path);
    }
    g_string_free(bytes, TRUE);
    g_ptr_array_free(names, TRUE);
}

static void *
load(void *data)
{
    struct overlay_loader *loader = data;
    for (size_t i = 0; i < G_N_ELEMENTS(loader->dirs); i++) {
        overlay_read_dir(loader->overlay, loader->dirs[i]);
    }
    atomic_store(&loader->done, true);
    return NULL;
}

static char *
map_dir(const char *dir)
{
    return dir == NULL ? NULL : g_build_filename(dir, "map", NULL);
}

struct overlay_loader *
overlay_start(const char *system_dir, const char *config_dir)
{
    struct overlay_loader *loader = g_new0(struct overlay_loader, 1);
    loader->dirs[0] = map_dir(system_dir);
    loader->dirs[1] = map_dir(config_dir);
    loader->overlay = overlay_new();
    int why = pthread_create(&loader->thread, NULL, load, loader);
    loader->started = why == 0;
    if (why != 0) {
        add_problem(loader->overlay, g_strerror(why));
        atomic_store(&loader->done, true);
    }
    return loader;
}

void
overlay_stop(struct overlay_loader *loader)
{
    if (loader == NULL) {
        return;
    }
    if (loader->started) {
        pthread_join(loader->thread, NULL);
    }
    g_free(loader->dirs[0]);
    g_free(loader->dirs[1]);
    overlay_free(loader->overlay);
    g_free(loader);
}

struct overlay *
overlay_take(struct overlay_loader *loader)
{
    if (!atomic_load(&loader->done)) {
        return NULL;
    }
    struct overlay *overlay = g_steal_pointer(&loader->overlay);
    overlay_stop(loader);
    return overlay;
}
