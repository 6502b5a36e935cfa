/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a key costs: every view is opened, and in each of them every key of the action table
 * pressed that does not leave the program. CPU is that of the screen's thread alone, from the
 * key to the end of the frame that answers it. Tells JSON: the dearest key, and the peak of
 * memory.
 *
 *   screen_walk UI_STAGE STATIONS COLUMNS ROWS
 */
#include <stdio.h>
#include <sys/wait.h>

#include "src/core/text.h"
#include "tests/term/term.h"
#include "ui/keymap.h"
#include "ui/keys.h"
#include "ui/view.h"

#define QUIET_MS 25 /* nothing comes any more: it was answered */

struct dearest {
    double ms;
    char view, name[64];
    unsigned pressed;
};

static double
cpu_ms(const struct term *t)
{
    char path[64];
    unsigned long long ns = 0;
    snprintf(path, sizeof(path), "/proc/%d/task/%d/schedstat", term_pid(t), term_pid(t));
    FILE *f = fopen(path, "r");
    if (f == NULL || fscanf(f, "%llu", &ns) != 1) {
        fprintf(stderr, "screen_walk: %s cannot be read\n", path);
        exit(1);
    }
    fclose(f);
    return (double)ns / 1e6;
}

static double
peak_mb(const struct term *t)
{
    char path[64], line[256];
    long kb = 0;
    snprintf(path, sizeof(path), "/proc/%d/status", term_pid(t));
    FILE *f = fopen(path, "r");
    while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
        (void)sscanf(line, "VmHWM: %ld kB", &kb);
    }
    if (f != NULL) {
        fclose(f);
    }
    return (double)kb / 1024;
}

static double
press(struct term *t, const char *bytes)
{
    double before = cpu_ms(t);
    term_send(t, bytes);
    term_wait_quiet(t, QUIET_MS);
    return cpu_ms(t) - before;
}

/* What the terminal sends; "" for a key that has no bytes here, or that ends or stops us. */
static const char *
bytes_of(int key, char one[8])
{
    static const struct {
        int key;
        const char *bytes;
    } special[] = {
        {K(KEY_UP), "\033OA"},   {K(KEY_DOWN), "\033OB"},   {K(KEY_RIGHT), "\033OC"},
        {K(KEY_LEFT), "\033OD"}, {K(KEY_PPAGE), "\033[5~"}, {K(KEY_NPAGE), "\033[6~"},
        {K(KEY_HOME), "\033OH"}, {K(KEY_END), "\033OF"},    {K(KEY_BTAB), "\033[Z"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(special); i++) {
        if (special[i].key == key) {
            return special[i].bytes;
        }
    }
    if (key <= 0 || key >= 0x7f || key == ESCAPE || key == 'q' || key == CTRL('Z')) {
        return "";
    }
    snprintf(one, 8, "%c", key);
    return one;
}

static void
try_key(struct term *t, const struct view_type *view, const struct action *a, int key,
        struct dearest *worst)
{
    char one[8];
    const char opening[] = {view->key, '\0'}, *bytes = bytes_of(key, one);
    if (*bytes == '\0') {
        return;
    }
    double ms = press(t, bytes);
    worst->pressed++;
    if (ms > worst->ms) {
        worst->ms = ms;
        worst->view = view->key;
        g_strlcpy(worst->name, a->name, sizeof(worst->name));
    }
    press(t, "\033"); /* out of whatever it opened */
    press(t, "\033");
    press(t, opening);
}

static void
walk(struct term *t, const struct view_type *view, struct dearest *worst)
{
    const char opening[] = {view->key, '\0'};
    press(t, opening);
    for (int i = 0; i < action_count(); i++) {
        const struct action *a = action_at(i);
        for (int k = 0; k < ACTION_KEYS && a->keys[k] != 0; k++) {
            try_key(t, view, a, a->keys[k], worst);
        }
    }
}

int
main(int argc, char **argv)
{
    int64_t columns, rows;
    if (argc != 5 || !text_to_int(argv[3], 20, 1000, &columns) ||
        !text_to_int(argv[4], 5, 1000, &rows)) {
        fprintf(stderr, "usage: screen_walk UI_STAGE STATIONS COLUMNS ROWS\n");
        return 2;
    }
    const char *const stage[] = {argv[1], "-1", argv[2], NULL};
    const char *const env[] = {"TERM=xterm-256color", "LC_ALL=C.UTF-8", "LANGUAGE", NULL};
    const struct term_options options = {
        .argv = stage, .env = env, .columns = (int)columns, .rows = (int)rows};
    struct term *t = term_start(&options);
    struct dearest worst = {.view = '?', .name = "none"};
    bool begun = term_wait_frame(t, 0);
    for (int i = 0; begun && i < VIEWS; i++) {
        if (view_types[i] != NULL) {
            walk(t, view_types[i], &worst);
        }
    }
    double mb = peak_mb(t);
    int status = -1;
    term_send(t, ":quit\r");
    bool ended = term_wait_exit(t, &status);
    term_free(t);
    if (!begun || !ended || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fprintf(stderr, "screen_walk: the console did not begin or end well\n");
        return 1;
    }
    printf("{\"keys\":%u,\"ms\":%.2f,\"view\":\"%c\",\"action\":\"%s\",\"mb\":%.1f}\n",
           worst.pressed, worst.ms, worst.view, worst.name, mb);
    return 0;
}
