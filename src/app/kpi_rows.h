/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The load figures of a period as rows: one a period, with deeper values, in JSON; one a
 * figure, then one for each of the worst offenders, in a table or CSV. leitstand(1) tells the
 * form.
 */
#ifndef SRC_APP_KPI_ROWS_H
#define SRC_APP_KPI_ROWS_H

#include "alarms/kpi.h"
#include "src/app/rows.h"

struct rows *kpi_rows_new(const char *format);
/* format as before; label: of the period. False when stdout takes no more. */
bool kpi_rows_put(struct rows *rows, const char *format, const char *label,
                  const struct kpi_result *r);

#endif
