/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the actions of the trends do; see ui/actions.h.
 */
#ifndef UI_TREND_ACTIONS_H
#define UI_TREND_ACTIONS_H

#include "ui/screen.h"

void action_trends(struct screen *s, const char *argument);
void action_trend_here(struct screen *s, const char *argument);
void action_trend(struct screen *s, const char *argument);
void action_trend_too(struct screen *s, const char *argument);
void action_trend_add(struct screen *s, const char *argument);
void action_trend_remove(struct screen *s, const char *argument);
void action_trend_hide(struct screen *s, const char *argument);
void action_trend_keep(struct screen *s, const char *argument);
void action_trend_recall(struct screen *s, const char *argument);
void action_curve_next(struct screen *s, const char *argument);
void action_curve_previous(struct screen *s, const char *argument);
void action_cursor_left(struct screen *s, const char *argument);
void action_cursor_right(struct screen *s, const char *argument);
void action_cursor_far_left(struct screen *s, const char *argument);
void action_cursor_far_right(struct screen *s, const char *argument);
void action_cursor_first(struct screen *s, const char *argument);
void action_cursor_last(struct screen *s, const char *argument);
void action_span_longer(struct screen *s, const char *argument);
void action_span_shorter(struct screen *s, const char *argument);
void action_span(struct screen *s, const char *argument);
void action_earlier(struct screen *s, const char *argument);
void action_later(struct screen *s, const char *argument);
void action_live(struct screen *s, const char *argument);
void action_compare(struct screen *s, const char *argument);
void action_statistic(struct screen *s, const char *argument);
void action_scale(struct screen *s, const char *argument);
void action_limits(struct screen *s, const char *argument);
void action_trend_station(struct screen *s, const char *argument);
void action_csv(struct screen *s, const char *argument);

const char *why_no_component(const struct screen *s);
const char *why_no_trend_station(const struct screen *s);
const char *why_no_curve(const struct screen *s);
const char *why_no_window(const struct screen *s);

#endif
