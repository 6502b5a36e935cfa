/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/keymap.h"

#include <curses.h>

#include "src/core/i18n.h"
#include "ui/actions.h"

#define K(code)    (TERMINAL_KEY | (code))
#define CTRL(char) ((char)&0x1f)
#define TAB        CTRL('I')
#define ENTER      CTRL('M')
#define ESCAPE     27

/* The order is that of the hint line. */
const struct action actions[] = {
    {"help",
     N_("what can be done here"),
     N_("help"),
     {'?', K(KEY_F(1))},
     PLACE_ANY,
     NULL,
     action_help,
     NULL},
    {"adopt",
     N_("make the selected unknown id a component"),
     N_("adopt"),
     {'A'},
     PLACE_UNKNOWN,
     why_nothing_unknown,
     action_adopt,
     NULL},
    {"filter",
     N_("show only stations that match"),
     N_("filter"),
     {'/', K(KEY_F(3)), K(KEY_F(4))},
     PLACE_ANY,
     why_no_snapshot,
     action_filter,
     N_("TEXT")},
    {"command",
     N_("type a command"),
     N_("command"),
     {':'},
     PLACE_ANY,
     NULL,
     action_command,
     NULL},
    {"open",
     N_("open the selected station"),
     N_("open"),
     {ENTER, K(KEY_ENTER), '\n'},
     PLACE_LIST,
     why_nothing_selected,
     action_open,
     NULL},
    {"back",
     N_("go up one level, or clear the filter"),
     N_("back"),
     {ESCAPE},
     PLACE_ANY,
     why_nothing_back,
     action_back,
     NULL},
    {"next",
     N_("next station with a fault or silent"),
     N_("next fault"),
     {'n'},
     PLACE_STATIONS,
     why_nothing_abnormal,
     action_next,
     NULL},
    {"previous",
     N_("previous station with a fault or silent"),
     NULL,
     {'N'},
     PLACE_STATIONS,
     why_nothing_abnormal,
     action_previous,
     NULL},
    {"leave",
     N_("go up one level; at the top, quit"),
     N_("quit"),
     {'q'},
     PLACE_ANY,
     NULL,
     action_leave,
     NULL},
    {"pane",
     N_("go to the other pane"),
     N_("pane"),
     {TAB, K(KEY_BTAB)},
     PLACE_STATIONS,
     why_nothing_selected,
     action_pane,
     NULL},
    {"sort",
     N_("sort by the next column, or by COLUMN"),
     N_("sort"),
     {'>', K(KEY_F(6))},
     PLACE_LIST,
     why_no_snapshot,
     action_sort,
     N_("COLUMN")},
    {"sort-back",
     N_("sort by the column before"),
     NULL,
     {'<'},
     PLACE_LIST,
     why_no_snapshot,
     action_sort_back,
     NULL},
    {"reverse",
     N_("turn the order round"),
     NULL,
     {'S'},
     PLACE_LIST,
     why_no_snapshot,
     action_reverse,
     NULL},
    {"unknown",
     N_("view: ids that belong to no component"),
     N_("unknown ids"),
     {'u', '2'},
     PLACE_ANY & ~(unsigned)PLACE_UNKNOWN,
     NULL,
     action_unknown,
     NULL},
    {"up", N_("up one row"), NULL, {K(KEY_UP), 'k'}, PLACE_ANY, NULL, action_up, NULL},
    {"down", N_("down one row"), NULL, {K(KEY_DOWN), 'j'}, PLACE_ANY, NULL, action_down, NULL},
    {"page-up",
     N_("up one page"),
     NULL,
     {K(KEY_PPAGE), CTRL('U')},
     PLACE_ANY,
     NULL,
     action_page_up,
     NULL},
    {"page-down",
     N_("down one page"),
     NULL,
     {K(KEY_NPAGE), CTRL('D'), ' '},
     PLACE_ANY,
     NULL,
     action_page_down,
     NULL},
    {"top",
     N_("to the first row"),
     NULL,
     {'g', K(KEY_HOME)},
     PLACE_ANY,
     NULL,
     action_top,
     NULL},
    {"bottom",
     N_("to the last row"),
     NULL,
     {'G', K(KEY_END)},
     PLACE_ANY,
     NULL,
     action_bottom,
     NULL},
    {"left",
     N_("to the list"),
     NULL,
     {K(KEY_LEFT), 'h'},
     PLACE_DETAIL,
     NULL,
     action_list,
     NULL},
    {"right",
     N_("to the station's components"),
     NULL,
     {K(KEY_RIGHT), 'l'},
     PLACE_LIST,
     why_nothing_selected,
     action_open,
     NULL},
    {"stations", N_("view: stations"), NULL, {'1'}, PLACE_ANY, NULL, action_stations, NULL},
    {"log",
     N_("view: messages of this program"),
     NULL,
     {'3'},
     PLACE_ANY,
     NULL,
     action_log,
     NULL},
    {"station",
     N_("select the station UID"),
     NULL,
     {0},
     PLACE_ANY,
     why_no_snapshot,
     action_station,
     N_("UID")},
    {"reload",
     N_("read the plant again from the cache"),
     NULL,
     {0},
     PLACE_ANY,
     NULL,
     action_reload,
     NULL},
    {"redraw",
     N_("paint the whole screen anew"),
     NULL,
     {CTRL('L'), K(KEY_F(5))},
     PLACE_ANY,
     NULL,
     action_redraw,
     NULL},
    {"mouse", N_("mouse on or off"), NULL, {'M'}, PLACE_ANY, NULL, action_mouse, N_("on|off")},
    {"glyphs",
     N_("other marks and lines: utf8, vt, ascii"),
     NULL,
     {'b'},
     PLACE_ANY,
     NULL,
     action_glyphs,
     N_("SET")},
    {"hints",
     N_("hide or show the line of keys"),
     NULL,
     {'H'},
     PLACE_ANY,
     NULL,
     action_hints,
     NULL},
    {"suspend",
     N_("stop this program; the shell's fg continues it"),
     NULL,
     {CTRL('Z')},
     PLACE_ANY,
     NULL,
     action_suspend,
     NULL},
    {"quit", N_("quit"), NULL, {K(KEY_F(10))}, PLACE_ANY, NULL, action_quit, NULL},
};
const int n_actions = (int)G_N_ELEMENTS(actions);

const struct action *
keymap_find(int key, enum place place)
{
    for (int i = 0; i < n_actions; i++) {
        for (int k = 0; k < ACTION_KEYS && actions[i].keys[k] != 0; k++) {
            if (actions[i].keys[k] == key && (actions[i].places & place) != 0) {
                return &actions[i];
            }
        }
    }
    return NULL;
}

const struct action *
keymap_by_name(const char *name)
{
    const struct action *found = NULL;
    int n = 0;
    for (int i = 0; i < n_actions; i++) {
        if (strcmp(actions[i].name, name) == 0) {
            return &actions[i];
        }
        if (g_str_has_prefix(actions[i].name, name)) {
            found = &actions[i];
            n++;
        }
    }
    return n == 1 ? found : NULL;
}

static const struct {
    int key;
    const char *name;
} key_names[] = {
    {TAB, "Tab"},
    {ENTER, "Enter"},
    {ESCAPE, "Esc"},
    {' ', "Space"},
    {K(KEY_UP), "Up"},
    {K(KEY_DOWN), "Down"},
    {K(KEY_LEFT), "Left"},
    {K(KEY_RIGHT), "Right"},
    {K(KEY_PPAGE), "PgUp"},
    {K(KEY_NPAGE), "PgDn"},
    {K(KEY_HOME), "Home"},
    {K(KEY_END), "End"},
    {K(KEY_BTAB), "Shift-Tab"},
    {K(KEY_ENTER), "Enter"},
    {'\n', "Enter"},
};

void
keymap_key_name(char *dst, size_t cap, int key)
{
    for (size_t i = 0; i < G_N_ELEMENTS(key_names); i++) {
        if (key_names[i].key == key) {
            snprintf(dst, cap, "%s", key_names[i].name);
            return;
        }
    }
    if (key >= K(KEY_F(1)) && key <= K(KEY_F(12))) {
        snprintf(dst, cap, "F%d", key - K(KEY_F(0)));
    } else if (key > 0 && key < ' ') {
        snprintf(dst, cap, "Ctrl-%c", key + '@');
    } else {
        snprintf(dst, cap, "%c", key > ' ' && key < 0x7f ? key : '?');
    }
}

void
keymap_run(struct screen *s, const struct action *action, const char *argument)
{
    const char *why = action->why_not == NULL ? NULL : action->why_not(s);
    if (why != NULL) {
        screen_notice(s, "%s", _(why));
    } else {
        action->run(s, argument);
    }
}
