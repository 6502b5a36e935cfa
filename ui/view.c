/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/view.h"

const struct view_type *const view_types[VIEWS] = {
    [VIEW_OVERVIEW] = &view_overview, [VIEW_STATIONS] = &view_stations,
    [VIEW_MAP] = &view_map,           [VIEW_ALARMS] = &view_alarms,
    [VIEW_TRENDS] = &view_trends,     [VIEW_BOARDS] = &view_boards,
    [VIEW_JOURNAL] = &view_journal,   [VIEW_HEALTH] = &view_health,
    [VIEW_UNKNOWN] = &view_unknown,   [VIEW_LOG] = &view_log,
};

const struct view_type *
view_of(const struct screen *s)
{
    return view_types[s->view];
}
