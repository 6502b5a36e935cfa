/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the actions of the map do, and why one cannot be done; see actions.h. */
#ifndef UI_MAP_ACTIONS_H
#define UI_MAP_ACTIONS_H

#include "ui/screen.h"

void action_map(struct screen *s, const char *argument);
void action_map_show(struct screen *s, const char *argument);
void action_map_left(struct screen *s, const char *argument);
void action_map_right(struct screen *s, const char *argument);
void action_map_up(struct screen *s, const char *argument);
void action_map_down(struct screen *s, const char *argument);
void action_map_in(struct screen *s, const char *argument);
void action_map_out(struct screen *s, const char *argument);
void action_map_fit(struct screen *s, const char *argument);
void action_map_centre(struct screen *s, const char *argument);
void action_map_next(struct screen *s, const char *argument);
void action_map_previous(struct screen *s, const char *argument);
void action_map_step(struct screen *s, const char *argument);
void action_map_step_back(struct screen *s, const char *argument);
void action_map_page(struct screen *s, const char *argument);
void action_map_page_back(struct screen *s, const char *argument);
void action_map_find(struct screen *s, const char *argument);
void action_map_open(struct screen *s, const char *argument);
void action_map_follow(struct screen *s, const char *argument);
void action_map_layers(struct screen *s, const char *argument);
void action_map_switch(struct screen *s, const char *argument);
void action_map_overlays(struct screen *s, const char *argument);

const char *why_map_nothing_selected(const struct screen *s);
const char *why_map_no_place(const struct screen *s);
const char *why_map_nothing_abnormal(const struct screen *s);
const char *why_map_nothing_in_view(const struct screen *s);
const char *why_map_not_drawn(const struct screen *s);

#endif
