/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where the program's own files are. Data: $LEITSTAND_DATADIR, else data/ beside the program (a
 * build tree), else ../share/leitstand (moved as a whole), else where it was installed.
 * Translations likewise: $LEITSTAND_LOCALEDIR, data/po, ../share/locale, installed.
 */
#ifndef SRC_APP_PATHS_H
#define SRC_APP_PATHS_H

/* The path of a data file or directory such as "profiles"; free with g_free(). */
char *paths_data(const char *name);

/* For bindtextdomain(); free with g_free(). */
char *paths_locale(void);

#endif
