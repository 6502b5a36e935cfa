/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>

#include "src/config/config_private.h"
#include "src/core/text.h"

static bool
read_bool(const char *text, bool *ret)
{
    static const char *const words[] = {"no", "yes", "false", "true", "off",
                                        "on", "0",   "1",     NULL};
    for (size_t i = 0; words[i] != NULL; i++) {
        if (g_ascii_strcasecmp(text, words[i]) == 0) {
            *ret = i % 2 == 1;
            return true;
        }
    }
    return false;
}

static bool
read_choice(const char *choices, const char *text, int *ret)
{
    char **words = g_strsplit(choices, "|", -1);
    bool found = false;
    for (int i = 0; words[i] != NULL && !found; i++) {
        if (strcmp(words[i], text) == 0) {
            *ret = i;
            found = true;
        }
    }
    g_strfreev(words);
    return found;
}

/* A path as the file means it: from the file's own directory, ~ is home. */
static char *
resolve_path(const char *file, const char *text)
{
    if (*text == '\0' || *text == '/') {
        return g_strdup(text);
    }
    if (strncmp(text, "~/", 2) == 0) {
        return g_build_filename(g_get_home_dir(), text + 2, NULL);
    }
    char *dir = g_path_get_dirname(file);
    char *joined = g_build_filename(dir, text, NULL);
    char *path = g_canonicalize_filename(joined, NULL);
    g_free(joined);
    g_free(dir);
    return path;
}

static void
store_text(void *field, char *text)
{
    g_free(*(char **)field);
    *(char **)field = text;
}

static void
store_number(void *field, size_t size, int64_t value)
{
    if (size == sizeof(bool)) {
        *(bool *)field = value != 0;
    } else if (size == sizeof(int)) {
        *(int *)field = (int)value;
    } else {
        assert(size == sizeof(int64_t));
        *(int64_t *)field = value;
    }
}

/* A comma list; blanks round its words do not matter, and "none" is the empty one. NULL-ended.
 */
static char **
split_list(const char *text)
{
    char **words = g_strsplit(strcmp(text, "none") == 0 ? "" : text, ",", -1);
    for (char **w = words; *w != NULL; w++) {
        g_strstrip(*w);
    }
    return words;
}

static bool
read_priorities(const char *text, unsigned *ret)
{
    char **words = split_list(text);
    unsigned set = 0;
    bool good = true;
    for (char **w = words; *w != NULL && good; w++) {
        enum alarm_priority priority = ALARM_LOW;
        good = alarm_priority_from_name(*w, &priority) && (set & 1u << priority) == 0;
        set |= 1u << priority;
    }
    g_strfreev(words);
    *ret = set;
    return good;
}

/* "06:00" */
static bool
read_time(const char *text, int *ret)
{
    int64_t hour, minute;
    if (strlen(text) != strlen("06:00") || text[2] != ':' || !g_ascii_isdigit(text[0]) ||
        !g_ascii_isdigit(text[3])) {
        return false;
    }
    const char hours[] = {text[0], text[1], '\0'};
    if (!text_to_int(hours, 0, 23, &hour) || !text_to_int(text + 3, 0, 59, &minute)) {
        return false;
    }
    *ret = (int)(60 * hour + minute);
    return true;
}

static bool
read_times(const char *text, struct config_times *ret)
{
    char **words = split_list(text);
    struct config_times times = {0};
    bool good = true;
    for (char **w = words; *w != NULL && good; w++) {
        int minute = 0;
        good = times.n < CONFIG_TIMES_MAX && read_time(*w, &minute) &&
               (times.n == 0 || minute > times.minute[times.n - 1]);
        if (good) {
            times.minute[times.n++] = minute;
        }
    }
    g_strfreev(words);
    *ret = times;
    return good;
}

char *
config_store(void *base, const struct option *o, const char *file, const char *text)
{
    void *field = (char *)base + o->offset;
    int64_t number;
    bool yes;
    int index;
    unsigned set;
    struct config_times times;
    switch (o->type) {
    case OPTION_TEXT:
        store_text(field, g_strdup(text));
        return NULL;
    case OPTION_PATH:
        store_text(field, resolve_path(file, text));
        return NULL;
    case OPTION_INT:
        if (!text_to_int(text, o->min, o->max, &number)) {
            return g_strdup_printf("is not a number from %lld to %lld", (long long)o->min,
                                   (long long)o->max);
        }
        store_number(field, o->size, number);
        return NULL;
    case OPTION_BOOL:
        if (!read_bool(text, &yes)) {
            return g_strdup("is not yes or no");
        }
        store_number(field, o->size, yes);
        return NULL;
    case OPTION_CHOICE:
        if (!read_choice(o->choices, text, &index)) {
            return g_strdup_printf("is not one of %s", o->choices);
        }
        store_number(field, o->size, index);
        return NULL;
    case OPTION_PRIORITIES:
        if (!read_priorities(text, &set)) {
            return g_strdup("is not a list of critical, high, medium and low, nor none");
        }
        *(unsigned *)field = set;
        return NULL;
    case OPTION_TIMES:
        if (!read_times(text, &times)) {
            return g_strdup("is not a list of times in their order, such as 06:00,14:00,22:00");
        }
        *(struct config_times *)field = times;
        return NULL;
    }
    return NULL;
}
