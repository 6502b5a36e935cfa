/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/core/i18n.h"
#include "ui/journal.h"
#include "ui/keymap.h"
#include "ui/keys.h"

/* What is done in the journal. */
static const struct action journal_actions[] = {
    {"line",
     N_("show the selected line in full; from there its alarm or station"),
     N_("open"),
     {ENTER, K(KEY_ENTER), '\n'},
     PLACE_JOURNAL,
     why_no_line,
     action_journal_open,
     NULL},
    {"only",
     N_("only lines of the selected station, or of UID; again: all"),
     N_("only station"),
     {'o'},
     PLACE_JOURNAL,
     NULL,
     action_journal_only,
     N_("UID")},
    {"to-station",
     N_("go to the station of the selected line"),
     N_("station"),
     {K(KEY_RIGHT), 'l'},
     PLACE_JOURNAL,
     why_line_has_no_station,
     action_journal_station,
     NULL},
    {"export",
     N_("write the lines shown to FILE, as CSV; !FILE writes over it"),
     N_("CSV"),
     {'w'},
     PLACE_JOURNAL,
     why_no_lines,
     action_journal_export,
     N_("[!]FILE")},
};
const struct action_group journal_group = {journal_actions, (int)G_N_ELEMENTS(journal_actions)};
