/* SPDX-License-Identifier: GPL-3.0-or-later */
/* kpi: load figures of the alarm system, by day or shift, from the journal in the cache. */
#include "src/app/commands.h"

#include "src/app/kpi_rows.h"
#include "src/app/periods.h"
#include "src/app/query_args.h"

#define DAYS_BEFORE 6 /* by default: today and the six days before */

struct args {
    struct query_args query; /* first, see query_args.h */
    char *by;
};

static const struct cli_option options[] = {
    {.name = "by",
     .type = CLI_CHOICE,
     .offset = offsetof(struct args, by),
     .choices = "day|shift",
     .fallback = "day",
     .help = N_("figures of each day, or of each shift of [alarms] shifts")},
    QUERY_SINCE,
    QUERY_UNTIL,
    QUERY_STATION,
    QUERY_FORMAT,
    {.name = NULL},
};

/* What is reckoned: each period, and behind them all of the time. */
struct reckoning {
    GArray *periods;  /* struct period */
    GPtrArray *kpis;  /* struct kpi, one a period; taken out when finished */
    guint first_open; /* periods before this one are over */
};

static struct kpi_settings
settings_of(const struct config *config)
{
    struct kpi_settings set = kpi_defaults();
    set.flood_begin_above = (uint32_t)config->alarms.flood_begin;
    set.flood_end_below = (uint32_t)config->alarms.flood_end;
    set.window_us = config->alarms.flood_window_s * US_PER_S;
    set.chatter_count = (unsigned)config->alarms.chatter_count;
    set.chatter_us = config->alarms.chatter_s * US_PER_S;
    set.fleeting_us = config->alarms.fleeting_s * US_PER_S;
    set.standing_us = config->alarms.standing_h * 3600 * US_PER_S;
    return set;
}

/* The periods that were asked for, and their total. NULL: it was said what is wrong. */
static GArray *
find_periods(const struct asking *a, const struct args *args)
{
    const char *name = a->config->instance.timezone;
    const struct config_times *shifts = &a->config->alarms.shifts;
    bool by_shift = g_strcmp0(args->by, "shift") == 0;
    if (by_shift && shifts->n == 0) {
        cli_error("%s", _("there are no shifts: [alarms] shifts is empty"));
        return NULL;
    }
    GTimeZone *zone =
        *name != '\0' ? g_time_zone_new_identifier(name) : g_time_zone_new_local();
    if (zone == NULL) { /* it was there when the configuration was checked */
        cli_error(_("the time zone \"%s\" cannot be read"), name);
        return NULL;
    }
    struct period total = {.from = args->query.since, .to = args->query.until};
    total.to = total.to != WALL_NONE ? total.to : a->now;
    total.from =
        total.from != WALL_NONE ? total.from : periods_midnight(zone, total.to, DAYS_BEFORE);
    GArray *periods = periods_new(zone, by_shift ? shifts : NULL, total.from, total.to);
    g_time_zone_unref(zone);
    if (periods == NULL) {
        cli_error(_("more than %d periods: ask for less"), PERIODS_MAX);
    } else if (periods->len == 0) {
        cli_error("%s", _("--since is not before --until"));
        g_clear_pointer(&periods, g_array_unref);
    } else {
        g_strlcpy(total.label, "total", sizeof(total.label));
        g_array_append_val(periods, total);
    }
    return periods;
}

/* What was before a period counts, too: an alarm may stand since long ago. */
static bool
reckon_line(const struct journal_record *r, void *user)
{
    struct reckoning *k = user;
    for (guint i = k->first_open; i < k->periods->len; i++) {
        bool over = g_array_index(k->periods, struct period, i).to <= r->at;
        if (!over) {
            kpi_add(g_ptr_array_index(k->kpis, i), r);
        } else if (i == k->first_open) {
            k->first_open++;
        }
    }
    return true;
}

/* The whole journal up to the end is read, once. */
static enum rc
reckon(const struct asking *a, struct reckoning *k, struct err *err)
{
    const struct kpi_settings set = settings_of(a->config);
    for (guint i = 0; i < k->periods->len; i++) {
        const struct period *p = &g_array_index(k->periods, struct period, i);
        g_ptr_array_add(k->kpis, kpi_new(&set, p->from, p->to));
    }
    const struct query_journal_range range = {
        .station = a->args->station,
        .since = WALL_NONE,
        .until = g_array_index(k->periods, struct period, k->periods->len - 1).to,
        .oldest_first = true,
    };
    return query_journal(a->stored.query, &range, reckon_line, k, err);
}

static void
print_all(struct reckoning *k, const char *format)
{
    struct rows *rows = kpi_rows_new(format);
    bool well = true;
    for (guint i = 0; i < k->periods->len; i++) {
        const struct period *p = &g_array_index(k->periods, struct period, i);
        struct kpi_result *r = kpi_finish(g_ptr_array_index(k->kpis, i));
        well = well && kpi_rows_put(rows, format, p->label, r);
        kpi_result_free(r);
    }
    rows_finish(rows);
}

static int
answer(const struct asking *a, const struct args *args)
{
    struct err err = {.text = ""};
    struct reckoning k = {.periods = find_periods(a, args)};
    if (k.periods == NULL) {
        return CLI_USAGE;
    }
    k.kpis = g_ptr_array_new();
    int status = cli_outcome(reckon(a, &k, &err), &err);
    if (status == CLI_DONE) {
        print_all(&k, args->query.format);
    } else {
        for (guint i = 0; i < k.kpis->len; i++) {
            kpi_result_free(kpi_finish(g_ptr_array_index(k.kpis, i)));
        }
    }
    g_ptr_array_unref(k.kpis);
    g_array_unref(k.periods);
    return status;
}

static int
run(const struct cli *cli, void *given, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    const struct args *args = given;
    const char *station = args->query.station;
    struct asking a;
    int status = asking_open(&a, cli, &args->query);
    if (status == CLI_DONE && !asking_has_cache(&a)) {
        status = CLI_FAILED;
    } else if (status == CLI_DONE && station != NULL &&
               plant_find_station(a.stored.plant, station) == STATION_NONE) {
        status = asking_conclude(&a, 0);
    } else if (status == CLI_DONE) {
        status = answer(&a, args);
    }
    asking_close(&a);
    return status;
}

const struct cli_command command_kpi = {
    .name = "kpi",
    .arguments = "",
    .summary = N_("load figures of the alarm system, by day or shift"),
    .notes =
        N_("The last seven days, today included, unless --since says otherwise. Targets are "
           "those of ISA-18.2, IEC 62682 and EEMUA 191 for one operator."),
    .options = options,
    .args_size = sizeof(struct args),
    .run = run,
};
