/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Marks for texts that people read. JSON, CSV and log keys are never translated. */
#ifndef SRC_CORE_I18N_H
#define SRC_CORE_I18N_H

#include <libintl.h>

#define _(text)  gettext(text)
#define N_(text) text

#endif
