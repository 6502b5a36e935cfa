/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where the program's own files are. Data: $LEITSTAND_DATADIR, else data/ beside the program (a
 * build tree), else ../share/leitstand (moved as a whole), else where it was installed.
 * Translations likewise: $LEITSTAND_LOCALEDIR, data/po, ../share/locale, installed.
 */
#ifndef SRC_APP_PATHS_H
#define SRC_APP_PATHS_H

/* What the admin sets for everybody. */
#define PATHS_SYSTEM "/etc/leitstand"
/* In that and in the directory of the user's own: */
#define PATHS_KEYS   "keys.ini"
#define PATHS_BOARDS "boards"

/* The path of a data file or directory such as "profiles"; NULL: of the directory of all of
 * them. Free with g_free(), as all below. */
char *paths_data(const char *name);

/* Of the user: keys, boards, overlays ($XDG_CONFIG_HOME/leitstand); what was chosen on the
 * screen ($XDG_STATE_HOME/leitstand). Neither need exist. */
char *paths_user_config(void);
char *paths_user_state(void);

/* For bindtextdomain(). */
char *paths_locale(void);

#endif
