/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Loading a plant of 50,000 components, beside splitting the same bytes into cells and nothing
 * more. Tells the medians, their ratio with its spread, and fails above a second.
 */
#include "src/config/csv_rows.h"
#include "src/core/csv.h"
#include "src/config/plant_csv.h"
#include "src/core/clock.h"
#include "src/core/csv.h"

#define ROUNDS     15
#define STATIONS   1000
#define COMPONENTS 50
#define GOAL_S     1.0

static const char *const names[] = {"id",     "station", "name",    "short_name", "kind",
                                    "unit",   "min",     "max",     "order",      "adjust",
                                    "decode", "states",  "guidance"};

static void
make_texts(GString *texts[PLANT_FILES])
{
    texts[PLANT_STATIONS] = g_string_new("uid,name,latitude,longitude\n");
    texts[PLANT_COMPONENTS] = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        csv_cell_append(texts[PLANT_COMPONENTS], names[i], i == 0);
    }
    g_string_append_c(texts[PLANT_COMPONENTS], '\n');
    texts[PLANT_RULES] = NULL;
    for (int i = 0; i < STATIONS; i++) {
        g_string_append_printf(texts[PLANT_STATIONS], "PS-%04d,Pumpwerk %d,53.5,9.5\n", i, i);
        for (int k = 0; k < COMPONENTS; k++) {
            g_string_append_printf(
                texts[PLANT_COMPONENTS],
                "C%02d,PS-%04d,\"Füllstand, Becken %d\",F %d,level,m,0,4.5,%d,*0.01,int16,"
                "0=zu;1=auf,Zuerst schauen\n",
                k, i, k, k, k);
        }
    }
}

static void
count_row(void *user, int line, const char *const *cells)
{
    (void)line;
    (void)cells;
    ++*(int *)user;
}

static double
split(GString *const texts[PLANT_FILES])
{
    static const struct csv_layout layout = {names, G_N_ELEMENTS(names), 2};
    struct problems problems;
    problems_init(&problems);
    int rows = 0;
    mono_us begin = clock_now().mono;
    csv_rows_parse("components.csv", texts[PLANT_COMPONENTS]->str, texts[PLANT_COMPONENTS]->len,
                   &layout, &problems, count_row, &rows);
    double seconds = (double)(clock_now().mono - begin) / (double)US_PER_S;
    problems_fini(&problems);
    return rows == STATIONS * COMPONENTS ? seconds : -1;
}

static double
load(GString *const texts[PLANT_FILES])
{
    struct problems problems;
    struct err err = {""};
    struct plant *plant = NULL;
    problems_init(&problems);
    mono_us begin = clock_now().mono;
    enum rc rc = plant_csv_parse(&plant, ".", texts, &problems, &err);
    double seconds = (double)(clock_now().mono - begin) / (double)US_PER_S;
    plant_unref(plant);
    problems_fini(&problems);
    return rc == RC_OK ? seconds : -1;
}

static int
compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int
main(void)
{
    GString *texts[PLANT_FILES];
    double loads[ROUNDS], splits[ROUNDS], ratios[ROUNDS];
    make_texts(texts);
    bool good = true;
    for (int i = 0; i < ROUNDS; i++) { /* in turn, so that both meet the same weather */
        splits[i] = split(texts);
        loads[i] = load(texts);
        ratios[i] = loads[i] / splits[i];
        good = good && splits[i] > 0 && loads[i] > 0;
    }
    qsort(splits, ROUNDS, sizeof(*splits), compare);
    qsort(loads, ROUNDS, sizeof(*loads), compare);
    qsort(ratios, ROUNDS, sizeof(*ratios), compare);
    printf("plant of %d components: %.3f s, splitting into cells %.3f s, ratio %.2f "
           "(%.2f to %.2f), goal below %.1f s: %s\n",
           STATIONS * COMPONENTS, loads[ROUNDS / 2], splits[ROUNDS / 2], ratios[ROUNDS / 2],
           ratios[0], ratios[ROUNDS - 1], GOAL_S,
           good && loads[ROUNDS / 2] < GOAL_S ? "met" : "missed");
    g_string_free(texts[PLANT_STATIONS], TRUE);
    g_string_free(texts[PLANT_COMPONENTS], TRUE);
    return good && loads[ROUNDS / 2] < GOAL_S ? 0 : 1;
}
