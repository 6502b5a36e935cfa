/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/config/plant_csv.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/config/plant_columns.h"
#include "src/core/csv.h"

/* The station's name is borrowed. */
static struct component_row
row_of(const struct plant *plant, uint32_t index)
{
    const struct component *c = &plant->components[index];
    return (struct component_row){*c, plant->stations[c->station].uid};
}

static const struct table *const tables[] = {
    [PLANT_STATIONS] = &table_stations,
    [PLANT_COMPONENTS] = &table_components,
    [PLANT_RULES] = &table_rules,
};

static uint32_t
count_of(const struct plant *plant, enum plant_file file)
{
    switch (file) {
    case PLANT_STATIONS:
        return plant->n_stations;
    case PLANT_COMPONENTS:
        return plant->n_components;
    case PLANT_RULES:
        break;
    }
    return plant->n_rules;
}

/* The item of a row, as its table wants it; *room holds what has to be made. */
static const void *
item_of(const struct plant *plant, enum plant_file file, uint32_t i, struct component_row *room)
{
    switch (file) {
    case PLANT_STATIONS:
        return &plant->stations[i];
    case PLANT_COMPONENTS:
        *room = row_of(plant, i);
        return room;
    case PLANT_RULES:
        break;
    }
    return &plant->rules[i];
}

/* A plant without what optional columns are for has exactly the plain ones. */
static size_t
columns_of(const struct plant *plant, enum plant_file file)
{
    const struct table *t = tables[file];
    struct component_row room;
    uint32_t n = t->n_optional > 0 ? count_of(plant, file) : 0;
    for (uint32_t i = 0; i < n; i++) {
        if (t->uses_optional(item_of(plant, file, i, &room))) {
            return t->n;
        }
    }
    return t->n - t->n_optional;
}

GString *
plant_csv_format(const struct plant *plant, enum plant_file file)
{
    const struct table *t = tables[file];
    GString *to = g_string_new(NULL);
    size_t columns = columns_of(plant, file);
    for (size_t k = 0; k < columns; k++) {
        csv_cell_append(to, t->columns[k].name, k == 0);
    }
    g_string_append(to, "\r\n");
    uint32_t n = count_of(plant, file);
    for (uint32_t i = 0; i < n; i++) {
        struct component_row room;
        const void *item = item_of(plant, file, i, &room);
        for (size_t k = 0; k < columns; k++) {
            char *cell = table_write(t, k, item);
            csv_cell_append(to, cell, k == 0);
            g_free(cell);
        }
        g_string_append(to, "\r\n");
    }
    return to;
}

static bool
write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno != EINTR) {
            return false;
        }
        if (n > 0) {
            bytes += n;
            len -= (size_t)n;
        }
    }
    return true;
}

/* Under another name first, on the disk, then renamed: never half a file. */
static enum rc
replace_file(const char *path, const GString *bytes, struct err *err)
{
    char *temporary = g_strdup_printf("%s.%ld.tmp", path, (long)getpid());
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
    bool good = fd >= 0 && write_all(fd, bytes->str, bytes->len) && fsync(fd) == 0;
    int why = errno;
    if (fd >= 0 && close(fd) != 0 && good) {
        good = false;
        why = errno;
    }
    if (good && rename(temporary, path) != 0) {
        good = false;
        why = errno;
    }
    if (!good && fd >= 0) {
        unlink(temporary);
    }
    g_free(temporary);
    return good ? RC_OK
                : err_set(err, RC_IO, "could not write \"%s\": %s", path, g_strerror(why));
}

static void
sync_dir(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd); /* some file systems cannot; the files themselves are on the disk */
        close(fd);
    }
}

enum rc
plant_csv_write(const struct plant *plant, const char *dir, struct err *err)
{
    if (g_mkdir_with_parents(dir, 0777) != 0) {
        return err_set(err, RC_IO, "could not make the directory \"%s\": %s", dir,
                       g_strerror(errno));
    }
    enum rc rc = RC_OK;
    for (size_t i = 0; i < PLANT_FILES && rc == RC_OK; i++) {
        char *path = g_build_filename(dir, tables[i]->file, NULL);
        GString *text = plant_csv_format(plant, (enum plant_file)i);
        rc = replace_file(path, text, err);
        g_string_free(text, TRUE);
        g_free(path);
    }
    sync_dir(dir);
    return rc;
}

char *
plant_csv_digest(const char *dir)
{
    static const char *const files[] = {"stations.csv", "components.csv", "rules.csv"};
    GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
    bool good = true;
    for (size_t i = 0; i < G_N_ELEMENTS(files) && good; i++) {
        char *path = g_build_filename(dir, files[i], NULL);
        char *bytes = NULL;
        gsize len = 0;
        bool read = g_file_get_contents(path, &bytes, &len, NULL);
        /* rules.csv may be missing; the length keeps bytes from moving between the files. */
        good = read || i == 2;
        guint64 size = len;
        g_checksum_update(sum, (const guchar *)&size, sizeof(size));
        g_checksum_update(sum, (const guchar *)bytes, (gssize)len);
        g_free(bytes);
        g_free(path);
    }
    char *digest = good ? g_strdup(g_checksum_get_string(sum)) : NULL;
    g_checksum_free(sum);
    return digest;
}

struct differing {
    GPtrArray *lines;
    const struct table *table;
    const char *what; /* "station" */
};

/* The cells that are not the same, as `name "a" -> "b"`, separated by commas. */
static void
compare_items(const struct differing *d, const char *name, const void *from, const void *to)
{
    GString *line = NULL;
    for (size_t i = 0; i < d->table->n; i++) {
        char *a = table_write(d->table, i, from), *b = table_write(d->table, i, to);
        if (strcmp(a, b) != 0) {
            if (line == NULL) {
                line = g_string_new(NULL);
                g_string_append_printf(line, "~ %s %s:", d->what, name);
            } else {
                g_string_append_c(line, ',');
            }
            g_string_append_printf(line, " %s \"%s\" -> \"%s\"", d->table->columns[i].name, a,
                                   b);
        }
        g_free(a);
        g_free(b);
    }
    if (line != NULL) {
        g_ptr_array_add(d->lines, g_string_free(line, FALSE));
    }
}

static void
add_line(const struct differing *d, char sign, const char *name)
{
    g_ptr_array_add(d->lines, g_strdup_printf("%c %s %s", sign, d->what, name));
}

static void
compare_stations(GPtrArray *lines, const struct plant *from, const struct plant *to)
{
    const struct differing d = {lines, &table_stations, "station"};
    for (uint32_t i = 0; i < from->n_stations; i++) {
        if (plant_find_station(to, from->stations[i].uid) == STATION_NONE) {
            add_line(&d, '-', from->stations[i].uid);
        }
    }
    for (uint32_t i = 0; i < to->n_stations; i++) {
        const struct station *s = &to->stations[i];
        uint32_t old = plant_find_station(from, s->uid);
        if (old == STATION_NONE) {
            add_line(&d, '+', s->uid);
        } else {
            compare_items(&d, s->uid, &from->stations[old], s);
        }
    }
}

static void
compare_components(GPtrArray *lines, const struct plant *from, const struct plant *to)
{
    const struct differing d = {lines, &table_components, "component"};
    for (uint32_t i = 0; i < from->n_components; i++) {
        struct component_row row = row_of(from, i);
        if (plant_find_component(to, row.station, row.c.id) == COMPONENT_NONE) {
            char *name = g_strconcat(row.station, "/", row.c.id, NULL);
            add_line(&d, '-', name);
            g_free(name);
        }
    }
    for (uint32_t i = 0; i < to->n_components; i++) {
        struct component_row row = row_of(to, i);
        char *name = g_strconcat(row.station, "/", row.c.id, NULL);
        uint32_t old = plant_find_component(from, row.station, row.c.id);
        if (old == COMPONENT_NONE) {
            add_line(&d, '+', name);
        } else {
            struct component_row before = row_of(from, old);
            compare_items(&d, name, &before, &row);
        }
        g_free(name);
    }
}

static char *
rule_name(const struct rule_def *r)
{
    return g_strconcat(r->component, " ", r->rule, NULL);
}

static GHashTable *
index_rules(const struct plant *plant)
{
    GHashTable *rules = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (uint32_t i = 0; i < plant->n_rules; i++) {
        g_hash_table_insert(rules, rule_name(&plant->rules[i]), &plant->rules[i]);
    }
    return rules;
}

static void
compare_rules(GPtrArray *lines, const struct plant *from, const struct plant *to)
{
    const struct differing d = {lines, &table_rules, "rule"};
    GHashTable *before = index_rules(from), *after = index_rules(to);
    for (uint32_t i = 0; i < from->n_rules; i++) {
        char *name = rule_name(&from->rules[i]);
        if (!g_hash_table_contains(after, name)) {
            add_line(&d, '-', name);
        }
        g_free(name);
    }
    for (uint32_t i = 0; i < to->n_rules; i++) {
        char *name = rule_name(&to->rules[i]);
        const struct rule_def *old = g_hash_table_lookup(before, name);
        if (old == NULL) {
            add_line(&d, '+', name);
        } else {
            compare_items(&d, name, old, &to->rules[i]);
        }
        g_free(name);
    }
    g_hash_table_unref(before);
    g_hash_table_unref(after);
}

char **
plant_difference(const struct plant *from, const struct plant *to)
{
    GPtrArray *lines = g_ptr_array_new();
    struct plant *nothing = NULL;
    if (from == NULL) {
        struct plant_builder b;
        plant_builder_init(&b);
        enum rc rc = plant_builder_finish(&b, &nothing, NULL);
        g_assert(rc == RC_OK); /* nothing cannot be wrong */
        plant_builder_fini(&b);
        from = nothing;
    }
    compare_stations(lines, from, to);
    compare_components(lines, from, to);
    compare_rules(lines, from, to);
    plant_unref(nothing);
    g_ptr_array_add(lines, NULL);
    return (char **)g_ptr_array_free(lines, FALSE);
}
